//! The browser waits while the phone asks. Looks the same whether or not anybody has the number.

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::layout::{Layout, clock, refresh_unless};
use crate::{Asker, CANCEL, Deed, RETRY, assets};

/// "Look at your phone", with the number to type there.
pub struct Waiting<'a> {
    pub lang: Lang,
    pub asker: Asker<'a>,
    pub deed: Deed,
    pub req: &'a str,
    /// Two digits; empty where nothing is typed.
    pub match_number: &'a str,
    /// The phone number as typed here, grouped as people read it: it may have been mistyped. `None` when the service already knew
    /// whom it asks.
    pub number: Option<&'a str>,
    /// Seconds until the request expires.
    pub left: u32,
    /// Event stream that says `event: state`, `data: done` when this page should be asked for again.
    pub stream_href: &'a str,
    /// The phone app, for somebody who has it in this browser.
    pub app_href: &'a str,
}

impl Waiting<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.wait.title");
        let main = html! {
            div.card data-stream=(self.stream_href) {
                h1 id="title" { (title) }
                (self.asker.draw(t(self.lang, self.deed.asker())))
                @if self.number.is_none() {
                    p id="known" { (fill(self.lang, "site.wait.known", &[("service", self.asker.name)])) }
                }
                (self.steps())
                (clock(self.lang, self.left, "site.wait.left", "site.wait.left_seconds"))
                div { (self.nothing_seen()) }
                (stop(self.lang, self.deed, self.req))
            }
        };
        let head = refresh_unless(assets::wait_js(), "2");
        Layout { head, ..Layout::new(self.lang, title, main) }.render()
    }

    fn steps(&self) -> Markup {
        html! {
            ol.steps {
                li { span { (t(self.lang, "site.wait.open")) } }
                li { span { (fill(self.lang, "site.wait.check", &[("service", self.asker.name)])) } }
                @if !self.match_number.is_empty() {
                    li {
                        span { (t(self.lang, "site.wait.type")) }
                        strong.match id="match" { (self.match_number) }
                    }
                }
                li { span { (t(self.lang, "site.wait.code")) } }
            }
        }
    }

    fn nothing_seen(&self) -> Markup {
        html! {
            details id="nothing" {
                summary { (t(self.lang, "site.wait.nothing")) }
                ul {
                    li { (t(self.lang, "site.wait.nothing.open")) }
                    @if let Some(number) = self.number {
                        li { (fill(self.lang, "site.wait.nothing.number", &[("number", number)])) }
                    }
                    li { (t(self.lang, "site.wait.nothing.internet")) }
                    // To everybody: whether this number has a phone is nobody else's business.
                    li { (t(self.lang, "site.wait.nothing.found")) }
                    li { a id="open-app" href=(self.app_href) target="_blank" rel="noopener" { (t(self.lang, "site.wait.nothing.here")) } }
                }
                form method="post" action=(RETRY) {
                    input type="hidden" name="req" value=(self.req);
                    button.button.second id="other-way" type="submit" { (t(self.lang, "site.link.other")) }
                }
            }
        }
    }
}

/// The person gives up: the service hears of it.
pub(crate) fn stop(lang: Lang, deed: Deed, req: &str) -> Markup {
    html! {
        form.do method="post" action=(CANCEL) {
            input type="hidden" name="req" value=(req);
            button.button.second id="cancel" type="submit" { (t(lang, deed.stop())) }
        }
    }
}

impl Waiting<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let sample = |left, number, match_number, deed| Waiting {
            lang,
            asker: Asker::SAMPLE,
            deed,
            req: "sample",
            match_number,
            number,
            left,
            stream_href: "/login/events/sample",
            app_href: "https://app.example/",
        };
        vec![
            sample(161, Some("+32 468 75 89 60"), "47", Deed::Login),
            sample(40, Some("+32 468 75 89 60"), "47", Deed::Payment),
            sample(161, None, "47", Deed::Payment),
            sample(161, None, "", Deed::Text),
        ]
    }
}
