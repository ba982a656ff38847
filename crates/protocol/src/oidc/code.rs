//! Authorization codes and access tokens that carry their own proof: no row is read for one that we did not make.
//!
//! A code is 16 bytes of approval id and 11 bytes of MAC (88 bits), 36 base64url characters. It lives three minutes and
//! once; both are the database's to keep, since the approval behind the id says so.
//! An access token is 16 bytes of id, 8 of expiry (seconds, big endian) and 16 of MAC, 54 characters.

use aws_lc_rs::hmac;
use subtle::ConstantTimeEq as _;

use crate::jose::{b64u, unb64u};
use crate::label::{ACCESS_TOKEN, AUTH_CODE, join};

const CODE_TAG: usize = 11;
const TOKEN_TAG: usize = 16;

/// HMAC-SHA-256 over `label ␀ parts`, cut to `N` bytes.
fn tag<const N: usize>(key: &[u8; 32], label: &str, parts: &[&[u8]]) -> [u8; N] {
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &join(label, parts));
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(mac.as_ref()) {
        *to = *from;
    }
    out
}

/// An authorization code, bound to the partner it was made for.
pub struct AuthCode;

impl AuthCode {
    /// 36 characters.
    pub fn make(key: &[u8; 32], id: &[u8; 16], client_id: &str) -> String {
        let tag: [u8; CODE_TAG] = tag(key, AUTH_CODE, &[id, client_id.as_bytes()]);
        b64u([&id[..], &tag].concat())
    }

    /// The approval id, if we made this code for this partner.
    pub fn open(key: &[u8; 32], text: &str, client_id: &str) -> Option<[u8; 16]> {
        if text.len() != 36 {
            return None;
        }
        let bytes = unb64u(text).ok()?;
        let (id, theirs) = bytes.split_first_chunk::<16>()?;
        let ours: [u8; CODE_TAG] = tag(key, AUTH_CODE, &[id, client_id.as_bytes()]);
        bool::from(ours.ct_eq(theirs)).then_some(*id)
    }
}

/// A bearer token for userinfo.
pub struct AccessToken;

impl AccessToken {
    /// 54 characters; `exp` in unix seconds.
    pub fn make(key: &[u8; 32], id: &[u8; 16], exp: i64) -> String {
        let exp = exp.to_be_bytes();
        let tag: [u8; TOKEN_TAG] = tag(key, ACCESS_TOKEN, &[id, &exp]);
        b64u([&id[..], &exp, &tag].concat())
    }

    /// The id, if we made this token and `now` is before its expiry.
    pub fn open(key: &[u8; 32], text: &str, now: i64) -> Option<[u8; 16]> {
        if text.len() != 54 {
            return None;
        }
        let bytes = unb64u(text).ok()?;
        let (id, rest) = bytes.split_first_chunk::<16>()?;
        let (exp, theirs) = rest.split_first_chunk::<8>()?;
        let ours: [u8; TOKEN_TAG] = tag(key, ACCESS_TOKEN, &[id, exp]);
        let valid = bool::from(ours.ct_eq(theirs)) && now < i64::from_be_bytes(*exp);
        valid.then_some(*id)
    }
}
