//! A new phone beside the old one: it shows what the old one scans, and waits (docs/life.md §6).

use domain::activation::{Activation, Stage};
use protocol::phone::{View, Vouch};

use crate::act::qr_text;
use crate::activation_steps::{advance, authenticate};
use crate::own_phone::Nothing;
use crate::{Failure, Signed, World};

/// "I still have my old phone": no number, no bank, no card.
pub async fn wait(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (Nothing {}, jti)) = authenticate::<Nothing>(world, signed).await?;
    let now = world.now();
    advance(world, "vouch.wait", row, &jti, move |a| a.ask_old_phone(now)).await
}

/// What stands on the new phone's screen.
pub(crate) fn shown(a: &Activation) -> Option<Vouch> {
    let Stage::Vouch = a.stage else { return None };
    let text = qr_text(&a.id, &a.device);
    Some(Vouch { words: protocol::phone::words(&text).map(str::to_owned).to_vec(), text })
}
