//! People of the helpdesk at their console: they get in with a password and a key, look with a reason, protect at once, and open
//! something only two by two. Nobody here can log in, approve, see or set a code, or make a phone somebody's (docs/helpdesk.md).
//!
//! | What | File |
//! |---|---|
//! | let somebody in and out of the staff | [`invite`] |
//! | come in: password, then key | [`sign_in`] |
//! | look at one account, with a reason | [`look`] |
//! | block and hold | [`act`] |
//! | cases, and what takes two people | [`case`] |
//! | what everybody did | [`log`] |

pub mod act;
pub mod case;
pub mod invite;
pub mod log;
pub mod look;
mod password;
pub mod session;
pub mod sign_in;
mod tries;

use domain::helpdesk::{BadReason, Right};
use domain::refusal::Refusal;
use protocol::webauthn::Expect;
use store::StoreError;

pub use session::Staff;

use crate::{Failure, World};

/// Why something at the console did not go on.
#[derive(Debug)]
pub enum Denied {
    /// Name, password, code or key was wrong: one answer for all.
    Wrong,
    /// Too many attempts; not before `until`.
    Wait {
        until: i64,
    },
    /// No such session, or it is over.
    Outside,
    /// The role does not have this right.
    NotYours,
    /// Whoever proposed cannot decide.
    SamePerson,
    Reason(BadReason),
    Password,
    Name,
    NameTaken,
    /// No such case, proposal or person, or somebody was first.
    Stale,
    /// What was typed to search is no number or reference.
    Query,
    /// A rule of the accounts said no.
    Refused(Refusal),
    Failed(Failure),
}

impl From<Failure> for Denied {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Denied::Refused(refusal),
            other => Denied::Failed(other),
        }
    }
}

impl From<StoreError> for Denied {
    fn from(e: StoreError) -> Self {
        Denied::Failed(e.into())
    }
}

impl From<db::DbError> for Denied {
    fn from(e: db::DbError) -> Self {
        Denied::Failed(e.into())
    }
}

impl From<BadReason> for Denied {
    fn from(e: BadReason) -> Self {
        Denied::Reason(e)
    }
}

/// Every journey asks once more what the door asked already.
fn may(staff: &Staff, right: Right) -> Result<(), Denied> {
    if staff.role.may(right) { Ok(()) } else { Err(Denied::NotYours) }
}

/// The ceremony of a key at this console.
fn expect<'a>(world: &'a World, challenge: &'a [u8; 32]) -> Expect<'a> {
    let origin = world.settings.console.as_str();
    Expect { origin, rp_id: relying_party(origin), challenge }
}

/// The relying party of an origin: its host.
pub fn relying_party(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    host.rsplit_once(':').map_or(host, |(host, _)| host)
}
