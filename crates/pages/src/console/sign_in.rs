//! Coming in: name and password, a key; and the first time, an invitation.

use maud::{Markup, html};
use words::{Lang, fill, t};

use super::frame::{Trouble, outside};
use super::{INVITATION, KEY, LOGIN, NEW_KEY};
use crate::icons::Icon;

/// Asks name and password.
pub struct ConsoleLogin<'a> {
    pub lang: Lang,
    pub name: &'a str,
    pub trouble: Option<Trouble<'a>>,
}

impl ConsoleLogin<'_> {
    pub fn render(&self) -> Markup {
        let (lang, title) = (self.lang, t(self.lang, "console.login.title"));
        let main = html! {
            div.card {
                h1 id="title" { (title) }
                p { (t(lang, "console.login.lead")) }
                @if let Some(trouble) = self.trouble { (trouble.draw(lang)) }
                form method="post" action=(LOGIN) {
                    (name_field(lang, self.name, "username"))
                    (password_field(lang, "password", "console.login.password", "current-password", None))
                    div.do { button.button id="continue" type="submit" { (t(lang, "console.login.continue")) } }
                }
                p { a id="to-invitation" href=(INVITATION) { (t(lang, "console.login.invited")) } }
            }
        };
        outside(lang, title, main, false)
    }

    pub fn samples(lang: Lang) -> Vec<ConsoleLogin<'static>> {
        [None, Some(Trouble::Word("wrong")), Some(Trouble::Wait(15)), Some(Trouble::Word("outside"))]
            .map(|trouble| ConsoleLogin { lang, name: "jo.maes", trouble })
            .into()
    }
}

fn name_field(lang: Lang, value: &str, autocomplete: &str) -> Markup {
    html! {
        div.field {
            label for="name" { (t(lang, "console.login.name")) }
            input type="text" id="name" name="name" required maxlength="40" autocomplete=(autocomplete) autocapitalize="none"
                spellcheck="false" value=(value);
        }
    }
}

fn password_field(lang: Lang, id: &str, label: &'static str, autocomplete: &str, hint: Option<&'static str>) -> Markup {
    let described = hint.map(|_| format!("{id}-hint"));
    html! {
        div.field {
            label for=(id) { (t(lang, label)) }
            input type="password" id=(id) name=(id) required maxlength="200" autocomplete=(autocomplete) aria-describedby=[described];
            @if let Some(hint) = hint { p.hint id={ (id) "-hint" } { (t(lang, hint)) } }
        }
    }
}

/// The security key: of somebody who comes in, or a new one.
pub struct ConsoleKey<'a> {
    pub lang: Lang,
    pub staff: &'a str,
    /// Base64url.
    pub challenge: &'a str,
    /// Credential ids with a space between; empty: register a new one.
    pub keys: &'a str,
    pub relying_party: &'a str,
    pub registers: bool,
}

impl ConsoleKey<'_> {
    pub fn render(&self) -> Markup {
        let lang = self.lang;
        let (title, lead, button, action) = if self.registers {
            ("console.key.new_title", "console.key.new_lead", "console.key.register", NEW_KEY)
        } else {
            ("console.key.title", "console.key.lead", "console.key.use", KEY)
        };
        let title = t(lang, title);
        let kind = if self.registers { "create" } else { "get" };
        let fields = if self.registers {
            &["client_data", "authenticator_data", "spki"][..]
        } else {
            &["id", "client_data", "authenticator_data", "signature"]
        };
        let main = html! {
            div.card {
                div.sign { (Icon::Key.draw(32)) }
                h1 id="title" { (title) }
                p { (fill(lang, lead, &[("name", self.staff)])) }
                p.error id="key-failed" role="alert" hidden { (Icon::Warning.draw(24)) span { (t(lang, "console.key.failed")) } }
                noscript { p.note { (Icon::Warning.draw(24)) span { (t(lang, "console.key.noscript")) } } }
                form id="key" method="post" action=(action) data-ceremony=(kind) data-challenge=(self.challenge) data-keys=(self.keys)
                    data-rp=(self.relying_party) data-staff=(self.staff) {
                    @for field in fields { input type="hidden" name=(field) value=""; }
                    div.do { button.button id="use-key" type="submit" { (t(lang, button)) } }
                }
                p { a id="back" href=(LOGIN) { (t(lang, "console.key.back")) } }
            }
        };
        outside(lang, title, main, false)
    }

    pub fn samples(lang: Lang) -> Vec<ConsoleKey<'static>> {
        let sample = |registers| ConsoleKey {
            lang,
            staff: "jo.maes",
            challenge: "sample",
            keys: "sample",
            relying_party: "localhost",
            registers,
        };
        vec![sample(false), sample(true)]
    }
}

/// The first time: code, and a password of one's own.
pub struct ConsoleInvitation<'a> {
    pub lang: Lang,
    pub name: &'a str,
    pub trouble: Option<Trouble<'a>>,
}

impl ConsoleInvitation<'_> {
    pub fn render(&self) -> Markup {
        let (lang, title) = (self.lang, t(self.lang, "console.invitation.title"));
        let main = html! {
            div.card {
                h1 id="title" { (title) }
                p { (t(lang, "console.invitation.lead")) }
                @if let Some(trouble) = self.trouble { (trouble.draw(lang)) }
                form method="post" action=(INVITATION) {
                    (name_field(lang, self.name, "username"))
                    div.field {
                        label for="code" { (t(lang, "console.invitation.code")) }
                        input.code type="text" id="code" name="code" required maxlength="30" autocomplete="off" autocapitalize="characters"
                            spellcheck="false";
                    }
                    (password_field(lang, "password", "console.invitation.password", "new-password", Some("console.invitation.password_hint")))
                    div.do { button.button id="continue" type="submit" { (t(lang, "console.login.continue")) } }
                }
                p { a id="back" href=(LOGIN) { (t(lang, "console.key.back")) } }
            }
        };
        outside(lang, title, main, false)
    }

    pub fn samples(lang: Lang) -> Vec<ConsoleInvitation<'static>> {
        [None, Some(Trouble::Word("wrong")), Some(Trouble::Word("password"))]
            .map(|trouble| ConsoleInvitation { lang, name: "", trouble })
            .into()
    }
}
