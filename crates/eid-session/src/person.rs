//! What the person at the reader is told and asked. A window, a terminal and a web page each show it in their own way.

use std::time::Duration;

use eid_card::Pin;

use crate::answers::Asks;
use crate::failure::Failure;

/// What happens, as it happens.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// The server is asked who wants something.
    Claiming,
    /// The person must do something at the reader first; the failure says what.
    Waits(Failure),
    Reading,
    /// Whose card it is, read off the card.
    Holder(Holder),
    /// The PIN is typed on the reader's own keys now.
    OnPad,
    Signing,
    Sending,
    /// All is proven; the browser has been asked to open.
    Returned(Back),
    /// The browser that began has taken over; the step of docs/eid.md §2.2.
    Finished(String),
}

#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    pub first_name: String,
    pub surname: String,
}

/// The way back into the browser.
#[derive(Clone, PartialEq, Eq)]
pub struct Back {
    /// Secret behind `#`: opened, not shown.
    pub url: String,
    /// Shown on request only, with a warning.
    pub digits: String,
    pub first_name: String,
    /// A browser could be started.
    pub opened: bool,
}

/// The PIN is wanted. Asked again after something went wrong with it, and only then by a new act of the person.
#[derive(Clone, PartialEq, Eq)]
pub struct PinAsk {
    pub holder: Holder,
    /// Tries left, 1 to 3.
    pub left: u8,
    /// To be typed on the reader's own keys.
    pub pad: bool,
    /// Why it is asked again: `pin_wrong`, `pin_cancelled`, `pin_timeout`.
    pub note: Option<Failure>,
}

/// The answer to who asks.
pub enum Consent {
    No,
    /// Read the card, and ask for the PIN when it is wanted.
    Yes,
    /// Read the card. The PIN is for the first time it is wanted, if a wrong one would not cost the last try and the reader has no
    /// keys of its own.
    WithPin(Pin),
}

pub enum PinAnswer {
    Typed(Pin),
    /// The person is ready to type on the reader.
    OnPad,
    Stop,
}

/// Whoever sits at the reader.
pub trait Person {
    fn hears(&mut self, event: Event);

    /// Shows who asks; waits for yes or no. Nothing is done with reader or card before.
    fn goes_on(&mut self, asks: &Asks) -> Consent;

    fn pin(&mut self, ask: &PinAsk) -> PinAnswer;

    /// Opens the address in the person's browser; `false` when that is impossible.
    fn opens(&mut self, url: &str) -> bool;

    /// The person has left, or closed the window: asked while the program waits.
    fn stops(&mut self) -> bool;
}

/// How long things are waited for.
#[derive(Clone, Copy)]
pub struct Pace {
    /// For a reader and a card.
    pub patience: Duration,
    /// One look at the reader.
    pub look: Duration,
    /// Between two questions how it ended.
    pub poll: Duration,
    /// For the browser to take over.
    pub watch: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            patience: Duration::from_secs(600),
            look: Duration::from_millis(300),
            poll: Duration::from_secs(1),
            watch: Duration::from_secs(45),
        }
    }
}
