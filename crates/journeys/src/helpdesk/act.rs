//! What one person of the helpdesk may do alone: what only protects.

use domain::helpdesk::{Reason, Right};
use store::staff_log;

use super::{Denied, Staff, look, may};
use crate::{World, block};

/// Written down before it is done, so that nothing is done that is not written down.
pub(super) async fn note(
    world: &World,
    staff: &Staff,
    action: &'static str,
    subject: &str,
    reason: &str,
) -> Result<(), Denied> {
    let (now, name) = (world.now(), staff.name.clone());
    let (subject, reason) = (subject.to_owned(), reason.to_owned());
    let written = world.db.run("staff.note", move |tx| {
        staff_log::append(tx, staff_log::Entry { at: now, staff: &name, action, subject: &subject, reason: &reason })
    });
    written.await?;
    Ok(())
}

/// Blocks the account of this look at once.
///
/// # Errors
/// `NotYours`, `Reason`, `Stale`, `Refused`.
pub async fn block(world: &World, staff: &Staff, look: &str, reason: &str) -> Result<(), Denied> {
    may(staff, Right::Block)?;
    let reason = Reason::read(reason)?;
    let (account, _) = look::granted(world, staff, look)?;
    note(world, staff, "block", &account, reason.text()).await?;
    Ok(block::by_helpdesk(world, &account, &staff.name).await?)
}

/// Holds the account of this look: only two people together let it go.
///
/// # Errors
/// As [`block`].
pub async fn hold(world: &World, staff: &Staff, look: &str, reason: &str) -> Result<(), Denied> {
    may(staff, Right::Hold)?;
    let reason = Reason::read(reason)?;
    let (account, _) = look::granted(world, staff, look)?;
    note(world, staff, "hold", &account, reason.text()).await?;
    Ok(block::hold(world, &account, &staff.name).await?)
}
