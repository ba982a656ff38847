//! Registration of partners by themselves (RFC 7591, RFC 7592).

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use journeys::Failure;
use journeys::register::{self, NotRegistered};
use serde_json::{Value, json};

use super::answers::{failed, private};
use crate::Doors;
use crate::limits::What;
use crate::place::Caller;

type Body = Result<Bytes, BytesRejection>;

/// `POST /register`.
pub async fn register(State(doors): State<Doors>, caller: Caller, headers: HeaderMap, body: Body) -> Response {
    if doors.limits.take(What::Registration, &caller.network, doors.world.now()).is_err() {
        return private(StatusCode::TOO_MANY_REQUESTS, json!({ "error": "too_many_requests" }));
    }
    let Ok(body) = body else { return too_large() };
    told(register::register(&doors.world, bearer(&headers), &body).await, StatusCode::CREATED)
}

/// `GET /register/{client_id}`.
pub async fn registration(State(doors): State<Doors>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    told(register::read(&doors.world, &id, bearer(&headers)).await, StatusCode::OK)
}

/// `PUT /register/{client_id}`.
pub async fn change(State(doors): State<Doors>, Path(id): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let Ok(body) = body else { return too_large() };
    told(register::change(&doors.world, &id, bearer(&headers), &body).await, StatusCode::OK)
}

/// `DELETE /register/{client_id}`.
pub async fn unregister(State(doors): State<Doors>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match register::remove(&doors.world, &id, bearer(&headers)).await {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => unauthorized(),
        Err(failure) => failed(&failure, "registration"),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}

fn told(answer: Result<Result<Value, NotRegistered>, Failure>, done: StatusCode) -> Response {
    match answer {
        Ok(Ok(body)) => private(done, body),
        Ok(Err(NotRegistered::Unauthorized)) => unauthorized(),
        Ok(Err(NotRegistered::Wrong(wrong))) => {
            let body = json!({ "error": wrong.error, "error_description": wrong.description });
            private(StatusCode::BAD_REQUEST, body)
        }
        Err(failure) => failed(&failure, "registration"),
    }
}

fn too_large() -> Response {
    private(StatusCode::PAYLOAD_TOO_LARGE, json!({ "error": "invalid_client_metadata" }))
}

fn unauthorized() -> Response {
    let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::UNAUTHORIZED, challenge, Json(json!({ "error": "invalid_token" }))).into_response()
}
