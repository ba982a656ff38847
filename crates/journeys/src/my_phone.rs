//! What the phone shows of its person, and the person's choices.

use db::Tx;
use protocol::jose::PublicKey;
use protocol::phone::{Home, Settings, SettingsBody};
use serde::Deserialize;
use store::{Sealer, StoreError};

use crate::{Failure, Signed, World};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The home screen. Also heals a lost answer: it carries the last receipt.
pub async fn home(world: &World, signed: &Signed) -> Result<Home, Failure> {
    let id = signed.device()?;
    let sealer = world.sealer.clone();
    let found = world.db.read("home.find", move |tx| store::device::with_profile(tx, &sealer, &id)).await?;
    let (device, profile, limited_until) = found.ok_or(Failure::DeviceUnknown)?;
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
        limited: domain::account::limited(limited_until, world.now()),
        since: 0,
        generation: issued.generation,
        careful: None,
        number_lost: false,
        biometric: issued.bio,
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
    let sealer = world.sealer.clone();
    let said = body.sharing;
    let stored = world.db.run("settings.set", move |tx| {
        let stored = store::device::set(tx, &device.id, new)?;
        if let (true, Some(sharing)) = (stored, said) {
            card_data(tx, &sealer, &device.account, sharing)?;
        }
        Ok::<_, StoreError>(stored)
    });
    if stored.await? { Ok(new) } else { Err(Failure::DeviceUnknown) }
}

/// What the card told besides: kept for data sharing when the person agrees, gone when not.
fn card_data(tx: &mut Tx<'_>, sealer: &Sealer, account: &str, keep: bool) -> Result<(), StoreError> {
    let Some(data) = store::card_data::find(tx, sealer, account)? else { return Ok(()) };
    let Some(row) = store::account::find(tx, sealer, account)? else { return Ok(()) };
    let mut profile = row.profile;
    if keep {
        store::card_data::keep(tx, account)?;
        profile.attributes.address = data.address;
    } else {
        store::card_data::forget(tx, account)?;
        profile.attributes.address = None;
    }
    store::account::save_profile(tx, sealer, account, &profile)
}
