//! Who is at the token endpoint: `client_secret_basic`, `client_secret_post` (RFC 6749 §2.3.1) or `private_key_jwt`
//! (RFC 7523 §3, OpenID Core §9). Exactly one of them; every failure is the same `invalid_client`.

use std::sync::Arc;

use base64::Engine as _;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::partner::{ClientAuth, Partner, PartnerKey, Partners};
use super::token::TokenError;
use super::{Pairs, single, uri};
use crate::jose::jwt::Jwt;

/// RFC 7523 §2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Longest life of an assertion, seconds.
const MAX_LIFE: i64 = 300;
/// How far ahead of ours a partner's clock may be, seconds.
const CLOCK_AHEAD: i64 = 10;

/// A partner that proved who it is.
#[derive(Debug)]
pub struct Authenticated {
    pub partner: Arc<Partner>,
    /// Present with `private_key_jwt`: the caller must burn it, and refuse with `invalid_client` when it was burnt before.
    pub single_use: Option<SingleUse>,
}

/// An assertion's `jti`, unique per partner; after `expires` the assertion is refused anyway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleUse {
    pub jti: String,
    pub expires: i64,
}

/// What a request brought.
enum Proof<'a> {
    Secret { client_id: String, secret: Zeroizing<String> },
    Assertion { compact: &'a str, client_id: Option<&'a str> },
}

/// Authenticates the partner from the `Authorization` header and the form. `audiences` are the values of `aud` accepted:
/// issuer and token endpoint.
///
/// # Errors
/// `invalid_client`; `invalid_request` for two methods at once or a repeated parameter (RFC 6749 §5.2).
pub fn authenticate(
    authorization: Option<&str>,
    form: &Pairs,
    partners: &Partners,
    audiences: &[&str],
    now: i64,
) -> Result<Authenticated, TokenError> {
    match proof(authorization, form)? {
        Proof::Secret { client_id, secret } => {
            let partner = partners.find(&client_id).ok_or(TokenError::INVALID_CLIENT)?;
            match &partner.auth {
                ClientAuth::ClientSecret { client_secret_sha256 } if client_secret_sha256.fits(&secret) => {
                    Ok(Authenticated { partner, single_use: None })
                }
                _ => Err(TokenError::INVALID_CLIENT),
            }
        }
        Proof::Assertion { compact, client_id } => {
            assertion(compact, client_id, partners, audiences, now).ok_or(TokenError::INVALID_CLIENT)
        }
    }
}

fn proof<'a>(authorization: Option<&str>, form: &'a Pairs) -> Result<Proof<'a>, TokenError> {
    let client_id = single(form, "client_id")?;
    let secret = single(form, "client_secret")?;
    let compact = single(form, "client_assertion")?;
    let kind = single(form, "client_assertion_type")?;
    match (authorization, secret, compact) {
        (Some(header), None, None) => {
            let (id, secret) = basic(header).ok_or(TokenError::INVALID_CLIENT)?;
            match client_id {
                Some(other) if other != id => Err(TokenError::INVALID_CLIENT),
                _ => Ok(Proof::Secret { client_id: id, secret }),
            }
        }
        (None, Some(secret), None) => {
            let client_id = client_id.ok_or(TokenError::INVALID_CLIENT)?.to_owned();
            Ok(Proof::Secret { client_id, secret: Zeroizing::new(secret.to_owned()) })
        }
        (None, None, Some(compact)) if kind == Some(ASSERTION_TYPE) => Ok(Proof::Assertion { compact, client_id }),
        (None, None, _) => Err(TokenError::INVALID_CLIENT),
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

/// `aud`: one string or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn names(&self, accepted: &[&str]) -> bool {
        match self {
            Audience::One(aud) => accepted.contains(&aud.as_str()),
            Audience::Many(all) => all.iter().any(|aud| accepted.contains(&aud.as_str())),
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    jti: String,
    iat: Option<i64>,
    nbf: Option<i64>,
}

impl Claims {
    /// RFC 7523 §3, points 1 to 7.
    fn hold(&self, client_id: &str, audiences: &[&str], now: i64) -> bool {
        let soon = now.saturating_add(CLOCK_AHEAD);
        self.iss == client_id
            && self.sub == client_id
            && self.aud.names(audiences)
            && self.exp > now
            && self.exp <= soon.saturating_add(MAX_LIFE)
            && self.nbf.is_none_or(|nbf| nbf <= soon)
            && self.iat.is_none_or(|iat| iat <= soon && iat >= now.saturating_sub(MAX_LIFE + CLOCK_AHEAD))
            && !self.jti.is_empty()
            && self.jti.len() <= 128
    }
}

fn assertion(
    compact: &str,
    client_id: Option<&str>,
    partners: &Partners,
    audiences: &[&str],
    now: i64,
) -> Option<Authenticated> {
    let jwt = Jwt::parse(compact).ok()?;
    if !matches!(jwt.header.typ.as_deref(), None | Some("JWT" | "jwt" | "client-authentication+jwt")) {
        return None;
    }
    let unverified: Claims = jwt.unverified().ok()?;
    if client_id.is_some_and(|id| id != unverified.sub) {
        return None;
    }
    let partner = partners.find(&unverified.sub)?;
    let ClientAuth::PrivateKeyJwt { .. } = &partner.auth else { return None };
    let claims = signed(&jwt, &partner.inline_keys())?;
    if !claims.hold(&partner.id, audiences, now) {
        return None;
    }
    Some(Authenticated { partner, single_use: Some(SingleUse { jti: claims.jti, expires: claims.exp }) })
}

/// The claims, if one of the partner's keys signed them; a `kid` narrows the choice.
fn signed(jwt: &Jwt<'_>, keys: &[PartnerKey]) -> Option<Claims> {
    let kid = jwt.header.kid.as_deref();
    let mut candidates = keys.iter().filter(|key| kid.is_none() || key.kid.is_none() || key.kid.as_deref() == kid);
    candidates.find_map(|key| jwt.verify(&key.key).ok())
}
