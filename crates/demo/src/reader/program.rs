//! The card program in the panel: the same story as in its window, one step at a time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use eid_card::Pin;
use eid_session::{
    Answer, Asks, Back, Event, Failure, Front, Holder, Out, Pace, PinAnswer, PinAsk, Server, Start, activate, desk,
};

use super::bay::{Bay, InBay};

/// Reaches the server; called on the activation's own thread.
pub type Connect = Arc<dyn Fn() -> Result<Box<dyn Server + Send>, Failure> + Send + Sync>;

pub(super) enum Step {
    /// The code of the page is asked; with what was wrong with the last one.
    Code(Option<Failure>),
    Claiming,
    Asks(Asks),
    Waits(Failure),
    Reading,
    /// `true`: what was typed is no PIN, and did not go to the card.
    Pin(PinAsk, bool),
    Signing,
    Sending,
    /// `true`: the six digits are shown.
    Back(Back, bool),
    Finished,
    Failed(Failure),
}

pub(super) struct Program {
    pub(super) step: Step,
    pub(super) holder: Option<Holder>,
    /// Counts the steps, so that a page knows whether it is old.
    pub(super) turn: u32,
    front: Option<Front>,
    /// Address for the person's browser, until the panel has opened it.
    open: Arc<Mutex<Option<String>>>,
}

impl Program {
    pub(super) fn new() -> Program {
        Program { step: Step::Code(None), holder: None, turn: 0, front: None, open: Arc::default() }
    }

    fn goes_to(&mut self, step: Step) {
        self.step = step;
        self.turn = self.turn.wrapping_add(1);
    }

    /// A code was typed.
    pub(super) fn start(&mut self, typed: &str, connect: &Connect, bay: &Arc<Bay>, per_command: Duration) {
        let Some(start) = Start::from_code(typed) else { return self.goes_to(Step::Code(Some(Failure::CODE_INVALID))) };
        self.open = Arc::default();
        let open = Arc::clone(&self.open);
        let keep = move |url: &str| {
            *open.lock().unwrap_or_else(PoisonError::into_inner) = Some(url.to_owned());
            true
        };
        // The panel asks by itself, so nothing has to be woken.
        let (mut side, front) = desk(Box::new(|| {}), Box::new(keep));
        let (connect, mut reader) = (Arc::clone(connect), InBay::new(Arc::clone(bay), per_command));
        std::thread::spawn(move || {
            let end = connect().and_then(|mut server| {
                activate(&mut *server, &mut reader, &mut side, &start, Pace { poll: POLL, ..Pace::default() })
            });
            side.over(end);
        });
        self.front = Some(front);
        self.holder = None;
        self.goes_to(Step::Claiming);
    }

    pub(super) fn go_on(&mut self) {
        if matches!(self.step, Step::Asks(_)) {
            self.answer(Answer::GoOn);
            self.goes_to(Step::Reading);
        }
    }

    pub(super) fn give_pin(&mut self, typed: &str) {
        match (Pin::new(typed), &mut self.step) {
            (Ok(pin), Step::Pin(..)) => {
                self.answer(Answer::Pin(PinAnswer::Typed(pin)));
                self.goes_to(Step::Signing);
            }
            (Err(_), Step::Pin(_, misshapen)) => {
                *misshapen = true;
                self.turn = self.turn.wrapping_add(1);
            }
            _ => {}
        }
    }

    pub(super) fn show_digits(&mut self) {
        if let Step::Back(_, shown) = &mut self.step {
            *shown = true;
            self.turn = self.turn.wrapping_add(1);
        }
    }

    pub(super) fn stop(&mut self) {
        if let Some(front) = &self.front {
            front.stop();
        }
    }

    /// Back to the field for a code, when nothing runs any more.
    pub(super) fn again(&mut self) {
        self.stop();
        self.front = None;
        self.goes_to(Step::Code(None));
    }

    /// What the browser is to open, once.
    pub(super) fn take_open(&mut self) -> Option<String> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn answer(&self, answer: Answer) {
        if let Some(front) = &self.front {
            front.answer(answer);
        }
    }

    /// Takes in what happened since the last look.
    pub(super) fn look(&mut self) {
        while let Some(next) = self.front.as_ref().map(Front::next) {
            match next {
                Ok(Some(word)) => self.take(word),
                Ok(None) => break,
                Err(failure) => self.fails(failure),
            }
        }
    }

    fn fails(&mut self, failure: Failure) {
        self.front = None;
        self.goes_to(Step::Failed(failure));
    }

    fn take(&mut self, word: Out) {
        match word {
            Out::Asks(asks) => self.goes_to(Step::Asks(asks)),
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
            Event::OnPad | Event::Signing => self.goes_to(Step::Signing),
            Event::Sending => self.goes_to(Step::Sending),
            Event::Returned(back) => self.goes_to(Step::Back(back, false)),
            Event::Finished(_) => self.goes_to(Step::Finished),
        }
    }
}

/// Between two questions how it ended: the server is next door.
const POLL: Duration = Duration::from_millis(500);
