//! What a person may demand: to see with whom data was shared and to end that, a copy of everything, to be forgotten.

use domain::account::Profile;
use domain::refusal::{Refusal, WaitReason};
use serde::Deserialize;
use serde_json::{Value, json};
use store::StoreError;
use store::audit::Line;
use store::closing::Erased;
use store::history::Filter;
use words::Lang;

use crate::my_data::{Known, known};
use crate::my_history::{MOST, OURSELVES, Told, entry_of, events_of, lang_of, messages_of, page};
use crate::own_phone::own;
use crate::{Failure, Signed, World, notice};

/// Requests in one export; who has more is told that it ends there.
const MOST_ENTRIES: usize = 10_000;
/// The newest of them bring their evidence along; that of the others is asked for one by one.
const MOST_EVIDENCE: usize = 1_000;
/// A copy is much to read: the next one not sooner.
const EXPORT_PAUSE_SECONDS: i64 = 60;
/// Read at once.
const EXPORT_PAGE: usize = 500;
/// Accounts that one sweep erases: each is a transaction of its own.
const ERASED_AT_ONCE: i64 = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithdrawBody {
    partner: String,
}

/// Services that got something.
pub async fn partners(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, told, _) = own::<Told>(world, signed).await?;
    let lang = lang_of(told.lang.as_deref(), &own.account)?;
    Ok(json!({ "partners": partners_of(world, &own.account.id, lang).await? }))
}

async fn partners_of(world: &World, account: &str, lang: Lang) -> Result<Vec<Value>, Failure> {
    let account = account.to_owned();
    let consents = world.db.read("my.partners", move |tx| store::consent::list(tx, &account)).await?;
    let told = |consent: &store::consent::Consent| {
        let partner = world.partners.find(&consent.partner);
        json!({
            "id": consent.partner,
            "name": crate::my_history::name_of(world, &consent.partner, lang),
            "domain": partner.map(|p| p.domain.clone()).unwrap_or_default(),
            "claims": crate::facts::told(&consent.claims),
            "first": consent.first_at,
            "last": consent.last_at,
            "times": consent.times,
            "withdrawn": consent.withdrawn_at,
        })
    };
    Ok(consents.iter().map(told).collect())
}

/// A service's consent ends: what it was given opens nothing from now on, what it asks right now is stopped. Twice is once.
pub async fn withdraw(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, body, _) = own::<WithdrawBody>(world, signed).await?;
    if body.partner.is_empty() || body.partner == OURSELVES {
        return Err(Failure::Malformed);
    }
    let (now, audit) = (world.now(), world.id("aud"));
    let (device, account) = (own.device.id, own.account.id);
    let stopped = world.db.run("my.withdraw", move |tx| {
        let stopped = store::approval::end_of(tx, &account, &body.partner, now)?;
        if store::consent::withdraw(tx, &account, &body.partner, now)? {
            let line = Line {
                id: &audit,
                at: now,
                action: "withdrawn",
                actor: &device,
                subject: &account,
                detail: &body.partner,
            };
            store::audit::append(tx, &line)?;
        }
        Ok::<_, StoreError>(stopped)
    });
    stopped.await?.iter().for_each(|request| world.signals.ring(request));
    Ok(json!({}))
}

/// Everything, in one file. Whoever holds the unlocked phone can read the same in it: that a copy was taken is told to number and
/// mail, and an account that has just come back without its old phone gives none.
pub async fn export(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, told, _) = own::<Told>(world, signed).await?;
    let lang = lang_of(told.lang.as_deref(), &own.account)?;
    let (now, audit) = (world.now(), world.id("aud"));
    if let Some(until) = domain::account::limited(own.account.limited_until, now) {
        return Err(Refusal::Limited { until }.into());
    }
    let (device, account) = (own.device.id.clone(), own.account.id.clone());
    let (sealer, notices) = (world.sealer.clone(), notice::exported(world, &own.account));
    let noted = world.db.run("my.export", move |tx| {
        let latest = store::audit::events(tx, &account, MOST)?.into_iter().find(|event| event.action == "exported");
        if let Some(until) = latest.map(|event| event.at + EXPORT_PAUSE_SECONDS).filter(|until| *until > now) {
            return Err(Refusal::Wait { until, reason: WaitReason::TooMany }.into());
        }
        notices.iter().try_for_each(|notice| notice.insert(tx, &sealer, now))?;
        let line = Line { id: &audit, at: now, action: "exported", actor: &device, subject: &account, detail: "" };
        Ok::<_, Failure>(store::audit::append(tx, &line)?)
    });
    noted.await?;
    let known = known(world, own).await?;
    let (history, complete) = everything_asked(world, &known, lang).await?;
    let account = known.account();
    let (keys, root) = world.vault.keys_document().await?;
    Ok(json!({
        "format": "zelf-export-1",
        "at": now,
        "issuer": world.settings.issuer,
        "data": known.told(world, lang),
        "proof": known.proof(),
        "document": known.document(),
        "settings": known.settings(),
        "history": history,
        "history_complete": complete,
        "partners": partners_of(world, &account.id, lang).await?,
        "messages": messages_of(world, account).await?,
        "events": events_of(world, &account.id, lang).await?,
        "keys": keys,
        "root": root,
    }))
}

/// The whole history, and whether it is the whole.
async fn everything_asked(world: &World, known: &Known, lang: Lang) -> Result<(Vec<Value>, bool), Failure> {
    let account = &known.account().id;
    let (mut told, mut before, mut proofs) = (Vec::new(), None, 0);
    while told.len() < MOST_ENTRIES {
        let filter = Filter { before, ..Filter::default() };
        let (entries, next) = page(world, account, filter, EXPORT_PAGE).await?;
        for entry in &entries {
            let mut line = entry_of(world, entry, lang);
            if entry.evidence && proofs < MOST_EVIDENCE {
                proofs += 1;
                prove(world, account, &entry.approval.id, &mut line).await?;
            }
            told.push(line);
        }
        before = next;
        if before.is_none() {
            return Ok((told, true));
        }
    }
    Ok((told, false))
}

/// Request, answer, receipt and certificate in place of the word that they exist.
async fn prove(world: &World, account: &str, id: &str, line: &mut Value) -> Result<(), Failure> {
    let (sealer, account, id) = (world.sealer.clone(), account.to_owned(), id.to_owned());
    let read = world.db.read("my.export_evidence", move |tx| store::history::evidence(tx, &sealer, &account, &id));
    let Some((evidence, certificate)) = read.await? else { return Ok(()) };
    if let Some(members) = line.as_object_mut() {
        let mut proof = json!(evidence);
        if let Some(proof) = proof.as_object_mut() {
            proof.insert("m4".into(), Value::String(certificate));
        }
        members.insert("evidence".into(), proof);
    }
    Ok(())
}

/// Erases the closed accounts whose time is over; how many. One that fails keeps none of the others.
pub(crate) async fn erase_due(world: &World) -> Result<u64, Failure> {
    let now = world.now();
    let due = world.db.read("tidy.due", move |tx| store::closing::due(tx, now, ERASED_AT_ONCE)).await?;
    let mut erased = 0;
    for account in due {
        match erase(world, &account, now).await {
            Ok(()) => erased += 1,
            Err(error) => tracing::error!(?error, "a closed account could not be erased"),
        }
    }
    Ok(erased)
}

/// The vault first: whatever happens in between, the next sweep finds the account again.
async fn erase(world: &World, account: &str, now: i64) -> Result<(), Failure> {
    let (sealer, id) = (world.sealer.clone(), account.to_owned());
    let read = world.db.read("tidy.closed", move |tx| {
        let row = store::account::find(tx, &sealer, &id)?;
        Ok::<_, StoreError>(row.map(|row| (row.profile, row.state_at)).zip(Some(store::closing::phones(tx, &id)?)))
    });
    let Some(((profile, closed_at), phones)) = read.await? else { return Ok(()) };
    for phone in phones {
        world.vault.erase(phone).await?;
    }
    let erased = Erased { account: account.to_owned(), contacts: contacts(world, &profile, account), closed_at };
    let audit = world.id("aud");
    let done = world.db.run("tidy.erase", move |tx| {
        // Another server may have been here a moment ago.
        if !store::closing::erase(tx, &erased)? {
            return Ok(());
        }
        let line = Line { id: &audit, at: now, action: "erased", actor: "time", subject: &erased.account, detail: "" };
        store::audit::append(tx, &line)
    });
    Ok(done.await?)
}

/// What messages to this account are filed under.
fn contacts(world: &World, profile: &Profile, account: &str) -> Vec<Vec<u8>> {
    let number = world.keys.number_hash(profile.number.e164());
    let email = profile.email.as_deref().map(|email| world.keys.number_hash(email));
    [Some(number), email, Some(account.as_bytes().to_vec())].into_iter().flatten().collect()
}
