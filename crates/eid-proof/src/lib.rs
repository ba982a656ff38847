//! What an identity card proves: files signed by the National Register, certificates under pinned roots, possession.
//! Bytes in, verdict out: no clock (an argument), no chance (an argument), no network ([`judge::Plan::fetches`] says what to ask).
//!
//! | Question | Module |
//! |---|---|
//! | whole card with a Web eID token | [`judge`] |
//! | a Web eID token alone | [`token`] |
//! | the files without network (`zelf-eid show`) | [`card`] |
//! | who is trusted | [`roots`] |
//! | one certificate, a chain, its revocation | [`certificate`], [`chain`], [`ocsp`], [`crl`] |
//! | signatures of Register, chip, holder | [`register`], [`chip`], [`web_eid`] |

pub mod card;
pub mod certificate;
pub mod chain;
pub mod chip;
pub mod crl;
pub mod files;
pub mod holder;
pub mod judge;
mod key;
pub mod national_number;
pub mod ocsp;
mod refusal;
pub mod register;
pub mod revocation;
pub mod roots;
pub mod token;
pub mod web_eid;

pub use refusal::{Kind, Refusal};
pub use roots::Roots;
