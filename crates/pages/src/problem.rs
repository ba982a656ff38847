//! The error page: what happened, what to do, a stable English phrase for partners and an id for the helpdesk.

use maud::{Markup, html};
use words::{Lang, lookup, t};

use crate::help::href;
use crate::icons::Icon;
use crate::layout::Layout;

/// Every code with words of its own; another code is explained as `server_error`.
pub const CODES: [&str; 10] = [
    "redirect_uri_not_registered",
    "client_unknown",
    "request_invalid",
    "request_expired",
    "session_lost",
    "too_many",
    "server_error",
    "not_found",
    "method_not_allowed",
    "too_large",
];

/// Something the person, or a partner's page, ran into.
pub struct Problem<'a> {
    pub lang: Lang,
    pub code: &'a str,
    /// Short id of this occurrence, as in the log.
    pub id: &'a str,
    /// A way on, when one is safe to offer: never an unregistered address.
    pub back_href: Option<&'a str>,
    /// This page up to and including `lang=`, where it has an address.
    pub lang_href: Option<&'a str>,
}

impl Problem<'_> {
    pub fn render(&self) -> Markup {
        let title = self.text("title");
        let main = html! {
            div.card {
                div.sign.care { (Icon::Warning.draw(32)) }
                h1 id="title" { (title) }
                p { (self.text("what")) }
                p { (self.text("next")) }
                @if let Some(href) = self.back_href {
                    div.do { a.button id="back" href=(href) { (t(self.lang, "site.problem.back")) } }
                }
                p { a id="answer" href=(href(answer_to(self.code), self.lang)) { (t(self.lang, "help.page.answer_link")) } }
                div.desk {
                    p { (t(self.lang, "site.problem.desk")) }
                    p id="error-code" lang="en" { (self.code) }
                    p { code id="error-id" { (self.id) } }
                }
            }
        };
        Layout { lang_href: self.lang_href, ..Layout::new(self.lang, title, main) }.render()
    }

    fn text(&self, part: &str) -> &'static str {
        let text = |code: &str| lookup(self.lang, &format!("site.problem.{code}.{part}"));
        text(meaning(self.code)).or_else(|| text("server_error")).unwrap_or_default()
    }
}

/// The compatible mount calls three of them otherwise.
fn meaning(code: &str) -> &str {
    match code {
        "invalid_client_id" => "client_unknown",
        "invalid_redirect_uri" => "redirect_uri_not_registered",
        "invalid_request" => "request_invalid",
        other => other,
    }
}

/// The answer that helps whoever ran into `code`.
fn answer_to(code: &str) -> &'static str {
    match meaning(code) {
        "session_lost" | "request_expired" | "method_not_allowed" => "authentication-stopped",
        "too_many" => "internet",
        "client_unknown" | "redirect_uri_not_registered" => "suspicious-message",
        _ => "get-help",
    }
}

impl Problem<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let known = CODES.iter().map(|code| Problem {
            lang,
            code,
            id: "7KQ2-M4XD",
            back_href: None,
            lang_href: Some("/login/problem/server_error/7KQ2-M4XD?lang="),
        });
        let another = Problem {
            lang,
            code: "of_tomorrow",
            id: "7KQ2-M4XD",
            back_href: Some("https://voorbeeld.example/"),
            lang_href: None,
        };
        known.chain([another]).collect()
    }
}
