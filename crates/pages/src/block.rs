//! Blocking an account on the site: with a code that was written down, or with the identity card.

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::activate::{ACTIVATE, BLOCKED, agreement, explain};
use crate::icons::Icon;
use crate::layout::Layout;

/// Where the form is asked, and posts: `code`, `lang`.
pub const BLOCK: &str = "/block";
/// Where blocking with the identity card begins.
pub const BLOCK_CARD: &str = "/block/card";

/// Why the form was sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockError {
    Missing,
    /// Nothing was blocked: the same words whatever the code was.
    Wrong,
    /// Too many from here: wait so many minutes.
    Wait(u32),
}

impl BlockError {
    fn text(self, lang: Lang) -> String {
        match self {
            BlockError::Missing => t(lang, "site.block.error.missing").to_owned(),
            BlockError::Wrong => t(lang, "site.block.error.wrong").to_owned(),
            BlockError::Wait(1) => t(lang, "site.login.error.wait_one").to_owned(),
            BlockError::Wait(n) => fill(lang, "site.login.error.wait", &[("minutes", &n.to_string())]),
        }
    }
}

/// Says what blocking does; asks a code, or leads to the card.
pub struct BlockForm {
    pub lang: Lang,
    pub error: Option<BlockError>,
}

impl BlockForm {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.block.title");
        let described = if self.error.is_some() { "error code-hint" } else { "code-hint" };
        let main = html! {
            div.card {
                div.sign.stop { (Icon::Stop.draw(32)) }
                h1 id="title" { (title) }
                p { (t(self.lang, "site.block.does")) }
                ul {
                    li { (t(self.lang, "site.block.does_1")) }
                    li { (t(self.lang, "site.block.does_2")) }
                    li { (t(self.lang, "site.block.does_3")) }
                }
                form id="block" method="post" action=(BLOCK) novalidate {
                    input type="hidden" name="lang" value=(self.lang.code());
                    @if let Some(error) = self.error { (explain(&error.text(self.lang))) }
                    div.field {
                        label for="code" { (t(self.lang, "site.block.code")) }
                        input.code type="text" id="code" name="code" autocomplete="off" autocapitalize="characters" spellcheck="false"
                            maxlength="40" required aria-describedby=(described) aria-invalid=[self.error.map(|_| "true")]
                            autofocus[self.error.is_some()];
                        p.hint id="code-hint" { (t(self.lang, "site.block.code_hint")) }
                    }
                    div.do { button.button id="block-now" type="submit" { (t(self.lang, "site.block.now")) } }
                }
                section.part aria-labelledby="no-code" {
                    h2 id="no-code" { (t(self.lang, "site.block.no_code")) }
                    p { (t(self.lang, "site.block.card_text")) }
                    a.button.second id="block-card" href={ (BLOCK_CARD) "?lang=" (self.lang.code()) } {
                        (Icon::Card.draw(24)) (t(self.lang, "site.block.card"))
                    }
                    p { (t(self.lang, "site.block.bank")) }
                }
            }
        };
        Layout { lang_href: Some("/block?lang="), ..Layout::new(self.lang, title, main) }.render()
    }

    pub fn samples(lang: Lang) -> Vec<Self> {
        [
            None,
            Some(BlockError::Missing),
            Some(BlockError::Wrong),
            Some(BlockError::Wait(1)),
            Some(BlockError::Wait(40)),
        ]
        .map(|error| BlockForm { lang, error })
        .into()
    }
}

/// A code was right: the account is blocked.
pub struct Blocked {
    pub lang: Lang,
}

impl Blocked {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.block.done.title");
        let main = html! {
            div.card {
                div.sign { (Icon::Check.draw(32)) }
                h1 id="title" { (title) }
                p id="what" { (t(self.lang, "site.block.done.text")) }
                p { (t(self.lang, "site.block.done.told")) }
                h2 { (t(self.lang, "site.block.next")) }
                p { (t(self.lang, "site.block.done.again")) }
                div.do {
                    a.button id="reactivate" href={ (ACTIVATE) "?lang=" (self.lang.code()) } { (t(self.lang, "site.block.reactivate")) }
                }
            }
        };
        Layout::new(self.lang, title, main).render()
    }

    pub fn samples(lang: Lang) -> Vec<Self> {
        vec![Blocked { lang }]
    }
}

/// A card was read to block: what happened, and the way back with the same card.
pub struct CardBlocked<'a> {
    pub lang: Lang,
    pub first_name: Option<&'a str>,
    /// There was an account to block.
    pub account: bool,
    /// Grouped: the number that a phone would be activated for.
    pub number: &'a str,
    /// Version of the terms.
    pub version: &'a str,
}

impl CardBlocked<'_> {
    pub fn render(&self) -> Markup {
        let (title, what) = match self.account {
            true => (t(self.lang, "site.block.done.title"), t(self.lang, "site.block.done.text")),
            false => (t(self.lang, "site.block.none.title"), t(self.lang, "site.block.none.text")),
        };
        let main = html! {
            div.card {
                div.sign { (Icon::Check.draw(32)) }
                h1 id="title" { (title) }
                p id="what" {
                    @if let Some(name) = self.first_name { (fill(self.lang, "site.activate.token.hello", &[("name", name)])) " " }
                    (what)
                }
                @if self.account {
                    p { (t(self.lang, "site.block.done.told")) }
                    h2 { (t(self.lang, "site.block.next")) }
                    p { (fill(self.lang, "site.block.back", &[("number", self.number)])) }
                    p { (t(self.lang, "site.activate.location_hint")) }
                    form method="post" action=(BLOCKED) {
                        p.quiet { (t(self.lang, "site.block.back_terms")) }
                        div.do { button.button id="works-again" type="submit" { (t(self.lang, "site.block.back_button")) } }
                    }
                    (agreement(self.lang, self.version))
                }
            }
        };
        Layout::new(self.lang, title, main).render()
    }
}

impl CardBlocked<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let sample = |first_name, account| CardBlocked {
            lang,
            first_name,
            account,
            number: "+32 468 75 89 60",
            version: "2026-11",
        };
        vec![sample(Some("An"), true), sample(None, false)]
    }
}
