//! Keys as the key file keeps them, and how one takes another's place.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::OLD_SECONDS;
use super::kind::Kind;
use crate::jose::{JoseError, b64u, unb64u};

/// A private key: scalar or seed (32 bytes), or PKCS#8 for RSA, base64url; times in Unix seconds. No `Debug`.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct StoredKey {
    key: String,
    pub created_at: i64,
    pub not_after: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<i64>,
    /// Replaced at once: nobody is to use it any more, so it is not published.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

impl StoredKey {
    /// A key that lives `days` from `now`.
    pub fn new(secret: &[u8], now: i64, days: u32) -> StoredKey {
        let not_after = now.saturating_add(i64::from(days) * 86_400);
        StoredKey { key: b64u(secret), created_at: now, not_after, retired_at: None, withdrawn: false }
    }

    /// # Errors
    /// `Malformed`.
    pub fn secret(&self) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        unb64u(&self.key).map(Zeroizing::new)
    }
}

/// One kind of key.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct StoredRing {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StoredKey>,
    pub current: StoredKey,
    /// Latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old: Vec<StoredKey>,
}

/// What a rotation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// A next key is published; it signs after the next rotation.
    Announced,
    /// Another key signs now; the one before stays published for [`OLD_SECONDS`].
    Replaced,
    /// A fresh key signs or opens now. What the others signed is believed no more; what was sealed to them opens for [`OLD_SECONDS`],
    /// but they are not published.
    Withdrawn,
}

impl StoredRing {
    pub fn of(current: StoredKey) -> StoredRing {
        StoredRing { next: None, current, old: Vec::new() }
    }

    /// A fresh key of `kind`.
    ///
    /// # Errors
    /// `BadKey` when the machine cannot make one.
    pub fn generate(kind: Kind, now: i64, days: u32) -> Result<StoredRing, JoseError> {
        Ok(StoredRing::of(StoredKey::new(&kind.generate()?, now, days)))
    }

    /// Announces a next key; or, when one was announced, lets it take the current one's place. `at_once`: whoever stole the file has
    /// all keys in it, the announced one too, so a fresh one takes their place.
    ///
    /// # Errors
    /// `BadKey` when the machine cannot make one.
    pub fn rotate(&mut self, kind: Kind, at_once: bool, now: i64, days: u32) -> Result<Rotated, JoseError> {
        self.forget(now);
        if at_once {
            let fresh = StoredKey::new(&kind.generate()?, now, days);
            self.withdraw(kind, fresh, now);
            return Ok(Rotated::Withdrawn);
        }
        let Some(next) = self.next.take() else {
            self.next = Some(StoredKey::new(&kind.generate()?, now, days));
            return Ok(Rotated::Announced);
        };
        self.retire(next, now);
        Ok(Rotated::Replaced)
    }

    fn retire(&mut self, fresh: StoredKey, now: i64) {
        let mut before = std::mem::replace(&mut self.current, fresh);
        before.retired_at = Some(now);
        self.old.insert(0, before);
    }

    fn withdraw(&mut self, kind: Kind, fresh: StoredKey, now: i64) {
        if let Some(announced) = self.next.take() {
            // It was published: partners may have sealed something to it.
            self.retire(announced, now);
        }
        self.retire(fresh, now);
        if kind.opens() {
            self.old.iter_mut().for_each(|key| key.withdrawn = true);
        } else {
            self.old.clear();
        }
    }

    /// Drops keys that nobody needs any more.
    fn forget(&mut self, now: i64) {
        self.old.retain(|key| key.retired_at.is_some_and(|at| now < at.saturating_add(OLD_SECONDS)));
    }
}

/// All keys of the provider.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    pub sig_ec: StoredRing,
    pub sig_rsa: StoredRing,
    pub sig_ed: StoredRing,
    pub enc_rsa: StoredRing,
    pub enc_ec: StoredRing,
}

impl Stored {
    /// Fresh keys that live `days`; the RSA ones take some hundred milliseconds each.
    ///
    /// # Errors
    /// `BadKey` when the machine cannot make one.
    pub fn generate(now: i64, days: u32) -> Result<Stored, JoseError> {
        let ring = |kind| StoredRing::generate(kind, now, days);
        Ok(Stored {
            sig_ec: ring(Kind::SigEc)?,
            sig_rsa: ring(Kind::SigRsa)?,
            sig_ed: ring(Kind::SigEd)?,
            enc_rsa: ring(Kind::EncRsa)?,
            enc_ec: ring(Kind::EncEc)?,
        })
    }

    /// `None` for a kind that is not the provider's.
    pub fn ring(&mut self, kind: Kind) -> Option<&mut StoredRing> {
        match kind {
            Kind::SigEc => Some(&mut self.sig_ec),
            Kind::SigRsa => Some(&mut self.sig_rsa),
            Kind::SigEd => Some(&mut self.sig_ed),
            Kind::EncRsa => Some(&mut self.enc_rsa),
            Kind::EncEc => Some(&mut self.enc_ec),
            Kind::BankClient => None,
        }
    }
}
