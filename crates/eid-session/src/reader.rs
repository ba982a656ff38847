//! What a card reader is to an activation.

use std::time::Duration;

use eid_card::{Transport, TransportError};

/// What is in the readers of this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    NoReader,
    Empty,
    /// Something is in there and does not answer.
    Mute,
    /// A card; the number changes each time one is put in.
    Card(u32),
}

/// In what state the card is left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    AsItIs,
    /// Power cycled: a PIN that was given counts no more.
    Reset,
}

/// Where cards are: PC/SC, a virtual card, a scripted double.
pub trait Reader {
    /// What is there. When nothing changed since the last look, waits for a change, at most `wait`.
    fn look(&mut self, wait: Duration) -> Slot;

    /// Holds the card so that no other program comes between, does `work` once, lets go. Never held while a person thinks: Windows
    /// takes an idle card away after five seconds.
    ///
    /// # Errors
    /// What happened to the card, also in the middle of `work`.
    fn hold(&mut self, leave: Leave, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError>;
}
