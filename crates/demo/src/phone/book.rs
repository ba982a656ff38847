//! What the daemon's phones are told from outside: at most one order for each, until it is carried out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{Notify, oneshot};

use super::PhoneError;

/// An order for one phone, and whom to tell how it ended.
pub struct Given {
    pub order: Order,
    reply: oneshot::Sender<Outcome>,
}

/// The answer's JSON, or exit code and JSON of what went wrong.
pub(super) type Outcome = Result<Value, (u8, Value)>;

#[derive(Clone, Debug)]
pub enum Order {
    /// A number that somebody read from a browser's page: the phone answers as it always does.
    Match { matched: String, rid: Option<String> },
    /// What a person would decide, whatever the phone does by itself.
    Answer(Decide),
    /// The text of a code or a link: the phone takes the request, and answers as it always does.
    Scan { text: String },
}

#[derive(Clone, Debug)]
pub struct Decide {
    pub action: Action,
    pub matched: Option<String>,
    pub rid: Option<String>,
    /// Claims kept back.
    pub without: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Approve,
    Refuse,
    Fraud,
}

impl Order {
    /// The request it is for; `None` means the newest.
    pub fn rid(&self) -> Option<&str> {
        match self {
            Order::Match { rid, .. } => rid.as_deref(),
            Order::Answer(decide) => decide.rid.as_deref(),
            Order::Scan { .. } => None,
        }
    }
}

impl Given {
    pub(super) fn new(order: Order) -> (Given, oneshot::Receiver<Outcome>) {
        let (reply, outcome) = oneshot::channel();
        (Given { order, reply }, outcome)
    }

    /// Tells the one who asked how it ended.
    pub fn done(self, outcome: Result<Value, &PhoneError>) {
        // Nobody may be listening any more; the answer is given all the same.
        let _ = self.reply.send(outcome.map_err(|e| (e.exit_code(), e.to_json())));
    }
}

/// Which phones the daemon plays, and the orders that lie for them.
#[derive(Clone, Default)]
pub struct MatchBook {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    phones: Mutex<HashMap<String, Option<Given>>>,
    changed: Notify,
}

impl MatchBook {
    /// A phone that is active from now on.
    pub fn enter(&self, number: &str) {
        self.with(|phones| {
            phones.entry(digits(number)).or_default();
        });
    }

    /// Takes the order that lies for this phone, if it is `wanted`.
    pub fn take_if(&self, number: &str, wanted: impl Fn(&Order) -> bool) -> Option<Given> {
        self.with(|phones| phones.get_mut(&digits(number))?.take_if(|given| wanted(&given.order)))
    }

    /// Forgets what lies for this phone.
    pub(super) fn clear(&self, number: &str) {
        self.take_if(number, |_| true);
    }

    /// Returns when something was handed in for anybody, or after `at_most`.
    pub async fn changed(&self, at_most: Duration) {
        let _ = tokio::time::timeout(at_most, self.inner.changed.notified()).await;
    }

    /// Returns when this phone is to scan something: that cannot wait for the end of a long poll.
    pub async fn scan_lies(&self, number: &str) {
        loop {
            let changed = self.inner.changed.notified();
            let number = digits(number);
            let lies = self.with(|phones| {
                let given = phones.get(&number).and_then(Option::as_ref);
                given.is_some_and(|given| matches!(given.order, Order::Scan { .. }))
            });
            if lies {
                return;
            }
            changed.await;
        }
    }

    /// False for a phone that is not played here.
    pub(super) fn put(&self, number: &str, given: Given) -> bool {
        let known = self.with(|phones| match phones.get_mut(&digits(number)) {
            Some(place) => {
                *place = Some(given);
                true
            }
            None => false,
        });
        self.inner.changed.notify_waiters();
        known
    }

    /// Sorted.
    pub fn numbers(&self) -> Vec<String> {
        let mut numbers: Vec<String> = self.with(|phones| phones.keys().cloned().collect());
        numbers.sort();
        numbers
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<String, Option<Given>>) -> T) -> T {
        // A poisoned book is still a good book: each change is one step.
        let mut phones = self.inner.phones.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        act(&mut phones)
    }
}

/// `+32 468 75 89 60`, `+32468758960` and, as an address loses its plus, ` 32468758960` are one phone.
fn digits(number: &str) -> String {
    std::iter::once('+').chain(number.chars().filter(char::is_ascii_digit)).collect()
}
