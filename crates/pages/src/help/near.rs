//! Help points in the neighbourhood, found by postcode or town.

use maud::{Markup, html};
use words::{Lang, fill, t};

use super::home::{guides, query_part, search_form};
use super::local::{Opening, dialled, language_name};
use super::{Around, CONTACT, HELP, Local, NEAR, Point};
use crate::icons::Icon;
use crate::layout::Layout;

/// `GET /help/near`, with the postcode or town that was typed.
pub struct HelpNear<'a> {
    pub lang: Lang,
    pub query: &'a str,
    pub around: Around<'a>,
}

impl HelpNear<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "help.near.title");
        let (here, points) = self.around.local.near(self.query);
        let asked = !self.query.trim().is_empty();
        let main = html! {
            nav.back { a href={ (HELP) "?lang=" (self.lang.code()) } { (Icon::Arrow.draw(24)) (t(self.lang, "help.page.all")) } }
            div.hero {
                h1 id="title" { (title) }
                p { (t(self.lang, "help.near.lead")) }
                @if !points.is_empty() { (search_form(self.lang, NEAR, t(self.lang, "help.near.search"), self.query)) }
            }
            @if points.is_empty() { p.card { (t(self.lang, "help.near.nowhere")) } }
            @if asked && !points.is_empty() {
                p.found id="found" {
                    @if here { (fill(self.lang, "help.near.here", &[("words", self.query.trim())])) }
                    @else { (fill(self.lang, "help.near.none", &[("words", self.query.trim())])) }
                }
            }
            div.points { @for point in points { (self.point(point)) } }
            section.card.more {
                h2 { (t(self.lang, "help.near.also")) }
                div.do {
                    a.button.second href={ (CONTACT) "?lang=" (self.lang.code()) } { (Icon::Message.draw(24)) (t(self.lang, "help.page.contact")) }
                }
                (guides(self.lang, self.around.guides))
            }
        };
        let lang_href = format!("{NEAR}?q={}&lang=", query_part(self.query));
        Layout { lang_href: Some(&lang_href), front: true, ..Layout::new(self.lang, title, main) }.render()
    }

    fn point(&self, point: &Point) -> Markup {
        let kinds: Vec<&str> = point.kinds.iter().map(|kind| t(self.lang, kind.key())).collect();
        let languages: Vec<&str> = point.languages.iter().map(|tag| language_name(tag)).collect();
        html! {
            section.card.point {
                h2 { (point.name) }
                p { (point.street) br; (point.postcode) " " (point.town) }
                p { (kinds.join(" · ")) }
                @if !point.hours.is_empty() {
                    ul.hours aria-label=(t(self.lang, "help.near.hours")) { @for open in &point.hours { li { (self.opening(open)) } } }
                }
                @if !languages.is_empty() { p.quiet { (t(self.lang, "help.near.languages")) " " (languages.join(", ")) } }
                ul.links {
                    @if let Some(phone) = &point.phone { li { a href=(dialled(phone)) { (phone) } } }
                    @if let Some(mail) = &point.mail { li { a href={ "mailto:" (mail) } { (mail) } } }
                    @if let Some(site) = &point.site { li { a href=(site) { (site.trim_start_matches("https://")) } } }
                }
            }
        }
    }

    fn opening(&self, open: &Opening) -> String {
        let days: Vec<&str> = open.days.iter().map(|day| t(self.lang, day.key())).collect();
        let values = [("days", &*days.join(", ")), ("from", &*open.from), ("to", &*open.to)];
        fill(self.lang, "help.near.open", &values)
    }
}

impl HelpNear<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let around = Around {
            local: Local::sample(),
            app_href: "https://app.example",
            minimum_age: 18,
            banks: &[],
            guides: &[],
        };
        ["", "9999"].map(|query| HelpNear { lang, query, around }).into()
    }
}
