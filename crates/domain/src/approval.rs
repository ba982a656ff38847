//! One request to a person: log in, later pay, confirm, sign. It waits three minutes for one answer and is used once.

use protocol::oidc::authorize::AuthorizationRequest;
use serde::{Deserialize, Serialize};

use crate::act::Act;

/// A request waits so long for its person (rule R21).
pub const WAIT_SECONDS: i64 = 180;
/// After approval the service may redeem what it got for so long, unless it is told otherwise.
pub const REDEEM_SECONDS: i64 = 180;
/// A code or link on a page waits so long for a phone.
pub const OFFER_SECONDS: i64 = 600;
/// The code on a page changes so often, and so many earlier ones still count: eight seconds in all.
pub const SCAN_STEP_SECONDS: i64 = 2;
pub const SCAN_STEPS_BACK: i64 = 3;
/// Unanswered requests for one number in [`FLOOD_SECONDS`], also those that were stopped after they had rung: so many from one
/// lane, so many on the phone from all strangers' lanes together; the rest die silently. A lane is a place, a browser, or a
/// partner that names the person.
const FLOOD_LANE: i64 = 3;
const FLOOD_ALL: i64 = 6;
pub const FLOOD_SECONDS: i64 = 900;

/// Where a request stands. Final states stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Approved {
        at: i64,
    },
    Rejected,
    /// "I did not ask for this."
    Fraud,
    /// Stopped by the browser, or by a wrong number.
    Cancelled,
    /// Its code was exchanged.
    Redeemed {
        at: i64,
    },
    /// Its code came twice: what was given for it is void (RFC 6749 §4.1.2).
    Revoked,
}

impl State {
    /// The word in the row.
    pub fn word(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Approved { .. } => "approved",
            State::Rejected => "rejected",
            State::Fraud => "fraud",
            State::Cancelled => "cancelled",
            State::Redeemed { .. } => "redeemed",
            State::Revoked => "revoked",
        }
    }

    /// When it was approved.
    pub fn decided_at(self) -> Option<i64> {
        match self {
            State::Approved { at } | State::Redeemed { at } => Some(at),
            _ => None,
        }
    }

    /// From the row; `None` for a row that fits no state.
    pub fn read(word: &str, decided_at: Option<i64>) -> Option<State> {
        Some(match (word, decided_at) {
            ("waiting", None) => State::Waiting,
            ("approved", Some(at)) => State::Approved { at },
            ("rejected", Some(_)) => State::Rejected,
            ("fraud", Some(_)) => State::Fraud,
            ("cancelled", Some(_)) => State::Cancelled,
            ("redeemed", Some(at)) => State::Redeemed { at },
            ("revoked", Some(_)) => State::Revoked,
            _ => return None,
        })
    }
}

/// What the browser's page may say about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Waiting,
    Approved,
    Refused,
    Stopped,
    /// Nobody answered in time.
    Expired,
    /// Approved, but the browser went on too late.
    Late,
    /// Its code was exchanged, and came once more: what was given for it is void.
    Spent,
}

/// What is asked of a person, sealed in its row.
///
/// Untagged, so that the rows written when a login was all there was are read as what they are; the members tell the two apart.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Asked {
    Login(Box<LoginRequest>),
    NewPhone(NewPhone),
    /// Something about the account itself.
    Act(Act),
}

/// The person's own account is being taken to a new phone: was it them?
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPhone {
    pub activation: String,
    /// What the new phone calls itself, and its network.
    pub device: String,
    pub place: String,
}

/// What a login asks.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    pub authorization: AuthorizationRequest,
    /// Names of the claims that will be shared.
    pub claims: Vec<String>,
    pub browser: String,
    pub place: String,
    /// What services may know of the phone that is asked; `None` when nobody is, and in rows of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialFacts>,
    /// Claims that the person left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// When the person approved, where that was not now: a browser's session answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The approval by the phone that such a session began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}

/// How fresh a phone is, and how it came to act: risk that a service may weigh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialFacts {
    /// When this phone was activated.
    pub since: i64,
    /// `bank`, `eid`, `old_phone`; empty for a first activation.
    pub recovered_by: String,
    pub limited: bool,
    /// The person said so before approving.
    pub ongoing_call: bool,
    /// Network address of the phone that approved, where the service may know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
}

/// How a request found its phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Somebody typed a number.
    Number,
    /// A phone scans what a page shows.
    Qr,
    /// The app was opened on the device that shows the page.
    Link,
    /// A partner named the person (CIBA), or it was already known whom it is for.
    Ciba,
    /// Nobody was asked: the browser's session answered for an approval of before.
    Silent,
}

impl Start {
    /// The word in the row.
    pub fn word(self) -> &'static str {
        match self {
            Start::Number => "number",
            Start::Qr => "qr",
            Start::Link => "link",
            Start::Ciba => "ciba",
            Start::Silent => "silent",
        }
    }

    /// From the row; `None` for a word that is none of these.
    pub fn read(word: &str) -> Option<Start> {
        [Start::Number, Start::Qr, Start::Link, Start::Ciba, Start::Silent].into_iter().find(|s| s.word() == word)
    }
}

/// A request as its row holds it.
#[derive(Clone)]
pub struct Approval {
    pub id: String,
    pub start: Start,
    /// How it was answered: `pin`, `bio`, empty while it was not.
    pub uv: String,
    /// `None` for a number nobody has: the row exists so that the browser cannot tell.
    pub device: Option<String>,
    pub account: Option<String>,
    pub partner: String,
    /// Two digits the browser shows and the person types.
    pub match_number: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub state: State,
}

impl Approval {
    pub fn progress(&self, now: i64) -> Progress {
        self.progress_within(now, REDEEM_SECONDS)
    }

    /// `redeem_seconds`: what is approved waits so long to be fetched.
    pub fn progress_within(&self, now: i64, redeem_seconds: i64) -> Progress {
        match self.state {
            State::Waiting if now >= self.expires_at => Progress::Expired,
            State::Waiting => Progress::Waiting,
            State::Approved { at } if now >= at + redeem_seconds => Progress::Late,
            State::Approved { .. } | State::Redeemed { .. } => Progress::Approved,
            State::Rejected | State::Fraud => Progress::Refused,
            State::Cancelled => Progress::Stopped,
            State::Revoked => Progress::Spent,
        }
    }

    /// May still be answered.
    pub fn open(&self, now: i64) -> bool {
        self.progress(now) == Progress::Waiting
    }
}

/// A request reaches its person while fewer than these stand before the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// In the request's own lane.
    pub in_lane: i64,
    /// In the lanes of strangers. A browser that this person approved before does not mind them.
    pub in_all: i64,
}

impl Room {
    /// For whoever knows a number.
    pub const STRANGER: Room = Room { in_lane: FLOOD_LANE, in_all: FLOOD_ALL };
    /// For a partner that names the person: strangers who know the number do not stand in its way, nor it in theirs.
    pub const PARTNER: Room = Room { in_lane: FLOOD_LANE, in_all: i64::MAX };
    /// For a partner whose code the person scanned a moment ago: the person waits for it.
    pub const AWAITED: Room = Room { in_lane: i64::MAX, in_all: i64::MAX };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn approval(state: State) -> Approval {
        Approval {
            id: "apr_x".into(),
            start: Start::Number,
            uv: String::new(),
            device: Some("dev_x".into()),
            account: Some("acc_x".into()),
            partner: "p".into(),
            match_number: "47".into(),
            created_at: 1000,
            expires_at: 1000 + WAIT_SECONDS,
            state,
        }
    }

    #[test]
    fn three_minutes_and_not_a_second_more() {
        assert_eq!(approval(State::Waiting).progress(1179), Progress::Waiting);
        assert_eq!(approval(State::Waiting).progress(1180), Progress::Expired);
        assert_eq!(approval(State::Approved { at: 1100 }).progress(1279), Progress::Approved);
        assert_eq!(approval(State::Approved { at: 1100 }).progress(1280), Progress::Late);
    }

    #[test]
    fn what_was_approved_is_never_called_stopped_or_unanswered() {
        assert_eq!(approval(State::Revoked).progress(1001), Progress::Spent);
        assert_eq!(approval(State::Cancelled).progress(1001), Progress::Stopped);
    }

    #[test]
    fn only_a_waiting_request_can_be_answered() {
        for state in [
            State::Rejected,
            State::Fraud,
            State::Cancelled,
            State::Revoked,
            State::Redeemed { at: 1 },
            State::Approved { at: 1 },
        ] {
            assert!(!approval(state).open(1001), "{state:?}");
        }
        assert!(approval(State::Waiting).open(1001));
    }

    #[test]
    fn every_state_comes_back_from_its_row_and_no_other_row_does() {
        let states = [
            State::Waiting,
            State::Approved { at: 7 },
            State::Rejected,
            State::Fraud,
            State::Cancelled,
            State::Redeemed { at: 7 },
            State::Revoked,
        ];
        for state in states {
            let at = (state != State::Waiting).then_some(7);
            assert_eq!(State::read(state.word(), at), Some(state));
        }
        assert_eq!(State::read("waiting", Some(7)), None);
        assert_eq!(State::read("approved", None), None);
        assert_eq!(State::read("lost", None), None);
    }
}
