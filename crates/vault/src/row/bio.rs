//! The rows of `bio`: one credential per device.

use db::{DbError, Tx, args};

/// A credential as it is stored.
pub(crate) struct BioRow {
    pub(crate) credential: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) sign_count: i64,
    /// The last M2 it proved.
    pub(crate) last_answer: String,
}

/// In place of the one before, if any. `false` when there is no such device.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    device: &str,
    credential: &str,
    sealed: &[u8],
    sign_count: i64,
) -> Result<bool, DbError> {
    let stored = tx.execute(
        "INSERT INTO bio (device, credential, sealed, sign_count, last_answer)
         SELECT device, $2, $3, $4, '' FROM pin_state WHERE device = $1 AND state <> 'revoked'
         ON CONFLICT (device) DO UPDATE SET credential = excluded.credential, sealed = excluded.sealed,
            sign_count = excluded.sign_count, last_answer = ''",
        args![device, credential, sealed, sign_count],
    )?;
    Ok(stored > 0)
}

pub(crate) fn find(tx: &mut Tx<'_>, device: &str) -> Result<Option<BioRow>, DbError> {
    let row = tx.row("SELECT credential, sealed, sign_count, last_answer FROM bio WHERE device = $1", args![device])?;
    row.map(|r| {
        let mut c = r.columns();
        Ok(BioRow { credential: c.text()?, sealed: c.bytes()?, sign_count: c.int()?, last_answer: c.text()? })
    })
    .transpose()
}

/// It proved `answer`, and its counter has come to `count`: if it is still the one that was looked at.
pub(crate) fn proved(tx: &mut Tx<'_>, device: &str, was: &BioRow, answer: &str, count: i64) -> Result<bool, DbError> {
    let moved = tx.execute(
        "UPDATE bio SET sign_count = $4, last_answer = $5 WHERE device = $1 AND credential = $2 AND sign_count = $3",
        args![device, &was.credential, was.sign_count, count, answer],
    )?;
    Ok(moved > 0)
}

pub(crate) fn forget(tx: &mut Tx<'_>, device: &str) -> Result<u64, DbError> {
    tx.execute("DELETE FROM bio WHERE device = $1", args![device])
}
