//! Letting people into the staff and out of it: a code on paper or by voice, used once, that sets a password and a key.

use domain::helpdesk::{Right, Role, name_holds, password_holds};
use protocol::eid::{read_code, typed_code};
use protocol::jose::{b64u, unb64u};
use protocol::webauthn;
pub use store::staff::Member;
use store::staff::{self, Key};
use store::{StoreError, staff_log};

use super::session::{self, Body, INVITED};
use super::sign_in::AskKey;
use super::{Denied, Staff, expect, may, password, tries};
use crate::World;

/// An invitation is good for so long.
pub const INVITATION_SECONDS: i64 = 72 * 3600;
/// Who did it, when it was done from the command line.
const OPERATOR: &str = "operator";

/// What the browser brought from a new key; every field base64url.
#[derive(Clone, Default)]
pub struct Registration {
    pub client_data: String,
    pub authenticator_data: String,
    /// What `getPublicKey()` gave.
    pub spki: String,
}

/// Who does it: somebody inside with the right, or the operator at the machine itself.
#[derive(Clone, Copy)]
pub enum By<'a> {
    Operator,
    Staff(&'a Staff),
}

impl By<'_> {
    fn name(self) -> Result<String, Denied> {
        match self {
            By::Operator => Ok(OPERATOR.to_owned()),
            By::Staff(staff) => may(staff, Right::Staff).map(|()| staff.name.clone()),
        }
    }
}

/// Sixteen signs in fours; told once, to be handed over in person.
fn code(world: &World) -> String {
    let signs = typed_code(world.entropy()) + &typed_code(world.entropy());
    let fours: Vec<&str> = (0..4).filter_map(|at| signs.get(4 * at..4 * at + 4)).collect();
    fours.join("-")
}

fn code_mac(world: &World, name: &str, typed: &str) -> Option<String> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let (first, second) = typed.split_at_checked(8)?;
    let signs = read_code(first)? + &read_code(second)?;
    Some(world.keys.code_mac("zelf/staff-invitation/v1", name, &signs))
}

fn log(
    tx: &mut db::Tx<'_>,
    at: i64,
    staff: &str,
    action: &'static str,
    subject: &str,
    reason: &str,
) -> Result<(), StoreError> {
    staff_log::append(tx, staff_log::Entry { at, staff, action, subject, reason }).map(drop)
}

/// A new person: gives the code of the invitation.
///
/// # Errors
/// `NotYours`, `Name`, `NameTaken`.
pub async fn add(world: &World, by: By<'_>, name: &str, role: Role) -> Result<String, Denied> {
    let by = by.name()?;
    // The operator's lines must stay the operator's.
    if !name_holds(name) || name == OPERATOR {
        return Err(Denied::Name);
    }
    let code = code(world);
    let mac = code_mac(world, name, &code).ok_or(Denied::Name)?;
    let (now, name) = (world.now(), name.to_owned());
    let added = world.db.run("staff.add", move |tx| {
        let added = staff::insert(tx, &name, role, &mac, now + INVITATION_SECONDS, now)?;
        if added {
            log(tx, now, &by, "staff_added", &name, role.word())?;
        }
        Ok::<_, StoreError>(added)
    });
    if added.await? { Ok(code) } else { Err(Denied::NameTaken) }
}

/// A fresh invitation for somebody who lost password or key: both are worth nothing from here on.
///
/// # Errors
/// `NotYours`, `Stale` for an unknown name.
pub async fn again(world: &World, by: By<'_>, name: &str) -> Result<String, Denied> {
    let by = by.name()?;
    let code = code(world);
    let mac = code_mac(world, name, &code).ok_or(Denied::Stale)?;
    let (now, name) = (world.now(), name.to_owned());
    let invited = world.db.run("staff.invite", move |tx| {
        let invited = staff::invite(tx, &name, &mac, now + INVITATION_SECONDS)?;
        if invited {
            log(tx, now, &by, "staff_invited", &name, "")?;
        }
        Ok::<_, StoreError>(invited)
    });
    if invited.await? { Ok(code) } else { Err(Denied::Stale) }
}

/// Out, at once: sessions end with the row.
///
/// # Errors
/// `NotYours`, also for oneself; `Stale` for an unknown name.
pub async fn remove(world: &World, by: By<'_>, name: &str) -> Result<(), Denied> {
    let by = by.name()?;
    if by == name {
        return Err(Denied::NotYours);
    }
    let (now, name) = (world.now(), name.to_owned());
    let removed = world.db.run("staff.remove", move |tx| {
        let removed = staff::remove(tx, &name)?;
        if removed {
            log(tx, now, &by, "staff_removed", &name, "")?;
        }
        Ok::<_, StoreError>(removed)
    });
    if removed.await? { Ok(()) } else { Err(Denied::Stale) }
}

/// Everybody, by name.
///
/// # Errors
/// `NotYours`.
pub async fn list(world: &World, by: By<'_>) -> Result<Vec<Member>, Denied> {
    by.name()?;
    Ok(world.db.read("staff.list", staff::all).await?)
}

/// The code and a password of one's own: the cookie of a session that waits for the key. The code is not used up yet.
///
/// # Errors
/// `Wait`, `Password`, `Wrong`.
pub async fn accept(world: &World, network: &str, name: &str, typed: &str, new: &str) -> Result<String, Denied> {
    let name = name.trim().to_lowercase();
    if !password_holds(new, &name) {
        return Err(Denied::Password);
    }
    tries::count(world, &name, network).await?;
    let mac = code_mac(world, &name, typed).ok_or(Denied::Wrong)?;
    let looked_for = name.clone();
    let now = world.now();
    let member = world.db.read("staff.find", move |tx| staff::find(tx, &looked_for)).await?;
    let invited = member.filter(|m| m.invited_until > now).and_then(|m| m.invitation).unwrap_or_default();
    if !crate::keys::PlatformKeys::same(&invited, &mac) {
        return Err(Denied::Wrong);
    }
    let body =
        Body { challenge: b64u(world.entropy::<32>()), invitation: mac, password: password::hash(world, new).await? };
    let (cookie, mac) = session::fresh(world);
    let (span, sealer) = (session::step(world), world.sealer.clone());
    world.db.run("staff.accept", move |tx| staff::open(tx, &sealer, &mac, &name, INVITED, &body, span)).await?;
    Ok(cookie)
}

/// What the new key must sign.
///
/// # Errors
/// `Outside`.
pub async fn ask_key(world: &World, cookie: &str) -> Result<AskKey, Denied> {
    let (_, session) = session::doorstep(world, cookie, INVITED).await?;
    Ok(AskKey { challenge: session.body.challenge, keys: Vec::new(), staff: session.staff })
}

/// The key is registered and the code used up, in one transaction: the cookie of a session that is inside.
///
/// # Errors
/// `Outside`, `Wrong`.
pub async fn register(world: &World, cookie: &str, new: &Registration) -> Result<String, Denied> {
    let (mac, session) = session::doorstep(world, cookie, INVITED).await?;
    let key = read_key(world, &session.body, new)?;
    let (new_cookie, new_mac) = session::fresh(world);
    let (now, sealer, forgiven) = (world.now(), world.sealer.clone(), tries::of_name(world, &session.staff));
    let settled = world.db.run("staff.register", move |tx| {
        let (name, body) = (&session.staff, &session.body);
        let settled = staff::close(tx, &mac)? && staff::settle_in(tx, name, &body.invitation, &body.password, now)?;
        if !settled || !staff::add_key(tx, name, &key, now)? {
            return Err(Denied::Wrong);
        }
        staff::forgive(tx, &forgiven)?;
        session::open(tx, &sealer, &new_mac, name, now)?;
        log(tx, now, name, "joined", "", "")?;
        Ok(())
    });
    settled.await?;
    Ok(new_cookie)
}

fn read_key(world: &World, body: &Body, new: &Registration) -> Result<Key, Denied> {
    let read = |text: &str| unb64u(text).map_err(|_| Denied::Wrong);
    let challenge = body.challenge()?;
    let (client_data, data) = (read(&new.client_data)?, read(&new.authenticator_data)?);
    let made = webauthn::register(expect(world, &challenge), &client_data, &data, &read(&new.spki)?);
    let made = made.map_err(|why| {
        tracing::info!(%why, "a new key of the staff was refused");
        Denied::Wrong
    })?;
    Ok(Key { id: b64u(&made.id), point: made.point.to_vec(), sign_count: i64::from(made.sign_count) })
}
