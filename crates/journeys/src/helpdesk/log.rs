//! What everybody did: read by auditors, checked by the operator.

use domain::helpdesk::Right;
pub use store::staff_log::Line;
use store::staff_log::{self, Of};

use super::{Denied, Staff, may};
use crate::{Failure, World};

/// Lines on a page.
pub const PAGE: i64 = 50;
/// Lines checked in one transaction.
const BATCH: i64 = 1000;

/// Which lines an auditor wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    All,
    Staff(String),
    Action(String),
    Subject(String),
}

/// A page before line `before`, newest first.
///
/// # Errors
/// `NotYours`.
pub async fn page(world: &World, staff: &Staff, filter: Filter, before: Option<i64>) -> Result<Vec<Line>, Denied> {
    may(staff, Right::ReadLog)?;
    let read = world.db.read("staff.log", move |tx| {
        let of = match &filter {
            Filter::All => Of::All,
            Filter::Staff(name) => Of::Staff(name),
            Filter::Action(action) => Of::Action(action),
            Filter::Subject(subject) => Of::Subject(subject),
        };
        staff_log::page(tx, of, before.unwrap_or(i64::MAX), PAGE)
    });
    Ok(read.await?)
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Unbroken, up to this line and its digest.
    Whole { lines: i64, digest: String },
    /// The first line that is not as it was written, or is missing.
    Broken { line: i64 },
}

/// Follows the log from its first line: each holds the digest of the one before.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(world: &World) -> Result<Checked, Failure> {
    let (mut seq, mut digest) = (0, String::new());
    loop {
        let from = seq;
        let lines = world.db.read("staff.verify", move |tx| staff_log::after(tx, from, BATCH)).await?;
        if lines.is_empty() {
            break;
        }
        for line in lines {
            if line.seq != seq + 1 || line.previous != digest || line.digest != line.digest() {
                return Ok(Checked::Broken { line: seq + 1 });
            }
            (seq, digest) = (line.seq, line.digest);
        }
    }
    // Lines cut off at the end are missed by whoever looks only at lines.
    let end = world.db.read("staff.log_end", staff_log::end).await?;
    if end != (seq, digest.clone()) {
        return Ok(Checked::Broken { line: seq + 1 });
    }
    Ok(Checked::Whole { lines: seq, digest })
}

/// The digest of one line, to compare with one noted elsewhere.
///
/// # Errors
/// When the database cannot be read.
pub async fn digest_of(world: &World, seq: i64) -> Result<Option<String>, Failure> {
    let lines = world.db.read("staff.log_line", move |tx| staff_log::after(tx, seq - 1, 1)).await?;
    Ok(lines.into_iter().next().filter(|line| line.seq == seq).map(|line| line.digest))
}
