//! The first page of a login: how shall we reach the phone? Three ways, each one step, each a form of its own.

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::icons::Icon;
use crate::layout::Layout;
use crate::number::NumberFields;
use crate::opaque::Opaque;
use crate::{Asker, Back, CANCEL, Deed, LOGIN, START_LINK, START_QR};

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

/// Which ways the service lets people start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    pub number: bool,
    pub qr: bool,
    pub link: bool,
}

impl Ways {
    pub const ALL: Ways = Ways { number: true, qr: true, link: true };

    fn several(self) -> bool {
        u8::from(self.number) + u8::from(self.qr) + u8::from(self.link) > 1
    }
}

/// What the service says about itself elsewhere; `https` addresses of its registration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceLinks<'a> {
    pub policy: Option<&'a str>,
    pub terms: Option<&'a str>,
}

/// Asks how to reach the phone.
pub struct LoginStart<'a> {
    pub lang: Lang,
    pub asker: Asker<'a>,
    pub deed: Deed,
    /// Opaque state of the login; comes back with each form.
    pub req: &'a str,
    pub ways: Ways,
    /// This is a phone or a tablet: the app is probably here.
    pub mobile: bool,
    /// ISO code of the chosen country.
    pub country: &'a str,
    /// What stands in the field: remembered, or typed and sent back.
    pub number: &'a str,
    pub remember: bool,
    pub error: Option<NumberError>,
    pub links: ServiceLinks<'a>,
    /// This page up to and including `lang=`.
    pub lang_href: &'a str,
    /// Back to the service, giving up.
    pub back: Back<'a>,
}

impl LoginStart<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, self.deed.title());
        let main = html! {
            div.card {
                h1 id="title" { (title) }
                (self.asker.draw(t(self.lang, self.deed.asker())))
                @if let Some(error) = self.error { (self.explain(error)) }
                @if self.ways.qr || self.ways.link { (self.without_number()) }
                @if self.ways.number { (self.with_number()) }
                (self.way_back())
                (self.about())
            }
        };
        Layout { lang_href: Some(self.lang_href), ..Layout::new(self.lang, title, main) }.render()
    }

    fn way_back(&self) -> Markup {
        let name = fill(self.lang, "site.back", &[("service", self.asker.name)]);
        html! {
            @match self.back {
                Back::Link(href) => a.button.plain id="cancel" href=(href) { (name) },
                Back::Form => form method="post" action=(CANCEL) {
                    input type="hidden" name="req" value=(Opaque(self.req));
                    button.button.plain id="cancel" type="submit" { (name) }
                },
            }
        }
    }

    /// The likelier one first: on a phone the app is here, before a computer it is in the hand.
    fn without_number(&self) -> Markup {
        let link = html! { @if self.ways.link { (self.way(START_LINK, "start-link", Icon::Phone, "site.start.link", "site.start.link_hint", self.mobile || !self.ways.qr)) } };
        let qr = html! { @if self.ways.qr { (self.way(START_QR, "start-qr", Icon::Scan, "site.start.qr", "site.start.qr_hint", !self.mobile || !self.ways.link)) } };
        html! { @if self.mobile { (link) (qr) } @else { (qr) (link) } }
    }

    fn way(&self, action: &str, id: &str, icon: Icon, name: &'static str, hint: &'static str, first: bool) -> Markup {
        html! {
            form.way method="post" action=(action) {
                input type="hidden" name="req" value=(Opaque(self.req));
                button.button.second[!first] id=(id) type="submit" aria-describedby={ (id) "-hint" } { (icon.draw(24)) (t(self.lang, name)) }
                p.hint id={ (id) "-hint" } { (t(self.lang, hint)) }
            }
        }
    }

    fn with_number(&self) -> Markup {
        html! {
            form.way method="post" action=(LOGIN) novalidate {
                @if self.ways.several() { h2 { (t(self.lang, "site.start.number")) } }
                p { (t(self.lang, "site.login.intro")) }
                input type="hidden" name="req" value=(Opaque(self.req));
                (self.fields())
                label.tick for="remember" {
                    input type="checkbox" id="remember" name="remember" value="1" checked[self.remember];
                    span { (t(self.lang, "site.login.remember")) }
                }
                button.button.second[self.ways.several()] id="continue" type="submit" { (t(self.lang, "site.login.continue")) }
            }
        }
    }

    fn fields(&self) -> Markup {
        NumberFields { lang: self.lang, country: self.country, number: self.number, wrong: self.error.is_some() }.draw()
    }

    fn about(&self) -> Markup {
        let links =
            [("policy", self.links.policy, "site.start.policy"), ("terms", self.links.terms, "site.start.terms")];
        let told: Vec<_> = links.into_iter().filter_map(|(id, href, name)| Some((id, href?, name))).collect();
        html! {
            @if !told.is_empty() {
                ul.links {
                    @for (id, href, name) in told {
                        li { a id=(id) href=(href) target="_blank" rel="noopener noreferrer" {
                            (fill(self.lang, name, &[("service", self.asker.name)])) } }
                    }
                }
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

impl LoginStart<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let sample = |number: &'static str, country, error| LoginStart {
            lang,
            asker: Asker::SAMPLE,
            deed: Deed::Login,
            req: "sample",
            ways: Ways::ALL,
            mobile: false,
            country,
            number,
            remember: !number.is_empty(),
            error,
            links: ServiceLinks::default(),
            lang_href: "/login?req=sample&lang=",
            back: Back::Link("https://voorbeeld.example/"),
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
        let only = |number, qr, link| LoginStart { ways: Ways { number, qr, link }, ..sample("", "BE", None) };
        all.extend([only(true, false, false), only(false, true, false), only(false, false, true)]);
        let links = ServiceLinks {
            policy: Some("https://voorbeeld.example/privacy"),
            terms: Some("https://voorbeeld.example/voorwaarden"),
        };
        all.push(LoginStart { mobile: true, links, ..sample("", "BE", None) });
        let asker = Asker { logo: Some("/logo/voorbeeld"), ..Asker::SAMPLE };
        all.push(LoginStart { asker, back: Back::Form, ..sample("", "BE", None) });
        all.extend([Deed::Payment, Deed::Text].map(|deed| LoginStart { deed, ..sample("", "BE", None) }));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(mobile: bool, ways: Ways) -> Vec<&'static str> {
        let sample = LoginStart::samples(Lang::En).into_iter().next();
        let page =
            sample.map(|sample| LoginStart { mobile, ways, ..sample }.render().into_string()).unwrap_or_default();
        let mut found: Vec<_> = ["start-qr", "start-link", "phone"]
            .into_iter()
            .filter_map(|id| Some((page.find(&format!(" id=\"{id}\""))?, id)))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, id)| id).collect()
    }

    #[test]
    fn the_likeliest_way_stands_first_and_the_number_last() {
        assert_eq!(order(false, Ways::ALL), ["start-qr", "start-link", "phone"]);
        assert_eq!(order(true, Ways::ALL), ["start-link", "start-qr", "phone"]);
    }

    #[test]
    fn only_what_the_service_wants_is_offered() {
        assert_eq!(order(false, Ways { number: false, qr: true, link: false }), ["start-qr"]);
        assert_eq!(order(true, Ways { number: false, qr: true, link: true }), ["start-link", "start-qr"]);
        assert_eq!(order(true, Ways { number: true, qr: false, link: false }), ["phone"]);
    }
}
