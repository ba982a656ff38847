//! Authorization codes and access tokens that carry their own proof: no row is read for one that we did not make.
//!
//! A code is 16 bytes of approval id and 11 bytes of MAC (88 bits), 36 base64url characters. It lives three minutes and
//! once; both are the database's to keep, since the approval behind the id says so.
//! Access and refresh tokens are made alike; numbers in them are big endian.

use aws_lc_rs::hmac;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use crate::jose::{b64u, unb64u};
use crate::label::{ACCESS_TOKEN, AUTH_CODE, REFRESH_TOKEN, join};

const CODE_TAG: usize = 11;
const TOKEN_TAG: usize = 16;

/// HMAC-SHA-256 over `label ␀ parts`, cut to `N` bytes.
fn tag<const N: usize>(key: &[u8; 32], label: &str, parts: &[&[u8]]) -> [u8; N] {
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &join(label, parts));
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(mac.as_ref()) {
        *to = *from;
    }
    out
}

/// An authorization code, bound to the partner it was made for.
pub struct AuthCode;

impl AuthCode {
    /// 36 characters.
    pub fn make(key: &[u8; 32], id: &[u8; 16], client_id: &str) -> String {
        let tag: [u8; CODE_TAG] = tag(key, AUTH_CODE, &[id, client_id.as_bytes()]);
        b64u([&id[..], &tag].concat())
    }

    /// The approval id, if we made this code for this partner.
    pub fn open(key: &[u8; 32], text: &str, client_id: &str) -> Option<[u8; 16]> {
        if text.len() != 36 {
            return None;
        }
        let bytes = unb64u(text).ok()?;
        let (id, theirs) = bytes.split_first_chunk::<16>()?;
        let ours: [u8; CODE_TAG] = tag(key, AUTH_CODE, &[id, client_id.as_bytes()]);
        bool::from(ours.ct_eq(theirs)).then_some(*id)
    }
}

/// To what a token is bound (RFC 9449 §6, RFC 8705 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// To nothing: whoever holds it may use it.
    Bearer,
    /// Thumbprint of a DPoP key (RFC 7638), 43 characters.
    Dpop(String),
    /// Thumbprint of a client certificate, 43 characters.
    Mtls(String),
}

impl Binding {
    /// `cnf` as introspection tells it.
    pub fn confirmation(&self) -> Option<Value> {
        match self {
            Binding::Bearer => None,
            Binding::Dpop(jkt) => Some(json!({ "jkt": jkt })),
            Binding::Mtls(x5t) => Some(json!({ "x5t#S256": x5t })),
        }
    }

    /// `token_type` of RFC 6749 §5.1. A certificate-bound token is a bearer token by name (RFC 8705 §3).
    pub fn token_type(&self) -> &'static str {
        if matches!(self, Binding::Dpop(_)) { "DPoP" } else { "Bearer" }
    }

    fn bytes(&self) -> Option<(u8, Vec<u8>)> {
        let digest = |text: &str| unb64u(text).ok().filter(|bytes| bytes.len() == 32);
        match self {
            Binding::Bearer => Some((0, Vec::new())),
            Binding::Dpop(jkt) => Some((1, digest(jkt)?)),
            Binding::Mtls(x5t) => Some((2, digest(x5t)?)),
        }
    }

    fn read(kind: u8, bytes: &[u8]) -> Option<Binding> {
        match (kind, bytes.len()) {
            (0, 0) => Some(Binding::Bearer),
            (1, 32) => Some(Binding::Dpop(b64u(bytes))),
            (2, 32) => Some(Binding::Mtls(b64u(bytes))),
            _ => None,
        }
    }
}

/// What an access token says: 16 bytes of approval id, 8 of expiry, 2 of scopes, 1 of kind, 32 of thumbprint where it is bound, 16
/// of MAC: 58 or 100 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    pub id: [u8; 16],
    /// Unix seconds.
    pub exp: i64,
    /// One bit for each scope that it still opens, in the order of [`super::attributes::Scope::ALL`].
    pub scopes: u16,
    pub binding: Binding,
}

/// Every scope of the request.
pub const ALL_SCOPES: u16 = u16::MAX;

impl AccessToken {
    /// `None` for a thumbprint that is none.
    pub fn seal(&self, key: &[u8; 32]) -> Option<String> {
        let (kind, bound) = self.binding.bytes()?;
        let body = [&self.id[..], &self.exp.to_be_bytes(), &self.scopes.to_be_bytes(), &[kind], &bound].concat();
        let tag: [u8; TOKEN_TAG] = tag(key, ACCESS_TOKEN, &[&body]);
        Some(b64u([&body[..], &tag].concat()))
    }

    /// What it says, if we made it and `now` is before its expiry.
    pub fn open(key: &[u8; 32], text: &str, now: i64) -> Option<AccessToken> {
        if text.len() > 128 {
            return None;
        }
        let bytes = unb64u(text).ok()?;
        let (body, theirs) = bytes.split_last_chunk::<TOKEN_TAG>()?;
        let ours: [u8; TOKEN_TAG] = tag(key, ACCESS_TOKEN, &[body]);
        if !bool::from(ours.ct_eq(theirs)) {
            return None;
        }
        let (id, rest) = body.split_first_chunk::<16>()?;
        let (exp, rest) = rest.split_first_chunk::<8>()?;
        let (scopes, rest) = rest.split_first_chunk::<2>()?;
        let (kind, bound) = rest.split_first()?;
        let (exp, scopes) = (i64::from_be_bytes(*exp), u16::from_be_bytes(*scopes));
        let binding = Binding::read(*kind, bound)?;
        (now < exp).then_some(AccessToken { id: *id, exp, scopes, binding })
    }
}

/// What a refresh token says: 16 bytes of the chain's id, 4 of its generation, 16 of MAC: 48 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    pub id: [u8; 16],
    pub generation: u32,
}

impl RefreshToken {
    /// For one partner: somebody else's token does not even open.
    pub fn seal(&self, key: &[u8; 32], client_id: &str) -> String {
        let body = [&self.id[..], &self.generation.to_be_bytes()].concat();
        let tag: [u8; TOKEN_TAG] = tag(key, REFRESH_TOKEN, &[&body, client_id.as_bytes()]);
        b64u([&body[..], &tag].concat())
    }

    pub fn open(key: &[u8; 32], text: &str, client_id: &str) -> Option<RefreshToken> {
        if text.len() != 48 {
            return None;
        }
        let bytes = unb64u(text).ok()?;
        let (body, theirs) = bytes.split_last_chunk::<TOKEN_TAG>()?;
        let ours: [u8; TOKEN_TAG] = tag(key, REFRESH_TOKEN, &[body, client_id.as_bytes()]);
        if !bool::from(ours.ct_eq(theirs)) {
            return None;
        }
        let (id, rest) = body.split_first_chunk::<16>()?;
        let (generation, _) = rest.split_first_chunk::<4>()?;
        Some(RefreshToken { id: *id, generation: u32::from_be_bytes(*generation) })
    }
}
