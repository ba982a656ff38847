//! A login that was begun in another browser or in a private window: nothing is wrong, and here is how to go on.

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::help::href;
use crate::icons::Icon;
use crate::layout::Layout;

/// What may be told of the service that asked; an address of a request that nobody knows has none.
pub struct Elsewhere<'a> {
    pub lang: Lang,
    pub service: Option<&'a str>,
    /// The app brought the person here; else the page was opened by its address.
    pub from_app: bool,
    /// The service's front, when it is known.
    pub front_href: Option<&'a str>,
    /// Short id of this occurrence, as in the log.
    pub id: &'a str,
}

/// What partners and the helpdesk call it.
pub const SESSION_LOST: &str = "session_lost";

impl Elsewhere<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.elsewhere.title");
        let main = html! {
            div.card {
                div.sign { (Icon::Browser.draw(32)) }
                h1 id="title" { (title) }
                p { (t(self.lang, "site.elsewhere.what")) }
                p { strong { (t(self.lang, "site.elsewhere.fine")) } }
                section.part aria-labelledby="next" {
                    h2 id="next" { (t(self.lang, "site.elsewhere.next")) }
                    ol.steps {
                        li { span { (t(self.lang, if self.from_app { "site.elsewhere.here" } else { "site.elsewhere.there" })) } }
                        li { span { (t(self.lang, if self.from_app { "site.elsewhere.other_way" } else { "site.elsewhere.or_here" })) } }
                    }
                }
                @if let Some(front) = self.front_href {
                    div.do { a.button id="front" href=(front) { (fill(self.lang, "site.back", &[("service", self.service.unwrap_or_default())])) } }
                }
                p.note { (Icon::Warning.draw(24)) span { (t(self.lang, "site.elsewhere.sent")) } }
                p { a id="answer" href=(href("authentication-stopped", self.lang)) { (t(self.lang, "help.page.answer_link")) } }
                div.desk {
                    p { (t(self.lang, "site.problem.desk")) }
                    p id="error-code" lang="en" { (SESSION_LOST) }
                    p { code id="error-id" { (self.id) } }
                }
            }
        };
        Layout::new(self.lang, title, main).render()
    }
}

impl Elsewhere<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let known = |from_app| Elsewhere {
            lang,
            service: Some("Gemeente Voorbeeld"),
            from_app,
            front_href: Some("https://voorbeeld.example/"),
            id: "7KQ2-M4XD",
        };
        vec![known(true), known(false), Elsewhere { service: None, front_href: None, ..known(false) }]
    }
}
