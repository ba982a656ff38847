//! What a server has of the outside, played by us: time, chance, and the gateway for SMS and mail.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use journeys::ports::{Boxed, Clock, Courier, Entropy};
use store::outbox::Message;

/// The clock that tests turn.
pub(super) struct Hand(pub(super) Arc<AtomicI64>);

impl Clock for Hand {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The same chance in every run.
pub(super) struct Dice(pub(super) AtomicU64, pub(super) u64);

impl Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(32) {
            let throw = self.0.fetch_add(1, Ordering::SeqCst);
            let drawn = protocol::jose::sha256(&[self.1.to_be_bytes(), throw.to_be_bytes()].concat());
            part.copy_from_slice(&drawn[..part.len()]);
        }
    }
}

/// The gateway for SMS and mail: keeps what it is given, unless it is on strike.
#[derive(Clone, Default)]
pub struct Post(Arc<Mutex<Bag>>);

#[derive(Default)]
struct Bag {
    sent: Vec<Sent>,
    strike: bool,
}

#[derive(Clone, Debug)]
pub struct Sent {
    pub kind: String,
    pub id: String,
    pub to: String,
    pub text: String,
}

impl Post {
    pub fn sent(&self) -> Vec<Sent> {
        self.0.lock().unwrap().sent.clone()
    }

    pub fn to(&self, whom: &str) -> Vec<Sent> {
        self.sent().into_iter().filter(|m| m.to == whom).collect()
    }

    pub fn strike(&self, on: bool) {
        self.0.lock().unwrap().strike = on;
    }
}

impl Courier for Post {
    fn send<'a>(&'a self, kind: &'a str, id: &'a str, message: &'a Message) -> Boxed<'a, Result<(), String>> {
        let mut bag = self.0.lock().unwrap();
        let result = if bag.strike { Err("on strike".to_owned()) } else { Ok(()) };
        if result.is_ok() {
            let sent = Sent { kind: kind.into(), id: id.into(), to: message.to.clone(), text: message.text.clone() };
            bag.sent.push(sent);
        }
        Box::pin(async move { result })
    }
}
