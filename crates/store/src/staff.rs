//! People of the helpdesk: who they are, their keys, where they sit, and how often somebody tried to be one of them.

use db::{Columns, Tx, args};
use domain::helpdesk::Role;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Sealer, StoreError};

/// One person.
#[derive(Clone)]
pub struct Member {
    pub name: String,
    pub role: Role,
    /// Salted and stretched; `None` until an invitation was used.
    pub password: Option<String>,
    /// MAC of the code.
    pub invitation: Option<String>,
    pub invited_until: i64,
}

/// A key that logs in.
#[derive(Clone)]
pub struct Key {
    /// WebAuthn credential id, base64url.
    pub id: String,
    pub point: Vec<u8>,
    pub sign_count: i64,
}

fn member(c: &mut Columns) -> Result<Member, StoreError> {
    let (name, role) = (c.text()?, c.text()?);
    let role =
        Role::read(&role).ok_or(StoreError::Inconsistent { table: "staff", column: "role", row: name.clone() })?;
    let (password, invitation) = (c.text_or_null()?, c.text_or_null()?);
    Ok(Member { name, role, password, invitation, invited_until: c.int()? })
}

/// A new person with an invitation; `false` when the name is taken.
pub fn insert(tx: &mut Tx<'_>, name: &str, role: Role, mac: &str, until: i64, now: i64) -> Result<bool, StoreError> {
    let made = tx.execute(
        "INSERT INTO staff (name, role, password, invitation, invited_until, created_at) VALUES ($1, $2, NULL, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        args![name, role.word(), mac, until, now],
    )?;
    Ok(made == 1)
}

pub fn find(tx: &mut Tx<'_>, name: &str) -> Result<Option<Member>, StoreError> {
    let row =
        tx.row("SELECT name, role, password, invitation, invited_until FROM staff WHERE name = $1", args![name])?;
    row.map(|r| member(&mut r.columns())).transpose()
}

/// Everybody, by name.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Member>, StoreError> {
    let rows = tx.rows(
        "SELECT name, role, password, invitation, invited_until FROM staff WHERE name > $1 ORDER BY name LIMIT 1000",
        args![""],
    )?;
    rows.into_iter().map(|r| member(&mut r.columns())).collect()
}

/// A fresh invitation: password and keys of before are worth nothing from here on.
pub fn invite(tx: &mut Tx<'_>, name: &str, mac: &str, until: i64) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE staff SET password = NULL, invitation = $2, invited_until = $3 WHERE name = $1",
        args![name, mac, until],
    )?;
    forget(tx, name)?;
    Ok(changed == 1)
}

/// The invitation is used up; `false` when it was another one, or used already.
pub fn settle_in(tx: &mut Tx<'_>, name: &str, mac: &str, password: &str, now: i64) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE staff SET password = $3, invitation = NULL WHERE name = $1 AND invitation = $2 AND invited_until > $4",
        args![name, mac, password, now],
    )?;
    Ok(changed == 1)
}

pub fn remove(tx: &mut Tx<'_>, name: &str) -> Result<bool, StoreError> {
    forget(tx, name)?;
    Ok(tx.execute("DELETE FROM staff WHERE name = $1", args![name])? == 1)
}

/// Keys and sessions of this person.
fn forget(tx: &mut Tx<'_>, name: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM staff_key WHERE staff = $1", args![name])?;
    tx.execute("DELETE FROM staff_session WHERE staff = $1", args![name])?;
    Ok(())
}

/// `false` when this credential is registered already.
pub fn add_key(tx: &mut Tx<'_>, staff: &str, key: &Key, now: i64) -> Result<bool, StoreError> {
    let made = tx.execute(
        "INSERT INTO staff_key (id, staff, point, sign_count, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT DO NOTHING",
        args![&key.id, staff, &key.point, key.sign_count, now],
    )?;
    Ok(made == 1)
}

pub fn keys(tx: &mut Tx<'_>, staff: &str) -> Result<Vec<Key>, StoreError> {
    let rows = tx.rows("SELECT id, point, sign_count FROM staff_key WHERE staff = $1", args![staff])?;
    rows.into_iter()
        .map(|r| {
            let mut c = r.columns();
            Ok(Key { id: c.text()?, point: c.bytes()?, sign_count: c.int()? })
        })
        .collect()
}

/// The key was used; `false` when its counter did not grow: a copy of it lives somewhere. Authenticators that do not count say 0.
pub fn used(tx: &mut Tx<'_>, id: &str, sign_count: i64, now: i64) -> Result<bool, StoreError> {
    let moved = tx.execute(
        "UPDATE staff_key SET sign_count = $2, used_at = $3 WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))",
        args![id, sign_count, now],
    )?;
    Ok(moved == 1)
}

/// A session as it stands.
pub struct Session<B> {
    pub staff: String,
    pub stage: String,
    pub body: B,
    pub seen_at: i64,
    pub ends_at: i64,
}

/// How long a session lives.
#[derive(Clone, Copy)]
pub struct Span {
    pub now: i64,
    pub ends_at: i64,
    pub expires_at: i64,
}

pub fn open<B: Serialize>(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    mac: &str,
    staff: &str,
    stage: &str,
    body: &B,
    span: Span,
) -> Result<(), StoreError> {
    let body = sealer.seal("staff_session", mac, body)?;
    tx.execute(
        "INSERT INTO staff_session (mac, staff, stage, body, seen_at, ends_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![mac, staff, stage, &body, span.now, span.ends_at, span.expires_at],
    )?;
    Ok(())
}

/// A session that still lives.
pub fn session<B: DeserializeOwned>(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    mac: &str,
    now: i64,
) -> Result<Option<Session<B>>, StoreError> {
    let row = tx.row(
        "SELECT staff, stage, body, seen_at, ends_at FROM staff_session WHERE mac = $1 AND expires_at > $2 AND ends_at > $2",
        args![mac, now],
    )?;
    row.map(|r| {
        let mut c = r.columns();
        let (staff, stage) = (c.text()?, c.text()?);
        let body = sealer.open("staff_session", "body", mac, &c.bytes()?)?;
        Ok(Session { staff, stage, body, seen_at: c.int()?, ends_at: c.int()? })
    })
    .transpose()
}

pub fn seen(tx: &mut Tx<'_>, mac: &str, now: i64, expires_at: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE staff_session SET seen_at = $2, expires_at = $3 WHERE mac = $1", args![mac, now, expires_at])?;
    Ok(())
}

/// Ends a session; `false` when somebody was first: a step is taken once.
pub fn close(tx: &mut Tx<'_>, mac: &str) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM staff_session WHERE mac = $1", args![mac])? == 1)
}

/// Counts one more attempt and says how many there were within the window, this one included, and when it ends.
pub fn count(tx: &mut Tx<'_>, key: &[u8], now: i64, window: i64) -> Result<(i64, i64), StoreError> {
    let row = tx.row(
        "INSERT INTO staff_try (key, tries, expires_at) VALUES ($1, 1, $3)
         ON CONFLICT (key) DO UPDATE SET
            tries = CASE WHEN staff_try.expires_at <= $2 THEN 1 ELSE staff_try.tries + 1 END,
            expires_at = CASE WHEN staff_try.expires_at <= $2 THEN excluded.expires_at ELSE staff_try.expires_at END
         RETURNING tries, expires_at",
        args![key, now, now + window],
    )?;
    row.map_or(Ok((i64::MAX, now + window)), |r| {
        let mut c = r.columns();
        Ok((c.int()?, c.int()?))
    })
}

/// Whoever got in did not guess.
pub fn forgive(tx: &mut Tx<'_>, key: &[u8]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM staff_try WHERE key = $1", args![key])?;
    Ok(())
}

/// Sessions and counters that are over.
pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    let sessions = tx.execute(
        "DELETE FROM staff_session WHERE mac IN (SELECT mac FROM staff_session WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?;
    let tries = tx.execute(
        "DELETE FROM staff_try WHERE key IN (SELECT key FROM staff_try WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?;
    Ok(sessions + tries)
}
