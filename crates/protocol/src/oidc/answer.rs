//! What an authorization request gets back (RFC 6749 §4.1.2, OpenID Core §3.1.2.5 and §3.1.2.6, RFC 9207).
//!
//! Two kinds of refusal: a [`PageError`] is shown on a page of our own, because it is not sure yet that the redirect URI
//! belongs to the partner; a [`RedirectError`] goes back to the partner.

use serde::{Deserialize, Serialize};

use super::uri;

/// How the answer travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    #[default]
    Query,
    FormPost,
}

/// Why no redirect is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageError {
    ClientUnknown,
    RedirectUriNotRegistered,
    /// `client_id` or `redirect_uri` is missing or sent twice.
    RequestInvalid,
}

impl PageError {
    /// The stable phrase that the page shows in `#error-code`.
    pub fn code(self) -> &'static str {
        match self {
            PageError::ClientUnknown => "client_unknown",
            PageError::RedirectUriNotRegistered => "redirect_uri_not_registered",
            PageError::RequestInvalid => "request_invalid",
        }
    }
}

/// `error` of an answer to the partner (RFC 6749 §4.1.2.1, OpenID Core §3.1.2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    InvalidRequest,
    AccessDenied,
    UnsupportedResponseType,
    InvalidScope,
    LoginRequired,
    InteractionRequired,
    RequestNotSupported,
    RequestUriNotSupported,
    RegistrationNotSupported,
    ServerError,
    TemporarilyUnavailable,
}

impl ErrorCode {
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::InvalidRequest => "invalid_request",
            ErrorCode::AccessDenied => "access_denied",
            ErrorCode::UnsupportedResponseType => "unsupported_response_type",
            ErrorCode::InvalidScope => "invalid_scope",
            ErrorCode::LoginRequired => "login_required",
            ErrorCode::InteractionRequired => "interaction_required",
            ErrorCode::RequestNotSupported => "request_not_supported",
            ErrorCode::RequestUriNotSupported => "request_uri_not_supported",
            ErrorCode::RegistrationNotSupported => "registration_not_supported",
            ErrorCode::ServerError => "server_error",
            ErrorCode::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

/// A refusal that the partner hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectError {
    pub redirect_uri: String,
    pub response_mode: ResponseMode,
    pub state: Option<String>,
    pub error: ErrorCode,
    /// English, for the partner's developer.
    pub description: &'static str,
}

impl RedirectError {
    pub fn answer(&self, issuer: &str) -> Answer {
        let fields =
            vec![("error", self.error.as_str().to_owned()), ("error_description", self.description.to_owned())];
        Answer::new(&self.redirect_uri, self.response_mode, fields, self.state.as_deref(), issuer)
    }
}

/// Either kind of refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizeError {
    Page(PageError),
    Redirect(RedirectError),
}

/// What the browser must be told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `303` to this address.
    Redirect(String),
    /// A page with a form that posts these fields there (OAuth 2.0 Form Post Response Mode).
    FormPost { action: String, fields: Vec<(&'static str, String)> },
}

impl Answer {
    pub(super) fn new(
        redirect_uri: &str,
        mode: ResponseMode,
        mut fields: Vec<(&'static str, String)>,
        state: Option<&str>,
        issuer: &str,
    ) -> Self {
        fields.extend(state.map(|state| ("state", state.to_owned())));
        fields.push(("iss", issuer.to_owned()));
        match mode {
            ResponseMode::Query => Answer::Redirect(uri::with_query(redirect_uri, &fields)),
            ResponseMode::FormPost => Answer::FormPost { action: redirect_uri.to_owned(), fields },
        }
    }
}
