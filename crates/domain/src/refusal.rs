//! What a rule says when it says no, to the person who asked. The doors decide how the world reads it.

use serde::{Deserialize, Serialize};

use crate::number::NotMobile;

/// A reason that the person can do something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// This step is not the one that is due.
    WrongStep,
    NumberInvalid,
    NumberNotMobile(NotMobile),
    CountryNotServed,
    EmailInvalid,
    BankUnknown,
    TermsOutdated,
    /// This device key belongs to a phone already, or to one that was cut off: a new phone makes a new key.
    DeviceUsed,
    ReturnWrong {
        left: i64,
    },
    SmsWrong {
        left: i64,
    },
    TokenWrong {
        left: i64,
    },
    /// The same letters in another case.
    TokenCase {
        left: i64,
    },
    /// It was right once.
    TokenExpired {
        left: i64,
    },
    /// The seal of the chosen code did not open or its proof failed.
    CodeRejected,
    /// Come back at `until`.
    Wait {
        until: i64,
        reason: WaitReason,
    },
    /// The attempt's time is over.
    Expired,
    /// Until then this account may only log in.
    Limited {
        until: i64,
    },
    /// The number is another person's, who is asked; ask again at `until`, if there is one.
    NumberTaken {
        until: Option<i64>,
    },
    /// This service wants a phone that has been in use longer.
    TooRecent {
        until: i64,
    },
    /// Another phone was first.
    Taken,
    /// Fingerprint or face was not accepted; the code is.
    BioRejected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    /// Twenty minutes after a failed activation (rule R13).
    FailedAttempt,
    /// The next SMS may not leave yet.
    Resend,
    /// Too much of the same from one place.
    TooMany,
    /// Somebody is on the phone with the person: a moment to think.
    Careful,
}

impl WaitReason {
    /// As the contract writes it.
    pub fn code(self) -> &'static str {
        match self {
            WaitReason::FailedAttempt => "failed_attempt",
            WaitReason::Resend => "resend",
            WaitReason::TooMany => "too_many",
            WaitReason::Careful => "careful",
        }
    }
}
