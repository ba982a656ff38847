//! Transaction data signing: the fields a person types at SIGN never reach the card; the reader folds them into its cryptogram.

use super::mac::{Padding, cbc_last, padded};
use super::nibbles;

/// Largest number of fields.
pub const MAX_FIELDS: usize = 10;
/// Largest number of digits in one field.
pub const MAX_DIGITS: usize = 12;

/// The padded block of `fields`: joined by nibble F, filled to whole bytes with F, then 80 and zeros to eight bytes.
/// `None` for no field, too many, an empty or too long one, or anything but digits.
pub fn block(fields: &[String]) -> Option<Vec<u8>> {
    Some(padded(&packed(fields)?, Padding::Marked))
}

/// The cryptogram that stands in for the card's: single-DES CBC over the block, keyed with the card's own.
pub fn fold(cryptogram: [u8; 8], fields: &[String]) -> Option<[u8; 8]> {
    Some(cbc_last(cryptogram, &packed(fields)?, Padding::Marked))
}

fn packed(fields: &[String]) -> Option<Vec<u8>> {
    let digits = |f: &String| (1..=MAX_DIGITS).contains(&f.len()) && f.bytes().all(|b| b.is_ascii_digit());
    if fields.is_empty() || fields.len() > MAX_FIELDS || !fields.iter().all(digits) {
        return None;
    }
    let mut joined = fields.join("F");
    if !joined.len().is_multiple_of(2) {
        joined.push('F');
    }
    nibbles(joined.chars(), |c| c.to_digit(16))
}
