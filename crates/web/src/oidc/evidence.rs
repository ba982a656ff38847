//! What proves to a partner that its person said yes.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use journeys::tokens;
use protocol::oidc::{Mount, discovery};
use serde_json::json;

use super::Call;
use super::answers::{failed, private, with_nonce};
use super::userinfo::opened;
use crate::Doors;

/// `GET /evidence`, with an access token.
pub async fn evidence(State(doors): State<Doors>, call: Call) -> Response {
    evidence_at(&doors, Mount::Standard, &call).await
}

/// The evidence of either mount.
pub(crate) async fn evidence_at(doors: &Doors, mount: Mount, call: &Call) -> Response {
    let opened = match opened(doors, mount, call, discovery::EVIDENCE).await {
        Ok(opened) => opened,
        Err(response) => return response,
    };
    let mut response = match tokens::evidence(&doors.world, &opened).await {
        Ok(Some(jwt)) => {
            ([(header::CONTENT_TYPE, "application/jwt"), (header::CACHE_CONTROL, "no-store")], jwt).into_response()
        }
        Ok(None) => private(StatusCode::NOT_FOUND, json!({ "error": "not_found" })),
        Err(failure) => failed(&failure, "evidence"),
    };
    with_nonce(doors, &mut response);
    response
}
