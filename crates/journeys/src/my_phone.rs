//! What the phone shows of its person, and the person's choices.

use db::Tx;
use protocol::phone::{Home, Settings, SettingsBody};
use store::{Sealer, StoreError};

use crate::own_phone::{Nothing, Own, own};
use crate::{Failure, Signed, World};

/// The home screen. Also heals a lost answer: it carries the last receipt.
pub async fn home(world: &World, signed: &Signed) -> Result<Home, Failure> {
    let (own, Nothing {}, _) = own(world, signed).await?;
    let Own { device, account } = own;
    let now = world.now();
    let issued = world.vault.issue(device.id, device.head.clone(), Vec::new()).await?;
    Ok(Home {
        first_name: account.profile.first_name().to_owned(),
        number: account.profile.number.grouped(),
        email: account.profile.email.clone(),
        settings: device.settings,
        device: issued.device,
        head: device.head,
        seq: issued.seq,
        last_receipt: device.last_receipt,
        limited: domain::account::limited(account.limited_until, now),
        since: account.activated_at,
        generation: issued.generation,
        careful: Some(device.careful_until).filter(|until| *until > now),
        number_lost: account.number_lost,
        biometric: issued.bio,
        by_number: account.by_number,
        now,
    })
}

/// Stores what changed and gives all of them back.
pub async fn choose(world: &World, signed: &Signed) -> Result<Settings, Failure> {
    let (Own { device, .. }, body, _) = own::<SettingsBody>(world, signed).await?;
    let old = device.settings;
    if body.biometrics.is_some_and(|on| on != old.biometrics) {
        // That needs the code: `act/biometrics`.
        return Err(Failure::Malformed);
    }
    let new = Settings {
        biometrics: old.biometrics,
        notifications: body.notifications.unwrap_or(old.notifications),
        sharing: body.sharing.unwrap_or(old.sharing),
    };
    let sealer = world.sealer.clone();
    let said = body.sharing;
    let stored = world.db.run("settings.set", move |tx| {
        let stored = store::device::set(tx, &device.id, new)?;
        if let (true, Some(found)) = (stored, body.by_number) {
            store::account::findable(tx, &device.account, found)?;
        }
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
    store::account::take(tx, account)?;
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
