//! Compact JWE (RFC 7516): RSA-OAEP and ECDH-ES to a key, `dir` with a client secret.
//!
//! What does not open is [`JoseError::Unreadable`], whatever was wrong: no answer tells padding, tag and key apart. RSA1_5 and
//! passwords (PBES2) do not exist here.

mod content;
mod derive;
mod open;
mod seal;

use std::sync::Arc;

use aws_lc_rs::rsa::{OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::RsaPublicKeyComponents;
use zeroize::Zeroizing;

pub use open::{Decryptor, EcPrivate, RsaPrivate, decrypt_with_secret};
pub use seal::encrypt;

use super::{JoseError, PublicKey};

/// Largest compact JWE we read, in bytes.
pub const MAX_JWE_BYTES: usize = 112 * 1024;

/// To whom something is encrypted.
#[derive(Clone)]
pub struct EncryptionKey {
    kid: Option<String>,
    material: Material,
}

#[derive(Clone)]
enum Material {
    Rsa(Arc<OaepPublicEncryptingKey>),
    Ec(PublicKey),
    Secret(Zeroizing<Vec<u8>>),
}

impl EncryptionKey {
    /// An RSA key by modulus and exponent, big-endian without leading zeros.
    ///
    /// # Errors
    /// `BadKey`.
    pub fn rsa(n: &[u8], e: &[u8], kid: Option<String>) -> Result<EncryptionKey, JoseError> {
        let public: Result<PublicEncryptingKey, _> = RsaPublicKeyComponents { n, e }.try_into();
        let key = public.and_then(OaepPublicEncryptingKey::new).map_err(|_| JoseError::BadKey)?;
        Ok(EncryptionKey { kid, material: Material::Rsa(Arc::new(key)) })
    }

    /// A P-256 key.
    pub fn ec(key: PublicKey, kid: Option<String>) -> EncryptionKey {
        EncryptionKey { kid, material: Material::Ec(key) }
    }

    /// A client secret, as its owner writes it; the key is derived from it (OpenID Core §10.2).
    pub fn secret(secret: &[u8]) -> EncryptionKey {
        EncryptionKey { kid: None, material: Material::Secret(Zeroizing::new(secret.to_vec())) }
    }

    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }
}

impl std::fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EncryptionKey({})", self.kid.as_deref().unwrap_or("…"))
    }
}
