//! The order of things (docs/eid.md §1, §3): who asks, the person's yes, the card, the name, the PIN, one upload, back to the browser.

use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use eid_card::{Pin, Transport, TransportError};
use eid_proof::files;
use protocol::eid::{Progress, ProofBody};

use crate::answers::{self, Asks, Task};
use crate::argument::Start;
use crate::chip::{self, CardRead, Entry, Signed, Trouble};
use crate::door::Server;
use crate::failure::Failure;
use crate::person::{Back, Consent, Event, Holder, Pace, Person, PinAnswer, PinAsk};
use crate::reader::{Leave, Reader, Slot};

/// Times that a card which another program resets is begun again with.
const RESETS: u8 = 5;
/// Times that a card which failed is tried again before the person is asked to do something.
const FAILURES: u8 = 3;

/// Plays one activation to its end. Blocks; asks the server, the reader and the person in turn.
///
/// # Errors
/// The failure that ended it, for [`Failure::happened`] and [`Failure::todo`].
pub fn activate(
    server: &mut dyn Server,
    reader: &mut dyn Reader,
    person: &mut dyn Person,
    start: &Start,
    pace: Pace,
) -> Result<(), Failure> {
    person.hears(Event::Claiming);
    let claimed = server.claim(start)?;
    let origin = server.origin().to_owned();
    let (asks, task) = answers::claimed(claimed, &origin)?;
    let deadline = Instant::now() + Duration::from_secs(asks.seconds.unsigned_abs());
    let (resets, failures) = (RESETS, FAILURES);
    let mut run = Run { server, reader, person, task, asks, pace, deadline, resets, failures, given: None };
    match run.person.goes_on(&run.asks) {
        Consent::No => return Err(run.gives_up()),
        Consent::Yes => {}
        Consent::WithPin(pin) => run.given = Some(pin),
    }
    let (read, signed) = loop {
        let read = run.read()?;
        if let Some(signed) = run.sign(&read)? {
            break (read, signed);
        }
    };
    run.hand_over(read, signed)
}

struct Run<'a> {
    server: &'a mut dyn Server,
    reader: &'a mut dyn Reader,
    person: &'a mut dyn Person,
    task: Task,
    asks: Asks,
    pace: Pace,
    deadline: Instant,
    resets: u8,
    failures: u8,
    /// Typed together with the yes: for the first time the PIN is wanted, and gone then.
    given: Option<Pin>,
}

impl Run<'_> {
    /// Tells the page how far we are. A page that cannot be told is no reason to stop; one that has ended is.
    fn tell(&mut self, progress: Progress, left: Option<u8>) -> Result<(), Failure> {
        match self.server.progress(&self.task.ticket, progress, left) {
            Err(failure) if failure.exit_code() == 5 => Ok(()),
            told => told,
        }
    }

    fn gives_up(&mut self) -> Failure {
        // The server forgets us anyway when this does not arrive.
        let _ = self.server.progress(&self.task.ticket, Progress::Stopped, None);
        Failure::STOPPED
    }

    fn waits(&mut self, failure: Failure, progress: Progress) -> Result<(), Failure> {
        self.person.hears(Event::Waits(failure));
        self.tell(progress, None)
    }

    /// Until a card is in a reader, another one than `not` where that is given.
    fn card(&mut self, mut not: Option<Slot>) -> Result<Slot, Failure> {
        let (since, mut said) = (Instant::now(), None);
        loop {
            if self.person.stops() {
                return Err(self.gives_up());
            }
            let slot = self.reader.look(self.pace.look);
            let (failure, progress) = match slot {
                Slot::Card(_) if Some(slot) != not => return Ok(slot),
                Slot::Card(_) => (None, Progress::UnknownCard),
                Slot::NoReader => (Some(Failure::NO_READER), Progress::NoReader),
                Slot::Empty => (Some(Failure::NO_CARD), Progress::NoCard),
                Slot::Mute => (Some(Failure::CARD_WRONG_WAY), Progress::WrongWay),
            };
            if let Some(failure) = &failure {
                // The other card went out: whatever comes in now is looked at.
                not = None;
                if said != Some(slot) {
                    self.waits(failure.clone(), progress)?;
                    said = Some(slot);
                }
            }
            if Instant::now() > self.deadline {
                return Err(Failure::EXPIRED);
            }
            if since.elapsed() > self.pace.patience {
                return Err(failure.unwrap_or(Failure::CARD_FAILED));
            }
        }
    }

    /// Does `work` with the card held.
    fn with_card<T>(
        &mut self,
        leave: Leave,
        mut work: impl FnMut(&mut dyn Transport) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let mut done = None;
        let held = self.reader.hold(leave, &mut |transport| done = Some(work(transport)));
        match (held, done) {
            // The reader knows better than the command that failed why it failed.
            (Err(TransportError::Removed), Some(Err(Trouble::Failed)) | None) => Err(Trouble::Removed),
            (_, Some(result)) => result,
            (Err(error), None) => Err(error.into()),
            (Ok(()), None) => Err(Trouble::Failed),
        }
    }

    /// Reads the card, from the start each time it is put back.
    fn read(&mut self) -> Result<CardRead, Failure> {
        let mut not = None;
        loop {
            let slot = self.card(not)?;
            self.person.hears(Event::Reading);
            self.tell(Progress::Reading, None)?;
            not = match self.with_card(Leave::AsItIs, |transport| chip::read(transport).and_then(chip::fit)) {
                Ok(read) => return Ok(read),
                Err(trouble) => self.recover(trouble, slot)?,
            };
        }
    }

    /// Says what happened to the card; gives the slot that must change before it makes sense to go on.
    fn recover(&mut self, trouble: Trouble, slot: Slot) -> Result<Option<Slot>, Failure> {
        match trouble {
            Trouble::Reset if self.resets > 0 => {
                self.resets -= 1;
                Ok(None)
            }
            Trouble::Failed if self.failures > 0 => {
                self.failures -= 1;
                sleep(self.pace.poll);
                Ok(None)
            }
            Trouble::Removed => self.waits(Failure::CARD_REMOVED, Progress::Removed).map(|()| None),
            Trouble::Unknown => self.waits(Failure::CARD_UNKNOWN, Progress::UnknownCard).map(|()| Some(slot)),
            Trouble::Reset | Trouble::Failed => {
                self.waits(Failure::CARD_FAILED, Progress::WrongWay).map(|()| Some(slot))
            }
            Trouble::End(failure) => {
                if failure == Failure::PIN_BLOCKED {
                    self.tell(Progress::PinBlocked, Some(0))?;
                }
                Err(failure)
            }
            // Only signing meets these, and deals with them.
            Trouble::PinWrong(_) | Trouble::PinCancelled | Trouble::PinTimeout | Trouble::OtherCard => Ok(None),
        }
    }

    /// Asks the PIN and signs. `None`: the card was taken out or changed, so it is read again.
    fn sign(&mut self, read: &CardRead) -> Result<Option<Signed>, Failure> {
        let holder = Holder { first_name: read.first_name.clone(), surname: read.surname.clone() };
        self.person.hears(Event::Holder(holder.clone()));
        let (mut left, mut note) = (read.tries, None);
        loop {
            if Instant::now() > self.deadline {
                return Err(Failure::EXPIRED);
            }
            let ask = PinAsk { holder: holder.clone(), left, pad: read.pad, note: note.clone() };
            let Some(entry) = self.entry(&ask)? else {
                // A script that has no second PIN leaves with what was wrong with the first; the page may go on without it.
                return Err(note.filter(|_| !self.person.stops()).unwrap_or_else(|| self.gives_up()));
            };
            match self.signed(read, &entry) {
                Ok(signed) => return Ok(Some(signed)),
                Err(Trouble::PinWrong(still)) => {
                    self.tell(Progress::PinWrong, Some(still))?;
                    (left, note) = (still, Some(Failure::PIN_WRONG));
                }
                Err(Trouble::PinCancelled) => note = Some(Failure::PIN_CANCELLED),
                Err(Trouble::PinTimeout) => note = Some(Failure::PIN_TIMEOUT),
                Err(trouble) => {
                    let slot = self.reader.look(Duration::ZERO);
                    if let Some(slot) = self.recover(trouble, slot)? {
                        self.card(Some(slot))?;
                    }
                    return Ok(None);
                }
            }
        }
    }

    /// The PIN typed with the yes, where that is safe; else a question.
    fn entry(&mut self, ask: &PinAsk) -> Result<Option<Entry>, Failure> {
        if let Some(pin) = self.given.take().filter(|_| ask.left > 1 && !ask.pad) {
            // As before a question: a page that has ended gets no signature.
            self.tell(Progress::Signing, None)?;
            self.person.hears(Event::Signing);
            return Ok(Some(Entry::Typed(pin)));
        }
        self.tell(if ask.pad { Progress::PinPad } else { Progress::Pin }, Some(ask.left))?;
        Ok(match self.person.pin(ask) {
            PinAnswer::Stop => None,
            PinAnswer::Typed(pin) => {
                self.person.hears(Event::Signing);
                Some(Entry::Typed(pin))
            }
            PinAnswer::OnPad => {
                self.person.hears(Event::OnPad);
                Some(Entry::OnPad)
            }
        })
    }

    fn signed(&mut self, read: &CardRead, entry: &Entry) -> Result<Signed, Trouble> {
        let (nonce, challenge) = (self.task.nonce.clone(), self.task.challenge);
        let origin = self.asks.origin.clone();
        self.with_card(Leave::Reset, |transport| chip::sign(transport, read, entry, &origin, &nonce, &challenge))
    }

    fn hand_over(&mut self, read: CardRead, signed: Signed) -> Result<(), Failure> {
        self.person.hears(Event::Sending);
        self.tell(Progress::Signing, None)?;
        let proof = ProofBody {
            ticket: self.task.ticket.clone(),
            files: files::encode(&read.files),
            serial: URL_SAFE_NO_PAD.encode(read.serial),
            chip_signature: signed.chip.map(|bytes| URL_SAFE_NO_PAD.encode(bytes)),
            token: signed.token,
        };
        let back = answers::returned(self.server.proof(&proof)?, &self.asks.origin)?;
        let opened = self.person.opens(&back.url);
        let back = Back { url: back.url, digits: back.digits, first_name: back.first_name, opened };
        self.person.hears(Event::Returned(back));
        self.watch()
    }

    /// Says how it ended in the browser, where that is known within a while.
    fn watch(&mut self) -> Result<(), Failure> {
        let until = Instant::now() + self.pace.watch;
        while Instant::now() < until && !self.person.stops() {
            match self.server.state(&self.task.ticket) {
                Ok(state) if matches!(&*state.step, "token" | "blocked" | "phone" | "active") => {
                    self.person.hears(Event::Finished(state.step));
                    return Ok(());
                }
                Ok(state) if state.step == "ended" => {
                    let code = state.error.unwrap_or_default();
                    return Err(if code.is_empty() { Failure::STOPPED } else { Failure::of_server(&code, None) });
                }
                // A page that was not opened yet, or a moment without a network.
                Ok(_) | Err(_) => sleep(self.pace.poll),
            }
        }
        Ok(())
    }
}
