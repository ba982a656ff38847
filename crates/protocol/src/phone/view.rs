//! Bodies of commands and their answers (§3.1, §3.2), as both sides write them.

use serde::{Deserialize, Serialize};

use crate::phone::Bio;
use crate::seal::Sealed;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    Number,
    /// A new phone shows what the old one scans.
    Vouch,
    Email,
    Bank,
    Handover,
    Sms,
    Token,
    Code,
    Active,
    Refused,
    Expired,
}

/// Where an activation stands. Members that do not belong to the step are absent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct View {
    pub activation: String,
    pub step: Step,
    pub now: i64,
    pub expires: i64,
    pub number: Option<String>,
    pub email: Option<String>,
    pub bank: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banks: Option<Vec<Bank>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<HandOver>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<SmsState>,
    /// `eid` on the way with an identification token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_known: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// At step `vouch`: what the old phone scans, and the words both show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vouch: Option<Vouch>,
}

/// The QR of a new phone, `zelf:new:<act_…>:<dev_…>`, and its six words (docs/life.md §6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouch {
    pub words: Vec<String>,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bank {
    pub id: String,
    pub name: String,
    pub needs_app: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    pub url: String,
    pub expires: i64,
    /// The bank has confirmed; the phone must still hand in the proof of the return.
    pub returned: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsState {
    pub left: i64,
    pub expires: i64,
    pub resend_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenState {
    pub left: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub code: String,
    pub until: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceState {
    Active,
    Locked,
}

/// What the phone may know of its own lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceStatus {
    pub state: DeviceState,
    /// Tries left before the lock.
    pub left: i64,
    /// No answer with a code is taken before this time (unix seconds; 0 = now).
    pub not_before: i64,
}

/// The person's choices; all start as "no".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub biometrics: bool,
    pub notifications: bool,
    pub sharing: bool,
}

/// Body of `settings`: only what changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsBody {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biometrics: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notifications: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sharing: Option<bool>,
    /// Services may find this person by phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_number: Option<bool>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Home {
    pub first_name: String,
    pub number: String,
    pub email: Option<String>,
    pub settings: Settings,
    pub device: DeviceStatus,
    pub head: String,
    pub seq: i64,
    pub last_receipt: Option<String>,
    /// Until then only logging in works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limited: Option<i64>,
    /// When this phone was activated.
    #[serde(default)]
    pub since: i64,
    /// Of the code: one more with every change of it. Tells the phone which pepper counts.
    #[serde(default)]
    pub generation: i64,
    /// A call is on until then: answers with a code wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub careful: Option<i64>,
    /// Somebody else proved the number; this account needs another one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub number_lost: bool,
    /// Credential id of the fingerprint or face in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biometric: Option<String>,
    /// Services may find this person by phone number.
    #[serde(default)]
    pub by_number: bool,
    pub now: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// Body of `pending`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PendingBody {
    pub lang: String,
    /// Seconds the server may hold the answer, 0 to 25.
    #[serde(default)]
    pub wait: u8,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pending {
    /// Compact M1s, oldest first.
    pub requests: Vec<String>,
    pub device: DeviceStatus,
    pub head: String,
    pub seq: i64,
    pub now: i64,
}

/// Body of `POST /api/v1/answer`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerBody {
    pub m1: String,
    pub m2: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Sealed>,
    /// In place of `pin`, where M1 allows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bio: Option<Bio>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AnswerOk {
    pub m3: String,
    /// Where the browser on this device goes on after a yes or a no (same-device starts).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
}

/// Body of `POST /api/v1/scan`: the whole text of the code, or the link that opened the app.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanBody {
    pub text: String,
}

/// The request that now waits for this phone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScanOk {
    pub rid: String,
}
