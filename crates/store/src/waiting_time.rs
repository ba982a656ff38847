//! Who must wait until when (rule R13). Keys are HMACs of what must wait: a number at a place, or a person.

use db::{Tx, args};

use crate::StoreError;

/// Sets a wait; a longer one that stands already stays.
pub fn set(tx: &mut Tx<'_>, key: &[u8], until: i64) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO waiting_time (key, expires_at) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE waiting_time.expires_at < excluded.expires_at",
        args![key, until],
    )?;
    Ok(())
}

/// Takes back exactly this wait; another attempt's, with another end, stays.
pub fn lift(tx: &mut Tx<'_>, key: &[u8], until: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM waiting_time WHERE key = $1 AND expires_at = $2", args![key, until])?;
    Ok(())
}

/// Until when, if later than `now`.
pub fn until(tx: &mut Tx<'_>, key: &[u8], now: i64) -> Result<Option<i64>, StoreError> {
    let row = tx.row("SELECT expires_at FROM waiting_time WHERE key = $1 AND expires_at > $2", args![key, now])?;
    row.map(|r| Ok(r.columns().int()?)).transpose()
}

pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM waiting_time WHERE key IN (SELECT key FROM waiting_time WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
