//! How talking to a card goes wrong.

use std::fmt;

use crate::apdu::Status;
use crate::{CardFile, TransportError};

/// Why a card did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardError {
    /// Card pulled out, or reader unplugged.
    Removed,
    /// Another program reset the card: start over.
    Reset,
    /// The person pressed cancel on the reader.
    Cancelled,
    /// No PIN typed on the reader in time.
    TimedOut,
    /// The reader failed in some other way.
    Reader,
    /// Some other chip card.
    NotAnEid,
    /// A card of before 2014 (applet below 1.7), expired by now.
    Outdated,
    /// The card was never activated by the municipality.
    NotActivated,
    /// Wrong PIN; tries left, at least one.
    PinWrong(u8),
    PinBlocked,
    /// Nobody presented the PIN, or the card forgot it.
    PinNeeded,
    /// The reader has no keys to type a PIN on.
    NoPad,
    /// This generation of the card cannot do that.
    Unsupported,
    /// A file that every card has is not there.
    FileMissing(CardFile),
    /// A file is longer than any such file, or without end.
    FileTooLarge(CardFile),
    /// The card answered with something that is no answer.
    Malformed,
    Unexpected(Status),
}

impl From<TransportError> for CardError {
    fn from(error: TransportError) -> CardError {
        match error {
            TransportError::Removed => CardError::Removed,
            TransportError::Reset => CardError::Reset,
            TransportError::Cancelled => CardError::Cancelled,
            TransportError::TimedOut => CardError::TimedOut,
            TransportError::Failed => CardError::Reader,
        }
    }
}

/// For logs; what a person reads is in the texts.
impl fmt::Display for CardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CardError::Removed => "card removed",
            CardError::Reset => "card reset by another program",
            CardError::Cancelled => "cancelled on the reader",
            CardError::TimedOut => "no PIN typed in time",
            CardError::Reader => "reader failed",
            CardError::NotAnEid => "not a Belgian identity card",
            CardError::Outdated => "card generation below 1.7",
            CardError::NotActivated => "card not activated",
            CardError::PinWrong(left) => return write!(f, "PIN wrong, {left} left"),
            CardError::PinBlocked => "PIN blocked",
            CardError::PinNeeded => "PIN not presented",
            CardError::NoPad => "reader without keys",
            CardError::Unsupported => "not possible with this generation",
            CardError::FileMissing(file) => return write!(f, "file missing: {file:?}"),
            CardError::FileTooLarge(file) => return write!(f, "file too large: {file:?}"),
            CardError::Malformed => "malformed answer",
            CardError::Unexpected(status) => return write!(f, "status {status}"),
        })
    }
}

impl std::error::Error for CardError {}
