//! How partners hear no.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use journeys::tokens::{ResourceError, dpop_nonces};
use protocol::oidc::Mount;
use protocol::oidc::dpop;
use protocol::oidc::token::{TokenError, TokenErrorCode};
use serde_json::{Value, json};

use crate::Doors;

/// An error of a door where partners prove themselves. The compatible mount says `detail` and `uid` too.
pub fn refused(doors: &Doors, mount: Mount, error: &TokenError) -> Response {
    refused_as(doors, mount, error, error.status())
}

/// The same with another status.
pub fn refused_as(doors: &Doors, mount: Mount, error: &TokenError, status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut body = json!(error);
    if let (Mount::Compat, Some(members)) = (mount, body.as_object_mut()) {
        members.insert("detail".into(), error.description.into());
        members.insert("uid".into(), crate::problem::occurrence(doors).into());
    }
    let mut response = private(status, body);
    if status == StatusCode::UNAUTHORIZED {
        set(&mut response, header::WWW_AUTHENTICATE, "Basic realm=\"zelf\"");
    }
    if error.error == TokenErrorCode::UseDpopNonce {
        with_nonce(doors, &mut response);
    }
    response
}

/// JSON that nobody keeps.
pub fn private(status: StatusCode, body: Value) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (status, headers, Json(body)).into_response()
}

/// The database or the vault could not: nothing that the partner did.
pub fn failed(failure: &journeys::Failure, what: &'static str) -> Response {
    tracing::error!(?failure, what, "a partner's request failed");
    let body = json!({ "error": "temporarily_unavailable", "error_description": "try again in a moment" });
    private(StatusCode::SERVICE_UNAVAILABLE, body)
}

/// Nothing lives at this address of partners' programs.
pub fn no_door() -> Response {
    private(StatusCode::NOT_FOUND, json!({ "error": "not_found", "error_description": "there is nothing here" }))
}

/// A door of partners' programs takes these methods alone (RFC 9110 §15.5.6).
pub fn no_method(allow: &str) -> Response {
    let body = json!({ "error": "invalid_request", "error_description": "this address does not take that method" });
    let mut response = private(StatusCode::METHOD_NOT_ALLOWED, body);
    set(&mut response, header::ALLOW, allow);
    response
}

/// The nonce for the next DPoP proof (RFC 9449 §8.2), where proofs need one.
pub fn with_nonce(doors: &Doors, response: &mut Response) {
    if let Some(nonce) = dpop_nonces(&doors.world).first() {
        set(response, header::HeaderName::from_static("dpop-nonce"), nonce);
    }
}

/// An error of a door that an access token opens (RFC 6750 §3, RFC 9449 §7.1).
pub fn shut(doors: &Doors, error: Option<ResourceError>) -> Response {
    let code = match error {
        Some(ResourceError::Dpop(error)) => error.code(),
        Some(ResourceError::InvalidToken) | None => "invalid_token",
    };
    let mut response = private(StatusCode::UNAUTHORIZED, json!({ "error": code }));
    let algs = dpop::ALGORITHMS.map(|alg| alg.as_str()).join(" ");
    // Whoever brings nothing is told the ways, not a mistake (RFC 6750 §3.1).
    let told = error.map_or(String::new(), |_| format!(", error=\"{code}\""));
    let bearer_told = if matches!(error, Some(ResourceError::Dpop(_))) { "" } else { told.as_str() };
    for challenge in [format!("Bearer realm=\"zelf\"{bearer_told}"), format!("DPoP algs=\"{algs}\"{told}")] {
        if let Ok(value) = HeaderValue::from_str(&challenge) {
            response.headers_mut().append(header::WWW_AUTHENTICATE, value);
        }
    }
    with_nonce(doors, &mut response);
    response
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
