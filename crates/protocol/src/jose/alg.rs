//! Registered names of algorithms (RFC 7518).

use serde::{Deserialize, Serialize};

/// How something is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SigAlg {
    #[default]
    ES256,
    ES384,
    PS256,
    RS256,
    EdDSA,
    /// With the client's secret; ID tokens only.
    HS256,
}

impl SigAlg {
    pub const ALL: [SigAlg; 6] =
        [SigAlg::ES256, SigAlg::ES384, SigAlg::PS256, SigAlg::RS256, SigAlg::EdDSA, SigAlg::HS256];
    /// FAPI 2.0 Security Profile §5.4.
    pub const FAPI: [SigAlg; 3] = [SigAlg::PS256, SigAlg::ES256, SigAlg::EdDSA];

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

    pub fn parse(name: &str) -> Option<SigAlg> {
        SigAlg::ALL.into_iter().find(|alg| alg.as_str() == name)
    }
}

/// How a content key reaches the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyAlg {
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    /// With SHA-1: for partners of yesterday.
    #[serde(rename = "RSA-OAEP")]
    RsaOaep,
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
    #[serde(rename = "ECDH-ES+A256KW")]
    EcdhEsA256kw,
    #[serde(rename = "ECDH-ES+A128KW")]
    EcdhEsA128kw,
    /// A key made of the client's secret (OpenID Core §10.2).
    #[serde(rename = "dir")]
    Dir,
}

/// How the content is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Enc {
    #[serde(rename = "A128CBC-HS256")]
    A128CbcHs256,
    #[serde(rename = "A256CBC-HS512")]
    A256CbcHs512,
    #[serde(rename = "A128GCM")]
    A128Gcm,
    #[serde(rename = "A256GCM")]
    A256Gcm,
}

/// A JWE's two choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    pub alg: KeyAlg,
    pub enc: Enc,
}
