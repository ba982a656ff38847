//! Every function of the shelf, on SQLite and on PostgreSQL: from which states it moves, who wins a race, what a row that
//! fits no state says, what a sweep leaves.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod account;
mod activation;
mod approval;
mod device;
mod enrolment;
mod history;
mod life;
mod outbox;
mod partner;
mod plan;
mod sample;
mod schema;
mod small;
mod sweep;
