//! Rows: plain functions on an open transaction, one file per noun. Conditional updates here *are* the race decisions.
//! Files share [`seal`], the errors below and how a phone's columns are read.

pub mod account;
pub mod activation;
pub mod approval;
pub mod audit;
pub mod card_data;
pub mod case;
pub mod closing;
pub mod consent;
pub mod contact;
pub mod device;
pub mod discovery;
pub mod enrolment;
pub mod fill;
pub mod grant;
pub mod history;
pub mod mute;
pub mod number_change;
pub mod number_claim;
pub mod outbox;
pub mod partner;
pub mod partner_call;
pub mod pushed;
pub mod refresh;
pub mod seal;
pub mod session;
pub mod staff;
pub mod staff_log;
pub mod stop;
pub mod summon;
pub mod told;
pub mod used_token;
pub mod waiting_time;

use db::{DbError, Migration};

pub use seal::Sealer;

/// The platform's tables.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_first", sql: include_str!("../../../migrations/platform_0001_first.sql") },
    Migration { name: "0002_eid", sql: include_str!("../../../migrations/platform_0002_eid.sql") },
    Migration { name: "0003_life", sql: include_str!("../../../migrations/platform_0003_life.sql") },
    Migration { name: "0004_helpdesk", sql: include_str!("../../../migrations/platform_0004_helpdesk.sql") },
    Migration { name: "0005_partners", sql: include_str!("../../../migrations/platform_0005_partners.sql") },
    Migration { name: "0006_sessions", sql: include_str!("../../../migrations/platform_0006_sessions.sql") },
    Migration { name: "0007_registration", sql: include_str!("../../../migrations/platform_0007_registration.sql") },
];

/// What can go wrong with rows.
#[derive(Debug)]
pub enum StoreError {
    Database(DbError),
    /// A row that fits no state.
    Inconsistent {
        table: &'static str,
        column: &'static str,
        row: String,
    },
}

impl From<DbError> for StoreError {
    fn from(e: DbError) -> Self {
        StoreError::Database(e)
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StoreError::Database(e) => e.fmt(f),
            StoreError::Inconsistent { table, column, row } => write!(f, "{table}.{column} of {row} fits no state"),
        }
    }
}

impl std::error::Error for StoreError {}
