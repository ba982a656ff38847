//! The first page of a login: whose phone shall ask?

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::icons::Icon;
use crate::layout::Layout;
use crate::number::NumberFields;
use crate::{Asker, LOGIN};

/// Why the number on the form was sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    Missing,
    Invalid,
    NotMobile,
    CountryNotServed,
    /// Too many starts from here: wait so many minutes.
    Wait(u32),
}

/// Asks the phone number.
pub struct LoginNumber<'a> {
    pub lang: Lang,
    pub asker: Asker<'a>,
    /// Opaque state of the login; comes back with the form.
    pub req: &'a str,
    /// ISO code of the chosen country.
    pub country: &'a str,
    /// What stands in the field: remembered, or typed and sent back.
    pub number: &'a str,
    pub remember: bool,
    pub error: Option<NumberError>,
    /// This page up to and including `lang=`.
    pub lang_href: &'a str,
    /// Back to the service, giving up.
    pub back_href: Option<&'a str>,
}

impl LoginNumber<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.login.title");
        let main = html! {
            div.card {
                h1 id="title" { (title) }
                (self.asker.draw(t(self.lang, "site.login.asker")))
                p { (t(self.lang, "site.login.intro")) }
                @if let Some(error) = self.error { (self.explain(error)) }
                form method="post" action=(LOGIN) novalidate {
                    input type="hidden" name="req" value=(self.req);
                    (self.fields())
                    label.tick for="remember" {
                        input type="checkbox" id="remember" name="remember" value="1" checked[self.remember];
                        span { (t(self.lang, "site.login.remember")) }
                    }
                    div.do {
                        button.button id="continue" type="submit" { (t(self.lang, "site.login.continue")) }
                        @if let Some(href) = self.back_href {
                            a.button.plain id="cancel" href=(href) {
                                (fill(self.lang, "site.back", &[("service", self.asker.name)]))
                            }
                        }
                    }
                }
            }
        };
        Layout { lang_href: Some(self.lang_href), ..Layout::new(self.lang, title, main) }.render()
    }

    fn fields(&self) -> Markup {
        NumberFields { lang: self.lang, country: self.country, number: self.number, wrong: self.error.is_some() }.draw()
    }

    fn explain(&self, error: NumberError) -> Markup {
        let text = match error {
            NumberError::Missing => t(self.lang, "site.login.error.missing").to_owned(),
            NumberError::Invalid => t(self.lang, "site.login.error.invalid").to_owned(),
            NumberError::NotMobile => t(self.lang, "site.login.error.not_mobile").to_owned(),
            NumberError::CountryNotServed => t(self.lang, "site.login.error.country").to_owned(),
            NumberError::Wait(1) => t(self.lang, "site.login.error.wait_one").to_owned(),
            NumberError::Wait(n) => fill(self.lang, "site.login.error.wait", &[("minutes", &n.to_string())]),
        };
        html! { p.error id="error" role="alert" { (Icon::Warning.draw(24)) span { (text) } } }
    }
}

impl LoginNumber<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let sample = |number, country, error| LoginNumber {
            lang,
            asker: Asker::SAMPLE,
            req: "sample",
            country,
            number,
            remember: !number.is_empty(),
            error,
            lang_href: "/login?req=sample&lang=",
            back_href: Some("https://voorbeeld.example/"),
        };
        let errors = [
            NumberError::Missing,
            NumberError::Invalid,
            NumberError::NotMobile,
            NumberError::CountryNotServed,
            NumberError::Wait(1),
            NumberError::Wait(20),
        ];
        let mut all = vec![sample("", "BE", None), sample("6 12 34 56 78", "FR", None)];
        all.extend(errors.map(|error| sample("02 279 22 11", "BE", Some(error))));
        all
    }
}
