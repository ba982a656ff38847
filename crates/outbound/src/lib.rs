//! Calls to other people's machines: one client, one set of time-outs, nothing inside a database transaction.

pub mod bank;
pub mod client;
pub mod gateway;
pub mod partner;
pub mod revocation;
