//! A service asks to end what the browser remembers: are you sure, done, or no.

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::LOGOUT;
use crate::icons::Icon;
use crate::layout::Layout;

/// Asks first: a link from anywhere could lead here. Posts `req` and `answer` (`yes` or `no`) to [`LOGOUT`].
pub struct LogoutConfirm<'a> {
    pub lang: Lang,
    /// Who asks, when it said so.
    pub service: Option<&'a str>,
    /// Opaque state; comes back with the form.
    pub req: &'a str,
}

impl LogoutConfirm<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.logout.title");
        let asks = match self.service {
            Some(service) => fill(self.lang, "site.logout.asks", &[("service", service)]),
            None => t(self.lang, "site.logout.asks_nobody").to_owned(),
        };
        let main = html! {
            div.card {
                div.sign { (Icon::Browser.draw(32)) }
                h1 id="title" { (title) }
                p { (asks) }
                p { (t(self.lang, "site.logout.what")) }
                form.do method="post" action=(LOGOUT) {
                    input type="hidden" name="req" value=(self.req);
                    button.button id="logout" type="submit" name="answer" value="yes" { (t(self.lang, "site.logout.yes")) }
                    button.button.second id="stay" type="submit" name="answer" value="no" { (t(self.lang, "site.logout.no")) }
                }
            }
        };
        Layout::new(self.lang, title, main).render()
    }
}

/// Logged out here, or left as it was.
pub struct LoggedOut<'a> {
    pub lang: Lang,
    /// False when the person chose to stay.
    pub out: bool,
    /// Who asked and a registered address of theirs.
    pub back: Option<(&'a str, &'a str)>,
}

impl LoggedOut<'_> {
    pub fn render(&self) -> Markup {
        let (title, what) = match self.out {
            true => ("site.logout.done", "site.logout.done_what"),
            false => ("site.logout.stayed", "site.logout.stayed_what"),
        };
        let title = t(self.lang, title);
        let main = html! {
            div.card {
                div.sign { (Icon::Check.draw(32)) }
                h1 id="title" { (title) }
                p { (t(self.lang, what)) }
                @if let Some((service, href)) = self.back {
                    div.do { a.button id="back" href=(href) { (fill(self.lang, "site.back", &[("service", service)])) } }
                }
            }
        };
        Layout::new(self.lang, title, main).render()
    }
}

/// What was asked could not be read, or came from nobody we know; nothing was ended.
pub struct LogoutFailed<'a> {
    pub lang: Lang,
    /// Stable phrase for partners.
    pub code: &'a str,
    /// Short id of this occurrence, as in the log.
    pub id: &'a str,
}

impl LogoutFailed<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.logout.failed");
        let main = html! {
            div.card {
                div.sign.care { (Icon::Warning.draw(32)) }
                h1 id="title" { (title) }
                p { (t(self.lang, "site.logout.failed_what")) }
                p { (t(self.lang, "site.logout.failed_next")) }
                div.do { a.button id="logout" href=(LOGOUT) { (t(self.lang, "site.logout.here")) } }
                div.desk {
                    p { (t(self.lang, "site.problem.desk")) }
                    p id="error-code" lang="en" { (self.code) }
                    p { code id="error-id" { (self.id) } }
                }
            }
        };
        Layout::new(self.lang, title, main).render()
    }
}

impl LogoutConfirm<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        [Some("Gemeente Voorbeeld"), None].map(|service| LogoutConfirm { lang, service, req: "sample" }).into()
    }
}

impl LoggedOut<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let back = Some(("Gemeente Voorbeeld", "https://voorbeeld.example/uit"));
        vec![
            LoggedOut { lang, out: true, back },
            LoggedOut { lang, out: true, back: None },
            LoggedOut { lang, out: false, back },
        ]
    }
}

impl LogoutFailed<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        vec![LogoutFailed { lang, code: "invalid_request", id: "7KQ2-M4XD" }]
    }
}
