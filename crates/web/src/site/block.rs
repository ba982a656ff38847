//! Blocking with something that was written down: a block code, or the stop code of a message.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use journeys::block::by_written_code;
use pages::block::{BlockError, BlockForm, Blocked};
use serde::Deserialize;
use words::Lang;

use super::pages_of::{LangQuery, accepted, page, problem_after};
use crate::Doors;
use crate::limits::What;
use crate::place::Caller;

/// Sixteen signs in groups, with room for a kind hand.
const MAX_CODE: usize = 40;

/// `GET /block`
pub async fn block_page(headers: HeaderMap, query: Result<Query<LangQuery>, QueryRejection>) -> Response {
    let asked = query.ok().and_then(|Query(query)| query.lang);
    let lang = asked.as_deref().and_then(Lang::parse).unwrap_or_else(|| accepted(&headers));
    page(BlockForm { lang, error: None }.render())
}

#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    code: String,
    #[serde(default)]
    lang: String,
}

/// `POST /block`: every code that blocks nothing gets the same words, and each counts.
pub async fn block(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    form: Result<Form<Typed>, FormRejection>,
) -> Response {
    let typed = match form {
        Ok(Form(typed)) => typed,
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return problem_after(&doors, "too_large", "block form");
        }
        Err(_) => return problem_after(&doors, "request_invalid", "block form"),
    };
    let lang = Lang::parse(&typed.lang).unwrap_or_else(|| accepted(&headers));
    let say =
        |status: StatusCode, error| (status, page(BlockForm { lang, error: Some(error) }.render())).into_response();
    let code = typed.code.trim();
    if code.is_empty() {
        return say(StatusCode::OK, BlockError::Missing);
    }
    let now = doors.world.now();
    if let Err(until) = doors.limits.take(What::Block, &caller.network, now) {
        let minutes = u32::try_from((until - now + 59) / 60).unwrap_or(60);
        return say(StatusCode::TOO_MANY_REQUESTS, BlockError::Wait(minutes));
    }
    if code.chars().count() > MAX_CODE {
        return say(StatusCode::OK, BlockError::Wrong);
    }
    match by_written_code(&doors.world, code).await {
        Ok(true) => page(Blocked { lang }.render()),
        Ok(false) => say(StatusCode::OK, BlockError::Wrong),
        Err(failure) => {
            tracing::error!(?failure, "an account could not be blocked");
            problem_after(&doors, "server_error", "a block code")
        }
    }
}
