//! The citizen's messages: SMS and mail as a gateway would deliver them (docs/protocol.md §7), shown as they arrive.
//! In memory, the last 500.

mod messages;
mod page;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::rejection::JsonRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_core::Stream;
use protocol::jose::sha256;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;

use crate::front::{self, Policy};
use messages::{Incoming, Kind, Message, Messages};

/// All the inbox needs to know.
#[derive(Clone)]
pub struct InboxConfig {
    /// What senders put behind `Authorization: Bearer`.
    pub token: String,
    /// Origins that may show the inbox in a frame.
    pub frame_ancestors: Vec<String>,
}

#[derive(Clone)]
struct Inbox {
    messages: Arc<Messages>,
    token: Arc<str>,
}

/// The inbox's site: `POST /sms`, `POST /mail`, `GET /messages?to=`, `GET /events?to=`, and a page.
pub fn router(config: InboxConfig) -> Router {
    let policy = Policy { referrer: "no-referrer", shows: vec![], shown_by: config.frame_ancestors };
    let inbox = Inbox { messages: Arc::default(), token: config.token.into() };
    let routes = Router::new()
        .route("/", get(show))
        .route("/sms", post(|state, headers, body| receive(Kind::Sms, state, headers, body)))
        .route("/mail", post(|state, headers, body| receive(Kind::Mail, state, headers, body)))
        .route("/messages", get(list))
        .route("/events", get(events))
        .route("/static/{file}", get(|uri: Uri| async move { front::asset(&uri, &[&page::STYLE, &page::SCRIPT]) }))
        .fallback(|| async { Redirect::to("/") })
        .with_state(inbox);
    front::dress(routes, &policy)
}

async fn receive(
    kind: Kind,
    State(inbox): State<Inbox>,
    headers: HeaderMap,
    body: Result<Json<Incoming>, JsonRejection>,
) -> Response {
    let token =
        headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    // Digests, so that the time taken tells nothing of the token.
    if token.map(|token| sha256(token.as_bytes())) != Some(sha256(inbox.token.as_bytes())) {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "unauthorized" }))).into_response();
    }
    let incoming = match body {
        Ok(Json(incoming)) if incoming.is_sound(kind) => incoming,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return (StatusCode::PAYLOAD_TOO_LARGE, Json(json!({ "error": "too_large" }))).into_response();
        }
        _ => return (StatusCode::BAD_REQUEST, Json(json!({ "error": "malformed" }))).into_response(),
    };
    inbox.messages.add(incoming.arrived(kind, now()));
    StatusCode::ACCEPTED.into_response()
}

#[derive(Deserialize)]
struct View {
    to: Option<String>,
    lang: Option<String>,
}

async fn list(State(inbox): State<Inbox>, Query(view): Query<View>) -> Json<Vec<Message>> {
    Json(inbox.messages.to(view.to.as_deref()))
}

async fn show(State(inbox): State<Inbox>, headers: HeaderMap, Query(view): Query<View>) -> Response {
    let lang = front::language(view.lang.as_deref(), &headers);
    let to = view.to.as_deref().map(str::trim).filter(|to| !to.is_empty());
    front::page(StatusCode::OK, lang, page::render(lang, to, &inbox.messages.to(to)))
}

/// Events from a channel.
struct Events(mpsc::Receiver<Event>);

impl Stream for Events {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}

/// `event: message`, `data:` the message as in `/messages`, for each that arrives from now on.
async fn events(State(inbox): State<Inbox>, Query(view): Query<View>) -> Response {
    let (sender, receiver) = mpsc::channel(16);
    let mut arriving = inbox.messages.follow();
    tokio::spawn(async move {
        loop {
            let arrived = tokio::select! {
                () = sender.closed() => return,
                arrived = arriving.recv() => arrived,
            };
            // A reader that fell behind, or the end: the browser connects again and asks for all.
            let Ok(message) = arrived else { return };
            if !view.to.as_deref().is_none_or(|to| message.is_to(to)) {
                continue;
            }
            let Ok(event) = Event::default().event("message").json_data(&message) else { return };
            if sender.send(event).await.is_err() {
                return;
            }
        }
    });
    Sse::new(Events(receiver)).keep_alive(KeepAlive::default()).into_response()
}

#[expect(clippy::disallowed_methods, reason = "other people have a clock of their own")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
