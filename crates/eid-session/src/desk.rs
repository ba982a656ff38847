//! A person on another thread: what happens goes out through a channel, answers come in through another. For windows and web
//! pages, which cannot stand still while a card is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

use eid_card::Pin;

use crate::answers::Asks;
use crate::failure::Failure;
use crate::person::{Consent, Event, Person, PinAnswer, PinAsk};

/// What comes out.
pub enum Out {
    /// Answer with [`Answer::GoOn`] or [`Front::stop`].
    Asks(Asks),
    /// Answer with [`Answer::Pin`] or [`Front::stop`].
    Pin(PinAsk),
    Event(Event),
    /// The last word.
    Over(Result<(), Failure>),
}

/// What goes in.
pub enum Answer {
    /// Yes; with the PIN where it was typed together with the yes.
    GoOn(Option<Pin>),
    Pin(PinAnswer),
}

/// The side of the activation.
pub struct Desk {
    out: Sender<Out>,
    answers: Receiver<Answer>,
    stopped: Arc<AtomicBool>,
    wake: Box<dyn Fn() + Send>,
    open: Box<dyn FnMut(&str) -> bool + Send>,
}

/// The side of the screen.
pub struct Front {
    out: Receiver<Out>,
    answers: Sender<Answer>,
    stopped: Arc<AtomicBool>,
}

/// Both sides. `wake` is called after each word that goes out; `open` opens the person's browser.
pub fn desk(wake: Box<dyn Fn() + Send>, open: Box<dyn FnMut(&str) -> bool + Send>) -> (Desk, Front) {
    let (out, shown) = channel();
    let (given, answers) = channel();
    let stopped = Arc::new(AtomicBool::new(false));
    let front = Front { out: shown, answers: given, stopped: stopped.clone() };
    (Desk { out, answers, stopped, wake, open }, front)
}

impl Desk {
    /// Says the last word.
    pub fn over(self, end: Result<(), Failure>) {
        self.say(Out::Over(end));
    }

    fn say(&self, word: Out) {
        if self.out.send(word).is_err() {
            self.stopped.store(true, Ordering::Relaxed);
        }
        (self.wake)();
    }

    /// Waits for an answer; `None` when the person stops or the screen is gone.
    fn answer(&self) -> Option<Answer> {
        let answer = self.answers.recv().ok();
        if self.stopped.load(Ordering::Relaxed) { None } else { answer }
    }
}

impl Person for Desk {
    fn hears(&mut self, event: Event) {
        self.say(Out::Event(event));
    }

    fn goes_on(&mut self, asks: &Asks) -> Consent {
        self.say(Out::Asks(asks.clone()));
        match self.answer() {
            Some(Answer::GoOn(Some(pin))) => Consent::WithPin(pin),
            Some(Answer::GoOn(None)) => Consent::Yes,
            Some(Answer::Pin(_)) | None => Consent::No,
        }
    }

    fn pin(&mut self, ask: &PinAsk) -> PinAnswer {
        self.say(Out::Pin(ask.clone()));
        match self.answer() {
            Some(Answer::Pin(answer)) => answer,
            Some(Answer::GoOn(_)) | None => PinAnswer::Stop,
        }
    }

    fn opens(&mut self, url: &str) -> bool {
        (self.open)(url)
    }

    fn stops(&mut self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

impl Front {
    /// The next word, when there is one; `Err` when the activation is gone without a last word.
    ///
    /// # Errors
    /// `card_failed`: the other thread broke off.
    pub fn next(&self) -> Result<Option<Out>, Failure> {
        match self.out.try_recv() {
            Ok(word) => Ok(Some(word)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(Failure::CARD_FAILED),
        }
    }

    /// Waits for the next word.
    ///
    /// # Errors
    /// As [`Front::next`].
    pub fn wait(&self) -> Result<Out, Failure> {
        self.out.recv().map_err(|_| Failure::CARD_FAILED)
    }

    pub fn answer(&self, answer: Answer) {
        // Nobody listens any more when the activation is over; then the answer does not matter.
        let _ = self.answers.send(answer);
    }

    /// The person stops, whatever was asked.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.answer(Answer::Pin(PinAnswer::Stop));
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}
