//! Coming in: name and password, then a key that checks who holds it.

use protocol::jose::{b64u, unb64u};
use protocol::webauthn;
use store::staff::{self, Key};
use store::staff_log;

use super::session::{self, Body, PASSWORD};
use super::{Denied, expect, password, tries};
use crate::World;

/// What the page asks the browser for.
#[derive(Clone, Debug)]
pub struct AskKey {
    /// Base64url, 32 bytes.
    pub challenge: String,
    /// Credential ids, base64url; empty at a registration.
    pub keys: Vec<String>,
    pub staff: String,
}

/// What the browser brought from the key; every field base64url.
#[derive(Clone, Default)]
pub struct Assertion {
    pub id: String,
    pub client_data: String,
    pub authenticator_data: String,
    pub signature: String,
}

/// First step: the cookie of a session that waits for the key.
///
/// # Errors
/// `Wait`, `Wrong`.
pub async fn password(world: &World, network: &str, name: &str, typed: &str) -> Result<String, Denied> {
    let name = name.trim().to_lowercase();
    tries::count(world, &name, network).await?;
    let looked_for = name.clone();
    let member = world.db.read("staff.find", move |tx| staff::find(tx, &looked_for)).await?;
    let known = member.is_some();
    let holds = password::holds(member.and_then(|m| m.password), typed).await?;
    if !holds {
        if known {
            failed(world, &name, "password").await?;
        }
        return Err(Denied::Wrong);
    }
    let (cookie, mac) = session::fresh(world);
    let body = Body { challenge: b64u(world.entropy::<32>()), ..Body::default() };
    let (span, sealer) = (session::step(world), world.sealer.clone());
    world.db.run("staff.password", move |tx| staff::open(tx, &sealer, &mac, &name, PASSWORD, &body, span)).await?;
    Ok(cookie)
}

/// Second step, before: what the key must sign.
///
/// # Errors
/// `Outside`.
pub async fn ask_key(world: &World, cookie: &str) -> Result<AskKey, Denied> {
    let (_, session) = session::doorstep(world, cookie, PASSWORD).await?;
    let name = session.staff.clone();
    let keys = world.db.read("staff.keys", move |tx| staff::keys(tx, &name)).await?;
    let keys = keys.into_iter().map(|key| key.id).collect();
    Ok(AskKey { challenge: session.body.challenge, keys, staff: session.staff })
}

/// Second step: the cookie of a session that is inside. Right or wrong, the step is over.
///
/// # Errors
/// `Outside`, `Wait`, `Wrong`.
pub async fn key(world: &World, network: &str, cookie: &str, proof: &Assertion) -> Result<String, Denied> {
    let (mac, session) = session::doorstep(world, cookie, PASSWORD).await?;
    let name = session.staff.clone();
    tries::count(world, &name, network).await?;
    let wanted = name.clone();
    let keys = world.db.read("staff.keys", move |tx| staff::keys(tx, &wanted)).await?;
    let checked = check(world, &session.body, &keys, proof);
    let (new_cookie, new_mac) = session::fresh(world);
    let (now, sealer, id) = (world.now(), world.sealer.clone(), proof.id.clone());
    let (who, forgiven) = (name.clone(), tries::of_name(world, &name));
    let inside = world.db.run("staff.key", move |tx| {
        if !staff::close(tx, &mac)? {
            return Err(Denied::Outside);
        }
        let Some(count) = checked else { return Ok(false) };
        if !staff::used(tx, &id, count, now)? {
            return Ok(false);
        }
        staff::forgive(tx, &forgiven)?;
        session::open(tx, &sealer, &new_mac, &who, now)?;
        staff_log::append(tx, staff_log::Entry { at: now, staff: &who, action: "login", subject: "", reason: "" })?;
        Ok(true)
    });
    if inside.await? {
        return Ok(new_cookie);
    }
    failed(world, &name, "key").await?;
    Err(Denied::Wrong)
}

/// The signature counter of the key that signed, if it was one of these.
fn check(world: &World, body: &Body, keys: &[Key], proof: &Assertion) -> Option<i64> {
    let key = keys.iter().find(|key| key.id == proof.id)?;
    let point: [u8; 65] = key.point.as_slice().try_into().ok()?;
    let read = |text: &str| unb64u(text).ok();
    let (client_data, data) = (read(&proof.client_data)?, read(&proof.authenticator_data)?);
    let challenge = body.challenge().ok()?;
    let checked = webauthn::assert(expect(world, &challenge), &point, &client_data, &data, &read(&proof.signature)?);
    if let Err(why) = checked {
        tracing::info!(%why, "a key of the staff was refused");
    }
    checked.ok().map(i64::from)
}

async fn failed(world: &World, name: &str, what: &'static str) -> Result<(), Denied> {
    let (now, name) = (world.now(), name.to_owned());
    let entry = move |tx: &mut db::Tx<'_>| {
        let entry = staff_log::Entry { at: now, staff: &name, action: "login_failed", subject: "", reason: what };
        staff_log::append(tx, entry).map(drop)
    };
    Ok(world.db.run("staff.failed", entry).await?)
}
