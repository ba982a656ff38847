//! Pushed authorization requests (RFC 9126).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use journeys::push::{self, Refused};
use protocol::oidc::token::TokenError;
use protocol::oidc::{Mount, discovery};
use serde_json::json;

use super::answers::{failed, private, refused, with_nonce};
use super::{Call, client};
use crate::Doors;

/// `POST /par`.
pub async fn push(State(doors): State<Doors>, call: Call) -> Response {
    let told = |error: &TokenError| refused(&doors, Mount::Standard, error);
    let Some(form) = &call.form else { return told(&TokenError::invalid_request("a form is expected")) };
    if !call.query.is_empty() {
        return told(&TokenError::invalid_request("parameters belong into the body"));
    }
    let client = match client::authenticated(&doors, &call, Mount::Standard, discovery::PUSH).await {
        Ok(client) => client,
        Err(error) => return told(&error),
    };
    let possession = match client::possession(&doors, &call, Mount::Standard, discovery::PUSH) {
        Ok(possession) => possession,
        Err(error) => return told(&error),
    };
    match push::push(&doors.world, &client, form, &possession).await {
        Ok(Ok(pushed)) => {
            let body = json!({ "request_uri": pushed.request_uri, "expires_in": pushed.expires_in });
            let mut response = private(StatusCode::CREATED, body);
            with_nonce(&doors, &mut response);
            response
        }
        Ok(Err(Refused::Client(error))) => told(&error),
        Ok(Err(Refused::Request(error, description))) => {
            let body = json!({ "error": error.as_str(), "error_description": description });
            private(StatusCode::BAD_REQUEST, body)
        }
        Err(failure) => failed(&failure, "par"),
    }
}
