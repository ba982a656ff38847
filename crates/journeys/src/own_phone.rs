//! Who speaks: the phone that acts for an account, or one that once did and is told why not any more.

use domain::account::Device;
use domain::life::{Act, Life, NoWay};
use domain::refusal::Refusal;
use protocol::jose::PublicKey;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::account::AccountRow;

use crate::{Failure, Signed, World};

/// A command's empty body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// The phone that signed, and the account it acts for.
pub(crate) struct Own {
    pub(crate) device: Device,
    pub(crate) account: AccountRow,
}

impl Own {
    /// What the law says of `act` here and now.
    ///
    /// # Errors
    /// `Limited` with its end; `WrongStep` where it makes no sense.
    pub(crate) fn may(&self, act: Act, now: i64) -> Result<Life, Failure> {
        allowed(&self.account, act, now)
    }
}

/// As [`Own::may`], for an account read elsewhere.
pub(crate) fn allowed(account: &AccountRow, act: Act, now: i64) -> Result<Life, Failure> {
    account.life(now).after(act).map_err(|no| match no {
        NoWay::Limited => Refusal::Limited { until: account.limited_until }.into(),
        NoWay::Held | NoWay::Distrusted | NoWay::NoPhone | NoWay::Pointless => Refusal::WrongStep.into(),
    })
}

/// Reads who speaks and what, checked.
pub(crate) async fn own<B: DeserializeOwned>(world: &World, signed: &Signed) -> Result<(Own, B, String), Failure> {
    let id = signed.device()?;
    let sealer = world.sealer.clone();
    let found = world.db.read("own_phone.find", move |tx| {
        let Some(device) = store::device::find(tx, &id)? else { return Ok(None) };
        let account = store::account::find(tx, &sealer, &device.account)?;
        Ok::<_, store::StoreError>(account.map(|account| Own { device, account }))
    });
    let Some(own) = found.await? else { return Err(ended(world, signed).await) };
    let (body, jti) = signed.open::<B>(world, &PublicKey::from_point(&own.device.point)?)?;
    Ok((own, body, jti))
}

/// Why a phone acts no more: told to whoever holds its key, and to nobody else.
pub(crate) async fn ended(world: &World, signed: &Signed) -> Failure {
    let told = async {
        let id = signed.device()?;
        let phone = world.db.read("own_phone.ended", move |tx| store::device::ended(tx, &id)).await?;
        let phone = phone.ok_or(Failure::DeviceUnknown)?;
        signed.open::<serde_json::Value>(world, &PublicKey::from_point(&phone.point)?)?;
        Ok::<_, Failure>(Failure::DeviceEnded { why: phone.why, at: phone.at })
    };
    told.await.unwrap_or_else(|failure| failure)
}
