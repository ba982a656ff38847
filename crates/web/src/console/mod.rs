//! Doors of the helpdesk's console. Each asks for a right in `routes.rs`, and [`guard`] stands before every one of them: a handler
//! is reached only by somebody inside who has it, and a form only with the value of that very session.

mod cases;
mod fields;
mod guard;
mod log;
mod look;
mod people;
mod sign_in;

pub use cases::{case, cases, close, decide, refuse};
pub use guard::guard;
pub use log::log;
pub use look::{block, hold, look, number, release, search, search_form};
pub use people::{add, invite, people, remove};
pub use sign_in::{accept, invitation, key, key_page, language, login, login_page, logout, new_key, new_key_page};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::helpdesk::{BadReason, Right};
use journeys::helpdesk::{Denied, Staff};
use maud::Markup;
use pages::console::{CASES, Desk, LOG, LOGIN, PEOPLE, Trouble};
use words::Lang;

use crate::Doors;
use crate::site::{page, see_other};

/// Name of the session's cookie, and of the chosen language.
const COOKIE: &str = "desk";
const LANG_COOKIE: &str = "desk_lang";

/// Over TLS the console's cookie carries the `__Host-` prefix; it never leaves its own site.
fn cookie(doors: &Doors, name: &str, value: &str, max_age: Option<i64>) -> String {
    let secure = doors.world.settings.console.starts_with("https://");
    let (prefix, tail) = if secure { ("__Host-", "; Secure") } else { ("", "") };
    let age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    format!("{prefix}{name}={value}; Path=/; HttpOnly; SameSite=Strict{age}{tail}")
}

fn read_cookie<'a>(doors: &Doors, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let secure = doors.world.settings.console.starts_with("https://");
    let prefix = if secure { "__Host-" } else { "" };
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs
        .filter_map(|(key, value)| Some((key.strip_prefix(prefix)?, value)))
        .find(|(key, _)| *key == name)
        .map(|(_, v)| v)
}

fn with_cookie(mut response: Response, line: &str) -> Response {
    if let Ok(line) = line.parse() {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

/// The language of this browser at the console.
fn lang_of(doors: &Doors, headers: &HeaderMap) -> Lang {
    let chosen = read_cookie(doors, headers, LANG_COOKIE).and_then(Lang::parse);
    let told = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    chosen.unwrap_or_else(|| Lang::negotiate(told))
}

fn desk(staff: &Staff, lang: Lang) -> Desk<'_> {
    Desk {
        lang,
        name: &staff.name,
        role: staff.role.word(),
        csrf: &staff.csrf,
        cases: staff.role.may(Right::Cases),
        decides: staff.role.may(Right::Decide),
        reads_log: staff.role.may(Right::ReadLog),
        admits: staff.role.may(Right::Staff),
    }
}

/// Why something did not go on, as the end of a `console.error.` key.
fn word(denied: &Denied) -> &'static str {
    match denied {
        Denied::Wrong => "wrong",
        Denied::Wait { .. } => "wait",
        Denied::Outside => "outside",
        Denied::NotYours => "not_yours",
        Denied::SamePerson => "same_person",
        Denied::Reason(BadReason::TooShort) => "reason_short",
        Denied::Reason(BadReason::TooLong) => "reason_long",
        Denied::Reason(BadReason::Personal) => "reason_personal",
        Denied::Password => "password",
        Denied::Name => "name",
        Denied::NameTaken => "name_taken",
        Denied::Stale => "stale",
        Denied::Query => "query",
        Denied::Refused(_) => "refused",
        Denied::Failed(failure) => {
            tracing::error!(?failure, "the console failed");
            "failed"
        }
    }
}

/// As a page tells it.
fn trouble(doors: &Doors, denied: &Denied) -> Trouble<'static> {
    match denied {
        Denied::Wait { until } => Trouble::Wait(((until - doors.world.now() + 59) / 60).max(1)),
        other => Trouble::Word(word(other)),
    }
}

/// A page that says no.
fn refused(markup: Markup) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page(markup)).into_response()
}

/// Back to a page, saying how it went.
fn back(to: &str, done: Result<&str, Denied>) -> Response {
    match done {
        Ok(done) => see_other(&format!("{to}?done={done}")),
        Err(Denied::Outside) => see_other(LOGIN),
        Err(denied) => see_other(&format!("{to}?error={}", word(&denied))),
    }
}

/// `?done=…&error=…` of a page that was sent back to: words, or nothing.
#[derive(Default, serde::Deserialize)]
pub struct Told {
    #[serde(default)]
    done: String,
    #[serde(default)]
    error: String,
}

impl Told {
    fn done(&self) -> Option<&str> {
        Some(self.done.as_str()).filter(|done| !done.is_empty())
    }

    fn trouble(&self) -> Option<Trouble<'_>> {
        Some(self.error.as_str()).filter(|error| !error.is_empty()).map(Trouble::Word)
    }
}

/// `GET /`: to where this person works.
pub async fn front(axum::Extension(staff): axum::Extension<Staff>) -> Response {
    let to = [(Right::Cases, CASES), (Right::ReadLog, LOG), (Right::Staff, PEOPLE)];
    let to = to.into_iter().find(|(right, _)| staff.role.may(*right)).map_or(LOGIN, |(_, to)| to);
    see_other(to)
}

/// Nothing lives at this address.
pub async fn not_found(State(_): State<Doors>) -> Response {
    StatusCode::NOT_FOUND.into_response()
}
