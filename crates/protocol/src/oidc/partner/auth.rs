//! How a partner proves who it is.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use crate::jose::sha256;
use crate::oidc::uri;

/// OpenID Core §9, RFC 7523, RFC 8705 §2.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientAuth {
    /// RFC 7523; the keys stand here, in the partner's `jwks` or at its `jwks_uri`.
    PrivateKeyJwt {
        #[serde(default)]
        jwks: Vec<Value>,
    },
    /// `client_secret_basic` and `client_secret_post`.
    ClientSecret { client_secret_sha256: SecretDigest },
    /// A certificate of an authority that the operator's TLS trusts, with exactly this subject (RFC 8705 §2.1).
    TlsClientAuth { subject_dn: String },
    /// A certificate whose key stands in the partner's key set (RFC 8705 §2.2).
    SelfSignedTlsClientAuth {},
}

impl ClientAuth {
    /// The registered name (`token_endpoint_auth_method`); a secret may come either way.
    pub fn name(&self) -> &'static str {
        match self {
            ClientAuth::PrivateKeyJwt { .. } => "private_key_jwt",
            ClientAuth::ClientSecret { .. } => "client_secret_basic",
            ClientAuth::TlsClientAuth { .. } => "tls_client_auth",
            ClientAuth::SelfSignedTlsClientAuth {} => "self_signed_tls_client_auth",
        }
    }
}

/// SHA-256 of a client secret: enough because our secrets are 256 random bits, not words.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    pub fn of(secret: &str) -> Self {
        SecretDigest(sha256(secret.as_bytes()))
    }

    /// Compares in constant time.
    pub fn fits(&self, secret: &str) -> bool {
        self.0.ct_eq(&sha256(secret.as_bytes())).into()
    }

    /// As `zelf.toml` writes it.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretDigest(…)")
    }
}

impl From<SecretDigest> for String {
    fn from(digest: SecretDigest) -> String {
        digest.hex()
    }
}

impl TryFrom<String> for SecretDigest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "client_secret_sha256 must be 64 hexadecimal digits";
        let digits: Vec<u8> = text.bytes().map(uri::hex).collect::<Option<_>>().ok_or(WRONG)?;
        let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |sum, d| sum << 4 | d)).collect();
        let digest = bytes.try_into().map_err(|_| WRONG)?;
        if text.len() == 64 { Ok(SecretDigest(digest)) } else { Err(WRONG) }
    }
}
