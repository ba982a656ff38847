//! Passwords of staff: PBKDF2-HMAC-SHA-256 with a salt each. A tenth of a second of a core, so off the runtime's threads.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use protocol::jose::{b64u, unb64u};
use zeroize::Zeroizing;

use crate::{Failure, World};

/// Recommended by OWASP for SHA-256 since 2023.
const ROUNDS: u32 = 600_000;
const KIND: &str = "pbkdf2-sha256";
/// Nobody's: an unknown name takes as long as a known one.
const NOBODY: &str = "pbkdf2-sha256$600000$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn rounds(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

/// `pbkdf2-sha256$rounds$salt$hash`, for the row.
pub(super) async fn hash(world: &World, password: &str) -> Result<String, Failure> {
    let (salt, password) = (world.entropy::<16>(), Zeroizing::new(password.to_owned()));
    let work = move || {
        let mut out = [0; 32];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds(ROUNDS), &salt, password.as_bytes(), &mut out);
        format!("{KIND}${ROUNDS}${}${}", b64u(salt), b64u(out))
    };
    tokio::task::spawn_blocking(work).await.map_err(|e| Failure::Internal(e.to_string()))
}

/// True when `typed` is the password behind `stored`; takes its time without one, too.
pub(super) async fn holds(stored: Option<String>, typed: &str) -> Result<bool, Failure> {
    let (known, stored) = (stored.is_some(), stored.unwrap_or_else(|| NOBODY.to_owned()));
    let typed = Zeroizing::new(typed.to_owned());
    let work = move || known & compare(&stored, &typed).unwrap_or(false);
    tokio::task::spawn_blocking(work).await.map_err(|e| Failure::Internal(e.to_string()))
}

fn compare(stored: &str, typed: &str) -> Option<bool> {
    let mut parts = stored.split('$');
    let (kind, count, salt, hash) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let count: u32 = count.parse().ok()?;
    if kind != KIND || parts.next().is_some() || count == 0 {
        return None;
    }
    let (salt, hash) = (unb64u(salt).ok()?, unb64u(hash).ok()?);
    Some(pbkdf2::verify(pbkdf2::PBKDF2_HMAC_SHA256, rounds(count), &salt, typed.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::compare;

    /// RFC 7914 §11: PBKDF2-HMAC-SHA-256 with P = "passwd", S = "salt", c = 1, first 32 of its 64 bytes.
    #[test]
    fn the_published_value_agrees() {
        let stored = "pbkdf2-sha256$1$c2FsdA$VawEblbjCJ_sFpHFJUS2BfkhdgQlGt0hH8cd6fG1fL8";
        let text = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc";
        let bytes: Vec<u8> =
            (0..64).step_by(2).filter_map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect();
        let published = format!("pbkdf2-sha256$1$c2FsdA${}", protocol::jose::b64u(bytes));
        assert_eq!(compare(&published, "passwd"), Some(true));
        assert_eq!(compare(&published, "passwe"), Some(false));
        assert_eq!(compare(stored, "passwd"), Some(false));
    }

    #[test]
    fn what_is_no_hash_opens_nothing() {
        for stored in [
            "",
            "plain",
            "pbkdf2-sha256$0$AA$AA",
            "pbkdf2-sha1$1$AA$AA",
            "pbkdf2-sha256$1$AA$AA$x",
            "pbkdf2-sha256$1$?$AA",
        ] {
            assert_ne!(compare(stored, ""), Some(true), "{stored}");
        }
    }
}
