//! What every page of the console shares: who is in, where they may go, what went wrong.

use maud::{Markup, html};
use words::{Lang, fill, lookup, t};

use super::{CASES, LANGUAGE, LOG, LOGOUT, PEOPLE, SEARCH};
use crate::assets;
use crate::icons::Icon;
use crate::layout::Layout;

/// Who is in, and what they may.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub lang: Lang,
    pub name: &'a str,
    /// `agent`, `lead`, `auditor`, `admin`.
    pub role: &'a str,
    /// Goes with every form.
    pub csrf: &'a str,
    pub cases: bool,
    pub decides: bool,
    pub reads_log: bool,
    pub admits: bool,
}

impl Desk<'static> {
    pub(super) fn sample(lang: Lang, role: &'static str) -> Self {
        let (cases, decides) = (matches!(role, "agent" | "lead"), role == "lead");
        Desk {
            lang,
            name: "jo.maes",
            role,
            csrf: "sample",
            cases,
            decides,
            reads_log: role == "auditor",
            admits: role == "admin",
        }
    }
}

/// What went wrong, for the person who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble<'a> {
    /// The rest of a `console.error.…` key.
    Word(&'a str),
    /// Minutes to wait.
    Wait(i64),
}

impl Trouble<'_> {
    pub(super) fn draw(self, lang: Lang) -> Markup {
        let text = match self {
            Trouble::Word(word) => {
                lookup(lang, &format!("console.error.{word}")).unwrap_or(t(lang, "console.error.failed")).to_owned()
            }
            Trouble::Wait(minutes) => fill(lang, "console.error.wait", &[("minutes", &minutes.to_string())]),
        };
        html! { p.error id="error" role="alert" { (Icon::Warning.draw(24)) span { (text) } } }
    }
}

/// Time left until, or since, a target; minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When(pub i64);

impl When {
    /// `23 h 05 min left`, `late by 2 h 00 min`.
    pub fn text(self, lang: Lang) -> String {
        let minutes = self.0.unsigned_abs();
        let (hours, rest) = ((minutes / 60).to_string(), format!("{:02}", minutes % 60));
        let key = if self.0 < 0 { "site.contact.clock.late" } else { "site.contact.clock.left" };
        fill(lang, key, &[("hours", &hours), ("minutes", &rest)])
    }
}

impl Desk<'_> {
    /// A whole page.
    pub(super) fn page(&self, title: &str, done: Option<&str>, main: Markup) -> Markup {
        let main = html! {
            (self.bar())
            @if let Some(text) = done.and_then(|what| lookup(self.lang, &format!("console.done.{what}"))) {
                p.note.good id="done" role="status" { (Icon::Check.draw(24)) span { (text) } }
            }
            (main)
        };
        outside(self.lang, title, main, true)
    }

    fn bar(&self) -> Markup {
        let lang = self.lang;
        html! {
            div.desk-bar {
                nav aria-label=(t(lang, "console.nav")) {
                    @if self.cases {
                        a id="to-cases" href=(CASES) { (t(lang, "console.cases.title")) }
                        a id="to-search" href=(SEARCH) { (t(lang, "console.search.title")) }
                    }
                    @if self.reads_log { a id="to-log" href=(LOG) { (t(lang, "console.log.title")) } }
                    @if self.admits { a id="to-staff" href=(PEOPLE) { (t(lang, "console.people.title")) } }
                }
                form.inline method="post" action=(LOGOUT) {
                    span id="who" { (self.name) " · " (role(lang, self.role)) }
                    (self.csrf())
                    button.button.plain id="logout" type="submit" { (t(lang, "console.logout")) }
                }
            }
        }
    }

    pub(super) fn csrf(&self) -> Markup {
        html! { input type="hidden" name="csrf" value=(self.csrf); }
    }

    /// The field that every look and act asks for.
    pub(super) fn reason(&self, id: &str, value: &str) -> Markup {
        html! {
            div.field {
                label for=(id) { (t(self.lang, "console.reason")) }
                input type="text" id=(id) name="reason" required minlength="8" maxlength="200" autocomplete="off" value=(value)
                    aria-describedby={ (id) "-hint" };
                p.hint id={ (id) "-hint" } { (t(self.lang, "console.reason.hint")) }
            }
        }
    }
}

pub(super) fn role(lang: Lang, role: &str) -> &'static str {
    lookup(lang, &format!("console.role.{role}")).unwrap_or_default()
}

pub(super) fn kind(lang: Lang, kind: &str) -> &'static str {
    lookup(lang, &format!("console.kind.{kind}")).unwrap_or_default()
}

/// A page of the console, with or without somebody in.
pub(super) fn outside(lang: Lang, title: &str, main: Markup, wide: bool) -> Markup {
    let head = html! {
        link rel="stylesheet" href=(assets::console_css());
        script src=(assets::console_js()) defer {}
    };
    Layout { lang_href: Some(LANGUAGE), head, front: wide, help: false, ..Layout::new(lang, title, main) }.render()
}
