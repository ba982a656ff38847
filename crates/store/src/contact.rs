//! What people wrote to the helpdesk.

use db::{Tx, args};
use domain::contact::Contact;

use crate::{Sealer, StoreError};

pub fn insert(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    reference: &str,
    contact: &Contact,
    expires_at: i64,
) -> Result<bool, StoreError> {
    let body = sealer.seal("contact", reference, contact)?;
    let made = tx.execute(
        "INSERT INTO contact (reference, body, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        args![reference, &body, expires_at],
    )?;
    Ok(made == 1)
}

pub fn find(tx: &mut Tx<'_>, sealer: &Sealer, reference: &str) -> Result<Option<Contact>, StoreError> {
    let row = tx.row("SELECT body FROM contact WHERE reference = $1", args![reference])?;
    row.map(|r| sealer.open("contact", "body", reference, &r.columns().bytes()?)).transpose()
}

pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM contact WHERE reference IN (SELECT reference FROM contact WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
