//! What the card program does: claim a session, say what happens, bring the proof, hear how it ended.

use domain::enrolment::{Ended, Enrolment, Stage};
use protocol::eid::{Claim, Claimed, Progress, ProgressBody, ProofBody, Returned, State};
use protocol::jose::{b64u, unb64u};

use super::{EidProblem, browser, judge, rows};
use crate::activation_steps::ROUNDS;
use crate::{Failure, World};

/// The random bytes of a claim: 32 for the nonce, 48 for the chip's challenge.
const RANDOM: usize = 80;

/// The first program that comes gets the session; a second one ends the enrolment.
pub async fn claim(world: &World, claim: Claim) -> Result<Claimed, EidProblem> {
    let mac = match (claim.v, &claim.session, &claim.code) {
        (1, Some(session), None) if session.len() <= 64 => rows::lookup(world, "session", session),
        (1, None, Some(code)) => {
            let code = protocol::eid::read_code(code).ok_or_else(|| EidProblem::new("session_unknown", 404))?;
            rows::lookup(world, "code", &code)
        }
        _ => return Err(Failure::Malformed.into()),
    };
    // The first program's own word may come in between; whoever is second must not slip through that.
    for _ in 0..ROUNDS {
        let row = rows::of_session(world, mac.clone()).await?;
        let now = world.now();
        let random = b64u(world.entropy::<RANDOM>());
        let ticket = b64u(world.entropy::<16>());
        let next = row.enrolment.claim(random.clone(), now).map_err(Failure::from)?;
        let taken = matches!(next.stage, Stage::Ended { .. });
        let key = (!taken).then(|| rows::lookup(world, "ticket", &ticket));
        if rows::save(world, "eid.claim", row.version, next.clone(), key).await? {
            return if taken {
                Err(EidProblem::new("session_taken", 409))
            } else {
                Ok(asks(world, &next, ticket, &random, now)?)
            };
        }
    }
    Err(Failure::Busy.into())
}

/// Who asks, and what the card shall sign.
fn asks(world: &World, e: &Enrolment, ticket: String, random: &str, now: i64) -> Result<Claimed, Failure> {
    let challenge = challenge(random)?;
    Ok(Claimed {
        ticket,
        name: world.settings.name.clone(),
        origin: world.settings.issuer.clone(),
        number: e.contact.number.masked(),
        email: e.contact.email.as_deref().map(masked),
        terms: e.terms.clone(),
        lang: e.lang.clone(),
        nonce: browser::nonce(e, random)?,
        challenge: b64u(challenge),
        expires: browser::state(e, now).expires,
        now,
        test_world: world.settings.test_world,
        purpose: e.purpose,
    })
}

fn challenge(random: &str) -> Result<Vec<u8>, Failure> {
    Ok(unb64u(random)?.get(32..RANDOM).ok_or(Failure::Malformed)?.to_vec())
}

/// `a•••@voorbeeld.be`
fn masked(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}•••@{domain}")
}

/// The enrolment of a ticket, or how it ended.
async fn working(world: &World, ticket: &str) -> Result<store::enrolment::EnrolmentRow, EidProblem> {
    let row = rows::of_ticket(world, ticket).await?;
    match &row.enrolment.stage {
        Stage::Ended { ended: Ended::TwoPrograms, .. } => Err(EidProblem::new("session_taken", 409)),
        Stage::Ended { .. } => Err(EidProblem::new("session_expired", 410)),
        _ => Ok(row),
    }
}

/// What the program does now, for the page to say.
pub async fn progress(world: &World, body: ProgressBody) -> Result<(), EidProblem> {
    let row = working(world, &body.ticket).await?;
    let now = world.now();
    let next = match (body.progress, &row.enrolment.stage) {
        (Progress::Stopped, Stage::Claimed(_)) => row.enrolment.end(Ended::ProgramStopped, now),
        (progress, _) => row.enrolment.progress(progress, body.left, now).map_err(Failure::from)?,
    };
    // Somebody was first: the page shows theirs, and this one's next word comes soon.
    rows::save(world, "eid.progress", row.version, next, None).await?;
    Ok(())
}

/// Files and signatures of the card. Nonce and challenge are gone before anybody looks at them.
pub async fn proof(world: &World, body: ProofBody) -> Result<Returned, EidProblem> {
    let row = working(world, &body.ticket).await?;
    let now = world.now();
    let (next, random) = row.enrolment.take_nonce(now).map_err(Failure::from)?;
    if !rows::save(world, "eid.proof.take", row.version, next.clone(), None).await? {
        return Err(Failure::Busy.into());
    }
    let nonce = browser::nonce(&next, &random)?;
    let expected = judge::Expected { nonce, challenge: challenge(&random)?, purpose: next.purpose, now };
    let (next, problem) = match judge::card(world, &body, expected).await {
        Ok(proof) => (next.proven(proof, now).map_err(Failure::from)?, None),
        Err(verdict) => verdict.settle(next, now)?,
    };
    let back = rows::back(world, &next);
    let first_name = match &next.stage {
        Stage::Proven(p) => p.proof.identity.first_name().to_owned(),
        _ => String::new(),
    };
    if !rows::save(world, "eid.proof", row.version + 1, next, None).await? {
        return Err(Failure::Busy.into());
    }
    match problem {
        Some(problem) => Err(problem),
        None => Ok(Returned {
            url: format!("{}/activate/finish#{}", world.settings.issuer, back.secret),
            digits: back.digits,
            first_name,
        }),
    }
}

/// How it stands: the program waits after opening the browser and says how it ended.
pub async fn state(world: &World, ticket: &str) -> Result<State, EidProblem> {
    let row = rows::of_ticket(world, ticket).await?;
    // Which phone it is concerns the person at the page, not the program.
    Ok(State { device: None, ..browser::state(&row.enrolment, world.now()) })
}
