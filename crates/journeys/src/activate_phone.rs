//! From "I want this" to a phone that can act: number, e-mail, (the bank: [`crate::enrol_with_bank`]), SMS, code.
//!
//! Every step is one command of the phone, one transaction on one row. A repeated command (same `jti`) is answered from the
//! row and counted once.

use domain::activation::{Activation, Ended, LastCommand, SmsCheck, Stage, Start};
use domain::number::MobileNumber;
use domain::refusal::{Refusal, WaitReason};
use protocol::jose::{Jwk, PublicKey};
use protocol::label;
use protocol::oidc::attributes::Attributes;
use protocol::phone::{IdentityProof, View};
use protocol::seal::Sealed;
use serde::Deserialize;
use store::activation;
use store::activation::ActivationRow;
use words::Lang;

use crate::activation_steps::{ROUNDS, advance, authenticate, repeated, save, view, waits, wrong_step};
use crate::{Failure, Signed, World, notice};

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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FinishBody {
    sealed: Sealed,
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
    let name: String = body.device.chars().filter(|c| !c.is_control()).take(60).collect();
    let begin = Start {
        device: device.clone(),
        jwk: body.jwk,
        lang: Lang::parse(&body.lang).unwrap_or(Lang::Nl).code().to_owned(),
        terms: body.terms,
        device_name: name,
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
    view(world, &row.activation).await
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
    let sealer = world.sealer.clone();
    let ended = Activation { expires_at: world.now(), ..row.activation };
    world.db.run("activate.cancel", move |tx| activation::save(tx, &sealer, &ended, row.version, None)).await?;
    Ok(())
}

/// The SMS code. The try is on disk before anything is compared.
pub async fn sms(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (body, jti)) = authenticate::<SmsBody>(world, signed).await?;
    if let Some(answer) = repeated(world, &row, &jti).await {
        return answer;
    }
    let now = world.now();
    let mac = world.keys.code_mac(label::SMS, &row.activation.id, body.code.trim());
    let (row, check) = take_sms_try(world, row, &jti, now).await?;
    if world_same(&check.code_mac, &mac) {
        return sms_proven(world, row, check, &jti).await;
    }
    match &row.activation.stage {
        Stage::Refused { .. } => view(world, &row.activation).await,
        _ => Err(Refusal::SmsWrong { left: check.left }.into()),
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
) -> Result<(ActivationRow, SmsCheck), Failure> {
    let mut row = row;
    for _ in 0..ROUNDS {
        let (next, check) = match row.activation.clone().take_sms_try(now) {
            Err(Refusal::WrongStep) => return wrong_step(world, &row.activation).await.and(Err(Failure::Busy)),
            other => other?,
        };
        let wrong = Refusal::SmsWrong { left: check.left };
        let next = Activation { last: Some(LastCommand { jti: jti.to_owned(), refusal: Some(wrong) }), ..next };
        let (stored, current) = save(world, "activate.sms.take", row.version, next, None).await?;
        if stored {
            return Ok((current, check));
        }
        // The same command overtook us: it is being carried out, and its answer comes with the next sending.
        if current.activation.last.as_ref().is_some_and(|last| last.jti == jti) {
            return Err(Failure::Busy);
        }
        row = current;
    }
    Err(Failure::Busy)
}

/// Only now is it said whether this person or number has an account.
async fn sms_proven(world: &World, row: ActivationRow, check: SmsCheck, jti: &str) -> Result<View, Failure> {
    let now = world.now();
    let number = world.keys.number_hash(check.contact.number.e164());
    let person = person_hash(world, &check.identity.attributes)?;
    let (by_person, by_number) =
        world.db.read("activate.known", move |tx| store::account::known(tx, &person, &number)).await?;
    let taken = by_number.is_some() && by_number != by_person;
    let next = row.activation.clone().sms_proven(check, by_person);
    let next = if taken { next.end(Ended::NumberTaken, now) } else { next };
    let next = Activation { last: Some(LastCommand { jti: jti.to_owned(), refusal: None }), ..next };
    // The last try stands as a failed attempt until it is compared; it was right.
    let lifted = waits(world, &row.activation);
    let (stored, current) = save(world, "activate.sms.proven", row.version, next, None).await?;
    if stored && !lifted.is_empty() {
        let lift = move |tx: &mut db::Tx<'_>| {
            lifted.iter().try_for_each(|(key, until)| store::waiting_time::lift(tx, key, *until))
        };
        world.db.run("activate.sms.lift", lift).await?;
    }
    if stored { view(world, &current.activation).await } else { Err(Failure::Busy) }
}

/// Another SMS.
pub async fn resend(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (_, jti)) = authenticate::<Nothing>(world, signed).await?;
    if let Some(answer) = repeated(world, &row, &jti).await {
        return answer;
    }
    let code = world.digits::<5>();
    let mac = world.keys.code_mac(label::SMS, &row.activation.id, &code);
    let now = world.now();
    let Stage::Sms(check) = &row.activation.stage else { return wrong_step(world, &row.activation).await };
    let number = check.contact.number.clone();
    let next = row.activation.clone().resend(mac, now)?;
    let next = Activation { last: Some(LastCommand { jti, refusal: None }), ..next };
    let sms = notice::sms_code(world, &row.activation.lang, &number, &code)?;
    let (stored, current) = save(world, "activate.resend", row.version, next, Some(sms)).await?;
    if stored { view(world, &current.activation).await } else { Err(Failure::Busy) }
}

/// The chosen code goes to the vault, then account and phone stand in one transaction; old phones are cut off at the end.
pub async fn finish(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (body, jti)) = authenticate::<FinishBody>(world, signed).await?;
    if let Stage::Active { .. } = row.activation.stage {
        return view(world, &row.activation).await;
    }
    let now = world.now();
    let choosing = match row.activation.choosing(now) {
        Ok(choosing) => choosing.clone(),
        Err(Refusal::WrongStep) => return wrong_step(world, &row.activation).await,
        Err(other) => return Err(other.into()),
    };
    let account = choosing.known.clone().unwrap_or_else(|| world.id(domain::id::ACCOUNT));
    let identity = &choosing.identity;
    let enrolment = vault::Enrolment {
        device: row.activation.device.clone(),
        activation: row.activation.id.clone(),
        jwk: row.activation.jwk.clone(),
        sealed: body.sealed,
        account_commitment: world.keys.account_commitment(&account, &row.activation.device),
        proof: IdentityProof {
            method: identity.method.clone(),
            evidence_sha256: identity.evidence_sha256.clone(),
            ts: identity.proven_at,
        },
    };
    let certificate = match world.vault.enrol(enrolment, now).await {
        Ok(certificate) => certificate,
        Err(vault::VaultError::Malformed) => return Err(Refusal::CodeRejected.into()),
        Err(other) => return Err(other.into()),
    };
    let opened = Opened::new(world, &row.activation, choosing, account, certificate, &jti)?;
    let (activation, cut_off) = opened.store(world, row.version, now).await?;
    for device in cut_off {
        world.vault.revoke(device).await?;
    }
    view(world, &activation).await
}

/// Everything the last transaction of an activation writes.
struct Opened {
    activation: Activation,
    profile: domain::account::Profile,
    device: domain::account::Device,
    account: String,
    is_new: bool,
    certificate: String,
    number: Vec<u8>,
    person: Vec<u8>,
    notices: Vec<notice::Notice>,
    audit: String,
}

impl Opened {
    fn new(
        world: &World,
        activation: &Activation,
        choosing: domain::activation::ChoosingCode,
        account: String,
        certificate: String,
        jti: &str,
    ) -> Result<Opened, Failure> {
        let identity = choosing.identity;
        let key = PublicKey::from_jwk(&activation.jwk)?;
        let profile = domain::account::Profile {
            number: choosing.contact.number,
            email: choosing.contact.email,
            proof: domain::account::ProofSummary {
                method: identity.method,
                source: identity.source,
                source_subject: identity.source_subject,
                document_number: identity.document_number,
                evidence_sha256: identity.evidence_sha256,
                proven_at: identity.proven_at,
            },
            attributes: identity.attributes,
        };
        let finished = activation.clone().finish(account.clone(), certificate.clone())?;
        Ok(Opened {
            activation: Activation { last: Some(LastCommand { jti: jti.to_owned(), refusal: None }), ..finished },
            number: world.keys.number_hash(profile.number.e164()),
            person: person_hash(world, &profile.attributes)?,
            notices: notice::activated(world, &activation.lang, &profile)?,
            device: domain::account::Device {
                id: activation.device.clone(),
                account: account.clone(),
                point: key.point().to_vec(),
                head: String::new(),
                last_receipt: None,
                last_answer: String::new(),
                settings: protocol::phone::Settings::default(),
            },
            profile,
            is_new: choosing.known.is_none(),
            account,
            certificate,
            audit: world.id("aud"),
        })
    }

    async fn store(self, world: &World, version: i64, now: i64) -> Result<(Activation, Vec<String>), Failure> {
        let sealer = world.sealer.clone();
        let done = world.db.run("activate.finish", move |tx| {
            let o = &self;
            let stands = if o.is_new {
                store::account::insert(tx, &sealer, &o.account, &o.number, &o.person, &o.profile, now)?
            } else {
                notice::previous(tx, &sealer, &o.account, &o.notices, now)?;
                store::account::renew(tx, &sealer, &o.account, &o.number, &o.profile, now)?
            };
            if !stands || !activation::save(tx, &sealer, &o.activation, version, None)? {
                return Err(Failure::Busy);
            }
            let cut_off = store::device::replace(tx, &o.device, &o.certificate, &o.activation.device_name, now)?;
            for notice in &o.notices {
                notice.insert(tx, &sealer, now)?;
            }
            let detail = if o.is_new { "new" } else { "again" };
            let line = store::audit::Line {
                id: &o.audit,
                at: now,
                action: "activated",
                actor: &o.device.id,
                subject: &o.account,
                detail,
            };
            store::audit::append(tx, &line)?;
            Ok((o.activation.clone(), cut_off))
        });
        done.await
    }
}

pub(crate) fn person_hash(world: &World, attributes: &Attributes) -> Result<Vec<u8>, Failure> {
    let number = attributes.national_number.as_deref();
    number
        .map(|n| world.keys.person_hash(n))
        .ok_or_else(|| Failure::Internal("a judged identity has a national number".into()))
}
