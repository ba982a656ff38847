//! How an enrolment with a card can come to nothing.

use serde::{Deserialize, Serialize};

/// Why, as the page, the card program and the log say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The card, its certificates or what it signed: a code of docs/eid.md §6.
    Card(String),
    TwoPrograms,
    OtherBrowser,
    DigitsExhausted,
    TokenExhausted,
    /// The number is another person's.
    NumberTaken,
    /// The helpdesk looks into this account.
    Held,
    /// With this card somebody took the account back who was then stopped.
    StoppedCard,
    /// The person gave up, or said that a phone is not theirs.
    Stopped,
    /// The person closed the card program.
    ProgramStopped,
    /// This person's last attempt failed less than twenty minutes ago.
    PersonWaits,
}

/// What only tampering or a broken card gives: counts as a failed attempt.
const FAILED: &[&str] = &[
    "identity_signature",
    "address_signature",
    "photo_mismatch",
    "chip_mismatch",
    "chip_signature",
    "possession",
    "holder_mismatch",
    "certificate_chain",
];

impl Ended {
    pub fn code(&self) -> &str {
        match self {
            Ended::Card(code) => code,
            Ended::TwoPrograms => "two_programs",
            Ended::OtherBrowser => "other_browser",
            Ended::DigitsExhausted => "digits_exhausted",
            Ended::TokenExhausted => "token_exhausted",
            Ended::NumberTaken => "number_taken",
            Ended::Held => "held",
            Ended::StoppedCard => "stopped_card",
            Ended::Stopped => "stopped",
            Ended::ProgramStopped => "program_stopped",
            Ended::PersonWaits => "person_waits",
        }
    }

    /// This number waits at this place: somebody with a believed card guessed at digits. A card that is not believed makes
    /// nobody else wait, or a stranger could keep a number out with a card of his own making.
    pub fn holds_number(&self) -> bool {
        matches!(self, Ended::DigitsExhausted)
    }

    /// The next attempt of this browser waits.
    pub fn earns_wait(&self) -> bool {
        match self {
            Ended::Card(code) => FAILED.contains(&code.as_str()),
            Ended::DigitsExhausted | Ended::TokenExhausted => true,
            _ => false,
        }
    }

    /// The same browser may go on with another session: another card, another program.
    pub fn may_try_again(&self) -> bool {
        matches!(self, Ended::Card(_) | Ended::TwoPrograms | Ended::ProgramStopped)
    }
}
