//! The token endpoint's request and answer (RFC 6749 §4.1.3, §5, §6; RFC 7636 §4.5, §4.6), and how tokens are shown again
//! (RFC 6750 §2, RFC 9449 §7).

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::attributes::Scope;
use super::{Pairs, Repeated, single};
use crate::jose::{b64u, sha256};

/// `error` of an answer to a partner at one of its own doors: token (RFC 6749 §5.2), PAR (RFC 9126 §2.3), CIBA (CIBA Core §11, §13),
/// DPoP (RFC 9449 §5, §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenErrorCode {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedGrantType,
    InvalidDpopProof,
    UseDpopNonce,
    AuthorizationPending,
    SlowDown,
    ExpiredToken,
    AccessDenied,
    TemporarilyUnavailable,
}

impl TokenErrorCode {
    pub const ALL: [TokenErrorCode; 13] = [
        TokenErrorCode::InvalidRequest,
        TokenErrorCode::InvalidClient,
        TokenErrorCode::InvalidGrant,
        TokenErrorCode::InvalidScope,
        TokenErrorCode::UnauthorizedClient,
        TokenErrorCode::UnsupportedGrantType,
        TokenErrorCode::InvalidDpopProof,
        TokenErrorCode::UseDpopNonce,
        TokenErrorCode::AuthorizationPending,
        TokenErrorCode::SlowDown,
        TokenErrorCode::ExpiredToken,
        TokenErrorCode::AccessDenied,
        TokenErrorCode::TemporarilyUnavailable,
    ];
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
        description: "the code is not valid for this client, redirect_uri, code_verifier and key",
    };

    /// One answer for a refresh token that is unknown, used, over, or another partner's.
    pub const INVALID_REFRESH: TokenError = TokenError {
        error: TokenErrorCode::InvalidGrant,
        description: "the refresh token is not valid for this client",
    };

    pub const INVALID_DPOP: TokenError = TokenError {
        error: TokenErrorCode::InvalidDpopProof,
        description: "the DPoP proof is missing or does not hold",
    };

    pub const USE_NONCE: TokenError = TokenError {
        error: TokenErrorCode::UseDpopNonce,
        description: "the DPoP proof needs the nonce of this answer",
    };

    pub const fn invalid_request(description: &'static str) -> Self {
        TokenError { error: TokenErrorCode::InvalidRequest, description }
    }

    /// HTTP status. A 401 also wants `WWW-Authenticate: Basic realm="zelf"`.
    pub fn status(&self) -> u16 {
        match self.error {
            TokenErrorCode::InvalidClient => 401,
            TokenErrorCode::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }
}

impl From<Repeated> for TokenError {
    fn from(_: Repeated) -> Self {
        TokenError::invalid_request("a parameter is sent more than once")
    }
}

/// What a partner brings to the token endpoint. Holds secrets: no `Debug`.
pub enum TokenRequest {
    Code(CodeRequest),
    Refresh(RefreshRequest),
    /// CIBA Core §10.1.
    Ciba {
        auth_req_id: String,
    },
}

/// An authorization code being redeemed.
#[derive(Clone)]
pub struct CodeRequest {
    pub code: String,
    redirect_uri: String,
    code_verifier: Option<String>,
}

/// A refresh token being used (RFC 6749 §6).
pub struct RefreshRequest {
    pub token: String,
    /// Fewer scopes than were granted, when some are named.
    pub scopes: Option<BTreeSet<Scope>>,
}

impl TokenRequest {
    /// Reads the form; client authentication is read apart ([`super::client_auth`]).
    ///
    /// # Errors
    /// `invalid_request`, `unsupported_grant_type`, `invalid_scope`.
    pub fn parse(form: &Pairs) -> Result<Self, TokenError> {
        match single(form, "grant_type")? {
            Some("authorization_code") => CodeRequest::parse(form).map(TokenRequest::Code),
            Some("refresh_token") => RefreshRequest::parse(form).map(TokenRequest::Refresh),
            Some("urn:openid:params:grant-type:ciba") => {
                let id = single(form, "auth_req_id")?.ok_or(TokenError::invalid_request("auth_req_id is missing"))?;
                Ok(TokenRequest::Ciba { auth_req_id: id.to_owned() })
            }
            None => Err(TokenError::invalid_request("grant_type is missing")),
            Some(_) => {
                let description =
                    "grant_type must be authorization_code, refresh_token or urn:openid:params:grant-type:ciba";
                Err(TokenError { error: TokenErrorCode::UnsupportedGrantType, description })
            }
        }
    }
}

impl CodeRequest {
    fn parse(form: &Pairs) -> Result<Self, TokenError> {
        let code = single(form, "code")?.ok_or(TokenError::invalid_request("code is missing"))?;
        let redirect_uri = single(form, "redirect_uri")?;
        let redirect_uri = redirect_uri.ok_or(TokenError::invalid_request("redirect_uri is missing"))?;
        let code_verifier = single(form, "code_verifier")?;
        if !code_verifier.is_none_or(is_verifier) {
            return Err(TokenError::invalid_request("code_verifier must be 43 to 128 unreserved characters"));
        }
        Ok(CodeRequest {
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

impl RefreshRequest {
    fn parse(form: &Pairs) -> Result<Self, TokenError> {
        let token = single(form, "refresh_token")?.ok_or(TokenError::invalid_request("refresh_token is missing"))?;
        let names = single(form, "scope")?;
        if names.is_some_and(|names| names.len() > 512) {
            let description = "scope is too long";
            return Err(TokenError { error: TokenErrorCode::InvalidScope, description });
        }
        let read = |names: &str| names.split(' ').filter_map(Scope::parse).collect();
        Ok(RefreshRequest { token: token.to_owned(), scopes: names.map(read) })
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
    /// `Bearer` or `DPoP`.
    pub token_type: &'static str,
    pub expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Space separated.
    pub scope: String,
    /// RFC 9396 §7: what was granted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Value>,
}

/// An access token as a request shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented<'a> {
    Bearer(&'a str),
    /// RFC 9449 §7.1.
    Dpop(&'a str),
}

/// The access token of a request: from the header, or from a form body; not both (RFC 6750 §2). `Ok(None)` for none.
///
/// # Errors
/// `invalid_request` for two tokens or a header that is no token's.
pub fn presented<'a>(authorization: Option<&'a str>, form: &'a Pairs) -> Result<Option<Presented<'a>>, TokenError> {
    match (authorization, single(form, "access_token")?) {
        (Some(header), None) => {
            let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
            let token = token.trim_start_matches(' ');
            match scheme.to_ascii_lowercase().as_str() {
                "bearer" => Ok(Some(Presented::Bearer(token))),
                "dpop" => Ok(Some(Presented::Dpop(token))),
                _ => Ok(None),
            }
        }
        (None, token) => Ok(token.map(Presented::Bearer)),
        (Some(_), Some(_)) => Err(TokenError::invalid_request("more than one access token")),
    }
}
