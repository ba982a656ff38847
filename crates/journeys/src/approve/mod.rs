//! What waits for a person, and the person's answer.
//!
//! The phone fetches requests freshly signed ([`waiting`]) and answers with one signed message ([`answer`]): the row is read,
//! the vault counts and checks, and one transaction moves the request and the phone's receipt chain together.

mod data;
mod draw;

use std::time::Duration;

use domain::account::{COOLING_SECONDS, Device};
use domain::approval::{Approval, Asked, Start, State};
use domain::enrolment::CardData;
use domain::refusal::{Refusal, WaitReason};
use protocol::jose::PublicKey;
use protocol::oidc::release::{self, TRANSACTION_IP};
use protocol::phone::{Answer, AnswerBody, AnswerOk, Decision, DeviceState, Pending, PendingBody, Request, Verified};
use store::approval::{Evidence, Waiting};
use store::consent::Standing;
use subtle::ConstantTimeEq as _;
use vault::{Attempt, Verdict};
use words::Lang;

use crate::block::Ended;
use crate::ciba::Decided;
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
    let card = card(world, &found)?;
    let calm = found.device.settings.biometrics && found.device.careful_until <= now;
    let draft = |(approval, asked): &(Approval, Asked)| {
        draw::draft(world, approval, asked, (profile, card.as_ref()), calm, lang, now)
    };
    let drafts = found.requests.iter().map(draft).collect();
    let issued = world.vault.issue(found.device.id.clone(), found.device.head.clone(), drafts).await?;
    Ok(Pending { requests: issued.requests, device: issued.device, head: found.device.head, seq: issued.seq, now })
}

/// Address and photo of the card, where something that waits asks for them.
fn card(world: &World, found: &Waiting) -> Result<Option<CardData>, Failure> {
    let asks = |asked: &Asked| match asked {
        Asked::Login(request) => request.claims.iter().any(|claim| release::from_card(claim)),
        _ => false,
    };
    if !found.requests.iter().any(|(_, asked)| asks(asked)) {
        return Ok(None);
    }
    Ok(found.card.open(&world.sealer, &found.device.account)?)
}

/// An answer, and what the phone does next. The same answer again gets the same receipt and costs nothing.
pub async fn answer(world: &World, body: AnswerBody, address: &str) -> Result<AnswerOk, Failure> {
    let heard = hear(world, &body).await?;
    // Only the phone that answered learns the way back; without the browser's own cookie it leads nowhere.
    // The phone says which request that was in words it signed: M1 beside them may be another's.
    let Answer { rid, dec, .. } = &heard.answer.payload;
    let link = heard.approval.as_ref().is_some_and(|a| a.start == Start::Link && a.id == *rid);
    let return_to = crate::start::return_to(world, rid, *dec).filter(|_| link);
    Ok(AnswerOk { m3: judge(world, body, heard, address).await?, return_to })
}

/// An answer whose sender is proven.
struct Heard {
    device: Device,
    approval: Option<Approval>,
    consent: Option<Standing>,
    /// M1 as the phone sent it back; the vault checks that it is ours.
    request: Request,
    answer: Verified<Answer>,
}

async fn hear(world: &World, body: &AnswerBody) -> Result<Heard, Failure> {
    let id = Answer::device(&body.m2)?;
    let request = Request::unverified(&body.m1)?;
    if !protocol::phone::is_id("dev", &id) || !protocol::phone::is_id(domain::id::APPROVAL, &request.rid) {
        return Err(Failure::Malformed);
    }
    let (device, rid) = (id.clone(), request.rid.clone());
    let found = world.db.read("approve.find", move |tx| store::approval::for_answer(tx, &device, &rid)).await?;
    let Some((device, found)) = found else { return Err(too_late(world, &id, &body.m2).await?) };
    // Proves that the sender holds the device key: before this nothing is told about the row.
    let answer = Answer::verify(&body.m2, &id, &PublicKey::from_point(&device.point)?)?;
    let (approval, consent) = found.map_or((None, None), |found| (Some(found.approval), found.consent));
    Ok(Heard { device, approval, consent, request, answer })
}

async fn judge(world: &World, body: AnswerBody, heard: Heard, address: &str) -> Result<String, Failure> {
    let Heard { device, approval, consent, request, answer } = heard;
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
        may_approve(world, &device, &approval, &request.kind, now).await?;
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
    match world.vault.attempt_verified(attempt, answer.clone(), now).await.map_err(|e| with_head(e.into(), &device))? {
        Verdict::Accepted { m3, digest, dec } => {
            let evidence = Evidence { m1: body.m1, m2: body.m2, m3, bio: body.bio };
            let (id, sent) = (device.id.clone(), answer.digest.clone());
            let Answer { uv, without, .. } = answer.payload;
            let claims = request.claims.into_iter().filter(|claim| !without.contains(claim)).collect();
            let address = address.to_owned();
            let receipt = Receipt { digest, answer: answer.digest, dec, uv, claims, without, address, consent };
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
async fn may_approve(world: &World, device: &Device, approval: &Approval, kind: &str, now: i64) -> Result<(), Failure> {
    let cool_at = approval.created_at + COOLING_SECONDS;
    if device.careful_until > now && now < cool_at {
        return Err(Refusal::Wait { until: cool_at, reason: WaitReason::Careful }.into());
    }
    let minimum = world.partners.find(&approval.partner).map_or(0, |partner| partner.min_credential_age);
    let binds = matches!(kind, "payment" | "text");
    if minimum == 0 && !binds {
        return Ok(());
    }
    let (sealer, account) = (world.sealer.clone(), device.account.clone());
    let row = world.db.read("approve.age", move |tx| store::account::find(tx, &sealer, &account)).await?;
    let row = row.ok_or(Failure::DeviceUnknown)?;
    if binds && row.limited_until > now {
        return Err(Refusal::Limited { until: row.limited_until }.into());
    }
    let until = row.activated_at + minimum;
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
    uv: String,
    /// What is shared, and what the person left out.
    claims: Vec<String>,
    without: Vec<String>,
    /// Where the phone was, on the network.
    address: String,
    /// What stood before.
    consent: Option<Standing>,
}

/// Request, chain and what the answer causes move together; only then is anybody answered. The request with its evidence is the
/// record of it: no line of the audit says it again.
async fn record(
    world: &World,
    device: Device,
    approval: Approval,
    evidence: Evidence,
    receipt: Receipt,
    now: i64,
) -> Result<String, Failure> {
    let state = match receipt.dec {
        Decision::Approve => State::Approved { at: now },
        Decision::Reject => State::Rejected,
        Decision::Fraud => State::Fraud,
    };
    let effect = effect(world, &device, &approval, receipt.dec).await?;
    let sealer = world.sealer.clone();
    let topics = [approval.id.clone(), device.id.clone()];
    let m3 = evidence.m3.clone();
    let decided = Approval { state, uv: receipt.uv.clone(), ..approval.clone() };
    let approved = receipt.dec == Decision::Approve && !approval.partner.is_empty();
    let shared = approved.then(|| Standing { claims: receipt.claims.join(" "), subject: subject(world, &approval) });
    let shared = shared.filter(|shared| receipt.consent.as_ref() != Some(shared));
    let on_the_phone = approved && device.careful_until > now;
    let address = receipt.claims.iter().any(|c| c == TRANSACTION_IP).then(|| receipt.address.clone());
    let told = told(world, &approval).await?;
    let known_now = approved && (on_the_phone || address.is_some() || !receipt.without.is_empty());
    let done = world.db.run("approve.answer", move |tx| {
        if !store::approval::decide(tx, &sealer, &approval.id, state, &receipt.uv, &evidence, now)? {
            return Err(Failure::Gone);
        }
        if !store::device::advance(tx, &device.id, &device.head, &receipt.digest, &evidence.m3, &receipt.answer)? {
            return Err(Failure::OutOfStep { head: device.head.clone(), seq: 0 });
        }
        if let Some(Standing { claims, subject }) = &shared {
            store::consent::given(tx, &device.account, &approval.partner, subject, claims, now)?;
        }
        if known_now {
            note(tx, &sealer, &approval.id, (on_the_phone, address.clone()), &receipt.without)?;
        }
        if let Some(told) = &told {
            told.write(tx, &sealer, now)?;
        }
        let ended = effect.as_ref().map(|act| act.carry_out(tx, &sealer, now)).transpose()?;
        Ok(ended.unwrap_or_default())
    });
    let ended: Ended = done.await?;
    ended.settle(world).await?;
    let [request, _] = &topics;
    world.signals.lately.changed(request);
    if approved && !known_now {
        world.signals.lately.decided(decided, now);
    }
    topics.iter().for_each(|topic| world.signals.wake(topic));
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

/// The call to a partner that wishes to hear of the answer.
async fn told(world: &World, approval: &Approval) -> Result<Option<Decided>, Failure> {
    if approval.start != Start::Ciba {
        return Ok(None);
    }
    let (sealer, id) = (world.sealer.clone(), approval.id.clone());
    let found = world.db.read("approve.told", move |tx| store::approval::find(tx, &sealer, &id)).await?;
    Ok(found.and_then(|(approval, request)| Decided::of(world, &approval, &request)))
}

/// What this service calls the person; empty for one that is registered no more.
fn subject(world: &World, approval: &Approval) -> String {
    let partner = world.partners.find(&approval.partner);
    partner.and_then(|partner| crate::tokens::subject_of(world, &partner, approval).ok()).unwrap_or_default()
}

/// What only the answer told: that somebody was on the phone with the person, from where it came, and what they left out.
fn note(
    tx: &mut db::Tx<'_>,
    sealer: &store::Sealer,
    id: &str,
    (on_the_phone, address): (bool, Option<String>),
    without: &[String],
) -> Result<(), Failure> {
    let Some(Asked::Login(mut request)) = store::approval::asked(tx, sealer, id)? else { return Ok(()) };
    if (on_the_phone || address.is_some()) && request.credential.is_none() {
        request.credential = store::summon::credential_of(tx, id)?;
    }
    if let Some(credential) = &mut request.credential {
        credential.ongoing_call |= on_the_phone;
        credential.ip = address;
    }
    request.without = without.to_vec();
    store::approval::save_asked(tx, sealer, id, &Asked::Login(request))?;
    Ok(())
}

async fn stop(world: &World, id: &str, now: i64) -> Result<(), Failure> {
    let topic = id.to_owned();
    world.db.run("approve.stop", move |tx| store::approval::cancel(tx, &topic, now)).await?;
    world.signals.ring(id);
    Ok(())
}
