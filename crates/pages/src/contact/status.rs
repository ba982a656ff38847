//! What became of a message: for whoever holds its address.

use maud::{Markup, html};
use words::{Lang, fill, lookup, t};

use crate::console::When;
use crate::icons::Icon;
use crate::layout::Layout;

/// The clock of a new number, the same as the helpdesk sees.
#[derive(Clone, Copy)]
pub struct ContactClock<'a> {
    /// Day and time.
    pub target: &'a str,
    pub left: When,
    /// Day and time, once it is settled.
    pub settled: Option<&'a str>,
}

/// How it stands.
pub struct ContactStatus<'a> {
    pub lang: Lang,
    /// `K7QM-4TXP`
    pub reference: &'a str,
    /// `open`, `proposed`, `doing`, `done`, `closed`.
    pub state: &'a str,
    pub kind: &'a str,
    pub call_back: &'a str,
    pub clock: Option<ContactClock<'a>>,
    /// It was sent a moment ago.
    pub fresh: bool,
    pub lang_href: &'a str,
}

impl ContactStatus<'_> {
    pub fn render(&self) -> Markup {
        let lang = self.lang;
        let title = t(lang, if self.fresh { "site.contact.sent.title" } else { "site.contact.status.title" });
        let word = if self.state == "doing" { "proposed" } else { self.state };
        let state = lookup(lang, &format!("site.contact.state.{word}")).unwrap_or_default();
        let kind = lookup(lang, &format!("site.contact.topic.{}", self.kind)).unwrap_or_default();
        let main = html! {
            div.card {
                div.sign { (if self.fresh { Icon::Check } else { Icon::Message }.draw(32)) }
                h1 id="title" { (title) }
                dl.facts {
                    div { dt { (t(lang, "site.contact.status.reference")) } dd.code id="reference" { (self.reference) } }
                    div { dt { (t(lang, "site.contact.topic")) } dd { (kind) } }
                    div { dt { (t(lang, "site.contact.status.state")) } dd id="state" data-state=(self.state) { (state) } }
                }
                @if let Some(clock) = &self.clock { (self.clock(clock)) }
                @if self.call_back != "no" && !matches!(self.state, "done" | "closed") {
                    p id="call-back" { (lookup(lang, &format!("site.contact.status.call_{}", self.call_back)).unwrap_or_default()) }
                }
                p { (t(lang, "site.contact.status.keep")) }
                p.note { (Icon::Shield.draw(24)) span { (t(lang, "site.contact.never")) } }
            }
        };
        Layout { lang_href: Some(self.lang_href), ..Layout::new(lang, title, main) }.render()
    }

    fn clock(&self, clock: &ContactClock<'_>) -> Markup {
        let lang = self.lang;
        html! {
            div.live {
                (Icon::Clock.draw(24))
                div {
                    p {
                        strong id="clock" {
                            @if let Some(at) = clock.settled { (fill(lang, "site.contact.clock.settled", &[("at", at)])) }
                            @else { (clock.left.text(lang)) }
                        }
                    }
                    @if clock.settled.is_none() { p id="target" { (fill(lang, "site.contact.clock.target", &[("at", clock.target)])) } }
                }
            }
        }
    }
}

impl ContactStatus<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let clock = |left, settled| Some(ContactClock { target: "23-11-2026 14:05", left: When(left), settled });
        let sample = |state, kind, call_back, clock, fresh| ContactStatus {
            lang,
            reference: "K7QM-4TXP",
            state,
            kind,
            call_back,
            clock,
            fresh,
            lang_href: "/help/contact/K7QM4TXP-sample?lang=",
        };
        vec![
            sample("open", "new_number", "morning", clock(1440, None), true),
            sample("proposed", "new_number", "no", clock(-30, None), false),
            sample("done", "new_number", "afternoon", clock(0, Some("22-11-2026 16:00")), false),
            sample("open", "blocked", "evening", None, true),
            sample("doing", "suspicious", "afternoon", None, false),
            sample("closed", "new_phone", "no", None, false),
            sample("open", "other", "no", None, false),
        ]
    }
}
