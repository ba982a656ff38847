//! HPKE base mode (RFC 9180): DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
//!
//! What the phone proves about the code travels only in this envelope, so that no log, proxy or web tier can test codes.

use rustls::crypto::aws_lc_rs::hpke::DH_KEM_P256_HKDF_SHA256_AES_256 as SUITE;
use rustls::crypto::hpke::{EncapsulatedSecret, Hpke as _, HpkePrivateKey, HpkePublicKey};
use serde::{Deserialize, Serialize};

use crate::jose::{JoseError, PublicKey, b64u, unb64u};

/// A sealed message on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    pub kid: String,
    /// Encapsulated key, 65 bytes, base64url.
    pub enc: String,
    /// Ciphertext and tag, base64url.
    pub ct: String,
}

/// Seals `plaintext` to `key`; `info` is the use's label, `aad` what it is bound to.
pub fn seal(key: &PublicKey, kid: &str, info: &str, aad: &[u8], plaintext: &[u8]) -> Result<Sealed, JoseError> {
    let public = HpkePublicKey(key.point().to_vec());
    let (enc, ct) = SUITE.seal(info.as_bytes(), aad, plaintext, &public).map_err(|_| JoseError::BadKey)?;
    Ok(Sealed { kid: kid.to_owned(), enc: b64u(&enc.0), ct: b64u(ct) })
}

/// The opening side's key.
pub struct SealKey {
    private: HpkePrivateKey,
    public: PublicKey,
    kid: String,
}

impl SealKey {
    /// From the 32-byte scalar and its public key.
    pub fn new(scalar: &[u8], public: PublicKey, kid: String) -> Self {
        SealKey { private: HpkePrivateKey::from(scalar.to_vec()), public, kid }
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// # Errors
    /// `UnknownKey` for another `kid`, `BadSignature` for anything that does not open.
    pub fn open(&self, sealed: &Sealed, info: &str, aad: &[u8]) -> Result<Vec<u8>, JoseError> {
        if sealed.kid != self.kid {
            return Err(JoseError::UnknownKey);
        }
        let (enc, ct) = (unb64u(&sealed.enc)?, unb64u(&sealed.ct)?);
        if enc.len() != 65 || ct.len() > 1024 {
            return Err(JoseError::Malformed);
        }
        SUITE
            .open(&EncapsulatedSecret(enc), info.as_bytes(), aad, &ct, &self.private)
            .map_err(|_| JoseError::BadSignature)
    }
}
