//! What partners must be told, one row each, until they heard it or it is worth nothing any more.

use db::{Tx, args};
use serde::{Deserialize, Serialize};

use crate::{Sealer, StoreError};

/// A result is ready (CIBA Core §10.2). Sealed: the token in it speaks for us.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ping {
    pub address: String,
    /// `client_notification_token`.
    pub bearer: String,
    pub auth_req_id: String,
}

/// A login is over. Names nobody whom the row's other columns do not name; the token is signed when it leaves.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logout {
    pub account: String,
    /// The approval that the session began with; all of this person's at this partner without one.
    pub approval: Option<String>,
}

/// What is said.
#[derive(Clone)]
pub enum Said {
    Ping(Ping),
    Logout(Logout),
}

/// A row as the caller of partners sees it.
pub struct Due {
    pub id: String,
    pub partner: String,
    pub said: Said,
    pub tries: i64,
}

/// Writes one; a second of the same id is none.
pub fn insert(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    (id, partner): (&str, &str),
    said: &Said,
    now: i64,
    expires_at: i64,
) -> Result<(), StoreError> {
    let (kind, body) = match said {
        Said::Ping(ping) => ("ping", sealer.seal("partner_call", id, ping)?),
        Said::Logout(logout) => ("logout", plain(logout, id)?),
    };
    tx.execute(
        "INSERT INTO partner_call (id, partner, kind, body, tries, due_at, expires_at) VALUES ($1, $2, $3, $4, 0, $5, $6)
         ON CONFLICT (id) DO NOTHING",
        args![id, partner, kind, &body, now, expires_at],
    )?;
    Ok(())
}

fn plain(logout: &Logout, id: &str) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(logout).map_err(|_| fault(id))
}

fn fault(id: &str) -> StoreError {
    StoreError::Inconsistent { table: "partner_call", column: "body", row: id.to_owned() }
}

/// Every partner (or this one) that holds something of an account hears that it is over. Before it is ended, or there is nobody left
/// to tell.
pub(crate) fn end_of(tx: &mut Tx<'_>, account: &str, partner: &str, now: i64) -> Result<(), StoreError> {
    let said = plain(&Logout { account: account.to_owned(), approval: None }, account)?;
    let prefix = format!("pcl_{account}_{now}_");
    tx.execute(
        "INSERT INTO partner_call (id, partner, kind, body, tries, due_at, expires_at)
         SELECT $1 || partner, partner, 'logout', $2, 0, $3, $4 FROM approval
         WHERE account = $5 AND state = 'redeemed' AND ($6 = '' OR partner = $6) GROUP BY partner
         ON CONFLICT (id) DO NOTHING",
        args![&prefix, &said, now, now + LOGOUT_SECONDS, account, partner],
    )?;
    Ok(())
}

/// A partner that cannot be reached is told so long, seconds.
pub const LOGOUT_SECONDS: i64 = 86_400;

/// Takes calls that are due and leases them for `lease` seconds, so that nobody is called twice at once.
pub fn claim(tx: &mut Tx<'_>, sealer: &Sealer, now: i64, lease: i64, limit: i64) -> Result<Vec<Due>, StoreError> {
    let text = if tx.is_postgres() {
        "UPDATE partner_call SET due_at = $1 + $2, tries = tries + 1 WHERE id IN
            (SELECT id FROM partner_call WHERE due_at <= $1 AND expires_at > $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING id, partner, kind, body, tries"
    } else {
        "UPDATE partner_call SET due_at = $1 + $2, tries = tries + 1 WHERE id IN
            (SELECT id FROM partner_call WHERE due_at <= $1 AND expires_at > $1 ORDER BY due_at LIMIT $3)
         RETURNING id, partner, kind, body, tries"
    };
    let rows = tx.rows(text, args![now, lease, limit])?;
    rows.into_iter()
        .map(|r| {
            let mut c = r.columns();
            let (id, partner, kind, body) = (c.text()?, c.text()?, c.text()?, c.bytes()?);
            let said = match kind.as_str() {
                "ping" => Said::Ping(sealer.open("partner_call", "body", &id, &body)?),
                _ => Said::Logout(serde_json::from_slice(&body).map_err(|_| fault(&id))?),
            };
            Ok(Due { id, partner, said, tries: c.int()? })
        })
        .collect()
}

/// It was heard, or will never be.
pub fn done(tx: &mut Tx<'_>, id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM partner_call WHERE id = $1", args![id])?;
    Ok(())
}

/// Not heard: when to try again.
pub fn again(tx: &mut Tx<'_>, id: &str, due_at: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE partner_call SET due_at = $2 WHERE id = $1", args![id, due_at])?;
    Ok(())
}

/// Removes calls that are worth nothing any more, at most `limit`.
pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM partner_call WHERE id IN (SELECT id FROM partner_call WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
