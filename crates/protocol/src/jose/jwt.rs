//! Tokens of other people: client assertions, DPoP proofs, a bank's ID token and userinfo. ES256 only.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{JoseError, Jwk, MAX_JWS_BYTES, PublicKey, unb64u};

/// The header members we act on; others are ignored, except `crit` (RFC 7515 §4.1.11: not understood means refused).
#[derive(Clone, Debug, Deserialize)]
pub struct JwtHeader {
    pub alg: String,
    #[serde(default)]
    pub typ: Option<String>,
    #[serde(default)]
    pub kid: Option<String>,
    /// DPoP's proof key (RFC 9449 §4.2).
    #[serde(default)]
    pub jwk: Option<Jwk>,
    #[serde(default)]
    crit: Option<Vec<String>>,
}

/// A JWT split into its parts, unbelieved.
pub struct Jwt<'a> {
    pub header: JwtHeader,
    signing_input: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    pub fn parse(compact: &'a str) -> Result<Self, JoseError> {
        if compact.len() > MAX_JWS_BYTES {
            return Err(JoseError::TooLarge);
        }
        let (signing_input, signature) = compact.rsplit_once('.').ok_or(JoseError::Malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JoseError::Malformed)?;
        if payload.contains('.') {
            return Err(JoseError::Malformed);
        }
        let header: JwtHeader = serde_json::from_slice(&unb64u(header)?).map_err(|_| JoseError::Malformed)?;
        if header.crit.is_some() {
            return Err(JoseError::Malformed);
        }
        if header.alg != "ES256" {
            return Err(JoseError::WrongAlgorithm);
        }
        Ok(Jwt { header, signing_input, signature: unb64u(signature)? })
    }

    /// Claims before the signature is checked: only to find whose key it should be.
    pub fn unverified<P: DeserializeOwned>(&self) -> Result<P, JoseError> {
        let (_, payload) = self.signing_input.split_once('.').ok_or(JoseError::Malformed)?;
        serde_json::from_slice(&unb64u(payload)?).map_err(|_| JoseError::Malformed)
    }

    pub fn verify<P: DeserializeOwned>(&self, key: &PublicKey) -> Result<P, JoseError> {
        key.verify(self.signing_input.as_bytes(), &self.signature)?;
        self.unverified()
    }
}

/// A key in somebody's JWKS: members beyond our four (`use`, `alg`, …) are tolerated, other key types skipped.
#[derive(Clone, Debug, Deserialize)]
pub struct JwksKey {
    pub kty: String,
    #[serde(default)]
    pub kid: Option<String>,
    #[serde(default)]
    pub crv: String,
    #[serde(default)]
    pub x: String,
    #[serde(default)]
    pub y: String,
}

/// RFC 7517 §5.
#[derive(Clone, Debug, Deserialize)]
pub struct Jwks {
    pub keys: Vec<JwksKey>,
}

impl Jwks {
    /// P-256 keys that could have signed a token with this `kid` (all of them when it names none).
    pub fn candidates(&self, kid: Option<&str>) -> Vec<PublicKey> {
        self.keys
            .iter()
            .filter(|k| kid.is_none() || k.kid.as_deref() == kid)
            .filter_map(|k| {
                let jwk = Jwk { kty: k.kty.clone(), crv: k.crv.clone(), x: k.x.clone(), y: k.y.clone() };
                PublicKey::from_jwk(&jwk).ok()
            })
            .collect()
    }

    /// Verifies `jwt` with the first candidate that fits.
    pub fn verify<P: DeserializeOwned>(&self, jwt: &Jwt<'_>) -> Result<P, JoseError> {
        let keys = self.candidates(jwt.header.kid.as_deref());
        keys.iter().find_map(|k| jwt.verify(k).ok()).ok_or(JoseError::UnknownKey)
    }
}
