//! What an approval was exchanged for: once redeemed, it stands behind the tokens of its partner.

use db::{Tx, args};
use domain::approval::{Approval, LoginRequest};
use serde::Deserialize;

use crate::{Sealer, StoreError, approval, refresh, summon};

/// An approval that became tokens.
pub struct Granted {
    pub approval: Approval,
    pub login: LoginRequest,
    /// M3, the vault's receipt; `None` where nobody was asked anew.
    pub receipt: Option<String>,
}

/// Of [`approval::Evidence`], what tokens tell.
#[derive(Deserialize)]
struct OnlyReceipt {
    m3: String,
}

/// From approved to redeemed, once, by its partner, when it was approved after `approved_after`.
pub fn redeem(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    id: &str,
    partner: &str,
    approved_after: i64,
) -> Result<Option<Granted>, StoreError> {
    let row = tx.row(
        "UPDATE approval SET state = 'redeemed' WHERE id = $1 AND partner = $2 AND state = 'approved' AND decided_at > $3
         RETURNING id, device, account, partner, match_number, state, created_at, expires_at, decided_at, start, uv, request, evidence,
            (SELECT c.activated_at || ' ' || c.limited_until || ' ' || d.careful_until || ' ' || c.recovered_by
                FROM account c JOIN device d ON d.id = approval.device WHERE c.id = approval.account)",
        args![id, partner, approved_after],
    )?;
    row.map(|r| granted(sealer, &mut r.columns())).transpose()
}

/// What stands behind the tokens of an approval, if they are still good.
pub fn find(tx: &mut Tx<'_>, sealer: &Sealer, id: &str, partner: &str) -> Result<Option<Granted>, StoreError> {
    let row = tx.row(
        "SELECT id, device, account, partner, match_number, state, created_at, expires_at, decided_at, start, uv, request, evidence,
            (SELECT c.activated_at || ' ' || c.limited_until || ' ' || d.careful_until || ' ' || c.recovered_by
                FROM account c JOIN device d ON d.id = approval.device WHERE c.id = approval.account)
         FROM approval WHERE id = $1 AND partner = $2 AND state = 'redeemed'",
        args![id, partner],
    )?;
    row.map(|r| granted(sealer, &mut r.columns())).transpose()
}

fn granted(sealer: &Sealer, c: &mut db::Columns) -> Result<Granted, StoreError> {
    let (approval, mut login) = approval::login(sealer, c)?;
    let evidence = c.bytes_or_null()?;
    let open = |sealed: Vec<u8>| sealer.open::<OnlyReceipt>("approval", "evidence", &approval.id, &sealed);
    let receipt = evidence.map(open).transpose()?.map(|evidence| evidence.m3);
    if login.credential.is_none() {
        // A request made for a number knows nobody's facts until it is granted.
        login.credential = c.text_or_null()?.and_then(|packed| summon::credential(&packed, approval.created_at));
    }
    Ok(Granted { approval, login, receipt })
}

/// The grant ends, with every token made from it: a code came twice, a partner gave it back, its chain was copied.
pub fn void(tx: &mut Tx<'_>, id: &str, partner: &str, now: i64) -> Result<bool, StoreError> {
    let voided = approval::revoke(tx, id, partner)?;
    refresh::end_of_approval(tx, id, partner, now)?;
    Ok(voided)
}
