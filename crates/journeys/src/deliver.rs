//! Sends what the outbox holds. Runs beside the doors; a message is written with its event, so nothing is lost.

use std::time::Duration;

use crate::{Failure, World};

/// A deliverer that dies gives its messages back after this.
const LEASE_SECONDS: i64 = 30;
const BATCH: i64 = 20;
/// Pauses before the second, third, … try.
const BACK_OFF_SECONDS: [i64; 4] = [2, 10, 60, 600];

/// Sends everything that is due; how many left.
pub async fn once(world: &World) -> Result<usize, Failure> {
    let now = world.now();
    let sealer = world.sealer.clone();
    let due =
        world.db.run("deliver.claim", move |tx| store::outbox::claim(tx, &sealer, now, LEASE_SECONDS, BATCH)).await?;
    let mut left = 0;
    for message in due {
        let sent = world.courier.send(&message.kind, &message.id, &message.message).await;
        let now = world.now();
        let id = message.id.clone();
        match sent {
            Ok(()) => {
                world.db.run("deliver.sent", move |tx| store::outbox::sent(tx, &id, now)).await?;
                left += 1;
            }
            Err(why) => {
                let pause =
                    usize::try_from(message.tries - 1).ok().and_then(|n| BACK_OFF_SECONDS.get(n)).unwrap_or(&600);
                tracing::warn!(id, why, again_in_s = pause, "a message did not leave");
                world.db.run("deliver.again", move |tx| store::outbox::again(tx, &id, now + pause)).await?;
            }
        }
    }
    Ok(left)
}

/// Delivers until the task is dropped.
pub async fn run(world: World) {
    loop {
        let pause = match once(&world).await {
            Ok(0) => 300,
            Ok(_) => 10,
            Err(error) => {
                tracing::error!(?error, "the outbox could not be read");
                2000
            }
        };
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}
