//! Reads who a request says it comes from.

use base64::Engine as _;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{ASSERTION_TYPE, Claimed, Proof};
use crate::jose::jwt::Jwt;
use crate::oidc::mtls::Certificate;
use crate::oidc::token::TokenError;
use crate::oidc::{Pairs, single, uri};

/// Reads the `Authorization` header, the form and the connection's certificate. `open` decrypts a JWE that was made for us
/// (an assertion may be signed, then encrypted); it is asked only for text in five parts.
///
/// # Errors
/// `invalid_client`; `invalid_request` for two methods at once or a repeated parameter (RFC 6749 §5.2).
pub fn claimed(
    authorization: Option<&str>,
    form: &Pairs,
    certificate: Option<&Certificate>,
    open: impl Fn(&str) -> Option<String>,
) -> Result<Claimed, TokenError> {
    let client_id = single(form, "client_id")?;
    let secret = single(form, "client_secret")?;
    let compact = single(form, "client_assertion")?;
    let kind = single(form, "client_assertion_type")?;
    match (authorization, secret, compact) {
        (Some(header), None, None) => {
            let (id, secret) = basic(header).ok_or(TokenError::INVALID_CLIENT)?;
            match client_id {
                Some(other) if other != id => Err(TokenError::INVALID_CLIENT),
                _ => Ok(Claimed { client_id: id, proof: Proof::Secret(secret) }),
            }
        }
        (None, Some(secret), None) => {
            let client_id = client_id.ok_or(TokenError::INVALID_CLIENT)?.to_owned();
            Ok(Claimed { client_id, proof: Proof::Secret(Zeroizing::new(secret.to_owned())) })
        }
        (None, None, Some(compact)) if kind == Some(ASSERTION_TYPE) => {
            assertion(compact, client_id, open).ok_or(TokenError::INVALID_CLIENT)
        }
        (None, None, None) => match (client_id, certificate) {
            (Some(id), Some(cert)) => Ok(Claimed { client_id: id.into(), proof: Proof::Certificate(cert.clone()) }),
            _ => Err(TokenError::INVALID_CLIENT),
        },
        (None, None, Some(_)) => Err(TokenError::INVALID_CLIENT),
        _ => Err(TokenError::invalid_request("more than one way of client authentication")),
    }
}

/// Id and secret of an `Authorization: Basic` header; both parts are form-encoded inside (RFC 6749 §2.3.1).
fn basic(header: &str) -> Option<(String, Zeroizing<String>)> {
    let (scheme, value) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || value.len() > 1024 {
        return None;
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(value.trim_start_matches(' ')).ok()?;
    let bytes = Zeroizing::new(bytes);
    let (id, secret) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    Some((uri::decode(id)?, Zeroizing::new(uri::decode(secret)?)))
}

/// Whose assertion it would be.
fn assertion(compact: &str, client_id: Option<&str>, open: impl Fn(&str) -> Option<String>) -> Option<Claimed> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let signed = if compact.split('.').count() == 5 { open(compact)? } else { compact.to_owned() };
    let Subject { sub } = Jwt::parse(&signed).ok()?.unverified().ok()?;
    let same = client_id.is_none_or(|id| id == sub);
    same.then_some(Claimed { client_id: sub, proof: Proof::Assertion(signed) })
}
