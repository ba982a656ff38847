//! Short commands (ISO 7816-4) as this card takes them, and its status words.

use std::fmt;

use zeroize::Zeroizing;

use crate::pin::Pin;

/// AID of the applet; selected by itself after a reset.
pub const AID: [u8; 15] = [0xA0, 0, 0, 0, 0x30, 0x29, 0x05, 0x70, 0, 0xAD, 0x13, 0x10, 0x01, 0x01, 0xFF];

/// `00 A4 04 0C 0F AID`.
pub fn select_applet() -> Vec<u8> {
    with_data([0x00, 0xA4, 0x04, 0x0C], &AID)
}

/// SELECT by path below the master file: `00 A4 08 0C len path`.
pub fn select_path(path: &[u8]) -> Vec<u8> {
    with_data([0x00, 0xA4, 0x08, 0x0C], path)
}

/// READ BINARY of `length` bytes (1–255) from `offset` (below 32 768).
pub fn read_binary(offset: u16, length: u8) -> Vec<u8> {
    let [high, low] = offset.to_be_bytes();
    vec![0x00, 0xB0, high & 0x7F, low, length]
}

/// GET CARD DATA: 28 bytes, and with `tries` three more, the first being the PIN tries left.
pub fn card_data(tries: bool) -> Vec<u8> {
    if tries { vec![0x80, 0xE4, 0x00, 0x01, 0x1F] } else { vec![0x80, 0xE4, 0x00, 0x00, 0x1C] }
}

/// VERIFY of the cardholder's PIN.
pub fn verify(pin: &Pin) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(with_data([0x00, 0x20, 0x00, 0x01], pin.block()))
}

/// VERIFY without a PIN: how it stands. Costs no try.
pub fn verify_status() -> Vec<u8> {
    vec![0x00, 0x20, 0x00, 0x01, 0x00]
}

/// MANAGE SECURITY ENVIRONMENT: SET, algorithm and private key.
pub fn set_environment(algorithm: u8, key: u8) -> Vec<u8> {
    with_data([0x00, 0x22, 0x41, 0xB6], &[0x04, 0x80, algorithm, 0x84, key])
}

/// PERFORM SECURITY OPERATION: COMPUTE DIGITAL SIGNATURE, `input` at most 255 bytes.
pub fn sign(input: &[u8]) -> Vec<u8> {
    with_data([0x00, 0x2A, 0x9E, 0x9A], input)
}

/// INTERNAL AUTHENTICATE with the chip's own key over a SHA-384 hash (applet 1.8).
pub fn internal_authenticate(hash: &[u8; 48]) -> Vec<u8> {
    let mut data = vec![0x94, 0x30];
    data.extend_from_slice(hash);
    with_data([0x00, 0x88, 0x02, 0x81], &data)
}

/// LOG OFF: the card forgets that it saw the PIN.
pub fn log_off() -> Vec<u8> {
    vec![0x80, 0xE6, 0x00, 0x00]
}

/// GET RESPONSE of `length` bytes, 0 for 256.
pub fn get_response(length: u8) -> Vec<u8> {
    vec![0x00, 0xC0, 0x00, 0x00, length]
}

/// No Le behind data: T=0 has no place for it.
fn with_data(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut command = Vec::with_capacity(5 + data.len());
    command.extend_from_slice(&header);
    command.push(u8::try_from(data.len()).unwrap_or(u8::MAX));
    command.extend(data.iter().take(usize::from(u8::MAX)));
    command
}

/// Status word of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Status(pub u16);

impl Status {
    pub const OK: Status = Status(0x9000);
    /// The file ended before the length that was asked for.
    pub const ENDED_EARLY: Status = Status(0x6282);
    pub const PIN_NEEDED: Status = Status(0x6982);
    pub const PIN_BLOCKED: Status = Status(0x6983);
    pub const CONDITIONS: Status = Status(0x6985);
    pub const NO_FILE: Status = Status(0x6A82);
    pub const NO_REFERENCE: Status = Status(0x6A88);
    pub const BEYOND_END: Status = Status(0x6B00);
    pub const UNKNOWN_COMMAND: Status = Status(0x6D00);
    pub const PAD_TIMED_OUT: Status = Status(0x6400);
    pub const PAD_CANCELLED: Status = Status(0x6401);

    /// Splits an answer into data and status word; `None` when it is too short for one.
    pub fn split(answer: &[u8]) -> Option<(&[u8], Status)> {
        let (data, word) = answer.split_last_chunk::<2>()?;
        Some((data, Status(u16::from_be_bytes(*word))))
    }

    /// `x` of `63Cx`.
    pub fn tries_left(self) -> Option<u8> {
        (self.0 & 0xFFF0 == 0x63C0).then_some((self.0 & 0x0F) as u8)
    }

    /// What `61xx` says is waiting.
    pub fn waiting(self) -> Option<u8> {
        (self.0 >> 8 == 0x61).then_some((self.0 & 0xFF) as u8)
    }

    /// The length that `6Cxx` asks for.
    pub fn wants_length(self) -> Option<u8> {
        (self.0 >> 8 == 0x6C).then_some((self.0 & 0xFF) as u8)
    }

    /// What the word means on this card.
    pub fn name(self) -> &'static str {
        match self {
            Status::OK => "done",
            Status::ENDED_EARLY => "end of file",
            Status::PIN_NEEDED => "PIN not presented",
            Status::PIN_BLOCKED => "PIN blocked",
            Status::CONDITIONS => "conditions of use not satisfied",
            Status::NO_FILE => "file not found",
            Status::NO_REFERENCE => "key or data not found",
            Status::BEYOND_END => "offset beyond the end",
            Status::UNKNOWN_COMMAND => "command not available",
            Status::PAD_TIMED_OUT => "no PIN typed in time",
            Status::PAD_CANCELLED => "PIN entry cancelled",
            Status(0x6700) => "wrong length",
            Status(0x6981) => "wrong kind of file",
            Status(0x6984) => "data unusable",
            Status(0x6986) => "no file selected",
            Status(0x6A80) => "wrong data",
            Status(0x6A86) => "wrong parameters",
            Status(0x6A87) => "length does not fit the parameters",
            Status(0x6E00) => "class not available",
            _ if self.tries_left().is_some() => "PIN wrong",
            _ if self.waiting().is_some() => "more to fetch",
            _ if self.wants_length().is_some() => "wrong expected length",
            _ => "unknown",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X} {}", self.0, self.name())
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
