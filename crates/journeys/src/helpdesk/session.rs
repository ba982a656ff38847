//! Where somebody of the staff sits: half an hour without a word, eight hours at most.

use domain::helpdesk::Role;
use protocol::jose::{b64u, unb64u};
use serde::{Deserialize, Serialize};
use store::staff::{self, Span};
use store::{Sealer, StoreError};

use super::Denied;
use crate::World;
use crate::keys::PlatformKeys;

const IDLE_SECONDS: i64 = 1800;
const LONGEST_SECONDS: i64 = 8 * 3600;
/// Between password and key.
const STEP_SECONDS: i64 = 600;
/// A session is written down as seen no more often than this.
const SEEN_SECONDS: i64 = 60;

/// The steps of a session.
pub(super) const INVITED: &str = "invited";
pub(super) const PASSWORD: &str = "password";
pub(super) const INSIDE: &str = "inside";

/// Somebody inside.
#[derive(Clone, Debug)]
pub struct Staff {
    pub name: String,
    pub role: Role,
    /// Goes with every form.
    pub csrf: String,
}

/// What a session's sealed column holds.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    /// What the key must sign, base64url.
    pub(super) challenge: String,
    /// Of an invitation that is being used: MAC of the code, and the hash of the new password.
    pub(super) invitation: String,
    pub(super) password: String,
}

impl Body {
    pub(super) fn challenge(&self) -> Result<[u8; 32], Denied> {
        unb64u(&self.challenge).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(Denied::Outside)
    }
}

pub(super) fn mac(world: &World, cookie: &str) -> String {
    world.keys.code_mac("zelf/staff-session/v1", "", cookie)
}

/// A fresh session that is not open yet: what the browser keeps, and what the row is called.
pub(super) fn fresh(world: &World) -> (String, String) {
    let cookie = b64u(world.entropy::<32>());
    let mac = mac(world, &cookie);
    (cookie, mac)
}

pub(super) fn step(world: &World) -> Span {
    let now = world.now();
    Span { now, ends_at: now + STEP_SECONDS, expires_at: now + STEP_SECONDS }
}

pub(super) fn inside(now: i64) -> Span {
    Span { now, ends_at: now + LONGEST_SECONDS, expires_at: now + IDLE_SECONDS }
}

/// Opens a session that is inside.
pub(super) fn open(tx: &mut db::Tx<'_>, sealer: &Sealer, mac: &str, name: &str, now: i64) -> Result<(), StoreError> {
    staff::open(tx, sealer, mac, name, INSIDE, &Body::default(), inside(now))
}

/// The value that goes with every form of this session.
fn csrf(world: &World, cookie: &str) -> String {
    b64u(world.keys.derived("zelf/staff-form/v1", &[cookie.as_bytes()]))
}

/// Does this form belong to this session?
pub fn form_holds(staff: &Staff, sent: &str) -> bool {
    PlatformKeys::same(&staff.csrf, sent)
}

/// Who holds this cookie; `None` for nobody, and for whoever is still on the doorstep.
///
/// # Errors
/// When the database cannot say.
pub async fn who(world: &World, cookie: &str) -> Result<Option<Staff>, Denied> {
    if cookie.len() != 43 {
        return Ok(None);
    }
    let (mac, now, sealer) = (mac(world, cookie), world.now(), world.sealer.clone());
    let key = mac.clone();
    let found = world.db.read("staff.who", move |tx| {
        let Some(session) = staff::session::<Body>(tx, &sealer, &key, now)? else { return Ok(None) };
        let member = staff::find(tx, &session.staff)?;
        Ok::<_, StoreError>(member.map(|member| (session, member)))
    });
    let Some((session, member)) = found.await?.filter(|(session, _)| session.stage == INSIDE) else {
        return Ok(None);
    };
    if now - session.seen_at >= SEEN_SECONDS {
        let until = (now + IDLE_SECONDS).min(session.ends_at);
        world.db.run("staff.seen", move |tx| staff::seen(tx, &mac, now, until)).await?;
    }
    Ok(Some(Staff { name: member.name, role: member.role, csrf: csrf(world, cookie) }))
}

/// The session on the doorstep behind this cookie, at this step.
pub(super) async fn doorstep(
    world: &World,
    cookie: &str,
    stage: &'static str,
) -> Result<(String, staff::Session<Body>), Denied> {
    let (mac, now, sealer) = (mac(world, cookie), world.now(), world.sealer.clone());
    let key = mac.clone();
    let found = world.db.read("staff.doorstep", move |tx| staff::session::<Body>(tx, &sealer, &key, now)).await?;
    let session = found.filter(|session| session.stage == stage).ok_or(Denied::Outside)?;
    Ok((mac, session))
}

/// Goes out.
///
/// # Errors
/// When the database cannot.
pub async fn leave(world: &World, cookie: &str) -> Result<(), Denied> {
    let mac = mac(world, cookie);
    world.db.run("staff.leave", move |tx| staff::close(tx, &mac).map(drop)).await?;
    Ok(())
}
