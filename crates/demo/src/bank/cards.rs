//! The customers' cards: what each chip remembers, and what the issuer remembers of each card.

use jiff::civil::Date;
use protocol::cap::card::{AID, BITMAP, Card, Memory, Personalisation};
use protocol::cap::issuer::Issuer;
use protocol::cap::key::{CardNumber, Key, Suite, card_key};
use protocol::cap::reader::{Mode, ReaderError, response};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::problem::Refusal;
use crate::customers::{Customer, customer_of_card};

/// Wrong responses a card may send in one day.
const WRONG_A_DAY: i64 = 5;
const PSN: u8 = 1;
const DERIVATION_KEY_INDEX: u8 = 1;

/// One card's row: the chip's memory, and the issuer's.
struct Kept {
    memory: Memory,
    accepted: u16,
    wrong: i64,
    wrong_day: i64,
}

fn kept(tx: &Transaction<'_>, pan: &str) -> rusqlite::Result<Kept> {
    let row =
        tx.query_row("SELECT counter, pin_tries, accepted, wrong, wrong_day FROM cards WHERE pan = ?1", [pan], |row| {
            Ok(Kept {
                memory: Memory { counter: row.get(0)?, pin_tries: row.get(1)? },
                accepted: row.get(2)?,
                wrong: row.get(3)?,
                wrong_day: row.get(4)?,
            })
        });
    Ok(row.optional()?.unwrap_or(Kept { memory: Memory::NEW, accepted: 0, wrong: 0, wrong_day: 0 }))
}

fn keep(tx: &Transaction<'_>, pan: &str, kept: &Kept) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO cards VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (pan) DO UPDATE SET counter = ?2, pin_tries = ?3,
         accepted = ?4, wrong = ?5, wrong_day = ?6",
        params![pan, kept.memory.counter, kept.memory.pin_tries, kept.accepted, kept.wrong, kept.wrong_day],
    )?;
    Ok(())
}

/// Puts the customer's card in the reader, presses SIGN, types `challenge` and `pin`. The chip's memory is kept whatever
/// comes out.
pub(super) fn sign(
    tx: &Transaction<'_>,
    master: [u8; 16],
    customer: &Customer,
    challenge: &str,
    pin: &str,
) -> rusqlite::Result<Result<String, ReaderError>> {
    let Some(number) = CardNumber::new(&customer.card, PSN) else { return Ok(Err(ReaderError::NoApplication)) };
    let made = Personalisation {
        key: card_key(Suite::TripleDes, &Key::new(master), &number),
        number,
        suite: Suite::TripleDes,
        derivation_key_index: DERIVATION_KEY_INDEX,
        bitmap: BITMAP.to_vec(),
        psn_first: false,
        pin: customer.pin.clone(),
    };
    let mut row = kept(tx, &customer.card)?;
    let mut card = Card::insert(made, row.memory);
    let code = response(&mut card, &[&AID], &Mode::Sign(vec![challenge.to_owned()]), pin);
    row.memory = card.memory();
    keep(tx, &customer.card, &row)?;
    Ok(code)
}

/// The bank gives a card its three tries back (in life: at the counter, or by a new card).
pub(super) fn unblock(tx: &Transaction<'_>, pan: &str) -> rusqlite::Result<()> {
    let mut row = kept(tx, pan)?;
    row.memory.pin_tries = Memory::NEW.pin_tries;
    row.wrong = 0;
    keep(tx, pan, &row)
}

/// May this card be used to sign today?
pub(super) fn usable(tx: &Transaction<'_>, pan: &str, now: i64) -> Result<(), Refusal> {
    let row = kept(tx, pan)?;
    let locked = row.wrong_day == day(now) && row.wrong >= WRONG_A_DAY;
    if locked { Err(Refusal::CardLocked) } else { Ok(()) }
}

/// Judges the response code, counting the try against the card first. `Ok(false)`: wrong.
pub(super) fn accept(
    tx: &Transaction<'_>,
    master: [u8; 16],
    pan: &str,
    challenge: &str,
    code: &str,
    now: i64,
) -> Result<bool, Refusal> {
    usable(tx, pan, now)?;
    let mut row = kept(tx, pan)?;
    if row.wrong_day != day(now) {
        (row.wrong, row.wrong_day) = (0, day(now));
    }
    let issuer = Issuer {
        key: Key::new(master),
        suite: Suite::TripleDes,
        derivation_key_index: DERIVATION_KEY_INDEX,
        bitmap: BITMAP.to_vec(),
        psn_first: false,
    };
    let number = CardNumber::new(pan, PSN).ok_or(Refusal::CardUnknown)?;
    let judged = issuer.check(&number, &Mode::Sign(vec![challenge.to_owned()]), code, row.accepted);
    match judged {
        Ok(counter) => row.accepted = counter,
        Err(_) => row.wrong += 1,
    }
    keep(tx, pan, &row)?;
    Ok(judged.is_ok())
}

fn day(now: i64) -> i64 {
    now.div_euclid(86_400)
}

/// The customer whose card this is; spaces and dashes in what was typed do not matter.
pub(super) fn holder(typed: &str, today: Date) -> Option<Customer> {
    if typed.len() > 40 {
        return None;
    }
    let digits: String = typed.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).collect();
    customer_of_card(&digits, today)
}
