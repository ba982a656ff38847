//! A phone that answers by itself: one task per number, polling as the app does.

use std::collections::HashSet;
use std::str::FromStr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::answer::{Answered, Verdict};
use super::listen::{Given, MatchBook};
use super::request::{Waiting, choose};
use super::{Pending, Phone, PhoneError};

/// What a servant does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auto {
    Approve,
    Refuse,
    /// "I did not start this."
    Fraud,
    Ignore,
    /// A wrong code first, then the right one.
    WrongCodeOnce,
    /// Approves, but takes its time.
    Slow,
}

impl FromStr for Auto {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "approve" => Auto::Approve,
            "refuse" => Auto::Refuse,
            "fraud" => Auto::Fraud,
            "ignore" => Auto::Ignore,
            "wrong-code-once" => Auto::WrongCodeOnce,
            "slow" => Auto::Slow,
            _ => return Err("approve, refuse, fraud, ignore, wrong-code-once or slow".into()),
        })
    }
}

/// One line of what happens: a JSON object with `event` and `number`.
pub type Event = Value;

/// A phone with its instructions.
pub struct Servant {
    pub phone: Phone,
    pub auto: Auto,
    pub code: String,
    /// How long `slow` waits.
    pub pause: Duration,
    pub book: MatchBook,
    pub events: UnboundedSender<Event>,
}

impl Servant {
    /// Serves until something happens that no new try can mend; says so as the last event.
    pub async fn run(mut self) {
        let Ok(number) = self.phone.account().map(|a| a.number.clone()) else { return };
        self.book.enter(&number);
        self.tell(&number, "active", json!({}));
        let mut seen = HashSet::new();
        let mut pause = Duration::from_millis(250);
        loop {
            match self.round(&number, &mut seen).await {
                Ok(()) => pause = Duration::from_millis(250),
                Err(e) if is_final(&e) => return self.tell(&number, "stopped", e.to_json()),
                Err(e) => {
                    self.tell(&number, "failed", e.to_json());
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(15));
                }
            }
        }
    }

    /// Polls once and answers at most one request: each answer moves the chain, so the next one must be fetched again.
    async fn round(&mut self, number: &str, seen: &mut HashSet<String>) -> Result<(), PhoneError> {
        let hold = if seen.is_empty() { 25 } else { 0 };
        let pending = self.phone.pending(hold).await?;
        seen.retain(|rid| pending.requests.iter().any(|w| w.rid() == rid));
        for waiting in &pending.requests {
            if seen.insert(waiting.rid().to_owned()) {
                self.tell(number, "request", waiting.to_json());
            }
        }
        let answered = match pending.requests.iter().find(|w| self.needs_nobody(w)) {
            Some(waiting) => Some((None, waiting.rid().to_owned())),
            None => self.handed_in(number, &pending).map(|(given, rid)| (Some(given), rid)),
        };
        match answered {
            Some((given, rid)) => {
                let outcome = self.answer(&rid, given.as_ref().map(|g| g.matched.clone())).await;
                let refused = outcome.is_err();
                self.report(number, &rid, given, outcome)?;
                if refused {
                    // The same request may still wait: no racing round it.
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                Ok(())
            }
            None if pending.requests.is_empty() => Ok(()),
            None => {
                self.book.changed(Duration::from_secs(1)).await;
                Ok(())
            }
        }
    }

    fn needs_nobody(&self, waiting: &Waiting) -> bool {
        match self.auto {
            Auto::Ignore => false,
            Auto::Refuse | Auto::Fraud => true,
            // Nobody's robot gives an account away: what concerns the account itself is left to a person.
            Auto::Approve | Auto::WrongCodeOnce | Auto::Slow => is_login(waiting) && !waiting.request().wants_match,
        }
    }

    /// A number that was handed in, and the request it is for.
    fn handed_in(&self, number: &str, pending: &Pending) -> Option<(Given, String)> {
        if pending.requests.is_empty() || self.auto == Auto::Ignore {
            return None;
        }
        let given = self.book.take(number)?;
        let logins: Vec<Waiting> = pending.requests.iter().filter(|w| is_login(w)).cloned().collect();
        match choose(&logins, given.rid.as_deref()).map(|w| w.rid().to_owned()) {
            Ok(rid) => Some((given, rid)),
            Err(e) => {
                given.done(Err(&e));
                None
            }
        }
    }

    async fn answer(&mut self, rid: &str, matched: Option<String>) -> Result<Answered, PhoneError> {
        let approve = |code: &str| Verdict::Approve { code: code.to_owned(), matched: matched.clone() };
        match self.auto {
            Auto::Refuse => self.phone.answer(Some(rid), &Verdict::Refuse).await,
            Auto::Fraud => self.phone.answer(Some(rid), &Verdict::Fraud).await,
            Auto::Slow => {
                tokio::time::sleep(self.pause).await;
                self.phone.answer(Some(rid), &approve(&self.code)).await
            }
            Auto::WrongCodeOnce => match self.phone.answer(Some(rid), &approve(&another(&self.code))).await {
                Err(e) if e.is("not_accepted") => self.phone.answer(Some(rid), &approve(&self.code)).await,
                other => other,
            },
            Auto::Approve | Auto::Ignore => self.phone.answer(Some(rid), &approve(&self.code)).await,
        }
    }

    fn report(
        &self,
        number: &str,
        rid: &str,
        given: Option<Given>,
        outcome: Result<Answered, PhoneError>,
    ) -> Result<(), PhoneError> {
        if let Ok(answered) = &outcome {
            self.tell(number, "answered", answered.to_json());
        }
        if let Some(given) = given {
            given.done(outcome.as_ref().map(Answered::to_json));
        }
        match outcome {
            Ok(_) => Ok(()),
            Err(e) if is_final(&e) => Err(e),
            Err(e) => {
                let mut line = e.to_json();
                if let Some(line) = line.as_object_mut() {
                    line.insert("rid".into(), json!(rid));
                }
                self.tell(number, "not_answered", line);
                Ok(())
            }
        }
    }

    fn tell(&self, number: &str, event: &str, mut line: Value) {
        if let Some(line) = line.as_object_mut() {
            line.insert("event".into(), json!(event));
            line.insert("number".into(), json!(number));
        }
        // The printer ends only with the program.
        let _ = self.events.send(line);
    }
}

/// The same code with another last digit.
fn another(code: &str) -> String {
    let (start, last) = code.split_at(code.len().saturating_sub(1));
    let last = last.parse::<u8>().map_or(0, |d| (d + 1) % 10);
    format!("{start}{last}")
}

fn is_login(waiting: &Waiting) -> bool {
    waiting.request().kind == "login"
}

/// Nothing that time mends.
fn is_final(e: &PhoneError) -> bool {
    matches!(e, PhoneError::Untrusted(_) | PhoneError::OutOfStep | PhoneError::State(_) | PhoneError::Locked)
        || e.exit_code() == 7
        || e.is("device_unknown")
        || e.is("bad_signature")
}
