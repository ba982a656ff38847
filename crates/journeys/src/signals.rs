//! "Something changed for X": wakes whoever waits in this process. Other processes find out by looking once a second, so
//! a lost signal costs a second and never a login.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::lately::Lately;

/// How long a listener sleeps before it looks by itself.
const LOOK_AGAIN: Duration = Duration::from_millis(1000);

/// Topics somebody waits for at this moment.
#[derive(Clone, Default)]
pub struct Signals {
    topics: Arc<Mutex<Topics>>,
    /// What is known of a request until its bell rings.
    pub(crate) lately: Lately,
}

/// Name of a topic → its bell, and how many wait for it.
type Topics = HashMap<String, (Arc<Notify>, usize)>;

/// A registered wait; deregisters itself.
pub struct Listener {
    signals: Signals,
    topic: String,
    notify: Arc<Notify>,
}

impl Signals {
    pub fn listen(&self, topic: &str) -> Listener {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let (notify, count) = topics.entry(topic.to_owned()).or_default();
        *count += 1;
        Listener { signals: self.clone(), topic: topic.to_owned(), notify: Arc::clone(notify) }
    }

    /// How many wait for this topic here.
    pub fn listeners(&self, topic: &str) -> usize {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner).get(topic).map_or(0, |(_, count)| *count)
    }

    pub fn ring(&self, topic: &str) {
        self.lately.changed(topic);
        self.wake(topic);
    }

    /// As [`Signals::ring`], by whoever has just told [`Signals::lately`] how it stands.
    pub(crate) fn wake(&self, topic: &str) {
        if let Some((notify, _)) = self.topics.lock().unwrap_or_else(PoisonError::into_inner).get(topic) {
            notify.notify_waiters();
            notify.notify_one();
        }
    }
}

impl Listener {
    /// Until a signal, or until it is time to look anyway.
    pub async fn wait(&self) {
        let _ = tokio::time::timeout(LOOK_AGAIN, self.notify.notified()).await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut topics = self.signals.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, count)) = topics.get_mut(&self.topic) {
            *count -= 1;
            if *count == 0 {
                topics.remove(&self.topic);
            }
        }
    }
}
