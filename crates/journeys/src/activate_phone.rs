//! From "I want this" to a phone that can act: number, e-mail, (the bank: [`crate::enrol_with_bank`]), SMS, code.
//!
//! Every step is one command of the phone, one transaction on one row. A repeated command (same `jti`) is answered from the
//! row and counted once.

use domain::activation::{Activation, Ended, Known, LastCommand, SmsTry, Stage, Start};
use domain::identity::Identity;
use domain::life::Act;
use domain::number::MobileNumber;
use domain::refusal::{Refusal, WaitReason};
use protocol::jose::{Jwk, PublicKey};
use protocol::label;
use protocol::oidc::attributes::Attributes;
use protocol::phone::View;
use serde::Deserialize;
use store::activation;
use store::activation::ActivationRow;
use words::Lang;

use crate::activation_steps::{ROUNDS, advance, authenticate, repeated, save, view, waits, wrong_step};
use crate::enrol_with_eid::Code;
use crate::{Failure, Signed, World, change_number, enrol_with_eid, finish_activation, new_phone, notice};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StartBody {
    jwk: Jwk,
    lang: String,
    terms: String,
    device: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberBody {
    country: String,
    number: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmailBody {
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SmsBody {
    code: String,
    #[serde(default)]
    token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Opens an activation for a new device key, or gives back the open one.
pub async fn start(world: &World, signed: &Signed) -> Result<View, Failure> {
    let body: StartBody = signed.unverified()?;
    let key = PublicKey::from_jwk(&body.jwk)?;
    let device = signed.device()?;
    if key.name("dev") != device || !key.on_curve() {
        return Err(Failure::BadSignature);
    }
    signed.open::<StartBody>(world, &key)?;
    if body.terms != world.settings.terms {
        return Err(Refusal::TermsOutdated.into());
    }
    let begin = Start {
        device: device.clone(),
        jwk: body.jwk,
        lang: Lang::parse(&body.lang).unwrap_or(Lang::Nl).code().to_owned(),
        terms: body.terms,
        device_name: domain::activation::device_name(&body.device),
        place: signed.place.clone(),
    };
    let now = world.now();
    let fresh = Activation::start(world.id(domain::id::ACTIVATION), begin, now);
    let sealer = world.sealer.clone();
    let begun = world.db.run("activate.start", move |tx| {
        let found = activation::of_device(tx, &sealer, &device)?;
        match found {
            // Cut off since, by a newer phone.
            Some(row)
                if matches!(row.activation.stage, Stage::Active { .. })
                    && store::device::find(tx, &device)?.is_none() =>
            {
                Err(Refusal::DeviceUsed.into())
            }
            // Also the one that is active already: its answer may have been lost.
            Some(row) if !row.activation.over(now) => Ok::<_, Failure>(row.activation),
            _ if store::device::known(tx, &device)? => Err(Refusal::DeviceUsed.into()),
            found => {
                let begun = activation::begin(tx, &sealer, &fresh, found.map(|row| row.version))?;
                if begun { Ok(fresh.clone()) } else { Err(Failure::Busy) }
            }
        }
    });
    view(world, &begun.await?).await
}

/// Where am I: how a phone resumes.
pub async fn look(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, _) = authenticate::<Nothing>(world, signed).await?;
    let now = world.now();
    match row.activation.choosing(now) {
        Ok(choosing) if new_phone::stopped_elsewhere(world, choosing, now).await? => {
            finish_activation::stopped(world, row, now).await
        }
        _ => view(world, &row.activation).await,
    }
}

/// The person's number. Refuses landlines and the like, and who must wait after a failed attempt (rule R13).
pub async fn number(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (body, jti)) = authenticate::<NumberBody>(world, signed).await?;
    let number = MobileNumber::read(&body.country, &body.number, &world.settings.countries)?;
    let now = world.now();
    let key = world.keys.waiting_key(number.e164(), &row.activation.place);
    let until = world.db.read("activate.waiting", move |tx| store::waiting_time::until(tx, &key, now)).await?;
    if let Some(until) = until {
        return Err(Refusal::Wait { until, reason: WaitReason::FailedAttempt }.into());
    }
    advance(world, "activate.number", row, &jti, move |a| a.number(number.clone(), now)).await
}

pub async fn email(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (body, jti)) = authenticate::<EmailBody>(world, signed).await?;
    let now = world.now();
    advance(world, "activate.email", row, &jti, move |a| a.email(body.email.clone(), now)).await
}

/// Gives up: the row goes, nothing is remembered.
pub async fn cancel(world: &World, signed: &Signed) -> Result<(), Failure> {
    let (row, _) = authenticate::<Nothing>(world, signed).await?;
    if matches!(row.activation.stage, Stage::Active { .. } | Stage::Refused { .. }) {
        return Ok(());
    }
    if let Stage::Code(choosing) = &row.activation.stage
        && let Some(card) = &choosing.card
    {
        enrol_with_eid::phone_stopped(world, &card.enrolment, world.now()).await?;
    }
    let sealer = world.sealer.clone();
    let ended = Activation { expires_at: world.now(), ..row.activation };
    world.db.run("activate.cancel", move |tx| activation::save(tx, &sealer, &ended, row.version, None)).await?;
    Ok(())
}

/// The SMS code. The try is on disk before anything is compared. On the way with a card the token may come along.
pub async fn sms(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (body, jti)) = authenticate::<SmsBody>(world, signed).await?;
    if let Some(answer) = repeated(world, &row, &jti).await {
        return answer;
    }
    let now = world.now();
    let mac = world.keys.code_mac(label::SMS, &row.activation.id, body.code.trim());
    let (row, tried) = take_sms_try(world, row, &jti, now).await?;
    if !world_same(&tried.code_mac, &mac) {
        return match &row.activation.stage {
            Stage::Refused { .. } => view(world, &row.activation).await,
            _ => Err(Refusal::SmsWrong { left: tried.left }.into()),
        };
    }
    let current = sms_proven(world, row, tried, &jti).await?;
    match (&current.activation.stage, &body.token) {
        (Stage::Token(_), Some(token)) => enrol_with_eid::try_token(world, current, token, &jti).await,
        _ => view(world, &current.activation).await,
    }
}

fn world_same(a: &str, b: &str) -> bool {
    crate::keys::PlatformKeys::same(a, b)
}

async fn take_sms_try(
    world: &World,
    row: ActivationRow,
    jti: &str,
    now: i64,
) -> Result<(ActivationRow, SmsTry), Failure> {
    let mut row = row;
    for _ in 0..ROUNDS {
        let (next, tried) = match row.activation.clone().take_sms_try(now) {
            Err(Refusal::WrongStep) => return wrong_step(world, &row.activation).await.and(Err(Failure::Busy)),
            other => other?,
        };
        let wrong = Refusal::SmsWrong { left: tried.left };
        let next = Activation { last: Some(LastCommand { jti: jti.to_owned(), refusal: Some(wrong) }), ..next };
        let (stored, current) = save(world, "activate.sms.take", row.version, next, None).await?;
        if stored {
            return Ok((current, tried));
        }
        // The same command overtook us: it is being carried out, and its answer comes with the next sending.
        if current.activation.last.as_ref().is_some_and(|last| last.jti == jti) {
            return Err(Failure::Busy);
        }
        row = current;
    }
    Err(Failure::Busy)
}

/// Only now is it said whether this person or number has an account: on the way with a card, once the token is right too.
async fn sms_proven(world: &World, row: ActivationRow, tried: SmsTry, jti: &str) -> Result<ActivationRow, Failure> {
    let now = world.now();
    let found = match tried.check() {
        Some(check) => account_of(world, &check.identity, &check.contact.number).await?,
        None => AccountOf::default(),
    };
    let ask = found.ask(world, &row.activation, now);
    let known = found.known(ask.as_ref());
    let next = row.activation.clone().sms_proven(tried, known);
    let next = found.end(next, now);
    let next = Activation { last: Some(LastCommand { jti: jti.to_owned(), refusal: None }), ..next };
    // The last try stands as a failed attempt until it is compared; it was right.
    let lifted = waits(world, &row.activation);
    let (stored, current) = save(world, "activate.sms.proven", row.version, next, None).await?;
    if !stored {
        return Err(Failure::Busy);
    }
    let old_phone = ask.as_ref().map(|a| a.device.clone());
    if !lifted.is_empty() || old_phone.is_some() {
        let sealer = world.sealer.clone();
        let after = move |tx: &mut db::Tx<'_>| {
            lifted.iter().try_for_each(|(key, until)| store::waiting_time::lift(tx, key, *until))?;
            ask.iter().try_for_each(|ask| ask.insert(tx, &sealer))
        };
        world.db.run("activate.sms.after", after).await?;
    }
    old_phone.iter().for_each(|device| world.signals.ring(device));
    Ok(current)
}

/// What is known of a proven person and number.
#[derive(Default)]
pub(crate) struct AccountOf {
    /// The person's account.
    person: Option<String>,
    /// Why this way does not lead to an account, and when to try again.
    no_way: Option<(Ended, Option<i64>)>,
    /// The person's phone that can still vouch for a new one: not when the account is limited itself.
    phone: Option<String>,
}

impl AccountOf {
    /// The question to the old phone, if there is one.
    pub(crate) fn ask(&self, world: &World, activation: &Activation, now: i64) -> Option<new_phone::Ask> {
        let (account, phone) = (self.person.as_deref()?, self.phone.clone()?);
        let asks = self.no_way.is_none();
        asks.then(|| new_phone::Ask::new(world, activation, account, phone, now))
    }

    pub(crate) fn known(&self, ask: Option<&new_phone::Ask>) -> Option<Known> {
        let asked = ask.map(|a| a.approval.id.clone());
        self.person.clone().map(|account| Known { account, asked, by_old_phone: false })
    }

    pub(crate) fn is_known(&self) -> bool {
        self.person.is_some()
    }

    /// Why it ends, if it does.
    pub(crate) fn no_way(&self) -> Option<Ended> {
        self.no_way.map(|(why, _)| why)
    }

    /// The attempt, ended where there is no way.
    pub(crate) fn end(&self, next: Activation, now: i64) -> Activation {
        match self.no_way {
            Some((why, Some(until))) => next.end_until(why, until),
            Some((why, None)) => next.end(why, now),
            None => next,
        }
    }
}

pub(crate) async fn account_of(
    world: &World,
    identity: &Identity,
    number: &MobileNumber,
) -> Result<AccountOf, Failure> {
    let person = person_hash(world, &identity.attributes)?;
    let document = world.keys.document_of(identity);
    let (sealer, now) = (world.sealer.clone(), world.now());
    let read = world.db.read("activate.known", {
        let (person, number) = (person.clone(), world.keys.number_hash(number.e164()));
        move |tx| {
            let (by_person, by_number) = store::account::known(tx, &person, &number)?;
            let holder = by_number.filter(|holder| by_person.as_ref() != Some(holder));
            let Some(account) = by_person else { return Ok((AccountOf::default(), holder)) };
            let row = store::account::find(tx, &sealer, &account)?;
            let no_way = row.as_ref().and_then(|row| finish_activation::no_way(row, &document, now));
            let vouches = row.as_ref().is_some_and(|row| row.life(now).after(Act::NewPhone).is_ok());
            let phone = row.filter(|_| vouches).and_then(|row| row.phone);
            Ok::<_, store::StoreError>((AccountOf { person: Some(account), no_way, phone }, holder))
        }
    });
    let (found, holder) = read.await?;
    match holder {
        Some(holder) if found.no_way.is_none() => {
            let taken = change_number::claim(world, number, &person, &holder).await?;
            Ok(AccountOf { no_way: taken.map(|until| (Ended::NumberTaken, until)), ..found })
        }
        _ => Ok(found),
    }
}

/// Another SMS.
pub async fn resend(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (_, jti)) = authenticate::<Nothing>(world, signed).await?;
    if let Some(answer) = repeated(world, &row, &jti).await {
        return answer;
    }
    let now = world.now();
    let Code { mac, sms } = match &row.activation.stage {
        Stage::Sms(check) => {
            let code = world.digits::<5>();
            let sms = notice::sms_code(world, &row.activation.lang, &check.contact.number, &code)?;
            Code { mac: world.keys.code_mac(label::SMS, &row.activation.id, &code), sms: Some(sms) }
        }
        Stage::TokenSms(t) => enrol_with_eid::code_for(world, &row.activation, &t.number).await?,
        _ => return wrong_step(world, &row.activation).await,
    };
    let next = row.activation.clone().resend(mac, now)?;
    let next = Activation { last: Some(LastCommand { jti, refusal: None }), ..next };
    let (stored, current) = save(world, "activate.resend", row.version, next, sms).await?;
    if stored { view(world, &current.activation).await } else { Err(Failure::Busy) }
}

pub(crate) fn person_hash(world: &World, attributes: &Attributes) -> Result<Vec<u8>, Failure> {
    let number = attributes.national_number.as_deref();
    number
        .map(|n| world.keys.person_hash(n))
        .ok_or_else(|| Failure::Internal("a judged identity has a national number".into()))
}
