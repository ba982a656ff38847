//! The end of an enrolment: done, or what happened and what to do.

use maud::{Markup, html};
use words::{Lang, fill, lookup, t};

use super::{ACTIVATE, READER, button};
use crate::block::BLOCK_CARD;
use crate::help::href;
use crate::icons::Icon;
use crate::layout::Layout;

/// What happened, by the code of docs/eid.md §6. `lost` is for a browser that holds no enrolment.
pub(super) fn happened(lang: Lang, code: &str) -> &'static str {
    let own = match code {
        "stopped" => "site.activate.ended.stopped",
        "expired" | "session_expired" => "site.activate.ended.expired",
        "other_browser" => "site.activate.ended.other_browser",
        "two_programs" | "session_taken" => "site.activate.ended.two_programs",
        "digits_exhausted" => "site.activate.ended.digits",
        "token_exhausted" => "site.activate.ended.token",
        "held" => "site.activate.ended.held",
        "stopped_card" => "site.activate.ended.stopped_card",
        "lost" | "session_unknown" => "site.activate.ended.lost",
        "program_stopped" => "site.activate.state.stopped",
        "too_many" => "site.problem.too_many.what",
        "busy" => "site.activate.ended.busy",
        _ => return lookup(lang, &format!("card.error.{code}")).unwrap_or(t(lang, "site.activate.ended.other")),
    };
    t(lang, own)
}

/// What to do about it, where there is more to say than "start again".
pub(super) fn todo(lang: Lang, code: &str) -> Option<&'static str> {
    match code {
        "other_browser" => Some(t(lang, "site.activate.ended.other_browser_next")),
        "two_programs" | "session_taken" => Some(t(lang, "site.activate.ended.two_programs_next")),
        "lost" | "session_unknown" => Some(t(lang, "site.activate.ended.lost_next")),
        "program_stopped" => Some(t(lang, "site.activate.reader.again_text")),
        "busy" => Some(t(lang, "site.activate.ended.busy_next")),
        "held" => Some(t(lang, "site.activate.ended.held_next")),
        "stopped_card" => Some(t(lang, "site.activate.ended.stopped_card_next")),
        "stopped" | "expired" | "session_expired" | "digits_exhausted" | "token_exhausted" => None,
        _ => lookup(lang, &format!("card.todo.{code}")),
    }
}

/// Says what happened and offers to start again.
pub struct ActivateEnded<'a> {
    pub lang: Lang,
    /// A code of docs/eid.md §6, or `lost`.
    pub code: &'a str,
    /// When to come back, written as people read it.
    pub until: Option<&'a str>,
    /// This enrolment may go on with another card or another program.
    pub again: bool,
    /// The card was to be read to block an account.
    pub to_block: bool,
}

impl ActivateEnded<'_> {
    pub fn render(&self) -> Markup {
        let title = match self.code {
            _ if self.to_block => t(self.lang, "site.block.ended.title"),
            "lost" | "session_unknown" => t(self.lang, "site.activate.ended.lost_title"),
            "stopped" => t(self.lang, "site.activate.ended.stopped_title"),
            _ => t(self.lang, "site.activate.ended.title"),
        };
        let (icon, tone) = if self.code == "stopped" { (Icon::Stop, "stop") } else { (Icon::Warning, "care") };
        let main = html! {
            div.card {
                div.sign.(tone) { (icon.draw(32)) }
                h1 id="title" { (title) }
                p id="what" { (self.what()) }
                @if let Some(next) = todo(self.lang, self.code) { p id="next" { (next) } }
                @if let Some(until) = self.until {
                    p { (fill(self.lang, "site.activate.ended.until", &[("until", until)])) }
                }
                div.do {
                    @if self.again { (button(READER, "again", "again", t(self.lang, "site.activate.reader.again"))) }
                    a.button.second[self.again] id="restart" href={ (self.start()) "?lang=" (self.lang.code()) } {
                        @if self.again { (t(self.lang, "site.activate.restart_other")) } @else { (t(self.lang, "site.activate.restart")) }
                    }
                }
                div.desk {
                    p { a id="answer" href=(href(answer_to(self.code), self.lang)) { (t(self.lang, "help.page.answer_link")) } }
                    p { (t(self.lang, "site.problem.desk")) }
                    p { code id="error-code" { (self.code) } }
                }
            }
        };
        Layout::new(self.lang, title, main).render()
    }
}

/// The answer that helps whoever ended so.
fn answer_to(code: &str) -> &'static str {
    match code {
        "held" => "held",
        "stopped_card" => "stop",
        "token_exhausted" | "digits_exhausted" => "token-expired",
        "person_waits" => "wait-20-minutes",
        "too_young" => "too-young",
        "number_taken" => "number-taken",
        "lost" | "session_unknown" | "other_browser" => "authentication-stopped",
        "card_expired" | "card_outdated" | "card_not_activated" | "card_not_yet" | "document_type" => "no-chip",
        "no_reader" | "no_card" | "server_none" | "program_stopped" => "reader-not-seen",
        code if code.starts_with("pin_") => "pin-lost",
        code if code.starts_with("card_") => "reader-not-seen",
        _ => "get-help",
    }
}

impl ActivateEnded<'_> {
    fn what(&self) -> &'static str {
        match self.code {
            "stopped" if self.to_block => t(self.lang, "site.block.ended.stopped"),
            "expired" | "session_expired" if self.to_block => t(self.lang, "site.block.ended.expired"),
            code => happened(self.lang, code),
        }
    }

    fn start(&self) -> &'static str {
        if self.to_block { BLOCK_CARD } else { ACTIVATE }
    }
}

impl ActivateEnded<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let codes = [
            "stopped",
            "expired",
            "other_browser",
            "two_programs",
            "digits_exhausted",
            "token_exhausted",
            "held",
            "stopped_card",
            "lost",
            "busy",
            "program_stopped",
            "card_expired",
            "of_tomorrow",
        ];
        let mut all: Vec<_> = codes
            .map(|code| ActivateEnded { lang, code, until: None, again: code == "card_expired", to_block: false })
            .into();
        let until = Some("22-11-2026 14:05");
        all.push(ActivateEnded { lang, code: "person_waits", until, again: false, to_block: false });
        for code in ["stopped", "expired", "card_expired"] {
            all.push(ActivateEnded { lang, code, until: None, again: false, to_block: true });
        }
        all
    }
}

/// The phone is ready.
pub struct ActivateDone<'a> {
    pub lang: Lang,
    pub first_name: Option<&'a str>,
    /// This person had an account and has it back.
    pub known: bool,
}

impl ActivateDone<'_> {
    pub fn render(&self) -> Markup {
        let title = if self.known { "site.activate.done.again" } else { "site.activate.done.title" };
        let title = t(self.lang, title);
        let main = html! {
            div.card {
                div.sign { (Icon::Check.draw(32)) }
                h1 id="title" { (title) }
                p {
                    @if let Some(name) = self.first_name { (fill(self.lang, "site.activate.done.hello", &[("name", name)])) " " }
                    (t(self.lang, "site.activate.done.text"))
                }
                p { (t(self.lang, "site.activate.done.card")) }
            }
        };
        Layout::new(self.lang, title, main).render()
    }
}

impl ActivateDone<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        [(Some("An"), false), (None, true)].map(|(first_name, known)| ActivateDone { lang, first_name, known }).into()
    }
}
