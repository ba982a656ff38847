//! For the demo only: who the customers are, the card reader on the page, and a card given its tries back.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use protocol::cap::reader::ReaderError;
use serde::Deserialize;
use serde_json::{Value, json};
use words::Lang;

use super::problem::Refusal;
use super::{Bank, cards};

#[derive(Deserialize)]
pub(super) struct Asking {
    lang: Option<String>,
    /// One customer only, also one of the guests, who are many and not listed.
    id: Option<String>,
}

pub(super) async fn customers(State(bank): State<Bank>, Query(asking): Query<Asking>) -> Json<Value> {
    let lang = asking.lang.as_deref().and_then(Lang::parse).unwrap_or(Lang::En);
    let found = match &asking.id {
        Some(id) => crate::customers::customer(id, bank.today()).into_iter().collect(),
        None => crate::customers::customers(bank.today()),
    };
    let all: Vec<Value> = found.iter().map(|c| c.summary(lang)).collect();
    Json(Value::Array(all))
}

/// A card in the reader, SIGN, the challenge, OK, the PIN, OK.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    card: String,
    challenge: String,
    pin: String,
}

/// The conversation of reader and card, APDU by APDU, on this machine.
pub(super) async fn reader(State(bank): State<Bank>, keys: Option<Json<Keys>>) -> Response {
    let Some(Json(keys)) = keys else { return Refusal::Malformed.json() };
    let challenge: String = keys.challenge.chars().filter(|c| *c != ' ').collect();
    if challenge.len() != 12 || !challenge.bytes().all(|b| b.is_ascii_digit()) {
        return Refusal::Malformed.json();
    }
    let Some(customer) = cards::holder(&keys.card, bank.today()) else { return Refusal::CardUnknown.json() };
    let read = bank
        .rows
        .run(|tx| cards::sign(tx, bank.rows.card_key(), &customer, &challenge, &keys.pin).map_err(Refusal::from));
    match read {
        Ok(Ok(code)) => Json(json!({ "response": code })).into_response(),
        Ok(Err(ReaderError::PinWrong { left })) => unprocessable(json!({ "error": "pin_wrong", "left": left })),
        Ok(Err(ReaderError::CardBlocked)) => unprocessable(json!({ "error": "card_blocked" })),
        Ok(Err(ReaderError::Input)) => Refusal::Malformed.json(),
        Ok(Err(ReaderError::NoApplication | ReaderError::Card)) => unprocessable(json!({ "error": "card_faulty" })),
        Err(refusal) => refusal.json(),
    }
}

fn unprocessable(body: Value) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Blocked {
    card: String,
}

pub(super) async fn unblock(State(bank): State<Bank>, blocked: Option<Json<Blocked>>) -> Response {
    let Some(Json(blocked)) = blocked else { return Refusal::Malformed.json() };
    let Some(customer) = cards::holder(&blocked.card, bank.today()) else { return Refusal::CardUnknown.json() };
    match bank.rows.run(|tx| cards::unblock(tx, &customer.card).map_err(Refusal::from)) {
        Ok(()) => Json(json!({})).into_response(),
        Err(refusal) => refusal.json(),
    }
}
