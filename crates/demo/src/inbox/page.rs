//! The inbox as a person sees it.

use std::sync::LazyLock;

use maud::{DOCTYPE, Markup, html};
use pages::assets::{self, Asset};
use pages::icons::Icon;
use words::{Lang, t};

use super::messages::{Kind, Message};

pub(super) static STYLE: LazyLock<Asset> = LazyLock::new(|| Asset::hashed("inbox", "css", include_bytes!("inbox.css")));
pub(super) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| Asset::hashed("inbox", "js", include_bytes!("inbox.js")));

pub(super) fn render(lang: Lang, to: Option<&str>, messages: &[Message]) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (t(lang, "inbox.title")) " · " (t(lang, "inbox.world")) }
                noscript { meta http-equiv="refresh" content="5"; }
                link rel="stylesheet" href=(assets::site_css());
                link rel="stylesheet" href=(STYLE.path);
                link rel="icon" href="data:,";
                script src=(SCRIPT.path) defer {}
            }
            body {
                main id="main" {
                    header.bar {
                        h1 { (t(lang, "inbox.title")) }
                        form method="get" action="/" role="search" {
                            label for="to" { (t(lang, "inbox.filter")) }
                            input type="search" id="to" name="to" value=(to.unwrap_or_default()) placeholder="+32…" autocomplete="off";
                            button.button.second type="submit" { (t(lang, "inbox.show")) }
                        }
                    }
                    p.empty.quiet id="empty" hidden[!messages.is_empty()] { (t(lang, "inbox.empty")) }
                    ol id="messages" aria-live="polite" {
                        @for message in messages {
                            (item(lang, message.kind, &grouped(&message.to), message.subject.as_deref(), &message.text, &time(message.at)))
                        }
                    }
                    template id="sms" { (item(lang, Kind::Sms, "", None, "", "")) }
                    template id="mail" { (item(lang, Kind::Mail, "", Some(""), "", "")) }
                }
            }
        }
    }
}

fn item(lang: Lang, kind: Kind, to: &str, subject: Option<&str>, text: &str, time: &str) -> Markup {
    let (icon, name) = match kind {
        Kind::Sms => (Icon::Phone, t(lang, "inbox.sms")),
        Kind::Mail => (Icon::Message, t(lang, "inbox.mail")),
    };
    html! {
        li.message {
            p.meta { (icon.draw(20)) span.kind { (name) } span data-to { (to) } time data-time { (time) } }
            div.bubble {
                @if let Some(subject) = subject { strong data-subject { (subject) } }
                p data-text { (text) }
            }
        }
    }
}

/// A Belgian mobile number as people read it; others as they came.
fn grouped(to: &str) -> String {
    let parts = to.strip_prefix("+32").filter(|rest| rest.len() == 9 && rest.bytes().all(|b| b.is_ascii_digit()));
    match parts.and_then(|rest| Some((rest.get(..3)?, rest.get(3..5)?, rest.get(5..7)?, rest.get(7..)?))) {
        Some((a, b, c, d)) => format!("+32 {a} {b} {c} {d}"),
        None => to.to_owned(),
    }
}

fn time(at: i64) -> String {
    let zone = jiff::tz::TimeZone::get("Europe/Brussels").unwrap_or(jiff::tz::TimeZone::UTC);
    jiff::Timestamp::from_second(at).unwrap_or_default().to_zoned(zone).strftime("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_shown_as_text_in_every_language() {
        let message = Message {
            id: "1".into(),
            kind: Kind::Mail,
            to: "an@voorbeeld.example".into(),
            subject: Some("<b>".into()),
            text: "<script>".into(),
            at: 1_795_000_000,
        };
        for lang in Lang::ALL {
            let page = render(lang, Some("\"><b>"), std::slice::from_ref(&message)).into_string();
            assert!(page.contains("&lt;script&gt;") && !page.contains("<b>") && !page.contains("inbox.title"));
        }
    }

    #[test]
    fn numbers_are_grouped_as_people_read_them() {
        assert_eq!(grouped("+32468758960"), "+32 468 75 89 60");
        assert_eq!(grouped("+352621180479"), "+352621180479");
        assert_eq!(grouped("a@b.be"), "a@b.be");
    }
}
