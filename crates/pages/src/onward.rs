//! The browser goes on to the service. After a form of ours it cannot be redirected there (browsers hold `form-action` against every
//! redirect that follows, and nobody knows where the service's own lead), and some answers are themselves a form.

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::assets;
use crate::layout::Layout;

/// How the answer travels.
pub enum To<'a> {
    Link(&'a str),
    /// `response_mode=form_post`: a form that sends itself where there is JavaScript. Its page may name no `form-action`.
    Form {
        action: &'a str,
        fields: &'a [(&'static str, String)],
    },
}

/// On to the service, by itself or by a button.
pub struct Onward<'a> {
    pub lang: Lang,
    pub service: &'a str,
    pub to: To<'a>,
}

impl Onward<'_> {
    pub fn render(&self) -> Markup {
        let service = [("service", self.service)];
        let (title, go) = (fill(self.lang, "site.onward.title", &service), fill(self.lang, "site.onward.go", &service));
        let main = html! {
            div.card {
                h1 id="title" { (title) }
                p { (t(self.lang, "site.onward.what")) }
                @match &self.to {
                    To::Link(href) => div.do { a.button id="onward" href=(href) { (go) } },
                    To::Form { action, fields } => form.do id="answer" method="post" action=(action) {
                        @for (name, value) in *fields { input type="hidden" name=(name) value=(value); }
                        button.button id="onward" type="submit" { (go) }
                    },
                }
            }
        };
        let head = match &self.to {
            To::Link(href) => html! { meta http-equiv="refresh" content={ "0;url=" (href) }; },
            To::Form { .. } => html! { script src=(assets::form_post_js()) defer {} },
        };
        Layout { head, ..Layout::new(self.lang, &title, main) }.render()
    }
}

impl Onward<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let to = |to| Onward { lang, service: "Gemeente Voorbeeld", to };
        let link = To::Link("https://voorbeeld.example/terug?error=access_denied&state=x");
        vec![to(link), to(To::Form { action: "https://voorbeeld.example/terug", fields: &[] })]
    }
}
