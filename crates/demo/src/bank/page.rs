//! The bank's pages: which card, what is signed, how; and the card reader beside it. No inline style or script.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use pages::assets::{self, Asset};
use pages::icons::Icon;
use pages::layout::languages;
use serde_json::json;
use words::{Lang, fill, t};

use super::problem::Refusal;
use super::rows::{Session, Step};
use super::{Bank, sign};
use crate::customers::{Customer, customer_of_card, customers, grouped};

static STYLE: LazyLock<Asset> = LazyLock::new(|| Asset::hashed("bank", "css", include_bytes!("bank.css")));
static READER: LazyLock<Asset> = LazyLock::new(|| Asset::hashed("reader", "js", include_bytes!("reader.js")));

/// Stylesheets, fonts and the reader's script; names carry a hash, so they are kept for ever.
pub(super) async fn asset(Path(file): Path<String>) -> Response {
    let path = format!("/static/{file}");
    let own = [&*STYLE, &*READER].into_iter().find(|asset| asset.path == path);
    match own.or_else(|| assets::find(&path)) {
        Some(asset) => {
            let headers = [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, assets::CACHE_CONTROL)];
            (headers, asset.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The step the customer is at, with what went wrong just now.
pub(super) fn sign(bank: &Bank, id: &str, session: &Session, lang: Lang, error: Option<Refusal>) -> Response {
    if session.step == Step::Locked {
        return ending(bank, id, lang, Some(session), Refusal::ChallengeLocked);
    }
    let mut all = customers(bank.today());
    // A guest's card lies on the table too, once it was given.
    let given = session.card.as_deref().and_then(|card| customer_of_card(card, bank.today()));
    if let (Some(guest), Step::Sign) = (given, session.step)
        && all.iter().all(|c| c.id != guest.id)
    {
        all.push(guest);
    }
    let place = format!("{}/sign/{}", bank.issuer(id), session.id);
    let view = View { lang, place: &place, error };
    let (title, main) = match session.step {
        Step::Sign => (t(lang, "bank.sign.title"), view.signing(session, &all)),
        _ => (t(lang, "bank.card.title"), view.choosing(&all)),
    };
    let lang_href = format!("{place}?lang=");
    let name = bank.bank(id).map(|b| b.name.as_str()).unwrap_or_default();
    let page = whole(lang, name, title, Some(&lang_href), session.step == Step::Sign, &main);
    let status = error.map_or(StatusCode::OK, Refusal::status);
    secured(bank, Some(&session.asked.redirect_uri), status, page)
}

/// Nothing more can be done here: JSON for programs, a page with the way back for people.
pub(super) fn refused(
    bank: &Bank,
    id: &str,
    headers: &HeaderMap,
    session: Option<&Session>,
    refusal: Refusal,
) -> Response {
    if sign::wants_json(headers) {
        return refusal.json();
    }
    let spoken = super::header(headers, "accept-language").unwrap_or_default();
    let lang = session.map_or_else(|| Lang::negotiate(spoken), |s| sign::language(s, None));
    ending(bank, id, lang, session, refusal)
}

fn ending(bank: &Bank, id: &str, lang: Lang, session: Option<&Session>, refusal: Refusal) -> Response {
    let (title, what) = match refusal {
        Refusal::ChallengeLocked => (t(lang, "bank.locked.title"), t(lang, "bank.locked.what")),
        Refusal::CardLocked => (t(lang, "bank.card_locked.title"), t(lang, "bank.card_locked.what")),
        Refusal::Expired => (t(lang, "bank.expired.title"), t(lang, "bank.expired.what")),
        Refusal::RequestUsed | Refusal::NotFound => (t(lang, "bank.used.title"), t(lang, "bank.used.what")),
        _ => (t(lang, "bank.broken.title"), t(lang, "bank.broken.what")),
    };
    // An expired session takes no more steps, so its way back is the app itself.
    let back = session.filter(|_| refusal != Refusal::Expired);
    let main = html! {
        div.card {
            div.sign.care { (Icon::Warning.draw(32)) }
            h1 id="title" { (title) }
            p { (what) }
            @if let Some(session) = back {
                form.do method="post" action={ (bank.issuer(id)) "/sign/" (session.id) "/refuse" } {
                    button.button id="refuse" type="submit" { (t(lang, "bank.back")) }
                }
            } @else {
                p { (t(lang, "bank.back_by_hand")) }
            }
            p.desk { span id="error-code" lang="en" { (refusal.code()) } }
        }
    };
    let name = bank.bank(id).map(|b| b.name.as_str()).unwrap_or_default();
    let page = whole(lang, name, title, None, false, &main);
    secured(bank, session.map(|s| s.asked.redirect_uri.as_str()), refusal.status(), page)
}

struct View<'a> {
    lang: Lang,
    /// Address of this session's page.
    place: &'a str,
    error: Option<Refusal>,
}

impl View<'_> {
    fn t(&self, key: &'static str) -> &'static str {
        t(self.lang, key)
    }

    fn choosing(&self, all: &[Customer]) -> Markup {
        let invalid = self.error.is_some();
        html! {
            div.card {
                h1 id="title" { (self.t("bank.card.title")) }
                p { (self.t("bank.card.intro")) }
                (self.complaint())
                form method="post" action={ (self.place) "/card" } {
                    (self.kept_language())
                    div {
                        label for="card" { (self.t("bank.card.label")) }
                        input id="card" name="card" type="tel" autocomplete="off" required maxlength="40"
                            aria-invalid=[invalid.then_some("true")] aria-describedby="card-hint";
                        p.hint id="card-hint" { (self.t("bank.card.hint")) }
                    }
                    button.button id="continue" type="submit" { (self.t("bank.card.continue")) }
                }
                (self.refusing())
            }
            section.card.samples aria-labelledby="samples-title" {
                h2 id="samples-title" { (self.t("bank.samples.title")) }
                p { (self.t("bank.samples.intro")) }
                form method="post" action={ (self.place) "/card" } {
                    (self.kept_language())
                    @for customer in all { (self.sample(customer)) }
                }
            }
        }
    }

    fn sample(&self, customer: &Customer) -> Markup {
        html! {
            button.sample id={ "customer-" (customer.id) } name="card" value=(customer.card) type="submit" {
                strong { (customer.name()) }
                span { (fill(self.lang, "bank.samples.born", &[("year", &customer.birth_date.year().to_string())])) }
                @if !customer.note(self.lang).is_empty() { em { (customer.note(self.lang)) } }
            }
        }
    }

    fn signing(&self, session: &Session, all: &[Customer]) -> Markup {
        let challenge = grouped(&sign::challenge(session));
        html! {
            div.card.what {
                h1 id="title" { (self.t("bank.sign.title")) }
                (self.shown(session))
                h2 { (self.t("bank.sign.how")) }
                ol.steps {
                    li { span { (self.t("bank.sign.insert")) } }
                    li { span { (self.t("bank.sign.press")) " " kbd { "SIGN" } } }
                    li {
                        span { (self.t("bank.sign.type")) " " kbd { "OK" } }
                        strong.challenge id="challenge" { (challenge) }
                    }
                    li { span { (self.t("bank.sign.agree")) " " kbd { "OK" } } }
                    li { span { (self.t("bank.sign.pin")) " " kbd { "OK" } } }
                    li { span { (self.t("bank.sign.copy")) } }
                }
            }
            (self.reader(session, all))
            div.card.answer {
                (self.complaint())
                form method="post" action={ (self.place) "/response" } autocomplete="off" {
                    (self.kept_language())
                    div {
                        label for="response" { (self.t("bank.sign.response")) }
                        input.code id="response" name="response" type="tel" required maxlength="12" autocomplete="off"
                            aria-invalid=[self.error.map(|_| "true")];
                    }
                    button.button id="sign" type="submit" { (self.t("bank.sign.button")) }
                }
                (self.refusing())
            }
        }
    }

    /// Exactly what the challenge commits to.
    fn shown(&self, session: &Session) -> Markup {
        let Some(details) = sign::showing(session) else { return html! {} };
        let rows = [
            ("shown-purpose", "bank.shown.purpose", self.t("bank.shown.enrolment").to_owned()),
            ("shown-phone", "bank.shown.phone", details.phone_masked),
            ("shown-device", "bank.shown.device", details.device),
            ("shown-thumbprint", "bank.shown.thumbprint", details.device_thumbprint),
            ("shown-terms", "bank.shown.terms", details.terms),
        ];
        html! {
            p { (self.t("bank.sign.intro")) }
            dl.shown {
                @for (id, key, value) in rows {
                    div { dt { (self.t(key)) } dd id=(id) { (value) } }
                }
            }
            p.note { (Icon::Warning.draw(24)) span { (self.t("bank.sign.careful")) } }
        }
    }

    /// A device to click on; without script the page says what to do with a reader of one's own.
    fn reader(&self, session: &Session, all: &[Customer]) -> Markup {
        let words = json!({
            "insert": self.t("bank.reader.insert_card"), "ready": self.t("bank.reader.press_sign"),
            "challenge": self.t("bank.reader.challenge"), "agree": self.t("bank.reader.agree"),
            "pin": self.t("bank.reader.pin"), "busy": self.t("bank.reader.busy"),
            "response": self.t("bank.reader.response"), "wrong": self.t("bank.reader.pin_wrong"),
            "left": self.t("bank.reader.left"), "blocked": self.t("bank.reader.blocked"),
            "failed": self.t("bank.reader.failed"), "pull": self.t("bank.reader.pull"), "push": self.t("bank.reader.push"),
        });
        html! {
            section.reader id="reader" aria-labelledby="reader-title" data-words=(words) {
                h2 id="reader-title" { (self.t("bank.reader.title")) }
                noscript { p { (self.t("bank.reader.noscript")) } }
                div.cards hidden {
                    label for="reader-card" { (self.t("bank.reader.which")) }
                    select id="reader-card" {
                        @for customer in all {
                            option value=(customer.card) data-pin=(customer.pin)
                                selected[session.card.as_ref() == Some(&customer.card)] { (customer.name()) }
                        }
                    }
                    button.button.second id="reader-insert" type="button" { (self.t("bank.reader.push")) }
                    dl {
                        div { dt { (self.t("bank.reader.code")) } dd { (grouped(&sign::challenge(session))) } }
                        div { dt { (self.t("bank.reader.test_pin")) } dd id="reader-pin" {} }
                    }
                    button.button.plain id="reader-unblock" type="button" hidden { (self.t("bank.reader.unblock")) }
                }
                div.device id="reader-device" role="group" tabindex="0" aria-label=(self.t("bank.reader.device")) hidden {
                    div.lcd role="status" { span id="reader-top" {} span id="reader-bottom" {} }
                    div.keys {
                        button.key.wide type="button" data-key="SIGN" id="key-sign" { "SIGN" }
                        @for digit in ["1", "2", "3", "4", "5", "6", "7", "8", "9"] {
                            button.key type="button" data-key=(digit) id={ "key-" (digit) } { (digit) }
                        }
                        button.key.clear type="button" data-key="C" id="key-c" aria-label=(self.t("bank.reader.clear")) { "C" }
                        button.key type="button" data-key="0" id="key-0" { "0" }
                        button.key.ok type="button" data-key="OK" id="key-ok" { "OK" }
                    }
                    div.slot aria-hidden="true" { span.chip {} }
                }
            }
        }
    }

    fn complaint(&self) -> Markup {
        let text = match self.error {
            None => return html! {},
            Some(Refusal::CardUnknown) => self.t("bank.error.card_unknown").to_owned(),
            Some(Refusal::ResponseWrong { left: 1 }) => self.t("bank.error.response_wrong_last").to_owned(),
            Some(Refusal::ResponseWrong { left }) => {
                fill(self.lang, "bank.error.response_wrong", &[("left", &left.to_string())])
            }
            Some(_) => self.t("bank.broken.what").to_owned(),
        };
        html! { div.error id="error" role="alert" tabindex="-1" { (Icon::Warning.draw(24)) span { (text) } } }
    }

    fn refusing(&self) -> Markup {
        html! {
            form.do method="post" action={ (self.place) "/refuse" } {
                button.button.plain id="refuse" type="submit" { (self.t("bank.refuse")) }
            }
        }
    }

    fn kept_language(&self) -> Markup {
        html! { input type="hidden" name="lang" value=(self.lang.code()); }
    }
}

fn whole(lang: Lang, bank: &str, title: &str, lang_href: Option<&str>, wide: bool, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · " (bank) }
                link rel="stylesheet" href=(assets::site_css());
                link rel="stylesheet" href=(STYLE.path);
                link rel="icon" href="data:,";
                script src=(READER.path) defer {}
            }
            body.wide[wide] {
                a.skip href="#main" { (t(lang, "bank.skip")) }
                header.top {
                    span.bank id="bank" { (bank) }
                    @if let Some(href) = lang_href { (languages(lang, href)) }
                }
                p.demo { (t(lang, "bank.demo")) }
                main id="main" { (main) }
            }
        }
    }
}

/// The page with its headers. Browsers apply `form-action` to where the answer redirects too, so the client stands in it.
fn secured(bank: &Bank, redirect_uri: Option<&str>, status: StatusCode, page: Markup) -> Response {
    let client = redirect_uri.and_then(origin).unwrap_or_default();
    let frames = match bank.config.frame_ancestors.as_slice() {
        [] => "'none'".to_owned(),
        some => some.join(" "),
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; font-src 'self'; \
         img-src 'self' data:; base-uri 'none'; form-action 'self' {client}; frame-ancestors {frames}"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (status, headers, page.into_string()).into_response()
}

/// `scheme://host:port` of an address.
fn origin(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    let end = url.get(start..)?.find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    url.get(..end)
}
