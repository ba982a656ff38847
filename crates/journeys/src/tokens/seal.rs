//! Statements for one partner: signed by us, encrypted to it, as it wishes.

use protocol::jose::jwe::{self, EncryptionKey};
use protocol::jose::{Encryption, KeyAlg, SigAlg};
use protocol::oidc::keys::OpKeys;
use protocol::oidc::partner::Partner;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{Failure, World, partner_keys, partner_secret};

/// What statements for a partner are made with that lies elsewhere: its secret, its encryption key.
#[derive(Default)]
pub(crate) struct Means {
    secret: Option<Zeroizing<String>>,
    key: Option<EncryptionKey>,
}

impl Means {
    /// Fetches what is missing. To be had before anything is used up that comes only once: a partner whose address is down for a
    /// moment must be able to ask again.
    ///
    /// # Errors
    /// `Internal` when the partner has no secret or key for what it is registered for.
    pub(crate) async fn of(
        world: &World,
        partner: &Partner,
        sign: Option<SigAlg>,
        encrypt: Option<Encryption>,
    ) -> Result<Means, Failure> {
        let lacks = |what: &str| Failure::Internal(format!("partner {} has no {what}", partner.id));
        let direct = encrypt.is_some_and(|how| how.alg == KeyAlg::Dir);
        let secret = match sign == Some(SigAlg::HS256) || direct {
            true => Some(partner_secret::of(world, partner).await?.ok_or_else(|| lacks("secret"))?),
            false => None,
        };
        let key = match encrypt {
            Some(_) if direct => secret.as_ref().map(|secret| EncryptionKey::secret(secret.as_bytes())),
            Some(how) => Some(key(world, partner, how.alg).await.ok_or_else(|| lacks("encryption key"))?),
            None => None,
        };
        Ok(Means { secret, key })
    }

    /// For the ID token of a partner.
    pub(crate) async fn of_id_token(world: &World, partner: &Partner) -> Result<Means, Failure> {
        Means::of(world, partner, Some(partner.id_token_alg()), partner.id_token_encryption).await
    }

    /// As [`seal_jwt`].
    ///
    /// # Errors
    /// `Internal` for means to something else.
    pub(crate) fn seal<C: Serialize>(
        &self,
        world: &World,
        sign: Option<SigAlg>,
        encrypt: Option<Encryption>,
        typ: &str,
        claims: &C,
    ) -> Result<String, Failure> {
        let lacks = |what: &str| Failure::Internal(format!("no {what} for a statement"));
        let signed = match sign {
            Some(SigAlg::HS256) => {
                let secret = self.secret.as_ref().ok_or_else(|| lacks("secret"))?;
                Some(OpKeys::sign_hs256(secret.as_bytes(), typ, claims)?)
            }
            Some(alg) => Some(world.keys.op().sign(alg, typ, claims)?),
            None => None,
        };
        let Some(how) = encrypt else { return signed.ok_or_else(|| lacks("way to sign or encrypt")) };
        let key = self.key.as_ref().ok_or_else(|| lacks("encryption key"))?;
        let sealed = match signed {
            Some(jws) => jwe::encrypt(key, how, Some("JWT"), jws.as_bytes()),
            None => {
                let plain = serde_json::to_vec(claims).map_err(|_| Failure::Malformed)?;
                jwe::encrypt(key, how, None, &plain)
            }
        };
        Ok(sealed?)
    }
}

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
    Means::of(world, partner, sign, encrypt).await?.seal(world, sign, encrypt, typ, claims)
}

/// The partner may have changed its keys: looked up once more before giving up.
async fn key(world: &World, partner: &Partner, alg: KeyAlg) -> Option<EncryptionKey> {
    let known = partner_keys::of(world, partner, false).await;
    match known.encryption_key(alg) {
        Some(key) => Some(key),
        None => partner_keys::of(world, partner, true).await.encryption_key(alg),
    }
}
