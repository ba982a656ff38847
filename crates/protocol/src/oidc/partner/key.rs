//! ES256 keys that stand in a partner's registration.

use serde::Deserialize;

use crate::jose::{JoseError, Jwk, PublicKey};

/// A public key of a partner.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "RawKey")]
pub struct PartnerKey {
    pub kid: Option<String>,
    pub key: PublicKey,
}

/// As written; a private member (`d`) is an unknown field, so it never gets in by mistake.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    kty: String,
    crv: String,
    x: String,
    y: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
}

impl TryFrom<RawKey> for PartnerKey {
    type Error = JoseError;

    fn try_from(raw: RawKey) -> Result<Self, JoseError> {
        if raw.usage.is_some_and(|u| u != "sig") || raw.alg.is_some_and(|a| a != "ES256") {
            return Err(JoseError::BadKey);
        }
        let key = PublicKey::from_jwk(&Jwk { kty: raw.kty, crv: raw.crv, x: raw.x, y: raw.y })?;
        if key.on_curve() { Ok(PartnerKey { kid: raw.kid, key }) } else { Err(JoseError::BadKey) }
    }
}
