//! Rows that this vault has seen lately, so that a phone that asks again costs no statement.
//!
//! The vault is the only writer of its database. Whoever is about to write a row takes it out of here first ([`Known::writing`])
//! and keeps others from putting an older one back until the write's fate is known. What is decided from a remembered row is
//! what a phone is shown and which number its next answer has: every count is checked by the statement that counts.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex};

use crate::lock;
use crate::row::PinRow;

/// Rows remembered, in each of two ages: about 6 MiB when both are full.
const ROWS: usize = 8 * 1024;
/// Devices share a slot; sharing only means that a row is read once more. Many, because the good news of a whole second is
/// written at once: with 1,024 slots one phone in seven was read again.
const SLOTS: usize = 64 * 1024;

#[derive(Clone, Copy, Default)]
struct Slot {
    /// Writes under way.
    busy: u32,
    /// Writes ever begun.
    begun: u64,
}

struct Inner {
    young: HashMap<String, PinRow>,
    old: HashMap<String, PinRow>,
    slots: Vec<Slot>,
}

#[derive(Clone)]
pub(crate) struct Known {
    inner: Arc<Mutex<Inner>>,
    hasher: RandomState,
}

/// A moment at which nobody was writing the row; only what was read or written since may be remembered.
#[derive(Clone, Copy)]
pub(crate) struct Moment(Option<u64>);

/// A write under way. Moved into the transaction's closure, it lives until the write's fate is known, whoever goes on waiting
/// for it.
pub(crate) struct Writing {
    known: Known,
    slot: usize,
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(slot) = lock(&self.known.inner).slots.get_mut(self.slot) {
            slot.busy -= 1;
        }
    }
}

impl Default for Known {
    fn default() -> Self {
        let inner = Inner { young: HashMap::new(), old: HashMap::new(), slots: vec![Slot::default(); SLOTS] };
        Known { inner: Arc::new(Mutex::new(inner)), hasher: RandomState::new() }
    }
}

impl Known {
    fn slot(&self, device: &str) -> usize {
        (self.hasher.hash_one(device) % SLOTS as u64) as usize
    }

    /// The row, or the moment before it is read.
    pub(crate) fn get(&self, device: &str) -> Result<PinRow, Moment> {
        let at = self.slot(device);
        let mut inner = lock(&self.inner);
        if let Some(row) = inner.young.get(device) {
            return Ok(row.clone());
        }
        match inner.old.remove(device) {
            Some(row) => {
                inner.put(row.clone());
                Ok(row)
            }
            None => Err(Moment(inner.slots.get(at).filter(|slot| slot.busy == 0).map(|slot| slot.begun))),
        }
    }

    /// Remembers a row as it stands on the disk since `moment`, if nobody has begun to write it since.
    pub(crate) fn put(&self, row: PinRow, moment: Moment) {
        let at = self.slot(&row.device);
        let mut inner = lock(&self.inner);
        let quiet = inner.slots.get(at).is_some_and(|slot| slot.busy == 0 && Some(slot.begun) == moment.0);
        if quiet {
            inner.put(row);
        }
    }

    /// Takes the row out before it is written: gives it as it was, and the moment after which the new one may be put.
    pub(crate) fn writing(&self, device: &str) -> (Writing, Option<PinRow>, Moment) {
        let at = self.slot(device);
        let mut inner = lock(&self.inner);
        let row = inner.young.remove(device).or_else(|| inner.old.remove(device));
        let begun = inner.slots.get_mut(at).map(|slot| {
            slot.busy += 1;
            slot.begun += 1;
            slot.begun
        });
        (Writing { known: self.clone(), slot: at }, row, Moment(begun))
    }
}

impl Inner {
    fn put(&mut self, row: PinRow) {
        if self.young.len() >= ROWS {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&row.device);
        self.young.insert(row.device.clone(), row);
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    fn row(device: &str, seq: i64) -> PinRow {
        PinRow {
            device: device.into(),
            state: "active".into(),
            seq,
            tries: 0,
            not_before: 0,
            last_answer: String::new(),
            generation: 1,
            bio: None,
        }
    }

    fn seq(known: &Known, device: &str) -> Option<i64> {
        known.get(device).ok().map(|row| row.seq)
    }

    #[test]
    fn an_older_row_is_never_put_over_a_write() {
        let known = Known::default();
        let Err(before) = known.get("d") else { panic!("nothing is known yet") };
        let (writing, was, after) = known.writing("d");
        assert!(was.is_none());
        known.put(row("d", 1), before);
        assert_eq!(seq(&known, "d"), None, "read before the write began");
        let Err(during) = known.get("d") else { panic!("nothing is known yet") };
        known.put(row("d", 1), during);
        assert_eq!(seq(&known, "d"), None, "read while the write was under way");
        drop(writing);
        known.put(row("d", 1), during);
        assert_eq!(seq(&known, "d"), None, "read while the write was under way, told later");
        known.put(row("d", 2), after);
        assert_eq!(seq(&known, "d"), Some(2));
    }

    #[test]
    fn of_two_writes_only_the_last_is_told() {
        let known = Known::default();
        let (one, _, after_one) = known.writing("d");
        let (two, _, after_two) = known.writing("d");
        drop(one);
        known.put(row("d", 1), after_one);
        drop(two);
        known.put(row("d", 1), after_one);
        assert_eq!(seq(&known, "d"), None);
        known.put(row("d", 2), after_two);
        assert_eq!(seq(&known, "d"), Some(2));
    }

    #[test]
    fn what_is_not_asked_for_is_forgotten() {
        let known = Known::default();
        let put = |device: &str| {
            let Err(moment) = known.get(device) else { return };
            known.put(row(device, 1), moment);
        };
        put("kept");
        for i in 0..3 * ROWS {
            put(&i.to_string());
            if i % 1000 == 0 {
                put("kept");
            }
        }
        assert_eq!(seq(&known, "kept"), Some(1));
        assert_eq!(seq(&known, "0"), None);
        let inner = lock(&known.inner);
        assert!(inner.young.len() + inner.old.len() <= 2 * ROWS);
    }
}
