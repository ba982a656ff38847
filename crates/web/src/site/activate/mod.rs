//! Activation with an identity card (docs/eid.md §2): form, robot check, review; then the pages that follow the card and the phone.
//!
//! Until the review is confirmed everything travels in a sealed form: whoever turns away costs no row.

mod confirm;
mod end;
mod follow;
mod form;
mod reader;
mod token;
mod web_eid;

pub use confirm::{confirm, go_on};
pub use end::{ended, stop};
pub use follow::events;
pub use form::{ask, challenge, check};
pub use reader::{again, arrive, finish, reader};
pub use token::{new_token, token};
pub use web_eid::{web_eid, web_eid_challenge};

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use journeys::enrol_with_eid::{Seen, seen};
use journeys::{Failure, World};
use pages::activate::{ActivateEnded, CardState, READER, TOKEN};
use protocol::eid::{Progress, State};
use protocol::label::ENROLMENT_FORM;
use protocol::oidc::request_seal;
use serde::{Deserialize, Serialize};
use words::Lang;

use super::pages_of::{accepted, page, problem_after, see_other};
use super::{open_cookie, seal_cookie};
use crate::Doors;
use crate::security::{cookie, read_cookie};

/// A form may lie open for so long before it must be checked again.
const FORM_SECONDS: i64 = 900;
/// What was typed is remembered a little longer, so that nobody types it twice.
const SEAL_SECONDS: i64 = 7200;
const COOKIE: &str = "activate";
/// The row decides how long an activation lives; the cookie outlives it.
const COOKIE_SECONDS: i64 = 7200;
const ENDED: &str = "/activate/ended";

/// What the field `form` carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FormState {
    /// Drawn with the form, so that confirming twice makes one enrolment.
    id: String,
    lang: String,
    country: String,
    number: String,
    email: String,
    no_email: bool,
    location: bool,
    /// When this form stops being good.
    until: i64,
    /// Set when everything is right; the review may be shown from then on.
    checked: Option<i64>,
}

impl FormState {
    fn new(world: &World, lang: Lang) -> FormState {
        FormState {
            id: world.id("enr"),
            lang: lang.code().to_owned(),
            country: "BE".into(),
            number: String::new(),
            email: String::new(),
            no_email: false,
            location: false,
            until: world.now() + FORM_SECONDS,
            checked: None,
        }
    }

    fn seal(&self, world: &World) -> String {
        let exp = world.now() + SEAL_SECONDS;
        request_seal::seal(&world.keys.cookie, ENROLMENT_FORM, self, exp, world.entropy()).unwrap_or_default()
    }

    fn open(world: &World, text: &str) -> Option<FormState> {
        request_seal::open(&world.keys.cookie, ENROLMENT_FORM, text, world.now())
    }

    fn lang(&self) -> Lang {
        Lang::parse(&self.lang).unwrap_or(Lang::Nl)
    }

    fn email(&self) -> Option<&str> {
        Some(self.email.trim()).filter(|email| !self.no_email && !email.is_empty())
    }
}

/// Binds an enrolment to its browser. It is set before the row exists, so that a second click on "confirm" finds the same secret.
#[derive(Clone, Serialize, Deserialize)]
struct EnrolmentCookie {
    enrolment: String,
    browser: String,
    lang: String,
}

impl EnrolmentCookie {
    fn of(doors: &Doors, headers: &HeaderMap) -> Option<EnrolmentCookie> {
        open_cookie(&doors.world, read_cookie(doors, headers, COOKIE)?)
    }

    fn set(&self, doors: &Doors) -> String {
        cookie(doors, COOKIE, &seal_cookie(&doors.world, self, COOKIE_SECONDS), COOKIE_SECONDS)
    }

    fn lang(&self) -> Lang {
        Lang::parse(&self.lang).unwrap_or(Lang::Nl)
    }
}

/// The enrolment of this browser, or the page that says there is none.
async fn own(doors: &Doors, headers: &HeaderMap) -> Result<(EnrolmentCookie, Seen), Response> {
    let Some(cookie) = EnrolmentCookie::of(doors, headers) else { return Err(lost(accepted(headers))) };
    match seen(&doors.world, &cookie.enrolment, &cookie.browser).await {
        Ok(seen) => Ok((cookie, seen)),
        Err(Failure::Gone) => Err(lost(cookie.lang())),
        Err(failure) => Err(failed(doors, &failure)),
    }
}

/// This browser holds no enrolment, or one that was swept.
fn lost(lang: Lang) -> Response {
    (StatusCode::NOT_FOUND, page(ActivateEnded { lang, code: "lost", until: None, again: false }.render()))
        .into_response()
}

fn failed(doors: &Doors, failure: &Failure) -> Response {
    tracing::error!(?failure, "an activation page failed");
    problem_after(doors, "server_error", "an activation")
}

/// The page on which a step is shown.
fn page_of(step: &str) -> &'static str {
    match step {
        "waiting" | "claimed" | "proven" => READER,
        "token" | "phone" => TOKEN,
        _ => ENDED,
    }
}

/// To the page that is due.
fn onward(seen: &Seen) -> Response {
    see_other(page_of(&seen.state.step))
}

fn card_state(state: &State) -> CardState<'_> {
    CardState {
        step: &state.step,
        progress: state.progress.map(word),
        left: state.left,
        error: state.error.as_deref(),
        device: state.device.as_deref(),
        expires: state.expires,
    }
}

/// Seconds until the step is over.
fn left(state: &State) -> u32 {
    u32::try_from(state.expires - state.now).unwrap_or(0)
}

fn word(progress: Progress) -> &'static str {
    match progress {
        Progress::NoReader => "no_reader",
        Progress::NoCard => "no_card",
        Progress::WrongWay => "wrong_way",
        Progress::UnknownCard => "unknown_card",
        Progress::Reading => "reading",
        Progress::Pin => "pin",
        Progress::PinPad => "pin_pad",
        Progress::PinWrong => "pin_wrong",
        Progress::PinBlocked => "pin_blocked",
        Progress::Signing => "signing",
        Progress::Removed => "removed",
        Progress::Stopped => "stopped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_progress_is_the_one_of_the_contract() {
        for progress in [Progress::NoReader, Progress::PinPad, Progress::WrongWay, Progress::Stopped, Progress::Pin] {
            assert_eq!(serde_json::to_value(progress).ok(), Some(word(progress).into()));
        }
    }

    #[test]
    fn the_tick_decides_about_the_address() {
        let mut form = FormState {
            id: "enr_x".into(),
            lang: "nl".into(),
            country: "BE".into(),
            number: "0468 75 89 60".into(),
            email: " an@voorbeeld.example ".into(),
            no_email: false,
            location: true,
            until: 0,
            checked: None,
        };
        assert_eq!(form.email(), Some("an@voorbeeld.example"));
        form.no_email = true;
        assert_eq!(form.email(), None);
        (form.no_email, form.email) = (false, "  ".into());
        assert_eq!(form.email(), None);
    }
}
