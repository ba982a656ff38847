//! Between two steps: the thirty seconds of a browser without scripts, and the way back from the card program.

use maud::{Markup, html};
use words::{Lang, t};

use super::{CONTINUE, FINISH, Step, card};
use crate::assets;
use crate::icons::Icon;
use crate::layout::{Layout, refresh_unless};

/// Waits instead of the robot check.
pub struct ActivateWait<'a> {
    pub lang: Lang,
    pub form: &'a str,
    /// Seconds until the page goes on.
    pub seconds: u32,
}

impl ActivateWait<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.activate.wait.title");
        let next = format!("{CONTINUE}?form={}", self.form);
        let main = html! {
            div.card data-go-on=(self.seconds) {
                (Step::Details.draw(self.lang))
                div.sign { (Icon::Clock.draw(32)) }
                h1 id="title" { (title) }
                p { (words::fill(self.lang, "site.activate.wait.text", &[("seconds", &self.seconds.to_string())])) }
                div.do { a.button.second id="go-on" href=(next) { (t(self.lang, "site.activate.wait.go")) } }
            }
        };
        let head = refresh_unless(assets::activate_js(), &format!("{}; url={next}", self.seconds));
        Layout { head, ..Layout::new(self.lang, title, main) }.render()
    }
}

impl ActivateWait<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        vec![ActivateWait { lang, form: "sample", seconds: 30 }]
    }
}

/// The card program brought the browser here; the secret is in the address, behind `#`, and the script posts it.
pub struct ActivateFinish {
    pub lang: Lang,
}

impl ActivateFinish {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.activate.finish.title");
        let main = html! {
            div.card {
                (Step::Card.draw(self.lang))
                div.sign { (Icon::Check.draw(32)) }
                h1 id="title" { (title) }
                form id="finish" method="post" action=(FINISH) hidden {
                    input type="hidden" id="secret" name="secret" value="";
                    p { (t(self.lang, "site.activate.finish.moment")) }
                    div.do { button.button id="go-on" type="submit" { (t(self.lang, "site.activate.finish.go")) } }
                }
                div.part id="by-hand" {
                    p { (t(self.lang, "site.activate.finish.type")) }
                    (card::digits_form(self.lang, false, false))
                }
            }
        };
        let head = html! { script src=(assets::arrive_js()) defer {} };
        Layout { head, ..Layout::new(self.lang, title, main) }.render()
    }

    pub fn samples(lang: Lang) -> Vec<Self> {
        vec![ActivateFinish { lang }]
    }
}
