//! Doors: HTTP in, pages and JSON out. A handler reads, calls one journey, answers; the rules are elsewhere.

pub mod console;
pub mod eid;
pub mod limits;
pub mod oidc;
pub mod ops;
pub mod phone;
mod place;
mod problem;
pub mod routes;
mod security;
pub mod site;
mod state;
mod timing;
pub mod tls;

pub use routes::{Entry, Guard};
pub use state::{AppFiles, DoorParts, DoorSettings, Doors};
