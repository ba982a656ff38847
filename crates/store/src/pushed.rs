//! Authorization requests that lie here: pushed by a partner (RFC 9126) until a browser comes for them, or too large for a form
//! while a person types (`used`).

use db::{Tx, args};
use protocol::oidc::authorize::AuthorizationRequest;

use crate::{Sealer, StoreError};

/// A request of `request.client_id`. `stashed`: it opens no login, a sealed form leads to it.
pub fn insert(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    id: &str,
    request: &AuthorizationRequest,
    stashed: bool,
    expires_at: i64,
) -> Result<(), StoreError> {
    let body = sealer.seal("pushed_request", id, request)?;
    tx.execute(
        "INSERT INTO pushed_request (id, partner, body, used, expires_at) VALUES ($1, $2, $3, $4, $5)",
        args![id, &request.client_id, &body, stashed, expires_at],
    )?;
    Ok(())
}

/// Lays a request of `request.client_id` down under a name made of itself: once, however often it comes.
pub fn stash(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    id: &str,
    request: &AuthorizationRequest,
    expires_at: i64,
) -> Result<(), StoreError> {
    let body = sealer.seal("pushed_request", id, request)?;
    tx.execute(
        "INSERT INTO pushed_request (id, partner, body, used, expires_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at",
        args![id, &request.client_id, &body, true, expires_at],
    )?;
    Ok(())
}

/// Takes a pushed request away: once, in its time, for the partner that pushed it.
pub fn take(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    id: &str,
    partner: &str,
    now: i64,
) -> Result<Option<AuthorizationRequest>, StoreError> {
    let row = tx.row(
        "DELETE FROM pushed_request WHERE id = $1 AND partner = $2 AND NOT used AND expires_at > $3 RETURNING body",
        args![id, partner, now],
    )?;
    row.map(|r| sealer.open("pushed_request", "body", id, &r.columns().bytes()?)).transpose()
}

/// What a sealed form leads to.
pub fn stashed(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    id: &str,
    now: i64,
) -> Result<Option<AuthorizationRequest>, StoreError> {
    let row = tx.row("SELECT body FROM pushed_request WHERE id = $1 AND used AND expires_at > $2", args![id, now])?;
    row.map(|r| sealer.open("pushed_request", "body", id, &r.columns().bytes()?)).transpose()
}

pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM pushed_request WHERE id IN (SELECT id FROM pushed_request WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
