//! JOSE over aws-lc-rs: compact JWS (RFC 7515), JWE (RFC 7516), keys (RFC 7517) and their thumbprints (RFC 7638).
//!
//! Our own messages are checked strictly ([`Jws::verify`]: `typ`, ES256, `kid`, no unknown field); other people's tokens
//! ([`jwt`]) tolerate header members we do not know, never `crit`. [`KeySet`] holds the keys of a partner, [`jwe`] what is
//! encrypted to it or to us.

mod alg;
pub mod jwe;
mod jwk;
mod jws;
pub mod jwt;
mod key_set;
mod numeric_date;
mod rsa_public;
mod rsa_sign;
mod strict;
mod verify_key;

use aws_lc_rs::digest as hash;

pub use alg::{Enc, Encryption, KeyAlg, SigAlg};
pub use jwk::{Jwk, PublicKey, SigningKey};
pub use jws::{Header, Jws, digest, sha256};
pub use key_set::KeySet;
pub use numeric_date::NumericDate;
pub use rsa_sign::{EdKey, RsaKey};
pub use verify_key::VerifyKey;

/// Largest compact JWS we read, in bytes.
pub const MAX_JWS_BYTES: usize = 40 * 1024;
/// Largest signed request object, in bytes: a text of 7,500 characters, each written as an escape of six, in base64url.
pub const MAX_OBJECT_BYTES: usize = 72 * 1024;

/// Why a signed thing was refused. Never says which byte: the caller answers strangers alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoseError {
    TooLarge,
    Malformed,
    WrongType,
    WrongAlgorithm,
    UnknownKey,
    BadSignature,
    BadKey,
    /// A JWE that does not open, for whatever reason.
    Unreadable,
}

impl std::fmt::Display for JoseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for JoseError {}

/// base64url without padding, canonical.
pub fn b64u(bytes: impl AsRef<[u8]>) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads canonical base64url without padding.
pub fn unb64u(text: &str) -> Result<Vec<u8>, JoseError> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).map_err(|_| JoseError::Malformed)
}
