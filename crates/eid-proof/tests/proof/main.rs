//! The judge, with virtual cards and public test data before it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod cards;
mod desk;
mod hostile;
mod revocation;
mod seeds;
mod token;
