//! Cases: what people wrote, with a clock; and what takes two people, each with a name and a reason.

use domain::contact::Contact;
use domain::helpdesk::{CASE_KEPT_SECONDS, CASE_SECONDS, Clock, NotYou, Reason, Right, may_decide};
use domain::number::MobileNumber;
use protocol::eid::typed_code;
use serde::{Deserialize, Serialize};
pub use store::case::Case;
use store::{StoreError, account, case, contact, staff_log};

use super::{Denied, Staff, act, look, may};
use crate::{World, block, change_number};

/// Cases on a page.
pub const PAGE: i64 = 50;
/// Kind of a case that begins with a held account.
pub const RELEASE: &str = "release";

/// A case opened again within this is the same look.
const LATELY_SECONDS: i64 = 600;

/// What one person proposes and another decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum Proposal {
    ChangeNumber { number: MobileNumber, reason: String },
    Release { reason: String },
}

impl Proposal {
    /// The word in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Proposal::ChangeNumber { .. } => "change_number",
            Proposal::Release { .. } => "release",
        }
    }

    pub fn reason(&self) -> &str {
        match self {
            Proposal::ChangeNumber { reason, .. } | Proposal::Release { reason } => reason,
        }
    }
}

/// The clock of a case.
pub fn clock(case: &Case) -> Clock {
    Clock { target: case.due_at, settled: case.settled_at }
}

/// A case opened.
pub struct Opened {
    pub case: Case,
    pub contact: Option<Contact>,
    pub proposal: Option<Proposal>,
    /// Whom it is about: first name with initial, and masked number.
    pub person: Option<(String, String)>,
}

/// Cases that are not settled, the one due first in front.
///
/// # Errors
/// `NotYours`.
pub async fn list(world: &World, staff: &Staff, after: Option<(i64, String)>) -> Result<Vec<Case>, Denied> {
    may(staff, Right::Cases)?;
    let (at, reference) = after.unwrap_or((i64::MIN, String::new()));
    Ok(world.db.read("staff.cases", move |tx| case::open(tx, (at, &reference), PAGE)).await?)
}

/// One case, with what the person wrote. A look at the account it is about, where that is known: the citizen reads of it.
///
/// # Errors
/// `NotYours`, `Stale`.
pub async fn open(world: &World, staff: &Staff, reference: &str) -> Result<Opened, Denied> {
    may(staff, Right::Cases)?;
    let (now, name, line) = (world.now(), staff.name.clone(), world.id("aud"));
    let (sealer, reference) = (world.sealer.clone(), reference.to_owned());
    let opened = world.db.run("staff.case", move |tx| {
        let case = case::find(tx, &reference)?.ok_or(Denied::Stale)?;
        let row = case.account.as_deref().map(|id| account::find(tx, &sealer, id)).transpose()?.flatten();
        if !opened_lately(tx, &reference, &name, now)? {
            let (action, reason) = ("case_opened", case.kind.as_str());
            staff_log::append(tx, staff_log::Entry { at: now, staff: &name, action, subject: &reference, reason })?;
            if let Some(row) = &row {
                look::tell(tx, &line, now, &row.id, &name, &reference)?;
            }
        }
        Ok::<_, Denied>(Opened {
            contact: contact::find(tx, &sealer, &reference)?,
            proposal: case::proposal(tx, &sealer, &reference)?,
            person: row.map(|row| (look::short_name(&row.profile), row.profile.number.masked())),
            case,
        })
    });
    opened.await
}

/// This person opened it within the last minutes: a page that is shown again is no second look.
fn opened_lately(tx: &mut db::Tx<'_>, reference: &str, name: &str, now: i64) -> Result<bool, StoreError> {
    let lines = staff_log::page(tx, staff_log::Of::Subject(reference), i64::MAX, 20)?;
    Ok(lines.iter().any(|line| line.action == "case_opened" && line.staff == name && now - line.at < LATELY_SECONDS))
}

/// Proposes another number for the account of this look, in a case that is open. Gives its reference.
///
/// # Errors
/// `NotYours`, `Reason`, `Query` for no mobile number, `Stale`.
pub async fn propose_number(
    world: &World,
    staff: &Staff,
    look: &str,
    reference: &str,
    number: &str,
    reason: &str,
) -> Result<String, Denied> {
    let reason = Reason::read(reason)?;
    let number = MobileNumber::read("BE", number, &world.settings.countries).map_err(|_| Denied::Query)?;
    let reference = protocol::eid::read_code(reference).ok_or(Denied::Stale)?;
    let proposal = Proposal::ChangeNumber { number, reason: reason.text().to_owned() };
    propose(world, staff, look, reference, proposal, false).await
}

/// Proposes to release the held account of this look; the case begins here. Gives its reference.
///
/// # Errors
/// `NotYours`, `Reason`, `Stale`.
pub async fn propose_release(world: &World, staff: &Staff, look: &str, reason: &str) -> Result<String, Denied> {
    let proposal = Proposal::Release { reason: Reason::read(reason)?.text().to_owned() };
    propose(world, staff, look, typed_code(world.entropy()), proposal, true).await
}

async fn propose(
    world: &World,
    staff: &Staff,
    look: &str,
    reference: String,
    proposal: Proposal,
    begins: bool,
) -> Result<String, Denied> {
    may(staff, Right::Propose)?;
    let (account, _) = look::granted(world, staff, look)?;
    let (now, name, sealer) = (world.now(), staff.name.clone(), world.sealer.clone());
    let action = match proposal {
        Proposal::ChangeNumber { .. } => "propose_number",
        Proposal::Release { .. } => "propose_release",
    };
    let proposed = world.db.run("staff.propose", move |tx| {
        // A hold has opened its case already.
        let waiting = if begins { case::waiting_for(tx, &account, RELEASE)? } else { None };
        let (reference, begins) = (waiting.clone().unwrap_or(reference.clone()), begins && waiting.is_none());
        let begin = case::Begin {
            reference: &reference,
            kind: RELEASE,
            call_back: "no",
            due_at: now + CASE_SECONDS,
            expires_at: now + CASE_KEPT_SECONDS,
        };
        if begins && !case::insert(tx, begin)? {
            return Err(Denied::Stale);
        }
        if !case::propose(tx, &sealer, &reference, &account, &name, &proposal)? {
            return Err(Denied::Stale);
        }
        for (subject, reason) in [(&account, proposal.reason()), (&reference, account.as_str())] {
            staff_log::append(tx, staff_log::Entry { at: now, staff: &name, action, subject, reason })?;
        }
        Ok(reference)
    });
    proposed.await
}

/// The second person says yes: it is done.
///
/// # Errors
/// `NotYours`, `SamePerson`, `Reason`, `Stale`, `Refused`: then the case is open again.
pub async fn decide(world: &World, staff: &Staff, reference: &str, reason: &str) -> Result<(), Denied> {
    let reason = Reason::read(reason)?;
    let (account, proposal) = take(world, staff, reference, reason.text()).await?;
    let done = match &proposal {
        Proposal::ChangeNumber { number, .. } => {
            change_number::by_helpdesk(world, &account, number.clone(), reference).await
        }
        Proposal::Release { .. } => block::release(world, &account, &staff.name, reference).await,
    };
    let key = reference.to_owned();
    if let Err(failure) = done {
        world.db.run("staff.undecided", move |tx| case::reopen(tx, &key)).await?;
        act::note(world, staff, "not_done", reference, proposal.word()).await?;
        return Err(failure.into());
    }
    Ok(())
}

/// Takes a proposal in hand, before it is done.
async fn take(world: &World, staff: &Staff, reference: &str, reason: &str) -> Result<(String, Proposal), Denied> {
    let (now, staff, sealer) = (world.now(), staff.clone(), world.sealer.clone());
    let (reference, reason) = (reference.to_owned(), reason.to_owned());
    let taken = world.db.run("staff.decide", move |tx| {
        let case = case::find(tx, &reference)?.ok_or(Denied::Stale)?;
        let (Some(first), Some(account)) = (&case.proposed_by, case.account) else { return Err(Denied::Stale) };
        may_decide(first, &staff.name, staff.role).map_err(|no| match no {
            NotYou::Same => Denied::SamePerson,
            NotYou::NotALead => Denied::NotYours,
        })?;
        let proposal: Proposal = case::proposal(tx, &sealer, &reference)?.ok_or(Denied::Stale)?;
        if !case::decide(tx, &reference, &staff.name)? {
            return Err(Denied::Stale);
        }
        for subject in [&account, &reference] {
            let entry =
                staff_log::Entry { at: now, staff: &staff.name, action: proposal.word(), subject, reason: &reason };
            staff_log::append(tx, entry)?;
        }
        Ok((account, proposal))
    });
    taken.await
}

/// The proposal is off: by a second person, or by whoever made it.
///
/// # Errors
/// `NotYours`, `Reason`, `Stale`.
pub async fn refuse(world: &World, staff: &Staff, reference: &str, reason: &str) -> Result<(), Denied> {
    may(staff, Right::Cases)?;
    let reason = Reason::read(reason)?.text().to_owned();
    let (now, staff, reference) = (world.now(), staff.clone(), reference.to_owned());
    let refused = world.db.run("staff.refuse", move |tx| {
        let case = case::find(tx, &reference)?.ok_or(Denied::Stale)?;
        if case.proposed_by.as_ref() != Some(&staff.name) && !staff.role.may(Right::Decide) {
            return Err(Denied::NotYours);
        }
        if !case::withdraw(tx, &reference)? {
            return Err(Denied::Stale);
        }
        let entry =
            staff_log::Entry { at: now, staff: &staff.name, action: "refuse", subject: &reference, reason: &reason };
        staff_log::append(tx, entry)?;
        Ok(())
    });
    refused.await
}

/// Settled by talking: nothing changes on any account.
///
/// # Errors
/// `NotYours`, `Reason`, `Stale`.
pub async fn close(world: &World, staff: &Staff, reference: &str, reason: &str) -> Result<(), Denied> {
    may(staff, Right::Cases)?;
    let reason = Reason::read(reason)?.text().to_owned();
    let (now, name, reference) = (world.now(), staff.name.clone(), reference.to_owned());
    let closed = world.db.run("staff.close", move |tx| {
        if !case::close(tx, &reference, &name, now)? {
            return Ok(false);
        }
        let entry = staff_log::Entry { at: now, staff: &name, action: "close", subject: &reference, reason: &reason };
        staff_log::append(tx, entry)?;
        Ok::<_, StoreError>(true)
    });
    if closed.await? { Ok(()) } else { Err(Denied::Stale) }
}
