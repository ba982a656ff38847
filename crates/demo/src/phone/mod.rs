//! A phone without a screen: does what the app does, knowing the wire formats (`protocol`) and public HTTP only.
//!
//! `zelf phone` puts a command line on it (docs/phone-cli.md); tests, demos and the load generator use it as a library.

mod activate;
mod answer;
mod authenticator;
mod auto;
mod bank;
mod book;
mod code;
mod device;
mod door;
mod error;
mod inbox;
mod life;
mod listen;
mod request;
pub mod seed;
mod serve;
mod state;
mod trust;
pub mod web;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod double;
#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod life_tests;
#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests;

pub use activate::Plan;
pub use answer::{Answered, Verdict, check_receipt, compose, compose_touch, unix_now};
pub use authenticator::{Authenticator, StoredAuthenticator};
pub use auto::Auto;
pub use bank::Customer;
pub use book::{Action, Decide, Given, MatchBook, Order};
pub use device::{Device, StoredDevice};
pub use door::{Door, http};
pub use error::PhoneError;
pub use listen::listen;
pub use request::{Waiting, choose};
pub use serve::{Event, Servant};
pub use state::{Account, Activation, Change, Home, State};
pub use trust::Operator;

use protocol::phone::{
    DeviceStatus, Home as HomeAnswer, Pending as PendingAnswer, PendingBody, ScanBody, ScanOk, Settings, SettingsBody,
};
use serde::Deserialize;

/// One phone: its file, its keys, the operator it belongs to.
pub struct Phone {
    state: State,
    home: Home,
    device: Device,
    operator: Operator,
    door: Door,
}

/// What waits, as of the server's `now`.
#[derive(Clone, Debug)]
pub struct Pending {
    pub requests: Vec<Waiting>,
    pub device: DeviceStatus,
    pub now: i64,
}

impl Phone {
    /// Opens the phone in `home`, or makes a new one that pins the operator's root found at `server`.
    ///
    /// `server` may be left out when the file exists. `lang` is what requests are written in; `None` keeps the file's.
    pub async fn open(server: Option<&str>, home: Home, lang: Option<&str>) -> Result<Phone, PhoneError> {
        Phone::open_with(http()?, server, home, lang).await
    }

    /// As [`Phone::open`], over a client that many phones share.
    pub async fn open_with(
        http: reqwest::Client,
        server: Option<&str>,
        home: Home,
        lang: Option<&str>,
    ) -> Result<Phone, PhoneError> {
        let stored = home.load()?;
        let address = server.or(stored.as_ref().map(|s| s.server.as_str())).ok_or(PhoneError::InputNeeded("server"))?;
        let operator = Operator::discover(&http, address, stored.as_ref().map(|s| &s.root)).await?;
        let (mut state, device) = match stored {
            Some(state) => {
                let device = Device::load(&state.device)?;
                (state, device)
            }
            None => Self::fresh(address, &operator)?,
        };
        if let Some(lang) = lang {
            lang.clone_into(&mut state.lang);
        }
        let door = Door::new(http, &operator.known.app);
        Ok(Phone { state, home, device, operator, door })
    }

    fn fresh(server: &str, operator: &Operator) -> Result<(State, Device), PhoneError> {
        let device = Device::generate()?;
        let state = State {
            v: 1,
            server: server.to_owned(),
            root: operator.known.root.clone(),
            lang: "nl".into(),
            device: device.store()?,
            activation: None,
            account: None,
            outstanding: None,
            change: None,
            generation: 1,
            finger: None,
        };
        Ok((state, device))
    }

    fn save(&self) -> Result<(), PhoneError> {
        self.home.save(&self.state)
    }

    pub fn is_active(&self) -> bool {
        self.state.account.is_some()
    }

    /// The account on this phone.
    pub fn account(&self) -> Result<&Account, PhoneError> {
        self.state.account.as_ref().ok_or(PhoneError::NotActive)
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    pub fn operator(&self) -> &Operator {
        &self.operator
    }

    /// Requests that wait; with `wait` (0 to 25 s) the server holds its answer until there is one.
    ///
    /// # Errors
    /// `OutOfStep` when the server's chain of receipts is not ours, `Untrusted` for a request that does not verify.
    pub async fn pending(&mut self, wait: u8) -> Result<Pending, PhoneError> {
        self.account()?;
        self.settle().await?;
        let body = PendingBody { lang: self.state.lang.clone(), wait };
        let answer: PendingAnswer = self.door.command(self.device.key(), "pending", &body).await?;
        let account = self.account()?;
        if answer.head != account.head {
            return Err(PhoneError::OutOfStep);
        }
        let judge = |m1: String| {
            let verified = self.operator.request(&m1, self.device.id())?;
            if verified.payload.head != account.head || verified.payload.seq <= account.seq {
                return Err(PhoneError::OutOfStep);
            }
            Waiting::judge(m1, verified, answer.now)
        };
        let requests = answer.requests.into_iter().map(judge).collect::<Result<_, _>>()?;
        Ok(Pending { requests, device: answer.device, now: answer.now })
    }

    /// Takes the request behind a code on a page (`{app}/q#…`) or a link (`{app}/r#…`); answers its `rid`. By a code of a
    /// partner's own (`{app}/d#…`) the partner learns whom to ask: its request comes a moment later.
    ///
    /// # Errors
    /// `InputNeeded("text")` for what is no code of this operator; `Refused` `expired`, `taken`, `request_gone`.
    pub async fn scan(&mut self, text: &str) -> Result<String, PhoneError> {
        self.account()?;
        let ours = text
            .strip_prefix(self.door.app())
            .is_some_and(|rest| ["/q#", "/r#", "/d#"].iter().any(|kind| rest.starts_with(kind)));
        if !ours {
            return Err(PhoneError::InputNeeded("text"));
        }
        let taken: ScanOk = self.door.command(self.device.key(), "scan", &ScanBody { text: text.to_owned() }).await?;
        Ok(taken.rid)
    }

    /// What the home screen shows; brings the receipt chain up to date first.
    pub async fn home(&mut self) -> Result<HomeAnswer, PhoneError> {
        self.account()?;
        self.settle().await?;
        let home = self.fetch_home().await?;
        if home.head != self.account()?.head {
            return Err(PhoneError::OutOfStep);
        }
        Ok(home)
    }

    async fn fetch_home(&self) -> Result<HomeAnswer, PhoneError> {
        self.door.command(self.device.key(), "home", &serde_json::json!({})).await
    }

    /// Changes what is given, answers all three.
    pub async fn settings(&mut self, change: &SettingsBody) -> Result<Settings, PhoneError> {
        #[derive(Deserialize)]
        struct Reply {
            settings: Settings,
        }
        self.account()?;
        let reply: Reply = self.door.command(self.device.key(), "settings", change).await?;
        Ok(reply.settings)
    }
}
