//! What we sent to citizens: that it left and what it was, so that "was this really you?" has an answer. Never its words.

use db::{Tx, args};

use crate::StoreError;

/// One message.
pub struct Told {
    pub at: i64,
    pub kind: String,
    pub what: String,
    /// HMAC of the number or address it went to.
    pub recipient: Vec<u8>,
}

/// Everything about a message that is kept.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    pub id: &'a str,
    /// HMAC of the number or address.
    pub recipient: &'a [u8],
    pub account: Option<&'a str>,
    pub kind: &'a str,
    pub what: &'a str,
    pub at: i64,
}

pub fn insert(tx: &mut Tx<'_>, line: Line<'_>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO told (id, recipient, account, kind, what, at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![line.id, line.recipient, line.account, line.kind, line.what, line.at],
    )?;
    Ok(())
}

/// What went to this account, and since `since` to these contacts without its being known to whose account; newest first. What
/// another account was told at a number that was its own then is not here.
pub fn list(
    tx: &mut Tx<'_>,
    account: &str,
    number: &[u8],
    email: &[u8],
    since: i64,
    limit: i64,
) -> Result<Vec<Told>, StoreError> {
    let rows = tx.rows(
        "SELECT at, kind, what, recipient FROM told WHERE id IN (
            SELECT id FROM told WHERE recipient = $2 AND at >= $4 AND account IS NULL
            UNION SELECT id FROM told WHERE recipient = $3 AND at >= $4 AND account IS NULL
            UNION SELECT id FROM told WHERE account = $1)
         ORDER BY at DESC, id DESC LIMIT $5",
        args![account, number, email, since, limit],
    )?;
    rows.into_iter()
        .map(|r| {
            let mut c = r.columns();
            Ok(Told { at: c.int()?, kind: c.text()?, what: c.text()?, recipient: c.bytes()? })
        })
        .collect()
}

pub fn sweep(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute("DELETE FROM told WHERE id IN (SELECT id FROM told WHERE at < $1 LIMIT $2)", args![before, limit])?)
}
