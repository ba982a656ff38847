//! Whom a new request reaches, and what a service may weigh of their phone.

use db::{Columns, Tx, args};
use domain::approval::{Approval, Asked, CredentialFacts, Crowd, FLOOD_SECONDS};

use crate::approval::inconsistent;
use crate::{Sealer, StoreError};

/// Whom the number of a new request reached, and how crowded its door was before.
pub struct Summoned {
    pub crowd: Crowd,
    /// Neither where nobody has the number, or wants no requests of this service from there, or not by number at all.
    pub device: Option<String>,
    pub account: Option<String>,
}

/// Makes a request for whoever has this number: one statement and one row, whether or not the number exists.
pub fn summon(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    a: &Approval,
    number: &[u8],
    lane: &str,
    request: &Asked,
) -> Result<Summoned, StoreError> {
    let sealed = sealer.seal("approval", &a.id, request)?;
    let row = tx.row(
        "INSERT INTO approval (id, device, account, partner, number_hash, lane, match_number, state, request, evidence, created_at, expires_at, decided_at, start)
         SELECT $1, d.id, CASE WHEN d.id IS NULL THEN NULL ELSE a.id END, $2, $3, $4, $5, 'waiting', $6, NULL, $7, $8, NULL, $9
         FROM (SELECT 1 AS one) n
         LEFT JOIN account a ON a.number_hash = $3 AND a.by_number AND NOT EXISTS
            (SELECT 1 FROM mute m WHERE m.account = a.id AND m.partner = $2 AND m.lane = $4 AND m.expires_at > $7)
         LEFT JOIN device d ON d.account = a.id AND d.state = 'active'
         RETURNING device, account,
            (SELECT COUNT(*) FROM approval p WHERE p.number_hash = $3 AND p.created_at > $10 AND p.state = 'waiting' AND p.lane = $4 AND p.id <> $1),
            (SELECT COUNT(*) FROM approval p WHERE p.number_hash = $3 AND p.created_at > $10 AND p.state = 'waiting' AND p.id <> $1)",
        args![
            &a.id,
            &a.partner,
            number,
            lane,
            &a.match_number,
            &sealed,
            a.created_at,
            a.expires_at,
            a.start.word(),
            a.created_at - FLOOD_SECONDS
        ],
    )?;
    let mut c = row.ok_or_else(|| inconsistent("id", &a.id))?.columns();
    let (device, account) = (c.text_or_null()?, c.text_or_null()?);
    Ok(Summoned { crowd: Crowd { in_lane: c.int()?, in_all: c.int()?, known_browser: false }, device, account })
}

/// The request reaches nobody: there is a crowd before the door.
pub fn turn_away(tx: &mut Tx<'_>, id: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE approval SET device = NULL, account = NULL WHERE id = $1", args![id])?;
    Ok(())
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

/// Whom a partner's known account reaches, and how crowded its door is.
pub struct Reached {
    /// HMAC of the number.
    pub number: Vec<u8>,
    pub crowd: Crowd,
    pub device: Option<String>,
    pub account: Option<String>,
    pub credential: Option<CredentialFacts>,
    /// The person wants no requests of this service from there.
    pub muted: bool,
}

/// For an account that the partner knows already: being found by number does not matter.
pub fn reach_account(
    tx: &mut Tx<'_>,
    account: &str,
    partner: &str,
    lane: &str,
    now: i64,
) -> Result<Reached, StoreError> {
    let row = tx.row(
        "SELECT a.number_hash,
            (SELECT COUNT(*) FROM approval p WHERE p.number_hash = a.number_hash AND p.created_at > $3 AND p.state = 'waiting' AND p.lane = $2),
            (SELECT COUNT(*) FROM approval p WHERE p.number_hash = a.number_hash AND p.created_at > $3 AND p.state = 'waiting'),
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
    let crowd = Crowd { in_lane: c.int()?, in_all: c.int()?, known_browser: false };
    let (muted, account, since) = (c.flag()?, c.text_or_null()?, c.int_or_null()?);
    let (recovered_by, limited_until) = (c.text_or_null()?, c.int_or_null()?);
    let (device, careful_until) = (c.text_or_null()?, c.int_or_null()?);
    let credential = since.zip(recovered_by).map(|(since, recovered_by)| CredentialFacts {
        since,
        recovered_by,
        limited: limited_until.unwrap_or(0) > now,
        ongoing_call: careful_until.unwrap_or(0) > now,
        ip: None,
    });
    Ok(Reached { number, crowd, device, account, credential, muted })
}
