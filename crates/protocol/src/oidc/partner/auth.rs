//! How a partner proves who it is.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use crate::jose::sha256;
use crate::oidc::mtls::canonical;
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
    /// A certificate of an authority that the operator's TLS trusts, with exactly this name (RFC 8705 §2.1).
    TlsClientAuth(CertificateName),
    /// A certificate in force whose key stands in the partner's key set (RFC 8705 §2.2).
    SelfSignedTlsClientAuth {},
}

/// The one name that a partner's certificates bear (RFC 8705 §2.1.2): the subject, or one of the alternative names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CertificateName {
    /// RFC 4514.
    #[serde(rename = "subject_dn")]
    Subject(String),
    #[serde(rename = "san_dns")]
    Dns(String),
    #[serde(rename = "san_uri")]
    Uri(String),
    /// IPv4 or IPv6.
    #[serde(rename = "san_ip")]
    Ip(core::net::IpAddr),
    #[serde(rename = "san_email")]
    Email(String),
}

impl CertificateName {
    /// Why no certificate could bear it.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let bare = |text: &str| !text.is_empty() && text.len() <= 512 && text.bytes().all(|b| b.is_ascii_graphic());
        let holds = match self {
            CertificateName::Subject(name) => canonical(name).is_some(),
            CertificateName::Dns(name) => bare(name) && !name.contains('*'),
            CertificateName::Uri(uri) => bare(uri) && uri.contains(':'),
            CertificateName::Email(address) => bare(address) && address.contains('@'),
            CertificateName::Ip(_) => true,
        };
        (!holds).then_some("auth: no certificate bears this name (subject_dn is written as RFC 4514 does)")
    }
}

impl ClientAuth {
    /// The registered name (`token_endpoint_auth_method`); a secret may come either way.
    pub fn name(&self) -> &'static str {
        match self {
            ClientAuth::PrivateKeyJwt { .. } => "private_key_jwt",
            ClientAuth::ClientSecret { .. } => "client_secret_basic",
            ClientAuth::TlsClientAuth(_) => "tls_client_auth",
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
