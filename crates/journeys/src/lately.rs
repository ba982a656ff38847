//! Requests that this process wrote a moment ago, so that the browser that comes right after is not answered by reading them again.
//!
//! What is remembered is worth one second; whoever changes a request rings its bell ([`crate::Signals::ring`]), and then it is read
//! again. Another process may know better within that second: its page says "waiting" and asks again by itself, or its code is
//! redeemed by nobody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::approval::{Approval, LoginRequest};

/// Requests remembered, in each of two ages: a few MiB when both are full.
const REQUESTS: usize = 1024;
/// Seconds.
const WORTH: i64 = 1;

struct Seen {
    approval: Approval,
    /// Does not change while it waits.
    request: Arc<LoginRequest>,
    /// When this was the row; `None` once something may have changed.
    at: Option<i64>,
}

#[derive(Default)]
struct Ages {
    young: HashMap<String, Seen>,
    old: HashMap<String, Seen>,
}

#[derive(Clone, Default)]
pub(crate) struct Lately(Arc<Mutex<Ages>>);

impl Lately {
    fn with<T>(&self, work: impl FnOnce(&mut Ages) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A request was written.
    pub(crate) fn begun(&self, approval: &Approval, request: LoginRequest, now: i64) {
        let seen = Seen { approval: approval.clone(), request: Arc::new(request), at: Some(now) };
        self.with(|ages| {
            if ages.young.len() >= REQUESTS {
                ages.old = std::mem::take(&mut ages.young);
            }
            ages.young.insert(approval.id.clone(), seen);
        });
    }

    /// The row as this process has just written it; the request is as it was.
    pub(crate) fn decided(&self, approval: Approval, now: i64) {
        self.with(|ages| {
            if let Some(seen) = ages.find(&approval.id) {
                *seen = Seen { approval, request: Arc::clone(&seen.request), at: Some(now) };
            }
        });
    }

    /// Something changed for `id`.
    pub(crate) fn changed(&self, id: &str) {
        self.with(|ages| {
            if let Some(seen) = ages.find(id) {
                seen.at = None;
            }
        });
    }

    /// The request as it was within the last second.
    pub(crate) fn get(&self, id: &str, now: i64) -> Option<(Approval, LoginRequest)> {
        let found = self.with(|ages| {
            let seen = ages.find(id)?;
            let fresh = seen.at.is_some_and(|at| (at..=at + WORTH).contains(&now));
            fresh.then(|| (seen.approval.clone(), Arc::clone(&seen.request)))
        });
        found.map(|(approval, request)| (approval, LoginRequest::clone(&request)))
    }
}

impl Ages {
    fn find(&mut self, id: &str) -> Option<&mut Seen> {
        self.young.get_mut(id).or_else(|| self.old.get_mut(id))
    }
}
