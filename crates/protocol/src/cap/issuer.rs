//! The bank's check of a response code.
//!
//! Eighteen bits of cryptogram are a guess in 262,144: whoever calls this counts wrong answers per challenge and per card.

use subtle::ConstantTimeEq as _;

use super::card::{CDOL1, application_cryptogram};
use super::iad::{self, Results};
use super::key::{CardNumber, Key, Suite, card_key};
use super::otp::{self, Answer};
use super::reader::{Mode, terminal_objects};

/// Furthest the card's counter may have run ahead of the last code seen: codes made and never sent.
pub const MAX_JUMP: u16 = 64;

/// The key and the choices a series of cards was made with.
pub struct Issuer {
    pub key: Key,
    pub suite: Suite,
    pub derivation_key_index: u8,
    pub bitmap: Vec<u8>,
    pub psn_first: bool,
}

/// Replayed, guessed, made for other data or by another card: one answer for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl Issuer {
    /// Judges `code` for this card and this data. The counter returned must be stored as the last one accepted before the
    /// caller acts on the code: it is what makes a second use fail.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn check(&self, card: &CardNumber, mode: &Mode, code: &str, last_counter: u16) -> Result<u16, Refused> {
        if code.is_empty() || code.len() > 19 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Refused);
        }
        let value: u64 = code.parse().map_err(|_| Refused)?;
        let counter = self.counter_of(value, last_counter).ok_or(Refused)?;
        let expected = self.expected(card, mode, counter).ok_or(Refused)?;
        let same: bool = expected.as_bytes().ct_eq(format!("{value:08}").as_bytes()).into();
        if same { Ok(counter) } else { Err(Refused) }
    }

    /// The smallest counter above the last one whose visible bits are those in the code.
    fn counter_of(&self, value: u64, last: u16) -> Option<u16> {
        let (mask, bits) = otp::counter_bits(value, &self.bitmap, self.psn_first);
        (last.checked_add(1)?..=last.saturating_add(MAX_JUMP)).find(|atc| atc & mask == bits)
    }

    fn expected(&self, card: &CardNumber, mode: &Mode, counter: u16) -> Option<String> {
        let iad = iad::build(self.suite, self.derivation_key_index, Results::EXPECTED);
        let objects = terminal_objects(CDOL1, mode)?;
        let key = card_key(self.suite, &self.key, card);
        let cryptogram = application_cryptogram(self.suite, &key, counter, &objects, &iad);
        let answer = Answer {
            psn: self.psn_first.then(|| card.psn_bcd()),
            cid: 0x80,
            atc: counter,
            cryptogram: mode.finish(cryptogram)?,
            iad,
        };
        otp::code(&answer, &self.bitmap)
    }
}
