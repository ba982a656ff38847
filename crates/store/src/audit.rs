//! What happened, line by line: who did what to whom. Ids only, never personal data.

use db::{Tx, args};

use crate::StoreError;

/// One line.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    pub id: &'a str,
    pub at: i64,
    pub action: &'static str,
    pub actor: &'a str,
    pub subject: &'a str,
    pub detail: &'a str,
}

pub fn append(tx: &mut Tx<'_>, line: &Line<'_>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO audit (id, at, action, actor, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        args![line.id, line.at, line.action, line.actor, line.subject, line.detail],
    )?;
    Ok(())
}

/// Actions about an account, newest first, its answers to requests among them: those are told by the requests themselves.
pub fn about(tx: &mut Tx<'_>, subject: &str, limit: i64) -> Result<Vec<(i64, String, String)>, StoreError> {
    let rows = tx.rows(
        "SELECT at, action, detail FROM audit WHERE subject = $1 AND action NOT IN ('approved', 'rejected', 'reported')
         UNION ALL
         SELECT decided_at, CASE state WHEN 'rejected' THEN 'rejected' WHEN 'fraud' THEN 'reported' ELSE 'approved' END, id
         FROM approval WHERE account = $1 AND evidence IS NOT NULL
         ORDER BY 1 DESC LIMIT $2",
        args![subject, limit],
    )?;
    rows.into_iter()
        .map(|r| {
            let mut c = r.columns();
            Ok((c.int()?, c.text()?, c.text()?))
        })
        .collect()
}

/// What happened to an account, as its person may hear it; `actor` and `detail` may still hold ids.
pub struct Event {
    pub at: i64,
    pub action: String,
    pub actor: String,
    pub detail: String,
}

/// As [`about`], without the answers to requests: those are told by the history.
pub fn events(tx: &mut Tx<'_>, subject: &str, limit: i64) -> Result<Vec<Event>, StoreError> {
    let rows = tx.rows(
        "SELECT at, action, actor, detail FROM audit WHERE subject = $1 AND action NOT IN ('approved', 'rejected', 'reported')
         ORDER BY at DESC, id DESC LIMIT $2",
        args![subject, limit],
    )?;
    rows.into_iter()
        .map(|r| {
            let mut c = r.columns();
            Ok(Event { at: c.int()?, action: c.text()?, actor: c.text()?, detail: c.text()? })
        })
        .collect()
}
