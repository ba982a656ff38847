//! What people shared with services, one row per person and service.

use db::{Tx, args};

use crate::StoreError;

/// One service that an account shared data with.
pub struct Consent {
    pub partner: String,
    /// Names of claims, as of the last time.
    pub claims: Vec<String>,
    pub first_at: i64,
    pub last_at: i64,
    pub times: i64,
    pub withdrawn_at: Option<i64>,
}

/// The person approved a request of this service: for the first time, something else than before, or again after a withdrawal.
/// Repeating what stands changes nothing that [`list`] tells.
///
/// `subject` is what that service calls the person.
pub fn given(
    tx: &mut Tx<'_>,
    account: &str,
    partner: &str,
    subject: &str,
    claims: &str,
    now: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO consent (account, partner, claims, first_at, last_at, times, withdrawn_at, subject) VALUES ($1, $2, $3, $4, $4, 1, NULL, $5)
         ON CONFLICT (account, partner) DO UPDATE SET claims = excluded.claims, last_at = excluded.last_at,
            times = consent.times + 1, withdrawn_at = NULL, subject = excluded.subject",
        args![account, partner, claims, now, subject],
    )?;
    Ok(())
}

/// The account that this service calls `subject`, unless the person withdrew.
pub fn of_subject(tx: &mut Tx<'_>, partner: &str, subject: &str) -> Result<Option<String>, StoreError> {
    let row = tx.row(
        "SELECT account FROM consent WHERE partner = $1 AND subject = $2 AND subject <> '' AND withdrawn_at IS NULL",
        args![partner, subject],
    )?;
    row.map(|r| Ok(r.columns().text()?)).transpose()
}

/// `false` when there was nothing to withdraw.
pub fn withdraw(tx: &mut Tx<'_>, account: &str, partner: &str, now: i64) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE consent SET withdrawn_at = $3 WHERE account = $1 AND partner = $2 AND withdrawn_at IS NULL",
        args![account, partner, now],
    )?;
    Ok(changed == 1)
}

/// What an account shares with a service as of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Names, space between.
    pub claims: String,
    /// What the service calls the person.
    pub subject: String,
}

/// Newest first. When and how often is told by the requests that were approved: their answers are the record.
pub fn list(tx: &mut Tx<'_>, account: &str) -> Result<Vec<Consent>, StoreError> {
    let rows = tx.rows(
        "SELECT c.partner, c.claims, c.first_at, CASE WHEN COALESCE(a.last_at, 0) > c.last_at THEN a.last_at ELSE c.last_at END AS latest,
                CASE WHEN COALESCE(a.times, 0) > c.times THEN a.times ELSE c.times END, c.withdrawn_at
         FROM consent c LEFT JOIN
            (SELECT partner, MAX(decided_at) AS last_at, COUNT(*) AS times FROM approval
             WHERE account = $1 AND state IN ('approved', 'redeemed', 'revoked') AND start <> 'silent' GROUP BY partner) a ON a.partner = c.partner
         WHERE c.account = $1 ORDER BY latest DESC, c.partner",
        args![account],
    )?;
    rows.into_iter()
        .map(|r| {
            let mut c = r.columns();
            let (partner, claims) = (c.text()?, c.text()?);
            Ok(Consent {
                partner,
                claims: claims.split_whitespace().map(str::to_owned).collect(),
                first_at: c.int()?,
                last_at: c.int()?,
                times: c.int()?,
                withdrawn_at: c.int_or_null()?,
            })
        })
        .collect()
}

pub fn forget(tx: &mut Tx<'_>, account: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM consent WHERE account = $1", args![account])?;
    Ok(())
}
