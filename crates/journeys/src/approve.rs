//! What waits for a person, and the person's answer.
//!
//! The phone fetches requests freshly signed ([`waiting`]) and answers with one signed message ([`answer`]): the row is read,
//! the vault counts and checks, and one transaction moves the request, the phone's receipt chain and the audit together.

use std::time::Duration;

use domain::account::{COOLING_SECONDS, Device, Profile};
use domain::approval::{Approval, Asked, LoginRequest, NewPhone, State};
use domain::date::Date;
use domain::number::MobileNumber;
use domain::refusal::{Refusal, WaitReason};
use protocol::jose::PublicKey;
use protocol::phone::{
    Answer, AnswerBody, Decision, DeviceState, Field, Pending, PendingBody, Request, RequestingParty,
};
use serde_json::Value;
use store::approval::{Evidence, Waiting};
use store::audit::Line;
use subtle::ConstantTimeEq as _;
use vault::{Attempt, Draft, Verdict};
use words::Lang;

use crate::block::Ended;
use crate::own_phone::ended;
use crate::{Failure, Signed, World, act, block};

/// Longest a phone may be kept waiting for news.
const LONGEST_WAIT_SECONDS: u8 = 25;

/// Everything that waits for the phone that signed. With `wait` the answer is held until there is something.
pub async fn waiting(world: &World, signed: &Signed) -> Result<Pending, Failure> {
    match news(world, signed).await {
        // Also when the phone ended while it was kept waiting.
        Err(Failure::DeviceUnknown) => Err(ended(world, signed).await),
        told => told,
    }
}

async fn news(world: &World, signed: &Signed) -> Result<Pending, Failure> {
    let device = signed.device()?;
    let found = find(world, &device).await?;
    let (body, _) = signed.open::<PendingBody>(world, &PublicKey::from_point(&found.device.point)?)?;
    let lang = Lang::parse(&body.lang).ok_or(Failure::Malformed)?;
    if !found.requests.is_empty() || body.wait == 0 {
        return issue(world, found, lang).await;
    }
    let listener = world.signals.listen(&device);
    let until = tokio::time::Instant::now() + Duration::from_secs(body.wait.min(LONGEST_WAIT_SECONDS).into());
    loop {
        let found = find(world, &device).await?;
        if !found.requests.is_empty() || tokio::time::Instant::now() >= until {
            return issue(world, found, lang).await;
        }
        listener.wait().await;
    }
}

async fn find(world: &World, device: &str) -> Result<Waiting, Failure> {
    let (sealer, device, now) = (world.sealer.clone(), device.to_owned(), world.now());
    let found =
        world.db.read("approve.waiting", move |tx| store::approval::waiting_for(tx, &sealer, &device, now)).await?;
    found.ok_or(Failure::DeviceUnknown)
}

async fn issue(world: &World, found: Waiting, lang: Lang) -> Result<Pending, Failure> {
    let now = world.now();
    let profile = &found.profile;
    let calm = found.device.settings.biometrics && found.device.careful_until <= now;
    let draft = |(approval, asked): &(Approval, Asked)| draft(world, approval, asked, profile, calm, lang, now);
    let drafts = found.requests.iter().map(draft).collect();
    let issued = world.vault.issue(found.device.id.clone(), found.device.head.clone(), drafts).await?;
    Ok(Pending { requests: issued.requests, device: issued.device, head: found.device.head, seq: issued.seq, now })
}

/// The request as this person reads it.
fn draft(world: &World, a: &Approval, asked: &Asked, profile: &Profile, calm: bool, lang: Lang, now: i64) -> Draft {
    match asked {
        Asked::Login(request) => {
            let allowed = world.partners.find(&a.partner).is_some_and(|partner| partner.biometrics);
            Draft { bio: calm && allowed, ..login(world, a, request, profile, lang, now) }
        }
        Asked::NewPhone(phone) => new_phone(world, a, phone, lang, now),
        Asked::Act(asked) => act::draw(world, a, asked, lang, now),
    }
}

/// "Is this new phone yours?": asked by us, about the account itself.
fn new_phone(world: &World, a: &Approval, phone: &NewPhone, lang: Lang, now: i64) -> Draft {
    let domain = world.settings.app.split("://").nth(1).unwrap_or_default().to_owned();
    Draft {
        rid: a.id.clone(),
        kind: "admin".into(),
        lang: lang.code().into(),
        title: words::t(lang, "approval.new_phone").into(),
        rp: RequestingParty { id: "zelf".into(), name: world.settings.name.clone(), domain },
        from: from(world, a, &phone.place, "", lang),
        fields: vec![Field::line(words::t(lang, "approval.new_phone_device"), phone.device.clone())],
        claims: Vec::new(),
        purpose: None,
        text: None,
        wants_match: false,
        bio: false,
        iat: now,
        exp: a.expires_at,
    }
}

/// When, where, in which browser.
fn from(world: &World, a: &Approval, address: &str, browser: &str, lang: Lang) -> String {
    let place = world.settings.place(address, lang).unwrap_or_else(|| words::t(lang, "approval.place_unknown"));
    let parts = [world.settings.local_time(a.created_at), place.to_owned(), browser.to_owned()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn login(world: &World, a: &Approval, request: &LoginRequest, profile: &Profile, lang: Lang, now: i64) -> Draft {
    let partner = world.partners.find(&a.partner);
    let rp = RequestingParty {
        id: a.partner.clone(),
        name: partner.as_ref().map_or_else(|| a.partner.clone(), |p| p.name.of(lang.code()).to_owned()),
        domain: partner.as_ref().map(|p| p.domain.clone()).unwrap_or_default(),
    };
    Draft {
        rid: a.id.clone(),
        kind: "login".into(),
        lang: lang.code().into(),
        title: words::t(lang, "approval.login").into(),
        rp,
        from: from(world, a, &request.place, &request.browser, lang),
        fields: fields(profile, &request.claims, lang),
        claims: request.claims.clone(),
        purpose: None,
        text: None,
        wants_match: true,
        bio: false,
        iat: now,
        exp: a.expires_at,
    }
}

/// Each datum that will be shared, with its value, in the order people tell it. The whole name stands for its parts.
fn fields(profile: &Profile, claims: &[String], lang: Lang) -> Vec<Field> {
    let attributes = profile.attributes();
    let names: Vec<&str> = claims.iter().map(String::as_str).collect();
    let values = protocol::oidc::attributes::pick(&attributes, &names);
    let whole_name = values.contains_key("name");
    let told = |claim: &&str| !(whole_name && ["given_name", "family_name"].contains(claim));
    let field = |claim: &str| {
        let key = format!("claim.{}", claim.rsplit(':').next().unwrap_or(claim));
        let l = words::lookup(lang, &key)?.to_owned();
        Some(Field { c: Some(claim.to_owned()), ..Field::line(l, readable(claim, values.get(claim)?, lang)) })
    };
    protocol::oidc::attributes::CLAIMS.iter().copied().filter(told).filter_map(field).collect()
}

fn readable(claim: &str, value: &Value, lang: Lang) -> String {
    let part = |v: &Value| readable("", v, lang);
    match value {
        Value::String(text) if claim == "birthdate" => day(text),
        Value::String(text) if claim == "phone_number" => {
            MobileNumber::from_e164(text).map_or_else(|| text.clone(), |number| number.grouped())
        }
        Value::String(text) => {
            words::lookup(lang, &format!("claim.value.{text}")).map_or_else(|| text.clone(), str::to_owned)
        }
        Value::Bool(yes) => words::t(lang, if *yes { "claim.yes" } else { "claim.no" }).to_owned(),
        Value::Array(items) => items.iter().map(part).collect::<Vec<_>>().join(", "),
        Value::Object(parts) => {
            let named = |name: &str| parts.get(name).map(part);
            let town = [named("postal_code"), named("locality")].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let lines = [named("street_address"), Some(town).filter(|t| !t.is_empty()), named("country")];
            lines.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// `12-03-1955`, as the documents of our citizens write it.
fn day(text: &str) -> String {
    Date::parse(text).map_or_else(|| text.to_owned(), |d| format!("{:02}-{:02}-{}", d.day, d.month, d.year))
}

/// An answer. Gives M3; the same answer again gives the same M3 and costs nothing.
pub async fn answer(world: &World, body: AnswerBody) -> Result<String, Failure> {
    let id = Answer::device(&body.m2)?;
    let request = Request::unverified(&body.m1)?;
    if !protocol::phone::is_id("dev", &id) || !protocol::phone::is_id(domain::id::APPROVAL, &request.rid) {
        return Err(Failure::Malformed);
    }
    let (device, rid) = (id.clone(), request.rid.clone());
    let found = world.db.read("approve.find", move |tx| store::approval::for_answer(tx, &device, &rid)).await?;
    let Some((device, approval)) = found else { return Err(too_late(world, &id, &body.m2).await?) };
    // Proves that the sender holds the device key: before this nothing is told about the row.
    let answer = Answer::verify(&body.m2, &id, &PublicKey::from_point(&device.point)?)?;
    if device.last_answer == answer.digest {
        return device.last_receipt.ok_or_else(|| Failure::Internal("a chain without its receipt".into()));
    }
    let now = world.now();
    let approval = approval.filter(|a| a.open(now)).ok_or(Failure::Gone)?;
    if request.head != device.head || answer.payload.prev != device.head {
        return Err(Failure::OutOfStep { head: device.head, seq: answer.payload.seq.saturating_sub(1) });
    }
    let approves = answer.payload.dec == Decision::Approve;
    if approves {
        may_approve(world, &device, &approval, now).await?;
    }
    if body.bio.is_some() && device.careful_until > now {
        // Fetched before the call began.
        return Err(Refusal::BioRejected.into());
    }
    let matched = bool::from(approval.match_number.as_bytes().ct_eq(answer.payload.matched.as_bytes()));
    let attempt = Attempt {
        device: device.id.clone(),
        point: device.point.clone(),
        m1: body.m1.clone(),
        m2: body.m2.clone(),
        pin: body.pin,
        bio: body.bio.clone(),
        matched,
    };
    match world.vault.attempt(attempt, now).await.map_err(|e| with_head(e.into(), &device))? {
        Verdict::Accepted { m3, digest, dec } => {
            let evidence = Evidence { m1: body.m1, m2: body.m2, m3, bio: body.bio };
            let (id, sent) = (device.id.clone(), answer.digest.clone());
            let receipt = Receipt { digest, answer: answer.digest, dec, claims: request.claims };
            match record(world, device, approval, evidence, receipt, now).await {
                // The same answer twice at once: the other one recorded it.
                Err(failure @ (Failure::Gone | Failure::OutOfStep { .. })) => {
                    receipt_of(world, &id, &sent).await?.ok_or(failure)
                }
                done => done,
            }
        }
        Verdict::NotAccepted(status) => {
            // The same right answer twice at once: whoever came second gets the receipt of the first.
            if let Some(m3) = receipt_of(world, &device.id, &answer.digest).await? {
                return Ok(m3);
            }
            if approves && !matched {
                // One wrong number ends the request: whoever guesses at it gets one guess.
                stop(world, &approval.id, now).await?;
            }
            if status.state == DeviceState::Locked {
                block::by_wrong_codes(world, &device).await?;
            }
            Err(Failure::NotAccepted(status))
        }
        Verdict::BioRejected(_) => {
            if !matched {
                stop(world, &approval.id, now).await?;
            }
            Err(Refusal::BioRejected.into())
        }
        Verdict::Wait(status) => Err(Failure::MustWait(status)),
        Verdict::Locked(status) => {
            // A crash may have come between the fifth wrong code and its consequence.
            block::by_wrong_codes(world, &device).await?;
            Err(Failure::NotAccepted(status))
        }
    }
}

/// A phone that acts no more is told why, if the answer is really its own.
async fn too_late(world: &World, id: &str, m2: &str) -> Result<Failure, Failure> {
    let device = id.to_owned();
    let phone = world.db.read("approve.ended", move |tx| store::device::ended(tx, &device)).await?;
    let Some(phone) = phone else { return Ok(Failure::DeviceUnknown) };
    Answer::verify(m2, id, &PublicKey::from_point(&phone.point)?)?;
    Ok(Failure::DeviceEnded { why: phone.why, at: phone.at })
}

/// Somebody is on the phone with the person: not at once. And some services want a phone that has been in use for a while.
async fn may_approve(world: &World, device: &Device, approval: &Approval, now: i64) -> Result<(), Failure> {
    let cool_at = approval.created_at + COOLING_SECONDS;
    if device.careful_until > now && now < cool_at {
        return Err(Refusal::Wait { until: cool_at, reason: WaitReason::Careful }.into());
    }
    let minimum = world.partners.find(&approval.partner).map_or(0, |partner| partner.min_credential_age);
    if minimum == 0 {
        return Ok(());
    }
    let (sealer, account) = (world.sealer.clone(), device.account.clone());
    let row = world.db.read("approve.age", move |tx| store::account::find(tx, &sealer, &account)).await?;
    let until = row.ok_or(Failure::DeviceUnknown)?.activated_at + minimum;
    if now < until { Err(Refusal::TooRecent { until }.into()) } else { Ok(()) }
}

/// The receipt of this very answer, if it was recorded meanwhile.
async fn receipt_of(world: &World, device: &str, answer: &str) -> Result<Option<String>, Failure> {
    let id = device.to_owned();
    let device = world.db.read("approve.receipt", move |tx| store::device::find(tx, &id)).await?;
    Ok(device.filter(|d| d.last_answer == answer).and_then(|d| d.last_receipt))
}

fn with_head(failure: Failure, device: &Device) -> Failure {
    match failure {
        Failure::OutOfStep { seq, .. } => Failure::OutOfStep { head: device.head.clone(), seq },
        other => other,
    }
}

struct Receipt {
    digest: String,
    answer: String,
    dec: Decision,
    claims: Vec<String>,
}

/// Request, chain, audit and what the answer causes move together; only then is anybody answered.
async fn record(
    world: &World,
    device: Device,
    approval: Approval,
    evidence: Evidence,
    receipt: Receipt,
    now: i64,
) -> Result<String, Failure> {
    let (state, action) = match receipt.dec {
        Decision::Approve => (State::Approved { at: now }, "approved"),
        Decision::Reject => (State::Rejected, "rejected"),
        Decision::Fraud => (State::Fraud, "reported"),
    };
    let effect = effect(world, &device, &approval, receipt.dec).await?;
    let (sealer, audit) = (world.sealer.clone(), world.id("aud"));
    let topics = [approval.id.clone(), device.id.clone()];
    let m3 = evidence.m3.clone();
    let shared = (receipt.dec == Decision::Approve && !approval.partner.is_empty()).then(|| receipt.claims.join(" "));
    let on_the_phone = shared.is_some() && device.careful_until > now;
    let done = world.db.run("approve.answer", move |tx| {
        if !store::approval::decide(tx, &sealer, &approval.id, state, &evidence, now)? {
            return Err(Failure::Gone);
        }
        if !store::device::advance(tx, &device.id, &device.head, &receipt.digest, &evidence.m3, &receipt.answer)? {
            return Err(Failure::OutOfStep { head: device.head.clone(), seq: 0 });
        }
        if let Some(claims) = &shared {
            store::consent::given(tx, &device.account, &approval.partner, claims, now)?;
        }
        if on_the_phone {
            note_call(tx, &sealer, &approval.id)?;
        }
        let ended = effect.as_ref().map(|act| act.carry_out(tx, &sealer, now)).transpose()?;
        let line =
            Line { id: &audit, at: now, action, actor: &device.id, subject: &device.account, detail: &approval.id };
        store::audit::append(tx, &line)?;
        Ok(ended.unwrap_or_default())
    });
    let ended: Ended = done.await?;
    ended.settle(world).await?;
    topics.iter().for_each(|topic| world.signals.ring(topic));
    Ok(m3)
}

/// What a yes to something about the account itself causes, when the vault has done its part.
async fn effect(
    world: &World,
    device: &Device,
    approval: &Approval,
    dec: Decision,
) -> Result<Option<act::Prepared>, Failure> {
    if !approval.partner.is_empty() {
        return Ok(None);
    }
    let (sealer, id) = (world.sealer.clone(), approval.id.clone());
    let asked = world.db.read("approve.asked", move |tx| store::approval::asked(tx, &sealer, &id)).await?;
    let Some(Asked::Act(asked)) = asked else { return Ok(None) };
    if dec != Decision::Approve {
        act::forget(world, &device.id, &asked).await?;
        return Ok(None);
    }
    act::prepare(world, &device.account, &device.id, &approval.id, asked).await.map(Some)
}

/// Services learn that somebody was on the phone with the person.
fn note_call(tx: &mut db::Tx<'_>, sealer: &store::Sealer, id: &str) -> Result<(), Failure> {
    let Some(Asked::Login(mut request)) = store::approval::asked(tx, sealer, id)? else { return Ok(()) };
    if let Some(credential) = &mut request.credential {
        credential.ongoing_call = true;
        store::approval::save_asked(tx, sealer, id, &Asked::Login(request))?;
    }
    Ok(())
}

async fn stop(world: &World, id: &str, now: i64) -> Result<(), Failure> {
    let topic = id.to_owned();
    world.db.run("approve.stop", move |tx| store::approval::cancel(tx, &topic, now)).await?;
    world.signals.ring(id);
    Ok(())
}
