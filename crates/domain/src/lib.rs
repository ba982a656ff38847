//! The law of the product: types and decisions, nothing else. No HTTP, no SQL, no clock, no randomness; times are unix
//! seconds that arrive as arguments. A state owns its data and a transition consumes it.

pub mod account;
pub mod act;
pub mod activation;
pub mod approval;
pub mod contact;
pub mod date;
pub mod enrolment;
pub mod helpdesk;
pub mod identity;
pub mod life;
pub mod number;
pub mod number_change;
pub mod refusal;

/// Prefixes of ids (docs/protocol.md §1).
pub mod id {
    pub const ACCOUNT: &str = "acc";
    pub const ACTIVATION: &str = "act";
    pub const APPROVAL: &str = "apr";
    pub const ENROLMENT: &str = "enr";
}
