//! The ID token (OpenID Core §2).

use aws_lc_rs::digest;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{ACR_SUBSTANTIAL, AMR};
use crate::jose::{SigAlg, b64u};

pub use crate::jose::SigAlg as SigningAlg;

/// Claims of an ID token, ready for [`super::keys::OpKeys::sign`]. Holds personal data: no `Debug`.
#[derive(Serialize)]
pub struct IdToken<'a> {
    pub iss: &'a str,
    pub sub: &'a str,
    /// The partner's id.
    pub aud: &'a str,
    pub exp: i64,
    pub iat: i64,
    /// When the person approved on the phone.
    pub auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<&'a str>,
    pub acr: &'a str,
    pub amr: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// Claims asked for in the ID token ([`super::attributes::pick`]); never one of the names above.
    #[serde(flatten)]
    pub attributes: Map<String, Value>,
}

impl<'a> IdToken<'a> {
    /// A login with phone and code, without nonce, `at_hash` or attributes: set those as needed.
    pub fn new(iss: &'a str, sub: &'a str, aud: &'a str, auth_time: i64, iat: i64, exp: i64) -> Self {
        IdToken {
            iss,
            sub,
            aud,
            exp,
            iat,
            auth_time,
            nonce: None,
            acr: ACR_SUBSTANTIAL,
            amr: &AMR,
            at_hash: None,
            attributes: Map::new(),
        }
    }
}

/// OpenID Core §3.1.3.6: the left half of the hash that belongs to the ID token's algorithm (SHA-512 for Ed25519).
pub fn at_hash(alg: SigAlg, access_token: &str) -> String {
    let kind = match alg {
        SigAlg::EdDSA => &digest::SHA512,
        SigAlg::ES384 => &digest::SHA384,
        _ => &digest::SHA256,
    };
    let hash = digest::digest(kind, access_token.as_bytes());
    let hash = hash.as_ref();
    b64u(hash.get(..hash.len() / 2).unwrap_or_default())
}
