//! How much one network may start. Counted in memory: a restart forgives, a flood does not grow the database.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Most networks remembered at once; beyond it the oldest windows are dropped.
const MOST: usize = 100_000;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// New activations, per hour.
    Activation,
    /// Logins started, per 15 minutes.
    Login,
    /// New activations with an identity card, per hour.
    Enrolment,
    /// The waiting page in place of the robot check, per hour.
    NoScript,
    /// Card programs that come with a link or a typed code, per hour.
    Claim,
    /// Written codes typed to block an account, per hour.
    Block,
    /// Partners that register themselves, per hour.
    Registration,
    /// Messages to the helpdesk, per hour.
    Contact,
}

/// Limits per network.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    pub activations_per_hour: u32,
    pub logins_per_quarter: u32,
    pub enrolments_per_hour: u32,
    pub waits_per_hour: u32,
    pub claims_per_hour: u32,
    pub contacts_per_hour: u32,
    pub blocks_per_hour: u32,
    pub registrations_per_hour: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Rates {
            activations_per_hour: 60,
            logins_per_quarter: 120,
            enrolments_per_hour: 60,
            waits_per_hour: 3,
            claims_per_hour: 240,
            contacts_per_hour: 30,
            blocks_per_hour: 30,
            registrations_per_hour: 120,
        }
    }
}

struct Window {
    since: i64,
    count: u32,
}

/// Counters of the current windows.
pub struct Limits {
    rates: Rates,
    windows: Mutex<HashMap<(What, String), Window>>,
}

impl Limits {
    pub fn new(rates: Rates) -> Limits {
        Limits { rates, windows: Mutex::default() }
    }

    /// Takes one; `Err` says when the window ends.
    pub fn take(&self, what: What, network: &str, now: i64) -> Result<(), i64> {
        let (most, seconds) = match what {
            What::Activation => (self.rates.activations_per_hour, 3600),
            What::Login => (self.rates.logins_per_quarter, 900),
            What::Enrolment => (self.rates.enrolments_per_hour, 3600),
            What::NoScript => (self.rates.waits_per_hour, 3600),
            What::Claim => (self.rates.claims_per_hour, 3600),
            What::Contact => (self.rates.contacts_per_hour, 3600),
            What::Block => (self.rates.blocks_per_hour, 3600),
            What::Registration => (self.rates.registrations_per_hour, 3600),
        };
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= MOST {
            windows.retain(|_, w| now - w.since < 3600);
        }
        if windows.len() >= MOST {
            windows.clear();
        }
        let window = windows.entry((what, network.to_owned())).or_insert(Window { since: now, count: 0 });
        if now - window.since >= seconds || now < window.since {
            *window = Window { since: now, count: 0 };
        }
        if window.count >= most {
            return Err(window.since + seconds);
        }
        window.count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_cannot_use_up_anothers_share() {
        let limits = Limits::new(Rates { activations_per_hour: 2, logins_per_quarter: 1, ..Rates::default() });
        assert_eq!(limits.take(What::Activation, "a", 0), Ok(()));
        assert_eq!(limits.take(What::Activation, "a", 1), Ok(()));
        assert_eq!(limits.take(What::Activation, "a", 2), Err(3600));
        assert_eq!(limits.take(What::Activation, "b", 2), Ok(()));
        assert_eq!(limits.take(What::Login, "a", 2), Ok(()));
        assert_eq!(limits.take(What::Activation, "a", 3600), Ok(()));
    }

    #[test]
    fn a_clock_that_jumps_back_does_not_lock_anybody_out() {
        let limits = Limits::new(Rates { activations_per_hour: 1, logins_per_quarter: 1, ..Rates::default() });
        assert_eq!(limits.take(What::Activation, "a", 10_000), Ok(()));
        assert_eq!(limits.take(What::Activation, "a", 100), Ok(()));
    }
}
