//! Proof that the token is in the hands that asked for it (RFC 9449).

use axum::http::HeaderMap;
use protocol::jose::jwt::Jwt;
use protocol::jose::{Jwk, PublicKey, b64u, sha256};
use rusqlite::Transaction;
use serde::Deserialize;

use super::problem::OAuthError;
use super::rows::first_use;

/// A proof is good for this long, either way.
const WINDOW_SECONDS: i64 = 60;

#[derive(Deserialize)]
struct Proof {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    #[serde(default)]
    ath: Option<String>,
}

/// A proof whose signature and claims are right; its `jti` must still be spent.
pub(super) struct Checked {
    /// Thumbprint of the proof's key.
    pub(super) jkt: String,
    jti: String,
    expires: i64,
}

impl Checked {
    /// Marks the proof as used: false when it was used before.
    pub(super) fn spend(&self, tx: &Transaction<'_>) -> rusqlite::Result<bool> {
        first_use(tx, &format!("dpop {} {}", self.jkt, self.jti), self.expires)
    }
}

/// Reads and checks the proof in the `DPoP` header. `token` is the access token it must name, at a resource.
pub(super) fn check(
    headers: &HeaderMap,
    method: &str,
    url: &str,
    token: Option<&str>,
    now: i64,
) -> Result<Checked, OAuthError> {
    let compact = super::header(headers, "dpop").ok_or(OAuthError::dpop("one DPoP header is required"))?;
    let jwt = Jwt::parse(compact).map_err(|_| OAuthError::dpop("the proof is not an ES256 JWT"))?;
    if jwt.header.typ.as_deref() != Some("dpop+jwt") {
        return Err(OAuthError::dpop("typ must be dpop+jwt"));
    }
    let jwk = jwt.header.jwk.as_ref().ok_or(OAuthError::dpop("the proof names no key"))?;
    let jwk = Jwk::deserialize(jwk).map_err(|_| OAuthError::dpop("the proof's key is not P-256"))?;
    let key = PublicKey::from_jwk(&jwk).map_err(|_| OAuthError::dpop("the proof's key is not P-256"))?;
    let proof: Proof = jwt.verify(&key).map_err(|_| OAuthError::dpop("the proof's signature is wrong"))?;
    if proof.htm != method || proof.htu != url {
        return Err(OAuthError::dpop("the proof is for another request"));
    }
    if (now - proof.iat).abs() > WINDOW_SECONDS {
        return Err(OAuthError::dpop("the proof is too old or from the future"));
    }
    if proof.jti.is_empty() || proof.jti.len() > 128 {
        return Err(OAuthError::dpop("jti is missing or too long"));
    }
    if proof.ath != token.map(|t| b64u(sha256(t.as_bytes()))) {
        return Err(OAuthError::dpop("the proof is for another token"));
    }
    Ok(Checked { jkt: key.thumbprint(), jti: proof.jti, expires: proof.iat + 2 * WINDOW_SECONDS })
}
