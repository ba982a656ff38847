//! What the pane shows: the reader with its card, and the window of the card program.

use std::sync::LazyLock;

use eid_session::{Asks, Back, Failure, PinAsk, Purpose, Step};
use eid_virtual::Applet;
use eid_virtual::personalise::Fault;
use maud::{DOCTYPE, Markup, html};
use pages::assets::{self, Asset};
use pages::icons::Icon;
use words::{Lang, fill, lookup, t};

use super::ReaderConfig;
use super::visitor::{Choice, Visitor};

pub(crate) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::hashed("reader", "css", include_bytes!("reader.css")));
pub(crate) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::hashed("reader", "js", include_bytes!("reader.js")));

pub(super) fn render(lang: Lang, config: &ReaderConfig, visitor: &Visitor) -> Markup {
    let busy = matches!(
        visitor.program.talk.step,
        Step::Claiming
            | Step::Waits(_)
            | Step::Reading
            | Step::OnPad
            | Step::Signing
            | Step::Sending
            | Step::Back(_, false)
    );
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (t(lang, "story.reader")) " · zelf" }
                // Without the script, what moves by itself is asked for again.
                @if busy { noscript { meta http-equiv="refresh" content="1"; } }
                link rel="stylesheet" href=(assets::site_css());
                link rel="stylesheet" href=(STYLE.path);
                script src=(SCRIPT.path) defer {}
            }
            body.reader {
                main id="main" data-turn=(visitor.turn()) {
                    h1.aside { (t(lang, "story.reader")) }
                    (slot(lang, config, visitor))
                    (window(lang, config, visitor))
                    (really(lang, config))
                }
            }
        }
    }
}

fn slot(lang: Lang, config: &ReaderConfig, visitor: &Visitor) -> Markup {
    let tries = visitor.bay.tries();
    let inside = visitor.choice.as_ref().filter(|_| tries.is_some());
    html! {
        section.slot data-card=[inside.map(|_| "in")] {
            (picture())
            @match inside {
                Some(choice) => (card_inside(lang, config, choice, tries.unwrap_or(0))),
                None => (card_choice(lang, config, visitor.choice.as_ref())),
            }
        }
    }
}

/// A card above a reader; the stylesheet pushes it in.
fn picture() -> Markup {
    html! {
        svg.picture viewBox="0 0 96 84" width="96" height="84" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true" focusable="false" {
            g.eid {
                rect x="28" y="4" width="40" height="50" rx="4" {}
                rect x="40" y="36" width="16" height="12" rx="2" {}
                path d="M34 12h10v12H34zM50 13h12M50 19h12M50 25h8" {}
            }
            path.box d="M10 46h76a4 4 0 0 1 4 4v24a4 4 0 0 1-4 4H10a4 4 0 0 1-4-4V50a4 4 0 0 1 4-4zM22 52h52" {}
        }
    }
}

fn card_inside(lang: Lang, config: &ReaderConfig, choice: &Choice, tries: u8) -> Markup {
    let Some(holder) = config.holders.iter().find(|h| h.id == choice.holder) else { return html! {} };
    html! {
        div.inside {
            p { strong { (holder.name()) } " · eID " (generation(choice.applet)) }
            @if let Some(fault) = choice.fault { p.quiet { (fault_name(lang, fault)) } }
            p { (holder.number) }
            p { (fill(lang, "story.reader.pin", &[("pin", &holder.person.pin)])) " "
                span.quiet { (fill(lang, "story.reader.tries", &[("left", &tries.to_string())])) } }
            (button("out", "second", t(lang, "story.reader.out")))
        }
    }
}

fn card_choice(lang: Lang, config: &ReaderConfig, last: Option<&Choice>) -> Markup {
    html! {
        form.choice method="post" action="/reader/card" {
            div { label for="holder" { (t(lang, "story.reader.whose")) }
                select id="holder" name="holder" {
                    @for holder in &config.holders {
                        option value=(holder.id) selected[last.is_some_and(|c| c.holder == holder.id)] {
                            (holder.name()) " · " (holder.number)
                            @if !holder.note(lang).is_empty() { " · " (holder.note(lang)) }
                        }
                    }
                } }
            div.two {
                div { label for="applet" { (t(lang, "story.reader.applet")) }
                    select id="applet" name="applet" {
                        @for applet in [Applet::V1_8, Applet::V1_7] {
                            option value=(generation(applet)) selected[last.is_some_and(|c| c.applet == applet)] {
                                (generation(applet)) @if applet == Applet::V1_8 { " (ECC)" } @else { " (RSA)" }
                            }
                        }
                    } }
                div { label for="fault" { (t(lang, "story.reader.fault")) }
                    select id="fault" name="fault" {
                        option value="" { (t(lang, "story.reader.no_fault")) }
                        @for fault in Fault::ALL {
                            option value=(fault.name()) selected[last.is_some_and(|c| c.fault == Some(fault))] { (fault_name(lang, fault)) }
                        }
                    } }
            }
            button.button.second type="submit" { (Icon::Card.draw(20)) (t(lang, "story.reader.in")) }
        }
    }
}

fn generation(applet: Applet) -> &'static str {
    if applet == Applet::V1_7 { "1.7" } else { "1.8" }
}

fn fault_name(lang: Lang, fault: Fault) -> &'static str {
    lookup(lang, &format!("story.fault.{}", fault.name())).unwrap_or_else(|| fault.name())
}

fn button(act: &str, kind: &str, text: &str) -> Markup {
    html! { form method="post" action={ "/reader/" (act) } { button.button.second[kind == "second"].plain[kind == "plain"] id=(act) type="submit" { (text) } } }
}

/// The card program's window. Its words are those of the program itself.
fn window(lang: Lang, config: &ReaderConfig, visitor: &Visitor) -> Markup {
    let inner = match &visitor.program.talk.step {
        Step::Code(wrong) => code(lang, config, wrong.as_ref()),
        Step::Claiming => {
            html! { h2 { (t(lang, "card.window")) } (spinner(&fill(lang, "card.claiming", &[("host", config.host())]))) }
        }
        Step::Asks(asks, misshapen) => who_asks(lang, config, asks, *misshapen),
        Step::Waits(failure) => {
            html! { h2 { (failure.happened(lang)) } p { (failure.todo(lang)) } (button("stop", "plain", t(lang, "card.stop"))) }
        }
        Step::Reading => working(lang, "card.reading.title", "card.reading.lead", true),
        Step::OnPad | Step::Signing => working(lang, "card.signing.title", "card.reading.lead", false),
        Step::Sending => working(lang, "card.sending.title", "card.sending.lead", false),
        Step::Pin(ask, misshapen) => pin(lang, ask, *misshapen),
        Step::Back(back, shown) => returned(lang, back, *shown),
        Step::Finished => html! {
            h2 { (t(lang, "card.finished.title")) } p { (t(lang, "card.finished.lead")) } (button("again", "plain", t(lang, "card.again")))
        },
        Step::Failed(failure) => html! {
            h2 { (failure.happened(lang)) } p { (failure.todo(lang)) }
            p.quiet { (fill(lang, "card.failed.code", &[("code", failure.code())])) }
            (button("again", "second", t(lang, "card.again")))
        },
    };
    html! {
        section.program aria-label=(t(lang, "card.window")) {
            p.bar { (Icon::Shield.draw(16)) "zelf-eid" }
            div.inner aria-live="polite" { (inner) }
        }
    }
}

fn code(lang: Lang, config: &ReaderConfig, wrong: Option<&Failure>) -> Markup {
    html! {
        h2 { (t(lang, "card.start.title")) }
        p { (t(lang, "card.start.lead")) }
        @if let Some(failure) = wrong { p.wrong { (failure.happened(lang)) " " (failure.todo(lang)) } }
        form method="post" action="/reader/code" {
            div { label for="code" { (t(lang, "card.start.label")) }
                input.code id="code" name="code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="16" required; }
            button.button type="submit" { (t(lang, "card.start.button")) }
        }
        p.quiet { (fill(lang, "card.start.server", &[("host", config.host())])) }
    }
}

/// Who asks and the PIN, on one screen: nothing is read before the button.
fn who_asks(lang: Lang, config: &ReaderConfig, asks: &Asks, misshapen: bool) -> Markup {
    let (title, lead, yes) = match asks.purpose {
        Purpose::Activate => ("card.asks.title", "card.asks.lead", "card.asks.yes"),
        Purpose::Block => ("card.asks.block_title", "card.asks.block", "card.asks.block_yes"),
    };
    html! {
        h2 { (t(lang, title)) }
        p { (fill(lang, lead, &[("name", &asks.name)])) }
        dl {
            dt { (t(lang, "card.asks.site")) } dd { (asks.origin) }
            dt { (t(lang, "card.asks.number")) } dd { strong { (asks.number) } }
            @if asks.purpose == Purpose::Activate {
                dt { (t(lang, "card.asks.email")) } dd { (asks.email.as_deref().unwrap_or_else(|| t(lang, "card.asks.no_email"))) }
            }
        }
        p { (t(lang, "card.asks.check")) }
        @if misshapen { p.wrong { (t(lang, "card.pin.shape")) } }
        form method="post" action="/reader/yes" {
            (pin_field(lang, "card.asks.pin", false))
            button.button id="yes" type="submit" { (t(lang, yes)) }
        }
        (button("stop", "plain", t(lang, "card.asks.no")))
        p.quiet { (fill(lang, "card.asks.reads", &[("host", config.host())])) }
    }
}

fn pin_field(lang: Lang, lead: &'static str, required: bool) -> Markup {
    html! {
        div { label for="pin" { (t(lang, "card.pin.label")) }
            input.code id="pin" name="pin" type="password" inputmode="numeric" autocomplete="off" maxlength="12" required[required] aria-describedby="pin-lead";
            p.quiet id="pin-lead" { (t(lang, lead)) } }
    }
}

fn working(lang: Lang, title: &'static str, lead: &'static str, can_stop: bool) -> Markup {
    html! {
        h2 { (t(lang, title)) }
        (spinner(t(lang, lead)))
        @if can_stop { (button("stop", "plain", t(lang, "card.stop"))) }
    }
}

fn spinner(text: &str) -> Markup {
    html! { p.busy { span.spin aria-hidden="true" {} span { (text) } } }
}

fn pin(lang: Lang, ask: &PinAsk, misshapen: bool) -> Markup {
    let name = format!("{} {}", ask.holder.first_name, ask.holder.surname);
    html! {
        h2 { (t(lang, "card.pin.title")) }
        p { strong { (fill(lang, "card.pin.holder", &[("name", &name)])) } }
        @if misshapen { p.wrong { (t(lang, "card.pin.shape")) } }
        @else if let Some(note) = &ask.note { p.wrong { (note.happened(lang)) " " (note.todo(lang)) } }
        @match ask.left {
            1 => p.care { (t(lang, "card.pin.last")) },
            2 => p.care { (fill(lang, "card.pin.left", &[("left", "2")])) },
            _ => {}
        }
        form method="post" action="/reader/pin" {
            (pin_field(lang, "card.pin.lead", true))
            button.button type="submit" { (t(lang, "card.pin.button")) }
        }
        (button("stop", "plain", t(lang, "card.stop")))
    }
}

fn returned(lang: Lang, back: &Back, shown: bool) -> Markup {
    html! {
        h2 { (fill(lang, "card.back.title", &[("name", &back.first_name)])) }
        p { (t(lang, "card.back.opened")) }
        noscript { p { a href=(back.url) target="browser" { (t(lang, "card.back.open")) } } }
        @if shown {
            p { (t(lang, "card.back.digits")) }
            p.digits { (back.digits) }
            p.care { (t(lang, "card.back.warning")) }
        } @else {
            (button("digits", "plain", t(lang, "card.back.ask")))
        }
    }
}

/// The same without the panel: a reader of pcscd, or one of plastic.
fn really(lang: Lang, config: &ReaderConfig) -> Markup {
    html! {
        details {
            summary { (t(lang, "story.reader.really")) }
            p { (t(lang, "story.reader.plastic")) }
            p { code { "zelf-eid --server " (config.server) } }
            p { (t(lang, "story.reader.pcscd")) }
            p { code { (config.card_command) } }
            (button("new", "plain", t(lang, "story.reader.new")))
        }
    }
}
