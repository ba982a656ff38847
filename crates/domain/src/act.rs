//! What a person does to their own account with the code: asked by the phone, drawn, approved like any request.

use serde::{Deserialize, Serialize};

use crate::life::Act as LifeAct;
use crate::number::MobileNumber;

/// Waits so long for its answer.
pub const WAIT_SECONDS: i64 = 5 * 60;

/// One act, sealed in its request's row.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// A number that was proven by SMS.
    Number {
        number: MobileNumber,
    },
    Email {
        email: Option<String>,
    },
    Biometrics {
        credential: Option<Credential>,
    },
    /// A code staged in the vault; `mark` is what M1 shows of it.
    Code {
        change: String,
        mark: String,
    },
    /// A new phone that waits to be vouched for.
    Vouch {
        activation: String,
        device: String,
        name: String,
        words: Vec<String>,
    },
    Close {},
    /// Asked by us: somebody else proved this number.
    StillMine {
        number: MobileNumber,
    },
}

/// A fingerprint or face that may answer for the code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// base64url.
    pub id: String,
    /// base64url of the 65-byte point.
    pub point: String,
    pub sign_count: u32,
    pub backup_eligible: bool,
}

impl Act {
    /// The word in texts (`approval.act.<word>`) and in the row's lane: one of a kind waits at a time.
    pub fn word(&self) -> &'static str {
        match self {
            Act::Number { .. } => "number",
            Act::Email { .. } => "email",
            Act::Biometrics { credential: Some(_) } => "biometrics_on",
            Act::Biometrics { credential: None } => "biometrics_off",
            Act::Code { .. } => "code",
            Act::Vouch { .. } => "vouch",
            Act::Close {} => "close",
            Act::StillMine { .. } => "still_mine",
        }
    }

    /// What it is in the life of the account; `None` for what changes nothing.
    pub fn in_life(&self) -> Option<LifeAct> {
        Some(match self {
            Act::Number { .. } => LifeAct::ChangeNumber { by_helpdesk: false },
            Act::Email { .. } | Act::Biometrics { .. } | Act::Code { .. } => LifeAct::Change,
            Act::Vouch { .. } => LifeAct::NewPhone,
            Act::Close {} => LifeAct::Close,
            Act::StillMine { .. } => return None,
        })
    }
}
