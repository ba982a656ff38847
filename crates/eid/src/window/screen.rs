//! What the window shows and what a person does on it, without a window: one step per screen.

use std::time::Duration;

use eid_card::Pin;
use eid_session::{Conversation, Failure, Front, Start, Step};
use words::Lang;
use zeroize::Zeroizing;

/// A yes counts only this long after the question appeared: a window that pops up under typing fingers gets no yes.
pub const THOUGHT: Duration = Duration::from_millis(700);

/// Starts an activation on a thread of its own.
pub type Launch = Box<dyn FnMut(Start) -> Result<Front, Failure>>;

pub struct Screen {
    pub lang: Lang,
    /// The one server, as people read it.
    pub host: String,
    pub talk: Conversation,
    /// Another window of ours is open.
    pub open_already: bool,
    pub test_world: bool,
    pub code: String,
    pub pin: Zeroizing<String>,
    /// Claimed by nobody yet: the same link or code may be tried once more.
    untried: Option<Start>,
    launch: Launch,
}

impl Screen {
    pub fn new(lang: Lang, host: String, launch: Launch) -> Screen {
        Screen {
            lang,
            host,
            talk: Conversation::default(),
            open_already: false,
            test_world: false,
            code: String::new(),
            // Room for the longest PIN, so that the digits never move and leave a copy behind.
            pin: Zeroizing::new(String::with_capacity(Pin::LONGEST)),
            untried: None,
            launch,
        }
    }

    pub fn fails(&mut self, failure: Failure) {
        self.talk.fails(failure);
        self.wipe();
    }

    pub fn start(&mut self, start: Start) {
        self.untried = Some(start.clone());
        match (self.launch)(start) {
            Ok(front) => self.talk.begins(front),
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
            None => self.talk.goes_to(Step::Code(Some(Failure::CODE_INVALID))),
        }
    }

    /// Yes to who asks, with the PIN where one was typed.
    pub fn go_on(&mut self) {
        if self.talk.shown_for() >= THOUGHT {
            self.talk.go_on(&self.pin);
            self.wipe();
        }
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
        self.talk.give_pin(&self.pin);
        self.wipe();
    }

    pub fn stop(&mut self) {
        self.talk.stop();
        self.wipe();
    }

    /// The network failed before the server heard of us.
    pub fn may_retry(&self) -> bool {
        let unreached = matches!(&self.talk.step, Step::Failed(failure) if failure == &Failure::SERVER_UNREACHABLE);
        self.untried.is_some() && unreached
    }

    pub fn retry(&mut self) {
        if let Some(start) = self.untried.take() {
            self.start(start);
        }
    }

    /// Back to the field for a code.
    pub fn again(&mut self) {
        self.test_world = false;
        self.talk.again();
    }

    /// Takes in what happened since the last look; `true` when something did.
    pub fn look(&mut self) -> bool {
        let news = self.talk.look();
        if news {
            // Nothing that was typed for one step is left for the next.
            self.wipe();
            if let Step::Asks(asks, _) = &self.talk.step {
                self.untried = None;
                (self.lang, self.test_world) = (asks.lang, asks.test_world);
            }
        }
        news
    }

    fn wipe(&mut self) {
        use zeroize::Zeroize as _;
        self.pin.zeroize();
        self.pin.reserve(Pin::LONGEST);
    }
}

#[cfg(test)]
mod tests;
