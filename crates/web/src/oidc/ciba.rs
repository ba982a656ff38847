//! Where partners ask without a browser (CIBA Core §7), and how often they may look for the answer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use journeys::ciba::{self, Refused};
use protocol::oidc::Mount;
use protocol::oidc::ciba::BackchannelError;
use protocol::oidc::token::TokenError;
use serde_json::json;

use super::answers::{failed, private, refused};
use super::{Call, client};
use crate::Doors;

/// Paths under the issuer of either mount.
const STANDARD: &str = "/bc-authorize";
const COMPAT: &str = "/backchannel/authentication";

/// `POST /bc-authorize`.
pub async fn ask(State(doors): State<Doors>, call: Call) -> Response {
    ask_at(&doors, Mount::Standard, &call).await
}

pub(super) async fn ask_at(doors: &Doors, mount: Mount, call: &Call) -> Response {
    let path = if mount == Mount::Compat { COMPAT } else { STANDARD };
    let Some(form) = call.form.as_deref().filter(|_| call.query.is_empty()) else {
        return no(&BackchannelError::invalid("a form is expected, and no query"));
    };
    let client = match client::authenticated(doors, call, mount, path).await {
        Ok(client) => client,
        Err(error) => return stranger(doors, &error),
    };
    match ciba::ask(&doors.world, &client, form).await {
        Ok(asked) => {
            doors.polls.begin(&asked.auth_req_id, asked.interval, doors.world.now());
            let mut body = json!({
                "auth_req_id": asked.auth_req_id, "expires_in": asked.expires_in, "interval": asked.interval,
            });
            if let (Some(digits), Some(members)) = (asked.match_number, body.as_object_mut()) {
                members.insert("match_number".into(), digits.into());
            }
            private(StatusCode::OK, body)
        }
        Err(Refused::Request(error)) => no(&error),
        Err(Refused::Client(error)) => stranger(doors, &error),
        Err(Refused::Failed(failure)) => failed(&failure, "backchannel"),
    }
}

/// Both mounts say `error_description` here.
fn stranger(doors: &Doors, error: &TokenError) -> Response {
    refused(doors, Mount::Standard, error)
}

fn no(error: &BackchannelError) -> Response {
    private(StatusCode::BAD_REQUEST, json!({ "error": error.code(), "error_description": error.description }))
}

/// Most answers waited for that are remembered at once.
const MOST: usize = 100_000;
/// Nobody looks for an answer so long after the last time.
const FORGOTTEN_SECONDS: i64 = 900;
/// Who looks too early waits so much longer from then on (CIBA Core §11).
const SLOWER_SECONDS: i64 = 5;

/// When each answer was looked for last. In memory: a restart forgives.
#[derive(Default)]
pub struct Polls(Mutex<HashMap<String, Poll>>);

struct Poll {
    last: i64,
    interval: i64,
}

impl Polls {
    /// Somebody will look for this.
    pub fn begin(&self, id: &str, interval: i64, now: i64) {
        let mut polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if polls.len() >= MOST {
            polls.retain(|_, poll| now - poll.last < FORGOTTEN_SECONDS);
        }
        if polls.len() >= MOST {
            polls.clear();
        }
        polls.insert(id.to_owned(), Poll { last: now - interval, interval });
    }

    /// `false` for who looks again before the interval has passed. A second is forgiven: clocks tick apart.
    pub fn take(&self, id: &str, interval: i64, now: i64) -> bool {
        let known = {
            let mut polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            polls.get_mut(id).map(|poll| poll.look(now))
        };
        known.unwrap_or_else(|| {
            self.begin(id, interval, now);
            self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(id).is_none_or(|poll| poll.look(now))
        })
    }
}

impl Poll {
    fn look(&mut self, now: i64) -> bool {
        let early = now + 1 < self.last + self.interval;
        self.last = now;
        if early {
            self.interval += SLOWER_SECONDS;
        }
        !early
    }
}

#[cfg(test)]
mod tests {
    use super::Polls;

    #[test]
    fn who_looks_too_often_waits_longer_for_good() {
        let polls = Polls::default();
        polls.begin("a", 5, 100);
        assert!(polls.take("a", 5, 100), "the first look may be at once");
        assert!(polls.take("a", 5, 105));
        assert!(!polls.take("a", 5, 107));
        assert!(!polls.take("a", 5, 112), "ten seconds now");
        assert!(polls.take("a", 5, 127), "fifteen now, and they have passed");
        assert!(polls.take("b", 5, 127), "another answer is another matter");
        assert!(!polls.take("b", 5, 128));
    }
}
