//! The person at a terminal: sentences on standard error, answers from the keyboard, results on standard output.

use std::fs::File;
use std::io::{IsTerminal, Read, Write, stderr, stdin, stdout};
use std::process::{Command, Stdio};

use eid_card::Pin;
use eid_session::{Asks, Consent, Event, Failure, Person, PinAnswer, PinAsk, Purpose};
use serde_json::json;
use words::{Lang, fill, t};
use zeroize::{Zeroize, Zeroizing};

/// Longest line read from standard input; a PIN has at most twelve digits.
const LINE: usize = 64;

pub struct Terminal {
    pub lang: Lang,
    /// The PIN comes from standard input, which also is the yes.
    pub pin_stdin: bool,
    pub no_open: bool,
    pub json: bool,
}

impl Terminal {
    pub fn say(&self, text: &str) {
        if !self.json {
            let _ = writeln!(stderr(), "{text}");
        }
    }

    /// One JSON object on a line of its own, at once.
    pub fn object(&self, value: &serde_json::Value) {
        if self.json {
            let _ = writeln!(stdout(), "{value}").and_then(|()| stdout().flush());
        }
    }

    pub fn failed(&self, failure: &Failure) {
        self.say(&format!("{} {}", failure.happened(self.lang), failure.todo(self.lang)));
        self.say(&fill(self.lang, "card.failed.code", &[("code", failure.code())]));
        let texts = (failure.happened(self.lang), failure.todo(self.lang));
        self.object(&json!({ "error": failure.code(), "happened": texts.0, "todo": texts.1 }));
    }

    fn question(&self, text: &str) -> Option<Zeroizing<String>> {
        let _ = write!(stderr(), "{text} ");
        line()
    }

    fn back(&self, back: &eid_session::Back) {
        self.say(&fill(self.lang, "card.back.title", &[("name", &back.first_name)]));
        self.object(&json!({
            "step": "returned", "return": back.url, "digits": back.digits, "first_name": back.first_name, "opened": back.opened,
        }));
        if back.opened {
            return self.say(t(self.lang, "card.back.opened"));
        }
        if self.json {
            return;
        }
        self.say(t(self.lang, "card.back.warning"));
        self.say(&format!("{}:", t(self.lang, "card.back.open")));
        let _ = writeln!(stdout(), "{}", back.url);
        self.say(t(self.lang, "card.back.digits"));
        let _ = writeln!(stdout(), "{}", back.digits);
    }
}

impl Person for Terminal {
    fn hears(&mut self, event: Event) {
        let text = match &event {
            Event::Claiming => return,
            Event::Waits(failure) => {
                self.object(&json!({ "step": "waits", "for": failure.code() }));
                format!("{} {}", failure.happened(self.lang), failure.todo(self.lang))
            }
            Event::Reading => t(self.lang, "card.reading.title").to_owned(),
            Event::Holder(holder) => {
                let name = format!("{} {}", holder.first_name, holder.surname);
                fill(self.lang, "card.pin.holder", &[("name", &name)])
            }
            Event::OnPad => t(self.lang, "card.pad.now").to_owned(),
            Event::Signing => t(self.lang, "card.signing.title").to_owned(),
            Event::Sending => t(self.lang, "card.sending.title").to_owned(),
            Event::Returned(back) => return self.back(back),
            Event::Finished(step) => {
                self.object(&json!({ "step": step }));
                format!("{}. {}", t(self.lang, "card.finished.title"), t(self.lang, "card.finished.lead"))
            }
        };
        self.say(&text);
    }

    fn goes_on(&mut self, asks: &Asks) -> Consent {
        self.lang = asks.lang;
        if asks.test_world {
            self.say(t(self.lang, "card.test_world"));
        }
        let lead = match asks.purpose {
            Purpose::Activate => "card.asks.lead",
            Purpose::Block => "card.asks.block",
        };
        self.say(&fill(self.lang, lead, &[("name", &asks.name)]));
        let email = asks.email.as_deref().unwrap_or_else(|| t(self.lang, "card.asks.no_email"));
        for (label, value) in
            [("card.asks.site", &*asks.origin), ("card.asks.number", &asks.number), ("card.asks.email", email)]
        {
            self.say(&format!("  {}: {value}", t(self.lang, label)));
        }
        self.object(&json!({
            "step": "asks", "name": asks.name, "origin": asks.origin, "number": asks.number, "email": asks.email,
            "test_world": asks.test_world, "purpose": asks.purpose,
        }));
        if self.pin_stdin {
            return Consent::Yes;
        }
        self.say(t(self.lang, "card.asks.check"));
        let question = format!("{} / {}", t(self.lang, "card.asks.yes"), t(self.lang, "card.asks.no"));
        let yes: String = t(self.lang, "card.asks.yes").chars().take(1).collect::<String>().to_lowercase();
        let answer = self.question(&format!("{question} [{yes}/n]"));
        if answer.is_some_and(|answer| answer.to_lowercase().starts_with(&yes)) { Consent::Yes } else { Consent::No }
    }

    fn pin(&mut self, ask: &PinAsk) -> PinAnswer {
        if let Some(note) = &ask.note {
            self.say(&format!("{} {}", note.happened(self.lang), note.todo(self.lang)));
        }
        match ask.left {
            1 => self.say(t(self.lang, "card.pin.last")),
            2 => self.say(&fill(self.lang, "card.pin.left", &[("left", "2")])),
            _ => {}
        }
        // A script had its one chance: the next PIN would be the same wrong one.
        if self.pin_stdin && ask.note.is_some() {
            return PinAnswer::Stop;
        }
        if ask.pad {
            return PinAnswer::OnPad;
        }
        let typed = if self.pin_stdin { line() } else { unseen(&format!("{}:", t(self.lang, "card.pin.label"))) };
        match typed.as_deref().map(|text| Pin::new(text.trim())) {
            Some(Ok(pin)) => PinAnswer::Typed(pin),
            Some(Err(_)) => {
                self.say(t(self.lang, "card.pin.shape"));
                PinAnswer::Stop
            }
            None => PinAnswer::Stop,
        }
    }

    fn opens(&mut self, url: &str) -> bool {
        !self.no_open && crate::browser::open(url)
    }

    fn stops(&mut self) -> bool {
        false
    }
}

/// One line of standard input, at most [`LINE`] bytes; `None` at its end. Read byte by byte past the library's buffer, which would
/// keep a PIN for as long as the program runs.
fn line() -> Option<Zeroizing<String>> {
    let mut input = raw_stdin()?;
    let mut text = Zeroizing::new(Vec::with_capacity(LINE));
    let mut byte = [0];
    while text.len() < LINE && input.read(&mut byte).ok()? == 1 && byte != *b"\n" {
        text.push(byte[0]);
    }
    let ended = text.is_empty() && byte != *b"\n";
    let read = std::str::from_utf8(&text).ok().map(|text| Zeroizing::new(text.trim().to_owned()));
    byte.zeroize();
    read.filter(|_| !ended)
}

#[cfg(unix)]
fn raw_stdin() -> Option<File> {
    use std::os::fd::AsFd as _;
    stdin().as_fd().try_clone_to_owned().ok().map(File::from)
}

#[cfg(windows)]
fn raw_stdin() -> Option<File> {
    use std::os::windows::io::AsHandle as _;
    stdin().as_handle().try_clone_to_owned().ok().map(File::from)
}

/// A line that does not show while it is typed. `stty` does it where there is one; elsewhere the PIN comes by the window or a script.
fn unseen(prompt: &str) -> Option<Zeroizing<String>> {
    if !stdin().is_terminal() || !echo(false) {
        return None;
    }
    let _ = write!(stderr(), "{prompt} ").and_then(|()| stderr().flush());
    let typed = line();
    echo(true);
    let _ = writeln!(stderr());
    typed
}

fn echo(on: bool) -> bool {
    let argument = if on { "echo" } else { "-echo" };
    let stty = Command::new("stty").arg(argument).stdin(Stdio::inherit()).stderr(Stdio::null()).status();
    stty.is_ok_and(|status| status.success())
}
