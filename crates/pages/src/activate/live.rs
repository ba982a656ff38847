//! What the card program is doing now, for a page that follows it.

use maud::{Markup, html};
use words::{Lang, fill, t};

use super::EVENTS;
use crate::icons::Icon;

/// Where an enrolment stands, in the words of docs/eid.md §2.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CardState<'a> {
    pub step: &'a str,
    pub progress: Option<&'a str>,
    /// PIN tries left.
    pub left: Option<u8>,
    /// Why the last attempt failed, when another may follow.
    pub error: Option<&'a str>,
    pub device: Option<&'a str>,
    /// Unix seconds.
    pub expires: i64,
}

impl CardState<'_> {
    /// What the script compares with what it hears: the same words in the same order.
    pub(super) fn key(&self) -> String {
        let left = self.left.map(|left| left.to_string()).unwrap_or_default();
        let part = |part: Option<&str>| part.unwrap_or_default().to_owned();
        let expires = self.expires.to_string();
        [self.step.to_owned(), part(self.progress), left, part(self.error), part(self.device), expires].join("|")
    }

    /// The card around a page that follows the state.
    pub(super) fn follow(&self, main: &Markup) -> Markup {
        html! { div.card data-events=(EVENTS) data-key=(self.key()) { (main) } }
    }

    pub(super) fn line(&self, lang: Lang, late: bool) -> Markup {
        let (text, icon, tone) =
            if late { (t(lang, "site.activate.reader.late"), Icon::Clock, "care") } else { self.words(lang) };
        html! {
            div.live.(tone) id="live" data-live role="status" {
                (icon.draw(24))
                div {
                    p { (text) }
                    @if matches!(self.progress, Some("pin" | "pin_pad" | "pin_wrong")) { (self.tries(lang)) }
                    @if let Some(next) = self.error.and_then(|code| super::ended::todo(lang, code)) { p { (next) } }
                }
            }
        }
    }

    fn tries(&self, lang: Lang) -> Markup {
        html! {
            @match self.left {
                Some(1) => p { strong { (t(lang, "app.left.one")) } },
                Some(left @ 2..) => p { (fill(lang, "app.left.more", &[("left", &left.to_string())])) },
                _ => {}
            }
        }
    }

    fn words(&self, lang: Lang) -> (&'static str, Icon, &'static str) {
        if let Some(code) = self.error {
            return (super::ended::happened(lang, code), Icon::Warning, "care");
        }
        if self.step == "waiting" {
            return (t(lang, "site.activate.state.waiting"), Icon::Clock, "quiet");
        }
        if self.step == "proven" {
            return (t(lang, "site.activate.state.proven"), Icon::Check, "good");
        }
        match self.progress {
            Some("no_reader") => (t(lang, "site.activate.state.no_reader"), Icon::Reader, "care"),
            Some("no_card") => (t(lang, "site.activate.state.no_card"), Icon::Card, "care"),
            Some("wrong_way") => (t(lang, "site.activate.state.wrong_way"), Icon::Card, "care"),
            Some("unknown_card") => (t(lang, "site.activate.state.unknown_card"), Icon::Card, "care"),
            Some("reading") => (t(lang, "site.activate.state.reading"), Icon::Card, "own"),
            Some("pin") => (t(lang, "site.activate.state.pin"), Icon::Key, "own"),
            Some("pin_pad") => (t(lang, "site.activate.state.pin_pad"), Icon::Key, "own"),
            Some("pin_wrong") => (t(lang, "site.activate.state.pin_wrong"), Icon::Warning, "care"),
            Some("pin_blocked") => (t(lang, "site.activate.state.pin_blocked"), Icon::Warning, "care"),
            Some("signing") => (t(lang, "site.activate.state.signing"), Icon::Card, "own"),
            Some("removed") => (t(lang, "site.activate.state.removed"), Icon::Card, "care"),
            _ => (t(lang, "site.activate.state.claimed"), Icon::Open, "own"),
        }
    }
}
