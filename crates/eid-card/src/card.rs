//! A card that was found to be a Belgian identity card.

use zeroize::Zeroizing;

use crate::apdu::{self, Status};
use crate::{CardError, Transport};

/// More fetching than the largest answer needs is a chip that makes fun of us.
const MOST_ROUNDS: usize = 8;

/// Life cycle of a card that waits for the municipality; `0F` is one in use.
const NOT_ACTIVATED: u8 = 0x07;

/// Generation of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Applet 1.7: RSA-2048.
    V1_7,
    /// Applet 1.8: ECC P-384.
    V1_8,
}

/// What GET CARD DATA says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardData {
    /// Chip number.
    pub serial: [u8; 16],
    /// `0x17`, `0x18`; later ones are taken for 1.8.
    pub applet: u8,
    pub generation: Generation,
    pub activated: bool,
    /// PIN tries left, where the card says it here.
    pub pin_tries: Option<u8>,
}

/// A way of signing that the card offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// 1.7: PKCS#1 v1.5 over a SHA-256 hash; 256 bytes.
    RsaSha256,
    /// 1.8: ECDSA over a SHA-384 hash; r‖s, 96 bytes.
    EcdsaSha384,
}

impl SignatureAlgorithm {
    /// Length of the hash that the card signs.
    pub fn hash_length(self) -> usize {
        match self {
            SignatureAlgorithm::RsaSha256 => 32,
            SignatureAlgorithm::EcdsaSha384 => 48,
        }
    }

    pub(crate) fn signature_length(self) -> usize {
        match self {
            SignatureAlgorithm::RsaSha256 => 256,
            SignatureAlgorithm::EcdsaSha384 => 96,
        }
    }

    /// The card's number for it.
    pub(crate) fn reference(self) -> u8 {
        match self {
            SignatureAlgorithm::RsaSha256 => 0x08,
            SignatureAlgorithm::EcdsaSha384 => 0x02,
        }
    }
}

/// An open card. Dropping it says nothing to the chip: call [`Card::log_off`] when done.
pub struct Card<T: Transport> {
    transport: T,
    data: CardData,
}

impl<T: Transport> Card<T> {
    /// Selects the applet and asks what the card is. Cards below 1.7 are [`CardError::Outdated`]; a card that was never
    /// activated opens (its files can be read) and says so in [`CardData::activated`].
    pub fn open(mut transport: T) -> Result<Card<T>, CardError> {
        match exchange(&mut transport, &apdu::select_applet())?.1 {
            Status::OK => {}
            _ => return Err(CardError::NotAnEid),
        }
        let data = card_data(&mut transport)?;
        Ok(Card { transport, data })
    }

    pub fn data(&self) -> &CardData {
        &self.data
    }

    /// The reader has keys of its own: ask the PIN there, not on a screen.
    pub fn has_pad(&self) -> bool {
        self.transport.has_pad()
    }

    /// The algorithm this card signs with.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        match self.data.generation {
            Generation::V1_7 => SignatureAlgorithm::RsaSha256,
            Generation::V1_8 => SignatureAlgorithm::EcdsaSha384,
        }
    }

    /// Gives the way to the chip back.
    pub fn into_transport(self) -> T {
        self.transport
    }

    pub(crate) fn transport(&mut self) -> &mut T {
        &mut self.transport
    }

    pub(crate) fn exchange(&mut self, command: &[u8]) -> Result<(Vec<u8>, Status), CardError> {
        exchange(&mut self.transport, command).map(|(data, status)| (data.to_vec(), status))
    }

    /// Sends what must be answered with `9000`.
    pub(crate) fn command(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        match self.exchange(command)? {
            (data, Status::OK) => Ok(data),
            (_, status) => Err(self.meaning(status)),
        }
    }

    pub(crate) fn meaning(&self, status: Status) -> CardError {
        match status {
            Status::PIN_BLOCKED | Status(0x63C0) => CardError::PinBlocked,
            Status::PIN_NEEDED => CardError::PinNeeded,
            Status::UNKNOWN_COMMAND => CardError::NotActivated,
            Status::PAD_CANCELLED => CardError::Cancelled,
            Status::PAD_TIMED_OUT => CardError::TimedOut,
            status => status.tries_left().map_or(CardError::Unexpected(status), CardError::PinWrong),
        }
    }
}

/// One command with what T=0 makes of it: `6Cxx` asks again with the right length, `61xx` is fetched.
fn exchange<T: Transport>(transport: &mut T, command: &[u8]) -> Result<(Zeroizing<Vec<u8>>, Status), CardError> {
    let mut collected = Zeroizing::new(Vec::new());
    let mut answer = Zeroizing::new(transport.transmit(command)?);
    for _ in 0..MOST_ROUNDS {
        let (data, status) = Status::split(&answer).ok_or(CardError::Malformed)?;
        let next = if let Some(length) = status.wants_length() {
            again(command, length).ok_or(CardError::Malformed)?
        } else {
            collected.extend_from_slice(data);
            match status.waiting() {
                Some(length) => apdu::get_response(length),
                None => return Ok((collected, status)),
            }
        };
        answer = Zeroizing::new(transport.transmit(&next)?);
    }
    Err(CardError::Malformed)
}

/// The same command with another expected length; only a command without data has one.
fn again(command: &[u8], length: u8) -> Option<Vec<u8>> {
    let header = command.get(..4).filter(|_| command.len() <= 5)?;
    let mut command = header.to_vec();
    command.push(length);
    Some(command)
}

fn card_data<T: Transport>(transport: &mut T) -> Result<CardData, CardError> {
    let (data, status) = exchange(transport, &apdu::card_data(false))?;
    if status != Status::OK {
        return Err(CardError::NotAnEid);
    }
    let serial = data.first_chunk::<16>().ok_or(CardError::NotAnEid)?;
    let (Some(&applet), Some(&life_cycle)) = (data.get(21), data.get(27)) else { return Err(CardError::NotAnEid) };
    let generation = match applet {
        0..=0x16 => return Err(CardError::Outdated),
        0x17 => Generation::V1_7,
        _ => Generation::V1_8,
    };
    let mut known =
        CardData { serial: *serial, applet, generation, activated: life_cycle != NOT_ACTIVATED, pin_tries: None };
    if generation == Generation::V1_8 {
        let (more, status) = exchange(transport, &apdu::card_data(true))?;
        known.pin_tries = more.get(28).copied().filter(|_| status == Status::OK);
    }
    Ok(known)
}
