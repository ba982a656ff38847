//! What the phone shows of its person, and the person's choices.

use protocol::jose::PublicKey;
use protocol::phone::{Home, Settings, SettingsBody};
use serde::Deserialize;

use crate::{Failure, Signed, World};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The home screen. Also heals a lost answer: it carries the last receipt.
pub async fn home(world: &World, signed: &Signed) -> Result<Home, Failure> {
    let id = signed.device()?;
    let sealer = world.sealer.clone();
    let found = world.db.read("home.find", move |tx| store::device::with_profile(tx, &sealer, &id)).await?;
    let (device, profile) = found.ok_or(Failure::DeviceUnknown)?;
    signed.open::<Nothing>(world, &PublicKey::from_point(&device.point)?)?;
    let issued = world.vault.issue(device.id, device.head.clone(), Vec::new()).await?;
    Ok(Home {
        first_name: profile.first_name().to_owned(),
        number: profile.number.grouped(),
        email: profile.email.clone(),
        settings: device.settings,
        device: issued.device,
        head: device.head,
        seq: issued.seq,
        last_receipt: device.last_receipt,
        now: world.now(),
    })
}

/// Stores what changed and gives all of them back.
pub async fn choose(world: &World, signed: &Signed) -> Result<Settings, Failure> {
    let id = signed.device()?;
    let found = world.db.read("settings.find", move |tx| store::device::find(tx, &id)).await?;
    let device = found.ok_or(Failure::DeviceUnknown)?;
    let (body, _) = signed.open::<SettingsBody>(world, &PublicKey::from_point(&device.point)?)?;
    let old = device.settings;
    let new = Settings {
        biometrics: body.biometrics.unwrap_or(old.biometrics),
        notifications: body.notifications.unwrap_or(old.notifications),
        sharing: body.sharing.unwrap_or(old.sharing),
    };
    let stored = world.db.run("settings.set", move |tx| store::device::set(tx, &device.id, new)).await?;
    if stored { Ok(new) } else { Err(Failure::DeviceUnknown) }
}
