//! Another number: proven by SMS, approved with the code; by the helpdesk for who cannot; and what happens when somebody else
//! has proved a number that stands on an account (docs/life.md §7).

use domain::account::LIMITED_SECONDS;
use domain::act::Act;
use domain::approval::State;
use domain::life::Act as LifeAct;
use domain::number::MobileNumber;
use domain::number_change::{CLAIM_SECONDS, Proving};
use domain::refusal::{Refusal, WaitReason};
use protocol::label;
use protocol::phone::SmsState;
use serde::Deserialize;
use serde_json::{Value, json};
use store::audit::Line;
use store::number_claim::Claim;

use crate::act::{Asking, ask};
use crate::keys::PlatformKeys;
use crate::own_phone::{Own, allowed, own};
use crate::{Failure, Signed, World, notice};

/// A claim is remembered so long.
const REMEMBERED_SECONDS: i64 = 30 * 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberBody {
    country: String,
    number: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    code: String,
}

/// A code leaves for the new number.
pub async fn begin(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, body, _) = own::<NumberBody>(world, signed).await?;
    let now = world.now();
    own.may(LifeAct::ChangeNumber { by_helpdesk: false }, now)?;
    let number = MobileNumber::read(&body.country, &body.number, &world.settings.countries)?;
    let code = world.digits::<5>();
    let mac = world.keys.code_mac(label::NUMBER_CHANGE, &own.device.id, &code);
    let sms = notice::sms_code(world, &own.account.lang, &number, &code)?;
    let (sealer, device, limit) = (world.sealer.clone(), own.device.id, world.settings.sms_per_day);
    let told = number.grouped();
    let begun = world.db.run("number.begin", move |tx| {
        if store::outbox::sent_since(tx, "sms", &sms.recipient, now - 86_400)? >= limit {
            return Err(Refusal::Wait { until: now + 86_400, reason: WaitReason::TooMany }.into());
        }
        let before = store::number_change::find(tx, &sealer, &device)?;
        let proving = match before.filter(|row| now < row.proving.expires_at && !row.proving.proven) {
            Some(row) => row.proving.again(number.clone(), mac.clone(), now)?,
            None => Proving::start(number.clone(), mac.clone(), now),
        };
        store::number_change::begin(tx, &sealer, &device, &proving)?;
        sms.insert(tx, &sealer, now)?;
        Ok::<_, Failure>(proving)
    });
    let sms = begun.await?.sms;
    let state = SmsState { left: sms.left, expires: sms.expires_at, resend_at: sms.resend_at };
    Ok(json!({ "number": told, "sms": state }))
}

/// The code that came: the try is on disk before it is compared. Right: the person approves the change with their own code.
pub async fn prove(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, body, _) = own::<CodeBody>(world, signed).await?;
    let now = world.now();
    let (sealer, device) = (world.sealer.clone(), own.device.id.clone());
    let mac = world.keys.code_mac(label::NUMBER_CHANGE, &device, body.code.trim());
    let taken = world.db.run("number.take", {
        let (sealer, device) = (sealer.clone(), device.clone());
        move |tx| {
            let row = store::number_change::find(tx, &sealer, &device)?.ok_or(Failure::Gone)?;
            let next = row.proving.take_try(now)?;
            let stored = store::number_change::save(tx, &sealer, &device, &next, row.version)?;
            if stored { Ok((next, row.version + 1)) } else { Err(Failure::Busy) }
        }
    });
    let (taken, version) = taken.await?;
    if !PlatformKeys::same(&taken.sms.code_mac, &mac) {
        return Err(Refusal::SmsWrong { left: taken.sms.left }.into());
    }
    let (number, proven) = (taken.number.clone(), taken.proven());
    let stored =
        world.db.run("number.proven", move |tx| store::number_change::save(tx, &sealer, &device, &proven, version));
    if !stored.await? {
        return Err(Failure::Busy);
    }
    if let Some(until) = held_by_another(world, &own, &number).await? {
        return Err(Refusal::NumberTaken { until }.into());
    }
    ask(world, &own, Act::Number { number }).await
}

/// The number stands on another account: its holder is asked. `None`: it is free.
async fn held_by_another(world: &World, own: &Own, number: &MobileNumber) -> Result<Option<Option<i64>>, Failure> {
    let hash = world.keys.number_hash(number.e164());
    let holder = world.db.read("number.holder", {
        let hash = hash.clone();
        move |tx| store::account::of_number(tx, &hash)
    });
    match holder.await?.filter(|holder| *holder != own.account.id) {
        None => Ok(None),
        Some(holder) => {
            let person = crate::activate_phone::person_hash(world, &own.account.profile.attributes)?;
            claim(world, number, &person, &holder).await
        }
    }
}

/// Somebody (`claimant`, the HMAC of the person) proved a number that is `holder`'s. `None`: the holder gave it up, or did
/// not answer in time, and it is free from now on. `Some`: it is not; ask again at the time, if there is one.
pub(crate) async fn claim(
    world: &World,
    number: &MobileNumber,
    claimant: &[u8],
    holder: &str,
) -> Result<Option<Option<i64>>, Failure> {
    let now = world.now();
    let hash = world.keys.number_hash(number.e164());
    let (sealer, id) = (world.sealer.clone(), holder.to_owned());
    let row = world.db.read("number.claimed", move |tx| store::account::find(tx, &sealer, &id)).await?;
    let Some(row) = row else { return Ok(None) };
    let asking = row
        .phone
        .as_ref()
        .map(|device| Asking::new(world, &row.id, device, Act::StillMine { number: number.clone() }, CLAIM_SECONDS));
    let fresh = Claim {
        holder: row.id.clone(),
        claimant: claimant.to_vec(),
        asked: asking.as_ref().map(|a| a.approval.id.clone()).unwrap_or_default(),
        free_at: now + CLAIM_SECONDS,
    };
    let notices = notice::number_asked(world, &row);
    let (sealer, tomb, audit) = (world.sealer.clone(), world.entropy::<32>(), world.id("aud"));
    let phone = row.phone.clone();
    let done = world.db.run("number.claim", move |tx| {
        store::account::take(tx, &fresh.holder)?;
        let Some(claim) = store::number_claim::find(tx, &hash, now)? else {
            store::number_claim::insert(tx, &hash, &fresh, now + REMEMBERED_SECONDS)?;
            if let Some(asking) = &asking {
                asking.insert(tx, &sealer)?;
            }
            notices.iter().try_for_each(|notice| notice.insert(tx, &sealer, now))?;
            return Ok::<_, store::StoreError>(Some(Some(fresh.free_at)));
        };
        let said = store::approval::state(tx, &claim.asked)?;
        let kept = matches!(said, Some(State::Approved { .. } | State::Revoked));
        // A report is no gift: whoever did not ask for anything gives nothing away.
        let given = matches!(said, Some(State::Rejected));
        if claim.holder != fresh.holder || claim.claimant != fresh.claimant {
            if claim.holder == fresh.holder && now < claim.free_at {
                // Somebody else asked before: the time of that question is told.
                return Ok(Some(Some(claim.free_at)));
            }
            // That question is over, whatever came of it: this one is asked for itself.
            store::number_claim::forget(tx, &hash)?;
            store::number_claim::insert(tx, &hash, &fresh, now + REMEMBERED_SECONDS)?;
            if let Some(asking) = &asking {
                asking.insert(tx, &sealer)?;
            }
            return Ok(Some(Some(fresh.free_at)));
        }
        if kept {
            return Ok(Some(None));
        }
        if !given && now < claim.free_at {
            return Ok(Some(Some(claim.free_at)));
        }
        store::number_claim::forget(tx, &hash)?;
        store::account::lose_number(tx, &claim.holder, &hash, &tomb)?;
        let line = Line { id: &audit, at: now, action: "number_lost", actor: "", subject: &claim.holder, detail: "" };
        store::audit::append(tx, &line)?;
        Ok(None)
    });
    let outcome = done.await?;
    phone.iter().for_each(|device| world.signals.ring(device));
    Ok(outcome)
}

/// By two people of the helpdesk (the caller has seen to that): limited for a day, and the old contacts can stop it. Their case is
/// settled by the same transaction.
///
/// # Errors
/// `number_taken` when it is another account's; `limited`; `WrongStep` for an account that is held or closed.
pub async fn by_helpdesk(world: &World, account: &str, number: MobileNumber, case: &str) -> Result<(), Failure> {
    let now = world.now();
    let (sealer, id) = (world.sealer.clone(), account.to_owned());
    let found = world.db.read("number.account", {
        let (sealer, id) = (sealer.clone(), id.clone());
        move |tx| store::account::find(tx, &sealer, &id)
    });
    let row = found.await?.ok_or(Failure::Gone)?;
    let stop = notice::number_changed(world, &row);
    let (hash, audit, case) = (world.keys.number_hash(number.e164()), world.id("aud"), case.to_owned());
    let done = world.db.run("number.by_helpdesk", move |tx| {
        store::account::take(tx, &id)?;
        let row = store::account::find(tx, &sealer, &id)?.ok_or(Failure::Gone)?;
        allowed(&row, LifeAct::ChangeNumber { by_helpdesk: true }, now)?;
        let mut profile = row.profile.clone();
        profile.number = number.clone();
        if !store::account::change_number(tx, &sealer, &id, &hash, &profile, now + LIMITED_SECONDS)? {
            return Err(Refusal::NumberTaken { until: None }.into());
        }
        stop.insert(tx, &sealer, now)?;
        let line = Line { id: &audit, at: now, action: "changed", actor: "helpdesk", subject: &id, detail: "number" };
        store::audit::append(tx, &line)?;
        if store::case::done(tx, &case, now)? { Ok(()) } else { Err(Failure::Gone) }
    });
    done.await
}
