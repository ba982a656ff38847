//! Codes by which an earlier contact stops what was told to it (docs/life.md §5). Rows hold MACs, never codes.

use db::{Tx, args};

use crate::StoreError;

/// A stop that was used.
pub struct Stopped {
    pub account: String,
    pub what: String,
    /// MAC of the document behind what is stopped; `""` where there was none.
    pub document: String,
}

pub fn insert(
    tx: &mut Tx<'_>,
    mac: &str,
    account: &str,
    what: &str,
    document: &str,
    expires_at: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO stop (mac, account, what, document, expires_at) VALUES ($1, $2, $3, $4, $5)",
        args![mac, account, what, document, expires_at],
    )?;
    Ok(())
}

/// Whose account a code would stop, if it still can.
pub fn find(tx: &mut Tx<'_>, mac: &str, now: i64) -> Result<Option<String>, StoreError> {
    let row = tx.row("SELECT account FROM stop WHERE mac = $1 AND expires_at > $2", args![mac, now])?;
    row.map(|r| Ok(r.columns().text()?)).transpose()
}

/// Until when something of this account can be stopped.
pub fn until(tx: &mut Tx<'_>, account: &str, now: i64) -> Result<Option<i64>, StoreError> {
    let row = tx.row(
        "SELECT expires_at FROM stop WHERE account = $1 AND expires_at > $2 ORDER BY expires_at DESC LIMIT 1",
        args![account, now],
    )?;
    row.map(|r| Ok(r.columns().int()?)).transpose()
}

/// Uses a code: once, in its time.
pub fn take(tx: &mut Tx<'_>, mac: &str, now: i64) -> Result<Option<Stopped>, StoreError> {
    let row = tx.row(
        "DELETE FROM stop WHERE mac = $1 AND expires_at > $2 RETURNING account, what, document",
        args![mac, now],
    )?;
    row.map(|r| {
        let mut c = r.columns();
        Ok(Stopped { account: c.text()?, what: c.text()?, document: c.text()? })
    })
    .transpose()
}

/// None of an account's codes works any more.
pub fn forget(tx: &mut Tx<'_>, account: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM stop WHERE account = $1", args![account])?;
    Ok(())
}

pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM stop WHERE mac IN (SELECT mac FROM stop WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
