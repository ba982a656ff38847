//! Compact JWS (RFC 7515) with ES256, JWKs (RFC 7517) and their thumbprints (RFC 7638), over aws-lc-rs.
//!
//! Our own messages are checked strictly ([`Jws::verify`]: `typ`, `alg`, `kid`, no unknown field); other people's tokens
//! ([`jwt`]) tolerate header members we do not know, never `crit`.

mod alg;
mod jwk;
mod jws;
pub mod jwt;

pub use alg::{Enc, Encryption, KeyAlg, SigAlg};
pub use jwk::{Jwk, PublicKey, SigningKey};
pub use jws::{Header, Jws, digest, sha256};

/// Largest compact JWS we read, in bytes.
pub const MAX_JWS_BYTES: usize = 40 * 1024;

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
