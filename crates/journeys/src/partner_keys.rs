//! The keys of a partner: those in its registration, and those at its `jwks_uri`, fetched when they are needed and kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::jose::{JoseError, KeySet};
use protocol::oidc::partner::{ClientAuth, Partner};
use serde_json::Value;

use crate::World;
use crate::ports::PartnerAnswer;

/// A set is kept at least and at most so long, whatever its partner says; and so long when it says nothing. Seconds.
const SHORTEST: i64 = 30 * 60;
const LONGEST: i64 = 24 * 3600;
const USUAL: i64 = 3600;
/// Unknown key or failed fetch: the address is not asked again within so many seconds.
const PAUSE: i64 = 60;
/// More addresses than this are not remembered: the oldest go.
const ADDRESSES: usize = 10_000;

/// Sets by address.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<String, Arc<Slot>>>);

/// One address. Whoever fetches holds `gate`; everybody else waits there, or makes do with what is kept.
#[derive(Default)]
struct Slot {
    kept: Mutex<Kept>,
    gate: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Kept {
    /// `None` until a fetch went well.
    keys: Option<Arc<KeySet>>,
    fetched_at: i64,
    stale_at: i64,
    tried_at: i64,
}

impl Kept {
    /// What may still be used: a set outlives its time while its address does not answer, at most a day.
    fn usable(&self, now: i64) -> Option<Arc<KeySet>> {
        self.keys.clone().filter(|_| now < self.stale_at.max(self.fetched_at + LONGEST))
    }

    fn wants_fetch(&self, now: i64, fresh: bool) -> bool {
        let due = fresh || self.keys.is_none() || now >= self.stale_at;
        due && now >= self.tried_at + PAUSE
    }
}

/// The partner's keys. `fresh`: a key that is asked for was not among them, so an address is asked again, at most once a minute.
/// Empty when there are none, or none to be had: the caller then finds no key.
pub async fn of(world: &World, partner: &Partner, fresh: bool) -> Arc<KeySet> {
    match &partner.jwks_uri {
        None => Arc::new(inline(partner)),
        Some(url) => at(world, url, fresh).await,
    }
}

/// The keys that stand in a registration.
pub fn inline(partner: &Partner) -> KeySet {
    let own = match &partner.auth {
        ClientAuth::PrivateKeyJwt { jwks } => jwks.as_slice(),
        _ => &[],
    };
    let set = partner.jwks.as_ref().and_then(|set| set.get("keys")).and_then(Value::as_array);
    let all: Vec<Value> = own.iter().chain(set.into_iter().flatten()).cloned().collect();
    KeySet::from_keys(&all).unwrap_or_default()
}

async fn at(world: &World, url: &str, fresh: bool) -> Arc<KeySet> {
    let slot = world.partner_keys.slot(url, world.now());
    let kept = slot.kept();
    let now = world.now();
    if !kept.wants_fetch(now, fresh) {
        return kept.usable(now).unwrap_or_default();
    }
    // One fetches. Who has something to go on with does not wait for it, unless a key was missing there.
    let _gate = match (slot.gate.try_lock(), kept.usable(now)) {
        (Ok(gate), _) => gate,
        (Err(_), Some(keys)) if !fresh => return keys,
        (Err(_), _) => slot.gate.lock().await,
    };
    if slot.kept().wants_fetch(now, fresh) {
        slot.fetch(world, url, now).await;
    }
    slot.kept().usable(now).unwrap_or_default()
}

impl Cache {
    fn slot(&self, url: &str, now: i64) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= ADDRESSES && !slots.contains_key(url) {
            slots.retain(|_, slot| slot.kept().stale_at > now);
            if slots.len() >= ADDRESSES {
                slots.clear();
            }
        }
        Arc::clone(slots.entry(url.to_owned()).or_default())
    }
}

impl Slot {
    fn kept(&self) -> Kept {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn fetch(&self, world: &World, url: &str, now: i64) {
        let answer = world.partner_http.get(url).await;
        let read = |answer: PartnerAnswer| Ok((read(&answer, KeySet::usable)?, answer.max_age));
        let read = answer.map_err(|e| e.to_string()).and_then(read);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.tried_at = now;
        match read {
            Ok((keys, max_age)) => {
                kept.keys = Some(Arc::new(keys));
                kept.fetched_at = now;
                kept.stale_at = now + max_age.unwrap_or(USUAL).clamp(SHORTEST, LONGEST);
            }
            Err(why) => tracing::warn!(url, why, "a partner's keys could not be fetched"),
        }
    }
}

/// The key set in an answer, as `parse` takes it.
///
/// # Errors
/// A short English reason.
pub fn read(answer: &PartnerAnswer, parse: fn(&str) -> Result<KeySet, JoseError>) -> Result<KeySet, String> {
    if answer.status != 200 {
        return Err(format!("status {}", answer.status));
    }
    let text = std::str::from_utf8(&answer.body).map_err(|_| "the answer is not text".to_owned())?;
    parse(text).map_err(|e| format!("the answer is no usable key set ({e})"))
}
