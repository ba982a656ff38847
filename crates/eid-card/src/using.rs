//! PIN and signatures.

use crate::apdu::{self, Status};
use crate::card::{Card, Generation, SignatureAlgorithm};
use crate::pin::Pin;
use crate::{CardError, Transport};

/// Private keys by their references.
const AUTHENTICATION_KEY: u8 = 0x82;

/// PIN and keys stand below this directory.
const KEYS: [u8; 2] = [0xDF, 0x00];

/// How the PIN stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinState {
    /// Presented already, by us or by another program.
    Verified,
    /// Tries left, at least one.
    Left(u8),
    Blocked,
}

impl<T: Transport> Card<T> {
    /// How the PIN stands; costs no try.
    pub fn pin_tries(&mut self) -> Result<PinState, CardError> {
        let (_, status) = self.exchange(&apdu::verify_status())?;
        match self.meaning(status) {
            _ if status == Status::OK => Ok(PinState::Verified),
            CardError::PinWrong(left) => Ok(PinState::Left(left)),
            CardError::PinBlocked => Ok(PinState::Blocked),
            error => Err(error),
        }
    }

    /// Presents the PIN, once: a wrong one is never tried again by itself.
    pub fn verify(&mut self, pin: &Pin) -> Result<(), CardError> {
        self.require_activated()?;
        self.command(&apdu::select_path(&KEYS))?;
        let command = apdu::verify(pin);
        self.command(&command).map(drop)
    }

    /// Lets the person type the PIN on the reader: [`CardError::NoPad`] when it has no keys.
    pub fn verify_on_pad(&mut self) -> Result<(), CardError> {
        self.require_activated()?;
        if !self.has_pad() {
            return Err(CardError::NoPad);
        }
        self.command(&apdu::select_path(&KEYS))?;
        let word = self.transport().verify_on_pad().ok_or(CardError::NoPad)??;
        match Status(word) {
            Status::OK => Ok(()),
            status => Err(self.meaning(status)),
        }
    }

    /// Signs `hash` with the authentication key; the PIN was presented before. Chooses directory and key and signs, so nothing
    /// of another program can stand between.
    pub fn sign_authentication(&mut self, algorithm: SignatureAlgorithm, hash: &[u8]) -> Result<Vec<u8>, CardError> {
        self.require_activated()?;
        if algorithm != self.algorithm() || hash.len() != algorithm.hash_length() {
            return Err(CardError::Unsupported);
        }
        self.command(&apdu::select_path(&KEYS))?;
        self.command(&apdu::set_environment(algorithm.reference(), AUTHENTICATION_KEY))?;
        let signature = self.command(&apdu::sign(hash))?;
        if signature.len() == algorithm.signature_length() { Ok(signature) } else { Err(CardError::Malformed) }
    }

    /// The chip proves that it is itself: r‖s over a SHA-384 hash with the key of EF 4040. No PIN. Applet 1.8 only.
    pub fn internal_authenticate(&mut self, hash: &[u8; 48]) -> Result<Vec<u8>, CardError> {
        if self.data().generation != Generation::V1_8 {
            return Err(CardError::Unsupported);
        }
        let signature = self.command(&apdu::internal_authenticate(hash))?;
        if signature.len() == 96 { Ok(signature) } else { Err(CardError::Malformed) }
    }

    /// The card forgets that it saw the PIN. Do it when done, whatever happened.
    pub fn log_off(&mut self) -> Result<(), CardError> {
        self.command(&apdu::log_off()).map(drop)
    }

    fn require_activated(&self) -> Result<(), CardError> {
        if self.data().activated { Ok(()) } else { Err(CardError::NotActivated) }
    }
}
