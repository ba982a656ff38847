//! One compact JWS, split and checked.

use aws_lc_rs::digest as hash;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{JoseError, MAX_JWS_BYTES, PublicKey, b64u, unb64u};

/// The header of our own messages, exactly three members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub alg: String,
    pub typ: String,
    pub kid: String,
}

/// A compact JWS that parsed; nothing is believed before [`Jws::verify`].
#[derive(Debug)]
pub struct Jws<'a> {
    compact: &'a str,
    header: Header,
    signing_input: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Splits and reads the header.
    ///
    /// # Errors
    /// `TooLarge`, `Malformed`, `WrongType` (another `typ`), `WrongAlgorithm`.
    pub fn parse(compact: &'a str, typ: &str) -> Result<Self, JoseError> {
        if compact.len() > MAX_JWS_BYTES {
            return Err(JoseError::TooLarge);
        }
        let (signing_input, signature) = compact.rsplit_once('.').ok_or(JoseError::Malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JoseError::Malformed)?;
        if payload.contains('.') {
            return Err(JoseError::Malformed);
        }
        let header: Header = strict(&unb64u(header)?)?;
        if header.typ != typ {
            return Err(JoseError::WrongType);
        }
        if header.alg != "ES256" {
            return Err(JoseError::WrongAlgorithm);
        }
        let signature = unb64u(signature)?;
        if signature.len() != 64 {
            return Err(JoseError::BadSignature);
        }
        Ok(Jws { compact, header, signing_input, signature })
    }

    pub fn kid(&self) -> &str {
        &self.header.kid
    }

    /// SHA-256 of `header.payload`: what the PIN proof binds to.
    pub fn input_digest(&self) -> [u8; 32] {
        sha256(self.signing_input.as_bytes())
    }

    /// The payload before the signature is checked: only to find the key that should have signed it.
    pub fn unverified<P: DeserializeOwned>(&self) -> Result<P, JoseError> {
        let (_, payload) = self.signing_input.split_once('.').ok_or(JoseError::Malformed)?;
        strict(&unb64u(payload)?)
    }

    /// Checks the signature, then reads the payload.
    pub fn verify<P: DeserializeOwned>(&self, key: &PublicKey) -> Result<P, JoseError> {
        key.verify(self.signing_input.as_bytes(), &self.signature)?;
        self.unverified()
    }

    /// `h(x)` of docs/protocol.md.
    pub fn digest(&self) -> String {
        digest(self.compact)
    }
}

/// `h(x)` = base64url of SHA-256 of the compact JWS.
pub fn digest(compact: &str) -> String {
    b64u(sha256(compact.as_bytes()))
}

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(hash::digest(&hash::SHA256, bytes).as_ref());
    out
}

/// JSON into a type that refuses unknown fields; duplicates are refused by serde, trailing bytes here.
fn strict<T: DeserializeOwned>(json: &[u8]) -> Result<T, JoseError> {
    serde_json::from_slice(json).map_err(|_| JoseError::Malformed)
}
