//! Where help begins: one search field, and all questions under their themes.

use maud::{Markup, html};
use words::{Lang, fill, t};

use super::{ANSWERS, Answer, Around, CONTACT, HELP, Local, NEAR, Theme, href, search};
use crate::icons::Icon;
use crate::layout::Layout;

/// `GET /help`, with what was typed.
pub struct HelpHome<'a> {
    pub lang: Lang,
    pub query: &'a str,
    pub around: Around<'a>,
}

impl HelpHome<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "help.page.title");
        let asked = !self.query.trim().is_empty();
        let main = html! {
            div.hero {
                h1 id="title" { (title) }
                (search_form(self.lang, HELP, t(self.lang, "help.page.search"), self.query))
            }
            @if asked { (self.results()) }
            div.three {
                @for theme in Theme::ALL {
                    section.card { h2 { (t(self.lang, theme.key())) } (list(self.lang, ANSWERS.iter().filter(|a| a.theme == theme))) }
                }
            }
            (self.more())
        };
        let lang_href = format!("{HELP}?q={}&lang=", query_part(self.query));
        Layout { lang_href: Some(&lang_href), front: true, ..Layout::new(self.lang, title, main) }.render()
    }

    fn results(&self) -> Markup {
        let found = search(self.lang, self.query);
        html! {
            section.card.found id="found" aria-labelledby="found-title" {
                @if found.is_empty() {
                    h2 id="found-title" { (fill(self.lang, "help.page.none", &[("words", self.query.trim())])) }
                    p { (t(self.lang, "help.page.none_next")) }
                    div.do {
                        a.button id="contact" href={ (CONTACT) "?lang=" (self.lang.code()) } { (Icon::Message.draw(24)) (t(self.lang, "help.page.contact")) }
                        a.button.second id="near" href={ (NEAR) "?lang=" (self.lang.code()) } { (Icon::People.draw(24)) (t(self.lang, "help.page.near")) }
                    }
                } @else {
                    h2 id="found-title" { (fill(self.lang, "help.page.found", &[("words", self.query.trim())])) }
                    ol.answers {
                        @for answer in found {
                            li {
                                a href=(href(answer.slug, self.lang)) data-slug=(answer.slug) { (answer.text(self.lang, "title")) }
                                p { (self.around.fill(&answer.text(self.lang, "what"))) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The helpdesk, people nearby, paper.
    fn more(&self) -> Markup {
        html! {
            section.card.more {
                h2 { (t(self.lang, "help.page.more")) }
                div.do {
                    a.button.second href={ (CONTACT) "?lang=" (self.lang.code()) } { (Icon::Message.draw(24)) (t(self.lang, "help.page.contact")) }
                    a.button.second href={ (NEAR) "?lang=" (self.lang.code()) } { (Icon::People.draw(24)) (t(self.lang, "help.page.near")) }
                }
                (guides(self.lang, self.around.guides))
            }
        }
    }
}

/// One field and one button; works without any script.
pub(super) fn search_form(lang: Lang, action: &str, label: &str, query: &str) -> Markup {
    html! {
        form.search role="search" method="get" action=(action) {
            input type="hidden" name="lang" value=(lang.code());
            div {
                label for="q" { (label) }
                input id="q" type="search" name="q" value=(query) maxlength="200" autocomplete="off" spellcheck="false";
            }
            button.button id="search" type="submit" { (t(lang, "help.page.go")) }
        }
    }
}

fn list<'a>(lang: Lang, answers: impl Iterator<Item = &'a Answer>) -> Markup {
    html! {
        ul.links {
            @for answer in answers {
                li { a href=(href(answer.slug, lang)) { (answer.text(lang, "title")) } }
            }
        }
    }
}

/// Links to the printable pages that are there, the reader's own language first.
pub(super) fn guides(lang: Lang, files: &[String]) -> Markup {
    let there = |guide: &str| {
        let file = format!("{guide}-{}.pdf", lang.code());
        files.contains(&file).then_some(file)
    };
    let known = [("bank", "help.guide.bank"), ("eid", "help.guide.eid"), ("back-again", "help.guide.back_again")];
    let found: Vec<_> = known.into_iter().filter_map(|(guide, text)| Some((there(guide)?, text))).collect();
    html! {
        @if !found.is_empty() {
            div id="guides" {
                h3 { (t(lang, "help.guide.title")) }
                ul.links {
                    @for (file, text) in found {
                        li { a href={ (HELP) "/guides/" (file) } type="application/pdf" { (t(lang, text)) " (PDF)" } }
                    }
                }
            }
        }
    }
}

/// What was typed, as part of an address (RFC 3986 §2.3: everything but unreserved characters is escaped).
pub(super) fn query_part(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.chars().take(200).collect::<String>().bytes().fold(String::new(), |mut part, byte| {
        if plain(byte) {
            part.push(char::from(byte));
        } else {
            part.push_str(&format!("%{byte:02X}"));
        }
        part
    })
}

impl HelpHome<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let around = Around {
            local: Local::sample(),
            app_href: "https://app.example",
            minimum_age: 18,
            banks: &[],
            guides: &[],
        };
        ["", "code", "xyzzy"].map(|query| HelpHome { lang, query, around }).into()
    }
}
