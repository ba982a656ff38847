//! Next, current and old keys of one kind, ready to use.

use serde_json::Value;

use super::OLD_SECONDS;
use super::kind::{Kind, Made};
use super::stored::{StoredKey, StoredRing};
use crate::jose::JoseError;

/// A key and its times, Unix seconds.
pub struct Dated<K> {
    pub key: K,
    pub not_after: i64,
    pub retired_at: Option<i64>,
    withdrawn: bool,
}

/// One kind of key.
pub struct Ring<K> {
    /// Published, so that partners know it before it signs.
    next: Option<Dated<K>>,
    current: Dated<K>,
    /// Latest first.
    old: Vec<Dated<K>>,
}

impl<K: Made> Ring<K> {
    /// # Errors
    /// `BadKey`.
    pub fn load(stored: &StoredRing, prefix: &str) -> Result<Ring<K>, JoseError> {
        let one = |stored: &StoredKey| -> Result<Dated<K>, JoseError> {
            let key = K::load(&stored.secret()?, prefix)?;
            let StoredKey { not_after, retired_at, withdrawn, .. } = *stored;
            Ok(Dated { key, not_after, retired_at, withdrawn })
        };
        Ok(Ring {
            next: stored.next.as_ref().map(one).transpose()?,
            current: one(&stored.current)?,
            old: stored.old.iter().map(one).collect::<Result<_, _>>()?,
        })
    }

    pub fn current(&self) -> &K {
        &self.current.key
    }

    /// Current, next, and those that were replaced less than [`OLD_SECONDS`] ago.
    pub fn live(&self, now: i64) -> impl Iterator<Item = &Dated<K>> {
        let fresh = move |old: &&Dated<K>| old.retired_at.is_some_and(|at| now < at.saturating_add(OLD_SECONDS));
        [&self.current].into_iter().chain(&self.next).chain(self.old.iter().filter(fresh))
    }

    /// Public keys of [`Ring::live`] that partners may use.
    pub fn jwks(&self, now: i64) -> Vec<Value> {
        self.live(now).filter(|dated| !dated.withdrawn).map(|dated| dated.key.jwk()).collect()
    }

    pub(super) fn all_jwks(&self) -> Vec<Value> {
        [&self.current].into_iter().chain(&self.next).chain(&self.old).map(|dated| dated.key.jwk()).collect()
    }

    /// Kind, name and end of the current and the next key.
    pub fn ends(&self) -> Vec<(Kind, String, i64)> {
        let used = [&self.current].into_iter().chain(&self.next);
        used.map(|dated| (K::KIND, dated.key.name().to_owned(), dated.not_after)).collect()
    }
}
