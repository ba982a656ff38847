//! The robot check: ALTCHA's proof of work, first version (altcha.org/docs, "proof of work captcha").
//!
//! A challenge is the SHA-256 of `salt ‖ number` in hex; whoever asks finds the number. The salt carries `expires` and ends in
//! `&`: without it, digits of the number could be moved into the date and one solution be used for ever.

use aws_lc_rs::hmac;
use base64::Engine as _;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::jose::sha256;

/// The largest number that may be asked: about a second in a browser.
pub const MAX_NUMBER: u32 = 50_000;
/// A challenge may be answered for so long.
pub const TTL_SECONDS: i64 = 600;
/// Longest answer looked at, in characters.
const MAX_ANSWER: usize = 1024;
const ALGORITHM: &str = "SHA-256";

/// What the browser is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    pub algorithm: String,
    /// Hex.
    pub challenge: String,
    pub maxnumber: u32,
    /// `<random hex>?expires=<Unix seconds>&`
    pub salt: String,
    /// HMAC-SHA-256 of `challenge`, hex.
    pub signature: String,
}

/// What comes back, base64 of JSON.
#[derive(Deserialize)]
struct Answer {
    algorithm: String,
    challenge: String,
    number: u32,
    salt: String,
    signature: String,
}

/// An answer that is right: to be remembered until it expires, so that it is used once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solved {
    pub challenge: String,
    pub expires: i64,
}

impl Challenge {
    /// A challenge whose answer is `number` (reduced to the range), good until `expires`.
    pub fn new(key: &[u8; 32], random: [u8; 12], number: u32, expires: i64) -> Challenge {
        let salt = format!("{}?expires={expires}&", hex(&random));
        let challenge = digest(&salt, number % (MAX_NUMBER + 1));
        let signature = sign(key, &challenge);
        Challenge { algorithm: ALGORITHM.into(), challenge, maxnumber: MAX_NUMBER, salt, signature }
    }
}

/// Reads an answer; `None` for one that is wrong, not ours, too old or nonsense.
pub fn solved(key: &[u8; 32], text: &str, now: i64) -> Option<Solved> {
    if text.len() > MAX_ANSWER {
        return None;
    }
    let json = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    let answer: Answer = serde_json::from_slice(&json).ok()?;
    let same = |a: &str, b: &str| bool::from(a.as_bytes().ct_eq(b.as_bytes()));
    let ours = same(&sign(key, &answer.challenge), &answer.signature);
    let right = answer.algorithm == ALGORITHM
        && answer.number <= MAX_NUMBER
        && same(&digest(&answer.salt, answer.number), &answer.challenge);
    let expires: i64 = answer.salt.split_once("?expires=")?.1.strip_suffix('&')?.parse().ok()?;
    (ours && right && now < expires).then_some(Solved { challenge: answer.challenge, expires })
}

fn digest(salt: &str, number: u32) -> String {
    hex(&sha256(format!("{salt}{number}").as_bytes()))
}

fn sign(key: &[u8; 32], challenge: &str) -> String {
    hex(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), challenge.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const KEY: [u8; 32] = [7; 32];

    fn answer(challenge: &Challenge, number: u32) -> Value {
        json!({
            "algorithm": "SHA-256", "challenge": challenge.challenge, "number": number, "salt": challenge.salt,
            "signature": challenge.signature, "took": 812,
        })
    }

    fn sent(answer: &Value) -> String {
        base64::engine::general_purpose::STANDARD.encode(answer.to_string())
    }

    fn solve(challenge: &Challenge) -> u32 {
        (0..=challenge.maxnumber).find(|n| digest(&challenge.salt, *n) == challenge.challenge).unwrap()
    }

    #[test]
    fn the_number_is_found_and_accepted_until_it_expires() {
        let challenge = Challenge::new(&KEY, [1; 12], 4_321, 1_000);
        let number = solve(&challenge);
        assert_eq!(number, 4_321);
        let text = sent(&answer(&challenge, number));
        assert_eq!(solved(&KEY, &text, 999), Some(Solved { challenge: challenge.challenge.clone(), expires: 1_000 }));
        assert_eq!(solved(&KEY, &text, 1_000), None, "too old");
        assert_eq!(solved(&[8; 32], &text, 999), None, "another's");
    }

    /// Challenge and answer as altcha-lib 1.4.1 makes them from the same key, salt and number.
    #[test]
    fn a_foreign_hand_makes_the_same() {
        let challenge = Challenge::new(&KEY, [1; 12], 4_321, 1_000);
        assert_eq!(challenge.salt, "010101010101010101010101?expires=1000&");
        assert_eq!(challenge.challenge, "4e16c18be13b9aed684b2361c1adb845b8414ebf916c135b37fe074dcdbd5647");
        assert_eq!(challenge.signature, "166ab3c561c1b6c6aa6bce78fd0db244b35508632e8af75a5ab0ba7624f01358");
        let theirs = concat!(
            "eyJhbGdvcml0aG0iOiJTSEEtMjU2IiwiY2hhbGxlbmdlIjoiNGUxNmMxOGJlMTNiOWFlZDY4NGIyMzYxYzFhZGI4NDViODQxNGViZjkxNmMx",
            "MzViMzdmZTA3NGRjZGJkNTY0NyIsIm51bWJlciI6NDMyMSwic2FsdCI6IjAxMDEwMTAxMDEwMTAxMDEwMTAxMDEwMT9leHBpcmVzPTEwMDAm",
            "Iiwic2lnbmF0dXJlIjoiMTY2YWIzYzU2MWMxYjZjNmFhNmJjZTc4ZmQwZGIyNDRiMzU1MDg2MzJlOGFmNzVhNWFiMGJhNzYyNGYwMTM1OCJ9",
        );
        assert!(solved(&KEY, theirs, 999).is_some());
    }

    #[test]
    fn what_is_asked_lies_in_the_range() {
        let challenge = Challenge::new(&KEY, [1; 12], u32::MAX, 1_000);
        assert!(solve(&challenge) <= MAX_NUMBER);
    }

    #[test]
    fn digits_cannot_be_moved_from_the_number_to_the_date() {
        let challenge = Challenge::new(&KEY, [1; 12], 4_321, 1_000);
        let spliced = |salt: String, number: u32| {
            let mut answer = answer(&challenge, number);
            answer["salt"] = salt.into();
            sent(&answer)
        };
        let bare = challenge.salt.trim_end_matches('&');
        for (salt, number) in [(format!("{bare}&4"), 321), (format!("{bare}4"), 321), (format!("{bare}&"), 321)] {
            assert_eq!(solved(&KEY, &spliced(salt.clone(), number), 999), None, "{salt}");
        }
    }

    #[test]
    fn what_is_not_an_answer_is_refused() {
        let challenge = Challenge::new(&KEY, [1; 12], 4_321, 1_000);
        let good = answer(&challenge, 4_321);
        let with = |key: &str, value: Value| {
            let mut changed = good.clone();
            changed[key] = value;
            sent(&changed)
        };
        let tries = [
            String::new(),
            "?".into(),
            "A".repeat(2_000),
            sent(&json!([])),
            sent(&json!({})),
            good.to_string(),
            with("number", json!(4_322)),
            with("number", json!(-1)),
            with("number", json!("4321")),
            with("number", json!(u64::from(u32::MAX) + 4_322)),
            with("algorithm", json!("SHA-1")),
            with("algorithm", json!("none")),
            with("signature", json!("")),
            with("signature", json!("0".repeat(64))),
            with("challenge", json!("0".repeat(64))),
            with("salt", json!("")),
            with("salt", json!("x?expires=99999999999&")),
        ];
        for text in tries {
            assert_eq!(solved(&KEY, &text, 0), None, "{text}");
        }
        assert!(solved(&KEY, &sent(&good), 0).is_some());
    }
}
