//! What a person can do when something feels wrong: slow everything down, or hear no more from somewhere.

use domain::account::CAREFUL_SECONDS;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::own_phone::own;
use crate::{Failure, Signed, World};

/// Requests from there reach nobody for so long.
const MUTE_SECONDS: i64 = 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CarefulBody {
    on: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MuteBody {
    rid: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LanguageBody {
    lang: String,
}

/// "Somebody is on the phone with me", or no longer.
pub async fn careful(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, body, _) = own::<CarefulBody>(world, signed).await?;
    let until = if body.on { world.now() + CAREFUL_SECONDS } else { 0 };
    world.db.run("safety.careful", move |tx| store::device::careful(tx, &own.device.id, until)).await?;
    Ok(json!({ "until": until }))
}

/// No more of these, for a request that this phone reported.
pub async fn mute(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, body, _) = own::<MuteBody>(world, signed).await?;
    let until = world.now() + MUTE_SECONDS;
    let (device, account) = (own.device.id, own.account.id);
    let muted = world.db.run("safety.mute", move |tx| {
        let Some((partner, lane)) = store::history::reported(tx, &device, &body.rid)? else { return Ok(false) };
        store::mute::set(tx, &account, &partner, &lane, until)?;
        Ok::<_, store::StoreError>(true)
    });
    if muted.await? { Ok(json!({ "until": until })) } else { Err(Failure::Gone) }
}

/// The language of our messages.
pub async fn language(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, body, _) = own::<LanguageBody>(world, signed).await?;
    let lang = words::Lang::parse(&body.lang).ok_or(Failure::Malformed)?;
    world.db.run("safety.language", move |tx| store::account::speak(tx, &own.account.id, lang.code())).await?;
    Ok(json!({}))
}
