//! A phone that answers by itself: one task per number, polling as the app does.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::answer::{Answered, Verdict};
use super::auto::Auto;
use super::book::{Action, Decide, Given, MatchBook, Order};
use super::request::{Waiting, choose};
use super::{Pending, Phone, PhoneError};

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
        self.auto = self.auto.of(&number);
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
        let polled = tokio::select! {
            pending = self.phone.pending(hold) => Some(pending?),
            () = self.book.scan_lies(number) => None,
        };
        let Some(pending) = polled else { return self.scan(number).await };
        seen.retain(|rid| pending.requests.iter().any(|w| w.rid() == rid));
        for waiting in &pending.requests {
            if seen.insert(waiting.rid().to_owned()) {
                self.tell(number, "request", waiting.to_json());
            }
        }
        let answered = match self.handed_in(number, &pending) {
            Some((given, rid)) => Some((Some(given), rid)),
            None => pending.requests.iter().find(|w| self.needs_nobody(w)).map(|w| (None, w.rid().to_owned())),
        };
        match answered {
            Some((given, rid)) => {
                let outcome = self.carry_out(&rid, given.as_ref().map(|g| &g.order)).await;
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

    /// Takes the request behind a code or a link, and answers it unless it waits for a word.
    async fn scan(&mut self, number: &str) -> Result<(), PhoneError> {
        let Some(given) = self.book.take_if(number, |order| matches!(order, Order::Scan { .. })) else { return Ok(()) };
        let Order::Scan { text } = &given.order else { return Ok(()) };
        let rid = match self.phone.scan(text).await {
            Ok(rid) => rid,
            Err(e) => {
                self.tell(number, "not_scanned", e.to_json());
                given.done(Err(&e));
                return if is_final(&e) { Err(e) } else { Ok(()) };
            }
        };
        self.tell(number, "scanned", json!({ "rid": rid }));
        if matches!(self.auto, Auto::Ignore | Auto::Told) {
            given.done(Ok(json!({ "rid": rid })));
            return Ok(());
        }
        let outcome = self.answer(&rid, None).await;
        self.report(number, &rid, Some(given), outcome)
    }

    fn needs_nobody(&self, waiting: &Waiting) -> bool {
        match self.auto {
            Auto::Ignore | Auto::Told => false,
            Auto::Refuse | Auto::Fraud => true,
            // Nobody's robot gives an account away: what concerns the account itself is left to a person.
            Auto::Approve | Auto::WrongCodeOnce | Auto::Slow | Auto::ByNumber => {
                is_partners(waiting) && !waiting.request().wants_match
            }
        }
    }

    /// What was handed in, and the request it is for. Who never answers does not for a number either, but does when told to.
    fn handed_in(&self, number: &str, pending: &Pending) -> Option<(Given, String)> {
        if pending.requests.is_empty() {
            return None;
        }
        let given = self.book.take_if(number, |order| match order {
            Order::Answer(_) => true,
            Order::Match { .. } => self.auto != Auto::Ignore,
            Order::Scan { .. } => false,
        })?;
        let asked: Vec<Waiting> = pending.requests.iter().filter(|w| is_partners(w)).cloned().collect();
        match choose(&asked, given.order.rid()).map(|w| w.rid().to_owned()) {
            Ok(rid) => Some((given, rid)),
            Err(e) => {
                given.done(Err(&e));
                None
            }
        }
    }

    async fn carry_out(&mut self, rid: &str, order: Option<&Order>) -> Result<Answered, PhoneError> {
        match order {
            Some(Order::Answer(decide)) => self.decide(rid, decide).await,
            Some(Order::Match { matched, .. }) => self.answer(rid, Some(matched.clone())).await,
            Some(Order::Scan { .. }) | None => self.answer(rid, None).await,
        }
    }

    /// Does as it was told.
    async fn decide(&mut self, rid: &str, decide: &Decide) -> Result<Answered, PhoneError> {
        let verdict = match decide.action {
            Action::Approve => Verdict::Approve { code: self.code.clone(), matched: decide.matched.clone() },
            Action::Refuse => Verdict::Refuse,
            Action::Fraud => Verdict::Fraud,
        };
        self.phone.answer_without(Some(rid), &verdict, &decide.without).await
    }

    /// Does as it always does.
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
            Auto::Approve | Auto::Ignore | Auto::Told | Auto::ByNumber => {
                self.phone.answer(Some(rid), &approve(&self.code)).await
            }
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

/// A service asks; not what concerns the account itself.
fn is_partners(waiting: &Waiting) -> bool {
    waiting.request().kind != "admin"
}

/// Nothing that time mends.
fn is_final(e: &PhoneError) -> bool {
    matches!(e, PhoneError::Untrusted(_) | PhoneError::OutOfStep | PhoneError::State(_) | PhoneError::Locked)
        || e.exit_code() == 7
        || e.is("device_unknown")
        || e.is("bad_signature")
}
