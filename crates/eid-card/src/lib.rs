//! The Belgian identity card as bytes: APDUs, files, PIN block. Talks through a [`Transport`] and touches no reader itself.

pub mod address;
pub mod apdu;
mod card;
pub mod day;
pub mod der;
mod error;
mod files;
pub mod identity;
mod pin;
mod reading;
pub mod scripted;
pub mod tlv;
mod transport;
mod using;

pub use address::Address;
pub use card::{Card, CardData, Generation, SignatureAlgorithm};
pub use day::{BirthDate, Day};
pub use error::CardError;
pub use files::{CardFile, Files};
pub use identity::{Identity, Sex};
pub use pin::{Pin, PinError};
pub use reading::ReadStep;
pub use transport::{Transport, TransportError};
pub use using::PinState;

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// A field says it is longer than the file.
    Truncated,
    TooLarge,
    /// The field with this tag is not there, or empty.
    Missing(u8),
    /// The field with this tag stands twice.
    Repeated(u8),
    /// The field with this tag does not hold what it should.
    Value(u8),
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FileError::Truncated => f.write_str("file cut short"),
            FileError::TooLarge => f.write_str("file too large"),
            FileError::Missing(tag) => write!(f, "field {tag:02X} missing"),
            FileError::Repeated(tag) => write!(f, "field {tag:02X} stands twice"),
            FileError::Value(tag) => write!(f, "field {tag:02X} malformed"),
        }
    }
}

impl std::error::Error for FileError {}

/// Text of a field: UTF-8, no control characters (they would reach terminals and pages), blanks at the ends dropped.
fn text(tag: u8, value: &[u8]) -> Result<String, FileError> {
    let text = std::str::from_utf8(value).map_err(|_| FileError::Value(tag))?;
    if text.chars().any(char::is_control) {
        return Err(FileError::Value(tag));
    }
    Ok(text.trim().to_owned())
}
