//! One transaction with one card.

use eid_card::{Transport, TransportError};
use pcsc::{Card, Error};
use zeroize::Zeroize as _;

use super::pad;

/// Longest answer to a short APDU, with room for readers that send more than asked.
const ANSWER: usize = 512;

pub(super) struct CardTransport<'a> {
    card: &'a Card,
    /// Control code of the reader's own PIN entry.
    pad: Option<u32>,
    trouble: Option<TransportError>,
}

impl<'a> CardTransport<'a> {
    pub(super) fn new(card: &'a Card) -> Self {
        let mut buffer = [0; 256];
        let asked = card.control(pcsc::ctl_code(pad::FEATURE_REQUEST.into()), &[], &mut buffer);
        let pad = asked.ok().and_then(pad::verify_code);
        CardTransport { card, pad, trouble: None }
    }

    /// What went wrong first, for whoever holds the reader.
    pub(super) fn first_trouble(&self) -> Option<TransportError> {
        self.trouble
    }

    fn fail(&mut self, error: Error) -> TransportError {
        *self.trouble.get_or_insert(trouble(error))
    }
}

impl Transport for CardTransport<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut buffer = [0; ANSWER];
        let answer = self.card.transmit(command, &mut buffer).map(<[u8]>::to_vec);
        buffer.zeroize();
        answer.map_err(|error| self.fail(error))
    }

    fn verify_on_pad(&mut self) -> Option<Result<u16, TransportError>> {
        let code = self.pad?;
        let mut buffer = [0; ANSWER];
        let answer = self.card.control(code.into(), &pad::verify_structure(), &mut buffer);
        Some(match answer {
            Ok([one, two]) => Ok(u16::from_be_bytes([*one, *two])),
            Ok(_) => Err(TransportError::Failed),
            Err(Error::CancelledByUser) => Err(TransportError::Cancelled),
            Err(Error::Timeout) => Err(TransportError::TimedOut),
            Err(error) => Err(self.fail(error)),
        })
    }

    fn has_pad(&self) -> bool {
        self.pad.is_some()
    }
}

/// What a PC/SC error means for the person at the reader.
pub(super) fn trouble(error: Error) -> TransportError {
    match error {
        Error::RemovedCard | Error::NoSmartcard | Error::ReaderUnavailable | Error::UnknownReader => {
            TransportError::Removed
        }
        Error::ResetCard => TransportError::Reset,
        _ => TransportError::Failed,
    }
}
