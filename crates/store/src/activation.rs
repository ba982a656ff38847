//! Attempts at activation: a sealed body, the word of its stage, and a version that decides races.

use db::{Columns, Tx, args};
use domain::activation::Activation;

use crate::{Sealer, StoreError};

/// An attempt with the version it was read at.
pub struct ActivationRow {
    pub activation: Activation,
    pub version: i64,
}

/// A new attempt of this device, in place of one that is over. `false` when the one there is still open (`replaces` names
/// the version that may be overwritten).
pub fn begin(tx: &mut Tx<'_>, sealer: &Sealer, a: &Activation, replaces: Option<i64>) -> Result<bool, StoreError> {
    if let Some(version) = replaces {
        tx.execute("DELETE FROM activation WHERE device = $1 AND version = $2", args![&a.device, version])?;
    }
    // Versions of one phone never repeat, or a second one who saw the old attempt would replace the new one.
    let version = replaces.unwrap_or(0) + 1;
    let body = sealer.seal("activation", &a.id, a)?;
    let made = tx.execute(
        "INSERT INTO activation (id, device, stage, version, body, bank_state, expires_at) VALUES ($1, $2, $3, $6, $4, NULL, $5)
         ON CONFLICT DO NOTHING",
        args![&a.id, &a.device, a.stage.word(), &body, a.expires_at, version],
    )?;
    Ok(made == 1)
}

fn read(sealer: &Sealer, mut c: Columns) -> Result<ActivationRow, StoreError> {
    let (id, stage, version) = (c.text()?, c.text()?, c.int()?);
    let activation: Activation = sealer.open("activation", "body", &id, &c.bytes()?)?;
    if activation.stage.word() != stage {
        return Err(StoreError::Inconsistent { table: "activation", column: "stage", row: id });
    }
    Ok(ActivationRow { activation, version })
}

pub fn of_device(tx: &mut Tx<'_>, sealer: &Sealer, device: &str) -> Result<Option<ActivationRow>, StoreError> {
    let row = tx.row("SELECT id, stage, version, body FROM activation WHERE device = $1", args![device])?;
    row.map(|r| read(sealer, r.columns())).transpose()
}

/// The attempt whose bank request carried `state`.
pub fn of_bank_state(tx: &mut Tx<'_>, sealer: &Sealer, state: &str) -> Result<Option<ActivationRow>, StoreError> {
    let row = tx.row("SELECT id, stage, version, body FROM activation WHERE bank_state = $1", args![state])?;
    row.map(|r| read(sealer, r.columns())).transpose()
}

/// Stores the next state, unless somebody was first. While the attempt stays with the bank, `bank_state` stays too when none
/// is given, so that the page of the return can be reloaded.
pub fn save(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    a: &Activation,
    version: i64,
    bank_state: Option<&str>,
) -> Result<bool, StoreError> {
    let body = sealer.seal("activation", &a.id, a)?;
    let moved = tx.execute(
        "UPDATE activation SET stage = $3, version = version + 1, body = $4,
            bank_state = CASE WHEN $3 = 'handover' THEN COALESCE($5, bank_state) ELSE $5 END, expires_at = $6
         WHERE id = $1 AND version = $2",
        args![&a.id, version, a.stage.word(), &body, bank_state, a.expires_at],
    )?;
    Ok(moved == 1)
}

/// Removes attempts whose time is over, at most `limit`.
pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM activation WHERE id IN (SELECT id FROM activation WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
