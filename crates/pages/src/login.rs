//! The first page of a login: whose phone shall ask?

use std::collections::HashMap;
use std::sync::LazyLock;

use maud::{Markup, PreEscaped, html};
use words::{Lang, fill, t};

use crate::countries::{self, Country};
use crate::icons::Icon;
use crate::layout::Layout;
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

fn option(country: &Country, selected: bool) -> Markup {
    html! {
        option value=(country.iso) selected[selected] { (country.name) " (+" (country.calling_code) ")" }
    }
}

/// The long list with none chosen, drawn once: it is most of the page, and nearly everybody's country stands above it.
fn every_country(lang: Lang) -> PreEscaped<&'static str> {
    static DRAWN: LazyLock<HashMap<Lang, String>> = LazyLock::new(|| {
        let draw = |lang| html! { @for country in countries::all(lang) { (option(&country, false)) } }.into_string();
        Lang::ALL.into_iter().map(|lang| (lang, draw(lang))).collect()
    });
    PreEscaped(DRAWN.get(&lang).map_or("", String::as_str))
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
                    div.row { (self.country_field()) (self.number_field()) }
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

    fn country_field(&self) -> Markup {
        let favourites = countries::favourites(self.lang);
        let favoured = favourites.iter().any(|country| country.iso == self.country);
        html! {
            div {
                label for="country" { (t(self.lang, "site.login.country")) }
                select id="country" name="country" autocomplete="country" {
                    optgroup label=(t(self.lang, "site.login.most_chosen")) {
                        @for country in &favourites { (option(country, country.iso == self.country)) }
                    }
                    optgroup label=(t(self.lang, "site.login.all_countries")) {
                        @if favoured { (every_country(self.lang)) } @else {
                            @for country in countries::all(self.lang) { (option(&country, country.iso == self.country)) }
                        }
                    }
                }
            }
        }
    }

    fn number_field(&self) -> Markup {
        let described = if self.error.is_some() { "error phone-hint" } else { "phone-hint" };
        html! {
            div.wide {
                label for="phone" { (t(self.lang, "site.login.phone")) }
                input type="tel" id="phone" name="phone" inputmode="tel" autocomplete="tel-national" required
                    maxlength="30" value=(self.number) aria-describedby=(described)
                    aria-invalid=[self.error.map(|_| "true")] autofocus[self.error.is_some()];
                p.hint id="phone-hint" { (t(self.lang, "site.login.example")) }
            }
        }
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
