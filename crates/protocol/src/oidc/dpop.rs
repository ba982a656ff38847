//! Proof of possession at the application level (RFC 9449): a signed note that comes with a request and names it.

use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::client_auth::SingleUse;
use crate::jose::jwt::Jwt;
use crate::jose::{NumericDate, SigAlg, VerifyKey, b64u, sha256};

/// What a proof may be signed with (`dpop_signing_alg_values_supported`).
pub const ALGORITHMS: [SigAlg; 3] = [SigAlg::ES256, SigAlg::PS256, SigAlg::EdDSA];

/// A proof counts for so long after it was made, seconds.
const LIFE: i64 = 60;
/// How far ahead of ours a clock may be, seconds.
const CLOCK_AHEAD: i64 = 10;
const MAX_JTI: usize = 255;
const TYP: &str = "dpop+jwt";

/// The request that a proof must name.
pub struct Expected<'a> {
    /// `POST`, `GET`.
    pub method: &'a str,
    /// Addresses this door answers at, without query.
    pub addresses: &'a [String],
    /// The token that comes along (`ath`); none at the token endpoint.
    pub access_token: Option<&'a str>,
    /// Nonces that count; empty: none is asked.
    pub nonces: &'a [String],
    pub now: i64,
}

/// A proof that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// RFC 7638 thumbprint of its key.
    pub jkt: String,
    /// To be burnt in the name of that key.
    pub single_use: SingleUse,
}

/// Why a proof does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DpopError {
    /// `invalid_dpop_proof`.
    Invalid,
    /// `use_dpop_nonce`: the proof is good but for the nonce.
    UseNonce,
}

impl DpopError {
    pub fn code(self) -> &'static str {
        match self {
            DpopError::Invalid => "invalid_dpop_proof",
            DpopError::UseNonce => "use_dpop_nonce",
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: NumericDate,
    ath: Option<String>,
    nonce: Option<String>,
}

/// Reads the `DPoP` header.
///
/// # Errors
/// [`DpopError`].
pub fn read(compact: &str, expected: &Expected<'_>) -> Result<Proof, DpopError> {
    let jwt = Jwt::parse(compact).map_err(|_| DpopError::Invalid)?;
    if jwt.header.typ.as_deref() != Some(TYP) {
        return Err(DpopError::Invalid);
    }
    let jwk = jwt.header.jwk.as_ref().ok_or(DpopError::Invalid)?;
    let key = VerifyKey::from_value(jwk).map_err(|_| DpopError::Invalid)?;
    key.verify(&jwt, &ALGORITHMS).map_err(|_| DpopError::Invalid)?;
    let claims: Claims = jwt.claims().map_err(|_| DpopError::Invalid)?;
    if !claims.hold(expected) {
        return Err(DpopError::Invalid);
    }
    if !expected.nonces.is_empty() && !claims.nonce.is_some_and(|nonce| expected.nonces.contains(&nonce)) {
        return Err(DpopError::UseNonce);
    }
    let single_use = SingleUse { jti: claims.jti, expires: claims.iat.0 + LIFE + 1 };
    Ok(Proof { jkt: key.thumbprint(), single_use })
}

impl Claims {
    /// RFC 9449 §4.3, points 8 to 12.
    fn hold(&self, expected: &Expected<'_>) -> bool {
        let now = expected.now;
        let address = without_query(&self.htu);
        let named = expected.addresses.iter().any(|known| same_address(known, address));
        let token = match (expected.access_token, &self.ath) {
            (None, _) => true,
            (Some(token), Some(ath)) => bool::from(b64u(sha256(token.as_bytes())).as_bytes().ct_eq(ath.as_bytes())),
            (Some(_), None) => false,
        };
        self.htm == expected.method
            && named
            && token
            && (now.saturating_sub(LIFE)..=now.saturating_add(CLOCK_AHEAD)).contains(&self.iat.0)
            && !self.jti.is_empty()
            && self.jti.len() <= MAX_JTI
    }
}

fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// Scheme and host in any case, the default port there or not (RFC 3986 §6.2.2, §6.2.3).
fn same_address(known: &str, told: &str) -> bool {
    fn parts(address: &str) -> Option<(String, &str)> {
        let (scheme, rest) = address.split_once("://")?;
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let origin = format!("{scheme}://{host}").to_ascii_lowercase();
        let default = match scheme.to_ascii_lowercase().as_str() {
            "https" => ":443",
            _ => ":80",
        };
        Some((origin.strip_suffix(default).map(str::to_owned).unwrap_or(origin), path))
    }
    parts(known).is_some_and(|known| parts(told).is_some_and(|told| known == told))
}
