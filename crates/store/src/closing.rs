//! An account that is closed, and later erased.

use db::{Tx, args};

use crate::StoreError;

/// Number and person are free from now on; the rest waits, sealed, until `erase_at`. `tomb` is 32 fresh random bytes.
pub fn close(tx: &mut Tx<'_>, account: &str, tomb: &[u8], erase_at: i64, now: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE account SET state = 'closed', state_by = 'citizen', state_at = $4, number_hash = $2, person_hash = $2,
            block_mac = NULL, limited_until = 0, erase_at = $3 WHERE id = $1",
        args![account, tomb, erase_at, now],
    )?;
    Ok(())
}

/// Closed accounts whose time is over, at most `limit`.
pub fn due(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<Vec<String>, StoreError> {
    let rows = tx.rows(
        "SELECT id FROM account WHERE erase_at IS NOT NULL AND erase_at <= $1 ORDER BY erase_at LIMIT $2",
        args![now, limit],
    )?;
    rows.into_iter().map(|r| Ok(r.columns().text()?)).collect()
}

/// Every row of this account in every table of ours, but the log's lines, which hold ids alone. How many went.
pub fn erase(tx: &mut Tx<'_>, account: &str) -> Result<u64, StoreError> {
    let mut gone = tx.execute("DELETE FROM approval WHERE account = $1", args![account])?;
    gone += tx.execute(
        "DELETE FROM number_change WHERE device IN (SELECT id FROM device WHERE account = $1)",
        args![account],
    )?;
    gone += tx.execute("DELETE FROM device WHERE account = $1", args![account])?;
    gone += tx.execute("DELETE FROM card_data WHERE account = $1", args![account])?;
    gone += tx.execute("DELETE FROM consent WHERE account = $1", args![account])?;
    gone += tx.execute("DELETE FROM told WHERE account = $1", args![account])?;
    gone += tx.execute("DELETE FROM stop WHERE account = $1", args![account])?;
    gone += tx.execute("DELETE FROM mute WHERE account = $1", args![account])?;
    gone += tx.execute("DELETE FROM account WHERE id = $1", args![account])?;
    Ok(gone)
}
