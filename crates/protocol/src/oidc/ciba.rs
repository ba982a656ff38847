//! Requests that a partner starts from its own side (OpenID CIBA Core 1.0; FAPI-CIBA; reference §21).

mod hint;
mod object;

pub use hint::{Hint, LoginHintToken};
pub use object::{ObjectError, RequestObject, object};

use super::authorize::{AuthorizationRequest, ErrorCode, Found, NotificationToken};
use super::partner::{Delivery, Partner};
use super::{Mount, Pairs, single};
use crate::plain;

/// Shortest and longest time that a partner may give a person, and the one without its word, seconds.
const EXPIRY: (i64, i64, i64) = (30, 300, 180);
/// The compatible mount's own time without a word (reference §13).
const COMPAT_EXPIRY: i64 = 120;
/// Longest message to compare, in characters.
const MAX_MESSAGE: usize = 128;
/// CIBA Core §7.1.
const MAX_TOKEN: usize = 1024;

/// How often a partner may ask whether the person answered, seconds.
pub fn interval(mount: Mount) -> i64 {
    match mount {
        Mount::Standard => 5,
        Mount::Compat => 2,
    }
}

/// `error` of an answer at the backchannel (CIBA Core §13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackchannelCode {
    /// Any that the authorization endpoint knows too.
    Request(ErrorCode),
    ExpiredLoginHintToken,
    UnknownUserId,
    UnauthorizedClient,
    InvalidUserCode,
    InvalidBindingMessage,
}

impl BackchannelCode {
    /// Every code that this door says by itself; who the client is, is judged before, as at the token endpoint.
    pub const ALL: [BackchannelCode; 10] = [
        BackchannelCode::Request(ErrorCode::InvalidRequest),
        BackchannelCode::Request(ErrorCode::InvalidScope),
        BackchannelCode::Request(ErrorCode::InvalidRequestObject),
        BackchannelCode::Request(ErrorCode::InvalidAuthorizationDetails),
        BackchannelCode::Request(ErrorCode::UnmetAuthenticationRequirements),
        BackchannelCode::ExpiredLoginHintToken,
        BackchannelCode::UnknownUserId,
        BackchannelCode::UnauthorizedClient,
        BackchannelCode::InvalidUserCode,
        BackchannelCode::InvalidBindingMessage,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            BackchannelCode::Request(code) => code.as_str(),
            BackchannelCode::ExpiredLoginHintToken => "expired_login_hint_token",
            BackchannelCode::UnknownUserId => "unknown_user_id",
            BackchannelCode::UnauthorizedClient => "unauthorized_client",
            BackchannelCode::InvalidUserCode => "invalid_user_code",
            BackchannelCode::InvalidBindingMessage => "invalid_binding_message",
        }
    }
}

/// Why nobody is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackchannelError {
    pub code: BackchannelCode,
    /// English, for the partner's developer.
    pub description: &'static str,
}

impl BackchannelError {
    pub const fn new(code: BackchannelCode, description: &'static str) -> Self {
        BackchannelError { code, description }
    }

    pub const fn invalid(description: &'static str) -> Self {
        Self::new(BackchannelCode::Request(ErrorCode::InvalidRequest), description)
    }

    pub fn code(&self) -> &'static str {
        self.code.as_str()
    }
}

/// What is asked, of whom, and for how long.
pub struct Backchannel {
    pub authorization: AuthorizationRequest,
    pub hint: Hint,
    /// Seconds until it is too late for an answer.
    pub seconds: i64,
}

impl Backchannel {
    /// Reads decoded parameters: those of the form, or those of the request object where there is one.
    ///
    /// # Errors
    /// The first refusal.
    pub fn parse(partner: &Partner, pairs: &Pairs, found: &Found) -> Result<Backchannel, BackchannelError> {
        let ciba = partner.ciba.as_ref();
        let ciba =
            ciba.ok_or(BackchannelError::new(BackchannelCode::UnauthorizedClient, "this client may not use CIBA"))?;
        let value =
            |name| single(pairs, name).map_err(|_| BackchannelError::invalid("a parameter is sent more than once"));
        if value("user_code")?.is_some() {
            return Err(BackchannelError::new(BackchannelCode::InvalidUserCode, "user codes are not used here"));
        }
        if value("binding_message")?.is_some_and(|text| !plain::line(text, MAX_MESSAGE)) {
            let description = "binding_message must be one line of at most 128 plain characters";
            return Err(BackchannelError::new(BackchannelCode::InvalidBindingMessage, description));
        }
        let hint = Hint::read(partner.mount, pairs)?;
        let mut authorization = AuthorizationRequest::backchannel(partner, pairs, found)
            .map_err(|(code, description)| BackchannelError::new(BackchannelCode::Request(code), description))?;
        let token = value("client_notification_token")?;
        authorization.notification = match (ciba.delivery, token) {
            (Delivery::Poll, _) => None,
            (Delivery::Ping, Some(token)) if bearer(token) => Some(NotificationToken(token.to_owned())),
            (Delivery::Ping, _) => {
                return Err(BackchannelError::invalid(
                    "client_notification_token must be a bearer token of 16 to 1024 characters",
                ));
            }
        };
        let seconds = expiry(partner.mount, value("requested_expiry")?)?;
        Ok(Backchannel { authorization, hint, seconds })
    }
}

/// RFC 6750 §2.1, long enough not to be guessed.
fn bearer(token: &str) -> bool {
    let shaped = token.trim_end_matches('=').bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b));
    (16..=MAX_TOKEN).contains(&token.len()) && shaped
}

/// `requested_expiry` within what we allow.
fn expiry(mount: Mount, asked: Option<&str>) -> Result<i64, BackchannelError> {
    let (least, most, usual) = EXPIRY;
    let Some(text) = asked else { return Ok(if mount == Mount::Compat { COMPAT_EXPIRY } else { usual }) };
    let digits = text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<i64>() {
        Ok(seconds) if digits && seconds > 0 => Ok(seconds.clamp(least, most)),
        _ => Err(BackchannelError::invalid("requested_expiry must be a number of seconds")),
    }
}
