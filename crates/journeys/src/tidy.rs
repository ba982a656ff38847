//! Removes what is over, a little at a time, so that nothing a stranger starts stays.

use std::time::Duration;

use domain::approval::{FLOOD_SECONDS, REDEEM_SECONDS};

use crate::tokens::LONGEST_ACCESS_SECONDS;
use crate::{Failure, World, my_rights};

/// Rows one sweep removes of each kind: keeps the writer free for people.
const BATCH: i64 = 2000;
/// Unanswered requests are kept a little, for the crowd before a door is counted in them.
const APPROVAL_GRACE_SECONDS: i64 = FLOOD_SECONDS;
/// Messages are kept a day and an hour, for the daily limit is counted in them.
const OUTBOX_SECONDS: i64 = 90_000;
/// What a session answered: until its code and the last access token made of it are over.
const SILENT_SECONDS: i64 = REDEEM_SECONDS + LONGEST_ACCESS_SECONDS;
/// What a person did not answer stays in their history for so long.
const UNANSWERED_SECONDS: i64 = 90 * 86_400;
/// That a message was sent is told for so long.
const TOLD_SECONDS: i64 = 400 * 86_400;

/// One sweep; how many rows went.
pub async fn once(world: &World) -> Result<u64, Failure> {
    let now = world.now();
    let swept = world.db.run("tidy", move |tx| {
        Ok::<_, store::StoreError>(
            store::activation::sweep(tx, now, BATCH)?
                + store::enrolment::sweep(tx, now, BATCH)?
                + store::card_data::sweep(tx, now, BATCH)?
                + store::approval::sweep(tx, now - APPROVAL_GRACE_SECONDS, BATCH)?
                + store::approval::sweep_unanswered(tx, now - UNANSWERED_SECONDS, BATCH)?
                + store::session::sweep(tx, now - SILENT_SECONDS, BATCH)?
                + store::pushed::sweep(tx, now, BATCH)?
                + store::stop::sweep(tx, now, BATCH)?
                + store::mute::sweep(tx, now, BATCH)?
                + store::number_change::sweep(tx, now, BATCH)?
                + store::number_claim::sweep(tx, now, BATCH)?
                + store::told::sweep(tx, now - TOLD_SECONDS, BATCH)?
                + store::used_token::sweep(tx, now, BATCH)?
                + store::refresh::sweep(tx, now, BATCH)?
                + store::partner_call::sweep(tx, now, BATCH)?
                + store::waiting_time::sweep(tx, now, BATCH)?
                + store::staff::sweep(tx, now, BATCH)?
                + store::contact::sweep(tx, now, BATCH)?
                + store::case::sweep(tx, now, BATCH)?
                + store::discovery::sweep(tx, now, BATCH)?
                + store::outbox::sweep(tx, now - OUTBOX_SECONDS, BATCH)?,
        )
    });
    Ok(swept.await? + my_rights::erase_due(world).await?)
}

/// Sweeps until the task is dropped: at once again while there is much, else twice a minute.
pub async fn run(world: World) {
    loop {
        let pause = match once(&world).await {
            Ok(n) if n >= BATCH.unsigned_abs() => 100,
            Ok(_) => 30_000,
            Err(error) => {
                tracing::error!(?error, "the sweep failed");
                30_000
            }
        };
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}
