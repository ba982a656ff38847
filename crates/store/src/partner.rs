//! Partners that were registered while the server runs; those of `zelf.toml` are not here.
//!
//! One row of the table is none: under the id `""` stands the number of the last change. Whoever changes something moves it first and
//! holds it until the commit, so that a reader who saw one number has seen every change up to it.

use db::{Columns, Tx, args};
use zeroize::Zeroizing;

use crate::{Sealer, StoreError};

/// Who brought it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `zelf partner add`.
    Command,
    /// Itself (RFC 7591).
    Dynamic,
}

impl Origin {
    pub fn word(self) -> &'static str {
        match self {
            Origin::Command => "command",
            Origin::Dynamic => "dynamic",
        }
    }

    fn read(word: &str, row: &str) -> Result<Origin, StoreError> {
        match word {
            "command" => Ok(Origin::Command),
            "dynamic" => Ok(Origin::Dynamic),
            _ => Err(StoreError::Inconsistent { table: "partner", column: "origin", row: row.to_owned() }),
        }
    }
}

/// One registration as it stands.
#[derive(Clone)]
pub struct Registered {
    pub id: String,
    pub origin: Origin,
    /// JSON of `protocol::oidc::partner::Partner`.
    pub body: String,
    /// MAC of its registration access token (RFC 7592); `""` for none.
    pub token_mac: String,
    pub changed_at: i64,
    pub version: i64,
}

/// What becomes of the secret that is kept in the clear (sealed).
#[derive(Clone)]
pub enum Secret {
    /// The one of before, if any.
    Keep,
    Forget,
    Set(Zeroizing<String>),
}

/// What is written.
#[derive(Clone)]
pub struct Entry {
    pub id: String,
    pub origin: Origin,
    pub body: String,
    pub secret: Secret,
    pub token_mac: String,
    /// JSON of the metadata with which it registers itself; `None` leaves what was kept.
    pub asked: Option<String>,
}

/// The number of the last change; 0 before the first.
pub fn version(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    let row = tx.row("SELECT version FROM partner WHERE id = $1", args![""])?;
    row.map_or(Ok(0), |r| Ok(r.columns().int()?))
}

/// Takes the next number; others who change something wait here until we are done.
fn next_version(tx: &mut Tx<'_>, now: i64) -> Result<i64, StoreError> {
    let row = tx.row(
        "INSERT INTO partner (id, origin, body, secret, token_mac, changed_at, version) VALUES ('', 'version', '', NULL, '', $1, 1)
         ON CONFLICT (id) DO UPDATE SET version = partner.version + 1, changed_at = excluded.changed_at
         RETURNING version",
        args![now],
    )?;
    let row = row.ok_or(StoreError::Inconsistent { table: "partner", column: "version", row: String::new() })?;
    Ok(row.columns().int()?)
}

/// Writes a registration; `false` when the id is taken and `replace` does not say to overwrite it.
pub fn put(tx: &mut Tx<'_>, sealer: &Sealer, entry: &Entry, replace: bool, now: i64) -> Result<bool, StoreError> {
    let version = next_version(tx, now)?;
    let (keep, secret) = match &entry.secret {
        Secret::Keep => (true, None),
        Secret::Forget => (false, None),
        Secret::Set(secret) => (false, Some(sealer.seal("partner", &entry.id, &secret.as_str())?)),
    };
    let written = tx.execute(
        "INSERT INTO partner (id, origin, body, secret, token_mac, changed_at, version, asked)
         VALUES ($1, $2, $3, $4, $5, $6, $7, COALESCE($10, ''))
         ON CONFLICT (id) DO UPDATE SET origin = excluded.origin, body = excluded.body, token_mac = excluded.token_mac,
            asked = COALESCE($10, partner.asked), secret = CASE WHEN $8 THEN partner.secret ELSE excluded.secret END,
            changed_at = excluded.changed_at, version = excluded.version
         WHERE $9",
        args![
            &entry.id,
            entry.origin.word(),
            &entry.body,
            secret.as_ref(),
            &entry.token_mac,
            now,
            version,
            keep,
            replace,
            entry.asked.as_deref()
        ],
    )?;
    Ok(written == 1)
}

/// `false` when there was none of that id.
pub fn remove(tx: &mut Tx<'_>, id: &str, now: i64) -> Result<bool, StoreError> {
    next_version(tx, now)?;
    Ok(tx.execute("DELETE FROM partner WHERE id = $1 AND version > 0 AND id > ''", args![id])? == 1)
}

fn registered(c: &mut Columns) -> Result<Registered, StoreError> {
    let (id, origin) = (c.text()?, c.text()?);
    let origin = Origin::read(&origin, &id)?;
    Ok(Registered { id, origin, body: c.text()?, token_mac: c.text()?, changed_at: c.int()?, version: c.int()? })
}

pub fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<Registered>, StoreError> {
    let row = tx.row(
        "SELECT id, origin, body, token_mac, changed_at, version FROM partner WHERE id = $1 AND id > ''",
        args![id],
    )?;
    row.map(|r| registered(&mut r.columns())).transpose()
}

/// The metadata with which it registered itself, JSON.
pub fn asked(tx: &mut Tx<'_>, id: &str) -> Result<Option<String>, StoreError> {
    let row = tx.row("SELECT asked FROM partner WHERE id = $1 AND id > ''", args![id])?;
    row.map(|r| Ok(r.columns().text()?)).transpose()
}

/// Those that changed after `version`, by id; all of them after 0.
pub fn changed(tx: &mut Tx<'_>, version: i64) -> Result<Vec<Registered>, StoreError> {
    let rows = tx.rows(
        "SELECT id, origin, body, token_mac, changed_at, version FROM partner WHERE version > $1 AND id > '' ORDER BY id",
        args![version],
    )?;
    rows.into_iter().map(|r| registered(&mut r.columns())).collect()
}

/// The ids of all of them.
pub fn ids(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let rows = tx.rows("SELECT id FROM partner WHERE id > $1", args![""])?;
    rows.into_iter().map(|r| Ok(r.columns().text()?)).collect()
}

/// The client secret in the clear, where one is kept.
pub fn secret(tx: &mut Tx<'_>, sealer: &Sealer, id: &str) -> Result<Option<Zeroizing<String>>, StoreError> {
    let row = tx.row("SELECT secret FROM partner WHERE id = $1 AND id > ''", args![id])?;
    let sealed = row.map(|r| r.columns().bytes_or_null()).transpose()?.flatten();
    sealed.map(|sealed| Ok(Zeroizing::new(sealer.open::<String>("partner", "secret", id, &sealed)?))).transpose()
}
