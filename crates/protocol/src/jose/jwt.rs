//! Tokens of other people: client assertions, request objects, DPoP proofs, a bank's ID token and userinfo.

use aws_lc_rs::hmac;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{JoseError, Jwk, MAX_JWS_BYTES, PublicKey, SigAlg, strict, unb64u};

/// The header members we act on; others are ignored, except `crit` and `b64` (RFC 7515 §4.1.11, RFC 7797: refused).
#[derive(Clone, Debug)]
pub struct JwtHeader {
    pub alg: SigAlg,
    pub typ: Option<String>,
    pub kid: Option<String>,
    /// DPoP's proof key (RFC 9449 §4.2).
    pub jwk: Option<Value>,
    pub cty: Option<String>,
}

#[derive(Deserialize)]
struct RawHeader {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    jwk: Option<Value>,
    cty: Option<String>,
}

/// A JWT split into its parts, unbelieved.
#[derive(Debug)]
pub struct Jwt<'a> {
    pub header: JwtHeader,
    signing_input: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    /// Splits and reads the header.
    ///
    /// # Errors
    /// `TooLarge`; `Malformed`, also for `crit`, `b64` and members that are there twice; `WrongAlgorithm` for `none`, HS256 and
    /// everything else that is not signed with a key pair.
    pub fn parse(compact: &'a str) -> Result<Self, JoseError> {
        Jwt::parse_within(compact, MAX_JWS_BYTES)
    }

    /// As [`Jwt::parse`], of at most `most` bytes.
    ///
    /// # Errors
    /// As [`Jwt::parse`].
    pub fn parse_within(compact: &'a str, most: usize) -> Result<Self, JoseError> {
        let jwt = Jwt::split(compact, most)?;
        if jwt.header.alg == SigAlg::HS256 { Err(JoseError::WrongAlgorithm) } else { Ok(jwt) }
    }

    fn split(compact: &'a str, most: usize) -> Result<Self, JoseError> {
        if compact.len() > most {
            return Err(JoseError::TooLarge);
        }
        let (signing_input, signature) = compact.rsplit_once('.').ok_or(JoseError::Malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JoseError::Malformed)?;
        if payload.contains('.') {
            return Err(JoseError::Malformed);
        }
        let members: Map<String, Value> = strict::read(&unb64u(header)?)?;
        if members.contains_key("crit") || members.contains_key("b64") {
            return Err(JoseError::Malformed);
        }
        let raw = RawHeader::deserialize(Value::Object(members)).map_err(|_| JoseError::Malformed)?;
        let alg = SigAlg::parse(&raw.alg).ok_or(JoseError::WrongAlgorithm)?;
        let header = JwtHeader { alg, typ: raw.typ, kid: raw.kid, jwk: raw.jwk, cty: raw.cty };
        Ok(Jwt { header, signing_input, signature: unb64u(signature)? })
    }

    /// Claims before the signature is checked: only to find whose key it should be.
    pub fn unverified<P: DeserializeOwned>(&self) -> Result<P, JoseError> {
        let (_, payload) = self.signing_input.split_once('.').ok_or(JoseError::Malformed)?;
        strict::read(&unb64u(payload)?)
    }

    /// Claims of a token that a key set has verified.
    pub fn claims<P: DeserializeOwned>(&self) -> Result<P, JoseError> {
        self.unverified()
    }

    /// With one P-256 key: ES256 only.
    pub fn verify<P: DeserializeOwned>(&self, key: &PublicKey) -> Result<P, JoseError> {
        if self.header.alg != SigAlg::ES256 {
            return Err(JoseError::WrongAlgorithm);
        }
        key.verify(self.signing_input.as_bytes(), &self.signature)?;
        self.unverified()
    }

    /// `header.payload`, what was signed.
    pub fn signing_input(&self) -> &'a str {
        self.signing_input
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }
}

/// Claims of a token that a secret keyed (OpenID Core §10.1): one that we made ourselves, come back as a hint.
///
/// # Errors
/// As [`Jwt::parse`]; `BadSignature`.
pub fn verify_hs256<P: DeserializeOwned>(compact: &str, secret: &[u8]) -> Result<P, JoseError> {
    let jwt = Jwt::split(compact, MAX_JWS_BYTES)?;
    if jwt.header.alg != SigAlg::HS256 {
        return Err(JoseError::WrongAlgorithm);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    hmac::verify(&key, jwt.signing_input.as_bytes(), &jwt.signature).map_err(|_| JoseError::BadSignature)?;
    jwt.unverified()
}

/// HMAC of what is to be signed with a client secret.
pub(crate) fn hs256(secret: &[u8], input: &[u8]) -> Result<Vec<u8>, JoseError> {
    if secret.len() < 32 {
        return Err(JoseError::BadKey);
    }
    Ok(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input).as_ref().to_vec())
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

/// RFC 7517 §5, of a party that signs with ES256 alone (the bank); [`super::KeySet`] knows more.
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
