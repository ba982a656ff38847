//! Algorithms we speak, by their registered names (RFC 7518, RFC 8037). A name outside these types cannot be asked for.

use serde::{Deserialize, Serialize};

use super::{b64u, hash};

/// How a JWS is signed (RFC 7518 §3, RFC 8037 §3.1). There is no `none`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SigAlg {
    #[default]
    ES256,
    ES384,
    PS256,
    RS256,
    /// With Ed25519 only.
    EdDSA,
    /// Keyed with a client secret (OpenID Core §10.1).
    HS256,
}

impl SigAlg {
    /// FAPI 2.0 Security Profile §5.4.1.
    pub const FAPI: [SigAlg; 3] = [SigAlg::PS256, SigAlg::ES256, SigAlg::EdDSA];
    /// What we verify of others: everything signed with a key pair.
    pub const ASYMMETRIC: [SigAlg; 5] = [SigAlg::ES256, SigAlg::ES384, SigAlg::PS256, SigAlg::RS256, SigAlg::EdDSA];
    /// What we sign with keys of our own.
    pub const OURS: [SigAlg; 4] = [SigAlg::ES256, SigAlg::RS256, SigAlg::PS256, SigAlg::EdDSA];

    pub const ALL: [SigAlg; 6] =
        [SigAlg::ES256, SigAlg::ES384, SigAlg::PS256, SigAlg::RS256, SigAlg::EdDSA, SigAlg::HS256];

    pub fn parse(name: &str) -> Option<SigAlg> {
        SigAlg::ALL.into_iter().find(|alg| alg.as_str() == name)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            SigAlg::ES256 => "ES256",
            SigAlg::ES384 => "ES384",
            SigAlg::PS256 => "PS256",
            SigAlg::RS256 => "RS256",
            SigAlg::EdDSA => "EdDSA",
            SigAlg::HS256 => "HS256",
        }
    }

    /// Left half of the hash that belongs to the algorithm, base64url: `at_hash`, `c_hash`, `s_hash` (OpenID Core §3.1.3.6).
    /// Ed25519 hashes with SHA-512 itself.
    pub fn half_hash(self, text: &str) -> String {
        let digest = match self {
            SigAlg::ES384 => hash::digest(&hash::SHA384, text.as_bytes()),
            SigAlg::EdDSA => hash::digest(&hash::SHA512, text.as_bytes()),
            _ => hash::digest(&hash::SHA256, text.as_bytes()),
        };
        let half = digest.as_ref().len() / 2;
        b64u(digest.as_ref().get(..half).unwrap_or_default())
    }
}

/// How the key of a JWE reaches its reader (RFC 7518 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyAlg {
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    /// With SHA-1; for legacy partners.
    #[serde(rename = "RSA-OAEP")]
    RsaOaep,
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
    #[serde(rename = "ECDH-ES+A256KW")]
    EcdhEsA256kw,
    #[serde(rename = "ECDH-ES+A128KW")]
    EcdhEsA128kw,
    /// The key is derived from a client secret (OpenID Core §10.2).
    #[serde(rename = "dir")]
    Dir,
}

impl KeyAlg {
    pub const ALL: [KeyAlg; 6] =
        [KeyAlg::RsaOaep256, KeyAlg::RsaOaep, KeyAlg::EcdhEs, KeyAlg::EcdhEsA256kw, KeyAlg::EcdhEsA128kw, KeyAlg::Dir];

    pub fn parse(name: &str) -> Option<KeyAlg> {
        KeyAlg::ALL.into_iter().find(|alg| alg.as_str() == name)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            KeyAlg::RsaOaep256 => "RSA-OAEP-256",
            KeyAlg::RsaOaep => "RSA-OAEP",
            KeyAlg::EcdhEs => "ECDH-ES",
            KeyAlg::EcdhEsA256kw => "ECDH-ES+A256KW",
            KeyAlg::EcdhEsA128kw => "ECDH-ES+A128KW",
            KeyAlg::Dir => "dir",
        }
    }

    /// True for the algorithms that take an RSA key.
    pub fn is_rsa(self) -> bool {
        matches!(self, KeyAlg::RsaOaep256 | KeyAlg::RsaOaep)
    }

    /// True for the algorithms that take a P-256 key.
    pub fn is_ec(self) -> bool {
        matches!(self, KeyAlg::EcdhEs | KeyAlg::EcdhEsA256kw | KeyAlg::EcdhEsA128kw)
    }
}

/// How the content of a JWE is sealed (RFC 7518 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Enc {
    #[serde(rename = "A128CBC-HS256")]
    A128CbcHs256,
    #[serde(rename = "A256GCM")]
    A256Gcm,
    #[serde(rename = "A128GCM")]
    A128Gcm,
    #[serde(rename = "A256CBC-HS512")]
    A256CbcHs512,
}

impl Enc {
    pub const ALL: [Enc; 4] = [Enc::A128CbcHs256, Enc::A256Gcm, Enc::A128Gcm, Enc::A256CbcHs512];

    pub fn parse(name: &str) -> Option<Enc> {
        Enc::ALL.into_iter().find(|enc| enc.as_str() == name)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Enc::A128CbcHs256 => "A128CBC-HS256",
            Enc::A256Gcm => "A256GCM",
            Enc::A128Gcm => "A128GCM",
            Enc::A256CbcHs512 => "A256CBC-HS512",
        }
    }
}

/// A partner's choice: `{ alg = "RSA-OAEP-256", enc = "A128CBC-HS256" }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    pub alg: KeyAlg,
    /// Absent: A128CBC-HS256 (OpenID Registration §2).
    #[serde(default = "usual")]
    pub enc: Enc,
}

fn usual() -> Enc {
    Enc::A128CbcHs256
}
