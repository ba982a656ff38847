//! Exact bytes: everything that crosses a border is parsed and built here, and nowhere else.
//!
//! Pure: no network, no database, no clock (time is an argument). `docs/protocol.md` tells the same in prose.

pub mod altcha;
pub mod cap;
pub mod eid;
pub mod jose;
pub mod label;
pub mod oidc;
pub mod phone;
pub mod plain;
pub mod seal;
pub mod webauthn;
