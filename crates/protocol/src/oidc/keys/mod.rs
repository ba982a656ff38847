//! The provider's own keys: what signs tokens (P-256, RSA, Ed25519), what partners encrypt to (RSA, P-256).
//!
//! Each kind is a [`Ring`] of next, current and old keys; [`Stored`] is how the key file keeps them.

mod kind;
mod ring;
mod stored;

use serde::Serialize;
use serde_json::{Value, json};

pub use kind::{Kind, Made};
pub use ring::{Dated, Ring};
pub use stored::{Rotated, Stored, StoredKey, StoredRing};

use crate::jose::jwe::{Decryptor, EcPrivate, RsaPrivate};
use crate::jose::jwt::{self, Jwt};
use crate::jose::{EdKey, JoseError, KeySet, RsaKey, SigAlg, SigningKey, b64u};

/// How long an old key is still published, and decrypts, after another took its place, seconds.
pub const OLD_SECONDS: i64 = 48 * 3600;

/// Prefix of key names; in a test world nobody can take them for real ones.
pub fn prefix(test_world: bool) -> &'static str {
    if test_world { "test-op" } else { "op" }
}

/// All keys of the provider, ready to use. No `Debug`, no `Clone`.
pub struct OpKeys {
    sig_ec: Ring<SigningKey>,
    sig_rsa: Ring<RsaKey>,
    sig_ed: Ring<EdKey>,
    enc_rsa: Ring<RsaPrivate>,
    enc_ec: Ring<EcPrivate>,
}

impl OpKeys {
    /// # Errors
    /// `BadKey` when one of them is none.
    pub fn load(stored: &Stored, test_world: bool) -> Result<Self, JoseError> {
        let prefix = prefix(test_world);
        Ok(OpKeys {
            sig_ec: Ring::load(&stored.sig_ec, prefix)?,
            sig_rsa: Ring::load(&stored.sig_rsa, prefix)?,
            sig_ed: Ring::load(&stored.sig_ed, prefix)?,
            enc_rsa: Ring::load(&stored.enc_rsa, prefix)?,
            enc_ec: Ring::load(&stored.enc_ec, prefix)?,
        })
    }

    /// The JWK set (RFC 7517 §5) that partners fetch: current, next and recently replaced keys. The RSA signing key names no
    /// algorithm, since it serves RS256 and PS256.
    pub fn jwks(&self, now: i64) -> Value {
        let mut keys = Vec::new();
        keys.extend(self.sig_ec.jwks(now));
        keys.extend(self.sig_rsa.jwks(now));
        keys.extend(self.sig_ed.jwks(now));
        keys.extend(self.enc_rsa.jwks(now));
        keys.extend(self.enc_ec.jwks(now));
        json!({ "keys": keys })
    }

    /// A JWT with our current key: header `alg`, `typ`, `kid`.
    ///
    /// # Errors
    /// `WrongAlgorithm` for ES384 and HS256 ([`OpKeys::sign_hs256`]).
    pub fn sign<C: Serialize>(&self, alg: SigAlg, typ: &str, claims: &C) -> Result<String, JoseError> {
        let kid = match alg {
            SigAlg::ES256 => self.sig_ec.current().kid(),
            SigAlg::RS256 | SigAlg::PS256 => self.sig_rsa.current().kid(),
            SigAlg::EdDSA => self.sig_ed.current().kid(),
            SigAlg::ES384 | SigAlg::HS256 => return Err(JoseError::WrongAlgorithm),
        };
        let input = signing_input(alg, typ, Some(kid), claims)?;
        let signature = match alg {
            SigAlg::ES256 => self.sig_ec.current().sign_bytes(input.as_bytes())?,
            SigAlg::EdDSA => self.sig_ed.current().sign_bytes(input.as_bytes()),
            _ => self.sig_rsa.current().sign_bytes(alg, input.as_bytes())?,
        };
        Ok(format!("{input}.{}", b64u(signature)))
    }

    /// A JWT keyed with the partner's secret (OpenID Core §10.1).
    ///
    /// # Errors
    /// `BadKey` for a secret of less than 32 bytes (RFC 7518 §3.2).
    pub fn sign_hs256<C: Serialize>(secret: &[u8], typ: &str, claims: &C) -> Result<String, JoseError> {
        let input = signing_input(SigAlg::HS256, typ, None, claims)?;
        Ok(format!("{input}.{}", b64u(jwt::hs256(secret, input.as_bytes())?)))
    }

    /// Checks a JWT that we signed ourselves (`id_token_hint`), with any key that is published or was. Expiry is the caller's.
    ///
    /// # Errors
    /// As [`KeySet::verify`].
    pub fn verify(&self, jwt: &Jwt<'_>) -> Result<(), JoseError> {
        let keys = [self.sig_ec.all_jwks(), self.sig_rsa.all_jwks(), self.sig_ed.all_jwks()].concat();
        KeySet::from_keys(&keys)?.verify(jwt, &SigAlg::OURS)
    }

    /// The plain text of a JWE that somebody encrypted to one of our keys.
    ///
    /// # Errors
    /// `Unreadable`, `TooLarge`.
    pub fn decrypt(&self, compact: &str, now: i64) -> Result<Vec<u8>, JoseError> {
        let rsa = self.enc_rsa.live(now).map(|dated| &dated.key).collect();
        let ec = self.enc_ec.live(now).map(|dated| &dated.key).collect();
        Decryptor { rsa, ec }.decrypt(compact)
    }

    /// Name, kind and end (Unix seconds) of each key in use: what a health check looks at.
    pub fn ends(&self) -> Vec<(Kind, String, i64)> {
        let mut ends = Vec::new();
        ends.extend(self.sig_ec.ends());
        ends.extend(self.sig_rsa.ends());
        ends.extend(self.sig_ed.ends());
        ends.extend(self.enc_rsa.ends());
        ends.extend(self.enc_ec.ends());
        ends
    }
}

#[derive(Serialize)]
struct Header<'a> {
    alg: SigAlg,
    typ: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

fn signing_input<C: Serialize>(alg: SigAlg, typ: &str, kid: Option<&str>, claims: &C) -> Result<String, JoseError> {
    let header = serde_json::to_vec(&Header { alg, typ, kid }).map_err(|_| JoseError::Malformed)?;
    let claims = serde_json::to_vec(claims).map_err(|_| JoseError::Malformed)?;
    Ok(format!("{}.{}", b64u(header), b64u(claims)))
}
