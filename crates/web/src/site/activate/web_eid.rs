//! A card read by the Web eID extension, on the page that began: JSON for the page's script.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use journeys::Failure;
use journeys::enrol_with_eid::{self, EidProblem};
use pages::activate::TOKEN;
use protocol::eid::WebEidToken;
use serde_json::json;

use super::EnrolmentCookie;
use crate::Doors;
use crate::eid::refuse;

fn own(doors: &Doors, headers: &HeaderMap) -> Result<EnrolmentCookie, EidProblem> {
    EnrolmentCookie::of(doors, headers).ok_or_else(|| Failure::Gone.into())
}

/// `POST /activate/web-eid/challenge`
pub async fn web_eid_challenge(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let cookie = match own(&doors, &headers) {
        Ok(cookie) => cookie,
        Err(problem) => return refuse(&doors, problem),
    };
    match enrol_with_eid::web_eid_nonce(&doors.world, &cookie.enrolment, &cookie.browser).await {
        Ok(nonce) => Json(json!({ "nonce": nonce })).into_response(),
        Err(failure) => refuse(&doors, failure.into()),
    }
}

/// `POST /activate/web-eid`
pub async fn web_eid(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Result<Json<WebEidToken>, JsonRejection>,
) -> Response {
    let cookie = match own(&doors, &headers) {
        Ok(cookie) => cookie,
        Err(problem) => return refuse(&doors, problem),
    };
    let token = match body {
        Ok(Json(token)) => token,
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => return refuse(&doors, Failure::TooLarge.into()),
        Err(_) => return refuse(&doors, Failure::Malformed.into()),
    };
    match enrol_with_eid::web_eid(&doors.world, &cookie.enrolment, &cookie.browser, token).await {
        // The page that is due: the token, or that the account is blocked.
        Ok(()) => Json(json!({ "next": TOKEN })).into_response(),
        Err(problem) => refuse(&doors, problem),
    }
}
