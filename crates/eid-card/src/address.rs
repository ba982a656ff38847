//! The address file, EF 4033.

use std::fmt;

use crate::{FileError, tlv};

/// Longer address files are refused; real ones stay under 200 bytes.
pub const MAX: usize = 1024;

/// Where the person lived when the file was written; all empty when the card holds no address.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Street, number, box.
    pub street: String,
    pub postcode: String,
    pub municipality: String,
}

/// Personal data stay out of logs.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", if self.is_empty() { "none" } else { "…" })
    }
}

impl Address {
    /// Reads EF 4033; nothing, or nothing but zeros, is a card without an address.
    pub fn parse(file: &[u8]) -> Result<Address, FileError> {
        if file.len() > MAX {
            return Err(FileError::TooLarge);
        }
        let mut address = Address::default();
        let mut seen = 0_u8;
        for field in tlv::fields(file) {
            let (tag, value) = field?;
            let (place, bit) = match tag {
                0x01 => (&mut address.street, 1),
                0x02 => (&mut address.postcode, 2),
                0x03 => (&mut address.municipality, 4),
                _ => continue,
            };
            if seen & bit != 0 {
                return Err(FileError::Repeated(tag));
            }
            seen |= bit;
            *place = crate::text(tag, value)?;
        }
        Ok(address)
    }

    pub fn is_empty(&self) -> bool {
        self.street.is_empty() && self.postcode.is_empty() && self.municipality.is_empty()
    }
}

/// What the National Register signed of the address file: all of it without its trailing zeros.
pub fn signed_part(file: &[u8]) -> &[u8] {
    let length = file.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    file.get(..length).unwrap_or_default()
}
