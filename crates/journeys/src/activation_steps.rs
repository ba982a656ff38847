//! What the steps of every activation share: who speaks, said before, the row's next state, what the phone is told.

use domain::activation::{Activation, LastCommand, SmsCode, Stage};
use domain::refusal::{Refusal, WaitReason};
use protocol::jose::PublicKey;
use protocol::phone::{Bank, HandOver, SmsState, Step, TokenState, View};
use store::activation::ActivationRow;
use store::{activation, outbox};
use words::Lang;

use crate::{Failure, Signed, World, notice};

/// A race for one row is decided in a few rounds or is no honest race.
pub(crate) const ROUNDS: usize = 4;

/// The activation of the device that signed, and what it said.
pub(crate) async fn authenticate<B: serde::de::DeserializeOwned>(
    world: &World,
    signed: &Signed,
) -> Result<(ActivationRow, (B, String)), Failure> {
    let device = signed.device()?;
    let sealer = world.sealer.clone();
    let row = world.db.read("activate.find", move |tx| activation::of_device(tx, &sealer, &device)).await?;
    let row = row.ok_or(Failure::DeviceUnknown)?;
    let key = PublicKey::from_jwk(&row.activation.jwk)?;
    let opened = signed.open::<B>(world, &key)?;
    Ok((row, opened))
}

/// A command that was carried out already is answered again, not carried out again.
pub(crate) async fn repeated(world: &World, row: &ActivationRow, jti: &str) -> Option<Result<View, Failure>> {
    let last = row.activation.last.as_ref().filter(|last| last.jti == jti)?;
    Some(match last.refusal {
        Some(refusal) if !matches!(row.activation.stage, Stage::Refused { .. }) => Err(refusal.into()),
        _ => view(world, &row.activation).await,
    })
}

/// A plain transition: no tries, no messages.
pub(crate) async fn advance(
    world: &World,
    name: &'static str,
    row: ActivationRow,
    jti: &str,
    change: impl Fn(Activation) -> Result<Activation, Refusal>,
) -> Result<View, Failure> {
    if let Some(answer) = repeated(world, &row, jti).await {
        return answer;
    }
    let mut row = row;
    for _ in 0..ROUNDS {
        let next = match change(row.activation.clone()) {
            Ok(next) => Activation { last: Some(LastCommand { jti: jti.to_owned(), refusal: None }), ..next },
            Err(Refusal::WrongStep) => return wrong_step(world, &row.activation).await,
            Err(other) => return Err(other.into()),
        };
        let (stored, current) = save(world, name, row.version, next, None).await?;
        if stored {
            return view(world, &current.activation).await;
        }
        row = current;
    }
    Err(Failure::Busy)
}

pub(crate) async fn wrong_step(world: &World, a: &Activation) -> Result<View, Failure> {
    Err(Failure::WrongStep(Box::new(view(world, a).await?)))
}

/// Stores `next` in place of `version`, with the waits and the SMS that come with it. `false` and the row as it is now when
/// somebody was first.
pub(crate) async fn save(
    world: &World,
    name: &'static str,
    version: i64,
    next: Activation,
    sms: Option<notice::Notice>,
) -> Result<(bool, ActivationRow), Failure> {
    let sealer = world.sealer.clone();
    let now = world.now();
    let limit = world.settings.sms_per_day;
    let waits = waits(world, &next);
    world
        .db
        .run(name, move |tx| {
            let over = match &sms {
                Some(sms) => outbox::sent_since(tx, "sms", &sms.recipient, now - 86_400)? >= limit,
                None => false,
            };
            if over && sms.as_ref().is_some_and(|sms| !sms.quiet) {
                return Err(Refusal::Wait { until: now + 86_400, reason: WaitReason::TooMany }.into());
            }
            if !activation::save(tx, &sealer, &next, version, None)? {
                let current = activation::of_device(tx, &sealer, &next.device)?.ok_or(Failure::DeviceUnknown)?;
                return Ok((false, current));
            }
            for (key, until) in &waits {
                store::waiting_time::set(tx, key, *until)?;
            }
            if let Some(sms) = sms.as_ref().filter(|_| !over) {
                sms.insert(tx, &sealer, now)?;
            }
            Ok((true, ActivationRow { activation: next.clone(), version: version + 1 }))
        })
        .await
}

/// Who must wait because this attempt ended: the number at this place, and the person if we know them.
pub(crate) fn waits(world: &World, next: &Activation) -> Vec<(Vec<u8>, i64)> {
    let Stage::Refused { ended, until: Some(until), whom: Some(who) } = &next.stage else { return Vec::new() };
    let mut keys = Vec::new();
    if ended.earns_wait() {
        keys.push((world.keys.waiting_key(who.number.e164(), &next.place), *until));
        keys.extend(who.national_number.as_ref().map(|n| (world.keys.person_hash(n), *until)));
    }
    keys
}

/// What the phone is told.
pub(crate) async fn view(world: &World, a: &Activation) -> Result<View, Failure> {
    let now = world.now();
    let mut v = View {
        activation: a.id.clone(),
        step: Step::Number,
        now,
        expires: a.expires_at,
        number: None,
        email: None,
        bank: None,
        banks: None,
        handover: None,
        sms: None,
        method: None,
        token: None,
        birthdate: None,
        account_known: None,
        first_name: None,
        certificate: None,
        seq: None,
        head: None,
        refusal: None,
        vouch: None,
    };
    let contact = |v: &mut View, c: &domain::activation::Contact| {
        v.number = Some(c.number.grouped());
        v.email.clone_from(&c.email);
    };
    let over = now >= a.expires_at;
    match &a.stage {
        Stage::Active { first_name, certificate, .. } => {
            v.step = Step::Active;
            v.first_name = Some(first_name.clone());
            v.certificate = Some(certificate.clone());
            (v.seq, v.head) = (Some(0), Some(String::new()));
        }
        Stage::Refused { ended, until, .. } => {
            v.step = Step::Refused;
            v.refusal = Some(protocol::phone::Refusal { code: ended.code().into(), until: *until });
        }
        _ if over => v.step = Step::Expired,
        Stage::Number => {}
        Stage::Email { number } => {
            v.step = Step::Email;
            v.number = Some(number.grouped());
            v.banks = Some(banks(world, &a.lang));
        }
        Stage::Bank { contact: c } => {
            v.step = Step::Bank;
            contact(&mut v, c);
            v.banks = Some(banks(world, &a.lang));
        }
        Stage::HandOver(h) => {
            v.step = Step::Handover;
            contact(&mut v, &h.contact);
            v.bank = Some(h.bank.clone());
            v.banks = Some(banks(world, &a.lang));
            v.handover = Some(HandOver { url: h.url.clone(), expires: h.expires_at, returned: h.returned.is_some() });
        }
        Stage::Sms(s) => {
            v.step = Step::Sms;
            contact(&mut v, &s.contact);
            v.sms = Some(sms_state(&s.sms, now));
            v.account_known = Some(s.known);
        }
        Stage::Vouch => {
            v.step = Step::Vouch;
            v.vouch = crate::vouch::shown(a);
        }
        Stage::TokenSms(t) => {
            v.step = Step::Sms;
            v.method = Some("eid".into());
            v.number = Some(t.number.grouped());
            v.sms = Some(sms_state(&t.sms, now));
        }
        Stage::Token(t) => {
            v.step = Step::Token;
            v.method = Some("eid".into());
            v.number = Some(t.number.grouped());
            v.token = Some(TokenState { left: t.left });
        }
        Stage::Code(c) => {
            v.step = Step::Code;
            contact(&mut v, &c.contact);
            v.birthdate.clone_from(&c.identity.attributes.birthdate);
            v.method = c.card.as_ref().map(|_| "eid".to_owned());
            v.account_known = Some(c.known.is_some());
        }
    }
    Ok(v)
}

fn sms_state(sms: &SmsCode, now: i64) -> SmsState {
    let left = if now >= sms.expires_at { 0 } else { sms.left };
    SmsState { left, expires: sms.expires_at, resend_at: sms.resend_at }
}

fn banks(world: &World, lang: &str) -> Vec<Bank> {
    let lang = Lang::parse(lang).unwrap_or(Lang::Nl);
    let bank = |b: &crate::registry::Bank| Bank {
        id: b.id.clone(),
        name: b.name.of(lang.code()).to_owned(),
        needs_app: b.needs_app,
    };
    world.banks.all().iter().map(bank).collect()
}
