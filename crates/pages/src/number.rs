//! Country and number, asked the same way on every page that asks them.

use std::collections::HashMap;
use std::sync::LazyLock;

use maud::{Markup, PreEscaped, html};
use words::{Lang, t};

use crate::countries::{self, Country};

/// The two fields, named `country` and `phone`.
pub(crate) struct NumberFields<'a> {
    pub(crate) lang: Lang,
    /// ISO code of the chosen country.
    pub(crate) country: &'a str,
    /// What stands in the field.
    pub(crate) number: &'a str,
    /// An element `error` on the page says what is wrong with it.
    pub(crate) wrong: bool,
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

impl NumberFields<'_> {
    pub(crate) fn draw(&self) -> Markup {
        html! { div.row { (self.country_field()) (self.number_field()) } }
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
        let described = if self.wrong { "error phone-hint" } else { "phone-hint" };
        html! {
            div.wide {
                label for="phone" { (t(self.lang, "site.login.phone")) }
                input type="tel" id="phone" name="phone" inputmode="tel" autocomplete="tel-national" required
                    maxlength="30" value=(self.number) aria-describedby=(described)
                    aria-invalid=[self.wrong.then_some("true")] autofocus[self.wrong];
                p.hint id="phone-hint" { (t(self.lang, "site.login.example")) }
            }
        }
    }
}
