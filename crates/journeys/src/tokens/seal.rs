//! Statements for one partner: signed by us, encrypted to it, as it wishes.

use protocol::jose::jwe::{self, EncryptionKey};
use protocol::jose::{Encryption, KeyAlg, SigAlg};
use protocol::oidc::keys::OpKeys;
use protocol::oidc::partner::Partner;
use serde::Serialize;

use crate::{Failure, World, partner_keys, partner_secret};

/// Signs, then encrypts (`cty` = `JWT`); without `sign` the claims themselves are encrypted.
///
/// # Errors
/// `Internal` when the partner has no secret or key for what it is registered for.
pub async fn seal_jwt<C: Serialize>(
    world: &World,
    partner: &Partner,
    sign: Option<SigAlg>,
    encrypt: Option<Encryption>,
    typ: &str,
    claims: &C,
) -> Result<String, Failure> {
    let lacks = |what: &str| Failure::Internal(format!("partner {} has no {what}", partner.id));
    let signed = match sign {
        Some(SigAlg::HS256) => {
            let secret = partner_secret::of(world, partner).await?.ok_or_else(|| lacks("secret"))?;
            Some(OpKeys::sign_hs256(secret.as_bytes(), typ, claims)?)
        }
        Some(alg) => Some(world.keys.op().sign(alg, typ, claims)?),
        None => None,
    };
    let Some(how) = encrypt else { return signed.ok_or_else(|| lacks("way to sign or encrypt")) };
    let key = match how.alg {
        KeyAlg::Dir => {
            let secret = partner_secret::of(world, partner).await?.ok_or_else(|| lacks("secret"))?;
            EncryptionKey::secret(secret.as_bytes())
        }
        alg => key(world, partner, alg).await.ok_or_else(|| lacks("encryption key"))?,
    };
    let sealed = match signed {
        Some(jws) => jwe::encrypt(&key, how, Some("JWT"), jws.as_bytes()),
        None => {
            let plain = serde_json::to_vec(claims).map_err(|_| Failure::Malformed)?;
            jwe::encrypt(&key, how, None, &plain)
        }
    };
    Ok(sealed?)
}

/// The partner may have changed its keys: looked up once more before giving up.
async fn key(world: &World, partner: &Partner, alg: KeyAlg) -> Option<EncryptionKey> {
    let known = partner_keys::of(world, partner, false).await;
    match known.encryption_key(alg) {
        Some(key) => Some(key),
        None => partner_keys::of(world, partner, true).await.encryption_key(alg),
    }
}
