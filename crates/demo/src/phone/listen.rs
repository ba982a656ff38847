//! The daemon's own small door on loopback: a robot that can read the browser's page hands in the two-digit number there.
//! There is no other way to learn it: the server never tells the phone, and a phone that guesses is refused.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use super::PhoneError;

/// A number somebody read from a browser's page, waiting for its phone.
pub struct Given {
    pub matched: String,
    pub rid: Option<String>,
    reply: oneshot::Sender<Outcome>,
}

type Outcome = Result<Value, (u8, Value)>;

impl Given {
    /// Tells the one who asked how it ended.
    pub fn done(self, outcome: Result<Value, &PhoneError>) {
        // Nobody may be listening any more; the answer is given all the same.
        let _ = self.reply.send(outcome.map_err(|e| (e.exit_code(), e.to_json())));
    }
}

/// Which phones the daemon plays, and the numbers handed in for them.
#[derive(Clone, Default)]
pub struct MatchBook {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    phones: Mutex<HashMap<String, Option<Given>>>,
    changed: Notify,
}

impl MatchBook {
    /// A phone that is active from now on.
    pub fn enter(&self, number: &str) {
        self.with(|phones| {
            phones.entry(digits(number)).or_default();
        });
    }

    /// Takes what was handed in for this phone.
    pub fn take(&self, number: &str) -> Option<Given> {
        self.with(|phones| phones.get_mut(&digits(number)).and_then(Option::take))
    }

    /// Returns when something was handed in for anybody, or after `at_most`.
    pub async fn changed(&self, at_most: Duration) {
        let _ = tokio::time::timeout(at_most, self.inner.changed.notified()).await;
    }

    fn put(&self, number: &str, given: Given) -> bool {
        let known = self.with(|phones| match phones.get_mut(&digits(number)) {
            Some(place) => {
                *place = Some(given);
                true
            }
            None => false,
        });
        self.inner.changed.notify_waiters();
        known
    }

    fn numbers(&self) -> Vec<String> {
        let mut numbers: Vec<String> = self.with(|phones| phones.keys().cloned().collect());
        numbers.sort();
        numbers
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<String, Option<Given>>) -> T) -> T {
        // A poisoned book is still a good book: each change is one step.
        let mut phones = self.inner.phones.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        act(&mut phones)
    }
}

/// `+32 468 75 89 60` and `+32468758960` are one phone.
fn digits(number: &str) -> String {
    number.chars().filter(|c| *c == '+' || c.is_ascii_digit()).collect()
}

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
    let doors = Router::new().route("/match", post(hand_in)).route("/phones", get(phones)).with_state(book);
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

/// Answers when the phone has: 200 with the outcome, 422 with the refusal, 404 for a number not played here, 504 when no
/// request came in `wait` seconds.
async fn hand_in(State(book): State<MatchBook>, headers: HeaderMap, Json(body): Json<HandIn>) -> Response {
    if !is_local(&headers) {
        return (StatusCode::FORBIDDEN, Json(json!({ "error": "not_local" }))).into_response();
    }
    let (reply, outcome) = oneshot::channel();
    let given = Given { matched: body.matched, rid: body.rid, reply };
    if !book.put(&body.number, given) {
        return (StatusCode::NOT_FOUND, Json(json!({ "error": "phone_unknown" }))).into_response();
    }
    match tokio::time::timeout(Duration::from_secs(body.wait.into()), outcome).await {
        Ok(Ok(Ok(answered))) => Json(answered).into_response(),
        Ok(Ok(Err((exit, error)))) => {
            let status = if exit == 8 { StatusCode::BAD_GATEWAY } else { StatusCode::UNPROCESSABLE_ENTITY };
            (status, Json(error)).into_response()
        }
        Ok(Err(_)) => (StatusCode::CONFLICT, Json(json!({ "error": "replaced" }))).into_response(),
        Err(_) => {
            book.take(&body.number);
            (StatusCode::GATEWAY_TIMEOUT, Json(json!({ "error": "nothing_pending" }))).into_response()
        }
    }
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
