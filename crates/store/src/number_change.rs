//! A new number that a phone is proving.

use db::{Tx, args};
use domain::number_change::Proving;

use crate::{Sealer, StoreError};

/// The row, with what decides races for it.
pub struct ProvingRow {
    pub proving: Proving,
    pub version: i64,
}

/// In place of an earlier one of this phone.
pub fn begin(tx: &mut Tx<'_>, sealer: &Sealer, device: &str, proving: &Proving) -> Result<(), StoreError> {
    let body = sealer.seal("number_change", device, proving)?;
    tx.execute(
        "INSERT INTO number_change (device, body, version, expires_at) VALUES ($1, $2, 1, $3)
         ON CONFLICT (device) DO UPDATE SET body = excluded.body, version = number_change.version + 1, expires_at = excluded.expires_at",
        args![device, &body, proving.expires_at],
    )?;
    Ok(())
}

pub fn find(tx: &mut Tx<'_>, sealer: &Sealer, device: &str) -> Result<Option<ProvingRow>, StoreError> {
    let row = tx.row("SELECT body, version FROM number_change WHERE device = $1", args![device])?;
    row.map(|r| {
        let mut c = r.columns();
        Ok(ProvingRow { proving: sealer.open("number_change", "body", device, &c.bytes()?)?, version: c.int()? })
    })
    .transpose()
}

/// `false` when somebody was first.
pub fn save(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    device: &str,
    proving: &Proving,
    version: i64,
) -> Result<bool, StoreError> {
    let body = sealer.seal("number_change", device, proving)?;
    let changed = tx.execute(
        "UPDATE number_change SET body = $2, version = version + 1, expires_at = $4 WHERE device = $1 AND version = $3",
        args![device, &body, version, proving.expires_at],
    )?;
    Ok(changed == 1)
}

pub fn forget(tx: &mut Tx<'_>, device: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM number_change WHERE device = $1", args![device])?;
    Ok(())
}

pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM number_change WHERE device IN (SELECT device FROM number_change WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
