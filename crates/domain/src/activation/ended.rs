//! How an activation can come to nothing.

use serde::{Deserialize, Serialize};

/// Why an attempt ended without a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    BankRefused,
    BankDataOutdated,
    TooYoung,
    SmsExhausted,
    ReturnExhausted,
    NumberTaken,
    TokenExhausted,
    /// The old phone or the computer said no.
    Stopped,
    /// The helpdesk holds the account.
    Held,
    /// A comeback with this very card or bank customer was stopped.
    StoppedCard,
    /// This person's last attempt failed less than twenty minutes ago.
    Wait,
}

impl Ended {
    pub fn code(self) -> &'static str {
        match self {
            Ended::BankRefused => "bank_refused",
            Ended::BankDataOutdated => "bank_data_outdated",
            Ended::TooYoung => "too_young",
            Ended::SmsExhausted => "sms_exhausted",
            Ended::ReturnExhausted => "return_exhausted",
            Ended::NumberTaken => "number_taken",
            Ended::TokenExhausted => "token_exhausted",
            Ended::Stopped => "stopped",
            Ended::Held => "held",
            Ended::StoppedCard => "stopped_card",
            Ended::Wait => "wait",
        }
    }

    /// Counts as a failed attempt: the next one waits. Old data at the bank or a child's age do not get better by waiting.
    pub fn earns_wait(self) -> bool {
        matches!(self, Ended::BankRefused | Ended::SmsExhausted | Ended::ReturnExhausted | Ended::TokenExhausted)
    }
}
