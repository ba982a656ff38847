//! The chip: commands in, answers out, as a Belgian card gives them over T=0.

use std::collections::BTreeSet;

use eid_card::{Transport, TransportError, apdu};
use zeroize::Zeroizing;

use crate::applet_keys::{self, Environment};
use crate::applet_pin::Cardholder;
use crate::{Applet, CardImage, pkcs15};

/// Status words of this chip.
pub(crate) mod status {
    pub(crate) const OK: u16 = 0x9000;
    pub(crate) const WRONG_LENGTH: u16 = 0x6700;
    pub(crate) const PIN_NEEDED: u16 = 0x6982;
    pub(crate) const BLOCKED: u16 = 0x6983;
    pub(crate) const CONDITIONS: u16 = 0x6985;
    pub(crate) const NO_FILE_SELECTED: u16 = 0x6986;
    pub(crate) const WRONG_DATA: u16 = 0x6A80;
    pub(crate) const NOT_FOUND: u16 = 0x6A82;
    pub(crate) const WRONG_PARAMETERS: u16 = 0x6A86;
    pub(crate) const NO_REFERENCE: u16 = 0x6A88;
    pub(crate) const BEYOND_END: u16 = 0x6B00;
    pub(crate) const UNKNOWN_COMMAND: u16 = 0x6D00;
    pub(crate) const UNKNOWN_CLASS: u16 = 0x6E00;
}

/// Label of PKCS#15 applications.
const PKCS15_AID: [u8; 12] = [0xA0, 0x00, 0x00, 0x01, 0x77, b'P', b'K', b'C', b'S', b'-', b'1', b'5'];

/// Data of an answer, or the status word that refuses.
pub(crate) type Answer = Result<Vec<u8>, u16>;

/// What somebody does at the keys of a virtual PIN-pad reader.
#[derive(Clone)]
pub enum Pad {
    Types(Zeroizing<String>),
    Cancels,
    Waits,
}

/// A card in memory. It counts its PIN tries as long as it lives; [`VirtualCard::reset`] forgets the rest.
pub struct VirtualCard {
    image: CardImage,
    holder: Cardholder,
    directories: BTreeSet<Vec<u8>>,
    directory: Vec<u8>,
    file: Option<Vec<u8>>,
    environment: Option<Environment>,
    /// Waiting for GET RESPONSE.
    pending: Vec<u8>,
    pad: Option<Pad>,
    commands_left: Option<u32>,
}

impl VirtualCard {
    /// A card with `image`'s files; those of PKCS#15 are added where it has none.
    pub fn new(mut image: CardImage) -> VirtualCard {
        for (path, content) in pkcs15::files(&image) {
            image.files.entry(path).or_insert(content);
        }
        let directories = image.files.keys().filter_map(|path| path.get(..path.len().checked_sub(2)?));
        let directories = directories.map(<[u8]>::to_vec).chain([Vec::new()]).collect();
        let holder = Cardholder::new(&image.pin, image.pin_tries);
        let (environment, file, pad, commands_left) = (None, None, None, None);
        VirtualCard {
            image,
            holder,
            directories,
            directory: Vec::new(),
            file,
            environment,
            pending: Vec::new(),
            pad,
            commands_left,
        }
    }

    /// Answer to reset.
    pub fn atr(&self) -> &'static [u8] {
        match self.image.applet {
            Applet::V1_7 => &[0x3B, 0x98, 0x13, 0x40, 0x0A, 0xA5, 0x03, 0x01, 0x01, 0x01, 0xAD, 0x13, 0x11],
            Applet::V1_8 => &[
                0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x85, 0x04, 0x01, 0x20, 0x12, 0x0F, 0xFF,
                0x82, 0x90, 0x00,
            ],
        }
    }

    /// Power off and on: selection, environment and presented PIN are gone, the counter stays.
    pub fn reset(&mut self) {
        self.holder.forget();
        self.directory.clear();
        self.file = None;
        self.environment = None;
        self.pending.clear();
    }

    pub fn pin_tries(&self) -> u8 {
        self.holder.left()
    }

    /// Puts the card into a reader with keys of its own, at which this happens.
    pub fn on_pad(mut self, pad: Pad) -> VirtualCard {
        self.pad = Some(pad);
        self
    }

    /// The card is pulled out after so many more commands; only [`Transport`] notices.
    pub fn pulled_out_after(mut self, commands: u32) -> VirtualCard {
        self.commands_left = Some(commands);
        self
    }

    /// One command; the answer ends with its status word.
    pub fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        let (mut data, status) = match self.answer(command) {
            Ok(data) => (data, status::OK),
            Err(status) => (Vec::new(), status),
        };
        data.extend(status.to_be_bytes());
        data
    }

    fn answer(&mut self, command: &[u8]) -> Answer {
        let command = Command::parse(command)?;
        if command.name() == (0x00, 0xC0) {
            return self.get_response(command.expected());
        }
        self.pending.clear();
        let answer = self.perform(&command);
        self.holder.after(command.name());
        answer
    }

    fn perform(&mut self, command: &Command) -> Answer {
        if !self.image.activated && matches!(command.name().1, 0x20 | 0x24 | 0x22 | 0x2A | 0x88) {
            return Err(status::UNKNOWN_COMMAND);
        }
        match command.name() {
            (0x00, 0xA4) => self.select(command),
            (0x00, 0xB0) => self.read_binary(command),
            (0x80, 0xE4) => self.card_data(command),
            (0x00, 0x20) => self.holder.verify(command.p2, command.data).map(|()| Vec::new()),
            (0x00, 0x24) => self.holder.change(command.p2, command.data).map(|()| Vec::new()),
            (0x00, 0x22) => self.set_environment(command),
            (0x00, 0x2A) => self.sign(command),
            (0x00, 0x88) => self.internal_authenticate(command),
            (0x00, 0x84) => applet_keys::random(command.expected()),
            (0x80, 0xE6) => {
                self.holder.forget();
                Ok(Vec::new())
            }
            _ => Err(status::UNKNOWN_COMMAND),
        }
    }

    fn select(&mut self, command: &Command) -> Answer {
        let below = |directory: &[u8]| [directory, command.data].concat();
        let path = match command.p1 {
            0x04 if command.data == apdu::AID => Vec::new(),
            0x04 if command.data == PKCS15_AID => vec![0xDF, 0x00],
            0x00 | 0x02 if command.data == [0x3F, 0x00] => Vec::new(),
            0x00 | 0x02 if command.data.len() == 2 => below(&self.directory),
            0x08 => command.data.strip_prefix(&[0x3F, 0x00]).unwrap_or(command.data).to_vec(),
            0x09 => below(&self.directory),
            0x04 => return Err(status::NOT_FOUND),
            _ => return Err(status::WRONG_PARAMETERS),
        };
        if self.directories.contains(&path) {
            self.directory = path;
            self.file = None;
        } else if self.image.files.contains_key(&path) {
            self.directory = path.get(..path.len().saturating_sub(2)).unwrap_or_default().to_vec();
            self.file = Some(path);
        } else {
            return Err(status::NOT_FOUND);
        }
        Ok(Vec::new())
    }

    fn read_binary(&self, command: &Command) -> Answer {
        let path = self.file.as_ref().ok_or(status::NO_FILE_SELECTED)?;
        let content = self.image.files.get(path).ok_or(status::NOT_FOUND)?;
        if command.p1 & 0x80 != 0 {
            return Err(status::WRONG_PARAMETERS);
        }
        let offset = usize::from(u16::from_be_bytes([command.p1, command.p2]));
        let rest = content.get(offset..).filter(|rest| !rest.is_empty()).ok_or(status::BEYOND_END)?;
        rest.get(..command.expected()).map(<[u8]>::to_vec).ok_or_else(|| length_is(rest.len()))
    }

    /// Serial number, versions, life cycle; on 1.8 also the PIN tries left.
    fn card_data(&self, command: &Command) -> Answer {
        let newer = self.image.applet == Applet::V1_8;
        let mut data = self.image.serial.to_vec();
        data.extend(if newer {
            [0xF3, 0x06, 0x01, 0x01, 0x01, 0x18, 0x00, 0x04, 0x00, 0x21, 0x01]
        } else {
            [0xA5, 0x03, 0x01, 0x01, 0x01, 0x17, 0x00, 0x03, 0x00, 0x21, 0x01]
        });
        data.push(if self.image.activated { 0x0F } else { 0x07 });
        match (command.p1, command.p2) {
            (0, 0) => {}
            (0, 1) if newer => data.extend([self.holder.left(), 0, 0]),
            _ => return Err(status::WRONG_PARAMETERS),
        }
        if command.expected() == data.len() { Ok(data) } else { Err(length_is(data.len())) }
    }

    fn set_environment(&mut self, command: &Command) -> Answer {
        self.environment = None;
        if (command.p1, command.p2) != (0x41, 0xB6) {
            return Err(status::WRONG_PARAMETERS);
        }
        let &[0x04, 0x80, algorithm, 0x84, key] = command.data else { return Err(status::WRONG_DATA) };
        let there = match key {
            0x82 => true,
            0x83 => self.image.signature.is_some(),
            _ => false,
        };
        if !there {
            return Err(status::NO_REFERENCE);
        }
        self.environment = Some(Environment { algorithm, key });
        Ok(Vec::new())
    }

    fn sign(&mut self, command: &Command) -> Answer {
        if (command.p1, command.p2) != (0x9E, 0x9A) {
            return Err(status::WRONG_PARAMETERS);
        }
        let Environment { algorithm, key } = self.environment.ok_or(status::CONDITIONS)?;
        let (key, allowed) = if key == 0x83 {
            (self.image.signature.as_ref().ok_or(status::NO_REFERENCE)?, self.holder.just_presented())
        } else {
            (&self.image.authentication, self.holder.presented())
        };
        if !allowed {
            return Err(status::PIN_NEEDED);
        }
        let signature = applet_keys::sign(key, algorithm, command.data)?;
        self.later(signature)
    }

    fn internal_authenticate(&mut self, command: &Command) -> Answer {
        let key = self.image.basic.as_ref().ok_or(status::UNKNOWN_COMMAND)?;
        if (command.p1, command.p2) != (0x02, 0x81) {
            return Err(status::WRONG_PARAMETERS);
        }
        let hash = command.data.strip_prefix(&[0x94, 0x30]).filter(|hash| hash.len() == 48);
        let signature = applet_keys::sign(key, 0x02, hash.ok_or(status::WRONG_DATA)?)?;
        self.later(signature)
    }

    /// T=0: an answer to a command with data has to be fetched.
    fn later(&mut self, answer: Vec<u8>) -> Answer {
        let length = answer.len();
        self.pending = answer;
        Err(more(length))
    }

    fn get_response(&mut self, expected: usize) -> Answer {
        if self.pending.is_empty() {
            return Err(status::CONDITIONS);
        }
        if expected > self.pending.len() {
            return Err(length_is(self.pending.len()));
        }
        let given = self.pending.drain(..expected).collect();
        Ok(given)
    }
}

/// `6Cxx`.
fn length_is(length: usize) -> u16 {
    0x6C00 | u16::from(u8::try_from(length).unwrap_or(0))
}

/// `61xx`, `00` for 256 and more.
fn more(length: usize) -> u16 {
    0x6100 | u16::from(u8::try_from(length).unwrap_or(0))
}

/// A short command; a trailing Le behind data is ignored.
struct Command<'a> {
    class: u8,
    instruction: u8,
    p1: u8,
    p2: u8,
    /// Length of the data, or of the answer where there are no data.
    p3: u8,
    data: &'a [u8],
}

impl<'a> Command<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Command<'a>, u16> {
        let (&[class, instruction, p1, p2], rest) = bytes.split_first_chunk().ok_or(status::WRONG_LENGTH)?;
        if class != 0x00 && class != 0x80 {
            return Err(status::UNKNOWN_CLASS);
        }
        let (p3, data) = match rest.split_first() {
            None => (0, rest),
            Some((p3, [])) => (*p3, rest.get(1..).unwrap_or_default()),
            Some((p3, data)) => (*p3, data.get(..usize::from(*p3)).ok_or(status::WRONG_LENGTH)?),
        };
        Ok(Command { class, instruction, p1, p2, p3, data })
    }

    fn name(&self) -> (u8, u8) {
        (self.class, self.instruction)
    }

    fn expected(&self) -> usize {
        if self.p3 == 0 { 256 } else { usize::from(self.p3) }
    }
}

impl Transport for VirtualCard {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if let Some(left) = &mut self.commands_left {
            *left = left.checked_sub(1).ok_or(TransportError::Removed)?;
        }
        Ok(VirtualCard::transmit(self, command))
    }

    fn verify_on_pad(&mut self) -> Option<Result<u16, TransportError>> {
        let word = match self.pad.clone()? {
            Pad::Cancels => 0x6401,
            Pad::Waits => 0x6400,
            Pad::Types(digits) => {
                let Ok(pin) = eid_card::Pin::new(&digits) else { return Some(Ok(0x6402)) };
                let answer = VirtualCard::transmit(self, &apdu::verify(&pin));
                apdu::Status::split(&answer).map_or(0x6F00, |(_, status)| status.0)
            }
        };
        Some(Ok(word))
    }

    fn has_pad(&self) -> bool {
        self.pad.is_some()
    }
}
