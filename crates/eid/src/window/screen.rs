//! What the window shows and what can be done on it, without a window: one step per screen.

use std::time::{Duration, Instant};

use eid_card::Pin;
use eid_session::{Answer, Asks, Back, Event, Failure, Front, Holder, Out, PinAnswer, PinAsk, Start};
use words::Lang;
use zeroize::Zeroizing;

/// A yes counts only this long after the question appeared: a window that pops up under typing fingers gets no yes.
const THOUGHT: Duration = Duration::from_millis(700);

/// Starts an activation on a thread of its own.
pub type Launch = Box<dyn FnMut(Start) -> Result<Front, Failure>>;

pub enum Step {
    /// The code of the page is asked; with what was wrong with the last one.
    Code(Option<Failure>),
    Claiming,
    Asks(Asks),
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
    /// Another window of ours is open.
    OpenAlready,
}

pub struct Screen {
    pub lang: Lang,
    /// The one server, as people read it.
    pub host: String,
    pub step: Step,
    pub test_world: bool,
    pub holder: Option<Holder>,
    pub code: String,
    pub pin: Zeroizing<String>,
    /// Counts the steps, so that the window knows when to move the focus.
    pub turn: u64,
    since: Instant,
    /// Claimed by nobody yet: the same link or code may be tried once more.
    untried: Option<Start>,
    launch: Launch,
    front: Option<Front>,
}

impl Screen {
    pub fn new(lang: Lang, host: String, launch: Launch) -> Screen {
        Screen {
            lang,
            host,
            step: Step::Code(None),
            test_world: false,
            holder: None,
            code: String::new(),
            // Room for the longest PIN, so that the digits never move and leave a copy behind.
            pin: Zeroizing::new(String::with_capacity(Pin::LONGEST)),
            turn: 0,
            since: Instant::now(),
            untried: None,
            launch,
            front: None,
        }
    }

    pub(super) fn goes_to(&mut self, step: Step) {
        self.step = step;
        self.turn += 1;
        self.since = Instant::now();
    }

    pub fn fails(&mut self, failure: Failure) {
        self.front = None;
        self.wipe();
        self.goes_to(Step::Failed(failure));
    }

    pub fn is_open_already(&mut self) {
        self.goes_to(Step::OpenAlready);
    }

    pub fn start(&mut self, start: Start) {
        self.holder = None;
        self.untried = Some(start.clone());
        match (self.launch)(start) {
            Ok(front) => {
                self.front = Some(front);
                self.goes_to(Step::Claiming);
            }
            Err(failure) => self.fails(failure),
        }
    }

    /// The typed code is used.
    pub fn use_code(&mut self) {
        match Start::from_code(&self.code) {
            Some(start) => {
                self.code.clear();
                self.start(start);
            }
            None => self.goes_to(Step::Code(Some(Failure::CODE_INVALID))),
        }
    }

    pub fn go_on(&mut self) {
        if self.since.elapsed() < THOUGHT {
            return;
        }
        self.answer(Answer::GoOn);
        self.goes_to(Step::Reading);
    }

    /// One key on the PIN field: digits only, up to the longest PIN.
    pub fn pin_digit(&mut self, digit: char) {
        if digit.is_ascii_digit() && self.pin.len() < Pin::LONGEST {
            self.pin.push(digit);
        }
    }

    pub fn pin_back(&mut self) {
        self.pin.pop();
    }

    /// What was typed goes to the card, if it can be a PIN at all.
    pub fn give_pin(&mut self) {
        let pin = Pin::new(&self.pin);
        self.wipe();
        match (pin, &mut self.step) {
            (Ok(pin), _) => {
                self.answer(Answer::Pin(PinAnswer::Typed(pin)));
                self.goes_to(Step::Signing);
            }
            (Err(_), Step::Pin(_, misshapen)) => {
                *misshapen = true;
                self.turn += 1;
            }
            (Err(_), _) => {}
        }
    }

    pub fn ready_at_pad(&mut self) {
        self.answer(Answer::Pin(PinAnswer::OnPad));
        self.goes_to(Step::OnPad);
    }

    pub fn show_digits(&mut self) {
        if let Step::Back(_, shown) = &mut self.step {
            *shown = true;
            self.turn += 1;
        }
    }

    pub fn stop(&mut self) {
        if let Some(front) = &self.front {
            front.stop();
        }
        self.wipe();
    }

    /// The network failed before the server heard of us.
    pub fn may_retry(&self) -> bool {
        self.untried.is_some() && matches!(&self.step, Step::Failed(failure) if failure == &Failure::SERVER_UNREACHABLE)
    }

    pub fn retry(&mut self) {
        if let Some(start) = self.untried.take() {
            self.start(start);
        }
    }

    /// Back to the field for a code.
    pub fn again(&mut self) {
        self.front = None;
        self.test_world = false;
        self.goes_to(Step::Code(None));
    }

    /// An activation runs: closing the window now means stopping it.
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
            Out::Asks(asks) => {
                self.untried = None;
                self.lang = asks.lang;
                self.test_world = asks.test_world;
                self.goes_to(Step::Asks(asks));
            }
            Out::Pin(ask) => {
                self.wipe();
                self.goes_to(Step::Pin(ask, false));
            }
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

    fn wipe(&mut self) {
        use zeroize::Zeroize as _;
        self.pin.zeroize();
        self.pin.reserve(Pin::LONGEST);
    }
}

#[cfg(test)]
mod tests;
