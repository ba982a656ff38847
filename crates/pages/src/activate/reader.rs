//! The second page: reader, card, program; and what the program is doing.

use maud::{Markup, html};
use words::{Lang, fill, t};

use super::live::CardState;
use super::{CHANGE, READER, STOP, Step, WEB_EID, button, card, explain};
use crate::assets;
use crate::icons::Icon;
use crate::layout::{Layout, clock, refresh_unless};

/// Starts the card program and follows it.
pub struct ActivateReader<'a> {
    pub lang: Lang,
    /// `zelf-eid://activate?s=…`, while a session waits for a program.
    pub link: Option<&'a str>,
    /// Eight characters, while they wait to be typed.
    pub code: Option<&'a str>,
    /// Seconds until this session is over.
    pub left: u32,
    /// Grouped.
    pub number: &'a str,
    pub email: Option<&'a str>,
    /// The card is read to block an account.
    pub to_block: bool,
    pub state: CardState<'a>,
    /// Digits were wrong: tries left.
    pub digits_left: Option<u8>,
    /// Where the program can be got.
    pub program_href: Option<&'a str>,
}

impl ActivateReader<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.activate.reader.title");
        let main = html! {
            @if !self.to_block { (Step::Card.draw(self.lang)) }
            h1 id="title" { (title) }
            (self.whose())
            @if let Some(left) = self.digits_left { (explain(&wrong_digits(self.lang, left))) }
            (self.state.line(self.lang, self.left == 0))
            div.part id="do" data-live { (self.what_to_do()) }
            (self.web_eid())
            (button(STOP, "stop", "plain", t(self.lang, if self.to_block { "site.block.stop" } else { "site.activate.stop" })))
        };
        let follow = self.state.follow(&main);
        // Whoever types the six digits must not be disturbed.
        let head = match self.state.step {
            "proven" => html! { script src=(assets::activate_js()) defer {} },
            // Without scripts: time enough to read the code, or soon when a program is at work.
            "waiting" => refresh_unless(assets::activate_js(), "20"),
            _ => refresh_unless(assets::activate_js(), "4"),
        };
        Layout { head, ..Layout::new(self.lang, title, follow) }.render()
    }

    /// What was typed, large: a slip in the number is seen before the card is read for it.
    fn whose(&self) -> Markup {
        html! {
            dl.facts {
                div { dt { (t(self.lang, "site.login.phone")) } dd.code id="number" { (self.number) } }
                @if !self.to_block {
                    div {
                        dt { (t(self.lang, "app.email.label")) }
                        dd id="email" { (self.email.unwrap_or_else(|| t(self.lang, "app.my_data.no_email"))) }
                    }
                }
            }
            (button(CHANGE, "change", "plain", t(self.lang, "site.activate.review.change")))
        }
    }

    fn what_to_do(&self) -> Markup {
        html! {
            @if self.left == 0 {
                (button(READER, "again", "again", t(self.lang, "site.activate.reader.again")))
            } @else {
                @match self.state.step {
                    "proven" => (card::digits_form(self.lang, self.digits_left.is_some(), true)),
                    "waiting" => @if let Some((link, code)) = self.link.zip(self.code) { (self.steps(link, code)) },
                    _ => (self.at_work())
                }
                (clock(self.lang, self.left, "site.activate.reader.left", "site.activate.reader.left_seconds"))
            }
        }
    }

    fn at_work(&self) -> Markup {
        html! {
            p { (fill(self.lang, "site.activate.reader.compare", &[("number", self.number)])) }
            details id="nothing" {
                summary { (t(self.lang, "site.activate.reader.nothing")) }
                p { (t(self.lang, "site.activate.reader.again_text")) }
                (button(READER, "again", "second", t(self.lang, "site.activate.reader.again")))
            }
        }
    }

    fn steps(&self, link: &str, code: &str) -> Markup {
        html! {
            ol.steps {
                li { span { (t(self.lang, "site.activate.reader.connect")) } }
                li { span { (t(self.lang, "site.activate.reader.insert")) } }
                li {
                    span { (t(self.lang, "site.activate.reader.start")) }
                    a.button id="start" href=(link) data-opens { (Icon::Open.draw(24)) (t(self.lang, "site.activate.reader.open")) }
                }
            }
            p { (fill(self.lang, "site.activate.reader.compare", &[("number", self.number)])) }
            details id="typed" {
                summary { (t(self.lang, "site.activate.reader.typed")) }
                p { (t(self.lang, "site.activate.reader.type")) }
                (card::code(code))
            }
            (self.no_program())
        }
    }

    fn web_eid(&self) -> Markup {
        html! {
            div.part id="web-eid" hidden data-action=(WEB_EID) data-lang=(self.lang.code())
                data-busy=(t(self.lang, "site.activate.web_eid.busy")) data-failed=(t(self.lang, "site.activate.web_eid.failed")) {
                p { (t(self.lang, "site.activate.web_eid.text")) }
                button.button.second id="web-eid-start" type="button" { (t(self.lang, "site.activate.web_eid.start")) }
                p.quiet id="web-eid-say" aria-live="polite" {}
            }
        }
    }

    fn no_program(&self) -> Markup {
        html! {
            details id="program" {
                summary { (t(self.lang, "site.activate.program")) }
                p { (t(self.lang, "site.activate.program.what")) }
                @if let Some(href) = self.program_href {
                    p { a id="get-program" href=(href) { (t(self.lang, "site.activate.program.get")) } }
                }
                p { (t(self.lang, "site.activate.program.where")) }
            }
        }
    }
}

pub(super) fn wrong_digits(lang: Lang, left: u8) -> String {
    let tries = match left {
        1 => t(lang, "app.left.one").to_owned(),
        n => fill(lang, "app.left.more", &[("left", &n.to_string())]),
    };
    format!("{} {tries}", t(lang, "site.activate.digits.wrong"))
}

impl ActivateReader<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let sample = |step, progress, left| ActivateReader {
            lang,
            link: Some("zelf-eid://activate?s=AAAAAAAAAAAAAAAAAAAAAA"),
            code: Some("7KQ2M4XD"),
            left: 540,
            number: "+32 468 75 89 60",
            email: Some("an.peeters@voorbeeld.example"),
            to_block: false,
            state: CardState { step, progress, left, ..CardState::default() },
            digits_left: None,
            program_href: Some("https://voorbeeld.example/zelf-eid"),
        };
        let progress = [
            "no_reader",
            "no_card",
            "wrong_way",
            "unknown_card",
            "reading",
            "pin_pad",
            "pin_blocked",
            "signing",
            "removed",
        ];
        let mut all = vec![sample("waiting", None, None), sample("claimed", None, None)];
        all.extend(progress.map(|progress| sample("claimed", Some(progress), None)));
        all.extend([1, 2, 3].map(|left| sample("claimed", Some("pin"), Some(left))));
        all.push(sample("claimed", Some("pin_wrong"), Some(1)));
        all.push(sample("proven", None, None));
        all.push(ActivateReader { digits_left: Some(2), ..sample("proven", None, None) });
        all.push(ActivateReader { to_block: true, ..sample("waiting", None, None) });
        all.push(ActivateReader { email: None, ..sample("waiting", None, None) });
        all.push(ActivateReader { left: 0, program_href: None, ..sample("waiting", None, None) });
        let error = CardState {
            error: Some("revocation_unreachable"),
            ..all.first().map(|page| page.state).unwrap_or_default()
        };
        all.push(ActivateReader { state: error, ..sample("waiting", None, None) });
        all
    }
}
