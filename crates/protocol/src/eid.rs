//! What the card program and the server say to one another (docs/eid.md §3).

use serde::{Deserialize, Serialize};

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
    /// `waiting`, `claimed`, `proven`, `token`, `phone`, `active`, `ended`.
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
