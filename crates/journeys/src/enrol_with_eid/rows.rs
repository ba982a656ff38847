//! Enrolments in their rows: who finds them, what is derived for them, how they change.

use domain::enrolment::{Ended, Enrolment, Stage};
use domain::refusal::Refusal;
use protocol::jose::b64u;
use protocol::label;
use store::enrolment::{EnrolmentRow, Keys};

use super::browser::{Begun, Puzzle};
use crate::activation_steps::ROUNDS;
use crate::keys::PlatformKeys;
use crate::{Failure, World};

/// How the card program finds its enrolment: by link or by typed code. Derived, so that a reloaded page shows the same.
pub(super) struct Session {
    pub id: String,
    pub code: String,
}

pub(super) fn session(world: &World, e: &Enrolment) -> Session {
    let secret = world.keys.derived(label::EID_SESSION, &[e.id.as_bytes(), &e.sessions.to_be_bytes()]);
    let (id, rest) = secret.split_at(16);
    let mut typed = [0; 5];
    typed.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    Session { id: b64u(id), code: protocol::eid::typed_code(typed) }
}

/// The two ways back to the browser that began: a secret in the address, six digits to type.
pub(super) struct Back {
    pub secret: String,
    pub digits: String,
}

pub(super) fn back(world: &World, e: &Enrolment) -> Back {
    let secret = world.keys.derived(label::EID_RETURN, &[e.id.as_bytes(), &e.sessions.to_be_bytes()]);
    let (long, rest) = secret.split_at(16);
    let number = rest.iter().take(8).fold(0_u64, |n, b| n << 8 | u64::from(*b));
    Back { secret: b64u(long), digits: format!("{:06}", number % 1_000_000) }
}

/// The token of a generation.
pub(super) fn token(world: &World, id: &str, generation: i64) -> String {
    domain::enrolment::token(&world.keys.derived(label::TOKEN, &[id.as_bytes(), &generation.to_be_bytes()]))
}

/// How a row is found by what somebody brings.
pub(super) fn lookup(world: &World, what: &str, value: &str) -> String {
    world.keys.code_mac(label::EID_LOOKUP, what, value)
}

fn keys(world: &World, e: &Enrolment, ticket: Option<String>) -> Keys {
    let mut keys = Keys { ticket, ..Keys::default() };
    match &e.stage {
        Stage::Waiting(_) | Stage::Claimed(_) => {
            let session = session(world, e);
            keys.session = Some(lookup(world, "session", &session.id));
            keys.code = Some(lookup(world, "code", &session.code));
        }
        Stage::Proven(_) => keys.back = Some(lookup(world, "return", &back(world, e).secret)),
        _ => {}
    }
    keys
}

/// Makes the row, and uses up the puzzle that paid for it. The same form twice is one row, however the two arrive.
pub(super) async fn insert(world: &World, e: Enrolment, puzzle: Option<Puzzle>) -> Result<Begun, Failure> {
    let keys = keys(world, &e, None);
    let number = world.keys.number_hash(e.contact.number.e164());
    let sealer = world.sealer.clone();
    let work = move |tx: &mut db::Tx<'_>| {
        let paid = match &puzzle {
            Some(puzzle) => store::used_token::burn(tx, "activate", &puzzle.id, puzzle.until)?,
            None => true,
        };
        if paid {
            store::enrolment::insert(tx, &sealer, &e, &number, &keys)?;
            return Ok(Begun::Yes);
        }
        let there = store::enrolment::find(tx, &sealer, &e.id)?.is_some();
        Ok::<_, store::StoreError>(if there { Begun::Yes } else { Begun::PuzzleUsed })
    };
    Ok(world.db.run("eid.begin", work).await?)
}

/// By session id or typed code.
pub(super) async fn of_session(world: &World, mac: String) -> Result<EnrolmentRow, Failure> {
    let sealer = world.sealer.clone();
    let row = world.db.read("eid.session", move |tx| store::enrolment::of_session(tx, &sealer, &mac)).await?;
    row.ok_or(Failure::Gone)
}

pub(super) async fn of_ticket(world: &World, ticket: &str) -> Result<EnrolmentRow, Failure> {
    let (sealer, mac) = (world.sealer.clone(), lookup(world, "ticket", ticket));
    let row = world.db.read("eid.ticket", move |tx| store::enrolment::of_ticket(tx, &sealer, &mac)).await?;
    row.ok_or(Failure::Gone)
}

pub(super) async fn of_return(world: &World, secret: &str) -> Result<Option<EnrolmentRow>, Failure> {
    let (sealer, mac) = (world.sealer.clone(), lookup(world, "return", secret));
    Ok(world.db.read("eid.return", move |tx| store::enrolment::of_return(tx, &sealer, &mac)).await?)
}

/// The enrolment of this browser; `Gone` when there is none, or it is somebody else's.
pub(super) async fn of_browser(world: &World, id: &str, browser: &str) -> Result<EnrolmentRow, Failure> {
    let (sealer, wanted) = (world.sealer.clone(), id.to_owned());
    let row = world.db.read("eid.browser", move |tx| store::enrolment::find(tx, &sealer, &wanted)).await?;
    let mac = browser_mac(world, id, browser);
    row.filter(|r| PlatformKeys::same(&r.enrolment.browser_mac, &mac)).ok_or(Failure::Gone)
}

pub(super) fn browser_mac(world: &World, id: &str, browser: &str) -> String {
    world.keys.code_mac(label::EID_LOOKUP, id, browser)
}

/// Stores `next` in place of `version`, with the wait that comes with it; `false` when somebody was first.
pub(super) async fn save(
    world: &World,
    name: &'static str,
    version: i64,
    next: Enrolment,
    ticket: Option<String>,
) -> Result<bool, Failure> {
    let keys = keys(world, &next, ticket);
    let wait = match &next.stage {
        Stage::Ended { ended, until: Some(until) } if ended.holds_number() => {
            Some((world.keys.waiting_key(next.contact.number.e164(), &next.place), *until))
        }
        _ => None,
    };
    if let Stage::Ended { ended, .. } = &next.stage {
        tracing::info!(enrolment = next.id, code = ended.code(), "an enrolment with a card ended");
    }
    let (sealer, topic) = (world.sealer.clone(), next.id.clone());
    let stored = world
        .db
        .run(name, move |tx| {
            let stored = store::enrolment::save(tx, &sealer, &next, version, &keys)?;
            if let (true, Some((key, until))) = (stored, &wait) {
                store::waiting_time::set(tx, key, *until)?;
            }
            Ok::<_, store::StoreError>(stored)
        })
        .await?;
    world.signals.ring(&topic);
    Ok(stored)
}

/// One transition of this browser's enrolment.
pub(super) async fn change(
    world: &World,
    name: &'static str,
    id: &str,
    browser: &str,
    transition: impl Fn(Enrolment) -> Result<Enrolment, Refusal>,
) -> Result<Enrolment, Failure> {
    for _ in 0..ROUNDS {
        let row = of_browser(world, id, browser).await?;
        let next = transition(row.enrolment)?;
        if save(world, name, row.version, next.clone(), None).await? {
            return Ok(next);
        }
    }
    Err(Failure::Busy)
}

/// The phone that took the token is ready; `false` when the computer said no meanwhile. Part of the transaction that opens
/// the account.
pub(crate) fn active(
    tx: &mut db::Tx<'_>,
    world_sealer: &store::Sealer,
    enrolment: &str,
    activation: &str,
) -> Result<bool, Failure> {
    let Some(row) = store::enrolment::find(tx, world_sealer, enrolment)? else { return Ok(false) };
    match row.enrolment.active(activation) {
        Ok(next) => Ok(store::enrolment::save(tx, world_sealer, &next, row.version, &Keys::default())?),
        Err(_) => Ok(false),
    }
}

async fn of_id(world: &World, id: &str) -> Result<Option<EnrolmentRow>, Failure> {
    let (sealer, wanted) = (world.sealer.clone(), id.to_owned());
    Ok(world.db.read("eid.of_phone", move |tx| store::enrolment::find(tx, &sealer, &wanted)).await?)
}

/// The person at the computer said that the phone is not theirs.
pub(crate) async fn is_stopped(world: &World, id: &str) -> Result<bool, Failure> {
    let row = of_id(world, id).await?;
    Ok(row.is_none_or(|row| matches!(row.enrolment.stage, Stage::Ended { .. })))
}

/// The phone's attempt was stopped: nothing comes of what the computer shows either.
pub(crate) async fn phone_stopped(world: &World, id: &str, now: i64) -> Result<(), Failure> {
    for _ in 0..ROUNDS {
        let Some(row) = of_id(world, id).await? else { return Ok(()) };
        if !matches!(row.enrolment.stage, Stage::Phone(_)) {
            return Ok(());
        }
        let next = row.enrolment.end(Ended::Stopped, now);
        if save(world, "eid.phone_stopped", row.version, next, None).await? {
            return Ok(());
        }
    }
    Err(Failure::Busy)
}
