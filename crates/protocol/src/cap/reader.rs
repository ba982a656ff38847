//! A card reader in the hand: what it asks the card, and the response code it shows.

use super::card::{pin_block, unpredictable_number};
use super::tlv::{data_object_list, fill, find};
use super::{otp, tds};

/// Where the reader's card sits.
pub trait Slot {
    /// One command APDU, one response APDU.
    fn transmit(&mut self, command: &[u8]) -> Vec<u8>;
}

impl Slot for super::card::Card {
    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        super::card::Card::transmit(self, command)
    }
}

/// The key that was pressed, with what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// M1 without data.
    Identify,
    /// M1 with a challenge of up to eight digits.
    Respond(String),
    /// SIGN: transaction data, up to ten fields.
    Sign(Vec<String>),
}

impl Mode {
    /// The unpredictable number that goes to the card; `None` when what was typed does not fit.
    pub fn unpredictable_number(&self) -> Option<Vec<u8>> {
        match self {
            Mode::Respond(digits) => unpredictable_number(digits),
            Mode::Identify | Mode::Sign(_) => Some(vec![0; 4]),
        }
    }

    /// The cryptogram after what this mode does to it outside the card.
    pub fn finish(&self, cryptogram: [u8; 8]) -> Option<[u8; 8]> {
        match self {
            Mode::Sign(fields) => tds::fold(cryptogram, fields),
            Mode::Identify | Mode::Respond(_) => Some(cryptogram),
        }
    }
}

/// What the display says instead of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReaderError {
    /// The card has none of the applications asked for.
    NoApplication,
    /// What was typed does not fit (challenge or PIN).
    Input,
    PinWrong {
        left: u8,
    },
    CardBlocked,
    /// The card answered something else than EMV asks of it.
    Card,
}

/// The terminal's side of the objects: no offline data authentication, PIN by the card, an attended chip terminal.
fn terminal(tag: u16, unpredictable: &[u8]) -> Option<Vec<u8>> {
    match tag {
        0x95 => Some(vec![0x80, 0, 0, 0, 0]),
        0x9F34 => Some(vec![1, 0, 2]),
        0x9F35 => Some(vec![0x34]),
        0x9F37 => Some(unpredictable.to_vec()),
        0x8A => Some(b"Z3".to_vec()),
        _ => None,
    }
}

/// The bytes a reader sends for `list` in this mode: the issuer computes over the same ones.
pub fn terminal_objects(list: &[(u16, usize)], mode: &Mode) -> Option<Vec<u8>> {
    let unpredictable = mode.unpredictable_number()?;
    Some(fill(list, |tag| terminal(tag, &unpredictable)))
}

/// The whole conversation with a card, from SELECT to the code on the display.
///
/// # Errors
/// See [`ReaderError`]; `PinWrong` and `CardBlocked` are the ordinary ones.
pub fn response(slot: &mut impl Slot, aids: &[&[u8]], mode: &Mode, pin: &str) -> Result<String, ReaderError> {
    let block = pin_block(pin).ok_or(ReaderError::Input)?;
    mode.unpredictable_number().ok_or(ReaderError::Input)?;
    mode.finish([0; 8]).ok_or(ReaderError::Input)?;

    let chosen = aids.iter().find_map(|aid| send(slot, [0x00, 0xA4, 4, 0], aid).ok());
    let control = chosen.ok_or(ReaderError::NoApplication)?;
    let record = start(slot, &control, mode)?;
    verify(slot, &block)?;
    let answer = generate(slot, &record, mode)?;
    let bitmap = find(&record, 0x9F56).ok_or(ReaderError::Card)?;
    otp::code(&answer, bitmap).ok_or(ReaderError::Card)
}

/// GET PROCESSING OPTIONS, then every record the card lists: all their objects, one after the other.
fn start(slot: &mut impl Slot, control: &[u8], mode: &Mode) -> Result<Vec<u8>, ReaderError> {
    let wanted = find(control, 0x9F38).unwrap_or_default();
    let wanted = data_object_list(wanted).ok_or(ReaderError::Card)?;
    let options = terminal_objects(&wanted, mode).ok_or(ReaderError::Input)?;
    let options = send(slot, [0x80, 0xA8, 0, 0], &super::tlv::tlv(0x83, &options)).map_err(|_| ReaderError::Card)?;
    let locator = find(&options, 0x94).ok_or(ReaderError::Card)?;
    let mut records = Vec::new();
    for entry in locator.chunks(4) {
        let [file, first, last, _] = entry else { return Err(ReaderError::Card) };
        for number in *first..=*last {
            let answer = slot.transmit(&[0x00, 0xB2, number, file & 0xF8 | 4, 0]);
            records.extend(accepted(answer).map_err(|_| ReaderError::Card)?);
        }
    }
    Ok(records)
}

fn verify(slot: &mut impl Slot, block: &[u8; 8]) -> Result<(), ReaderError> {
    let tries = accepted(slot.transmit(&[0x80, 0xCA, 0x9F, 0x17, 0])).map_err(|_| ReaderError::Card)?;
    if find(&tries, 0x9F17) == Some(&[0]) {
        return Err(ReaderError::CardBlocked);
    }
    match send(slot, [0x00, 0x20, 0, 0x80], block) {
        Ok(_) => Ok(()),
        Err(0x6983 | 0x63C0) => Err(ReaderError::CardBlocked),
        Err(status) if status & 0xFFF0 == 0x63C0 => Err(ReaderError::PinWrong { left: (status & 0x0F) as u8 }),
        Err(_) => Err(ReaderError::Card),
    }
}

/// Both GENERATE AC; only the first answer counts, the second closes the payment that never was.
fn generate(slot: &mut impl Slot, record: &[u8], mode: &Mode) -> Result<otp::Answer, ReaderError> {
    let ask = |slot: &mut _, p1: u8, list: u16| -> Result<Vec<u8>, ReaderError> {
        let list = find(record, list).and_then(data_object_list).ok_or(ReaderError::Card)?;
        let objects = terminal_objects(&list, mode).ok_or(ReaderError::Input)?;
        send(slot, [0x80, 0xAE, p1, 0], &objects).map_err(|_| ReaderError::Card)
    };
    let first = ask(slot, 0x80, 0x8C)?;
    ask(slot, 0x00, 0x8D)?;
    read_answer(&first, record, mode).ok_or(ReaderError::Card)
}

fn read_answer(first: &[u8], record: &[u8], mode: &Mode) -> Option<otp::Answer> {
    let &[cid] = find(first, 0x9F27)? else { return None };
    let &[high, low] = find(first, 0x9F36)? else { return None };
    let cryptogram: [u8; 8] = find(first, 0x9F26)?.try_into().ok()?;
    let psn_first = find(record, 0x9F55).and_then(<[u8]>::first).is_some_and(|flags| flags & 0x40 != 0);
    let psn = find(record, 0x5F34).and_then(<[u8]>::first).copied().filter(|_| psn_first);
    Some(otp::Answer {
        psn,
        cid,
        atc: u16::from_be_bytes([high, low]),
        cryptogram: mode.finish(cryptogram)?,
        iad: find(first, 0x9F10).unwrap_or_default().to_vec(),
    })
}

fn send(slot: &mut impl Slot, header: [u8; 4], data: &[u8]) -> Result<Vec<u8>, u16> {
    let length = u8::try_from(data.len()).map_err(|_| 0x6700_u16)?;
    accepted(slot.transmit(&[&header[..], &[length], data, &[0]].concat()))
}

/// The data of an answer whose status word is 9000; else the status word.
fn accepted(mut answer: Vec<u8>) -> Result<Vec<u8>, u16> {
    let (low, high) = (answer.pop().unwrap_or(0), answer.pop().unwrap_or(0));
    match u16::from_be_bytes([high, low]) {
        0x9000 => Ok(answer),
        status => Err(status),
    }
}
