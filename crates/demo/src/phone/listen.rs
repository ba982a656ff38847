//! The daemon's own small door on loopback: a robot that can read the browser's page hands in what a person would see there.
//! There is no other way to learn it: the server never tells the phone, and a phone that guesses is refused.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;

use super::PhoneError;
use super::book::{Action, Decide, Given, MatchBook, Order};

/// Opens the door; returns where it stands and the server to run.
///
/// # Errors
/// `Internal` when the address is taken or not on loopback.
pub async fn listen(
    at: SocketAddr,
    book: MatchBook,
) -> Result<(SocketAddr, impl Future<Output = std::io::Result<()>>), PhoneError> {
    if !at.ip().is_loopback() {
        return Err(PhoneError::Internal("the daemon's door opens on loopback only".into()));
    }
    let listener = TcpListener::bind(at).await.map_err(|e| PhoneError::Internal(format!("{at}: {e}")))?;
    let at = listener.local_addr().map_err(|e| PhoneError::Internal(e.to_string()))?;
    let doors = Router::new()
        .route("/match", post(hand_in))
        .route("/answer", post(answer))
        .route("/scan", post(scan))
        .route("/ciba", post(ciba))
        .route("/phones", get(phones))
        .with_state(book);
    Ok((at, async move { axum::serve(listener, doors).await }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandIn {
    number: String,
    #[serde(rename = "match")]
    matched: String,
    #[serde(default)]
    rid: Option<String>,
    #[serde(default = "half_a_minute")]
    wait: u8,
}

fn half_a_minute() -> u8 {
    30
}

async fn hand_in(State(book): State<MatchBook>, headers: HeaderMap, Json(body): Json<HandIn>) -> Response {
    give(&book, &headers, Some(&body.number), Order::Match { matched: body.matched, rid: body.rid }, body.wait).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerIn {
    #[serde(default)]
    number: Option<String>,
    action: Action,
    #[serde(default, rename = "match")]
    matched: Option<String>,
    #[serde(default)]
    rid: Option<String>,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default = "half_a_minute")]
    wait: u8,
}

async fn answer(State(book): State<MatchBook>, headers: HeaderMap, Json(body): Json<AnswerIn>) -> Response {
    let AnswerIn { number, action, matched, rid, without, wait } = body;
    give(&book, &headers, number.as_deref(), Order::Answer(Decide { action, matched, rid, without }), wait).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScanIn {
    #[serde(default)]
    number: Option<String>,
    text: String,
    #[serde(default = "half_a_minute")]
    wait: u8,
}

async fn scan(State(book): State<MatchBook>, headers: HeaderMap, Json(body): Json<ScanIn>) -> Response {
    give(&book, &headers, body.number.as_deref(), Order::Scan { text: body.text }, body.wait).await
}

/// As the harnesses of the OpenID Foundation ask: `?token=…&type=allow`. The token is not looked at: a person does not see it either.
#[derive(Deserialize)]
struct Ciba {
    #[serde(alias = "type")]
    action: Permission,
    #[serde(default)]
    number: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Permission {
    Allow,
    Deny,
}

async fn ciba(State(book): State<MatchBook>, headers: HeaderMap, Query(asked): Query<Ciba>) -> Response {
    let action = match asked.action {
        Permission::Allow => Action::Approve,
        Permission::Deny => Action::Refuse,
    };
    let decide = Decide { action, matched: None, rid: None, without: Vec::new() };
    give(&book, &headers, asked.number.as_deref(), Order::Answer(decide), half_a_minute()).await
}

/// Answers when the phone has: 200 with the outcome, 422 with the refusal, 404 for a number not played here, 504 when nothing
/// came to answer in `wait` seconds. Without a number the daemon's only phone is meant.
async fn give(book: &MatchBook, headers: &HeaderMap, number: Option<&str>, order: Order, wait: u8) -> Response {
    if !is_local(headers) {
        return told(StatusCode::FORBIDDEN, "not_local");
    }
    let number = match (number, book.numbers().as_slice()) {
        (Some(number), _) => number.to_owned(),
        (None, [only]) => only.clone(),
        (None, []) => return told(StatusCode::NOT_FOUND, "phone_unknown"),
        (None, _) => return told(StatusCode::BAD_REQUEST, "number_needed"),
    };
    let (given, outcome) = Given::new(order);
    if !book.put(&number, given) {
        return told(StatusCode::NOT_FOUND, "phone_unknown");
    }
    match tokio::time::timeout(Duration::from_secs(wait.into()), outcome).await {
        Ok(Ok(Ok(answered))) => Json(answered).into_response(),
        Ok(Ok(Err((exit, error)))) => {
            let status = if exit == 8 { StatusCode::BAD_GATEWAY } else { StatusCode::UNPROCESSABLE_ENTITY };
            (status, Json(error)).into_response()
        }
        Ok(Err(_)) => told(StatusCode::CONFLICT, "replaced"),
        Err(_) => {
            book.clear(&number);
            told(StatusCode::GATEWAY_TIMEOUT, "nothing_pending")
        }
    }
}

fn told(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

async fn phones(State(book): State<MatchBook>, headers: HeaderMap) -> Response {
    if !is_local(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    Json(json!({ "phones": book.numbers() })).into_response()
}

/// A web page can make a browser knock here, under another name (DNS rebinding) or with an `Origin`: both are refused.
fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get("host").and_then(|h| h.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost" | "[::1]") && !headers.contains_key("origin")
}
