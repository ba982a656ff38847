//! The customer signs: card number, what is signed, the challenge, the response code, and back to the client.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::jose::sha256;
use protocol::label::join;
use serde::Deserialize;
use serde_json::{Value, json};
use words::Lang;

use super::par::Details;
use super::problem::{OAuthError, Refusal};
use super::rows::{Granted, Session, Step, keep_session, put_code, session};
use super::{Bank, Form, cards, page, random};
use crate::customers::grouped;

/// Wrong responses one challenge survives.
const MAX_WRONG: i64 = 3;
/// FAPI 2.0: an authorization code lives at most a minute.
const CODE_SECONDS: i64 = 60;

/// Which bank, which session.
pub(super) type Place = Path<(String, String)>;

#[derive(Deserialize)]
pub(super) struct Shown {
    lang: Option<String>,
}

/// The page, or with `Accept: application/json` what stands on it.
pub(super) async fn show(
    State(bank): State<Bank>,
    Path((id, place)): Place,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Response {
    match bank.rows.run(|tx| open(&bank, session(tx, &place, &id)?)) {
        Ok(session) if wants_json(&headers) => state(&bank, &id, &session).into_response(),
        Ok(session) => page::sign(&bank, &id, &session, language(&session, shown.lang.as_deref()), None),
        Err(stop) => page::refused(&bank, &id, &headers, stop.session.as_deref(), stop.refusal),
    }
}

/// The customer says which card.
pub(super) async fn card(
    State(bank): State<Bank>,
    Path((id, place)): Place,
    headers: HeaderMap,
    form: Result<Form, OAuthError>,
) -> Response {
    step(&bank, &id, &place, &headers, form, |tx, session, form| {
        let typed = form.get("card").ok_or(Refusal::Malformed)?;
        if !matches!(session.step, Step::Card | Step::Sign) {
            return Err(Refusal::WrongStep);
        }
        let customer = cards::holder(typed, bank.today()).ok_or(Refusal::CardUnknown)?;
        cards::usable(tx, &customer.card, bank.now())?;
        (session.step, session.card) = (Step::Sign, Some(customer.card));
        Ok(Next::Stay)
    })
}

/// The customer types what the reader shows.
pub(super) async fn response(
    State(bank): State<Bank>,
    Path((id, place)): Place,
    headers: HeaderMap,
    form: Result<Form, OAuthError>,
) -> Response {
    step(&bank, &id, &place, &headers, form, |tx, session, form| {
        let typed = form.get("response").filter(|r| r.len() <= 40).ok_or(Refusal::Malformed)?;
        let code: String = typed.chars().filter(|c| *c != ' ').collect();
        let card = match (session.step, &session.card) {
            (Step::Sign, Some(card)) => card.clone(),
            (Step::Locked, _) => return Err(Refusal::ChallengeLocked),
            _ => return Err(Refusal::WrongStep),
        };
        if !cards::accept(tx, bank.rows.card_key(), &card, &challenge(session), &code, bank.now())? {
            return Ok(Next::Wrong(count_wrong(session)));
        }
        let code = random(32);
        let granted =
            Granted { asked: session.asked.clone(), card, time: bank.now(), txn: random(16), jkt: String::new() };
        put_code(tx, &code, &id, &granted, bank.now() + CODE_SECONDS)?;
        session.step = Step::Done;
        Ok(Next::Leave(vec![("code", code)]))
    })
}

/// The customer says no. Open even when the challenge is locked: it is the way back.
pub(super) async fn refuse(
    State(bank): State<Bank>,
    Path((id, place)): Place,
    headers: HeaderMap,
    form: Result<Form, OAuthError>,
) -> Response {
    step(&bank, &id, &place, &headers, form, |_, session, _| {
        session.step = Step::Done;
        Ok(Next::Leave(vec![("error", "access_denied".to_owned())]))
    })
}

/// Where a step leads.
enum Next {
    Stay,
    /// Kept, although the answer is no: a wrong try counts.
    Wrong(Refusal),
    Leave(Vec<(&'static str, String)>),
}

fn count_wrong(session: &mut Session) -> Refusal {
    session.wrong += 1;
    if session.wrong >= MAX_WRONG {
        session.step = Step::Locked;
        Refusal::ChallengeLocked
    } else {
        Refusal::ResponseWrong { left: MAX_WRONG - session.wrong }
    }
}

/// One step in one database transaction, then the page that follows.
fn step(
    bank: &Bank,
    id: &str,
    place: &str,
    headers: &HeaderMap,
    form: Result<Form, OAuthError>,
    work: impl FnOnce(&rusqlite::Transaction<'_>, &mut Session, &Form) -> Result<Next, Refusal>,
) -> Response {
    // Other sites may not post for the customer.
    if super::header(headers, "sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return page::refused(bank, id, headers, None, Refusal::Foreign);
    }
    let Ok(form) = form else { return page::refused(bank, id, headers, None, Refusal::Malformed) };
    let done = bank.rows.run(|tx| {
        let mut session = open(bank, session(tx, place, id)?)?;
        let next = work(tx, &mut session, &form)
            .map_err(|refusal| Stop { refusal, session: Some(Box::new(session.clone())) })?;
        keep_session(tx, &session)?;
        Ok::<_, Stop>((next, session))
    });
    match done {
        Ok((Next::Stay, session)) if wants_json(headers) => state(bank, id, &session).into_response(),
        Ok((Next::Stay, session)) => {
            let lang = language(&session, form.get("lang"));
            redirect(&format!("{}/sign/{}?lang={}", bank.issuer(id), session.id, lang.code()))
        }
        Ok((Next::Leave(answer), session)) => redirect(&back(bank, id, &session, &answer)),
        Ok((Next::Wrong(refusal), session)) => unhappy(bank, id, headers, &session, &form, refusal),
        Err(Stop { refusal, session: Some(session) }) => unhappy(bank, id, headers, &session, &form, refusal),
        Err(Stop { refusal, session: None }) => page::refused(bank, id, headers, None, refusal),
    }
}

/// Why a step was not taken, and in whose session if that is known.
struct Stop {
    refusal: Refusal,
    session: Option<Box<Session>>,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Stop { refusal, session: None }
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Refusal::from(error).into()
    }
}

/// A session that is still going on.
fn open(bank: &Bank, found: Option<Session>) -> Result<Session, Stop> {
    let session = found.ok_or(Refusal::NotFound)?;
    if session.step == Step::Done {
        return Err(Refusal::RequestUsed.into());
    }
    if session.expires <= bank.now() {
        return Err(Stop { refusal: Refusal::Expired, session: Some(Box::new(session)) });
    }
    Ok(session)
}

/// The same page again, saying why; or a page with only the way back.
fn unhappy(bank: &Bank, id: &str, headers: &HeaderMap, session: &Session, form: &Form, refusal: Refusal) -> Response {
    if wants_json(headers) {
        return refusal.json();
    }
    match refusal {
        Refusal::CardUnknown | Refusal::ResponseWrong { .. } => {
            page::sign(bank, id, session, language(session, form.get("lang")), Some(refusal))
        }
        _ => page::refused(bank, id, headers, Some(session), refusal),
    }
}

pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    super::header(headers, "accept").is_some_and(|accept| accept.contains("application/json"))
}

/// The language chosen on the page, else the one the client asked for.
pub(super) fn language(session: &Session, chosen: Option<&str>) -> Lang {
    chosen.and_then(Lang::parse).unwrap_or_else(|| Lang::negotiate(&session.asked.ui_locales))
}

/// Twelve digits that commit to what is shown, to this session and to this card.
pub(super) fn challenge(session: &Session) -> String {
    let card = session.card.as_deref().unwrap_or_default();
    let parts = [&session.asked.details_hash()[..], session.nonce.as_bytes(), card.as_bytes()];
    let hash = sha256(&join("demo-bank/challenge/v1", &parts));
    let number = hash.iter().take(8).fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
    format!("{:012}", number % 1_000_000_000_000)
}

/// What is being signed, as the page shows it.
pub(super) fn showing(session: &Session) -> Option<Details> {
    let mut details = Details::parse(&session.asked.details).ok()?;
    details.device_thumbprint = grouped(&details.device_thumbprint);
    Some(details)
}

fn state(bank: &Bank, id: &str, session: &Session) -> Json<Value> {
    let name = bank.bank(id).map(|b| b.name.as_str());
    let mut out = json!({
        "step": session.step.word(), "bank": name, "expires": session.expires, "now": bank.now(),
        "showing": showing(session),
    });
    if session.step == Step::Sign
        && let Some(object) = out.as_object_mut()
    {
        object.insert("challenge".into(), grouped(&challenge(session)).into());
        object.insert("left".into(), (MAX_WRONG - session.wrong).into());
    }
    Json(out)
}

/// The answer to the client (RFC 6749 §4.1.2, RFC 9207).
fn back(bank: &Bank, id: &str, session: &Session, answer: &[(&str, String)]) -> String {
    let issuer = bank.issuer(id);
    let all = answer.iter().map(|(name, value)| (*name, value.as_str()));
    let all = all.chain([("state", session.asked.state.as_str()), ("iss", issuer.as_str())]);
    let query: Vec<String> = all.map(|(name, value)| format!("{name}={}", percent(value))).collect();
    let joint = if session.asked.redirect_uri.contains('?') { '&' } else { '?' };
    format!("{}{joint}{}", session.asked.redirect_uri, query.join("&"))
}

/// Everything but RFC 3986's unreserved characters.
fn percent(value: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(one).collect()
}

fn redirect(url: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, url), (header::CACHE_CONTROL, "no-store")]).into_response()
}
