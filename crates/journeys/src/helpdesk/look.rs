//! Looking at one account: an exact number or reference, and a reason first. Nobody browses here, and the citizen reads who looked.

use db::Tx;
use domain::account::Profile;
use domain::contact::Contact;
use domain::helpdesk::{Reason, Right};
use domain::number::MobileNumber;
use protocol::eid::read_code;
use protocol::jose::b64u;
use protocol::oidc::request_seal;
use serde::{Deserialize, Serialize};
use store::{StoreError, account, audit, case, contact, staff_log, told};

use super::{Denied, Staff, may};
use crate::World;

const SEAL: &str = "zelf/staff-look/v1";
/// A look may lie open for so long.
const LOOK_SECONDS: i64 = 900;
/// Lines shown of what happened and what we sent.
const LINES: i64 = 12;
const MESSAGES_SECONDS: i64 = 90 * 86_400;

/// How an account is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Query {
    Number,
    NationalNumber,
    Reference,
}

/// What a look at one account allows: sealed into the address of its page.
#[derive(Serialize, Deserialize)]
struct Grant {
    staff: String,
    account: String,
    reason: String,
}

/// One account, as little as it takes to help.
pub struct View {
    /// `acc_…`
    pub account: String,
    /// First name and initial.
    pub name: String,
    pub number: String,
    pub email: Option<String>,
    /// `open`, `blocked`, `held`, `closed`, and by whom.
    pub standing: (&'static str, &'static str),
    pub standing_at: i64,
    pub created_at: i64,
    pub activated_at: i64,
    pub limited_until: Option<i64>,
    pub number_lost: bool,
    /// Name of its phone and since when.
    pub phone: Option<(String, i64)>,
    /// When and what, never with whom.
    pub events: Vec<(i64, String)>,
    /// When, by what way, what.
    pub messages: Vec<(i64, String, String)>,
    pub reason: String,
}

/// Looks for exactly one account; the reason is read before anything else, and both are written down whatever comes of it.
/// Gives the sealed look, or nothing when there is no such account.
///
/// # Errors
/// `NotYours`, `Reason`, `Query`, `Stale` for an unknown case.
pub async fn search(
    world: &World,
    staff: &Staff,
    query: Query,
    typed: &str,
    reason: &str,
) -> Result<Option<String>, Denied> {
    may(staff, Right::Look)?;
    // A case under way is reason enough.
    let case_reason = read_code(reason);
    let reason = match &case_reason {
        Some(reference) => Reason::of_case(reference),
        None => Reason::read(reason)?,
    };
    let key = match query {
        Query::Reference => Key::Case(read_code(typed).ok_or(Denied::Query)?),
        Query::Number => Key::Number(number(world, typed)?),
        Query::NationalNumber => Key::Person(national(world, typed)?),
    };
    let by_case = [case_reason.as_deref(), key.case()].into_iter().flatten().map(str::to_owned).collect::<Vec<_>>();
    let (sealer, keys, now, name) = (world.sealer.clone(), world.clone(), world.now(), staff.name.clone());
    let (line, why) = (world.id("aud"), reason.text().to_owned());
    let nobody = key.trace(world);
    let found = world.db.run("staff.search", move |tx| {
        for reference in &by_case {
            case::find(tx, reference)?.ok_or(Denied::Stale)?;
        }
        let account = key.account(tx, &sealer, &keys)?;
        let subject = account.clone().unwrap_or_else(|| nobody.clone());
        let action = if account.is_some() { "looked" } else { "searched" };
        staff_log::append(tx, staff_log::Entry { at: now, staff: &name, action, subject: &subject, reason: &why })?;
        if let Some(account) = &account {
            tell(tx, &line, now, account, &name, &why)?;
        }
        Ok::<_, Denied>(account)
    });
    let Some(account) = found.await? else { return Ok(None) };
    Ok(Some(grant(world, staff, account, reason.text())))
}

/// What the citizen reads of a look: who and why.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    id: &str,
    now: i64,
    account: &str,
    name: &str,
    reason: &str,
) -> Result<(), StoreError> {
    let line = audit::Line {
        id,
        at: now,
        action: "helpdesk_looked",
        actor: name,
        subject: account,
        detail: &format!("{reason} · {name}"),
    };
    audit::append(tx, &line)
}

pub(super) fn grant(world: &World, staff: &Staff, account: String, reason: &str) -> String {
    let grant = Grant { staff: staff.name.clone(), account, reason: reason.to_owned() };
    let until = world.now() + LOOK_SECONDS;
    request_seal::seal(&world.keys.cookie, SEAL, &grant, until, world.entropy()).unwrap_or_default()
}

/// The account and reason behind a look of this very person.
pub(super) fn granted(world: &World, staff: &Staff, look: &str) -> Result<(String, String), Denied> {
    let grant: Option<Grant> = request_seal::open(&world.keys.cookie, SEAL, look, world.now());
    let grant = grant.filter(|grant| grant.staff == staff.name).ok_or(Denied::Stale)?;
    Ok((grant.account, grant.reason))
}

enum Key {
    Number(MobileNumber),
    /// HMAC of the national number.
    Person(Vec<u8>),
    Case(String),
}

impl Key {
    fn case(&self) -> Option<&str> {
        if let Key::Case(reference) = self { Some(reference) } else { None }
    }

    fn account(&self, tx: &mut Tx<'_>, sealer: &store::Sealer, world: &World) -> Result<Option<String>, StoreError> {
        let nobody: &[u8] = &[];
        let of_number = |tx: &mut Tx<'_>, number: &MobileNumber| {
            account::known(tx, nobody, &world.keys.number_hash(number.e164())).map(|(_, found)| found)
        };
        match self {
            Key::Number(number) => of_number(tx, number),
            Key::Person(hash) => account::known(tx, hash, nobody).map(|(found, _)| found),
            Key::Case(reference) => {
                if let Some(known) = case::find(tx, reference)?.and_then(|case| case.account) {
                    return Ok(Some(known));
                }
                match contact::find(tx, sealer, reference)?.and_then(|contact| number_of(&contact)) {
                    Some(number) => of_number(tx, &number),
                    None => Ok(None),
                }
            }
        }
    }

    /// What stands in the log where nobody was found: equal searches look alike, and nobody reads a number from it.
    fn trace(&self, world: &World) -> String {
        match self {
            Key::Case(reference) => reference.clone(),
            // Keyed: all numbers there are could be tried.
            Key::Number(number) => trace("number", &world.keys.number_hash(number.e164())),
            Key::Person(hash) => trace("person", hash),
        }
    }
}

fn trace(kind: &str, secret: &[u8]) -> String {
    let short: String = b64u(protocol::jose::sha256(secret)).chars().take(10).collect();
    format!("{kind}#{short}")
}

fn number_of(contact: &Contact) -> Option<MobileNumber> {
    contact.old_number.clone().or_else(|| MobileNumber::read("BE", &contact.reach, &[]).ok())
}

fn number(_world: &World, typed: &str) -> Result<MobileNumber, Denied> {
    MobileNumber::read("BE", typed, &[]).map_err(|_| Denied::Query)
}

/// Eleven digits, however divided.
fn national(world: &World, typed: &str) -> Result<Vec<u8>, Denied> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let plain = typed.chars().all(|c| c.is_ascii_digit() || " .-".contains(c));
    if digits.len() != 11 || !plain {
        return Err(Denied::Query);
    }
    Ok(world.keys.person_hash(&digits))
}

/// What a look shows.
///
/// # Errors
/// `NotYours`; `Stale` for a look that is over or another person's.
pub async fn view(world: &World, staff: &Staff, look: &str) -> Result<View, Denied> {
    may(staff, Right::Look)?;
    let (id, reason) = granted(world, staff, look)?;
    let (sealer, keys, now) = (world.sealer.clone(), world.clone(), world.now());
    let read = world.db.read("staff.view", move |tx| {
        let Some(row) = account::find(tx, &sealer, &id)? else { return Ok(None) };
        let number = keys.keys.number_hash(row.profile.number.e164());
        let email = row.profile.email.as_deref().map(|email| keys.keys.number_hash(email)).unwrap_or_default();
        let sent = told::list(tx, &id, &number, &email, now - MESSAGES_SECONDS, LINES)?;
        let events = audit::about(tx, &id, LINES)?;
        let phone = row.phone.as_deref().map(|phone| store::device::about(tx, phone)).transpose()?.flatten();
        Ok::<_, StoreError>(Some((row, sent, events, phone)))
    });
    let (row, sent, events, phone) = read.await?.ok_or(Denied::Stale)?;
    Ok(View {
        account: row.id,
        name: short_name(&row.profile),
        number: row.profile.number.masked(),
        email: row.profile.email.as_deref().map(masked_mail),
        standing: row.standing.words(),
        standing_at: row.state_at,
        created_at: row.created_at,
        activated_at: row.activated_at,
        limited_until: domain::account::limited(row.limited_until, now),
        number_lost: row.number_lost,
        phone,
        events: events.into_iter().map(|(at, what, _)| (at, what)).collect(),
        messages: sent.into_iter().map(|m| (m.at, m.kind, m.what)).collect(),
        reason,
    })
}

/// `An P.`
pub(super) fn short_name(profile: &Profile) -> String {
    let initial = profile.attributes.family_name.as_deref().and_then(|name| name.trim().chars().next());
    match initial {
        Some(initial) => format!("{} {initial}.", profile.first_name()),
        None => profile.first_name().to_owned(),
    }
}

/// `a•••@v•••.be`
fn masked_mail(mail: &str) -> String {
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    let (local, domain) = mail.rsplit_once('@').unwrap_or((mail, ""));
    let ending = domain.rsplit_once('.').map_or("", |(_, ending)| ending);
    format!("{}•••@{}•••.{ending}", first(local), first(domain))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_mail_address_is_recognised_and_not_learnt() {
        assert_eq!(super::masked_mail("an.peeters@voorbeeld.example"), "a•••@v•••.example");
        assert_eq!(super::masked_mail("nonsense"), "n•••@•••.");
    }
}
