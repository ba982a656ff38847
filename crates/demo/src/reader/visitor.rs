//! One visitor: a drawer of cards, a reader, a card program.

use std::sync::Arc;
use std::time::Duration;

use eid_session::Slot;
use eid_virtual::personalise::{self, Fault};
use eid_virtual::{Applet, VirtualCard};

use super::ReaderConfig;
use super::bay::Bay;
use super::program::{Connect, Program};

/// Which card.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) holder: String,
    pub(super) applet: Applet,
    pub(super) fault: Option<Fault>,
}

impl Choice {
    /// `None`: not of our form.
    pub(super) fn read(holder: &str, applet: &str, fault: &str) -> Option<Choice> {
        let applet = match applet {
            "1.7" => Applet::V1_7,
            "1.8" => Applet::V1_8,
            _ => return None,
        };
        let fault = if fault.is_empty() { None } else { Some(fault.parse().ok()?) };
        Some(Choice { holder: holder.to_owned(), applet, fault })
    }

    pub(super) fn make(&self, config: &ReaderConfig) -> Result<VirtualCard, String> {
        let holder = config.holders.iter().find(|h| h.id == self.holder).ok_or("nobody of that name")?;
        let image = personalise::card(&holder.person, self.applet, &config.pki, self.fault, (config.clock)());
        image.map(VirtualCard::new).map_err(|e| e.to_string())
    }
}

pub(super) struct Visitor {
    pub(super) program: Program,
    pub(super) bay: Arc<Bay>,
    /// The card that is in, or was in last.
    pub(super) choice: Option<Choice>,
    /// Cards that are not in the reader: they keep their PIN counter.
    drawer: Vec<(Choice, VirtualCard)>,
}

impl Visitor {
    pub(super) fn new() -> Visitor {
        Visitor { program: Program::default(), bay: Arc::default(), choice: None, drawer: Vec::new() }
    }

    /// Changes with everything that a page shows.
    pub(super) fn turn(&self) -> String {
        let card = match self.bay.slot() {
            Slot::Card(count) => count,
            _ => 0,
        };
        format!("{}.{card}.{}", self.program.talk.turn, self.bay.tries().map_or(9, |tries| tries))
    }

    pub(super) fn knows(&self, choice: &Choice) -> bool {
        let inside = self.choice.as_ref() == Some(choice) && self.bay.tries().is_some();
        inside || self.drawer.iter().any(|(known, _)| known == choice)
    }

    /// Puts the card in: `made`, or the one from the drawer.
    pub(super) fn put_in(&mut self, choice: Choice, made: Option<VirtualCard>) {
        self.pull_out();
        let at = self.drawer.iter().position(|(known, _)| *known == choice);
        let card = at.map(|at| self.drawer.swap_remove(at).1).or(made);
        if let Some(card) = card {
            self.bay.put_in(card);
            self.choice = Some(choice);
        }
    }

    pub(super) fn pull_out(&mut self) {
        if let (Some(card), Some(choice)) = (self.bay.pull_out(), self.choice.clone()) {
            self.drawer.push((choice, card));
        }
    }

    /// All cards are made anew when they are wanted next.
    pub(super) fn forget_cards(&mut self) {
        self.pull_out();
        self.drawer.clear();
    }

    pub(super) fn start(&mut self, code: &str, connect: &Connect, per_command: Duration) {
        self.program.start(code, connect, &self.bay, per_command);
    }
}
