//! What partners get, and whether they may register themselves.

use journeys::register::RegistrationRules;
use journeys::settings::TokenRules;
use protocol::oidc::partner::SecretDigest;
use serde::Deserialize;

/// `[tokens]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tokens {
    /// A code counts for so long after the approval, 10 to 600; for FAPI partners at most 60.
    pub code_seconds: i64,
    /// A refresh token that lies unused for so long is over.
    pub refresh_idle_days: i64,
    /// A chain of refresh tokens lives no longer.
    pub refresh_days: i64,
    /// DPoP proofs must carry a nonce of ours.
    pub dpop_nonce: bool,
}

impl Default for Tokens {
    fn default() -> Self {
        Tokens { code_seconds: 180, refresh_idle_days: 30, refresh_days: 180, dpop_nonce: false }
    }
}

impl Tokens {
    pub fn rules(&self, mtls_issuer: Option<&String>) -> TokenRules {
        TokenRules {
            code_seconds: self.code_seconds.clamp(10, 600),
            refresh_idle_seconds: self.refresh_idle_days.max(0) * 86_400,
            refresh_seconds: self.refresh_days.max(0) * 86_400,
            dpop_nonce: self.dpop_nonce,
            mtls_issuer: mtls_issuer.cloned(),
        }
    }
}

/// `[registration]`: partners that register themselves (RFC 7591); off unless there is an initial access token.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Registration {
    /// 64 hexadecimal digits.
    pub initial_access_token_sha256: Option<SecretDigest>,
    /// Clients of yesterday, without PKCE, are let in.
    pub without_pkce: bool,
    /// A login in a browser counts for so long again without the phone, for those that ask for it (`prompt=none`); 0: never.
    pub session_seconds: u32,
}

impl Registration {
    pub fn rules(&self) -> RegistrationRules {
        RegistrationRules {
            initial_token: self.initial_access_token_sha256.clone(),
            without_pkce: self.without_pkce,
            session_seconds: self.session_seconds.into(),
        }
    }
}
