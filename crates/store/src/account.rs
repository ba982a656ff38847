//! Accounts: one per person, one per number.

use db::{Tx, args};
use domain::account::Profile;

use crate::{Sealer, StoreError};

/// An account's row.
pub struct AccountRow {
    pub id: String,
    pub profile: Profile,
    pub activated_at: i64,
    /// Until then it may only log in; 0: not limited.
    pub limited_until: i64,
}

/// Ids of the account of this person and of the account of this number.
pub fn known(tx: &mut Tx<'_>, person: &[u8], number: &[u8]) -> Result<(Option<String>, Option<String>), StoreError> {
    let row = tx.row(
        "SELECT (SELECT id FROM account WHERE person_hash = $1), (SELECT id FROM account WHERE number_hash = $2)",
        args![person, number],
    )?;
    let Some(row) = row else { return Ok((None, None)) };
    let mut c = row.columns();
    Ok((c.text_or_null()?, c.text_or_null()?))
}

/// A new account; `false` when person or number has one already.
pub fn insert(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    id: &str,
    number: &[u8],
    person: &[u8],
    profile: &Profile,
    now: i64,
) -> Result<bool, StoreError> {
    let sealed = sealer.seal("account", id, profile)?;
    let made = tx.execute(
        "INSERT INTO account (id, number_hash, person_hash, profile, created_at, activated_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT DO NOTHING",
        args![id, number, person, &sealed, now],
    )?;
    Ok(made == 1)
}

/// The same person again: new number, address and proof; the account, and with it every `sub`, stays. `false` when there is
/// no such account or the number is another account's.
pub fn renew(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    id: &str,
    number: &[u8],
    profile: &Profile,
    limited_until: i64,
    now: i64,
) -> Result<bool, StoreError> {
    let sealed = sealer.seal("account", id, profile)?;
    let changed = tx.execute(
        "UPDATE account SET number_hash = $2, profile = $3, activated_at = $4, limited_until = $5
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM account other WHERE other.number_hash = $2 AND other.id <> $1)",
        args![id, number, &sealed, now, limited_until],
    )?;
    Ok(changed == 1)
}

pub fn find(tx: &mut Tx<'_>, sealer: &Sealer, id: &str) -> Result<Option<AccountRow>, StoreError> {
    let row = tx.row("SELECT profile, activated_at, limited_until FROM account WHERE id = $1", args![id])?;
    row.map(|r| {
        let mut c = r.columns();
        let profile = sealer.open("account", "profile", id, &c.bytes()?)?;
        Ok(AccountRow { id: id.to_owned(), profile, activated_at: c.int()?, limited_until: c.int()? })
    })
    .transpose()
}

/// The profile as it is now known; nothing else changes.
pub fn save_profile(tx: &mut Tx<'_>, sealer: &Sealer, id: &str, profile: &Profile) -> Result<(), StoreError> {
    let sealed = sealer.seal("account", id, profile)?;
    tx.execute("UPDATE account SET profile = $2 WHERE id = $1", args![id, &sealed])?;
    Ok(())
}
