//! Every request ever made to a person, and what became of it.

use db::{Columns, Tx, args};
use domain::approval::{Approval, Asked, State};

use crate::approval::Evidence;
use crate::{Sealer, StoreError};

/// One request of an account's history.
pub struct Entry {
    pub approval: Approval,
    pub asked: Asked,
    pub evidence: bool,
    pub decided_at: Option<i64>,
}

/// What to show.
#[derive(Clone, Default)]
pub struct Filter {
    /// Older than this `(created_at, id)`.
    pub before: Option<(i64, String)>,
    pub partner: Option<String>,
}

/// Newest first, at most `limit`.
pub fn list(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    account: &str,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let (at, id) = filter.before.clone().unwrap_or((i64::MAX, String::new()));
    let rows = tx.rows(
        "SELECT id, device, account, partner, match_number, state, created_at, expires_at, decided_at, request, evidence IS NOT NULL
         FROM approval WHERE account = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3)) AND ($4 = '' OR partner = $4)
         ORDER BY created_at DESC, id DESC LIMIT $5",
        args![account, at, &id, filter.partner.as_deref().unwrap_or_default(), limit],
    )?;
    rows.into_iter().map(|r| entry(sealer, &mut r.columns())).collect()
}

fn entry(sealer: &Sealer, c: &mut Columns) -> Result<Entry, StoreError> {
    let (id, device, account) = (c.text()?, c.text_or_null()?, c.text_or_null()?);
    let (partner, match_number, word) = (c.text()?, c.text()?, c.text()?);
    let (created_at, expires_at, decided_at) = (c.int()?, c.int()?, c.int_or_null()?);
    let state = State::read(&word, decided_at).ok_or_else(|| StoreError::Inconsistent {
        table: "approval",
        column: "state",
        row: id.clone(),
    })?;
    let asked = sealer.open("approval", "request", &id, &c.bytes()?)?;
    let evidence = c.flag()?;
    let approval = Approval { id, device, account, partner, match_number, created_at, expires_at, state };
    Ok(Entry { approval, asked, evidence, decided_at })
}

/// Request, answer and receipt of one request of this account, and the certificate of the phone that answered.
pub fn evidence(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    account: &str,
    id: &str,
) -> Result<Option<(Evidence, String)>, StoreError> {
    let row = tx.row(
        "SELECT a.evidence, d.certificate FROM approval a JOIN device d ON d.id = a.device
         WHERE a.id = $1 AND a.account = $2 AND a.evidence IS NOT NULL",
        args![id, account],
    )?;
    row.map(|r| {
        let mut c = r.columns();
        Ok((sealer.open("approval", "evidence", id, &c.bytes()?)?, c.text()?))
    })
    .transpose()
}

/// Lane and service of a request of this phone that was reported.
pub fn reported(tx: &mut Tx<'_>, device: &str, id: &str) -> Result<Option<(String, String)>, StoreError> {
    let row = tx.row(
        "SELECT partner, lane FROM approval WHERE id = $1 AND device = $2 AND state = 'fraud'",
        args![id, device],
    )?;
    row.map(|r| {
        let mut c = r.columns();
        Ok((c.text()?, c.text()?))
    })
    .transpose()
}
