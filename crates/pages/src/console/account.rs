//! Looking at one account: asked for exactly, with a reason; shown as little as helps.

use maud::{Markup, html};
use words::{Lang, fill, lookup, t};

use super::frame::{Desk, Trouble};
use super::{LOOK, SEARCH};
use crate::icons::Icon;

/// How an account is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Query {
    Number,
    NationalNumber,
    Reference,
}

impl Query {
    pub const ALL: [Query; 3] = [Query::Number, Query::NationalNumber, Query::Reference];

    pub fn word(self) -> &'static str {
        match self {
            Query::Number => "number",
            Query::NationalNumber => "national",
            Query::Reference => "reference",
        }
    }
}

/// The search: reason first.
pub struct ConsoleSearch<'a> {
    pub desk: Desk<'a>,
    pub query: Query,
    pub typed: &'a str,
    pub reason: &'a str,
    /// Nobody was found.
    pub nobody: bool,
    pub trouble: Option<Trouble<'a>>,
}

impl ConsoleSearch<'_> {
    pub fn render(&self) -> Markup {
        let lang = self.desk.lang;
        let title = t(lang, "console.search.title");
        let main = html! {
            h1 id="title" { (title) }
            p { (t(lang, "console.search.lead")) }
            @if let Some(trouble) = self.trouble { (trouble.draw(lang)) }
            @if self.nobody { p.note id="nobody" role="status" { (Icon::Warning.draw(24)) span { (t(lang, "console.search.nobody")) } } }
            div.card {
                form method="post" action=(SEARCH) {
                    (self.desk.csrf())
                    (self.desk.reason("reason", self.reason))
                    fieldset {
                        legend { (t(lang, "console.search.by")) }
                        @for query in Query::ALL {
                            label.tick for={ "by-" (query.word()) } {
                                input type="radio" id={ "by-" (query.word()) } name="query" value=(query.word()) checked[query == self.query];
                                span { (lookup(lang, &format!("console.search.{}", query.word())).unwrap_or_default()) }
                            }
                        }
                    }
                    div.field {
                        label for="typed" { (t(lang, "console.search.typed")) }
                        input type="text" id="typed" name="typed" required maxlength="40" autocomplete="off" value=(self.typed)
                            aria-describedby="typed-hint";
                        p.hint id="typed-hint" { (t(lang, "console.search.hint")) }
                    }
                    div.do { button.button id="search" type="submit" { (t(lang, "console.search.go")) } }
                }
            }
        };
        self.desk.page(title, None, main)
    }

    pub fn samples(lang: Lang) -> Vec<ConsoleSearch<'static>> {
        let sample = |nobody, trouble| ConsoleSearch {
            desk: Desk::sample(lang, "agent"),
            query: Query::Number,
            typed: "0468 75 89 60",
            reason: "",
            nobody,
            trouble,
        };
        vec![
            sample(false, None),
            sample(true, None),
            sample(false, Some(Trouble::Word("reason_short"))),
            sample(false, Some(Trouble::Word("reason_long"))),
            sample(false, Some(Trouble::Word("reason_personal"))),
            sample(false, Some(Trouble::Word("query"))),
        ]
    }
}

/// A moment and what it was: the end of a `console.event.…` or `console.message.…` key.
#[derive(Clone, Copy)]
pub struct Fact<'a> {
    pub at: &'a str,
    /// `sms` or `mail`, for messages.
    pub by: &'a str,
    pub what: &'a str,
}

/// One account.
pub struct ConsoleAccount<'a> {
    pub desk: Desk<'a>,
    /// Sealed: addresses of the forms.
    pub look: &'a str,
    pub reason: &'a str,
    pub name: &'a str,
    pub number: &'a str,
    pub email: Option<&'a str>,
    /// `open`, `blocked`, `held`, `closed`.
    pub standing: &'a str,
    /// By whom; empty when open.
    pub standing_by: &'a str,
    pub standing_at: Option<&'a str>,
    pub created_at: &'a str,
    pub activated_at: &'a str,
    pub limited_until: Option<&'a str>,
    pub number_lost: bool,
    pub phone: Option<(&'a str, &'a str)>,
    pub events: Vec<Fact<'a>>,
    pub messages: Vec<Fact<'a>>,
    pub trouble: Option<Trouble<'a>>,
    pub done: Option<&'a str>,
}

impl ConsoleAccount<'_> {
    pub fn render(&self) -> Markup {
        let lang = self.desk.lang;
        let main = html! {
            h1 id="title" { (self.name) }
            p.quiet id="why" { (fill(lang, "console.account.why", &[("reason", self.reason)])) }
            @if let Some(trouble) = self.trouble { (trouble.draw(lang)) }
            div.card { (self.facts()) }
            div.two {
                div.card { h2 { (t(lang, "console.account.events")) } (self.list("events", &self.events)) }
                div.card { h2 { (t(lang, "console.account.messages")) } (self.list("messages", &self.messages)) }
            }
            (self.acts())
        };
        self.desk.page(t(lang, "console.account.title"), self.done, main)
    }

    fn facts(&self) -> Markup {
        let lang = self.desk.lang;
        let standing = lookup(lang, &format!("console.standing.{}", self.standing)).unwrap_or_default();
        let by = lookup(lang, &format!("console.by.{}", self.standing_by));
        html! {
            dl.facts.across {
                div { dt { (t(lang, "console.account.standing")) }
                    dd id="standing" data-standing=(self.standing) {
                        (standing)
                        @if let Some(by) = by { " (" (by) @if let Some(at) = self.standing_at { ", " (at) } ")" }
                    } }
                div { dt { (t(lang, "console.account.number")) }
                    dd.code id="number" { (self.number) @if self.number_lost { " (" (t(lang, "console.account.number_lost")) ")" } } }
                div { dt { (t(lang, "console.account.email")) } dd id="email" { (self.email.unwrap_or_else(|| t(lang, "console.account.none"))) } }
                div { dt { (t(lang, "console.account.phone")) }
                    dd id="phone" {
                        @if let Some((name, since)) = self.phone { (fill(lang, "console.account.phone_since", &[("name", name), ("at", since)])) }
                        @else { (t(lang, "console.account.none")) }
                    } }
                @if let Some(until) = self.limited_until {
                    div { dt { (t(lang, "console.account.limited")) } dd id="limited" { (fill(lang, "console.account.until", &[("at", until)])) } }
                }
                div { dt { (t(lang, "console.account.created")) } dd { (self.created_at) } }
                div { dt { (t(lang, "console.account.activated")) } dd { (self.activated_at) } }
            }
        }
    }

    fn list(&self, id: &str, facts: &[Fact<'_>]) -> Markup {
        let lang = self.desk.lang;
        let text = |fact: &Fact<'_>| {
            let own = match fact.by {
                "" => lookup(lang, &format!("console.event.{}", fact.what)),
                _ => lookup(lang, &format!("console.message.{}", fact.what)),
            };
            own.unwrap_or(t(lang, "console.account.other"))
        };
        html! {
            @if facts.is_empty() { p { (t(lang, "console.account.none")) } } @else {
                ul.lines id=(id) {
                    @for fact in facts { li data-what=(fact.what) { span.quiet { (fact.at) } span { @if fact.by == "sms" { "SMS: " } @else if fact.by == "mail" { "E-mail: " } (text(fact)) } } }
                }
            }
        }
    }

    fn acts(&self) -> Markup {
        let lang = self.desk.lang;
        html! {
            div.two {
                @if self.standing == "open" {
                    (self.act("block", "console.account.block", "console.account.block_lead", html! {}))
                }
                @if self.desk.decides && matches!(self.standing, "open" | "blocked") {
                    (self.act("hold", "console.account.hold", "console.account.hold_lead", html! {}))
                }
                @if self.standing == "held" || (self.standing == "blocked" && self.standing_by == "stop_code") {
                    (self.act("release", "console.account.release", "console.account.release_lead", html! {}))
                }
                @if matches!(self.standing, "open" | "blocked") {
                    (self.act("number", "console.account.change", "console.account.change_lead", html! {
                        div.field {
                            label for="number-case" { (t(lang, "console.case.reference")) }
                            input.code type="text" id="number-case" name="reference" required maxlength="12" autocomplete="off";
                        }
                        div.field {
                            label for="number-new" { (t(lang, "console.case.new_number")) }
                            input type="tel" id="number-new" name="number" required maxlength="30" autocomplete="off";
                        }
                    }))
                }
            }
        }
    }

    fn act(&self, what: &str, title: &'static str, lead: &'static str, more: Markup) -> Markup {
        let lang = self.desk.lang;
        let class = if what == "block" || what == "hold" { "button" } else { "button second" };
        html! {
            section.card aria-labelledby={ "do-" (what) } {
                h2 id={ "do-" (what) } { (t(lang, title)) }
                p { (t(lang, lead)) }
                form method="post" action={ (LOOK) (self.look) "/" (what) } {
                    (self.desk.csrf())
                    (more)
                    (self.desk.reason(&format!("{what}-reason"), ""))
                    div.do { button class=(class) id={ "act-" (what) } type="submit" { (t(lang, title)) } }
                }
            }
        }
    }

    pub fn samples(lang: Lang) -> Vec<ConsoleAccount<'static>> {
        let fact = |by, what| Fact { at: "22-11-2026 14:05", by, what };
        let sample = |role, standing, standing_by, phone| ConsoleAccount {
            desk: Desk::sample(lang, role),
            look: "sample",
            reason: "called back about a stolen phone",
            name: "An P.",
            number: "+32 ••• •• 89 60",
            email: Some("a•••@v•••.example"),
            standing,
            standing_by,
            standing_at: (standing != "open").then_some("22-11-2026 13:00"),
            created_at: "01-10-2026 09:00",
            activated_at: "20-11-2026 10:00",
            limited_until: Some("22-11-2026 18:00"),
            number_lost: standing == "blocked",
            phone,
            events: vec![fact("", "activated"), fact("", "helpdesk_looked"), fact("", "something_new")],
            messages: vec![fact("sms", "code"), fact("mail", "activated")],
            trouble: None,
            done: None,
        };
        let phone = Some(("Chrome op Android", "20-11-2026 10:00"));
        vec![
            sample("agent", "open", "", phone),
            sample("lead", "open", "", phone),
            sample("lead", "blocked", "stop_code", None),
            sample("agent", "held", "helpdesk", None),
            sample("agent", "closed", "citizen", None),
            ConsoleAccount {
                trouble: Some(Trouble::Word("refused")),
                events: Vec::new(),
                ..sample("agent", "open", "", phone)
            },
        ]
    }
}
