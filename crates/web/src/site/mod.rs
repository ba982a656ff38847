//! The login pages: number, waiting, the end; front page, problems, assets.

pub mod activate;
mod block;
pub mod contact;
mod elsewhere;
pub mod help;
mod link;
pub(crate) mod login;
mod logo;
mod number;
mod offer;
mod onward;
mod pages_of;
mod qr;
pub(crate) mod session;
mod wait;

pub use block::{block, block_page};
pub use link::{by_link, come_back};
pub(crate) use login::{begin, send};
pub use login::{retry, show};
pub use logo::logo;
pub use number::login;
pub(crate) use onward::leave;
pub(crate) use pages_of::{accepted, method_not_allowed, not_found, problem_here, problem_in, see_other};
pub use pages_of::{asset, front, health, page, problem_page};
pub use qr::{by_qr, frame};
pub use wait::{cancel, events, wait};

use journeys::World;
use protocol::jose::b64u;
use protocol::label::{COOKIE, LOGIN_REQUEST};
use protocol::oidc::authorize::AuthorizationRequest;
use protocol::oidc::request_seal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use words::Lang;

/// The login page may lie open for so long.
const REQUEST_SECONDS: i64 = 3600;

/// What the hidden field `req` carries: an abandoned login costs no row.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct LoginState {
    pub(crate) authorization: AuthorizationRequest,
    pub(crate) lang: String,
    /// Set once a request waits on a phone.
    pub(crate) approval: Option<String>,
}

impl LoginState {
    /// As the person chose on our page, else as the service wished.
    pub(crate) fn lang(&self) -> Lang {
        Lang::parse(&self.lang).unwrap_or(Lang::Nl)
    }

    /// What lies in a row is not said twice.
    pub(crate) fn seal(&self, world: &World) -> String {
        let exp = world.now() + REQUEST_SECONDS;
        let seal = |state: &LoginState| {
            request_seal::seal(&world.keys.cookie, LOGIN_REQUEST, state, exp, world.entropy()).unwrap_or_default()
        };
        match &self.authorization.stash {
            None => seal(self),
            Some(row) => {
                let authorization = AuthorizationRequest { stash: Some(row.clone()), ..Default::default() };
                seal(&LoginState { authorization, lang: self.lang.clone(), approval: self.approval.clone() })
            }
        }
    }

    pub(crate) async fn open(world: &World, text: &str) -> Option<LoginState> {
        let mut state: LoginState = request_seal::open(&world.keys.cookie, LOGIN_REQUEST, text, world.now())?;
        if let Some(row) = &state.authorization.stash {
            let found = journeys::stash::find(world, row).await;
            state.authorization =
                found.inspect_err(|failure| tracing::error!(?failure, "a stash was not read")).ok()??;
        }
        Some(state)
    }
}

/// Seals what a cookie carries.
pub(crate) fn seal_cookie<T: Serialize>(world: &World, value: &T, seconds: i64) -> String {
    request_seal::seal(&world.keys.cookie, COOKIE, value, world.now() + seconds, world.entropy()).unwrap_or_default()
}

pub(crate) fn open_cookie<T: DeserializeOwned>(world: &World, text: &str) -> Option<T> {
    request_seal::open(&world.keys.cookie, COOKIE, text, world.now())
}

/// Binds a waiting request to its browser.
#[derive(Serialize, Deserialize)]
pub(crate) struct LoginCookie {
    pub(crate) approval: String,
    pub(crate) number: String,
    pub(crate) lang: String,
}

impl LoginCookie {
    pub(crate) fn lang(&self) -> Lang {
        Lang::parse(&self.lang).unwrap_or(Lang::Nl)
    }
}

/// Name of that cookie: one per request, so that two tabs do not fight.
pub(crate) fn login_cookie_name(approval: &str) -> String {
    format!("zelf_login_{}", approval.get(4..12).unwrap_or_default())
}

/// A browser in which somebody approved a login before.
#[derive(Serialize, Deserialize)]
pub(crate) struct KnownCookie {
    pub(crate) browser: String,
    pub(crate) account: String,
}

pub(crate) const KNOWN_COOKIE: &str = "zelf_known";
pub(crate) const KNOWN_SECONDS: i64 = 180 * 86_400;

/// "Remember my number".
#[derive(Serialize, Deserialize)]
pub(crate) struct NumberCookie {
    pub(crate) country: String,
    pub(crate) number: String,
}

pub(crate) const NUMBER_COOKIE: &str = "zelf_number";

/// A fresh id for a browser.
pub(crate) fn browser_id(world: &World) -> String {
    b64u(world.entropy::<9>())
}
