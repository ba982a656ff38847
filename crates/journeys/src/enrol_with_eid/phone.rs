//! The phone brings the token: first its number is proven by SMS, then the token, so that neither tells a stranger anything.

use domain::activation::{Activation, ChoosingCode, Ended, FromCard, LastCommand, Stage};
use domain::enrolment::{Ended as EnrolmentEnded, Enrolment, Proof, Stage as EnrolmentStage};
use domain::number::MobileNumber;
use domain::refusal::Refusal;
use protocol::jose::b64u;
use protocol::label;
use protocol::phone::View;
use serde::Deserialize;
use store::activation::ActivationRow;
use store::enrolment::{EnrolmentRow, Keys};

use super::rows;
use crate::activate_phone::account_of;
use crate::activation_steps::{authenticate, repeated, save, view, waits, wrong_step};
use crate::keys::PlatformKeys;
use crate::{Failure, Signed, World, new_phone, notice};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenBody {
    token: String,
}

/// "I have a token": an SMS leaves if an enrolment waits for this number. The answer is the same if none does.
pub async fn start(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (_, jti)) = authenticate::<Nothing>(world, signed).await?;
    if let Some(answer) = repeated(world, &row, &jti).await {
        return answer;
    }
    let now = world.now();
    let Some(number) = row.activation.token_number().cloned() else { return wrong_step(world, &row.activation).await };
    let Code { mac, sms } = code_for(world, &row.activation, &number).await?;
    let next = match row.activation.clone().with_token(mac, now) {
        Err(Refusal::WrongStep) => return wrong_step(world, &row.activation).await,
        other => other?,
    };
    let next = Activation { last: Some(LastCommand { jti, refusal: None }), ..next };
    let (stored, current) = save(world, "enrol.token.start", row.version, next, sms).await?;
    if stored { view(world, &current.activation).await } else { Err(Failure::Busy) }
}

/// A code for a number, and the message that carries it.
pub(crate) struct Code {
    pub(crate) mac: String,
    pub(crate) sms: Option<notice::Notice>,
}

/// A code that leaves if somebody sits at a computer with a token for this number; else one that nobody can type, so that
/// guessing proves no number.
pub(crate) async fn code_for(world: &World, a: &Activation, number: &MobileNumber) -> Result<Code, Failure> {
    let code = world.digits::<5>();
    let sms = notice::token_sms(world, &a.lang, number, &a.place, &code)?;
    let nobodys = b64u(world.entropy::<32>());
    let (hash, recipient) = (world.keys.number_hash(number.e164()), sms.recipient.clone());
    let (now, limit) = (world.now(), world.settings.sms_per_day);
    let leaves = world.db.read("enrol.token.expected", move |tx| {
        let expected = store::enrolment::expects(tx, &hash, now)?;
        let sent = store::outbox::sent_since(tx, "sms", &recipient, now - 86_400)?;
        Ok::<_, store::StoreError>(expected && sent < limit)
    });
    let leaves = leaves.await?;
    let typed = if leaves { &code } else { &nobodys };
    Ok(Code { mac: world.keys.code_mac(label::SMS, &a.id, typed), sms: leaves.then_some(sms) })
}

async fn candidates(world: &World, e164: &str) -> Result<Vec<EnrolmentRow>, Failure> {
    let (sealer, hash, now) = (world.sealer.clone(), world.keys.number_hash(e164), world.now());
    Ok(world.db.read("enrol.token.find", move |tx| store::enrolment::with_token(tx, &sealer, &hash, now)).await?)
}

/// The token alone: the SMS was right before.
pub async fn token(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (body, jti)) = authenticate::<TokenBody>(world, signed).await?;
    if let Some(answer) = repeated(world, &row, &jti).await {
        return answer;
    }
    try_token(world, row, &body.token, &jti).await
}

/// How a typed token compares with those on screens for this number.
enum Found {
    Right(Box<EnrolmentRow>),
    /// The same letters, another case.
    Case,
    /// It was right once.
    Expired,
    Wrong,
}

fn compare(world: &World, rows: Vec<EnrolmentRow>, typed: &str, now: i64) -> Found {
    let mut found = Found::Wrong;
    for row in rows {
        let EnrolmentStage::Token(shown) = &row.enrolment.stage else { continue };
        for generation in 1..=shown.generation {
            let token = rows::token(world, &row.enrolment.id, generation);
            let live = generation == shown.generation && now < shown.expires_at;
            let right = PlatformKeys::same(&token, typed);
            let folded = PlatformKeys::same(&token.to_ascii_lowercase(), &typed.to_ascii_lowercase());
            match (right, folded, live) {
                (true, _, true) => return Found::Right(Box::new(row)),
                (true, _, false) => found = Found::Expired,
                (false, true, true) => found = Found::Case,
                _ => {}
            }
        }
    }
    found
}

/// One try: on disk before anything is compared.
pub(crate) async fn try_token(world: &World, row: ActivationRow, typed: &str, jti: &str) -> Result<View, Failure> {
    let now = world.now();
    let typed: String = typed.trim().chars().take(12).collect();
    let (next, taken) = match row.activation.clone().take_token_try(now) {
        Err(Refusal::WrongStep) => return wrong_step(world, &row.activation).await,
        other => other?,
    };
    let left = taken.left.max(0);
    let wrong = Refusal::TokenWrong { left };
    let next = Activation { last: Some(LastCommand { jti: jti.to_owned(), refusal: Some(wrong) }), ..next };
    let (stored, row) = save(world, "enrol.token.take", row.version, next, None).await?;
    if !stored {
        return Err(Failure::Busy);
    }
    let rows = candidates(world, taken.number.e164()).await?;
    match compare(world, rows, &typed, now) {
        Found::Right(enrolment) => join(world, row, *enrolment, jti, now).await,
        Found::Case => not_this(world, row, Refusal::TokenCase { left }, taken.number.e164(), jti).await,
        Found::Expired => not_this(world, row, Refusal::TokenExpired { left }, taken.number.e164(), jti).await,
        Found::Wrong => not_this(world, row, wrong, taken.number.e164(), jti).await,
    }
}

/// Wrong. After the last try attempt and enrolment are over.
async fn not_this(world: &World, row: ActivationRow, refusal: Refusal, e164: &str, jti: &str) -> Result<View, Failure> {
    if !matches!(row.activation.stage, Stage::Refused { .. }) {
        let told = Activation {
            last: Some(LastCommand { jti: jti.to_owned(), refusal: Some(refusal) }),
            ..row.activation.clone()
        };
        save(world, "enrol.token.wrong", row.version, told, None).await?;
        return Err(refusal.into());
    }
    for candidate in candidates(world, e164).await? {
        let ended = candidate.enrolment.end(EnrolmentEnded::TokenExhausted, world.now());
        rows::save(world, "enrol.token.end", candidate.version, ended, None).await?;
    }
    view(world, &row.activation).await
}

/// Right: what the card proved moves to the phone, and only now is it said whether this person has an account.
async fn join(
    world: &World,
    row: ActivationRow,
    enrolment: EnrolmentRow,
    jti: &str,
    now: i64,
) -> Result<View, Failure> {
    let EnrolmentStage::Token(shown) = &enrolment.enrolment.stage else { return Err(Failure::Busy) };
    let found = account_of(world, &shown.proof.identity, &enrolment.enrolment.contact.number).await?;
    let lifted = waits(world, &row.activation);
    let joined = Joined::new(world, row.activation, enrolment.enrolment, found, jti, now)?;
    let topics = [joined.enrolment.id.clone()];
    let (old_phone, next) = (joined.ask.as_ref().map(|ask| ask.device.clone()), joined.activation.clone());
    let stored = joined.store(world, row.version, enrolment.version, lifted).await?;
    if !stored {
        return Err(Failure::Busy);
    }
    topics.iter().chain(old_phone.iter()).for_each(|topic| world.signals.ring(topic));
    view(world, &next).await
}

/// What the computer is told, when the phone cannot go on.
fn ended_with(why: Ended) -> EnrolmentEnded {
    match why {
        Ended::Held => EnrolmentEnded::Held,
        Ended::StoppedCard => EnrolmentEnded::StoppedCard,
        _ => EnrolmentEnded::NumberTaken,
    }
}

/// Everything that one transaction writes when a token was right.
struct Joined {
    activation: Activation,
    enrolment: Enrolment,
    ask: Option<new_phone::Ask>,
}

impl Joined {
    fn new(
        world: &World,
        activation: Activation,
        enrolment: Enrolment,
        found: crate::activate_phone::AccountOf,
        jti: &str,
        now: i64,
    ) -> Result<Joined, Failure> {
        let ask = found.ask(world, &activation, now);
        let known = found.known(ask.as_ref());
        let until = activation.with_time_to_choose(now);
        let (contact, id) = (enrolment.contact.clone(), enrolment.id.clone());
        let device = activation.device_name.clone();
        let (taken, proof) = enrolment.taken(activation.id.clone(), device, found.is_known(), until)?;
        let Proof { identity, data } = proof;
        let choosing = ChoosingCode { contact, identity, known, card: Some(FromCard { enrolment: id, data }) };
        let proven = activation.token_proven(choosing, now);
        let (proven, taken) = match found.no_way() {
            Some(why) => (found.end(proven, now), taken.end(ended_with(why), now)),
            None => (proven, taken),
        };
        let activation = Activation { last: Some(LastCommand { jti: jti.to_owned(), refusal: None }), ..proven };
        Ok(Joined { activation, enrolment: taken, ask })
    }

    async fn store(
        self,
        world: &World,
        version: i64,
        enrolment_version: i64,
        lifted: Vec<(Vec<u8>, i64)>,
    ) -> Result<bool, Failure> {
        let sealer = world.sealer.clone();
        let work = move |tx: &mut db::Tx<'_>| {
            if !store::enrolment::save(tx, &sealer, &self.enrolment, enrolment_version, &Keys::default())?
                || !store::activation::save(tx, &sealer, &self.activation, version, None)?
            {
                return Err(Failure::Busy);
            }
            for (key, until) in &lifted {
                store::waiting_time::lift(tx, key, *until)?;
            }
            if let Some(ask) = &self.ask {
                ask.insert(tx, &sealer)?;
            }
            Ok(())
        };
        match world.db.run("enrol.token.join", work).await {
            Ok(()) => Ok(true),
            Err(Failure::Busy) => Ok(false),
            Err(other) => Err(other),
        }
    }
}
