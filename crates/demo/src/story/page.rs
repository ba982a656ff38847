//! The story page itself.

use std::sync::LazyLock;

use maud::{DOCTYPE, Markup, html};
use pages::assets::{self, Asset};
use pages::icons::{self, Icon};
use pages::layout::languages;
use words::{Lang, fill, t};

use super::StoryConfig;
use crate::customers::{Customer, grouped};

pub(super) static STYLE: LazyLock<Asset> = LazyLock::new(|| Asset::hashed("story", "css", include_bytes!("story.css")));
pub(super) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| Asset::hashed("story", "js", include_bytes!("story.js")));

/// The chapters one can play.
const CHAPTERS: [&str; 6] = ["activate", "card", "login", "share", "pay", "lost"];

pub(super) fn render(lang: Lang, config: &StoryConfig, chapter: Option<&str>) -> Markup {
    let chapter = CHAPTERS.into_iter().find(|known| chapter == Some(known)).unwrap_or("activate");
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (t(lang, "story.title")) " · zelf" }
                link rel="stylesheet" href=(assets::site_css());
                link rel="stylesheet" href=(STYLE.path);
                link rel="icon" href=(assets::icon()) type="image/svg+xml";
                script src=(SCRIPT.path) defer {}
            }
            body.story data-chapter=(chapter) {
                a.skip href="#main" { (t(lang, "story.skip")) }
                header.top {
                    div.mark { (icons::mark(32)) h1 { (t(lang, "story.title")) } }
                    (languages(lang, &format!("/?chapter={chapter}&lang=")))
                }
                (stepper(lang, config, chapter))
                (tabs(lang))
                main id="main" {
                    (phone(lang, config))
                    div.right {
                        (browser(lang, config))
                        div.under { (reader(lang)) (inbox(lang, config)) (people(lang, config)) }
                    }
                }
                footer.foot { (reset(lang)) }
            }
        }
    }
}

/// The chapters one can play, each with what to do and what happens underneath.
fn stepper(lang: Lang, config: &StoryConfig, chapter: &str) -> Markup {
    let now = [
        ("activate", t(lang, "story.activate"), t(lang, "story.activate_do"), t(lang, "story.activate_under")),
        ("card", t(lang, "story.card"), t(lang, "story.card_do"), t(lang, "story.card_under")),
        ("login", t(lang, "story.login"), t(lang, "story.login_do"), t(lang, "story.login_under")),
        ("share", t(lang, "story.share"), t(lang, "story.share_do"), t(lang, "story.share_under")),
        ("pay", t(lang, "story.pay"), t(lang, "story.pay_do"), t(lang, "story.pay_under")),
        ("lost", t(lang, "story.lost"), t(lang, "story.lost_do"), t(lang, "story.lost_under")),
    ];
    html! {
        nav.chapters aria-label=(t(lang, "story.chapters")) {
            ol {
                @for (at, (id, name, ..)) in now.iter().enumerate() {
                    li { a href={ "/?chapter=" (id) } data-chapter=(id) aria-current=[(*id == chapter).then_some("step")] { b { (at + 1) } (name) } }
                }
            }
        }
        div.tell aria-live="polite" {
            @for (id, _, what, under) in now {
                section id=(id) hidden[id != chapter] {
                    p { (what) }
                    @if id == "lost" { (losing(lang, config)) }
                    @if ["login", "share", "pay"].contains(&id) { (services(lang, config)) }
                    p.quiet { (under) }
                }
            }
        }
    }
}

/// All services, each in one sentence; the browser pane opens them.
fn services(lang: Lang, config: &StoryConfig) -> Markup {
    let told = |id: &str| match id {
        "energy" => (t(lang, "service.energy.name"), t(lang, "story.service.energy")),
        "housing" => (t(lang, "service.housing.name"), t(lang, "story.service.housing")),
        "fund" => (t(lang, "service.fund.name"), t(lang, "story.service.fund")),
        _ => (t(lang, "service.name"), t(lang, "story.service.town")),
    };
    html! {
        ul.services aria-label=(t(lang, "story.services")) {
            @for service in &config.services {
                @let (name, sentence) = told(service.id);
                li { a data-go data-service=(service.id) href={ (service.url) "/?lang=" (lang.code()) } target="browser" { (name) } " " (sentence) }
            }
        }
    }
}

/// The phone is put aside for an empty one; whoever kept it may still take it in hand. The script makes one button for each phone.
fn losing(lang: Lang, config: &StoryConfig) -> Markup {
    let block = format!("{}/block?lang={}", config.issuer, lang.code());
    html! {
        div.losing {
            button type="button" data-lose hidden { (Icon::Phone.draw(20)) (t(lang, "story.lose")) }
            a data-go href=(block) target="browser" { (Icon::Stop.draw(20)) (t(lang, "story.block_page")) }
            div.phones role="group" aria-label=(t(lang, "story.which_phone")) data-word=(t(lang, "story.phone_n")) hidden {}
        }
        p data-lost hidden { (t(lang, "story.lost_next")) " " (t(lang, "story.lost_old")) }
    }
}

/// Narrow screens show one thing at a time.
fn tabs(lang: Lang) -> Markup {
    let tabs = [
        ("phone", Icon::Phone, t(lang, "story.phone")),
        ("browser", Icon::Browser, t(lang, "story.browser")),
        ("reader", Icon::Reader, t(lang, "story.reader_tab")),
        ("inbox", Icon::Message, t(lang, "story.inbox")),
        ("people", Icon::People, t(lang, "story.people_tab")),
    ];
    html! {
        div.tabs hidden {
            @for (at, (id, icon, name)) in tabs.into_iter().enumerate() {
                button type="button" data-shows=(id) aria-controls=(id) aria-pressed=(if at == 0 { "true" } else { "false" }) { (icon.draw(20)) span { (name) } }
            }
        }
    }
}

fn phone(lang: Lang, config: &StoryConfig) -> Markup {
    let home = format!("{}/?lang={}", config.app, lang.code());
    html! {
        section.pane.phone id="phone" aria-labelledby="phone-name" {
            h2 id="phone-name" { (Icon::Phone.draw(20)) (t(lang, "story.phone_of")) (alone(lang, &home)) }
            div.shell { iframe src=(home) title=(t(lang, "story.phone_of")) allow="clipboard-write; camera; publickey-credentials-create; publickey-credentials-get" {} }
        }
    }
}

fn browser(lang: Lang, config: &StoryConfig) -> Markup {
    let home = format!("{}/?lang={}", config.service, lang.code());
    let activate = format!("{}/activate?lang={}", config.issuer, lang.code());
    html! {
        section.pane.browser id="browser" aria-labelledby="browser-name" {
            h2 id="browser-name" { (Icon::Browser.draw(20)) (t(lang, "story.browser_of")) (alone(lang, &home)) }
            div.window {
                div.chrome {
                    button type="button" data-back hidden { (Icon::Arrow.draw(20)) span { (t(lang, "story.back")) } }
                    button type="button" data-home hidden { (Icon::Home.draw(20)) span { (t(lang, "story.home")) } }
                    a.go data-go href=(activate) target="browser" { (Icon::Card.draw(20)) span { (t(lang, "story.card_page")) } }
                    p.address { span.aside { (t(lang, "story.address")) " " } span data-address { (config.service) } }
                }
                iframe name="browser" src=(home) title=(t(lang, "story.browser_of")) {}
            }
        }
    }
}

fn inbox(lang: Lang, config: &StoryConfig) -> Markup {
    let href = format!("{}/?lang={}", config.inbox, lang.code());
    html! {
        section.pane.inbox id="inbox" aria-labelledby="inbox-name" {
            h2 id="inbox-name" { (Icon::Message.draw(20)) (t(lang, "story.inbox")) (alone(lang, &href)) }
            div.window { iframe src=(href) title=(t(lang, "story.inbox")) {} }
        }
    }
}

/// The card reader with the card program, served by ourselves.
fn reader(lang: Lang) -> Markup {
    let href = format!("/reader?lang={}", lang.code());
    html! {
        section.pane.reader id="reader" aria-labelledby="reader-name" {
            h2 id="reader-name" { (Icon::Reader.draw(20)) (t(lang, "story.reader")) }
            div.window { iframe src=(href) title=(t(lang, "story.reader")) {} }
        }
    }
}

/// The same in a tab of its own.
fn alone(lang: Lang, href: &str) -> Markup {
    html! { a.alone href=(href) target="_blank" rel="noopener" { (Icon::Open.draw(16)) (t(lang, "story.own_tab")) } }
}

fn people(lang: Lang, config: &StoryConfig) -> Markup {
    html! {
        section.pane.people id="people" aria-labelledby="people-name" {
            h2 id="people-name" { (Icon::People.draw(20)) (t(lang, "story.people")) }
            div.window.scroll tabindex="0" role="region" aria-labelledby="people-name" {
                table {
                    thead { tr {
                        th scope="col" { (t(lang, "story.person")) }
                        th scope="col" { (t(lang, "story.number_and_card")) }
                        th scope="col" { (t(lang, "story.pin")) }
                    } }
                    tbody { @for customer in &config.customers { (person(lang, customer)) } }
                }
                p.quiet { (t(lang, "story.invented")) }
            }
        }
    }
}

fn person(lang: Lang, customer: &Customer) -> Markup {
    let born = customer.birth_date.strftime("%d-%m-%Y").to_string();
    html! {
        tr {
            th scope="row" {
                (customer.name())
                small { (fill(lang, "story.born", &[("date", &born)])) }
                @let note = customer.note(lang);
                @if !note.is_empty() { small.remark { (note) } }
            }
            td { (customer.number) br; (grouped(&customer.card)) }
            td { (customer.pin) }
        }
    }
}

fn reset(lang: Lang) -> Markup {
    html! {
        details id="reset" {
            summary { (t(lang, "story.reset")) }
            p { (t(lang, "story.reset_text")) " " code { "cargo xtask demo --reset" } }
        }
    }
}
