//! Messages that must leave: written with the event that causes them, sent afterwards.

use db::{Tx, args};
use serde::{Deserialize, Serialize};

use crate::{Sealer, StoreError};

/// What leaves; sealed in its row.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    pub to: String,
    /// Mail only.
    pub subject: Option<String>,
    pub text: String,
}

/// A row as the deliverer sees it.
pub struct Due {
    pub id: String,
    pub kind: String,
    pub message: Message,
    pub tries: i64,
}

/// Everything about a message but its words.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    pub id: &'a str,
    pub kind: &'static str,
    /// HMAC of the number or address.
    pub recipient: &'a [u8],
    pub now: i64,
    /// Worthless after this.
    pub expires_at: i64,
}

pub fn insert(tx: &mut Tx<'_>, sealer: &Sealer, envelope: Envelope<'_>, message: &Message) -> Result<(), StoreError> {
    let sealed = sealer.seal("outbox", envelope.id, message)?;
    tx.execute(
        "INSERT INTO outbox (id, kind, recipient, body, tries, created_at, due_at, expires_at, sent_at)
         VALUES ($1, $2, $3, $4, 0, $5, $5, $6, NULL)",
        args![envelope.id, envelope.kind, envelope.recipient, &sealed, envelope.now, envelope.expires_at],
    )?;
    Ok(())
}

/// Messages of one kind to one recipient since a moment.
pub fn sent_since(tx: &mut Tx<'_>, kind: &str, recipient: &[u8], since: i64) -> Result<i64, StoreError> {
    let row = tx.row(
        "SELECT COUNT(*) FROM outbox WHERE recipient = $1 AND created_at > $2 AND kind = $3",
        args![recipient, since, kind],
    )?;
    row.map_or(Ok(0), |r| Ok(r.columns().int()?))
}

/// Takes messages that are due and leases them for `lease` seconds, so that two deliverers do not send one twice.
pub fn claim(tx: &mut Tx<'_>, sealer: &Sealer, now: i64, lease: i64, limit: i64) -> Result<Vec<Due>, StoreError> {
    let text = if tx.is_postgres() {
        "UPDATE outbox SET due_at = $1 + $2, tries = tries + 1 WHERE id IN
            (SELECT id FROM outbox WHERE sent_at IS NULL AND due_at <= $1 AND expires_at > $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING id, kind, body, tries"
    } else {
        "UPDATE outbox SET due_at = $1 + $2, tries = tries + 1 WHERE id IN
            (SELECT id FROM outbox WHERE sent_at IS NULL AND due_at <= $1 AND expires_at > $1 ORDER BY due_at LIMIT $3)
         RETURNING id, kind, body, tries"
    };
    let rows = tx.rows(text, args![now, lease, limit])?;
    rows.into_iter()
        .map(|r| {
            let mut c = r.columns();
            let (id, kind) = (c.text()?, c.text()?);
            let message = sealer.open("outbox", "body", &id, &c.bytes()?)?;
            Ok(Due { id, kind, message, tries: c.int()? })
        })
        .collect()
}

pub fn sent(tx: &mut Tx<'_>, id: &str, now: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE outbox SET sent_at = $2 WHERE id = $1", args![id, now])?;
    Ok(())
}

/// Not sent: when to try again.
pub fn again(tx: &mut Tx<'_>, id: &str, due_at: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE outbox SET due_at = $2 WHERE id = $1", args![id, due_at])?;
    Ok(())
}

/// Removes what was written before `before`, at most `limit`.
pub fn sweep(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_at < $1 LIMIT $2)",
        args![before, limit],
    )?)
}
