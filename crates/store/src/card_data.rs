//! Address and photo of a card, until the person has said whether to keep them.

use db::{Tx, args};
use domain::enrolment::CardData;

use crate::{Sealer, StoreError};

/// In place of what an earlier card told. `kept_until` in unix seconds; 0: the person agreed to keep it.
pub fn put(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    account: &str,
    data: &CardData,
    kept_until: i64,
) -> Result<(), StoreError> {
    let body = sealer.seal("card_data", account, data)?;
    tx.execute(
        "INSERT INTO card_data (account, body, kept_until) VALUES ($1, $2, $3)
         ON CONFLICT (account) DO UPDATE SET body = excluded.body, kept_until = excluded.kept_until",
        args![account, &body, kept_until],
    )?;
    Ok(())
}

pub fn find(tx: &mut Tx<'_>, sealer: &Sealer, account: &str) -> Result<Option<CardData>, StoreError> {
    let row = tx.row("SELECT body FROM card_data WHERE account = $1", args![account])?;
    row.map(|r| sealer.open("card_data", "body", account, &r.columns().bytes()?)).transpose()
}

/// What the person agreed to keep.
pub fn kept(tx: &mut Tx<'_>, sealer: &Sealer, account: &str) -> Result<Option<CardData>, StoreError> {
    let row = tx.row("SELECT body FROM card_data WHERE account = $1 AND kept_until = 0", args![account])?;
    let card = KeptCard(row.map(|r| r.columns().bytes()).transpose()?);
    card.open(sealer, account)
}

/// What the person agreed to keep, read beside something else and still sealed: hardly anybody asks for it.
pub struct KeptCard(pub(crate) Option<Vec<u8>>);

impl KeptCard {
    pub fn open(&self, sealer: &Sealer, account: &str) -> Result<Option<CardData>, StoreError> {
        self.0.as_ref().map(|body| sealer.open("card_data", "body", account, body)).transpose()
    }
}

/// The person said yes.
pub fn keep(tx: &mut Tx<'_>, account: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE card_data SET kept_until = 0 WHERE account = $1", args![account])?;
    Ok(())
}

/// The person said no, or thought better of it.
pub fn forget(tx: &mut Tx<'_>, account: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM card_data WHERE account = $1", args![account])?;
    Ok(())
}

/// Removes what nobody agreed to keep in time, at most `limit`.
pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM card_data WHERE account IN (SELECT account FROM card_data WHERE kept_until > 0 AND kept_until < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
