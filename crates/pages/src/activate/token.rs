//! The third page: six characters for the phone, and a picture that carries them there.

use maud::{Markup, html};
use words::{Lang, fill, t};

use super::live::CardState;
use super::{STOP, Step, TOKEN, button};
use crate::assets;
use crate::icons::Icon;
use crate::layout::{Layout, clock, refresh_unless};
use crate::qr;

/// A token that is good now.
#[derive(Clone, Copy)]
pub struct Token<'a> {
    /// Six characters.
    pub text: &'a str,
    /// Seconds until it expires.
    pub left: u32,
}

/// Shows the token and what the phone wants with it.
pub struct ActivateToken<'a> {
    pub lang: Lang,
    /// None when it has lapsed.
    pub token: Option<Token<'a>>,
    pub first_name: Option<&'a str>,
    /// Grouped.
    pub number: &'a str,
    /// `+32468758960`
    pub e164: &'a str,
    pub state: CardState<'a>,
    /// This person has an account, and may be told.
    pub known: bool,
    pub app_href: &'a str,
}

impl ActivateToken<'_> {
    pub fn render(&self) -> Markup {
        let (title, main) = match self.state.step {
            "phone" => (t(self.lang, "site.activate.phone.title"), self.on_phone()),
            _ => (t(self.lang, "site.activate.token.title"), self.on_screen()),
        };
        let main = html! { (Step::Phone.draw(self.lang)) h1 id="title" { (title) } (main) };
        let follow = self.state.follow(&main);
        Layout { head: refresh_unless(assets::activate_js(), "15"), ..Layout::new(self.lang, title, follow) }.render()
    }

    /// The token waits for a phone.
    fn on_screen(&self) -> Markup {
        html! {
            p {
                @if let Some(name) = self.first_name { (fill(self.lang, "site.activate.token.hello", &[("name", name)])) " " }
                (t(self.lang, "site.activate.token.lead"))
            }
            (self.has_account())
            div.part id="token-part" data-live {
                @match self.token.filter(|token| token.left > 0) {
                    Some(token) => (self.shown(token)),
                    None => (self.lapsed())
                }
            }
            (self.phone_steps())
            (button(STOP, "stop", "plain", t(self.lang, "site.activate.stop")))
        }
    }

    /// Who has an account gets that one back, and hears it as soon as the card has told who it is.
    fn has_account(&self) -> Markup {
        html! { @if self.known { p.note id="known" { (Icon::Home.draw(24)) span { (t(self.lang, "site.activate.token.known")) } } } }
    }

    /// A phone has taken it: the person must see which one, and be able to say no.
    fn on_phone(&self) -> Markup {
        let device = self.state.device.filter(|device| !device.is_empty());
        html! {
            p { (t(self.lang, "site.activate.phone.lead")) }
            div.live role="status" {
                (Icon::Phone.draw(24))
                div { p id="device" { (device.unwrap_or_else(|| t(self.lang, "site.activate.phone.unnamed"))) } }
            }
            (self.has_account())
            p { (t(self.lang, "site.activate.phone.ask")) }
            (button(STOP, "not-mine", "second", t(self.lang, "site.activate.phone.not_mine")))
        }
    }

    fn shown(&self, token: Token<'_>) -> Markup {
        html! {
            div.to-phone {
                (qr::svg(&self.opens(token.text), t(self.lang, "site.activate.token.qr_label")))
                div {
                    p { (t(self.lang, "site.activate.token.scan")) }
                    p { (t(self.lang, "site.activate.token.or_type")) }
                    (boxes(self.lang, token.text))
                }
            }
            (clock(self.lang, token.left, "site.activate.token.left", "site.activate.token.left_seconds"))
            p.note { (Icon::Shield.draw(24)) span { (t(self.lang, "site.activate.token.secret")) } }
            (button(TOKEN, "new-token", "second", t(self.lang, "site.activate.token.new")))
        }
    }

    /// The app with number and token filled in; it does nothing with them before the person says so.
    fn opens(&self, token: &str) -> String {
        let app = self.app_href.trim_end_matches('/');
        format!("{app}/#token={token}&number={}", self.e164.replace('+', "%2B"))
    }

    fn lapsed(&self) -> Markup {
        html! {
            p.note id="lapsed" { (Icon::Clock.draw(24)) span { (t(self.lang, "site.activate.token.lapsed")) } }
            (button(TOKEN, "new-token", "again", t(self.lang, "site.activate.token.new")))
        }
    }

    fn phone_steps(&self) -> Markup {
        let shown = self.app_href.trim_start_matches("https://").trim_end_matches('/');
        html! {
            section.part aria-labelledby="on-phone" {
                h2 id="on-phone" { (t(self.lang, "site.activate.token.phone")) }
                ol.steps {
                    li { span { (t(self.lang, "site.activate.token.phone_1")) " "
                        a id="app-link" href=(self.app_href) target="_blank" rel="noopener" { (shown) } } }
                    li { span { (fill(self.lang, "site.activate.token.phone_2", &[("number", self.number)])) } }
                    li { span { (t(self.lang, "site.activate.token.phone_3")) } }
                    li { span { (t(self.lang, "site.activate.token.phone_4")) } }
                }
            }
        }
    }
}

/// What a sign is called: people read `B` and `b` alike.
fn kind(lang: Lang, sign: char) -> &'static str {
    match sign {
        _ if sign.is_ascii_uppercase() => t(lang, "site.activate.token.upper"),
        _ if sign.is_ascii_lowercase() => t(lang, "site.activate.token.lower"),
        _ => t(lang, "site.activate.token.digit"),
    }
}

/// Each sign in a box of its own with its kind under it; spelled for those who listen.
fn boxes(lang: Lang, token: &str) -> Markup {
    let spelled = token.chars().map(|sign| format!("{} {sign}", kind(lang, sign))).collect::<Vec<_>>().join(", ");
    html! {
        div.token id="token" data-token=(token) aria-hidden="true" {
            @for sign in token.chars() {
                span { b { (sign) } small { (kind(lang, sign)) } }
            }
        }
        p.aside id="token-spelled" { (spelled) }
    }
}

impl ActivateToken<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let sample = |step, device, known, left| ActivateToken {
            lang,
            token: Some(Token { text: "aB3dE4", left }),
            first_name: Some("An"),
            number: "+32 468 75 89 60",
            e164: "+32468758960",
            state: CardState { step, device, ..CardState::default() },
            known,
            app_href: "https://app.example/",
        };
        vec![
            sample("token", None, false, 288),
            sample("token", None, false, 40),
            sample("phone", Some("Chrome · Android"), true, 200),
            sample("phone", Some(""), false, 200),
            ActivateToken { token: None, first_name: None, ..sample("token", None, false, 0) },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_opens_the_app_with_both_filled_in() {
        let page = ActivateToken { app_href: "https://app.example", ..sample() };
        assert_eq!(page.opens("aB3dE4"), "https://app.example/#token=aB3dE4&number=%2B32468758960");
        let with_slash = ActivateToken { app_href: "https://app.example/", ..sample() };
        assert_eq!(page.opens("aB3dE4"), with_slash.opens("aB3dE4"));
        let drawn = page.render().into_string();
        assert!(drawn.contains("svg class=\"qr\"") && drawn.contains("data-token=\"aB3dE4\""), "typed or scanned");
        let lapsed = ActivateToken { token: None, ..sample() }.render().into_string();
        assert!(!lapsed.contains("svg class=\"qr\""), "an old token is not carried anywhere");
    }

    fn sample() -> ActivateToken<'static> {
        ActivateToken {
            lang: Lang::Nl,
            token: Some(Token { text: "aB3dE4", left: 100 }),
            first_name: None,
            number: "+32 468 75 89 60",
            e164: "+32468758960",
            state: CardState { step: "token", ..CardState::default() },
            known: false,
            app_href: "https://app.example/",
        }
    }
}
