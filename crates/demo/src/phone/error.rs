//! What can stop a phone, with the exit code a script sees (docs/phone-cli.md).

use protocol::jose::JoseError;
use serde_json::{Map, Value, json};

/// Why a command of the phone did not end well.
#[derive(Debug)]
pub enum PhoneError {
    /// The server said no: HTTP status, its `error`, and the data beside it.
    Refused {
        status: u16,
        code: String,
        data: Map<String, Value>,
    },
    /// An activation ended in `refused`; `until` when it may be tried again.
    ActivationRefused {
        code: String,
        until: Option<i64>,
    },
    /// Nothing waits for this phone.
    NothingPending,
    /// The activation, request or bank visit is over.
    Expired,
    /// This phone takes no code any more, or none before `not_before`.
    Locked,
    Wait {
        until: i64,
    },
    /// No answer after all tries, or one that no server of ours gives.
    Network(String),
    /// Receipt chain of server and phone differ: another phone answered, or an old copy of the state file is in use.
    OutOfStep,
    /// Something signed did not verify under the pinned root; says what.
    Untrusted(&'static str),
    /// The person's part is missing: `match`, `sms`, `code`, `rid`, `number`, `bank`, `customer`.
    InputNeeded(&'static str),
    /// The code is one that everybody chooses; says why.
    CodeWeak(&'static str),
    /// The bank's page did not go as a customer expects.
    Bank(String),
    /// This file holds no activated phone.
    NotActive,
    /// Phones that answer by themselves play in test worlds only.
    NotATestWorld,
    /// The state file cannot be read or written.
    State(String),
    /// A fault of this program.
    Internal(String),
}

impl PhoneError {
    /// The word scripts look at.
    pub fn code(&self) -> &str {
        match self {
            PhoneError::Refused { code, .. } | PhoneError::ActivationRefused { code, .. } => code,
            PhoneError::NothingPending => "nothing_pending",
            PhoneError::Expired => "expired",
            PhoneError::Locked => "locked",
            PhoneError::Wait { .. } => "wait",
            PhoneError::Network(_) => "network",
            PhoneError::OutOfStep => "out_of_step",
            PhoneError::Untrusted(_) => "untrusted",
            PhoneError::InputNeeded(_) => "input_needed",
            PhoneError::CodeWeak(_) => "code_weak",
            PhoneError::Bank(_) => "bank_failed",
            PhoneError::NotActive => "not_active",
            PhoneError::NotATestWorld => "not_a_test_world",
            PhoneError::State(_) => "state_file",
            PhoneError::Internal(_) => "internal",
        }
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            PhoneError::Refused { status, code, data } => refused_exit(*status, code, data),
            PhoneError::ActivationRefused { code, .. } if code == "wait" => 9,
            PhoneError::ActivationRefused { .. } | PhoneError::CodeWeak(_) => 3,
            PhoneError::NotActive | PhoneError::NotATestWorld => 3,
            PhoneError::NothingPending => 4,
            PhoneError::Expired => 5,
            PhoneError::Locked => 7,
            PhoneError::Network(_) => 8,
            PhoneError::Wait { .. } => 9,
            PhoneError::OutOfStep => 10,
            PhoneError::Untrusted(_) => 11,
            PhoneError::InputNeeded(_) => 12,
            PhoneError::Bank(_) => 13,
            PhoneError::State(_) | PhoneError::Internal(_) => 1,
        }
    }

    /// One JSON object: `error` and what belongs to it.
    pub fn to_json(&self) -> Value {
        let mut out = match self {
            PhoneError::Refused { status, data, .. } => {
                let mut out = data.clone();
                out.insert("status".into(), json!(status));
                out
            }
            PhoneError::ActivationRefused { until, .. } => object("until", json!(until)),
            PhoneError::Wait { until } => object("until", json!(until)),
            PhoneError::InputNeeded(what) => object("needed", json!(what)),
            PhoneError::Untrusted(what) | PhoneError::CodeWeak(what) => object("detail", json!(what)),
            PhoneError::Network(text)
            | PhoneError::Bank(text)
            | PhoneError::State(text)
            | PhoneError::Internal(text) => object("detail", json!(text)),
            _ => Map::new(),
        };
        out.insert("error".into(), json!(self.code()));
        Value::Object(out)
    }

    /// True when the server answered with this word.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, PhoneError::Refused { code, .. } if code == word)
    }
}

fn object(key: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(key.to_owned(), value)])
}

fn refused_exit(status: u16, code: &str, data: &Map<String, Value>) -> u8 {
    match (status, code) {
        (_, "not_accepted") if data.get("locked").and_then(Value::as_bool) == Some(true) => 7,
        (_, "not_accepted") => 6,
        (_, "out_of_step") => 10,
        (410, _) => 5,
        (429, _) => 9,
        (500.., _) => 8,
        _ => 3,
    }
}

impl From<JoseError> for PhoneError {
    fn from(e: JoseError) -> Self {
        PhoneError::Internal(format!("signing failed: {e}"))
    }
}

impl std::fmt::Display for PhoneError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.to_json())
    }
}

impl std::error::Error for PhoneError {}
