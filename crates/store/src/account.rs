//! Accounts: one per person, one per number.

use db::{Tx, args};
use domain::account::Profile;
use domain::life::{Life, Phone, Standing};

use crate::{Sealer, StoreError};

/// An account's row.
pub struct AccountRow {
    pub id: String,
    pub profile: Profile,
    pub created_at: i64,
    pub activated_at: i64,
    /// Until then it may only log in; 0: not limited.
    pub limited_until: i64,
    pub standing: Standing,
    /// When it came to stand so.
    pub state_at: i64,
    /// MAC of the document of a comeback that was stopped.
    pub distrusted: Option<String>,
    /// `bank`, `eid`, `old_phone`; empty for a first activation.
    pub recovered_by: String,
    pub lang: String,
    pub number_lost: bool,
    /// Services may find it by its number.
    pub by_number: bool,
    /// It has a phone that acts for it.
    pub phone: Option<String>,
}

impl AccountRow {
    /// The account as the law sees it.
    pub fn life(&self, now: i64) -> Life {
        let phone = match self.phone {
            None => Phone::None,
            Some(_) if self.limited_until > now => Phone::Limited,
            Some(_) => Phone::Works,
        };
        Life { standing: self.standing, phone }
    }
}

/// What a (re)activation changes besides the profile.
#[derive(Clone, Copy)]
pub struct Opening<'a> {
    pub number: &'a [u8],
    pub profile: &'a Profile,
    pub block_mac: &'a str,
    pub lang: &'a str,
    pub recovered_by: &'a str,
    pub limited_until: i64,
    pub now: i64,
}

/// Ids of the account of this person and of the account of this number.
pub fn known(tx: &mut Tx<'_>, person: &[u8], number: &[u8]) -> Result<(Option<String>, Option<String>), StoreError> {
    let row = tx.row(
        "SELECT (SELECT id FROM account WHERE person_hash = $1), (SELECT id FROM account WHERE number_hash = $2)",
        args![person, number],
    )?;
    let Some(row) = row else { return Ok((None, None)) };
    let mut c = row.columns();
    Ok((c.text_or_null()?, c.text_or_null()?))
}

/// A new account; `false` when person or number has one already.
pub fn insert(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    id: &str,
    person: &[u8],
    opening: Opening<'_>,
) -> Result<bool, StoreError> {
    let Opening { number, profile, block_mac, lang, now, .. } = opening;
    let sealed = sealer.seal("account", id, profile)?;
    let made = tx.execute(
        "INSERT INTO account (id, number_hash, person_hash, profile, created_at, activated_at, block_mac, lang) VALUES ($1, $2, $3, $4, $5, $5, $6, $7)
         ON CONFLICT DO NOTHING",
        args![id, number, person, &sealed, now, block_mac, lang],
    )?;
    Ok(made == 1)
}

/// The same person again: new number, address and proof; open, whatever it was; the account, and with it every `sub`, stays.
/// `false` when there is no such account or the number is another account's.
pub fn renew(tx: &mut Tx<'_>, sealer: &Sealer, id: &str, opening: Opening<'_>) -> Result<bool, StoreError> {
    let Opening { number, profile, block_mac, lang, recovered_by, limited_until, now } = opening;
    let sealed = sealer.seal("account", id, profile)?;
    let changed = tx.execute(
        "UPDATE account SET number_hash = $2, profile = $3, activated_at = $4, limited_until = $5, state = 'open', state_by = '',
            state_at = $4, block_mac = $6, lang = $7, recovered_by = $8, number_lost = $9
         WHERE id = $1 AND state <> 'closed'
           AND NOT EXISTS (SELECT 1 FROM account other WHERE other.number_hash = $2 AND other.id <> $1)",
        args![id, number, &sealed, now, limited_until, block_mac, lang, recovered_by, false],
    )?;
    Ok(changed == 1)
}

/// Number and profile change; `false` when the number is another account's.
pub fn change_number(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    id: &str,
    number: &[u8],
    profile: &Profile,
    limited_until: i64,
) -> Result<bool, StoreError> {
    let sealed = sealer.seal("account", id, profile)?;
    let changed = tx.execute(
        "UPDATE account SET number_hash = $2, profile = $3, limited_until = $4, number_lost = $5
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM account other WHERE other.number_hash = $2 AND other.id <> $1)",
        args![id, number, &sealed, limited_until, false],
    )?;
    Ok(changed == 1)
}

/// The number is somebody else's now. `tomb` is 32 fresh random bytes.
pub fn lose_number(tx: &mut Tx<'_>, id: &str, number: &[u8], tomb: &[u8]) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE account SET number_hash = $3, number_lost = $4 WHERE id = $1 AND number_hash = $2",
        args![id, number, tomb, true],
    )?;
    Ok(changed == 1)
}

/// The old phone took the account to a new one: nothing was proven anew, so number, address and proof stay.
pub fn move_on(tx: &mut Tx<'_>, id: &str, block_mac: &str, lang: &str, now: i64) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE account SET activated_at = $2, state_at = $2, limited_until = 0, block_mac = $3, lang = $4, recovered_by = 'old_phone'
         WHERE id = $1 AND state = 'open'",
        args![id, now, block_mac, lang],
    )?;
    Ok(changed == 1)
}

/// Whoever changes an account takes its row first, so that of two who read, decide and write, the second reads what the first wrote.
pub fn take(tx: &mut Tx<'_>, id: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE account SET state = state WHERE id = $1", args![id])?;
    Ok(())
}

/// The document of a stopped comeback is trusted again.
pub fn trust(tx: &mut Tx<'_>, id: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE account SET distrusted = NULL WHERE id = $1", args![id])?;
    Ok(())
}

/// How the account stands from now on. A document that is not trusted stays so until [`trust`].
pub fn stand(
    tx: &mut Tx<'_>,
    id: &str,
    standing: Standing,
    distrusted: Option<&str>,
    now: i64,
) -> Result<(), StoreError> {
    let (state, by) = standing.words();
    tx.execute(
        "UPDATE account SET state = $2, state_by = $3, state_at = $4, distrusted = COALESCE($5, distrusted) WHERE id = $1",
        args![id, state, by, now, distrusted],
    )?;
    Ok(())
}

pub fn speak(tx: &mut Tx<'_>, id: &str, lang: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE account SET lang = $2 WHERE id = $1", args![id, lang])?;
    Ok(())
}

/// Whether services may find the person by their number.
pub fn findable(tx: &mut Tx<'_>, id: &str, by_number: bool) -> Result<(), StoreError> {
    tx.execute("UPDATE account SET by_number = $2 WHERE id = $1", args![id, by_number])?;
    Ok(())
}

/// The account of a person, of a number, of a block code.
pub fn of_person(tx: &mut Tx<'_>, person: &[u8]) -> Result<Option<String>, StoreError> {
    let row = tx.row("SELECT id FROM account WHERE person_hash = $1", args![person])?;
    row.map(|r| Ok(r.columns().text()?)).transpose()
}

pub fn of_number(tx: &mut Tx<'_>, number: &[u8]) -> Result<Option<String>, StoreError> {
    let row = tx.row("SELECT id FROM account WHERE number_hash = $1", args![number])?;
    row.map(|r| Ok(r.columns().text()?)).transpose()
}

pub fn of_block_code(tx: &mut Tx<'_>, mac: &str) -> Result<Option<String>, StoreError> {
    let row = tx.row("SELECT id FROM account WHERE block_mac = $1", args![mac])?;
    row.map(|r| Ok(r.columns().text()?)).transpose()
}

pub fn find(tx: &mut Tx<'_>, sealer: &Sealer, id: &str) -> Result<Option<AccountRow>, StoreError> {
    let row = tx.row(
        "SELECT a.profile, a.created_at, a.activated_at, a.limited_until, a.state, a.state_by, a.state_at, a.distrusted, a.recovered_by, a.lang,
                a.number_lost, a.by_number, d.id
         FROM account a LEFT JOIN device d ON d.account = a.id AND d.state = 'active' WHERE a.id = $1",
        args![id],
    )?;
    row.map(|r| {
        let mut c = r.columns();
        let profile = sealer.open("account", "profile", id, &c.bytes()?)?;
        let (created_at, activated_at, limited_until) = (c.int()?, c.int()?, c.int()?);
        let (state, by) = (c.text()?, c.text()?);
        let standing = Standing::read(&state, &by).ok_or_else(|| StoreError::Inconsistent {
            table: "account",
            column: "state",
            row: id.to_owned(),
        })?;
        Ok(AccountRow {
            id: id.to_owned(),
            profile,
            created_at,
            activated_at,
            limited_until,
            standing,
            state_at: c.int()?,
            distrusted: c.text_or_null()?,
            recovered_by: c.text()?,
            lang: c.text()?,
            number_lost: c.flag()?,
            by_number: c.flag()?,
            phone: c.text_or_null()?,
        })
    })
    .transpose()
}

/// The profile as it is now known; nothing else changes.
pub fn save_profile(tx: &mut Tx<'_>, sealer: &Sealer, id: &str, profile: &Profile) -> Result<(), StoreError> {
    let sealed = sealer.seal("account", id, profile)?;
    tx.execute("UPDATE account SET profile = $2 WHERE id = $1", args![id, &sealed])?;
    Ok(())
}
