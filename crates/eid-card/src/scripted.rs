//! A chip that says whatever it is told to: for fuzzing and tests.

use crate::{Card, Pin, Transport, TransportError};

/// Answers with pieces of `bytes`, each behind its length byte; at their end the card is gone.
pub struct Scripted<'a> {
    rest: &'a [u8],
    /// Commands that came.
    pub commands: usize,
}

impl<'a> Scripted<'a> {
    pub fn new(bytes: &'a [u8]) -> Scripted<'a> {
        Scripted { rest: bytes, commands: 0 }
    }
}

impl Transport for Scripted<'_> {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.commands += 1;
        let (&length, rest) = self.rest.split_first().ok_or(TransportError::Removed)?;
        let (answer, rest) = rest.split_at_checked(usize::from(length)).ok_or(TransportError::Removed)?;
        self.rest = rest;
        Ok(answer.to_vec())
    }
}

/// Does everything that can be done with a card whose answers are `bytes`. For fuzzing.
pub fn play(bytes: &[u8]) {
    let Ok(mut card) = Card::open(Scripted::new(bytes)) else { return };
    let _ = card.pin_tries();
    let _ = card.read_all(&mut |_| {});
    if let Ok(pin) = Pin::new("1234") {
        let _ = card.verify(&pin);
    }
    let algorithm = card.algorithm();
    let _ = card.sign_authentication(algorithm, &vec![0; algorithm.hash_length()]);
    let _ = card.internal_authenticate(&[0; 48]);
    let _ = card.log_off();
}
