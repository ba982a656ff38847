//! What an authorization request gets back (RFC 6749 §4.1.2, OpenID Core §3.1.2.5 and §3.1.2.6, RFC 9207).
//!
//! Two kinds of refusal: a [`PageError`] is shown on a page of our own, because it is not sure yet that the redirect URI
//! belongs to the partner; a [`RedirectError`] goes back to the partner.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::authorize::AuthorizationRequest;
use super::{Mount, uri};

/// How the answer travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    #[default]
    Query,
    FormPost,
    /// In one signed parameter, `response` (JARM).
    QueryJwt,
    FormPostJwt,
}

impl ResponseMode {
    /// The answer is a JWT of ours.
    pub fn signed(self) -> bool {
        matches!(self, ResponseMode::QueryJwt | ResponseMode::FormPostJwt)
    }
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
    pub const ALL: [PageError; 3] =
        [PageError::ClientUnknown, PageError::RedirectUriNotRegistered, PageError::RequestInvalid];

    /// The stable phrase that the page shows in `#error-code`: on the compatible mount by its own names (reference §14).
    pub fn code(self, mount: Mount) -> &'static str {
        match (self, mount) {
            (PageError::ClientUnknown, Mount::Standard) => "client_unknown",
            (PageError::ClientUnknown, Mount::Compat) => "invalid_client_id",
            (PageError::RedirectUriNotRegistered, Mount::Standard) => "redirect_uri_not_registered",
            (PageError::RedirectUriNotRegistered, Mount::Compat) => "invalid_redirect_uri",
            (PageError::RequestInvalid, Mount::Standard) => "request_invalid",
            (PageError::RequestInvalid, Mount::Compat) => "invalid_request",
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
    ConsentRequired,
    /// OpenID Connect Core Error Code `unmet_authentication_requirements`.
    UnmetAuthenticationRequirements,
    UnauthorizedClient,
    UnsupportedDisplay,
    InvalidRequestObject,
    InvalidRequestUri,
    /// RFC 9396 §5.
    InvalidAuthorizationDetails,
    RequestNotSupported,
    RequestUriNotSupported,
    RegistrationNotSupported,
    ServerError,
    TemporarilyUnavailable,
}

impl ErrorCode {
    pub const ALL: [ErrorCode; 18] = [
        ErrorCode::InvalidRequest,
        ErrorCode::AccessDenied,
        ErrorCode::UnsupportedResponseType,
        ErrorCode::InvalidScope,
        ErrorCode::LoginRequired,
        ErrorCode::InteractionRequired,
        ErrorCode::ConsentRequired,
        ErrorCode::UnmetAuthenticationRequirements,
        ErrorCode::UnauthorizedClient,
        ErrorCode::UnsupportedDisplay,
        ErrorCode::InvalidRequestObject,
        ErrorCode::InvalidRequestUri,
        ErrorCode::InvalidAuthorizationDetails,
        ErrorCode::RequestNotSupported,
        ErrorCode::RequestUriNotSupported,
        ErrorCode::RegistrationNotSupported,
        ErrorCode::ServerError,
        ErrorCode::TemporarilyUnavailable,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::InvalidRequest => "invalid_request",
            ErrorCode::AccessDenied => "access_denied",
            ErrorCode::UnsupportedResponseType => "unsupported_response_type",
            ErrorCode::InvalidScope => "invalid_scope",
            ErrorCode::LoginRequired => "login_required",
            ErrorCode::InteractionRequired => "interaction_required",
            ErrorCode::ConsentRequired => "consent_required",
            ErrorCode::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            ErrorCode::UnauthorizedClient => "unauthorized_client",
            ErrorCode::UnsupportedDisplay => "unsupported_display",
            ErrorCode::InvalidRequestObject => "invalid_request_object",
            ErrorCode::InvalidRequestUri => "invalid_request_uri",
            ErrorCode::InvalidAuthorizationDetails => "invalid_authorization_details",
            ErrorCode::RequestNotSupported => "request_not_supported",
            ErrorCode::RequestUriNotSupported => "request_uri_not_supported",
            ErrorCode::RegistrationNotSupported => "registration_not_supported",
            ErrorCode::ServerError => "server_error",
            ErrorCode::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }

    /// As partners of this mount know it.
    pub fn name(self, mount: Mount) -> &'static str {
        match (mount, self) {
            (Mount::Compat, ErrorCode::TemporarilyUnavailable) => "temporary_unavailable",
            _ => self.as_str(),
        }
    }
}

/// A refusal that the partner hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectError {
    pub client_id: String,
    pub mount: Mount,
    pub redirect_uri: String,
    pub response_mode: ResponseMode,
    pub state: Option<String>,
    pub error: ErrorCode,
    /// English, for the partner's developer.
    pub description: &'static str,
}

impl RedirectError {
    pub fn reply(&self) -> Reply {
        let error = self.error.name(self.mount).to_owned();
        let mut fields = vec![("error", error), ("error_description", self.description.to_owned())];
        fields.extend(self.state.clone().map(|state| ("state", state)));
        Reply {
            client_id: self.client_id.clone(),
            mount: self.mount,
            redirect_uri: self.redirect_uri.clone(),
            mode: self.response_mode,
            fields,
        }
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
    /// To this address: `303`, and `302` where the contract of the compatible mount says so.
    Redirect { to: String, mount: Mount },
    /// A page with a form that posts these fields there (OAuth 2.0 Form Post Response Mode).
    FormPost { action: String, fields: Vec<(&'static str, String)> },
}

/// What goes back to the partner, before it is put in its envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub client_id: String,
    pub mount: Mount,
    pub redirect_uri: String,
    pub mode: ResponseMode,
    fields: Vec<(&'static str, String)>,
}

/// A signed answer is good for so long, seconds.
const JARM_SECONDS: i64 = 600;

impl Reply {
    pub(super) fn new(asked: &AuthorizationRequest, mut fields: Vec<(&'static str, String)>) -> Self {
        fields.extend(asked.state.clone().map(|state| ("state", state)));
        Reply {
            client_id: asked.client_id.clone(),
            mount: asked.mount,
            redirect_uri: asked.redirect_uri.clone(),
            mode: asked.response_mode,
            fields,
        }
    }

    /// In the open. The standard mount says who answers (RFC 9207). `None` when the answer must be signed.
    pub fn plain(&self, issuer: &str) -> Option<Answer> {
        let mut fields = self.fields.clone();
        if self.mount == Mount::Standard {
            fields.push(("iss", issuer.to_owned()));
        }
        (!self.mode.signed()).then(|| self.answer(fields))
    }

    /// Claims of the signed answer (JARM §2.1).
    pub fn claims(&self, issuer: &str, now: i64) -> Map<String, Value> {
        let own = [("iss", json!(issuer)), ("aud", json!(self.client_id)), ("exp", json!(now + JARM_SECONDS))];
        let fields = self.fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
        own.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(fields).collect()
    }

    /// With those claims signed, and sealed where the partner wants it.
    pub fn signed(&self, jwt: String) -> Answer {
        self.answer(vec![("response", jwt)])
    }

    fn answer(&self, fields: Vec<(&'static str, String)>) -> Answer {
        match self.mode {
            ResponseMode::Query | ResponseMode::QueryJwt => {
                Answer::Redirect { to: uri::with_query(&self.redirect_uri, &fields), mount: self.mount }
            }
            ResponseMode::FormPost | ResponseMode::FormPostJwt => {
                Answer::FormPost { action: self.redirect_uri.clone(), fields }
            }
        }
    }
}
