//! Attempts to get in: counted durably before anything is compared, per name and per network.

use protocol::jose::b64u;
use store::staff;

use super::Denied;
use crate::World;

const WINDOW: i64 = 900;
/// For one name; a person who slips more often waits a quarter of an hour.
const NAME: i64 = 5;
/// For one network: an office behind one address.
const NETWORK: i64 = 60;

fn key(world: &World, kind: &str, what: &str) -> Vec<u8> {
    b64u(world.keys.derived("zelf/staff-try/v1", &[kind.as_bytes(), what.as_bytes()])).into_bytes()
}

/// Counts one attempt.
pub(super) async fn count(world: &World, name: &str, network: &str) -> Result<(), Denied> {
    let (name, network) = (key(world, "name", name), key(world, "network", network));
    let now = world.now();
    let counted = world.db.run("staff.try", move |tx| {
        let name = staff::count(tx, &name, now, WINDOW)?;
        let network = staff::count(tx, &network, now, WINDOW)?;
        Ok::<_, store::StoreError>((name, network))
    });
    let ((name, name_until), (network, network_until)) = counted.await?;
    match (name > NAME, network > NETWORK) {
        (false, false) => Ok(()),
        (true, false) => Err(Denied::Wait { until: name_until }),
        (false, true) => Err(Denied::Wait { until: network_until }),
        (true, true) => Err(Denied::Wait { until: name_until.max(network_until) }),
    }
}

/// The name's counter, for whoever got in.
pub(super) fn of_name(world: &World, name: &str) -> Vec<u8> {
    key(world, "name", name)
}
