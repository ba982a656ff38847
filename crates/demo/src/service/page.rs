//! What a service shows: its counter, and to somebody who is in, what it learnt and how.

use std::sync::LazyLock;

use maud::{DOCTYPE, Markup, html};
use pages::assets::{self, Asset};
use pages::icons::{self, Icon};
use pages::layout::languages;
use serde_json::Value;
use words::{Lang, fill, lookup, t};

use super::session::Person;
use super::site::{Ask, DEPOSIT_SHOWN, Site};

pub(super) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::hashed("service", "css", include_bytes!("service.css")));

/// Why nothing came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// The person said no, or nothing in time.
    Denied(Ask),
    OtherBrowser,
    Failed,
    Unreachable,
}

/// The service's one page.
pub(super) struct Page<'a> {
    pub site: Site,
    pub lang: Lang,
    pub person: Option<&'a Person>,
    pub notice: Option<Notice>,
}

impl Page<'_> {
    pub(super) fn render(&self) -> Markup {
        let (lang, said) = (self.lang, self.site.said());
        html! {
            (DOCTYPE)
            html lang=(lang.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (t(lang, said.counter)) " · " (t(lang, said.name)) }
                    link rel="stylesheet" href=(assets::site_css());
                    link rel="stylesheet" href=(STYLE.path);
                    link rel="icon" href="data:,";
                }
                body class=(self.site.class()) {
                    a.skip href="#main" { (t(lang, "service.skip")) }
                    header.band {
                        div.top {
                            a.mark href="/" { (crest(self.site)) (t(lang, said.name)) }
                            (languages(lang, "/?lang="))
                        }
                    }
                    main id="main" {
                        @match self.person {
                            Some(person) => (self.inside(person)),
                            None => (self.outside()),
                        }
                    }
                    footer.foot { p { (t(lang, said.demo)) } }
                }
            }
        }
    }

    fn outside(&self) -> Markup {
        let (lang, said) = (self.lang, self.site.said());
        html! {
            @if let Some(notice) = self.notice { (self.say(notice)) }
            div.hero {
                h1 { (t(lang, said.title)) }
                p { (t(lang, said.intro)) }
            }
            div.card.enter {
                h2 { (t(lang, said.enter)) }
                p { (t(lang, said.enter_text)) }
                (self.buttons())
            }
            @if self.site == Site::Town { (self.counters()) }
        }
    }

    fn buttons(&self) -> Markup {
        html! {
            @for (at, (ask, name)) in self.site.buttons().iter().enumerate() {
                a.button.second[at > 0] id=(ask.word()) href=(if *ask == Ask::Login { "/login".to_owned() } else { format!("/login?do={}", ask.word()) }) {
                    (icons::mark(28)) (t(self.lang, name))
                }
            }
        }
    }

    fn say(&self, notice: Notice) -> Markup {
        let (title, next) = match notice {
            Notice::Denied(Ask::Login) => ("service.denied", "service.denied_next"),
            Notice::Denied(Ask::Pay) => ("service.housing.not_paid", "service.housing.not_paid_next"),
            Notice::Denied(Ask::Confirm) => ("service.housing.not_confirmed", "service.housing.not_confirmed_next"),
            Notice::OtherBrowser => ("service.other_browser", "service.other_browser_next"),
            Notice::Failed => ("service.failed", "service.failed_next"),
            Notice::Unreachable => ("service.unreachable", "service.unreachable_next"),
        };
        html! {
            div.note id="notice" role="status" {
                (Icon::Warning.draw(24))
                div { strong { (t(self.lang, title)) } p { (t(self.lang, next)) } }
            }
        }
    }

    fn counters(&self) -> Markup {
        let lang = self.lang;
        let counters = [
            (Icon::Message, "service.certificate", "service.certificate_text"),
            (Icon::Home, "service.moving", "service.moving_text"),
            (Icon::People, "service.household", "service.household_text"),
        ];
        html! {
            div.three {
                @for (icon, name, text) in counters {
                    section.card { (icon.draw(28)) h2 { (t(lang, name)) } p.quiet { (t(lang, text)) } }
                }
            }
        }
    }

    fn inside(&self, person: &Person) -> Markup {
        let lang = self.lang;
        let name = person.claims.get("given_name").and_then(Value::as_str).unwrap_or_default();
        html! {
            div.hero id="welcome" {
                h1 id="hello" { (fill(lang, "service.hello", &[("name", name)])) }
                p { (t(lang, self.site.said().inside)) }
            }
            @match self.notice {
                Some(notice) => (self.say(notice)),
                None => (self.did(person)),
            }
            @if self.site == Site::Town { (self.counters()) }
            @if self.site == Site::Housing { div.card.enter { (self.buttons()) } }
            div.two {
                section.card {
                    h2 { (t(lang, "service.learnt")) }
                    p.quiet { (t(lang, "service.learnt_text")) }
                    dl id="claims" {
                        @for (label, value) in readable_claims(lang, person) { div { dt { (label) } dd { (value) } } }
                    }
                }
                section.card {
                    h2 { (t(lang, "service.how")) }
                    p.quiet { (t(lang, "service.how_text")) }
                    dl id="how" {
                        div { dt { (t(lang, "service.how_when")) } dd { (when(person.auth_time)) } }
                        div { dt { (t(lang, "service.how_level")) " " code { "acr" } } dd { (person.acr) } }
                        div { dt { (t(lang, "service.how_means")) " " code { "amr" } } dd { (person.amr.join(", ")) } }
                        div { dt { (t(lang, "service.how_sub")) " " code { "sub" } } dd id="sub" { (person.sub) } }
                    }
                }
            }
            form.out method="post" action="/logout" {
                button.button.second id="logout" type="submit" { (t(lang, "service.logout")) }
            }
        }
    }
}

impl Page<'_> {
    /// What was just paid or confirmed.
    fn did(&self, person: &Person) -> Markup {
        let done = match person.ask {
            Ask::Login => return html! {},
            Ask::Pay => fill(self.lang, "service.housing.paid", &[("amount", DEPOSIT_SHOWN)]),
            Ask::Confirm => t(self.lang, "service.housing.confirmed").to_owned(),
        };
        html! {
            div.live.good id="done" data-did=(person.ask.word()) role="status" { (Icon::Check.draw(24)) p { (done) } }
            @if person.evidence.is_some() {
                p.quiet id="kept" {
                    (t(self.lang, "service.housing.kept")) " "
                    a id="evidence" href="/evidence" download { (t(self.lang, "service.housing.evidence")) }
                }
            }
        }
    }
}

/// A shield with a roof, a flash or a cross: nobody's coat of arms.
fn crest(site: Site) -> Markup {
    let inner = match site {
        Site::Town => "M9 15l7-6 7 6M11 14v8h10v-8M16 22v-4",
        Site::Energy => "M17 7l-7 10h6l-1 8 7-11h-6z",
        Site::Housing => "M8 16l8-7 8 7M10 15v8h12v-8M13 23v-5h6v5",
        Site::Fund => "M16 9v14M9 16h14",
    };
    html! {
        svg width="36" height="36" viewBox="0 0 32 32" aria-hidden="true" focusable="false" {
            path d="M4 3h24v13c0 8-5 11-12 14C9 27 4 24 4 16z" fill="currentColor" {}
            path d=(inner) fill="none" class="cut" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" {}
        }
    }
}

/// What people expect first; further claims follow.
const FIRST: [&str; 6] = ["name", "given_name", "family_name", "birthdate", "gender", "address"];

/// The claims we have words for.
fn readable_claims(lang: Lang, person: &Person) -> Vec<(&'static str, String)> {
    let row = |(name, value): (&String, &Value)| {
        let short = name.rsplit(':').next().unwrap_or(name);
        let text = if short == "birthdate" { day(value) } else { None };
        Some((lookup(lang, &format!("claim.{short}"))?, text.unwrap_or_else(|| readable(lang, value))))
    };
    let mut claims: Vec<_> = person.claims.iter().collect();
    claims.sort_by_key(|(name, _)| FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()));
    claims.into_iter().filter_map(row).collect()
}

/// A date as people here write it.
fn day(value: &Value) -> Option<String> {
    let date: jiff::civil::Date = value.as_str()?.parse().ok()?;
    Some(date.strftime("%d-%m-%Y").to_string())
}

fn readable(lang: Lang, value: &Value) -> String {
    match value {
        Value::String(text) => {
            lookup(lang, &format!("claim.value.{text}")).map_or_else(|| text.replace('\n', ", "), str::to_owned)
        }
        Value::Bool(yes) => t(lang, if *yes { "claim.yes" } else { "claim.no" }).to_owned(),
        Value::Array(items) => items.iter().map(|item| readable(lang, item)).collect::<Vec<_>>().join(", "),
        Value::Object(parts) => {
            let part = |name: &str| parts.get(name).map(|value| readable(lang, value));
            let town: Vec<_> = [part("postal_code"), part("locality")].into_iter().flatten().collect();
            let lines = [part("street_address"), Some(town.join(" ")).filter(|t| !t.is_empty()), part("country")];
            lines.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// A moment as people here write it.
fn when(seconds: i64) -> String {
    let zone = jiff::tz::TimeZone::get("Europe/Brussels").unwrap_or(jiff::tz::TimeZone::UTC);
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or_default().to_zoned(zone);
    moment.strftime("%d-%m-%Y %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use super::*;

    fn nobody() -> Person {
        let (sub, acr, claims) = (String::new(), String::new(), serde_json::Map::new());
        Person { sub, acr, amr: vec![], auth_time: 0, ask: Ask::Login, claims, evidence: None }
    }

    #[test]
    fn everybody_reads_what_was_shared_in_words() {
        let claims = json!({ "given_name": "<An>", "birthdate": "1955-03-12", "gender": "female", "email_verified": true,
            "address": { "formatted": "x", "street_address": "Lindestraat 2", "postal_code": "1000", "locality": "Brussel" } });
        let claims = claims.as_object().unwrap().clone();
        let person = Person {
            sub: "s1".into(),
            acr: "high".into(),
            amr: vec!["pin".into()],
            auth_time: 1_795_000_000,
            claims,
            ..nobody()
        };
        for lang in Lang::ALL {
            let page = Page { site: Site::Town, lang, person: Some(&person), notice: None }.render().into_string();
            assert!(page.contains("&lt;An&gt;") && !page.contains("<An>"));
            assert!(
                page.contains("Lindestraat 2, 1000 Brussel")
                    && page.contains("18-11-2026")
                    && page.contains("12-03-1955")
            );
            assert!(!page.contains(">claim.") && !page.contains(">service."), "a key shows");
            let done = Person { ask: Ask::Confirm, evidence: Some("a.b.c".into()), ..nobody() };
            let page = Page { site: Site::Housing, lang, person: Some(&done), notice: None }.render().into_string();
            assert!(page.contains("id=\"kept\"") && page.contains("href=\"/evidence\"") && !page.contains(">service."));
            let without = Person { evidence: None, ..done };
            let page = Page { site: Site::Housing, lang, person: Some(&without), notice: None }.render().into_string();
            assert!(!page.contains("id=\"kept\""), "nothing is kept that was not fetched");
            for site in [Site::Town, Site::Energy, Site::Housing, Site::Fund] {
                let notice = Some(Notice::Denied(Ask::Login));
                let outside = Page { site, lang, person: None, notice }.render().into_string();
                assert!(!outside.contains(">service.") && outside.contains("class=\"button"), "{site:?}");
            }
        }
    }

    #[test]
    fn who_refuses_a_payment_stays_in_and_reads_that_nothing_was_paid() {
        let person = Person { ask: Ask::Pay, ..nobody() };
        for lang in Lang::ALL {
            for (ask, title) in
                [(Ask::Pay, "service.housing.not_paid"), (Ask::Confirm, "service.housing.not_confirmed")]
            {
                let notice = Some(Notice::Denied(ask));
                for person in [Some(&person), None] {
                    let page = Page { site: Site::Housing, lang, person, notice }.render().into_string();
                    assert!(page.contains(t(lang, title)) && !page.contains(t(lang, "service.denied")), "{page}");
                    assert_eq!(page.contains("id=\"hello\""), person.is_some(), "who was in stays in");
                    assert!(!page.contains("id=\"done\"") && page.contains("id=\"pay\""), "{page}");
                }
            }
        }
    }
}
