//! What a bank answers when it says no: OAuth errors to programs, a page or JSON to customers.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// RFC 6749 §5.2, RFC 9126 §2.3, RFC 9449 §5: status, code, and which rule said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OAuthError {
    pub(super) status: StatusCode,
    pub(super) error: &'static str,
    pub(super) description: &'static str,
}

impl OAuthError {
    pub(super) const NO_BANK: OAuthError =
        OAuthError { status: StatusCode::NOT_FOUND, error: "not_found", description: "no bank of this name" };
    pub(super) const BROKEN: OAuthError =
        OAuthError { status: StatusCode::SERVICE_UNAVAILABLE, error: "server_error", description: "try again later" };

    const fn bad(error: &'static str, description: &'static str) -> Self {
        OAuthError { status: StatusCode::BAD_REQUEST, error, description }
    }

    pub(super) const fn request(description: &'static str) -> Self {
        Self::bad("invalid_request", description)
    }

    pub(super) const fn grant(description: &'static str) -> Self {
        Self::bad("invalid_grant", description)
    }

    pub(super) const fn details(description: &'static str) -> Self {
        Self::bad("invalid_authorization_details", description)
    }

    pub(super) const fn dpop(description: &'static str) -> Self {
        Self::bad("invalid_dpop_proof", description)
    }

    pub(super) const fn named(error: &'static str, description: &'static str) -> Self {
        Self::bad(error, description)
    }

    pub(super) const fn client(description: &'static str) -> Self {
        OAuthError { status: StatusCode::UNAUTHORIZED, error: "invalid_client", description }
    }

    /// At userinfo (RFC 6750 §3.1, RFC 9449 §7.1).
    pub(super) const fn token(description: &'static str) -> Self {
        OAuthError { status: StatusCode::UNAUTHORIZED, error: "invalid_token", description }
    }
}

impl From<rusqlite::Error> for OAuthError {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the demo bank's database");
        OAuthError::BROKEN
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.error, "error_description": self.description }));
        let mut response = (self.status, [(header::CACHE_CONTROL, "no-store")], body).into_response();
        if self.error == "invalid_token" {
            let value = HeaderValue::from_static(r#"DPoP error="invalid_token", algs="ES256""#);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}

/// What can go wrong in front of the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    NotFound,
    Expired,
    /// This request was already answered, or never made.
    RequestUsed,
    CardUnknown,
    ResponseWrong {
        left: i64,
    },
    /// Three wrong responses to one challenge.
    ChallengeLocked,
    /// Five wrong responses with one card in a day.
    CardLocked,
    /// A form sent by another site.
    Foreign,
    Malformed,
    /// A step out of order.
    WrongStep,
    Broken,
}

impl Refusal {
    pub(super) fn code(self) -> &'static str {
        match self {
            Refusal::NotFound => "not_found",
            Refusal::Expired => "expired",
            Refusal::RequestUsed => "request_used",
            Refusal::CardUnknown => "card_unknown",
            Refusal::ResponseWrong { .. } => "response_wrong",
            Refusal::ChallengeLocked => "challenge_locked",
            Refusal::CardLocked => "card_locked",
            Refusal::Foreign => "foreign",
            Refusal::Malformed => "malformed",
            Refusal::WrongStep => "wrong_step",
            Refusal::Broken => "busy",
        }
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Refusal::NotFound => StatusCode::NOT_FOUND,
            Refusal::Expired | Refusal::RequestUsed => StatusCode::GONE,
            Refusal::CardUnknown | Refusal::ResponseWrong { .. } | Refusal::ChallengeLocked | Refusal::CardLocked => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Refusal::Foreign => StatusCode::FORBIDDEN,
            Refusal::Malformed => StatusCode::BAD_REQUEST,
            Refusal::WrongStep => StatusCode::CONFLICT,
            Refusal::Broken => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    pub(super) fn json(self) -> Response {
        let body = match self {
            Refusal::ResponseWrong { left } => json!({ "error": self.code(), "left": left }),
            _ => json!({ "error": self.code() }),
        };
        (self.status(), [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the demo bank's database");
        Refusal::Broken
    }
}
