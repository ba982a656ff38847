//! What one person of the helpdesk may do alone: what only protects.

use domain::helpdesk::{CASE_KEPT_SECONDS, CASE_SECONDS, Reason, Right};
use protocol::eid::typed_code;
use store::case::Begin;
use store::{case, staff_log};

use super::case::RELEASE;
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

/// Holds the account of this look: only two people together let it go. A case with the day's clock opens by itself: the helpdesk
/// comes back to the person, who need not ask.
///
/// # Errors
/// As [`block`].
pub async fn hold(world: &World, staff: &Staff, look: &str, reason: &str) -> Result<(), Denied> {
    may(staff, Right::Hold)?;
    let reason = Reason::read(reason)?;
    let (account, _) = look::granted(world, staff, look)?;
    let (now, name, reference) = (world.now(), staff.name.clone(), typed_code(world.entropy()));
    let (subject, reason) = (account.clone(), reason.text().to_owned());
    let written = world.db.run("staff.hold", move |tx| {
        if case::waiting_for(tx, &subject, RELEASE)?.is_none() {
            let (due_at, expires_at) = (now + CASE_SECONDS, now + CASE_KEPT_SECONDS);
            case::insert(tx, Begin { reference: &reference, kind: RELEASE, call_back: "no", due_at, expires_at })?;
            case::about(tx, &reference, &subject)?;
        }
        let entry = staff_log::Entry { at: now, staff: &name, action: "hold", subject: &subject, reason: &reason };
        staff_log::append(tx, entry)
    });
    written.await?;
    Ok(block::hold(world, &account, &staff.name).await?)
}
