//! One answer: what happened, what to do in short numbered steps, and one button that does the next step.

use maud::{Markup, html};
use words::{Lang, t};

use super::local::dialled;
use super::{ANSWERS, Answer, Around, Beside, CONTACT, HELP, Local, NEAR, Next, find, href};
use crate::activate::ACTIVATE;
use crate::icons::Icon;
use crate::layout::Layout;

/// `GET /help/a/{slug}`.
pub struct HelpAnswer<'a> {
    pub lang: Lang,
    pub answer: &'static Answer,
    pub around: Around<'a>,
}

impl HelpAnswer<'_> {
    pub fn render(&self) -> Markup {
        let title = self.answer.text(self.lang, "title");
        let main = html! {
            nav.back { a href={ (HELP) "?lang=" (self.lang.code()) } { (Icon::Arrow.draw(24)) (t(self.lang, "help.page.all")) } }
            article.card.answer data-slug=(self.answer.slug) {
                h1 id="title" { (title) }
                p.what { (self.text("what")) }
                ol.steps {
                    @for step in self.text("steps").lines() { li { p { (step) } } }
                }
                (self.beside())
                (self.button())
            }
            (self.alike())
        };
        let lang_href = format!("{HELP}/a/{}?lang=", self.answer.slug);
        Layout { lang_href: Some(&lang_href), ..Layout::new(self.lang, &title, main) }.render()
    }

    fn text(&self, part: &str) -> String {
        self.around.fill(&self.answer.text(self.lang, part))
    }

    fn button(&self) -> Markup {
        let lang = self.lang.code();
        let (icon, target) = match self.answer.next {
            Next::App => (Icon::Phone, format!("{}/", self.around.app_href)),
            Next::Card => (Icon::Card, format!("{ACTIVATE}?lang={lang}")),
            Next::Block => (Icon::Stop, format!("/block?lang={lang}")),
            Next::Contact => (Icon::Message, format!("{CONTACT}?lang={lang}")),
            Next::Near => (Icon::People, format!("{NEAR}?lang={lang}")),
            Next::NewPin => match &self.around.local.new_pin {
                Some(address) => (Icon::Card, address.clone()),
                None => (Icon::People, format!("{NEAR}?lang={lang}")),
            },
        };
        let label = match (self.answer.next, &self.around.local.new_pin) {
            (Next::NewPin, None) => t(self.lang, "help.page.near").to_owned(),
            _ => self.answer.text(self.lang, "button"),
        };
        html! {
            div.do {
                a.button id="next" href=(target) data-paper=(self.on_paper(&target)) { (icon.draw(24)) (label) }
                @if self.answer.next == Next::App { p.hint { (t(self.lang, "help.page.on_phone")) } }
            }
        }
    }

    /// An address as somebody types it from a sheet of paper.
    fn on_paper(&self, target: &str) -> String {
        let whole =
            if target.starts_with('/') { format!("{}{target}", self.around.local.site) } else { target.to_owned() };
        let plain = whole.split_once("://").map_or(whole.as_str(), |(_, rest)| rest);
        plain.split('?').next().unwrap_or(plain).trim_end_matches('/').to_owned()
    }

    fn beside(&self) -> Markup {
        match self.answer.beside {
            Beside::Nothing => html! {},
            Beside::Banks => self.banks(),
            Beside::Numbers => self.numbers(false),
            Beside::Report => self.numbers(true),
        }
    }

    fn banks(&self) -> Markup {
        html! {
            @if !self.around.banks.is_empty() {
                section.facts id="banks" {
                    h2 { (t(self.lang, "help.page.banks")) }
                    ul {
                        @for (name, needs_app) in self.around.banks {
                            li { (name) @if *needs_app { ": " (t(self.lang, "help.page.bank_app")) } }
                        }
                    }
                }
            }
        }
    }

    fn numbers(&self, report: bool) -> Markup {
        let local = self.around.local;
        let call = [("help.page.card_stop", &local.card_stop), ("help.page.doc_stop", &local.doc_stop)];
        let mail = local.report_to.as_ref().filter(|_| report);
        html! {
            @if mail.is_some() || call.iter().any(|(_, number)| number.is_some()) {
                dl.facts id="numbers" {
                    @if let Some(mail) = mail {
                        div { dt { (t(self.lang, "help.page.report")) } dd { a href={ "mailto:" (mail) } { (mail) } } }
                    }
                    @for (what, number) in call {
                        @if let Some(number) = number {
                            div { dt { (t(self.lang, what)) } dd { a href=(dialled(number)) { (number) } } }
                        }
                    }
                }
            }
        }
    }

    fn alike(&self) -> Markup {
        let others = self.answer.alike.iter().filter_map(|slug| find(slug));
        html! {
            nav.alike aria-labelledby="alike" {
                h2 id="alike" { (t(self.lang, "help.page.alike")) }
                ul.links {
                    @for other in others { li { a href=(href(other.slug, self.lang)) { (other.text(self.lang, "title")) } } }
                    li { a href={ (CONTACT) "?lang=" (self.lang.code()) } { (t(self.lang, "help.page.contact")) } }
                }
            }
        }
    }
}

impl HelpAnswer<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let around = Around {
            local: Local::sample(),
            app_href: "https://app.example",
            minimum_age: 18,
            banks: &[],
            guides: &[],
        };
        ANSWERS.iter().map(|answer| HelpAnswer { lang, answer, around }).collect()
    }
}
