//! The front page of the issuer.

use maud::{Markup, html};
use words::{Lang, t};

use crate::activate::ACTIVATE;
use crate::help::HELP;
use crate::icons::Icon;
use crate::layout::Layout;

/// What zelf is, where the app is, what to do when in doubt.
pub struct SiteHome<'a> {
    pub lang: Lang,
    pub app_href: &'a str,
}

impl SiteHome<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.home.title");
        let steps = [
            (Icon::Phone, t(self.lang, "site.home.activate"), t(self.lang, "site.home.activate_text")),
            (Icon::Key, t(self.lang, "site.home.login"), t(self.lang, "site.home.login_text")),
            (Icon::Shield, t(self.lang, "site.home.safe"), t(self.lang, "site.home.safe_text")),
        ];
        let main = html! {
            div.hero {
                h1 id="title" { (title) }
                p { (t(self.lang, "site.home.what")) }
                a.button id="open-app" href=(self.app_href) { (Icon::Phone.draw(24)) (t(self.lang, "site.home.open_app")) }
                a.button.second id="activate-eid" href={ (ACTIVATE) "?lang=" (self.lang.code()) } {
                    (Icon::Card.draw(24)) (t(self.lang, "site.home.activate_eid"))
                }
            }
            p.quiet { (t(self.lang, "site.home.block_text")) " " a id="to-block-now" href={ "/block?lang=" (self.lang.code()) } { (t(self.lang, "site.block.link")) } }
            div.three {
                @for (icon, head, text) in steps {
                    section.card { (icon.draw(32)) h2 { (head) } p { (text) } }
                }
            }
            section.card id="help" {
                h2 { (t(self.lang, "site.home.help")) }
                div {
                    (answer(t(self.lang, "site.home.need"), t(self.lang, "site.home.need_text")))
                    (answer(t(self.lang, "site.home.again"), t(self.lang, "site.home.again_text")))
                    (answer(t(self.lang, "site.home.message"), t(self.lang, "site.home.message_text")))
                    (answer(t(self.lang, "site.home.unasked"), t(self.lang, "site.home.unasked_text")))
                }
                div.do {
                    a.button.second id="all-help" href={ (HELP) "?lang=" (self.lang.code()) } { (t(self.lang, "help.page.home_link")) }
                }
            }
        };
        Layout { lang_href: Some("/?lang="), front: true, ..Layout::new(self.lang, title, main) }.render()
    }
}

fn answer(question: &str, text: &str) -> Markup {
    html! { details { summary { (question) } p { (text) } } }
}

impl SiteHome<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        vec![SiteHome { lang, app_href: "https://app.example/" }]
    }
}
