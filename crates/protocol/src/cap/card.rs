//! A bank card's chip: APDUs in, APDUs out (ISO/IEC 7816-4, EMV Book 3 §6.5). What survives power is a plain value.

use subtle::ConstantTimeEq as _;

use super::iad::{self, Results};
use super::key::{CardNumber, Key, Suite, session_key};
use super::mac::cryptogram;
use super::tlv::tlv;
use super::{bcd, otp};

/// Our application identifier, in the unregistered proprietary category (first nibble F).
pub const AID: [u8; 8] = *b"\xF0zelfCAP";
/// Bitmap seen on Belgian cards: eight bits of the counter, eighteen of the cryptogram, so always eight digits.
pub const BITMAP: [u8; 11] = [0, 0, 0xFF, 0, 0, 0, 0, 0, 3, 0xFF, 0xFF];
/// How often a PIN may be mistyped.
pub const PIN_TRIES: u8 = 3;
/// Application interchange profile: cardholder verification is supported, nothing else.
pub const AIP: [u8; 2] = [0x10, 0x00];

/// The objects the first GENERATE AC asks for: amounts, country, results, currency, date, type, unpredictable number.
pub const CDOL1: &[(u16, usize)] =
    &[(0x9F02, 6), (0x9F03, 6), (0x9F1A, 2), (0x95, 5), (0x5F2A, 2), (0x9A, 3), (0x9C, 1), (0x9F37, 4)];
const CDOL2: &[(u16, usize)] = &[(0x8A, 2), (0x95, 5), (0x9F37, 4)];

/// What was written on the chip when the card was made.
#[derive(Clone)]
pub struct Personalisation {
    pub number: CardNumber,
    pub suite: Suite,
    /// The card's own master key, never the issuer's.
    pub key: Key,
    pub derivation_key_index: u8,
    pub bitmap: Vec<u8>,
    /// Puts the PAN sequence number in front of what is compressed (9F55 bit 40).
    pub psn_first: bool,
    /// Four to twelve digits.
    pub pin: String,
}

/// What the chip remembers without power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Application transaction counter: one up per transaction, never back.
    pub counter: u16,
    pub pin_tries: u8,
}

impl Memory {
    pub const NEW: Memory = Memory { counter: 0, pin_tries: PIN_TRIES };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Powered,
    Selected,
    Started,
    Answered,
    Closed,
}

/// A card in a reader.
pub struct Card {
    made: Personalisation,
    memory: Memory,
    phase: Phase,
    pin_verified: bool,
    pin_failed: bool,
}

/// Status words (ISO/IEC 7816-4 §5.6).
const OK: u16 = 0x9000;
const WRONG_LENGTH: u16 = 0x6700;
const BLOCKED: u16 = 0x6983;
const OUT_OF_ORDER: u16 = 0x6985;
const WRONG_DATA: u16 = 0x6A80;
const NOT_FOUND: u16 = 0x6A82;
const NO_RECORD: u16 = 0x6A83;
const WRONG_P1_P2: u16 = 0x6A86;
const NO_DATA: u16 = 0x6A88;
const WRONG_INSTRUCTION: u16 = 0x6D00;
const WRONG_CLASS: u16 = 0x6E00;

type Answer = Result<Vec<u8>, u16>;

impl Card {
    /// Power on.
    pub fn insert(made: Personalisation, memory: Memory) -> Self {
        Card { made, memory, phase: Phase::Powered, pin_verified: false, pin_failed: false }
    }

    /// What to keep when the card is pulled out.
    pub fn memory(&self) -> Memory {
        self.memory
    }

    /// One command APDU in, one response APDU (data and status word) out. Any bytes are answered.
    pub fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        let (mut data, status) = match self.answer(command) {
            Ok(data) => (data, OK),
            Err(status) => (Vec::new(), status),
        };
        data.extend(status.to_be_bytes());
        data
    }

    fn answer(&mut self, command: &[u8]) -> Answer {
        let [class, instruction, p1, p2, body @ ..] = command else { return Err(WRONG_LENGTH) };
        let (p1, p2) = (*p1, *p2);
        match (*class, *instruction) {
            (0x00, 0xA4) => self.select(p1, p2, sent(body)?),
            (0x80, 0xA8) => self.start(p1, p2, sent(body)?),
            (0x00, 0xB2) => self.read(p1, p2, body),
            (0x80, 0xCA) => self.data(p1, p2, body),
            (0x00, 0x20) => self.verify(p1, p2, sent(body)?),
            (0x80, 0xAE) => self.generate(p1, p2, sent(body)?),
            (0x00 | 0x80, _) => Err(WRONG_INSTRUCTION),
            _ => Err(WRONG_CLASS),
        }
    }

    fn select(&mut self, p1: u8, p2: u8, name: &[u8]) -> Answer {
        if (p1, p2) != (4, 0) {
            return Err(WRONG_P1_P2);
        }
        if name != AID {
            return Err(NOT_FOUND);
        }
        (self.phase, self.pin_verified, self.pin_failed) = (Phase::Selected, false, false);
        let own = [tlv(0x50, b"ZELF CAP"), tlv(0x9F38, &[0x9F, 0x35, 1])].concat();
        Ok(tlv(0x6F, &[tlv(0x84, &AID), tlv(0xA5, &own)].concat()))
    }

    /// GET PROCESSING OPTIONS: a transaction begins and the counter goes up, whatever becomes of it.
    fn start(&mut self, p1: u8, p2: u8, options: &[u8]) -> Answer {
        if self.phase != Phase::Selected {
            return Err(OUT_OF_ORDER);
        }
        if (p1, p2) != (0, 0) {
            return Err(WRONG_P1_P2);
        }
        let [0x83, 1, _terminal_type] = options else { return Err(WRONG_DATA) };
        self.memory.counter = self.memory.counter.checked_add(1).ok_or(OUT_OF_ORDER)?;
        self.phase = Phase::Started;
        Ok(tlv(0x77, &[tlv(0x82, &AIP), tlv(0x94, &[8, 1, 1, 0])].concat()))
    }

    /// READ RECORD: one record in file 1.
    fn read(&self, p1: u8, p2: u8, body: &[u8]) -> Answer {
        if !matches!(body, [] | [_]) {
            return Err(WRONG_LENGTH);
        }
        match (p1, p2) {
            _ if self.phase == Phase::Powered => Err(OUT_OF_ORDER),
            (1, 0x0C) => Ok(self.record()),
            (_, 0x0C) => Err(NO_RECORD),
            _ => Err(NOT_FOUND),
        }
    }

    fn record(&self) -> Vec<u8> {
        let pan = self.made.number.pan();
        let even = if pan.len().is_multiple_of(2) { pan.to_owned() } else { format!("{pan}F") };
        let packed = super::nibbles(even.chars(), |c| c.to_digit(16)).unwrap_or_default();
        let list = |objects: &[(u16, usize)]| -> Vec<u8> {
            objects.iter().flat_map(|&(tag, n)| [super::tlv::tag_bytes(tag), vec![n as u8]].concat()).collect()
        };
        let objects = [
            tlv(0x5A, &packed),
            tlv(0x5F34, &[self.made.number.psn_bcd()]),
            tlv(0x8C, &list(CDOL1)),
            tlv(0x8D, &list(CDOL2)),
            // One rule: plaintext PIN checked by the card, always.
            tlv(0x8E, &[0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x00]),
            tlv(0x9F55, &[if self.made.psn_first { 0x40 } else { 0 }]),
            tlv(0x9F56, &self.made.bitmap),
        ];
        tlv(0x70, &objects.concat())
    }

    fn data(&self, p1: u8, p2: u8, body: &[u8]) -> Answer {
        if !matches!(body, [] | [_]) {
            return Err(WRONG_LENGTH);
        }
        match (p1, p2) {
            _ if self.phase == Phase::Powered => Err(OUT_OF_ORDER),
            (0x9F, 0x17) => Ok(tlv(0x9F17, &[self.memory.pin_tries])),
            (0x9F, 0x36) => Ok(tlv(0x9F36, &self.memory.counter.to_be_bytes())),
            _ => Err(NO_DATA),
        }
    }

    /// VERIFY with a plaintext PIN block. The try is taken before the comparison, given back only by the right PIN.
    fn verify(&mut self, p1: u8, p2: u8, block: &[u8]) -> Answer {
        if (p1, p2) != (0, 0x80) {
            return Err(WRONG_P1_P2);
        }
        if self.phase != Phase::Started {
            return Err(OUT_OF_ORDER);
        }
        if block.len() != 8 {
            return Err(WRONG_LENGTH);
        }
        let Some(tries) = self.memory.pin_tries.checked_sub(1) else { return Err(BLOCKED) };
        let Some(own) = pin_block(&self.made.pin) else { return Err(WRONG_DATA) };
        self.memory.pin_tries = tries;
        self.pin_verified = own.ct_eq(block).into();
        self.pin_failed = !self.pin_verified;
        if self.pin_failed {
            return Err(0x63C0 | u16::from(tries));
        }
        self.memory.pin_tries = PIN_TRIES;
        Ok(Vec::new())
    }

    /// GENERATE AC: ARQC first if the PIN was right, then AAC to close. Anything else is refused.
    fn generate(&mut self, p1: u8, p2: u8, objects: &[u8]) -> Answer {
        if p2 != 0 {
            return Err(WRONG_P1_P2);
        }
        let (list, next) = match (self.phase, p1 & 0xC0) {
            (Phase::Started, 0x80 | 0x00) => (CDOL1, Phase::Answered),
            (Phase::Answered, 0x00) => (CDOL2, Phase::Closed),
            _ => return Err(OUT_OF_ORDER),
        };
        if p1 & 0x3F != 0 {
            return Err(WRONG_P1_P2);
        }
        if objects.len() != list.iter().map(|(_, n)| n).sum::<usize>() {
            return Err(WRONG_LENGTH);
        }
        self.phase = next;
        let online = p1 == 0x80 && self.pin_verified;
        Ok(self.cryptogram(online, next == Phase::Closed, objects))
    }

    fn cryptogram(&self, online: bool, closed: bool, objects: &[u8]) -> Vec<u8> {
        let results = Results {
            online,
            closed,
            pin_verified: self.pin_verified,
            pin_failed: self.pin_failed,
            pin_blocked: self.memory.pin_tries == 0,
        };
        let iad = iad::build(self.made.suite, self.made.derivation_key_index, results);
        let counter = self.memory.counter;
        let ac = application_cryptogram(self.made.suite, &self.made.key, counter, objects, &iad);
        let cid = if online { 0x80 } else { 0x00 };
        let answer = otp::Answer { psn: None, cid, atc: counter, cryptogram: ac, iad };
        let fields = [
            tlv(0x9F27, &[answer.cid]),
            tlv(0x9F36, &answer.atc.to_be_bytes()),
            tlv(0x9F26, &answer.cryptogram),
            tlv(0x9F10, &answer.iad),
        ];
        tlv(0x77, &fields.concat())
    }
}

/// MAC over the terminal's objects, the interchange profile, the counter and the whole issuer application data.
pub fn application_cryptogram(suite: Suite, card_key: &Key, counter: u16, objects: &[u8], iad: &[u8]) -> [u8; 8] {
    let message = [objects, &AIP, &counter.to_be_bytes(), iad].concat();
    cryptogram(suite, &session_key(suite, card_key, counter), &message)
}

/// `2`, length, digits, filled with F (EMV Book 3 §6.5.12). `None` for anything but four to twelve digits.
pub fn pin_block(pin: &str) -> Option<[u8; 8]> {
    if !(4..=12).contains(&pin.len()) || !pin.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let even = format!("2{:X}{pin:F<14}", pin.len());
    super::nibbles(even.chars(), |c| c.to_digit(16))?.try_into().ok()
}

/// The data field of a command that sends some: Lc, data, perhaps Le.
fn sent(body: &[u8]) -> Result<&[u8], u16> {
    let (&length, rest) = body.split_first().ok_or(WRONG_LENGTH)?;
    let (data, after) = rest.split_at_checked(usize::from(length)).ok_or(WRONG_LENGTH)?;
    if length == 0 || after.len() > 1 { Err(WRONG_LENGTH) } else { Ok(data) }
}

/// The unpredictable number a person's digits become: BCD on the right of four bytes.
pub fn unpredictable_number(digits: &str) -> Option<Vec<u8>> {
    if digits.len() > 8 { None } else { bcd(&format!("{digits:0>8}")) }
}
