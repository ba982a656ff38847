//! Rows of a world that has been in use: accounts with a phone, what happened to them and what we sent, cases and log lines. Each
//! is written and sealed as the server does it; only the vault knows nothing of these phones, which no console asks.

use domain::account::{Device, Profile, ProofSummary};
use domain::contact::{CallBack, Contact, Topic};
use domain::helpdesk::{CASE_KEPT_SECONDS, CASE_SECONDS};
use domain::number::MobileNumber;
use journeys::World;
use protocol::eid::typed_code;
use protocol::jose::{b64u, sha256};
use protocol::oidc::attributes::Attributes;
use protocol::phone::Settings;
use store::{StoreError, account, audit, case, contact, device, staff_log, told};

use super::Fail;

/// Rows of one kind in a transaction.
const BATCH: u64 = 2_000;

/// The number of account `i`.
pub fn number(i: u64) -> String {
    format!("+32468{i:06}")
}

fn e164(i: u64) -> String {
    // A million fit behind one prefix; more go on behind the next.
    if i < 1_000_000 { number(i) } else { format!("+3247{:07}", i - 1_000_000) }
}

fn id(prefix: &str, i: u64) -> String {
    let digest = sha256(&i.to_be_bytes());
    format!("{prefix}_{}", b64u(digest.get(..16).unwrap_or_default()))
}

fn profile(number: MobileNumber, i: u64, now: i64) -> Profile {
    Profile {
        number,
        email: Some(format!("gast{i}@voorbeeld.example")),
        attributes: Attributes {
            given_name: Some("Proef".into()),
            family_name: Some(format!("Persoon {i}")),
            birthdate: Some("1980-01-01".into()),
            ..Attributes::default()
        },
        document: None,
        proof: ProofSummary {
            method: "bank".into(),
            source: "seed".into(),
            source_subject: i.to_string(),
            document_number: String::new(),
            evidence_sha256: String::new(),
            proven_at: now,
        },
    }
}

fn phone(id: String, account: String, i: u64) -> Device {
    let half = sha256(&i.to_le_bytes());
    Device {
        id,
        account,
        point: [&[4][..], &half, &half].concat(),
        head: String::new(),
        last_receipt: None,
        last_answer: String::new(),
        settings: Settings::default(),
        careful_until: 0,
    }
}

/// Account `i` with its phone, one event and one message.
fn one(tx: &mut db::Tx<'_>, world: &World, i: u64, now: i64) -> Result<(), StoreError> {
    let missing = || StoreError::Inconsistent { table: "account", column: "number", row: i.to_string() };
    let mobile = MobileNumber::from_e164(&e164(i)).ok_or_else(missing)?;
    let (hash, person) = (world.keys.number_hash(mobile.e164()), world.keys.person_hash(&format!("{i:011}")));
    let (account_id, profile) = (id("acc", i), profile(mobile, i, now));
    let opening = account::Opening {
        number: &hash,
        profile: &profile,
        block_mac: &account_id,
        lang: "nl",
        recovered_by: "",
        limited_until: 0,
        now,
    };
    // A run that was stopped goes on where it was.
    if !account::insert(tx, &world.sealer, &account_id, &person, opening)? {
        return Ok(());
    }
    let phone = phone(id("dev", i), account_id.clone(), i);
    device::replace(tx, &phone, &"c".repeat(900), "Chrome op Android", now)?;
    let (line, message) = (id("aud", i), id("msg", i));
    let (action, detail) = ("activated", "new");
    audit::append(tx, &audit::Line { id: &line, at: now, action, actor: &phone.id, subject: &account_id, detail })?;
    told::insert(
        tx,
        told::Line { id: &message, recipient: &hash, account: Some(&account_id), kind: "sms", what: "code", at: now },
    )
}

/// One case with what was written, and ten lines of the log.
fn help(tx: &mut db::Tx<'_>, world: &World, i: u64, now: i64) -> Result<(), StoreError> {
    let reference = reference(i);
    let due_at = now + CASE_SECONDS - i64::try_from(i).unwrap_or(0);
    let expires_at = now + CASE_KEPT_SECONDS;
    let begin = case::Begin { reference: &reference, kind: "new_number", call_back: "no", due_at, expires_at };
    if !case::insert(tx, begin)? {
        return Ok(());
    }
    let letter = Contact {
        topic: Topic::NewNumber,
        name: "Proef Persoon".into(),
        reach: "02 279 22 11".into(),
        text: "Mijn nummer is veranderd.".into(),
        call_back: CallBack::No,
        lang: "nl".into(),
        old_number: MobileNumber::from_e164(&e164(i)),
        new_number: MobileNumber::from_e164("+32499887766"),
    };
    contact::insert(tx, &world.sealer, &reference, &letter, expires_at)?;
    let (subject, reason) = (id("acc", i), "called back about a lost phone");
    for at in 0..10 {
        staff_log::append(
            tx,
            staff_log::Entry { at: now + at, staff: "seed", action: "looked", subject: &subject, reason },
        )?;
    }
    Ok(())
}

/// The reference of case `i`.
pub fn reference(i: u64) -> String {
    let [.., a, b, c, d, e] = i.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    typed_code([a, b, c, d, e])
}

/// Fills the platform's tables.
///
/// # Errors
/// The database's.
pub async fn fill(world: &World, accounts: u64, cases: u64) -> Result<(), Fail> {
    let now = world.now();
    for (count, make) in [(accounts, one as fn(&mut db::Tx<'_>, &World, u64, i64) -> _), (cases, help)] {
        for first in (0..count).step_by(usize::try_from(BATCH)?) {
            let (world_of, last) = (world.clone(), (first + BATCH).min(count));
            let write = move |tx: &mut db::Tx<'_>| (first..last).try_for_each(|i| make(tx, &world_of, i, now));
            world.db.run("bench.seed", write).await.map_err(|e: StoreError| e.to_string())?;
            if last % 100_000 == 0 {
                super::say(&format!("{last} rows"));
            }
        }
    }
    Ok(())
}
