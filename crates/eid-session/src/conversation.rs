//! An activation as a row of screens: what a window or a web page shows now, and what its buttons do.

use std::time::{Duration, Instant};

use eid_card::Pin;

use crate::answers::Asks;
use crate::desk::{Answer, Front, Out};
use crate::failure::Failure;
use crate::person::{Back, Event, Holder, PinAnswer, PinAsk};

/// What is shown.
pub enum Step {
    /// The code of the page is asked; with what was wrong with the last one.
    Code(Option<Failure>),
    Claiming,
    /// Who asks, with a field for the PIN. `true`: what was typed there is no PIN, and went nowhere.
    Asks(Asks, bool),
    /// Something is to be done at the reader.
    Waits(Failure),
    Reading,
    /// `true`: what was typed is no PIN, and did not go to the card.
    Pin(PinAsk, bool),
    OnPad,
    Signing,
    Sending,
    /// `true`: the six digits are shown.
    Back(Back, bool),
    Finished,
    Failed(Failure),
}

/// One person's screens, one step at a time.
pub struct Conversation {
    pub step: Step,
    pub holder: Option<Holder>,
    /// Counts the steps: a page knows whether it is old, a window when to move the focus.
    pub turn: u64,
    since: Instant,
    front: Option<Front>,
}

impl Default for Conversation {
    fn default() -> Self {
        Conversation { step: Step::Code(None), holder: None, turn: 0, since: Instant::now(), front: None }
    }
}

impl Conversation {
    pub fn goes_to(&mut self, step: Step) {
        self.step = step;
        self.turn = self.turn.wrapping_add(1);
        self.since = Instant::now();
    }

    /// How long this step has been shown.
    pub fn shown_for(&self) -> Duration {
        self.since.elapsed()
    }

    /// An activation runs behind `front`.
    pub fn begins(&mut self, front: Front) {
        self.front = Some(front);
        self.holder = None;
        self.goes_to(Step::Claiming);
    }

    pub fn fails(&mut self, failure: Failure) {
        self.front = None;
        self.goes_to(Step::Failed(failure));
    }

    /// Yes to who asks. `typed` is the PIN, or empty for a reader with keys; anything else goes nowhere and is said.
    pub fn go_on(&mut self, typed: &str) {
        let Step::Asks(_, misshapen) = &mut self.step else { return };
        let pin = if typed.is_empty() { Ok(None) } else { Pin::new(typed).map(Some) };
        match pin {
            Ok(pin) => {
                self.answer(Answer::GoOn(pin));
                self.goes_to(Step::Reading);
            }
            Err(_) => {
                *misshapen = true;
                self.turn = self.turn.wrapping_add(1);
            }
        }
    }

    /// What was typed goes to the card, if it can be a PIN at all.
    pub fn give_pin(&mut self, typed: &str) {
        let Step::Pin(_, misshapen) = &mut self.step else { return };
        match Pin::new(typed) {
            Ok(pin) => {
                self.answer(Answer::Pin(PinAnswer::Typed(pin)));
                self.goes_to(Step::Signing);
            }
            Err(_) => {
                *misshapen = true;
                self.turn = self.turn.wrapping_add(1);
            }
        }
    }

    pub fn ready_at_pad(&mut self) {
        if matches!(self.step, Step::Pin(..)) {
            self.answer(Answer::Pin(PinAnswer::OnPad));
            self.goes_to(Step::OnPad);
        }
    }

    pub fn show_digits(&mut self) {
        if let Step::Back(_, shown) = &mut self.step {
            *shown = true;
            self.turn = self.turn.wrapping_add(1);
        }
    }

    pub fn stop(&self) {
        if let Some(front) = &self.front {
            front.stop();
        }
    }

    /// Back to the field for a code.
    pub fn again(&mut self) {
        self.stop();
        self.front = None;
        self.goes_to(Step::Code(None));
    }

    /// An activation runs: going away now means stopping it.
    pub fn is_running(&self) -> bool {
        self.front.is_some() && !matches!(self.step, Step::Back(..) | Step::Finished)
    }

    /// Gives up the activation's side, for who wants to wait for its last word.
    pub fn let_go(&mut self) -> Option<Front> {
        self.front.take()
    }

    /// Takes in what happened since the last look; `true` when something did.
    pub fn look(&mut self) -> bool {
        let mut news = false;
        while let Some(next) = self.front.as_ref().map(Front::next) {
            match next {
                Ok(Some(word)) => self.take(word),
                Ok(None) => break,
                Err(failure) => self.fails(failure),
            }
            news = true;
        }
        news
    }

    fn take(&mut self, word: Out) {
        match word {
            Out::Asks(asks) => self.goes_to(Step::Asks(asks, false)),
            Out::Pin(ask) => self.goes_to(Step::Pin(ask, false)),
            Out::Event(event) => self.event(event),
            Out::Over(Ok(())) => self.front = None,
            Out::Over(Err(failure)) => self.fails(failure),
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Claiming => self.goes_to(Step::Claiming),
            Event::Waits(failure) => self.goes_to(Step::Waits(failure)),
            Event::Reading => self.goes_to(Step::Reading),
            Event::Holder(holder) => self.holder = Some(holder),
            Event::OnPad => self.goes_to(Step::OnPad),
            Event::Signing => self.goes_to(Step::Signing),
            Event::Sending => self.goes_to(Step::Sending),
            Event::Returned(back) => {
                let shown = !back.opened;
                self.goes_to(Step::Back(back, shown));
            }
            Event::Finished(_) => self.goes_to(Step::Finished),
        }
    }

    fn answer(&self, answer: Answer) {
        if let Some(front) = &self.front {
            front.answer(answer);
        }
    }
}
