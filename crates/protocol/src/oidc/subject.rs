//! Pairwise subjects (OpenID Core §8.1): the same person is somebody else to each sector.

use aws_lc_rs::hmac;

use crate::jose::b64u;
use crate::label::{SUBJECT, join};

/// Characters of a subject on the compatible mount: the first so many of [`pairwise`], 216 bits.
pub const COMPAT_CHARS: usize = 36;

/// `sub` = b64u(HMAC-SHA-256(key, label ␀ sector ␀ account)), 43 characters. `key` is the pairwise key of the version that
/// the account was opened under and never changes for it; `sector` is [`super::partner::Partner::sector`].
pub fn pairwise(key: &[u8; 32], sector: &str, account: &[u8; 16]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    b64u(hmac::sign(&key, &join(SUBJECT, &[sector.as_bytes(), account])))
}
