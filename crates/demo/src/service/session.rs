//! Who is logged in, and who is on the way: in memory, bounded.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use protocol::jose::b64u;
use serde_json::{Map, Value};

use super::site::Ask;

/// A session lives so long.
pub(super) const SECONDS: u32 = 1800;
const PENDING: Duration = Duration::from_secs(900);
const MOST: usize = 10_000;

/// A login under way: what the answer must match.
pub(super) struct Pending {
    pub state: String,
    pub nonce: String,
    /// RFC 7636 §4.1.
    pub verifier: String,
    pub ask: Ask,
    /// The person who is in already.
    pub sub: Option<String>,
    since: Instant,
}

impl Pending {
    /// `None` without entropy.
    pub(super) fn fresh(ask: Ask, sub: Option<String>) -> Option<Pending> {
        Some(Pending { state: random()?, nonce: random()?, verifier: random()?, ask, sub, since: Instant::now() })
    }
}

/// Somebody who is in: what the provider told.
pub(super) struct Person {
    pub sub: String,
    pub acr: String,
    pub amr: Vec<String>,
    pub auth_time: i64,
    /// What was just done.
    pub ask: Ask,
    /// Claims of userinfo, `sub` left out.
    pub claims: Map<String, Value>,
    /// The proof of it that the service keeps, where it fetched one.
    pub evidence: Option<String>,
}

struct Session {
    id: String,
    person: Arc<Person>,
    since: Instant,
}

/// All sessions of the service.
#[derive(Default)]
pub(super) struct Sessions {
    pending: Mutex<VecDeque<Pending>>,
    open: Mutex<VecDeque<Session>>,
}

impl Sessions {
    pub(super) fn begin(&self, pending: Pending) {
        let mut all = lock(&self.pending);
        all.retain(|p| p.since.elapsed() < PENDING);
        push(&mut all, pending);
    }

    /// The login with this `state`, once.
    pub(super) fn take(&self, state: &str) -> Option<Pending> {
        let mut all = lock(&self.pending);
        let at = all.iter().position(|p| p.state == state && p.since.elapsed() < PENDING)?;
        all.remove(at)
    }

    /// Opens a session under a fresh id; `None` without entropy.
    pub(super) fn enter(&self, person: Person) -> Option<String> {
        let id = random()?;
        let mut all = lock(&self.open);
        all.retain(Session::is_alive);
        push(&mut all, Session { id: id.clone(), person: Arc::new(person), since: Instant::now() });
        Some(id)
    }

    pub(super) fn find(&self, id: &str) -> Option<Arc<Person>> {
        lock(&self.open).iter().find(|s| s.id == id && s.is_alive()).map(|s| s.person.clone())
    }

    pub(super) fn leave(&self, id: &str) {
        lock(&self.open).retain(|s| s.id != id);
    }
}

impl Session {
    fn is_alive(&self) -> bool {
        self.since.elapsed().as_secs() < u64::from(SECONDS)
    }
}

fn push<T>(all: &mut VecDeque<T>, one: T) {
    if all.len() >= MOST {
        all.pop_front();
    }
    all.push_back(one);
}

/// A poisoned list is still a list.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// 43 characters, 256 bits. `None` where the operating system has no entropy.
pub(super) fn random() -> Option<String> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(b64u(bytes))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_login_under_way_can_be_finished_once() {
        let sessions = Sessions::default();
        let pending = Pending::fresh(Ask::Login, None).unwrap();
        let (state, nonce) = (pending.state.clone(), pending.nonce.clone());
        sessions.begin(pending);
        assert!(sessions.take("another").is_none());
        assert_eq!(sessions.take(&state).unwrap().nonce, nonce);
        assert!(sessions.take(&state).is_none());
    }

    #[test]
    fn who_left_is_out() {
        let person = Person {
            sub: "s".into(),
            acr: String::new(),
            amr: vec![],
            auth_time: 0,
            ask: Ask::Login,
            claims: Map::new(),
            evidence: None,
        };
        let sessions = Sessions::default();
        let id = sessions.enter(person).unwrap();
        assert_eq!(sessions.find(&id).unwrap().sub, "s");
        sessions.leave(&id);
        assert!(sessions.find(&id).is_none());
    }
}
