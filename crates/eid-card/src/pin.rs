//! The card's PIN on its way to the card.

use zeroize::Zeroizing;

/// A PIN of 4 to 12 digits: wiped when dropped, never printed.
pub struct Pin {
    /// Format 2 of ISO 9564: `2`, length, the digits, `F` up to eight bytes.
    block: Zeroizing<[u8; 8]>,
}

/// Why a text is no PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinError {
    TooShort,
    TooLong,
    NotDigits,
}

impl Pin {
    pub const SHORTEST: usize = 4;
    pub const LONGEST: usize = 12;

    pub fn new(digits: &str) -> Result<Pin, PinError> {
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PinError::NotDigits);
        }
        if digits.len() < Pin::SHORTEST {
            return Err(PinError::TooShort);
        }
        if digits.len() > Pin::LONGEST {
            return Err(PinError::TooLong);
        }
        let mut block = Zeroizing::new([0xFF_u8; 8]);
        let length = u8::try_from(digits.len()).map_err(|_| PinError::TooLong)?;
        let (pairs, odd) = digits.as_bytes().as_chunks::<2>();
        for (place, byte) in block.iter_mut().zip(std::iter::once(0x20 | length).chain(pairs.iter().map(pair))) {
            *place = byte;
        }
        if let (Some(place), Some(digit)) = (block.get_mut(1 + pairs.len()), odd.first()) {
            *place = (digit & 0x0F) << 4 | 0x0F;
        }
        Ok(Pin { block })
    }

    /// The eight bytes that VERIFY carries.
    pub fn block(&self) -> &[u8; 8] {
        &self.block
    }
}

fn pair([high, low]: &[u8; 2]) -> u8 {
    (high & 0x0F) << 4 | (low & 0x0F)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_every_length() {
        let block = |digits: &str| *Pin::new(digits).ok().unwrap().block();
        assert_eq!(block("1234"), [0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        assert_eq!(block("12345"), [0x25, 0x12, 0x34, 0x5F, 0xFF, 0xFF, 0xFF, 0xFF]);
        assert_eq!(block("123456789012"), [0x2C, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0xFF]);
    }

    #[test]
    fn what_is_no_pin() {
        for (text, why) in [
            ("", PinError::TooShort),
            ("123", PinError::TooShort),
            ("1234567890123", PinError::TooLong),
            ("12a4", PinError::NotDigits),
            ("١٢٣٤", PinError::NotDigits),
            ("12 34", PinError::NotDigits),
        ] {
            assert_eq!(Pin::new(text).err(), Some(why), "{text}");
        }
    }
}
