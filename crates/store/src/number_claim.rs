//! Numbers that another person proved: whose they are, who asks, and when they are free (docs/life.md §7).

use db::{Tx, args};

use crate::StoreError;

/// One claim.
#[derive(Clone)]
pub struct Claim {
    pub holder: String,
    /// HMAC of the person who asks.
    pub claimant: Vec<u8>,
    /// The question to the holder's phone; `""` when there was nobody to ask.
    pub asked: String,
    pub free_at: i64,
}

/// The first to ask; `false` when a claim stands already.
pub fn insert(tx: &mut Tx<'_>, number: &[u8], claim: &Claim, expires_at: i64) -> Result<bool, StoreError> {
    let made = tx.execute(
        "INSERT INTO number_claim (number_hash, holder, claimant, asked, free_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
        args![number, &claim.holder, &claim.claimant, &claim.asked, claim.free_at, expires_at],
    )?;
    Ok(made == 1)
}

pub fn find(tx: &mut Tx<'_>, number: &[u8], now: i64) -> Result<Option<Claim>, StoreError> {
    let row = tx.row(
        "SELECT holder, claimant, asked, free_at FROM number_claim WHERE number_hash = $1 AND expires_at > $2",
        args![number, now],
    )?;
    row.map(|r| {
        let mut c = r.columns();
        Ok(Claim { holder: c.text()?, claimant: c.bytes()?, asked: c.text()?, free_at: c.int()? })
    })
    .transpose()
}

pub fn forget(tx: &mut Tx<'_>, number: &[u8]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM number_claim WHERE number_hash = $1", args![number])?;
    Ok(())
}

pub fn sweep(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, StoreError> {
    Ok(tx.execute(
        "DELETE FROM number_claim WHERE number_hash IN (SELECT number_hash FROM number_claim WHERE expires_at < $1 LIMIT $2)",
        args![now, limit],
    )?)
}
