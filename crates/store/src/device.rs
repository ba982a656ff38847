//! Phones in use.

use db::{Columns, Tx, args};
use domain::account::{Device, Profile};
use protocol::phone::Settings;

use crate::{Sealer, StoreError};

const ACTIVE: &str = "active";

/// A new phone for `device.account`; the phones before it are cut off. Gives the ids of those.
pub fn replace(
    tx: &mut Tx<'_>,
    device: &Device,
    certificate: &str,
    name: &str,
    now: i64,
) -> Result<Vec<String>, StoreError> {
    let old = tx.rows(
        "UPDATE device SET state = 'revoked', ended_why = 'replaced', ended_at = $3
         WHERE account = $1 AND state = 'active' AND id <> $2 RETURNING id",
        args![&device.account, &device.id, now],
    )?;
    tx.execute(
        "INSERT INTO device (id, account, state, point, certificate, head, last_receipt, last_answer, biometrics, notifications, sharing, name, created_at)
         VALUES ($1, $2, $3, $4, $5, '', NULL, '', $6, $7, $8, $9, $10)",
        args![
            &device.id,
            &device.account,
            ACTIVE,
            &device.point,
            certificate,
            device.settings.biometrics,
            device.settings.notifications,
            device.settings.sharing,
            name,
            now
        ],
    )?;
    old.into_iter().map(|r| Ok(r.columns().text()?)).collect()
}

/// The ten columns of a phone, as every statement that reads one names them first.
pub(crate) fn read(c: &mut Columns) -> Result<Device, StoreError> {
    Ok(Device {
        id: c.text()?,
        account: c.text()?,
        point: c.bytes()?,
        head: c.text()?,
        last_receipt: c.text_or_null()?,
        last_answer: c.text()?,
        settings: Settings { biometrics: c.flag()?, notifications: c.flag()?, sharing: c.flag()? },
        careful_until: c.int()?,
    })
}

/// The phones of an account act no more. Gives their ids.
pub fn end(tx: &mut Tx<'_>, account: &str, why: &str, now: i64) -> Result<Vec<String>, StoreError> {
    let ended = tx.rows(
        "UPDATE device SET state = 'revoked', ended_why = $2, ended_at = $3 WHERE account = $1 AND state = 'active' RETURNING id",
        args![account, why, now],
    )?;
    ended.into_iter().map(|r| Ok(r.columns().text()?)).collect()
}

/// A phone that acts no more: its key, so that only it is told why, and since when.
pub struct EndedPhone {
    pub point: Vec<u8>,
    pub account: String,
    pub why: String,
    pub at: i64,
}

pub fn ended(tx: &mut Tx<'_>, id: &str) -> Result<Option<EndedPhone>, StoreError> {
    let row = tx
        .row("SELECT point, account, ended_why, ended_at FROM device WHERE id = $1 AND state = 'revoked'", args![id])?;
    row.map(|r| {
        let mut c = r.columns();
        let (point, account, why, at) = (c.bytes()?, c.text()?, c.text()?, c.int()?);
        Ok(EndedPhone { point, account, why: if why.is_empty() { "replaced".into() } else { why }, at })
    })
    .transpose()
}

/// A person on this phone may be talked into something until then.
pub fn careful(tx: &mut Tx<'_>, id: &str, until: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE device SET careful_until = $2 WHERE id = $1", args![id, until])?;
    Ok(())
}

/// What this phone is called and since when it acts.
pub fn about(tx: &mut Tx<'_>, id: &str) -> Result<Option<(String, i64)>, StoreError> {
    let row = tx.row("SELECT name, created_at FROM device WHERE id = $1", args![id])?;
    row.map(|r| {
        let mut c = r.columns();
        Ok((c.text()?, c.int()?))
    })
    .transpose()
}

/// This key has been a phone before, active or cut off.
pub fn known(tx: &mut Tx<'_>, id: &str) -> Result<bool, StoreError> {
    Ok(tx.row("SELECT id FROM device WHERE id = $1", args![id])?.is_some())
}

/// An active phone.
pub fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<Device>, StoreError> {
    let row = tx.row(
        "SELECT id, account, point, head, last_receipt, last_answer, biometrics, notifications, sharing, careful_until
         FROM device WHERE id = $1 AND state = 'active'",
        args![id],
    )?;
    row.map(|r| read(&mut r.columns())).transpose()
}

/// The active phone of an account.
pub fn of_account(tx: &mut Tx<'_>, account: &str) -> Result<Option<String>, StoreError> {
    let row = tx.row("SELECT id FROM device WHERE account = $1 AND state = 'active'", args![account])?;
    row.map(|r| Ok(r.columns().text()?)).transpose()
}

/// An active phone, its person, and until when the account is limited.
pub fn with_profile(tx: &mut Tx<'_>, sealer: &Sealer, id: &str) -> Result<Option<(Device, Profile, i64)>, StoreError> {
    let row = tx.row(
        "SELECT d.id, d.account, d.point, d.head, d.last_receipt, d.last_answer, d.biometrics, d.notifications, d.sharing, d.careful_until, a.profile, a.limited_until
         FROM device d JOIN account a ON a.id = d.account WHERE d.id = $1 AND d.state = 'active'",
        args![id],
    )?;
    row.map(|r| {
        let mut c = r.columns();
        let device = read(&mut c)?;
        let profile = sealer.open("account", "profile", &device.account, &c.bytes()?)?;
        Ok((device, profile, c.int()?))
    })
    .transpose()
}

/// The receipt chain grows by one, if nobody else grew it meanwhile.
pub fn advance(
    tx: &mut Tx<'_>,
    id: &str,
    prev: &str,
    head: &str,
    receipt: &str,
    answer: &str,
) -> Result<bool, StoreError> {
    let moved = tx.execute(
        "UPDATE device SET head = $3, last_receipt = $4, last_answer = $5 WHERE id = $1 AND head = $2 AND state = 'active'",
        args![id, prev, head, receipt, answer],
    )?;
    Ok(moved == 1)
}

pub fn set(tx: &mut Tx<'_>, id: &str, settings: Settings) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE device SET biometrics = $2, notifications = $3, sharing = $4 WHERE id = $1 AND state = 'active'",
        args![id, settings.biometrics, settings.notifications, settings.sharing],
    )?;
    Ok(changed == 1)
}
