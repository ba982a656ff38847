//! Requests that wait for a person.

use db::{Columns, Tx, args};
use domain::account::{Device, Profile};
use domain::approval::{Approval, Asked, LoginRequest, Start, State};
use serde::{Deserialize, Serialize};

use crate::card_data::KeptCard;
use crate::consent::Standing;
use crate::summon::credential;
use crate::{Sealer, StoreError, device, partner_call, refresh};

/// What proves an answer: the exact bytes of request, answer and receipt.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub m1: String,
    pub m2: String,
    pub m3: String,
    /// What a fingerprint or face signed in place of the code; the proof of a code is never kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bio: Option<protocol::phone::Bio>,
}

pub(crate) fn inconsistent(column: &'static str, row: &str) -> StoreError {
    StoreError::Inconsistent { table: "approval", column, row: row.to_owned() }
}

pub fn insert(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    a: &Approval,
    number: &[u8],
    lane: &str,
    request: &Asked,
) -> Result<(), StoreError> {
    let sealed = sealer.seal("approval", &a.id, request)?;
    tx.execute(
        "INSERT INTO approval (id, device, account, partner, number_hash, lane, match_number, state, request, evidence, created_at, expires_at, start, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, $10, $11, $12, $13)",
        args![
            &a.id,
            a.device.as_deref(),
            a.account.as_deref(),
            &a.partner,
            number,
            lane,
            &a.match_number,
            a.state.word(),
            &sealed,
            a.created_at,
            a.expires_at,
            a.start.word(),
            a.state.decided_at()
        ],
    )?;
    Ok(())
}

const NO_REQUEST: &str = "request";

fn approval(c: &mut Columns) -> Result<Approval, StoreError> {
    let (id, device, account, partner, match_number) =
        (c.text()?, c.text_or_null()?, c.text_or_null()?, c.text()?, c.text()?);
    let (word, created_at, expires_at, decided_at) = (c.text()?, c.int()?, c.int()?, c.int_or_null()?);
    let state = State::read(&word, decided_at).ok_or_else(|| inconsistent("state", &id))?;
    let (start, uv) = (c.text()?, c.text()?);
    let start = Start::read(&start).ok_or_else(|| inconsistent("start", &id))?;
    Ok(Approval { id, start, uv, device, account, partner, match_number, created_at, expires_at, state })
}

fn with_request(sealer: &Sealer, c: &mut Columns) -> Result<(Approval, Asked), StoreError> {
    let approval = approval(c)?;
    let request = sealer.open("approval", NO_REQUEST, &approval.id, &c.bytes()?)?;
    Ok((approval, request))
}

/// The request of a partner.
pub(crate) fn login(sealer: &Sealer, c: &mut Columns) -> Result<(Approval, LoginRequest), StoreError> {
    match with_request(sealer, c)? {
        (approval, Asked::Login(request)) => Ok((approval, *request)),
        (approval, Asked::NewPhone(_) | Asked::Act(_)) => Err(inconsistent("request", &approval.id)),
    }
}

/// Where a request stands, whatever it asks.
pub fn state(tx: &mut Tx<'_>, id: &str) -> Result<Option<State>, StoreError> {
    let row = tx.row("SELECT state, decided_at FROM approval WHERE id = $1", args![id])?;
    row.map(|r| {
        let mut c = r.columns();
        State::read(&c.text()?, c.int_or_null()?).ok_or_else(|| inconsistent("state", id))
    })
    .transpose()
}

pub fn find(tx: &mut Tx<'_>, sealer: &Sealer, id: &str) -> Result<Option<(Approval, LoginRequest)>, StoreError> {
    let row = tx.row(
        "SELECT id, device, account, partner, match_number, state, created_at, expires_at, decided_at, start, uv, request FROM approval WHERE id = $1",
        args![id],
    )?;
    row.map(|r| login(sealer, &mut r.columns())).transpose()
}

/// A phone, its person, and the requests that wait for it, oldest first: one statement, for phones ask this all day.
pub struct Waiting {
    pub device: Device,
    pub profile: Profile,
    pub requests: Vec<(Approval, Asked)>,
    /// Read only while something waits.
    pub card: KeptCard,
}

pub fn waiting_for(tx: &mut Tx<'_>, sealer: &Sealer, device: &str, now: i64) -> Result<Option<Waiting>, StoreError> {
    let rows = tx.rows(
        "SELECT d.id, d.account, d.point, d.head, d.last_receipt, d.last_answer, d.biometrics, d.notifications, d.sharing, d.careful_until, c.profile, k.body, a.id,
                a.device, a.account, a.partner, a.match_number, a.state, a.created_at, a.expires_at, a.decided_at, a.start, a.uv, a.request
         FROM device d JOIN account c ON c.id = d.account
         LEFT JOIN approval a ON a.device = d.id AND a.state = 'waiting' AND a.expires_at > $2
         LEFT JOIN card_data k ON k.account = d.account AND k.kept_until = 0 AND a.id IS NOT NULL
         WHERE d.id = $1 AND d.state = 'active' ORDER BY a.created_at, a.id",
        args![device, now],
    )?;
    let mut found: Option<Waiting> = None;
    for row in rows {
        let mut c = row.columns();
        let device = device::read(&mut c)?;
        let (profile, card) = (c.bytes()?, c.bytes_or_null()?);
        let waiting = match found.as_mut() {
            Some(waiting) => waiting,
            None => {
                let profile = sealer.open("account", "profile", &device.account, &profile)?;
                found.insert(Waiting { device, profile, requests: Vec::new(), card: KeptCard(card) })
            }
        };
        if let Some(id) = c.text_or_null()? {
            let (dev, account, partner, match_number) = (c.text_or_null()?, c.text_or_null()?, c.text()?, c.text()?);
            let (word, created_at, expires_at, decided_at) = (c.text()?, c.int()?, c.int()?, c.int_or_null()?);
            let state = State::read(&word, decided_at).ok_or_else(|| inconsistent("state", &id))?;
            let (start, uv) = (c.text()?, c.text()?);
            let start = Start::read(&start).ok_or_else(|| inconsistent("start", &id))?;
            let request = sealer.open("approval", NO_REQUEST, &id, &c.bytes()?)?;
            waiting.requests.push((
                Approval { id, start, uv, device: dev, account, partner, match_number, created_at, expires_at, state },
                request,
            ));
        }
    }
    Ok(found)
}

/// A request that a phone answers.
pub struct ToAnswer {
    pub approval: Approval,
    /// What its service is given already.
    pub consent: Option<Standing>,
}

/// The phone that answers and the request it answers, if that is its own.
pub fn for_answer(tx: &mut Tx<'_>, device: &str, id: &str) -> Result<Option<(Device, Option<ToAnswer>)>, StoreError> {
    let row = tx.row(
        "SELECT d.id, d.account, d.point, d.head, d.last_receipt, d.last_answer, d.biometrics, d.notifications, d.sharing, d.careful_until, a.id IS NOT NULL,
                COALESCE(a.id, ''), a.device, a.account, COALESCE(a.partner, ''), COALESCE(a.match_number, ''), COALESCE(a.state, 'waiting'),
                COALESCE(a.created_at, 0), COALESCE(a.expires_at, 0), a.decided_at, COALESCE(a.start, 'number'), COALESCE(a.uv, ''),
                c.claims, c.subject
         FROM device d LEFT JOIN approval a ON a.id = $2 AND a.device = d.id
         LEFT JOIN consent c ON c.account = d.account AND c.partner = a.partner AND c.withdrawn_at IS NULL
         WHERE d.id = $1 AND d.state = 'active'",
        args![device, id],
    )?;
    row.map(|r| {
        let mut c = r.columns();
        let device = device::read(&mut c)?;
        let found = c.flag()?;
        if !found {
            return Ok((device, None));
        }
        let approval = approval(&mut c)?;
        let consent = c.text_or_null()?.zip(c.text_or_null()?).map(|(claims, subject)| Standing { claims, subject });
        Ok((device, Some(ToAnswer { approval, consent })))
    })
    .transpose()
}

/// From waiting to `state`, with its evidence; `false` when somebody was first or its time is over.
pub fn decide(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    id: &str,
    state: State,
    uv: &str,
    evidence: &Evidence,
    now: i64,
) -> Result<bool, StoreError> {
    let sealed = sealer.seal("approval", id, evidence)?;
    let moved = tx.execute(
        "UPDATE approval SET state = $2, evidence = $3, decided_at = $4, uv = $5
         WHERE id = $1 AND state = 'waiting' AND expires_at > $4",
        args![id, state.word(), &sealed, now, uv],
    )?;
    Ok(moved == 1)
}

/// A request that waits for whoever comes, and the phone that came.
#[derive(Clone, Copy)]
pub struct Claim<'a> {
    pub id: &'a str,
    pub device: &'a str,
    pub account: &'a str,
    /// The person may answer until then.
    pub until: i64,
}

/// The first phone to come has it; `false` when somebody was first or its time is over.
pub fn claim(tx: &mut Tx<'_>, sealer: &Sealer, claim: Claim<'_>, asked: &Asked, now: i64) -> Result<bool, StoreError> {
    let sealed = sealer.seal("approval", claim.id, asked)?;
    let moved = tx.execute(
        "UPDATE approval SET device = $2, account = $3, request = $4, expires_at = $5
         WHERE id = $1 AND device IS NULL AND state = 'waiting' AND start IN ('qr', 'link') AND expires_at > $6",
        args![claim.id, claim.device, claim.account, &sealed, claim.until, now],
    )?;
    Ok(moved == 1)
}

/// From waiting to cancelled, while it may still be answered.
pub fn cancel(tx: &mut Tx<'_>, id: &str, now: i64) -> Result<bool, StoreError> {
    let moved = tx.execute(
        "UPDATE approval SET state = 'cancelled', decided_at = $2 WHERE id = $1 AND state = 'waiting' AND expires_at > $2",
        args![id, now],
    )?;
    Ok(moved == 1)
}

/// A code that came twice: what it was exchanged for is void.
pub fn revoke(tx: &mut Tx<'_>, id: &str, partner: &str) -> Result<bool, StoreError> {
    let moved = tx.execute(
        "UPDATE approval SET state = 'revoked' WHERE id = $1 AND partner = $2 AND state = 'redeemed'",
        args![id, partner],
    )?;
    Ok(moved == 1)
}

/// Of a person, beside the profile, what claims may tell.
pub struct Kept {
    pub lang: String,
    pub card: KeptCard,
}

/// What an access token leads to: the redeemed request and the person.
pub fn redeemed(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    id: &str,
) -> Result<Option<(Approval, LoginRequest, Profile, Kept)>, StoreError> {
    let row = tx.row(
        "SELECT a.id, a.device, a.account, a.partner, a.match_number, a.state, a.created_at, a.expires_at, a.decided_at, a.start, a.uv, a.request, c.profile, c.lang, k.body,
                c.activated_at || ' ' || c.limited_until || ' ' || d.careful_until || ' ' || c.recovered_by
         FROM approval a JOIN account c ON c.id = a.account LEFT JOIN device d ON d.id = a.device
         LEFT JOIN card_data k ON k.account = a.account AND k.kept_until = 0 WHERE a.id = $1 AND a.state = 'redeemed'",
        args![id],
    )?;
    row.map(|r| {
        let mut c = r.columns();
        let (approval, mut request) = login(sealer, &mut c)?;
        let account = approval.account.clone().unwrap_or_default();
        let profile = sealer.open("account", "profile", &account, &c.bytes()?)?;
        let kept = Kept { lang: c.text()?, card: KeptCard(c.bytes_or_null()?) };
        if request.credential.is_none() {
            request.credential = c.text_or_null()?.and_then(|packed| credential(&packed, approval.created_at));
        }
        Ok((approval, request, profile, kept))
    })
    .transpose()
}

/// What waits for an account's phone ends, and what was granted is void: the account was blocked, or a service's consent is
/// withdrawn (`partner`; empty: all). Gives the ids of what waited.
pub fn end_of(tx: &mut Tx<'_>, account: &str, partner: &str, now: i64) -> Result<Vec<String>, StoreError> {
    partner_call::end_of(tx, account, partner, now)?;
    tx.execute(
        "UPDATE approval SET state = 'revoked' WHERE account = $1 AND state IN ('approved', 'redeemed') AND ($2 = '' OR partner = $2)
            AND start <> 'silent'",
        args![account, partner],
    )?;
    // Last: a session that answers holds its login meanwhile (`session::hold`), and what it wrote is seen only by a later statement.
    tx.execute(
        "UPDATE approval SET state = 'revoked' WHERE account = $1 AND state IN ('approved', 'redeemed') AND ($2 = '' OR partner = $2)
            AND start = 'silent'",
        args![account, partner],
    )?;
    refresh::end_of_account(tx, account, partner, now)?;
    let waited = tx.rows(
        "UPDATE approval SET state = 'cancelled', decided_at = $3 WHERE account = $1 AND state = 'waiting' AND ($2 = '' OR partner = $2)
            AND expires_at > $3 RETURNING id",
        args![account, partner, now],
    )?;
    waited.into_iter().map(|r| Ok(r.columns().text()?)).collect()
}

/// Acts of one kind that wait for this phone end: a newer one takes their place.
pub fn supersede(tx: &mut Tx<'_>, device: &str, lane: &str, now: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE approval SET state = 'cancelled', decided_at = $3
         WHERE device = $1 AND state = 'waiting' AND expires_at > $3 AND lane = $2",
        args![device, lane, now],
    )?;
    Ok(())
}

/// What a phone is asked, whatever kind it is.
pub fn asked(tx: &mut Tx<'_>, sealer: &Sealer, id: &str) -> Result<Option<Asked>, StoreError> {
    let row = tx.row("SELECT request FROM approval WHERE id = $1", args![id])?;
    row.map(|r| sealer.open("approval", NO_REQUEST, id, &r.columns().bytes()?)).transpose()
}

/// The request as it is now known: somebody was on the phone when it was approved.
pub fn save_asked(tx: &mut Tx<'_>, sealer: &Sealer, id: &str, asked: &Asked) -> Result<(), StoreError> {
    let sealed = sealer.seal("approval", id, asked)?;
    tx.execute("UPDATE approval SET request = $2 WHERE id = $1", args![id, &sealed])?;
    Ok(())
}

/// Removes requests that nobody answered and that reached nobody, at most `limit`.
pub fn sweep(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM approval WHERE id IN
            (SELECT id FROM approval WHERE account IS NULL AND state IN ('waiting', 'cancelled') AND expires_at < $1 LIMIT $2)",
        args![before, limit],
    )?)
}

/// Removes requests that reached a person who did not answer: history, but not for ever. Answered ones stay.
pub fn sweep_unanswered(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM approval WHERE id IN
            (SELECT id FROM approval WHERE state IN ('waiting', 'cancelled') AND expires_at < $1 LIMIT $2)",
        args![before, limit],
    )?)
}
