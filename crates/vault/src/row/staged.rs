//! The rows of `staged_code`: at most one new code per device waits for the old one.

use db::{DbError, Tx, args};

/// The newest wins. `false` when there is no such device.
pub(crate) fn put(tx: &mut Tx<'_>, device: &str, change: &str, verifier: &[u8]) -> Result<bool, DbError> {
    let stored = tx.execute(
        "INSERT INTO staged_code (device, change, verifier)
         SELECT device, $2, $3 FROM pin_state WHERE device = $1 AND state <> 'revoked'
         ON CONFLICT (device) DO UPDATE SET change = excluded.change, verifier = excluded.verifier",
        args![device, change, verifier],
    )?;
    Ok(stored > 0)
}

/// The generation in use, and the wrapped verifier that waits under this name.
pub(crate) fn find(tx: &mut Tx<'_>, device: &str, change: &str) -> Result<Option<(i64, Vec<u8>)>, DbError> {
    let row = tx.row(
        "SELECT p.generation, s.verifier FROM pin_state p JOIN staged_code s ON s.device = p.device
         WHERE p.device = $1 AND s.change = $2 AND p.state <> 'revoked'",
        args![device, change],
    )?;
    row.map(|r| {
        let mut c = r.columns();
        Ok((c.int()?, c.bytes()?))
    })
    .transpose()
}

/// The staged code becomes the code, if it is still the staged one and nothing was promoted meanwhile. The answer that brought
/// it about is the last one: its receipt goes on telling the generation before.
pub(crate) fn promote(
    tx: &mut Tx<'_>,
    device: &str,
    change: &str,
    generation: i64,
    verifier: &[u8],
) -> Result<bool, DbError> {
    let moved = tx.execute(
        "UPDATE pin_state SET verifier = $3, generation = generation + 1, promoted_seq = seq
         WHERE device = $1 AND generation = $2 AND state <> 'revoked'
           AND EXISTS (SELECT 1 FROM staged_code s WHERE s.device = $1 AND s.change = $4)",
        args![device, generation, verifier, change],
    )?;
    if moved > 0 {
        drop(tx, device)?;
    }
    Ok(moved > 0)
}

pub(crate) fn drop(tx: &mut Tx<'_>, device: &str) -> Result<u64, DbError> {
    tx.execute("DELETE FROM staged_code WHERE device = $1", args![device])
}
