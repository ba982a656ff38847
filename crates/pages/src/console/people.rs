//! Who is of the staff, for whoever lets people in.

use maud::{Markup, html};
use words::{Lang, fill, t};

use super::PEOPLE;
use super::frame::{Desk, Trouble, role};
use crate::icons::Icon;

/// One person.
#[derive(Clone, Copy)]
pub struct Member<'a> {
    pub name: &'a str,
    pub role: &'a str,
    /// Has used the invitation.
    pub joined: bool,
    pub me: bool,
}

/// Everybody, and the way in.
pub struct ConsolePeople<'a> {
    pub desk: Desk<'a>,
    pub members: Vec<Member<'a>>,
    /// A code that was just made, and whose: shown once.
    pub invitation: Option<(&'a str, &'a str)>,
    pub trouble: Option<Trouble<'a>>,
    pub done: Option<&'a str>,
}

impl ConsolePeople<'_> {
    pub fn render(&self) -> Markup {
        let lang = self.desk.lang;
        let title = t(lang, "console.people.title");
        let main = html! {
            h1 id="title" { (title) }
            @if let Some(trouble) = self.trouble { (trouble.draw(lang)) }
            @if let Some((name, code)) = self.invitation {
                div.card {
                    h2 { (fill(lang, "console.people.code_title", &[("name", name)])) }
                    p.digits id="invitation" { (code) }
                    p.note { (Icon::Key.draw(24)) span { (t(lang, "console.people.code_lead")) } }
                }
            }
            div.card {
                div.wide-table tabindex="0" role="region" aria-labelledby="title" {
                    table id="people" {
                        thead { tr {
                            th scope="col" { (t(lang, "console.login.name")) }
                            th scope="col" { (t(lang, "console.people.role")) }
                            th scope="col" { (t(lang, "console.people.state")) }
                            th scope="col" { (t(lang, "console.people.do")) }
                        } }
                        tbody { @for member in &self.members { (self.line(member)) } }
                    }
                }
            }
            div.card { (self.add()) }
        };
        self.desk.page(title, self.done, main)
    }

    fn line(&self, member: &Member<'_>) -> Markup {
        let lang = self.desk.lang;
        let state = if member.joined { "console.people.joined" } else { "console.people.invited" };
        html! {
            tr {
                td { (member.name) }
                td { (role(lang, member.role)) }
                td { (t(lang, state)) }
                td {
                    @if !member.me {
                        div.inline {
                            @for (what, text) in [("invite", "console.people.invite"), ("remove", "console.people.remove")] {
                                form method="post" action={ (PEOPLE) "/" (what) } {
                                    (self.desk.csrf())
                                    input type="hidden" name="name" value=(member.name);
                                    button.button.plain type="submit" id={ (what) "-" (member.name) } { (t(lang, text)) span.aside { " " (member.name) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn add(&self) -> Markup {
        let lang = self.desk.lang;
        html! {
            h2 { (t(lang, "console.people.add")) }
            form.across method="post" action={ (PEOPLE) "/add" } {
                (self.desk.csrf())
                div {
                    label for="name" { (t(lang, "console.login.name")) }
                    input type="text" id="name" name="name" required maxlength="32" autocomplete="off" autocapitalize="none";
                }
                div {
                    label for="role" { (t(lang, "console.people.role")) }
                    select id="role" name="role" {
                        @for word in ["agent", "lead", "auditor", "admin"] { option value=(word) { (role(lang, word)) } }
                    }
                }
                div { button.button id="add" type="submit" { (t(lang, "console.people.add_go")) } }
            }
        }
    }

    pub fn samples(lang: Lang) -> Vec<ConsolePeople<'static>> {
        let members = vec![
            Member { name: "jo.maes", role: "admin", joined: true, me: true },
            Member { name: "mo.diallo", role: "lead", joined: true, me: false },
            Member { name: "li.wu", role: "agent", joined: false, me: false },
        ];
        let sample = |invitation, trouble| ConsolePeople {
            desk: Desk::sample(lang, "admin"),
            members: members.clone(),
            invitation,
            trouble,
            done: None,
        };
        vec![
            sample(None, None),
            sample(Some(("li.wu", "7KQ2-M4XD-9RTB-H3FW")), None),
            sample(None, Some(Trouble::Word("name_taken"))),
            sample(None, Some(Trouble::Word("name"))),
        ]
    }
}
