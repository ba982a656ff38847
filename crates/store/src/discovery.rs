//! Sessions in which a partner waits for a phone to scan its code (reference §21).

use db::{Tx, args};

use crate::StoreError;

/// One session.
pub struct Session {
    pub id: String,
    pub partner: String,
    /// Who scanned.
    pub account: Option<String>,
    pub created_at: i64,
    pub expires_at: i64,
}

pub fn insert(tx: &mut Tx<'_>, id: &str, partner: &str, now: i64, expires_at: i64) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO discovery_session (id, partner, account, used, created_at, expires_at) VALUES ($1, $2, NULL, $3, $4, $5)",
        args![id, partner, false, now, expires_at],
    )?;
    Ok(())
}

/// A session whose time is not over.
pub fn find(tx: &mut Tx<'_>, id: &str, now: i64) -> Result<Option<Session>, StoreError> {
    let row = tx.row(
        "SELECT id, partner, account, created_at, expires_at FROM discovery_session WHERE id = $1 AND expires_at > $2",
        args![id, now],
    )?;
    row.map(|r| {
        let mut c = r.columns();
        let (id, partner, account) = (c.text()?, c.text()?, c.text_or_null()?);
        Ok(Session { id, partner, account, created_at: c.int()?, expires_at: c.int()? })
    })
    .transpose()
}

/// The first phone to scan has it; `false` when another one was first or its time is over.
pub fn claim(tx: &mut Tx<'_>, id: &str, account: &str, now: i64) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE discovery_session SET account = $2 WHERE id = $1 AND (account IS NULL OR account = $2) AND expires_at > $3",
        args![id, account, now],
    )?;
    Ok(changed == 1)
}

/// Who scanned, once, for the partner whose session it is.
pub fn take(tx: &mut Tx<'_>, id: &str, partner: &str, now: i64) -> Result<Option<String>, StoreError> {
    let row = tx.row(
        "UPDATE discovery_session SET used = $4 WHERE id = $1 AND partner = $2 AND account IS NOT NULL AND used <> $4 AND expires_at > $3
         RETURNING account",
        args![id, partner, now, true],
    )?;
    row.map(|r| Ok(r.columns().text()?)).transpose()
}

/// Removes sessions whose time is over, at most `limit`.
pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM discovery_session WHERE id IN (SELECT id FROM discovery_session WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
