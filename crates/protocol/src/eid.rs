//! What the card program and the server say to one another (docs/eid.md §3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::label;

/// What the card signs: base64 of a hash that commits to the number, the mail address, the terms and the enrolment, so that a
/// signature given for one phone number is worth nothing for another.
pub fn nonce(random: &[u8], number: &str, email: Option<&str>, terms: &str, enrolment: &str) -> String {
    let email = email.unwrap_or_default();
    let parts = [random, number.as_bytes(), email.as_bytes(), terms.as_bytes(), enrolment.as_bytes()];
    STANDARD.encode(crate::jose::sha256(&label::join(label::EID_NONCE, &parts)))
}

/// A code to type instead of a link: 40 bits as eight Crockford base32 signs.
pub fn typed_code(secret: [u8; 5]) -> String {
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let value = secret.iter().fold(0_u64, |v, b| v << 8 | u64::from(*b));
    let sign = |at: u32| SIGNS.get((value >> (35 - 5 * at) & 31) as usize).map_or('0', |b| char::from(*b));
    (0..8).map(sign).collect()
}

/// A typed code as it was meant: case, blanks and hyphens do not count, look-alikes are read kindly.
pub fn read_code(typed: &str) -> Option<String> {
    let kindly = |c: char| match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(kindly).collect();
    let known = |c: char| c.is_ascii_digit() || (c.is_ascii_uppercase() && c != 'U');
    (code.len() == 8 && code.chars().all(known)).then_some(code)
}

/// A Web eID authentication token, `web-eid:1.0` (1.1's extra members are tolerated and ignored).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebEidToken {
    /// base64 DER.
    pub unverified_certificate: String,
    /// `ES384`, `RS256`, …
    pub algorithm: String,
    /// base64; raw r‖s for EC.
    pub signature: String,
    /// `web-eid:1.0`
    pub format: String,
    #[serde(default)]
    pub app_version: String,
}

/// `POST /eid/v1/claim`. Exactly one of `session` and `code`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    pub v: u8,
    pub program: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Its answer: who asks, and what the card shall sign.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    pub ticket: String,
    pub name: String,
    /// Origin that the token's signature names.
    pub origin: String,
    /// Masked.
    pub number: String,
    pub email: Option<String>,
    pub terms: String,
    pub lang: String,
    /// base64 text, 44 characters, signed as it stands.
    pub nonce: String,
    /// base64url of 48 bytes, for INTERNAL AUTHENTICATE over its SHA-384.
    pub challenge: String,
    pub expires: i64,
    pub now: i64,
    #[serde(default)]
    pub test_world: bool,
    /// What the card is read for; a program shows it.
    #[serde(default)]
    pub purpose: Purpose,
}

/// What a card is read for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A phone becomes this person's.
    #[default]
    Activate,
    /// This person's account stops working, at once.
    Block,
}

/// What the card program is doing, for the page to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    NoReader,
    NoCard,
    /// A card that does not answer: wrong way round, or dirty.
    WrongWay,
    UnknownCard,
    Reading,
    Pin,
    PinPad,
    PinWrong,
    PinBlocked,
    Signing,
    Removed,
    /// The person closed the program: the enrolment ends.
    Stopped,
}

/// `POST /eid/v1/progress`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgressBody {
    pub ticket: String,
    pub progress: Progress,
    /// PIN tries left, with `pin`, `pin_pad`, `pin_wrong`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u8>,
}

/// `POST /eid/v1/state`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketBody {
    pub ticket: String,
}

/// Files of the card, each base64url, as read; certificates cut at their DER length.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesBody {
    pub identity: String,
    pub identity_signature: String,
    pub address: String,
    pub address_signature: String,
    pub photo: String,
    /// EF 4040, applet 1.8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chip_key: Option<String>,
    pub authentication: String,
    pub issuer: String,
    pub root: String,
    pub register: String,
}

/// `POST /eid/v1/proof`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofBody {
    pub ticket: String,
    pub files: FilesBody,
    /// base64url of the 16-byte chip number.
    pub serial: String,
    /// base64url of 96 bytes, applet 1.8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chip_signature: Option<String>,
    pub token: WebEidToken,
}

/// Its answer.
#[derive(Clone, Serialize, Deserialize)]
pub struct Returned {
    /// To open in the person's browser.
    #[serde(rename = "return")]
    pub url: String,
    /// For a browser that did not open; shown on request.
    pub digits: String,
    pub first_name: String,
}

/// Where an enrolment stands (docs/eid.md §2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// `waiting`, `claimed`, `proven`, `token`, `blocked`, `phone`, `active`, `ended`.
    pub step: String,
    pub progress: Option<Progress>,
    pub left: Option<u8>,
    pub error: Option<String>,
    pub expires: i64,
    pub now: i64,
    pub device: Option<String>,
}

/// Any refusal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Problem {
    pub error: String,
    #[serde(default)]
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_a_kind_hand() {
        let code = typed_code([0xff, 0x00, 0x12, 0x34, 0x56]);
        assert_eq!(code.len(), 8);
        let spoken = format!("{} - {}", code[..4].to_lowercase().replace('0', "o"), &code[4..]);
        assert_eq!(read_code(&spoken).as_deref(), Some(code.as_str()));
        for bad in ["", "1234567", "123456789", "1234567u", "1234567é"] {
            assert_eq!(read_code(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_nonce_has_44_characters_and_moves_with_everything_in_it() {
        let one = nonce(&[1; 32], "+32468758960", None, "2026-11", "enr_x");
        assert_eq!(one.len(), 44);
        assert_ne!(one, nonce(&[1; 32], "+32468758961", None, "2026-11", "enr_x"));
        assert_ne!(one, nonce(&[1; 32], "+32468758960", Some("a@b.be"), "2026-11", "enr_x"));
        assert_ne!(one, nonce(&[1; 32], "+32468758960", None, "2026-12", "enr_x"));
    }
}
