//! Writing to the helpdesk: anybody may, nothing is proven, and nothing is told about any account.

use domain::contact::{Contact, Topic};
use domain::helpdesk::{CASE_KEPT_SECONDS, CASE_SECONDS, Clock};
use protocol::eid::{read_code, typed_code};
use store::StoreError;

use crate::keys::PlatformKeys;
use crate::{Failure, World};

/// What somebody who wrote may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `K7QM-4TXP`, to be read out.
    pub reference: String,
    /// `open`, `proposed`, `doing`, `done`, `closed`.
    pub state: String,
    /// Topic of what was written.
    pub kind: String,
    pub call_back: String,
    pub clock: Clock,
}

/// As people read a reference.
pub fn grouped(reference: &str) -> String {
    reference.split_at_checked(4).map_or_else(|| reference.to_owned(), |(a, b)| format!("{a}-{b}"))
}

/// The half of a ticket that nobody can guess.
fn secret(world: &World, reference: &str) -> String {
    let bytes = world.keys.derived("zelf/contact/v1", &[reference.as_bytes()]);
    let five = |at: usize| bytes.get(at..at + 5).and_then(|b| <[u8; 5]>::try_from(b).ok()).unwrap_or_default();
    typed_code(five(0)) + &typed_code(five(5))
}

/// A sum that was done for this message, good for one.
pub struct Puzzle {
    pub id: String,
    pub until: i64,
}

/// Keeps the message and begins its case. Gives the ticket: the reference and what proves that one wrote it; nothing when the
/// sum was used before.
///
/// # Errors
/// When the database cannot.
pub async fn send(world: &World, contact: Contact, puzzle: Option<Puzzle>) -> Result<Option<String>, Failure> {
    let (now, sealer) = (world.now(), world.sealer.clone());
    let reference = typed_code(world.entropy());
    let ticket = format!("{reference}-{}", secret(world, &reference));
    let made = world.db.run("contact.send", move |tx| {
        if let Some(puzzle) = &puzzle
            && !store::used_token::burn(tx, "activate", &puzzle.id, puzzle.until)?
        {
            return Ok(None);
        }
        let begin = store::case::Begin {
            reference: &reference,
            kind: contact.topic.word(),
            call_back: contact.call_back.word(),
            due_at: now + CASE_SECONDS,
            expires_at: now + CASE_KEPT_SECONDS,
        };
        let made = store::case::insert(tx, begin)?
            && store::contact::insert(tx, &sealer, &reference, &contact, now + CASE_KEPT_SECONDS)?;
        Ok::<_, StoreError>(Some(made))
    });
    match made.await? {
        Some(true) => Ok(Some(ticket)),
        Some(false) => Err(Failure::Busy),
        None => Ok(None),
    }
}

/// How it stands; `None` for a ticket that is not ours, or whose time is over.
///
/// # Errors
/// When the database cannot be read.
pub async fn status(world: &World, ticket: &str) -> Result<Option<Status>, Failure> {
    let Some((reference, proof)) = ticket.split_once('-').filter(|_| ticket.len() == 25) else { return Ok(None) };
    let Some(reference) = read_code(reference) else { return Ok(None) };
    if !PlatformKeys::same(&secret(world, &reference), proof) {
        return Ok(None);
    }
    let case = world.db.read("contact.status", move |tx| store::case::find(tx, &reference)).await?;
    Ok(case.map(|case| Status {
        reference: grouped(&case.reference),
        clock: Clock { target: case.due_at, settled: case.settled_at },
        state: case.state,
        kind: case.kind,
        call_back: case.call_back,
    }))
}

/// Only a new number has a clock that is promised.
pub fn promised(kind: &str) -> bool {
    kind == Topic::NewNumber.word()
}
