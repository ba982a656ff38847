//! The identity card at a computer (docs/eid.md §2): the form with its robot check, then the pages that follow the card and the
//! phone. The same pages serve a card that is read to block.
//!
//! Until the form is right everything travels sealed in the page: whoever turns away costs no row.

mod begin;
mod blocked;
mod cookie;
mod end;
mod follow;
mod form;
mod reader;
mod token;
mod web_eid;

pub use begin::go_on;
pub use blocked::{activates, blocked};
pub use end::{ended, stop};
pub use follow::events;
pub use form::{ask, ask_to_block, challenge, change, send, send_to_block};
pub use reader::{again, arrive, finish, reader};
pub use token::{new_token, token};
pub use web_eid::{web_eid, web_eid_challenge};

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use cookie::EnrolmentCookie;
use journeys::Failure;
use journeys::enrol_with_eid::{Purpose, Seen, seen};
use pages::activate::{ACTIVATE, ActivateEnded, BLOCKED, CardState, READER, TOKEN};
use pages::block::BLOCK_CARD;
use protocol::eid::{Progress, State};
use words::Lang;

use super::pages_of::{accepted, page, problem_after, see_other};
use crate::Doors;

const ENDED: &str = "/activate/ended";

/// Where this kind of enrolment begins.
fn start_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Activate => ACTIVATE,
        Purpose::Block => BLOCK_CARD,
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
    (
        StatusCode::NOT_FOUND,
        page(ActivateEnded { lang, code: "lost", until: None, again: false, to_block: false }.render()),
    )
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
        "blocked" => BLOCKED,
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
}
