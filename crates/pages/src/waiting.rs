//! The browser waits while the phone asks. Looks the same whether or not anybody has the number.

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::layout::{Layout, clock, refresh_unless};
use crate::{Asker, CANCEL, assets};

/// "Look at your phone", with the number to type there.
pub struct Waiting<'a> {
    pub lang: Lang,
    pub asker: Asker<'a>,
    pub req: &'a str,
    /// Two digits.
    pub match_number: &'a str,
    /// The phone number as typed here, grouped as people read it: it may have been mistyped.
    pub number: &'a str,
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
                (self.asker.draw(t(self.lang, "site.wait.asker")))
                (self.steps())
                (clock(self.lang, self.left, "site.wait.left", "site.wait.left_seconds"))
                div { (self.nothing_seen()) }
                form.do method="post" action=(CANCEL) {
                    input type="hidden" name="req" value=(self.req);
                    button.button.second id="cancel" type="submit" { (t(self.lang, "site.wait.stop")) }
                }
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
                li {
                    span { (t(self.lang, "site.wait.type")) }
                    strong.match id="match" { (self.match_number) }
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
                    li { (fill(self.lang, "site.wait.nothing.number", &[("number", self.number)])) }
                    li { (t(self.lang, "site.wait.nothing.internet")) }
                    li { a id="open-app" href=(self.app_href) target="_blank" rel="noopener" { (t(self.lang, "site.wait.nothing.here")) } }
                }
            }
        }
    }
}

impl Waiting<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        [161, 40]
            .map(|left| Waiting {
                lang,
                asker: Asker::SAMPLE,
                req: "sample",
                match_number: "47",
                number: "+32 468 75 89 60",
                left,
                stream_href: "/login/events?req=sample",
                app_href: "https://app.example/",
            })
            .into()
    }
}
