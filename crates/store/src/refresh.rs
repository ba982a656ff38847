//! Chains of refresh tokens: one row each, in which the generation stands that may come next.

use db::{Columns, Tx, args};

use crate::StoreError;

/// One chain.
#[derive(Clone)]
pub struct Chain {
    pub id: String,
    pub approval: String,
    pub partner: String,
    pub account: String,
    pub generation: i64,
    /// Thumbprint of the key or certificate of the last use, empty where the first token was bound to none.
    pub bound: String,
    pub created_at: i64,
    pub used_at: i64,
    pub ended_at: Option<i64>,
    pub expires_at: i64,
}

pub fn insert(tx: &mut Tx<'_>, chain: &Chain) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO refresh_token (id, approval, partner, account, generation, bound, created_at, used_at, ended_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9)",
        args![
            &chain.id,
            &chain.approval,
            &chain.partner,
            &chain.account,
            chain.generation,
            &chain.bound,
            chain.created_at,
            chain.used_at,
            chain.expires_at
        ],
    )?;
    Ok(())
}

fn chain(c: &mut Columns) -> Result<Chain, StoreError> {
    Ok(Chain {
        id: c.text()?,
        approval: c.text()?,
        partner: c.text()?,
        account: c.text()?,
        generation: c.int()?,
        bound: c.text()?,
        created_at: c.int()?,
        used_at: c.int()?,
        ended_at: c.int_or_null()?,
        expires_at: c.int()?,
    })
}

pub fn find(tx: &mut Tx<'_>, id: &str, partner: &str) -> Result<Option<Chain>, StoreError> {
    let row = tx.row(
        "SELECT id, approval, partner, account, generation, bound, created_at, used_at, ended_at, expires_at
         FROM refresh_token WHERE id = $1 AND partner = $2",
        args![id, partner],
    )?;
    row.map(|r| chain(&mut r.columns())).transpose()
}

/// A token that is brought.
#[derive(Clone, Copy)]
pub struct Own<'a> {
    pub id: &'a str,
    pub partner: &'a str,
    pub generation: i64,
    /// Thumbprint of the key or certificate it is brought with, empty for none.
    pub bound: &'a str,
}

/// Uses the token of this generation, once: the next one is `generation + step` (0: the same token goes on). A chain that began
/// bound keeps the key of its last use. `false` when it is not the one that may come, or the chain is over, or it lay idle since
/// before `idle_since`.
pub fn turn(tx: &mut Tx<'_>, own: Own<'_>, step: i64, idle_since: i64, now: i64) -> Result<bool, StoreError> {
    let moved = tx.execute(
        "UPDATE refresh_token SET generation = generation + $4, used_at = $6, bound = CASE WHEN bound = '' THEN '' ELSE $7 END
         WHERE id = $1 AND partner = $2 AND generation = $3 AND ended_at IS NULL AND used_at > $5 AND expires_at > $6",
        args![own.id, own.partner, own.generation, step, idle_since, now, own.bound],
    )?;
    Ok(moved == 1)
}

/// The last token that was used comes once more, with the same key, not before `since` and before the one that followed it.
pub fn again(tx: &mut Tx<'_>, own: Own<'_>, since: i64, now: i64) -> Result<bool, StoreError> {
    let noted = tx.execute(
        "UPDATE refresh_token SET repeated = $3
         WHERE id = $1 AND partner = $2 AND generation = $3 + 1 AND repeated < $3 AND (bound = '' OR bound = $4)
            AND ended_at IS NULL AND used_at >= $5 AND expires_at > $6",
        args![own.id, own.partner, own.generation, own.bound, since, now],
    )?;
    Ok(noted == 1)
}

/// Everything granted to this partner by an approval goes no further.
pub fn end_of_approval(tx: &mut Tx<'_>, approval: &str, partner: &str, now: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE refresh_token SET ended_at = $3 WHERE approval = $1 AND partner = $2 AND ended_at IS NULL",
        args![approval, partner, now],
    )?;
    Ok(())
}

/// As [`end_of_approval`], for an account; of one partner, or of all (`""`).
pub fn end_of_account(tx: &mut Tx<'_>, account: &str, partner: &str, now: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE refresh_token SET ended_at = $3 WHERE account = $1 AND ended_at IS NULL AND ($2 = '' OR partner = $2)",
        args![account, partner, now],
    )?;
    Ok(())
}

/// Removes chains whose time is over, at most `limit`.
pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM refresh_token WHERE id IN (SELECT id FROM refresh_token WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
