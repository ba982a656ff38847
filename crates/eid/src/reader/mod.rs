//! Card readers over PC/SC: libpcsclite on Linux, the system's own on Windows and macOS.

mod pad;
mod transport;

use std::ffi::CString;
use std::time::Duration;

use eid_card::{Transport, TransportError};
use eid_session::{Leave, Reader, Slot};
use pcsc::{Card, Context, Disposition, Error, Protocols, ReaderState, Scope, ShareMode, State};

use transport::{CardTransport, trouble};

/// How often a busy or just reset card is asked again, and how long between.
const TRIES: u32 = 6;
const BETWEEN: Duration = Duration::from_millis(250);

/// All readers of this computer; works with the first that holds a card.
#[derive(Default)]
pub struct PcscReader {
    context: Option<Context>,
    states: Vec<ReaderState>,
    chosen: Option<CString>,
    said: Option<Slot>,
    /// The card broke off last time: it is reset before it is talked to again.
    failed: bool,
}

impl PcscReader {
    /// Brings `states` up to date without waiting. A context that the service forgot is made anew.
    fn refresh(&mut self) {
        if self.context.as_ref().is_none_or(|context| context.is_valid().is_err()) {
            self.context = Context::establish(Scope::User).ok();
            self.states.clear();
        }
        let Some(context) = &self.context else { return };
        let names = match context.list_readers_owned() {
            Ok(names) => names,
            Err(Error::NoReadersAvailable) => Vec::new(),
            Err(_) => {
                self.context = None;
                return self.states.clear();
            }
        };
        self.states
            .retain(|state| state.name() == pcsc::PNP_NOTIFICATION() || names.iter().any(|n| **n == *state.name()));
        // macOS knows no such notification, and would refuse the whole question.
        if self.states.is_empty() && !cfg!(target_os = "macos") {
            self.states.push(ReaderState::new(pcsc::PNP_NOTIFICATION(), State::UNAWARE));
        }
        for name in names {
            if !self.states.iter().any(|state| *state.name() == *name) {
                self.states.push(ReaderState::new(name, State::UNAWARE));
            }
        }
        self.wait(Duration::ZERO);
    }

    fn wait(&mut self, time: Duration) {
        let Some(context) = &self.context else { return std::thread::sleep(time) };
        match context.get_status_change(time, &mut self.states) {
            Ok(()) => self.states.iter_mut().for_each(ReaderState::sync_current_state),
            Err(Error::Timeout) => {}
            // macOS knows no notification of new readers; a pause does as well.
            Err(_) => std::thread::sleep(time.min(BETWEEN)),
        }
    }

    fn real(&self) -> impl Iterator<Item = &ReaderState> {
        self.states.iter().filter(|state| state.name() != pcsc::PNP_NOTIFICATION())
    }

    /// Where several readers hold cards (a badge that always stays in the laptop), an identity card goes first.
    fn slot(&mut self) -> Slot {
        let answers =
            |s: &ReaderState| s.event_state().contains(State::PRESENT) && !s.event_state().contains(State::MUTE);
        let cards: Vec<(usize, &ReaderState)> = self.states.iter().enumerate().filter(|(_, s)| answers(s)).collect();
        let best = cards.iter().find(|(_, s)| is_eid(s.atr())).or(cards.first());
        let (slot, chosen) = match best {
            // Readers count for themselves, so the reader is part of the number.
            Some((at, state)) => {
                let number = u32::try_from(*at).unwrap_or(0) << 16 | (state.event_count() & 0xFFFF);
                (Slot::Card(number), Some(state.name().to_owned()))
            }
            None if self.real().any(|s| s.event_state().contains(State::MUTE)) => (Slot::Mute, None),
            None if self.real().next().is_none() => (Slot::NoReader, None),
            None => (Slot::Empty, None),
        };
        self.chosen = chosen;
        slot
    }

    fn connect(&self) -> Result<Card, TransportError> {
        let (Some(context), Some(name)) = (&self.context, &self.chosen) else { return Err(TransportError::Removed) };
        let mut last = Error::NoSmartcard;
        for _ in 0..TRIES {
            match context.connect(name, ShareMode::Shared, Protocols::ANY) {
                Ok(card) => return Ok(card),
                // Another program holds the card for itself for a moment.
                Err(error @ Error::SharingViolation) => last = error,
                Err(error) => return Err(trouble(error)),
            }
            std::thread::sleep(BETWEEN);
        }
        Err(trouble(last))
    }

    /// Drivers tell the failed command before they notice that the card is out: the slot is watched a little while. A card
    /// that is still the same was not pulled out.
    fn is_gone(&mut self) -> bool {
        let before = self.said;
        for _ in 0..TRIES {
            self.refresh();
            if Some(self.slot()) != before {
                return true;
            }
            self.wait(BETWEEN);
        }
        false
    }
}

impl Reader for PcscReader {
    fn look(&mut self, wait: Duration) -> Slot {
        self.refresh();
        let mut slot = self.slot();
        if self.said == Some(slot) && !wait.is_zero() {
            self.wait(wait);
            self.refresh();
            slot = self.slot();
        }
        self.said = Some(slot);
        slot
    }

    fn hold(&mut self, leave: Leave, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        let mut card = self.connect()?;
        if self.failed {
            let _ = card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard);
        }
        let disposition = match leave {
            Leave::AsItIs => Disposition::LeaveCard,
            Leave::Reset => Disposition::ResetCard,
        };
        let held = work_in_transaction(&mut card, disposition, work);
        // Some drivers lose their reader when a card is powered down that has just gone out.
        let parting = if held.is_err() { Disposition::LeaveCard } else { disposition };
        if let Err((card, _)) = card.disconnect(parting) {
            drop(card);
        }
        self.failed = held == Err(TransportError::Failed);
        match held {
            Err(TransportError::Failed) if self.is_gone() => Err(TransportError::Removed),
            other => other,
        }
    }
}

/// Looks like an identity card of generation 1.7 or 1.8, judged by its answer to reset. A hint only: what the card is, SELECT tells.
fn is_eid(atr: &[u8]) -> bool {
    const V1_7: [u8; 13] = [0x3B, 0x98, 0x13, 0x40, 0x0A, 0xA5, 0x03, 0x01, 0x01, 0x01, 0xAD, 0x13, 0x11];
    const V1_8: [u8; 4] = [0x3B, 0x7F, 0x96, 0x00];
    // Bytes that differ between chips of 1.7.
    let varies = |at: usize| matches!(at, 2 | 4 | 12);
    let same = |(at, (one, other)): (usize, (&u8, &u8))| varies(at) || one == other;
    let v1_7 = atr.len() == V1_7.len() && atr.iter().zip(&V1_7).enumerate().all(same);
    v1_7 || (atr.len() == 20 && atr.starts_with(&V1_8))
}

fn work_in_transaction(
    card: &mut Card,
    disposition: Disposition,
    work: &mut dyn FnMut(&mut dyn Transport),
) -> Result<(), TransportError> {
    let mut card = card;
    for _ in 0..TRIES {
        match card.transaction2() {
            Ok(transaction) => {
                let mut transport = CardTransport::new(&transaction);
                work(&mut transport);
                let first = transport.first_trouble();
                if let Err((transaction, _)) = transaction.end(disposition) {
                    drop(transaction);
                }
                return first.map_or(Ok(()), Err);
            }
            // Somebody reset the card since we connected: nothing is lost yet.
            Err((back, Error::ResetCard)) => {
                back.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::LeaveCard).map_err(trouble)?;
                card = back;
            }
            Err((_, error)) => return Err(trouble(error)),
        }
    }
    Err(TransportError::Reset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_card_is_known_from_afar() {
        let v1_7 = [0x3B, 0x98, 0x94, 0x40, 0xFF, 0xA5, 0x03, 0x01, 0x01, 0x01, 0xAD, 0x13, 0x10];
        assert!(is_eid(&v1_7));
        let bank = [0x3B, 0x67, 0x00, 0x00, 0x29, 0x20, 0x00, 0x6F, 0x78, 0x90, 0x00];
        assert!(!is_eid(&bank));
        assert!(!is_eid(&[]));
    }
}
