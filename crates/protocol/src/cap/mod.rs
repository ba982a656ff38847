//! EMV-CAP: what a bank card, its reader and its issuer compute.
//!
//! The public part is complete: keys and cryptograms of EMV Book 2 ([`key`], [`mac`]), data objects of Book 3 ([`tlv`]),
//! the Common Core Definitions' issuer application data ([`iad`]). What readers do with them ([`tds`], [`otp`]) is known
//! from published measurements of real cards and readers; `vectors/emv-cap.json` holds them. How any one bank maps its
//! own SIGN key is not public: here a challenge of twelve digits is one TDS field.
//!
//! A [`card::Card`] is a plain value that answers APDUs, [`reader`] talks them, [`issuer::Issuer`] judges the outcome.

pub mod card;
pub mod iad;
pub mod issuer;
pub mod key;
pub mod mac;
pub mod otp;
pub mod reader;
pub mod tds;
pub mod tlv;

#[cfg(test)]
mod loop_tests;
#[cfg(test)]
mod vector_tests;

/// Digits to packed BCD; `None` for anything but digits or an odd count.
pub fn bcd(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    nibbles(digits.chars(), |c| c.to_digit(10))
}

/// Pairs of symbols to bytes, high nibble first.
fn nibbles(symbols: impl Iterator<Item = char>, value: impl Fn(char) -> Option<u32>) -> Option<Vec<u8>> {
    let values = symbols.map(|c| value(c).and_then(|v| u8::try_from(v).ok())).collect::<Option<Vec<u8>>>()?;
    Some(values.chunks(2).map(|pair| pair.iter().fold(0, |byte, nibble| byte << 4 | nibble)).collect())
}
