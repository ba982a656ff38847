//! Proofs of the whole house: a town with one server in it, and the people who use it, as a test plays them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's tool: failing loudly is its work"
)]

pub mod town;
