//! The rows of `pin_state`.

use std::sync::LazyLock;

use db::{Columns, DbError, Row, Tx, Value, args};
use protocol::phone::{DeviceState, DeviceStatus};

use crate::MAX_TRIES;

pub(crate) mod bio;
pub(crate) mod fill;
pub(crate) mod staged;

/// Failures a day and per 30 days that not even right codes in between reset (a flatmate who tries four a day).
const MAX_DAY_FAILS: i64 = 10;
const MAX_MONTH_FAILS: i64 = 30;

/// What a reader of the row learns; never the verifier.
#[derive(Clone, Debug)]
pub struct PinRow {
    pub device: String,
    pub state: String,
    pub seq: i64,
    pub tries: i64,
    pub not_before: i64,
    pub last_answer: String,
    /// Of the code: 1, and one more with every change.
    pub generation: i64,
    /// Credential id of fingerprint or face.
    pub bio: Option<String>,
}

impl PinRow {
    /// `fresh`: the last attempt was right though the row does not say so yet.
    pub(crate) fn status(&self, fresh: bool) -> DeviceStatus {
        let locked = self.state != "active";
        DeviceStatus {
            state: if locked { DeviceState::Locked } else { DeviceState::Active },
            left: if fresh { MAX_TRIES } else { (MAX_TRIES - self.tries).max(0) },
            not_before: if fresh { 0 } else { self.not_before },
        }
    }
}

impl PinRow {
    /// As [`forgive`] leaves it.
    pub(crate) fn forgiven(self) -> PinRow {
        PinRow { state: "active".into(), tries: 0, not_before: 0, ..self }
    }
}

fn pin_row(mut c: Columns) -> Result<PinRow, DbError> {
    Ok(PinRow {
        device: c.text()?,
        state: c.text()?,
        seq: c.int()?,
        tries: c.int()?,
        not_before: c.int()?,
        last_answer: c.text()?,
        generation: c.int()?,
        bio: c.text_or_null()?,
    })
}

pub(crate) fn find(tx: &mut Tx<'_>, device: &str) -> Result<Option<PinRow>, DbError> {
    tx.row(
        "SELECT p.device, p.state, p.seq, p.tries, p.not_before, p.last_answer, p.generation, b.credential
         FROM pin_state p LEFT JOIN bio b ON b.device = p.device WHERE p.device = $1 AND p.state <> 'revoked'",
        args![device],
    )?
    .map(|r| pin_row(r.columns()))
    .transpose()
}

/// A new device's row. Repeating it (the answer was lost) replaces the verifier only while no answer was ever given.
pub(crate) fn enrol(
    tx: &mut Tx<'_>,
    device: &str,
    verifier: &[u8],
    certificate: &str,
    now: i64,
) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO pin_state (device, state, generation, verifier, seq, tries, day, day_fails, month, month_fails, not_before, last_answer, certificate, created_at)
         VALUES ($1, 'active', 1, $2, 0, 0, 0, 0, 0, 0, 0, '', $3, $4)
         ON CONFLICT (device) DO UPDATE SET verifier = excluded.verifier, generation = 1, certificate = excluded.certificate
         WHERE pin_state.seq = 0 AND pin_state.state = 'active'",
        args![device, verifier, certificate, now],
    )
}

/// What the winner of the count takes along.
pub(crate) struct Taken {
    pub(crate) state: String,
    pub(crate) tries: i64,
    pub(crate) generation: i64,
    pub(crate) verifier: Vec<u8>,
    pub(crate) certificate: String,
    pub(crate) not_before: i64,
}

/// Burns the challenge (it is bound to `seq`) and counts the attempt, before anything is checked: the wait and the lock that
/// a wrong code earns stand already. No row means nothing may be checked. `forgiven` is the `seq` of a right attempt whose
/// good news is not written yet, or -1.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    device: &str,
    seq: i64,
    answer: &str,
    now: i64,
    forgiven: i64,
) -> Result<Option<Taken>, DbError> {
    let day = now / 86_400;
    let taken = tx.row(
        "UPDATE pin_state SET
            seq = seq + 1,
            last_answer = $3,
            tries = CASE WHEN seq = $5 THEN 1 ELSE tries + 1 END,
            not_before = CASE WHEN seq = $5 THEN 0 WHEN tries = 2 THEN $4 + 60 WHEN tries = 3 THEN $4 + 900 ELSE 0 END,
            state = CASE WHEN seq <> $5 AND tries >= $8 THEN 'locked' ELSE state END,
            day_fails = CASE WHEN day <> $6 THEN 1 WHEN seq = $5 THEN day_fails ELSE day_fails + 1 END,
            day = $6,
            month_fails = CASE WHEN month <> $7 THEN 1 WHEN seq = $5 THEN month_fails ELSE month_fails + 1 END,
            month = $7
         WHERE device = $1 AND state = 'active' AND seq = $2
           AND (not_before <= $4 OR seq = $5)
           AND (tries <= $8 OR seq = $5)
           AND (day <> $6 OR day_fails < $9 OR seq = $5)
           AND (month <> $7 OR month_fails < $10 OR seq = $5)
         RETURNING state, tries, generation, verifier, certificate, not_before",
        args![device, seq - 1, answer, now, forgiven, day, day / 30, MAX_TRIES - 1, MAX_DAY_FAILS, MAX_MONTH_FAILS],
    )?;
    let taken = taken.map(|r| {
        let mut c = r.columns();
        Ok::<_, DbError>(Taken {
            state: c.text()?,
            tries: c.int()?,
            generation: c.int()?,
            verifier: c.bytes()?,
            certificate: c.text()?,
            not_before: c.int()?,
        })
    });
    taken.transpose()
}

/// An answer without a code (refuse, fraud): burns the challenge, never a try, works while locked.
pub(crate) fn step(tx: &mut Tx<'_>, device: &str, seq: i64, answer: &str) -> Result<Option<(i64, String)>, DbError> {
    let row = tx.row(
        "UPDATE pin_state SET seq = seq + 1, last_answer = $3 WHERE device = $1 AND state <> 'revoked' AND seq = $2
         RETURNING generation, certificate",
        args![device, seq - 1, answer],
    )?;
    row.map(generation_and_certificate).transpose()
}

/// As [`step`], but only where a code would be taken too: fingerprint and face open no locked phone.
pub(crate) fn touch(tx: &mut Tx<'_>, device: &str, seq: i64, answer: &str) -> Result<Option<(i64, String)>, DbError> {
    let row = tx.row(
        "UPDATE pin_state SET seq = seq + 1, last_answer = $3 WHERE device = $1 AND state = 'active' AND seq = $2
         RETURNING generation, certificate",
        args![device, seq - 1, answer],
    )?;
    row.map(generation_and_certificate).transpose()
}

/// As [`step`] told it, when `answer` is the step that was taken last: also when the code was changed by it.
pub(crate) fn stepped(tx: &mut Tx<'_>, device: &str, seq: i64, answer: &str) -> Result<Option<(i64, String)>, DbError> {
    let row = tx.row(
        "SELECT generation - CASE WHEN promoted_seq = seq THEN 1 ELSE 0 END, certificate FROM pin_state WHERE device = $1 AND state <> 'revoked' AND seq = $2 AND last_answer = $3",
        args![device, seq, answer],
    )?;
    row.map(generation_and_certificate).transpose()
}

fn generation_and_certificate(row: Row) -> Result<(i64, String), DbError> {
    let mut c = row.columns();
    Ok((c.int()?, c.text()?))
}

macro_rules! forgive {
    () => {
        "UPDATE pin_state SET tries = 0, not_before = 0, state = 'active',
            day_fails = CASE WHEN day_fails > 0 THEN day_fails - 1 ELSE 0 END,
            month_fails = CASE WHEN month_fails > 0 THEN month_fails - 1 ELSE 0 END
         WHERE state <> 'revoked' AND "
    };
}

/// The attempt `seq` was right: its count is taken back, if nothing was tried since.
pub(crate) fn forgive(tx: &mut Tx<'_>, device: &str, seq: i64) -> Result<u64, DbError> {
    tx.execute(concat!(forgive!(), "device = $1 AND seq = $2"), args![device, seq])
}

/// Devices whose good news goes into one statement: few in a quiet second, many in a busy one.
const FEW: usize = 32;
const MANY: usize = 512;

static FORGIVE_FEW: LazyLock<String> = LazyLock::new(|| forgive_text(FEW));
static FORGIVE_MANY: LazyLock<String> = LazyLock::new(|| forgive_text(MANY));

fn forgive_text(devices: usize) -> String {
    let one = |at: usize| format!("(device = ${} AND seq = ${})", 2 * at + 1, 2 * at + 2);
    format!("{}({})", forgive!(), (0..devices).map(one).collect::<Vec<_>>().join(" OR "))
}

/// As [`forgive`] for many devices, up to 512 in a statement.
pub(crate) fn forgive_all(tx: &mut Tx<'_>, news: &[(String, i64)]) -> Result<(), DbError> {
    if let [(device, seq)] = news {
        return forgive(tx, device, *seq).map(drop);
    }
    for some in news.chunks(MANY) {
        let (text, places): (&'static str, _) =
            if some.len() <= FEW { (&FORGIVE_FEW, FEW) } else { (&FORGIVE_MANY, MANY) };
        // No device has no name.
        let pairs = some.iter().map(|(device, seq)| (device.as_str(), *seq)).chain(std::iter::repeat(("", -1)));
        let args: Vec<Value<'_>> =
            pairs.take(places).flat_map(|(device, seq)| [Value::from(device), Value::from(seq)]).collect();
        tx.execute(text, &args)?;
    }
    Ok(())
}

pub(crate) fn revoke(tx: &mut Tx<'_>, device: &str) -> Result<u64, DbError> {
    staged::drop(tx, device)?;
    bio::forget(tx, device)?;
    tx.execute("UPDATE pin_state SET state = 'revoked', verifier = $2 WHERE device = $1", args![device, &[][..]])
}

/// The account of this device is erased: nothing of it stays.
pub(crate) fn erase(tx: &mut Tx<'_>, device: &str) -> Result<u64, DbError> {
    staged::drop(tx, device)?;
    bio::forget(tx, device)?;
    tx.execute("DELETE FROM pin_state WHERE device = $1", args![device])
}
