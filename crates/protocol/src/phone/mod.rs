//! What a phone and the server say to each other (docs/protocol.md §§2–5).

mod bio;
mod command;
mod keys;
mod message;
pub mod pin;
mod proof;
mod view;
mod words;

pub use bio::{Bio, bio_challenge, bio_enrol_challenge};
pub use command::{Command, Payload};
pub use keys::{KeyEntry, KeysDocument, Role, WellKnown};
pub use message::{
    Answer, Decision, DeviceCertificate, Field, IdentityProof, Outcome, Receipt, Request, RequestingParty, UV_BIO,
    UV_NONE, UV_PIN, UV_PIN_OR_BIO, UserVerification, Verified,
};
pub use proof::{Answered, Proof};
pub use view::{
    AnswerBody, AnswerOk, Bank, DeviceState, DeviceStatus, HandOver, Home, Pending, PendingBody, Refusal, ScanBody,
    ScanOk, Settings, SettingsBody, SmsState, Step, TokenState, View, Vouch,
};
pub use words::words;

/// `prefix_` + base64url of 16 bytes: account, activation, approval (docs/protocol.md §1).
pub fn id(prefix: &str, entropy: &[u8; 16]) -> String {
    format!("{prefix}_{}", crate::jose::b64u(entropy))
}

/// True for an id of this kind: prefix, underscore, 22 base64url characters.
pub fn is_id(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).is_some_and(|rest| {
        rest.len() == 22 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    })
}
