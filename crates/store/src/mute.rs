//! Requests a person wants no more of: a service's, from one network or browser.

use db::{Tx, args};

use crate::StoreError;

/// Until `expires_at`; a longer one that stands already stays.
pub fn set(tx: &mut Tx<'_>, account: &str, partner: &str, lane: &str, expires_at: i64) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mute (account, partner, lane, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account, partner, lane) DO UPDATE SET expires_at = excluded.expires_at
         WHERE mute.expires_at < excluded.expires_at",
        args![account, partner, lane, expires_at],
    )?;
    Ok(())
}

pub fn forget(tx: &mut Tx<'_>, account: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mute WHERE account = $1", args![account])?;
    Ok(())
}

pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM mute WHERE (account, partner, lane) IN
            (SELECT account, partner, lane FROM mute WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
