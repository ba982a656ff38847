//! The slot of the reader: a card goes in and comes out while somebody works with it, as with a real one.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use eid_card::{Transport, TransportError};
use eid_session::{Leave, Reader, Slot};
use eid_virtual::VirtualCard;

/// Shared by whoever moves the card and the program that uses it.
#[derive(Default)]
pub(super) struct Bay {
    inside: Mutex<Inside>,
    changed: Condvar,
}

#[derive(Default)]
struct Inside {
    card: Option<VirtualCard>,
    /// Counts the cards that were put in.
    count: u32,
}

impl Inside {
    fn slot(&self) -> Slot {
        if self.card.is_some() { Slot::Card(self.count) } else { Slot::Empty }
    }
}

impl Bay {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put_in(&self, card: VirtualCard) -> Option<VirtualCard> {
        let mut inside = self.inside();
        inside.count = inside.count.wrapping_add(1);
        let before = inside.card.replace(card);
        self.changed.notify_all();
        before
    }

    pub(super) fn pull_out(&self) -> Option<VirtualCard> {
        let mut card = self.inside().card.take()?;
        self.changed.notify_all();
        card.reset();
        Some(card)
    }

    pub(super) fn slot(&self) -> Slot {
        self.inside().slot()
    }

    /// Tries left for the PIN of the card that is in.
    pub(super) fn tries(&self) -> Option<u8> {
        self.inside().card.as_ref().map(VirtualCard::pin_tries)
    }
}

/// The reader as the card program sees it.
pub(super) struct InBay {
    bay: Arc<Bay>,
    /// A chip takes its time; without it nobody could pull the card out in the middle.
    per_command: Duration,
    seen: Option<Slot>,
}

impl InBay {
    pub(super) fn new(bay: Arc<Bay>, per_command: Duration) -> InBay {
        InBay { bay, per_command, seen: None }
    }
}

impl Reader for InBay {
    fn look(&mut self, wait: Duration) -> Slot {
        let inside = self.bay.inside();
        let mut slot = inside.slot();
        if self.seen == Some(slot) && !wait.is_zero() {
            let waited = self.bay.changed.wait_timeout(inside, wait);
            slot = waited.unwrap_or_else(PoisonError::into_inner).0.slot();
        }
        self.seen = Some(slot);
        slot
    }

    fn hold(&mut self, leave: Leave, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        let slot = self.bay.slot();
        if !matches!(slot, Slot::Card(_)) {
            return Err(TransportError::Removed);
        }
        let mut held = Held { bay: &self.bay, slot, per_command: self.per_command, gone: false };
        work(&mut held);
        if leave == Leave::Reset {
            // A card that is out has forgotten everything already.
            let _ = held.with_card(VirtualCard::reset);
        }
        if held.gone { Err(TransportError::Removed) } else { Ok(()) }
    }
}

/// The card that was in when work began.
struct Held<'a> {
    bay: &'a Bay,
    slot: Slot,
    per_command: Duration,
    gone: bool,
}

impl Held<'_> {
    fn with_card<T>(&mut self, work: impl FnOnce(&mut VirtualCard) -> T) -> Result<T, TransportError> {
        let mut inside = self.bay.inside();
        let same = inside.slot() == self.slot;
        match inside.card.as_mut().filter(|_| same) {
            Some(card) => Ok(work(card)),
            None => {
                self.gone = true;
                Err(TransportError::Removed)
            }
        }
    }
}

impl Transport for Held<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        std::thread::sleep(self.per_command);
        self.with_card(|card| Transport::transmit(card, command))?
    }

    fn verify_on_pad(&mut self) -> Option<Result<u16, TransportError>> {
        match self.with_card(Transport::verify_on_pad) {
            Ok(answer) => answer,
            Err(error) => Some(Err(error)),
        }
    }

    fn has_pad(&self) -> bool {
        self.bay.inside().card.as_ref().is_some_and(Transport::has_pad)
    }
}
