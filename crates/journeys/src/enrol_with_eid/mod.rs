//! The identity card proves who a person is: number and terms in a browser, the card at the card program, a token back in that
//! same browser, and the token typed on the phone (docs/eid.md). Or the card is read to block: then the account of the person it
//! proves stops as soon as the browser that began comes back.
//!
//! | Part | File |
//! |---|---|
//! | the browser's pages | [`browser`] |
//! | the card program's calls | [`program`] |
//! | what a card must prove | [`judge`] |
//! | the phone with its token | [`phone`] |

mod browser;
mod judge;
mod phone;
mod program;
mod rows;

pub use browser::{
    Begin, Begun, Digits, Finished, Puzzle, Seen, Token, activates, again, begin, check, digits, finish, new_token,
    seen, stop, use_once, wait_for_news, web_eid, web_eid_nonce,
};
pub use domain::enrolment::Purpose;
pub use judge::CardRules;
pub(crate) use phone::{Code, code_for, try_token};
pub use phone::{start, token};
pub use program::{claim, progress, proof, state};
pub(crate) use rows::{active, is_stopped, phone_stopped};

use domain::refusal::Refusal;

use crate::Failure;

/// What a card program or the Web eID script is told (docs/eid.md §6).
#[derive(Debug)]
pub enum EidProblem {
    Code { code: String, status: u16, until: Option<i64> },
    Failure(Failure),
}

impl EidProblem {
    fn new(code: &str, status: u16) -> EidProblem {
        EidProblem::Code { code: code.to_owned(), status, until: None }
    }
}

impl From<Failure> for EidProblem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(Refusal::Expired | Refusal::WrongStep) => EidProblem::new("session_expired", 410),
            Failure::Refused(Refusal::Wait { until, .. }) => {
                EidProblem::Code { code: "person_waits".into(), status: 422, until: Some(until) }
            }
            Failure::Malformed => EidProblem::new("malformed", 400),
            Failure::Gone => EidProblem::new("session_unknown", 404),
            other => EidProblem::Failure(other),
        }
    }
}
