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
    // Whoever asks for the number need not wait for a holder there is no more.
    tx.execute("DELETE FROM number_claim WHERE holder = $1", args![account])?;
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

/// Whom to forget, and where messages went that were written before their account was known.
#[derive(Clone)]
pub struct Erased {
    pub account: String,
    /// HMACs of its last number and address.
    pub contacts: Vec<Vec<u8>>,
    /// When it was closed: from then on number and address may have been somebody else's.
    pub closed_at: i64,
}

/// All phones this account ever had.
pub fn phones(tx: &mut Tx<'_>, account: &str) -> Result<Vec<String>, StoreError> {
    let rows = tx.rows("SELECT id FROM device WHERE account = $1", args![account])?;
    rows.into_iter().map(|r| Ok(r.columns().text()?)).collect()
}

/// Every row of this account in every table of ours, the log's lines too. `false` when somebody was first.
pub fn erase(tx: &mut Tx<'_>, erased: &Erased) -> Result<bool, StoreError> {
    let account = erased.account.as_str();
    tx.execute("DELETE FROM approval WHERE account = $1", args![account])?;
    tx.execute("DELETE FROM number_change WHERE device IN (SELECT id FROM device WHERE account = $1)", args![account])?;
    tx.execute("DELETE FROM activation WHERE device IN (SELECT id FROM device WHERE account = $1)", args![account])?;
    tx.execute("DELETE FROM device WHERE account = $1", args![account])?;
    tx.execute("DELETE FROM card_data WHERE account = $1", args![account])?;
    tx.execute("DELETE FROM consent WHERE account = $1", args![account])?;
    tx.execute("DELETE FROM refresh_token WHERE account = $1", args![account])?;
    tx.execute("DELETE FROM told WHERE account = $1", args![account])?;
    for contact in &erased.contacts {
        let until = erased.closed_at;
        tx.execute(
            "DELETE FROM told WHERE recipient = $1 AND at <= $2 AND account IS NULL",
            args![contact.as_slice(), until],
        )?;
        tx.execute("DELETE FROM outbox WHERE recipient = $1 AND created_at <= $2", args![contact.as_slice(), until])?;
    }
    tx.execute("DELETE FROM stop WHERE account = $1", args![account])?;
    tx.execute("DELETE FROM mute WHERE account = $1", args![account])?;
    tx.execute("DELETE FROM number_claim WHERE holder = $1", args![account])?;
    // What they wrote to the helpdesk. Its own log stays: it is a chain, and knows accounts by their ids alone.
    tx.execute(
        "DELETE FROM contact WHERE reference IN (SELECT reference FROM help_case WHERE account = $1)",
        args![account],
    )?;
    tx.execute("DELETE FROM help_case WHERE account = $1", args![account])?;
    tx.execute("DELETE FROM audit WHERE subject = $1", args![account])?;
    Ok(tx.execute("DELETE FROM account WHERE id = $1", args![account])? == 1)
}
