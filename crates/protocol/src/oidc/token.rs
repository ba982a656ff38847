//! The token endpoint's request and answer (RFC 6749 §4.1.3, §5; RFC 7636 §4.5, §4.6), and bearer tokens (RFC 6750 §2).

use serde::Serialize;
use subtle::ConstantTimeEq as _;

use super::{Pairs, Repeated, single};
use crate::jose::{b64u, sha256};

/// `error` of a token answer (RFC 6749 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenErrorCode {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
}

/// Serializes to the JSON body of RFC 6749 §5.2. Send it with `Cache-Control: no-store`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TokenError {
    pub error: TokenErrorCode,
    #[serde(rename = "error_description")]
    pub description: &'static str,
}

impl TokenError {
    /// One answer for an unknown partner, a wrong secret, a bad, old or replayed assertion.
    pub const INVALID_CLIENT: TokenError =
        TokenError { error: TokenErrorCode::InvalidClient, description: "client authentication failed" };

    /// One answer for a code that is unknown, used, expired, another partner's, or comes with the wrong verifier.
    pub const INVALID_GRANT: TokenError = TokenError {
        error: TokenErrorCode::InvalidGrant,
        description: "the code is not valid for this client, redirect_uri and code_verifier",
    };

    pub const fn invalid_request(description: &'static str) -> Self {
        TokenError { error: TokenErrorCode::InvalidRequest, description }
    }

    /// HTTP status. A 401 also wants `WWW-Authenticate: Basic realm="zelf"`.
    pub fn status(&self) -> u16 {
        if self.error == TokenErrorCode::InvalidClient { 401 } else { 400 }
    }
}

impl From<Repeated> for TokenError {
    fn from(_: Repeated) -> Self {
        TokenError::invalid_request("a parameter is sent more than once")
    }
}

/// An authorization code being redeemed. Holds secrets: no `Debug`.
pub struct TokenRequest {
    pub code: String,
    redirect_uri: String,
    code_verifier: Option<String>,
}

impl TokenRequest {
    /// Reads the form; client authentication is read apart ([`super::client_auth`]).
    ///
    /// # Errors
    /// `invalid_request`, `unsupported_grant_type`.
    pub fn parse(form: &Pairs) -> Result<Self, TokenError> {
        match single(form, "grant_type")? {
            Some("authorization_code") => {}
            None => return Err(TokenError::invalid_request("grant_type is missing")),
            Some(_) => {
                let description = "grant_type must be authorization_code";
                return Err(TokenError { error: TokenErrorCode::UnsupportedGrantType, description });
            }
        }
        let code = single(form, "code")?.ok_or(TokenError::invalid_request("code is missing"))?;
        let redirect_uri = single(form, "redirect_uri")?;
        let redirect_uri = redirect_uri.ok_or(TokenError::invalid_request("redirect_uri is missing"))?;
        let code_verifier = single(form, "code_verifier")?;
        if !code_verifier.is_none_or(is_verifier) {
            return Err(TokenError::invalid_request("code_verifier must be 43 to 128 unreserved characters"));
        }
        Ok(TokenRequest {
            code: code.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            code_verifier: code_verifier.map(str::to_owned),
        })
    }

    /// True when redirect URI and verifier are those of the authorization request. A verifier without a challenge is
    /// refused too: somebody took the challenge out of the request (RFC 9700 §4.8.2).
    pub fn fits(&self, redirect_uri: &str, code_challenge: Option<&str>) -> bool {
        let proven = match (code_challenge, &self.code_verifier) {
            (Some(challenge), Some(verifier)) => s256(challenge, verifier),
            (None, None) => true,
            _ => false,
        };
        proven && self.redirect_uri == redirect_uri
    }
}

/// RFC 7636 §4.1.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

/// RFC 7636 §4.6, compared in constant time.
pub fn s256(challenge: &str, verifier: &str) -> bool {
    b64u(sha256(verifier.as_bytes())).as_bytes().ct_eq(challenge.as_bytes()).into()
}

/// The answer of RFC 6749 §5.1 and OpenID Core §3.1.3.3. Send it with `Cache-Control: no-store`. Holds secrets: no `Debug`.
#[derive(Serialize)]
pub struct TokenResponse {
    pub access_token: String,
    /// `Bearer`.
    pub token_type: &'static str,
    pub expires_in: i64,
    pub id_token: String,
    /// Space separated.
    pub scope: String,
}

/// The access token of a userinfo request: from the header, or from a form body; not both (RFC 6750 §2).
/// `None` is answered `401` with `WWW-Authenticate: Bearer error="invalid_token"`.
pub fn bearer<'a>(authorization: Option<&'a str>, form: &'a Pairs) -> Option<&'a str> {
    match (authorization, single(form, "access_token").ok()?) {
        (Some(header), None) => {
            let (scheme, token) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
        }
        (None, token) => token,
        (Some(_), Some(_)) => None,
    }
}
