//! The bank proves who a person is: the phone hands over, the person signs there with card and reader, the browser comes
//! back, and the phone shows that it was this phone that sent the person there.

use domain::activation::{Activation, Ended, LastCommand, RETURN_TRIES, Return, Stage};
use domain::refusal::Refusal;
use protocol::jose::b64u;
use protocol::label;
use protocol::phone::View;
use serde::Deserialize;
use store::activation::ActivationRow;

use crate::activate_phone::person_hash;
use crate::activation_steps::{authenticate, repeated, save, view, wrong_step};
use crate::keys::PlatformKeys;
use crate::ports::{BankFailure, BankRequest};
use crate::{Failure, Signed, World, notice};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BankBody {
    bank: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReturnBody {
    #[serde(default)]
    proof: Option<String>,
    #[serde(default)]
    typed: Option<String>,
}

/// What the bank's redirect brought.
pub struct CameBack {
    pub state: String,
    pub iss: Option<String>,
    /// `code`, or the bank's `error`.
    pub outcome: Result<String, String>,
}

/// What the page tells the person who came back.
pub enum Arrival {
    /// `proof` goes back to the app; `typed` is for an app in another browser.
    Confirmed {
        proof: String,
        typed: String,
    },
    /// Back to the app, which knows what happened.
    Cancelled,
    Refused,
    /// We know nothing of this visit, or its time is over.
    Unknown,
    /// The bank did not answer: reload to try again.
    Unreachable,
}

/// Opens the request at the chosen bank; the view carries where to go.
pub async fn hand_over(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (body, jti)) = authenticate::<BankBody>(world, signed).await?;
    if let Some(answer) = repeated(world, &row, &jti).await {
        return answer;
    }
    let now = world.now();
    let contact = match row.activation.contact_for_bank(now) {
        Ok(contact) => contact,
        Err(Refusal::WrongStep) => return wrong_step(world, &row.activation).await,
        Err(other) => return Err(other.into()),
    };
    let bank = world.banks.find(&body.bank).ok_or(Refusal::BankUnknown)?;
    let state = b64u(world.entropy::<16>());
    let request = BankRequest {
        issuer: bank.issuer.clone(),
        phone_masked: contact.number.masked(),
        device: row.activation.device_name.clone(),
        device_thumbprint: row.activation.device.trim_start_matches("dev_").to_owned(),
        terms: row.activation.terms.clone(),
        session: row.activation.id.clone(),
        lang: row.activation.lang.clone(),
        state: state.clone(),
        entropy: world.entropy(),
        now,
    };
    let opened = world.bank.open(request).await.map_err(|failure| {
        tracing::warn!(bank = bank.id, ?failure, "the bank did not take the request");
        Failure::BankUnreachable
    })?;
    let next = row.activation.clone().hand_over(bank.id.clone(), opened.url, opened.pending, now)?;
    let next = Activation { last: Some(LastCommand { jti, refusal: None }), ..next };
    let sealer = world.sealer.clone();
    let version = row.version;
    let saved = next.clone();
    let stored = world
        .db
        .run("enrol.hand_over", move |tx| store::activation::save(tx, &sealer, &saved, version, Some(&state)))
        .await?;
    if stored { view(world, &next).await } else { Err(Failure::Busy) }
}

/// The browser came back from the bank. Finishes with the bank here and now; reloading shows the same.
pub async fn came_back(world: &World, back: CameBack) -> Result<Arrival, Failure> {
    let sealer = world.sealer.clone();
    let state = back.state.clone();
    let row = world.db.read("enrol.came_back", move |tx| store::activation::of_bank_state(tx, &sealer, &state)).await?;
    let Some(row) = row else { return Ok(Arrival::Unknown) };
    let now = world.now();
    let Stage::HandOver(hand_over) = &row.activation.stage else { return Ok(Arrival::Unknown) };
    if hand_over.returned.is_some() {
        return Ok(confirmed(world, &row.activation.id, &back.state));
    }
    if now >= hand_over.expires_at || row.activation.over(now) {
        return Ok(Arrival::Unknown);
    }
    match back.outcome {
        Err(error) if error == "access_denied" => {
            let next = row.activation.clone().bank_cancelled()?;
            keep(world, &row, next, None).await?;
            Ok(Arrival::Cancelled)
        }
        Err(error) => refused(world, &row, &error).await,
        Ok(code) => {
            let iss = back.iss.unwrap_or_default();
            match world.bank.finish(hand_over.pending.clone(), code, iss, now, world.entropy()).await {
                Err(BankFailure::Unreachable) => Ok(Arrival::Unreachable),
                Err(BankFailure::Refused(why)) => refused(world, &row, &why).await,
                Ok(identity) => judge(world, row, identity, &back.state, now).await,
            }
        }
    }
}

/// The bank, or what it said, does not hold: the attempt ends and the next one waits.
async fn refused(world: &World, row: &ActivationRow, why: &str) -> Result<Arrival, Failure> {
    tracing::warn!(activation = row.activation.id, why, "the bank refused");
    let next = row.activation.clone().end(Ended::BankRefused, world.now());
    keep(world, row, next, None).await?;
    Ok(Arrival::Refused)
}

async fn judge(
    world: &World,
    row: ActivationRow,
    mut identity: domain::identity::Identity,
    state: &str,
    now: i64,
) -> Result<Arrival, Failure> {
    if let Stage::HandOver(h) = &row.activation.stage {
        identity.source.clone_from(&h.bank);
    }
    let judged = identity.judge(world.settings.today(now), world.settings.minimum_age);
    if judged.is_ok() {
        let key = person_hash(world, &identity.attributes)?;
        let until = world.db.read("enrol.waiting", move |tx| store::waiting_time::until(tx, &key, now)).await?;
        if let Some(until) = until {
            keep(world, &row, row.activation.clone().end_waiting(until), None).await?;
            return Ok(Arrival::Refused);
        }
    }
    let (proof, typed) = tokens(world, &row.activation.id, state);
    let back = Return {
        identity,
        proof_mac: world.keys.code_mac(label::RETURN, &row.activation.id, &proof),
        typed_mac: world.keys.code_mac(label::RETURN, &row.activation.id, &typed),
        left: RETURN_TRIES,
    };
    let next = row.activation.clone().bank_confirmed(back, judged, now)?;
    let ok = matches!(next.stage, Stage::HandOver(_));
    let device = row.activation.device.clone();
    keep(world, &row, next, Some(state)).await?;
    world.signals.ring(&device);
    Ok(if ok { Arrival::Confirmed { proof, typed } } else { Arrival::Refused })
}

/// The two ways to show the return to the app; derived, so that a reloaded page shows the same.
fn tokens(world: &World, activation: &str, state: &str) -> (String, String) {
    let secret = world.keys.derived(label::RETURN, &[activation.as_bytes(), state.as_bytes()]);
    let (long, rest) = secret.split_at(16);
    let number = rest.iter().take(8).fold(0_u64, |n, b| n << 8 | u64::from(*b));
    (b64u(long), format!("{:06}", number % 1_000_000))
}

fn confirmed(world: &World, activation: &str, state: &str) -> Arrival {
    let (proof, typed) = tokens(world, activation, state);
    Arrival::Confirmed { proof, typed }
}

/// Stores what the bank's answer changed; `bank_state` is kept while the page may be reloaded.
async fn keep(world: &World, row: &ActivationRow, next: Activation, bank_state: Option<&str>) -> Result<(), Failure> {
    let stored = match bank_state {
        None => save(world, "enrol.answered", row.version, next, None).await?.0,
        Some(state) => {
            let (sealer, state, version) = (world.sealer.clone(), state.to_owned(), row.version);
            let work = move |tx: &mut db::Tx<'_>| store::activation::save(tx, &sealer, &next, version, Some(&state));
            world.db.run("enrol.confirmed", work).await?
        }
    };
    if stored { Ok(()) } else { Err(Failure::Busy) }
}

/// The phone shows the proof of the return (or the person types the six digits); then the SMS leaves.
pub async fn join(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (body, jti)) = authenticate::<ReturnBody>(world, signed).await?;
    if let Some(answer) = repeated(world, &row, &jti).await {
        return answer;
    }
    let now = world.now();
    let shown = match (body.proof, body.typed) {
        (Some(proof), None) => proof,
        (None, Some(typed)) => typed.chars().filter(char::is_ascii_digit).collect(),
        _ => return Err(Failure::Malformed),
    };
    // The try is on disk before anything is compared.
    let (next, back) = match row.activation.clone().take_return_try(now) {
        Err(Refusal::WrongStep) => return wrong_step(world, &row.activation).await,
        other => other?,
    };
    let wrong = Refusal::ReturnWrong { left: back.left.max(0) };
    let next = Activation { last: Some(LastCommand { jti: jti.clone(), refusal: Some(wrong) }), ..next };
    let (stored, current) = save(world, "enrol.join.take", row.version, next, None).await?;
    if !stored {
        return Err(Failure::Busy);
    }
    if back.left < 0 {
        return view(world, &current.activation).await;
    }
    let mac = world.keys.code_mac(label::RETURN, &current.activation.id, &shown);
    if !PlatformKeys::same(&mac, &back.proof_mac) && !PlatformKeys::same(&mac, &back.typed_mac) {
        return if back.left > 0 { Err(wrong.into()) } else { last_return_wrong(world, current, now).await };
    }
    send_code(world, current, &jti, now).await
}

/// The last try was wrong: the attempt ends here and now, not at a sixth that nobody announced.
async fn last_return_wrong(world: &World, row: ActivationRow, now: i64) -> Result<View, Failure> {
    let next = row.activation.clone().end(Ended::ReturnExhausted, now);
    let (_, current) = save(world, "enrol.join.end", row.version, next, None).await?;
    view(world, &current.activation).await
}

async fn send_code(world: &World, row: ActivationRow, jti: &str, now: i64) -> Result<View, Failure> {
    let Stage::HandOver(h) = &row.activation.stage else { return Err(Failure::Busy) };
    let code = world.digits::<5>();
    let sms = notice::sms_code(world, &row.activation.lang, &h.contact.number, &code)?;
    let mac = world.keys.code_mac(label::SMS, &row.activation.id, &code);
    let person = h.returned.as_ref().map(|back| person_hash(world, &back.identity.attributes)).transpose()?;
    let person = person.unwrap_or_default();
    // The person is proven: now it may be said that they have an account.
    let known = world.db.read("enrol.known", move |tx| store::account::of_person(tx, &person)).await?.is_some();
    let next = row.activation.clone().joined(mac, known, now)?;
    let next = Activation { last: Some(LastCommand { jti: jti.to_owned(), refusal: None }), ..next };
    let (stored, current) = save(world, "enrol.join", row.version, next, Some(sms)).await?;
    if stored { view(world, &current.activation).await } else { Err(Failure::Busy) }
}
