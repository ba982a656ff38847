//! A value sealed into a hidden form field: what a half-finished login needs stays with the browser, so that an abandoned
//! one costs no database row.
//!
//! `b64u(nonce ‖ AES-256-GCM(key, nonce, aad = label, {"exp":…,"value":…}))`.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::jose::{JoseError, b64u, unb64u};

/// Longest sealed text, in characters.
pub const MAX_SEALED: usize = 24 * 1024;

#[derive(Serialize)]
struct Wrapped<'a, T> {
    exp: i64,
    value: &'a T,
}

#[derive(Deserialize)]
struct Unwrapped<T> {
    exp: i64,
    value: T,
}

/// Seals `value` until `exp`. `nonce` is 12 fresh random bytes, never used twice with one key.
///
/// # Errors
/// `TooLarge` when the text would pass [`MAX_SEALED`]; `Malformed` for a value that is not JSON.
pub fn seal<T: Serialize>(
    key: &[u8; 32],
    label: &str,
    value: &T,
    exp: i64,
    nonce: [u8; 12],
) -> Result<String, JoseError> {
    let mut bytes = serde_json::to_vec(&Wrapped { exp, value }).map_err(|_| JoseError::Malformed)?;
    cipher(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(label.as_bytes()), &mut bytes)
        .map_err(|_| JoseError::BadKey)?;
    let text = b64u([&nonce[..], &bytes].concat());
    if text.len() > MAX_SEALED { Err(JoseError::TooLarge) } else { Ok(text) }
}

/// The value, if it was sealed here under this label and `now` is before its expiry.
pub fn open<T: DeserializeOwned>(key: &[u8; 32], label: &str, text: &str, now: i64) -> Option<T> {
    if text.len() > MAX_SEALED {
        return None;
    }
    let mut bytes = unb64u(text).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk_mut::<12>()?;
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let plain = cipher(key).ok()?.open_in_place(nonce, Aad::from(label.as_bytes()), sealed).ok()?;
    let unwrapped: Unwrapped<T> = serde_json::from_slice(plain).ok()?;
    (now < unwrapped.exp).then_some(unwrapped.value)
}

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, JoseError> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new).map_err(|_| JoseError::BadKey)
}
