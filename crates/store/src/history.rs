//! Every request ever made to a person, and what became of it. What a browser's session answered asked nobody.

use db::{Columns, Tx, args};
use domain::approval::{Approval, Asked, Start, State};

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
    /// Of this service; `""`: about the account itself.
    pub partner: Option<String>,
    pub outcome: Option<Outcome>,
}

/// What became of a request, as a person tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Waiting,
    Approved,
    Refused,
    /// "I did not ask for this."
    Reported,
    /// Nobody answered in time.
    Expired,
    /// By the browser, or by a wrong number.
    Stopped,
}

impl Outcome {
    pub const ALL: [Outcome; 6] =
        [Outcome::Waiting, Outcome::Approved, Outcome::Refused, Outcome::Reported, Outcome::Expired, Outcome::Stopped];

    /// The word in the contract (docs/life.md §3).
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Waiting => "waiting",
            Outcome::Approved => "approved",
            Outcome::Refused => "refused",
            Outcome::Reported => "reported",
            Outcome::Expired => "expired",
            Outcome::Stopped => "stopped",
        }
    }

    pub fn read(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// What was granted and later revoked was approved all the same.
    pub fn of(approval: &Approval, now: i64) -> Outcome {
        match approval.state {
            State::Waiting if now >= approval.expires_at => Outcome::Expired,
            State::Waiting => Outcome::Waiting,
            State::Approved { .. } | State::Redeemed { .. } | State::Revoked => Outcome::Approved,
            State::Rejected => Outcome::Refused,
            State::Fraud => Outcome::Reported,
            State::Cancelled => Outcome::Stopped,
        }
    }

    /// The words of the rows that stand so; none is a part of another.
    fn rows(self) -> &'static str {
        match self {
            Outcome::Waiting | Outcome::Expired => "waiting",
            Outcome::Approved => "approved redeemed revoked",
            Outcome::Refused => "rejected",
            Outcome::Reported => "fraud",
            Outcome::Stopped => "cancelled",
        }
    }

    /// Between which moments its rows end.
    fn ends(self, now: i64) -> (i64, i64) {
        match self {
            Outcome::Waiting => (now, i64::MAX),
            Outcome::Expired => (0, now),
            _ => (0, i64::MAX),
        }
    }
}

/// Newest first, at most `limit`.
pub fn list(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    account: &str,
    filter: &Filter,
    limit: i64,
    now: i64,
) -> Result<Vec<Entry>, StoreError> {
    let states = filter.outcome.map_or("", Outcome::rows);
    let (after, until) = filter.outcome.map_or((0, i64::MAX), |outcome| outcome.ends(now));
    let (at, id) = filter.before.clone().unwrap_or((i64::MAX, String::new()));
    let rows = tx.rows(
        "SELECT id, device, account, partner, match_number, state, created_at, expires_at, decided_at, start, uv, request, evidence IS NOT NULL
         FROM approval WHERE account = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3)) AND partner = COALESCE($4, partner)
           AND ($6 = '' OR $6 LIKE '%' || state || '%') AND expires_at > $7 AND expires_at <= $8 AND start <> 'silent'
         ORDER BY created_at DESC, id DESC LIMIT $5",
        args![account, at, &id, filter.partner.as_deref(), limit, states, after, until],
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
    let (start, uv) = (c.text()?, c.text()?);
    let start = Start::read(&start).ok_or_else(|| StoreError::Inconsistent {
        table: "approval",
        column: "start",
        row: id.clone(),
    })?;
    let asked = sealer.open("approval", "request", &id, &c.bytes()?)?;
    let evidence = c.flag()?;
    let approval = Approval { id, start, uv, device, account, partner, match_number, created_at, expires_at, state };
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
