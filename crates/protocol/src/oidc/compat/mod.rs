//! What the itsme®-compatible mount has of its own: texts and payments that a person confirms, and names of claims.

mod markup;
mod money;
pub mod template;

pub use markup::{MAX_MARKUP_BYTES, MAX_TEXT_CHARS};
pub(in crate::oidc) use markup::{canonical, in_latin_9};
pub use money::{fraction_digits, iban, known_currency};

/// What stands before the names of its claims.
pub const CLAIM: &str = "http://itsme.services/v2/claim/";
