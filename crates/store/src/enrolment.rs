//! Enrolments with a card: a sealed body, what finds it, and a version that decides races.

use db::{Columns, Row, Tx, args};
use domain::enrolment::Enrolment;

use crate::{Sealer, StoreError};

/// An enrolment with the version it was read at.
pub struct EnrolmentRow {
    pub enrolment: Enrolment,
    pub version: i64,
}

/// What a browser or program may bring to find the row, as MACs; null finds nothing.
#[derive(Clone, Default)]
pub struct Keys {
    pub session: Option<String>,
    pub code: Option<String>,
    pub ticket: Option<String>,
    pub back: Option<String>,
}

/// `false` when it was made already.
pub fn insert(tx: &mut Tx<'_>, sealer: &Sealer, e: &Enrolment, number: &[u8], keys: &Keys) -> Result<bool, StoreError> {
    let body = sealer.seal("enrolment", &e.id, e)?;
    let made = tx.execute(
        "INSERT INTO enrolment (id, stage, version, body, number_hash, session_mac, code_mac, ticket_mac, return_mac, expires_at)
         VALUES ($1, $2, 1, $3, $4, $5, $6, NULL, NULL, $7) ON CONFLICT DO NOTHING",
        args![&e.id, e.stage.word(), &body, number, keys.session.as_deref(), keys.code.as_deref(), e.expires_at],
    )?;
    Ok(made == 1)
}

fn read(sealer: &Sealer, mut c: Columns) -> Result<EnrolmentRow, StoreError> {
    let (id, stage, version) = (c.text()?, c.text()?, c.int()?);
    let enrolment: Enrolment = sealer.open("enrolment", "body", &id, &c.bytes()?)?;
    if enrolment.stage.word() != stage {
        return Err(StoreError::Inconsistent { table: "enrolment", column: "stage", row: id });
    }
    Ok(EnrolmentRow { enrolment, version })
}

fn one(sealer: &Sealer, row: Option<Row>) -> Result<Option<EnrolmentRow>, StoreError> {
    row.map(|r| read(sealer, r.columns())).transpose()
}

pub fn find(tx: &mut Tx<'_>, sealer: &Sealer, id: &str) -> Result<Option<EnrolmentRow>, StoreError> {
    let row = tx.row("SELECT id, stage, version, body FROM enrolment WHERE id = $1", args![id])?;
    one(sealer, row)
}

/// By session or typed code.
pub fn of_session(tx: &mut Tx<'_>, sealer: &Sealer, mac: &str) -> Result<Option<EnrolmentRow>, StoreError> {
    let row =
        tx.row("SELECT id, stage, version, body FROM enrolment WHERE session_mac = $1 OR code_mac = $1", args![mac])?;
    one(sealer, row)
}

pub fn of_ticket(tx: &mut Tx<'_>, sealer: &Sealer, mac: &str) -> Result<Option<EnrolmentRow>, StoreError> {
    let row = tx.row("SELECT id, stage, version, body FROM enrolment WHERE ticket_mac = $1", args![mac])?;
    one(sealer, row)
}

pub fn of_return(tx: &mut Tx<'_>, sealer: &Sealer, mac: &str) -> Result<Option<EnrolmentRow>, StoreError> {
    let row = tx.row("SELECT id, stage, version, body FROM enrolment WHERE return_mac = $1", args![mac])?;
    one(sealer, row)
}

/// Somebody sits at a computer with a token for this number.
pub fn expects(tx: &mut Tx<'_>, number: &[u8], now: i64) -> Result<bool, StoreError> {
    let row = tx.row(
        "SELECT id FROM enrolment WHERE number_hash = $1 AND stage = 'token' AND expires_at > $2 LIMIT 1",
        args![number, now],
    )?;
    Ok(row.is_some())
}

/// Enrolments whose token is on a screen, newest first. Each took a card that was believed: fifty for one number are more than
/// a stranger brings together.
pub fn with_token(tx: &mut Tx<'_>, sealer: &Sealer, number: &[u8], now: i64) -> Result<Vec<EnrolmentRow>, StoreError> {
    let rows = tx.rows(
        "SELECT id, stage, version, body FROM enrolment WHERE number_hash = $1 AND stage = 'token' AND expires_at > $2
         ORDER BY expires_at DESC LIMIT 50",
        args![number, now],
    )?;
    rows.into_iter().map(|r| read(sealer, r.columns())).collect()
}

/// Stores the next state, unless somebody was first.
pub fn save(tx: &mut Tx<'_>, sealer: &Sealer, e: &Enrolment, version: i64, keys: &Keys) -> Result<bool, StoreError> {
    let body = sealer.seal("enrolment", &e.id, e)?;
    let moved = tx.execute(
        "UPDATE enrolment SET stage = $3, version = version + 1, body = $4, session_mac = $5, code_mac = $6,
            ticket_mac = COALESCE($7, ticket_mac), return_mac = $8, expires_at = $9
         WHERE id = $1 AND version = $2",
        args![
            &e.id,
            version,
            e.stage.word(),
            &body,
            keys.session.as_deref(),
            keys.code.as_deref(),
            keys.ticket.as_deref(),
            keys.back.as_deref(),
            e.expires_at
        ],
    )?;
    Ok(moved == 1)
}

/// Removes enrolments whose time is over, at most `limit`.
pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM enrolment WHERE id IN (SELECT id FROM enrolment WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
