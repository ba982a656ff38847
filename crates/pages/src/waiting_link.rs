//! The app is on this device. The page opens it and goes on only when the app brings the browser back: whoever was sent the
//! address of a login that somebody else began must not finish it for them.

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::icons::Icon;
use crate::layout::{Layout, clock, refresh_unless};
use crate::waiting::stop;
use crate::{Asker, Deed, RETRY, assets};

/// "Open the app", and what to do when nothing happens.
pub struct WaitingLink<'a> {
    pub lang: Lang,
    pub asker: Asker<'a>,
    pub deed: Deed,
    pub req: &'a str,
    /// `{app}/r#apr_…`: followed by the person, never by a script (phones open an app for a tap alone).
    pub app_href: &'a str,
    /// Approved in the app, which did not bring this browser back.
    pub approved: bool,
    /// Seconds until the request expires.
    pub left: u32,
    pub stream_href: &'a str,
}

impl WaitingLink<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, if self.approved { "site.link.approved_title" } else { "site.link.title" });
        let state = if self.approved { "approved" } else { "waiting" };
        let main = html! {
            div.card data-stream=[(!self.approved).then_some(self.stream_href)] data-state=(state) {
                @if self.approved { div.sign { (Icon::Check.draw(32)) } }
                h1 id="title" { (title) }
                (self.asker.draw(t(self.lang, self.deed.asker())))
                @if self.approved { (self.not_here()) } @else { (self.opening()) }
            }
        };
        let head = if self.approved {
            html! {}
        } else {
            refresh_unless(assets::wait_js(), "5")
        };
        Layout { head, ..Layout::new(self.lang, title, main) }.render()
    }

    fn opening(&self) -> Markup {
        html! {
            p { (t(self.lang, "site.link.intro")) }
            div.do { a.button id="open-app" href=(self.app_href) { (Icon::Phone.draw(24)) (t(self.lang, "site.link.open")) } }
            ol.steps {
                li { span { (fill(self.lang, "site.wait.check", &[("service", self.asker.name)])) } }
                li { span { (t(self.lang, "site.link.back")) } }
            }
            (clock(self.lang, self.left, "site.wait.left", "site.wait.left_seconds"))
            details id="nothing" {
                summary { (t(self.lang, "site.link.nothing")) }
                ul {
                    li { (t(self.lang, "site.link.nothing.here")) }
                    li { (t(self.lang, "site.link.nothing.browser")) }
                    li { (t(self.lang, "site.link.nothing.other")) }
                }
                (self.other_way("second"))
            }
            (stop(self.lang, self.deed, self.req))
        }
    }

    /// The app opened another browser, or it was closed too soon.
    fn not_here(&self) -> Markup {
        html! {
            p { (t(self.lang, "site.link.approved")) }
            p { (t(self.lang, "site.link.approved_next")) }
            (self.other_way("again"))
        }
    }

    fn other_way(&self, class: &str) -> Markup {
        html! {
            form method="post" action=(RETRY) {
                input type="hidden" name="req" value=(self.req);
                button class={ "button " (class) } id="other-way" type="submit" { (t(self.lang, "site.link.other")) }
            }
        }
    }
}

impl WaitingLink<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let sample = |approved, left, deed| WaitingLink {
            lang,
            asker: Asker::SAMPLE,
            deed,
            req: "sample",
            app_href: "https://app.example/r#apr_AAAAAAAAAAAAAAAAAAAAAA",
            approved,
            left,
            stream_href: "/login/events/sample",
        };
        vec![sample(false, 161, Deed::Login), sample(false, 30, Deed::Payment), sample(true, 0, Deed::Login)]
    }
}
