//! Tokens of partners that may be used once (`jti` of client assertions, RFC 7523 §3).

use db::{Tx, args};

use crate::StoreError;

/// `false` when it was used before.
pub fn burn(tx: &mut Tx<'_>, partner: &str, jti: &str, expires_at: i64) -> Result<bool, StoreError> {
    let burnt = tx.execute(
        "INSERT INTO used_token (partner, jti, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        args![partner, jti, expires_at],
    )?;
    Ok(burnt == 1)
}

/// Removes tokens that could not be used any more anyway, at most `limit`.
pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM used_token WHERE (partner, jti) IN (SELECT partner, jti FROM used_token WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
