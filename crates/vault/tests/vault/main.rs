//! The vault as its own phone, a thief, a stranger and a crash meet it: on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod attest;
mod authenticator;
mod change;
mod crash;
mod finger;
mod hostile;
mod lock;
mod phone;
mod race;
mod secrets;
mod socket;
mod story;
mod world;
