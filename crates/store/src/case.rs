//! Cases of the helpdesk. Conditional updates decide who was first.

use db::{Columns, Tx, args};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Sealer, StoreError};

/// A case. `kind` is the topic of what was written, or `release`; `state` is `open`, `proposed`, `doing`, `done` or `closed`.
#[derive(Clone, Debug)]
pub struct Case {
    pub reference: String,
    pub kind: String,
    pub state: String,
    pub call_back: String,
    pub account: Option<String>,
    pub proposed_by: Option<String>,
    pub decided_by: Option<String>,
    pub due_at: i64,
    pub settled_at: Option<i64>,
}

/// A case that begins.
#[derive(Clone, Copy, Debug)]
pub struct Begin<'a> {
    pub reference: &'a str,
    pub kind: &'a str,
    pub call_back: &'a str,
    pub due_at: i64,
    pub expires_at: i64,
}

/// `false` when there is one of this reference.
pub fn insert(tx: &mut Tx<'_>, begin: Begin<'_>) -> Result<bool, StoreError> {
    let made = tx.execute(
        "INSERT INTO help_case (reference, kind, state, call_back, account, proposal, proposed_by, decided_by, due_at, settled_at, expires_at)
         VALUES ($1, $2, 'open', $3, NULL, NULL, NULL, NULL, $4, NULL, $5) ON CONFLICT DO NOTHING",
        args![begin.reference, begin.kind, begin.call_back, begin.due_at, begin.expires_at],
    )?;
    Ok(made == 1)
}

fn read(c: &mut Columns) -> Result<Case, StoreError> {
    Ok(Case {
        reference: c.text()?,
        kind: c.text()?,
        state: c.text()?,
        call_back: c.text()?,
        account: c.text_or_null()?,
        proposed_by: c.text_or_null()?,
        decided_by: c.text_or_null()?,
        due_at: c.int()?,
        settled_at: c.int_or_null()?,
    })
}

pub fn find(tx: &mut Tx<'_>, reference: &str) -> Result<Option<Case>, StoreError> {
    let row = tx.row(
        "SELECT reference, kind, state, call_back, account, proposed_by, decided_by, due_at, settled_at
         FROM help_case WHERE reference = $1",
        args![reference],
    )?;
    row.map(|r| read(&mut r.columns())).transpose()
}

/// Cases that are not settled, the one due first in front; after this one of the page before.
pub fn open(tx: &mut Tx<'_>, after: (i64, &str), limit: i64) -> Result<Vec<Case>, StoreError> {
    let rows = tx.rows(
        "SELECT reference, kind, state, call_back, account, proposed_by, decided_by, due_at, settled_at FROM help_case
         WHERE state IN ('open', 'proposed', 'doing') AND (due_at, reference) > ($1, $2) ORDER BY due_at, reference LIMIT $3",
        args![after.0, after.1, limit],
    )?;
    rows.into_iter().map(|r| read(&mut r.columns())).collect()
}

/// A case of this kind about this account that nobody has proposed anything in.
pub fn waiting_for(tx: &mut Tx<'_>, account: &str, kind: &str) -> Result<Option<String>, StoreError> {
    let row = tx.row(
        "SELECT reference FROM help_case WHERE account = $1 AND kind = $2 AND state = 'open' ORDER BY due_at LIMIT 1",
        args![account, kind],
    )?;
    row.map(|r| Ok(r.columns().text()?)).transpose()
}

/// Whom a case is about.
pub fn about(tx: &mut Tx<'_>, reference: &str, account: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE help_case SET account = $2 WHERE reference = $1", args![reference, account])?;
    Ok(())
}

/// The proposal of a case, where there is one.
pub fn proposal<P: DeserializeOwned>(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    reference: &str,
) -> Result<Option<P>, StoreError> {
    let row = tx.row("SELECT proposal FROM help_case WHERE reference = $1", args![reference])?;
    let sealed = row.map(|r| r.columns().bytes_or_null()).transpose()?.flatten();
    sealed.map(|sealed| sealer.open("help_case", "proposal", reference, &sealed)).transpose()
}

/// One person proposes; `false` when the case is not open.
pub fn propose<P: Serialize>(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    reference: &str,
    account: &str,
    by: &str,
    proposal: &P,
) -> Result<bool, StoreError> {
    let sealed = sealer.seal("help_case", reference, proposal)?;
    let moved = tx.execute(
        "UPDATE help_case SET state = 'proposed', account = $2, proposed_by = $3, proposal = $4 WHERE reference = $1 AND state = 'open'",
        args![reference, account, by, &sealed],
    )?;
    Ok(moved == 1)
}

/// The second person takes it in hand; `false` when it is not proposed, or proposed by this very person. Whoever was interrupted
/// in the middle may be followed by another.
pub fn decide(tx: &mut Tx<'_>, reference: &str, by: &str) -> Result<bool, StoreError> {
    let moved = tx.execute(
        "UPDATE help_case SET state = 'doing', decided_by = $2
         WHERE reference = $1 AND state IN ('proposed', 'doing') AND proposed_by <> $2",
        args![reference, by],
    )?;
    Ok(moved == 1)
}

/// It was done.
pub fn done(tx: &mut Tx<'_>, reference: &str, now: i64) -> Result<bool, StoreError> {
    let moved = tx.execute(
        "UPDATE help_case SET state = 'done', settled_at = $2 WHERE reference = $1 AND state = 'doing'",
        args![reference, now],
    )?;
    Ok(moved == 1)
}

/// The proposal is off, by the second person or whoever made it; not once it is being done.
pub fn withdraw(tx: &mut Tx<'_>, reference: &str) -> Result<bool, StoreError> {
    let moved = tx.execute(
        "UPDATE help_case SET state = 'open', proposal = NULL, proposed_by = NULL, decided_by = NULL
         WHERE reference = $1 AND state = 'proposed'",
        args![reference],
    )?;
    Ok(moved == 1)
}

/// It could not be done.
pub fn reopen(tx: &mut Tx<'_>, reference: &str) -> Result<bool, StoreError> {
    let moved = tx.execute(
        "UPDATE help_case SET state = 'open', proposal = NULL, proposed_by = NULL, decided_by = NULL
         WHERE reference = $1 AND state IN ('proposed', 'doing')",
        args![reference],
    )?;
    Ok(moved == 1)
}

/// Settled without a proposal.
pub fn close(tx: &mut Tx<'_>, reference: &str, by: &str, now: i64) -> Result<bool, StoreError> {
    let moved = tx.execute(
        "UPDATE help_case SET state = 'closed', decided_by = $2, settled_at = $3 WHERE reference = $1 AND state = 'open'",
        args![reference, by, now],
    )?;
    Ok(moved == 1)
}

pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM help_case WHERE reference IN (SELECT reference FROM help_case WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
