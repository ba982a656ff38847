//! Whom a new request reaches, and what a service may weigh of their phone.

use db::{Columns, Tx, args};
use domain::approval::{Approval, Asked, CredentialFacts, FLOOD_SECONDS, Room};

use crate::approval::inconsistent;
use crate::{Sealer, StoreError};

/// Whom the number of a new request reached. Neither where nobody has the number, or wants no requests of this service from
/// there, or not by number at all, or where there is a crowd before the door.
pub struct Summoned {
    pub device: Option<String>,
    pub account: Option<String>,
}

/// Where a request comes from, and how many may stand before it.
#[derive(Clone)]
pub struct Origin {
    /// Begins with `partner:` where a partner names the person; those are no strangers.
    pub lane: String,
    /// Who approved in this browser before: strangers do not keep that person out.
    pub known: Option<String>,
    pub room: Room,
}

/// Makes a request for whoever has this number: one statement and one row, whether or not the number exists, and whether or not
/// there is a crowd before it.
pub fn summon(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    a: &Approval,
    number: &[u8],
    from: &Origin,
    request: &Asked,
) -> Result<Summoned, StoreError> {
    tx.lock(number)?;
    let sealed = sealer.seal("approval", &a.id, request)?;
    let row = tx.row(
        "INSERT INTO approval (id, device, account, partner, number_hash, lane, match_number, state, request, evidence, created_at, expires_at, decided_at, start)
         SELECT $1, d.id, CASE WHEN d.id IS NULL THEN NULL ELSE a.id END, $2, $3, $4, $5, 'waiting', $6, NULL, $7, $8, NULL, $9
         FROM (SELECT 1 AS one) n
         LEFT JOIN account a ON a.number_hash = $3 AND a.by_number AND NOT EXISTS
            (SELECT 1 FROM mute m WHERE m.account = a.id AND m.partner = $2 AND m.lane = $4 AND m.expires_at > $7)
         LEFT JOIN device d ON d.account = a.id AND d.state = 'active'
            AND (SELECT COUNT(*) FROM approval p WHERE p.number_hash = $3 AND p.created_at > $10 AND p.state IN ('waiting', 'cancelled')
                AND p.lane = $4 AND (p.state = 'waiting' OR p.device IS NOT NULL)) < $11
            AND (a.id = $12 OR (SELECT COUNT(*) FROM approval p WHERE p.number_hash = $3 AND p.created_at > $10
                AND p.state IN ('waiting', 'cancelled') AND p.device IS NOT NULL AND p.lane NOT LIKE 'partner:%') < $13)
         RETURNING device, account",
        args![
            &a.id,
            &a.partner,
            number,
            &from.lane,
            &a.match_number,
            &sealed,
            a.created_at,
            a.expires_at,
            a.start.word(),
            a.created_at - FLOOD_SECONDS,
            from.room.in_lane,
            from.known.as_deref(),
            from.room.in_all
        ],
    )?;
    let mut c = row.ok_or_else(|| inconsistent("id", &a.id))?.columns();
    Ok(Summoned { device: c.text_or_null()?, account: c.text_or_null()? })
}

/// Facts of account and phone as a statement packs them, for a request that began at `since`.
pub(crate) fn credential(packed: &str, since: i64) -> Option<CredentialFacts> {
    let mut parts = packed.splitn(4, ' ');
    let mut number = || parts.next()?.parse::<i64>().ok();
    let (activated_at, limited_until, careful_until) = (number()?, number()?, number()?);
    Some(CredentialFacts {
        since: activated_at,
        recovered_by: parts.next()?.to_owned(),
        limited: limited_until > since,
        ongoing_call: careful_until > since,
        ip: None,
    })
}

/// What a service may weigh, of a request that was made for a number.
pub fn credential_of(tx: &mut Tx<'_>, id: &str) -> Result<Option<CredentialFacts>, StoreError> {
    let row = tx.row(
        "SELECT a.created_at, c.activated_at || ' ' || c.limited_until || ' ' || d.careful_until || ' ' || c.recovered_by
         FROM approval a JOIN account c ON c.id = a.account JOIN device d ON d.id = a.device WHERE a.id = $1",
        args![id],
    )?;
    let Some(mut c) = row.map(db::Row::columns) else { return Ok(None) };
    let (since, packed) = (c.int()?, c.text()?);
    Ok(credential(&packed, since))
}

/// Whom a partner's known account reaches.
pub struct Reached {
    /// HMAC of the number.
    pub number: Vec<u8>,
    /// Unanswered requests of the same lane.
    pub in_lane: i64,
    pub device: Option<String>,
    pub account: Option<String>,
    pub credential: Option<CredentialFacts>,
    /// The person wants no requests of this service from there.
    pub muted: bool,
}

/// For an account that the partner knows already: being found by number does not matter, nor do the strangers who know it.
pub fn reach_account(
    tx: &mut Tx<'_>,
    account: &str,
    partner: &str,
    lane: &str,
    now: i64,
) -> Result<Reached, StoreError> {
    tx.lock(account.as_bytes())?;
    let row = tx.row(
        "SELECT a.number_hash,
            (SELECT COUNT(*) FROM approval p WHERE p.number_hash = a.number_hash AND p.created_at > $3 AND p.state IN ('waiting', 'cancelled')
                AND p.lane = $2 AND (p.state = 'waiting' OR p.device IS NOT NULL)),
            EXISTS (SELECT 1 FROM mute m WHERE m.account = a.id AND m.partner = $4 AND m.lane = $2 AND m.expires_at > $5),
            a.id, a.activated_at, a.recovered_by, a.limited_until, d.id, d.careful_until
         FROM account a LEFT JOIN device d ON d.account = a.id AND d.state = 'active' WHERE a.id = $1",
        args![account, lane, now - FLOOD_SECONDS, partner, now],
    )?;
    let mut c = row.ok_or_else(|| inconsistent("account", account))?.columns();
    let number = c.bytes()?;
    reached(&mut c, number, now)
}

fn reached(c: &mut Columns, number: Vec<u8>, now: i64) -> Result<Reached, StoreError> {
    let (in_lane, muted) = (c.int()?, c.flag()?);
    let (account, since) = (c.text_or_null()?, c.int_or_null()?);
    let (recovered_by, limited_until) = (c.text_or_null()?, c.int_or_null()?);
    let (device, careful_until) = (c.text_or_null()?, c.int_or_null()?);
    let credential = since.zip(recovered_by).map(|(since, recovered_by)| CredentialFacts {
        since,
        recovered_by,
        limited: limited_until.unwrap_or(0) > now,
        ongoing_call: careful_until.unwrap_or(0) > now,
        ip: None,
    });
    Ok(Reached { number, in_lane, device, account, credential, muted })
}
