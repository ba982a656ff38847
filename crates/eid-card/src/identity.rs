//! The identity file, EF 4031.

use std::fmt;

use crate::day::{BirthDate, Day};
use crate::{FileError, tlv};

/// Longer identity files are refused; real ones stay under 1 kB.
pub const MAX: usize = 4096;

/// Sex as the card says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Man,
    Woman,
    /// A letter we do not know.
    Other,
}

/// What stands in the identity file. Texts are UTF-8 without control characters, in the language of the card; a field that
/// is missing is empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// Version of the file's structure, where it is told.
    pub structure: Option<Vec<u8>>,
    /// 12 digits, or a letter and digits on foreigners' cards.
    pub card_number: String,
    pub chip_number: [u8; 16],
    pub valid_from: Day,
    /// Last day of validity.
    pub valid_to: Day,
    /// Municipality that delivered the card.
    pub municipality: String,
    /// 11 digits; their check is the reader's business.
    pub national_number: String,
    pub surname: String,
    /// First two given names, blank between.
    pub given_names: String,
    pub third_initial: String,
    /// A word in the card's language (`Belg`), no code.
    pub nationality: String,
    pub birth_place: String,
    pub birth_date: BirthDate,
    pub sex: Sex,
    pub noble_condition: String,
    /// 1 citizen, 6 kids, 11… foreigners.
    pub document_type: u16,
    /// 0 none, 1 white cane, 2 extended minority, 3 both, 4 yellow cane, 5 yellow cane and extended minority.
    pub special_status: u8,
    /// SHA-1, SHA-256 or SHA-384 of the photo, by length.
    pub photo_hash: Vec<u8>,
    /// SHA-384 of EF 4040, applet 1.8.
    pub chip_key_hash: Option<Vec<u8>>,
    pub extras: Extras,
}

/// Fields of foreigners' cards, mostly empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Extras {
    pub duplicate: String,
    pub special_organisation: String,
    pub family_member: String,
    pub protection: String,
    pub labour_market: String,
    pub vat: [String; 2],
    pub regional_file: String,
    pub mentions: [String; 4],
    pub registration_date: String,
}

/// Personal data stay out of logs.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity(document type {})", self.document_type)
    }
}

impl Identity {
    /// Reads EF 4031. Unknown tags are skipped, a tag that stands twice is refused.
    pub fn parse(file: &[u8]) -> Result<Identity, FileError> {
        if file.len() > MAX {
            return Err(FileError::TooLarge);
        }
        let mut found: [Option<&[u8]>; 256] = [None; 256];
        for field in tlv::fields(file) {
            let (tag, value) = field?;
            let place = found.get_mut(usize::from(tag)).ok_or(FileError::Repeated(tag))?;
            if place.replace(value).is_some() {
                return Err(FileError::Repeated(tag));
            }
        }
        Found(found).identity()
    }
}

struct Found<'a>([Option<&'a [u8]>; 256]);

impl<'a> Found<'a> {
    fn bytes(&self, tag: u8) -> Option<&'a [u8]> {
        self.0.get(usize::from(tag)).copied().flatten()
    }

    fn text(&self, tag: u8) -> Result<String, FileError> {
        crate::text(tag, self.bytes(tag).unwrap_or_default())
    }

    fn needed(&self, tag: u8) -> Result<String, FileError> {
        let text = self.text(tag)?;
        if text.is_empty() { Err(FileError::Missing(tag)) } else { Ok(text) }
    }

    fn day(&self, tag: u8) -> Result<Day, FileError> {
        Day::parse(&self.needed(tag)?).ok_or(FileError::Value(tag))
    }

    fn number<N: TryFrom<u16>>(&self, tag: u8) -> Result<N, FileError> {
        let text = self.needed(tag)?;
        let plain = text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: u16 = text.parse().ok().filter(|_| plain).ok_or(FileError::Value(tag))?;
        N::try_from(number).map_err(|_| FileError::Value(tag))
    }

    fn sex(&self) -> Result<Sex, FileError> {
        Ok(match self.needed(0x0D)?.as_str() {
            "M" | "m" => Sex::Man,
            "F" | "V" | "W" | "f" | "v" | "w" => Sex::Woman,
            _ => Sex::Other,
        })
    }

    fn identity(&self) -> Result<Identity, FileError> {
        let chip = self.bytes(0x02).ok_or(FileError::Missing(0x02))?;
        let status = self.bytes(0x10).filter(|value| !value.is_empty());
        Ok(Identity {
            structure: self.bytes(0x00).map(<[u8]>::to_vec),
            card_number: self.needed(0x01)?,
            chip_number: chip.try_into().map_err(|_| FileError::Value(0x02))?,
            valid_from: self.day(0x03)?,
            valid_to: self.day(0x04)?,
            municipality: self.text(0x05)?,
            national_number: self.needed(0x06)?,
            surname: self.needed(0x07)?,
            given_names: self.text(0x08)?,
            third_initial: self.text(0x09)?,
            nationality: self.text(0x0A)?,
            birth_place: self.text(0x0B)?,
            birth_date: BirthDate::parse(&self.needed(0x0C)?).ok_or(FileError::Value(0x0C))?,
            sex: self.sex()?,
            noble_condition: self.text(0x0E)?,
            document_type: self.number(0x0F)?,
            special_status: status.map_or(Ok(0), |_| self.number(0x10))?,
            photo_hash: self.bytes(0x11).ok_or(FileError::Missing(0x11))?.to_vec(),
            chip_key_hash: self.bytes(0x1A).map(<[u8]>::to_vec),
            extras: self.extras()?,
        })
    }

    fn extras(&self) -> Result<Extras, FileError> {
        Ok(Extras {
            duplicate: self.text(0x12)?,
            special_organisation: self.text(0x13)?,
            // Documented as a flag; seen as text and as one byte.
            family_member: self.text(0x14)?,
            protection: self.text(0x15)?,
            labour_market: self.text(0x16)?,
            vat: [self.text(0x17)?, self.text(0x18)?],
            regional_file: self.text(0x19)?,
            mentions: [self.text(0x1B)?, self.text(0x1C)?, self.text(0x1D)?, self.text(0x1E)?],
            registration_date: self.text(0x1F)?,
        })
    }
}
