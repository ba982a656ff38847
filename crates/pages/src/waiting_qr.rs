//! The code that a phone scans. It changes every two seconds, so a photograph of it is worth nothing.

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::icons::Icon;
use crate::layout::{Layout, clock, refresh_unless};
use crate::waiting::stop;
use crate::{Asker, Deed, RETRY, assets};

/// "Scan this code", and once a phone has: "go on there".
pub struct WaitingQr<'a> {
    pub lang: Lang,
    pub asker: Asker<'a>,
    pub deed: Deed,
    pub req: &'a str,
    /// A phone has it: the code is gone for everybody else.
    pub scanned: bool,
    /// Picture of the code as it is now; `None` once it was scanned.
    pub frame_href: &'a str,
    /// Seconds until the code, or the request on the phone, expires.
    pub left: u32,
    /// Event stream: `frame` with a picture (SVG), `state` with `waiting`, `scanned` or `done`.
    pub stream_href: &'a str,
}

impl WaitingQr<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, if self.scanned { "site.qr.scanned_title" } else { "site.qr.title" });
        let state = if self.scanned { "scanned" } else { "waiting" };
        let main = html! {
            div.card data-stream=(self.stream_href) data-state=(state) {
                @if self.scanned { div.sign { (Icon::Check.draw(32)) } }
                h1 id="title" { (title) }
                (self.asker.draw(t(self.lang, self.deed.asker())))
                @if self.scanned { (self.on_the_phone()) } @else { (self.showing()) }
                (stop(self.lang, self.deed, self.req))
            }
        };
        let head = refresh_unless(assets::wait_js(), "2");
        Layout { head, ..Layout::new(self.lang, title, main) }.render()
    }

    fn showing(&self) -> Markup {
        html! {
            div.to-scan {
                img.qr id="qr" src=(self.frame_href) width="264" height="264" alt=(t(self.lang, "site.qr.label"));
                ol.steps {
                    li { span { (fill(self.lang, "site.qr.open", &[("button", t(self.lang, "app.scan.start"))])) } }
                    li { span { (t(self.lang, "site.qr.aim")) } }
                    li { span { (fill(self.lang, "site.wait.check", &[("service", self.asker.name)])) } }
                }
            }
            (clock(self.lang, self.left, "site.qr.left", "site.qr.left_seconds"))
            form method="post" action=(RETRY) {
                input type="hidden" name="req" value=(self.req);
                button.button.plain id="other-way" type="submit" { (t(self.lang, "site.qr.other")) }
            }
        }
    }

    fn on_the_phone(&self) -> Markup {
        html! {
            p id="scanned" { (t(self.lang, "site.qr.scanned")) }
            ol.steps {
                li { span { (fill(self.lang, "site.wait.check", &[("service", self.asker.name)])) } }
                li { span { (t(self.lang, "site.qr.answer")) } }
            }
            p.note { (Icon::Shield.draw(24)) span { (t(self.lang, "site.qr.not_me")) } }
            (clock(self.lang, self.left, "site.wait.left", "site.wait.left_seconds"))
        }
    }
}

impl WaitingQr<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let sample = |scanned, left, deed| WaitingQr {
            lang,
            asker: Asker::SAMPLE,
            deed,
            req: "sample",
            scanned,
            frame_href: "/login/frame/sample",
            left,
            stream_href: "/login/events/sample",
        };
        vec![
            sample(false, 570, Deed::Login),
            sample(false, 30, Deed::Payment),
            sample(true, 161, Deed::Login),
            sample(true, 30, Deed::Text),
        ]
    }
}
