//! What a card must prove to be believed.

use domain::enrolment::{Ended, Enrolment, Proof};
use protocol::eid::{ProofBody, WebEidToken};

use super::EidProblem;
use crate::{Failure, World};

/// What an operator decides about cards.
#[derive(Clone, Default)]
pub struct CardRules {}

/// What the proof must answer to.
pub(super) struct Expected {
    pub nonce: String,
    pub challenge: Vec<u8>,
    pub now: i64,
}

/// Why a card was not believed.
pub(super) enum Verdict {
    Refused(String),
    /// This person's last attempt failed too recently.
    Waits(i64),
    /// The certificates could not be asked about: nobody is believed without.
    Unreachable(String),
    Failed(Failure),
}

impl From<Failure> for Verdict {
    fn from(failure: Failure) -> Self {
        Verdict::Failed(failure)
    }
}

impl Verdict {
    /// What becomes of the enrolment, and what is told.
    pub(super) fn settle(self, e: Enrolment, now: i64) -> Result<(Enrolment, Option<EidProblem>), EidProblem> {
        Ok(match self {
            Verdict::Refused(code) => {
                let problem = EidProblem::new(&code, 422);
                (e.end(Ended::Card(code), now), Some(problem))
            }
            Verdict::Waits(until) => {
                let problem = EidProblem::Code { code: "person_waits".into(), status: 422, until: Some(until) };
                (e.end_waiting(until), Some(problem))
            }
            Verdict::Unreachable(why) => {
                tracing::warn!(why, "certificates could not be asked about");
                let code = "revocation_unreachable";
                let next = e.again(Some(Ended::Card(code.into())), now).map_err(Failure::from)?;
                (next, Some(EidProblem::new(code, 503)))
            }
            Verdict::Failed(failure) => return Err(failure.into()),
        })
    }
}

pub(super) async fn card(_world: &World, _body: &ProofBody, expected: Expected) -> Result<Proof, Verdict> {
    let _ = (expected.nonce, expected.challenge, expected.now);
    Err(Verdict::Refused("certificate_chain".into()))
}

pub(super) async fn token(_world: &World, _token: &WebEidToken, _nonce: &str, _now: i64) -> Result<Proof, Verdict> {
    Err(Verdict::Unreachable(String::new()))
}
