//! A login that its browser may use again, until somebody ends it; and the rows of such answers.

use db::{Tx, args};
use domain::approval::{Approval, LoginRequest};

use crate::{Sealer, StoreError, approval};

/// The login behind a session of this partner, while it counts.
pub fn find(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    id: &str,
    partner: &str,
) -> Result<Option<(Approval, LoginRequest)>, StoreError> {
    let row = tx.row(
        "SELECT id, device, account, partner, match_number, state, created_at, expires_at, decided_at, start, uv, request FROM approval
         WHERE id = $1 AND partner = $2 AND state IN ('approved', 'redeemed') AND NOT session_ended",
        args![id, partner],
    )?;
    row.map(|r| approval::login(sealer, &mut r.columns())).transpose()
}

/// Holds that login until the transaction ends, so that whoever revokes it waits and then sees what was written; `false` when it counts
/// no more.
pub fn hold(tx: &mut Tx<'_>, id: &str) -> Result<bool, StoreError> {
    let text = if tx.is_postgres() {
        "SELECT id FROM approval WHERE id = $1 AND state IN ('approved', 'redeemed') AND NOT session_ended FOR SHARE"
    } else {
        "SELECT id FROM approval WHERE id = $1 AND state IN ('approved', 'redeemed') AND NOT session_ended"
    };
    Ok(tx.row(text, args![id])?.is_some())
}

/// No browser may use this login again; whose it was and at which partner, the first time.
pub fn end(tx: &mut Tx<'_>, id: &str) -> Result<Option<(String, String)>, StoreError> {
    let row = tx.row(
        "UPDATE approval SET session_ended = TRUE WHERE id = $1 AND account IS NOT NULL AND NOT session_ended RETURNING account, partner",
        args![id],
    )?;
    row.map(|r| {
        let mut c = r.columns();
        Ok((c.text()?, c.text()?))
    })
    .transpose()
}

/// Removes answers of sessions that began before `before` and have no chain of refresh tokens that lived at that moment, at most `limit`.
pub fn sweep(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM approval WHERE id IN
            (SELECT a.id FROM approval a WHERE a.start = 'silent' AND a.created_at < $1 AND NOT EXISTS
                (SELECT 1 FROM refresh_token r WHERE r.approval = a.id AND r.ended_at IS NULL AND r.expires_at > $1) LIMIT $2)",
        args![before, limit],
    )?)
}
