//! The card's page, and the way back from the card program.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::refusal::Refusal;
use journeys::Failure;
use journeys::enrol_with_eid::{self, Digits, Finished, Purpose};
use pages::activate::{ActivateEnded, ActivateFinish, ActivateReader, BLOCKED, READER, TOKEN};
use serde::Deserialize;

use super::super::pages_of::{accepted, page, problem_after, see_other};
use super::{ENDED, EnrolmentCookie, card_state, failed, left, lost, onward, own, page_of};
use crate::Doors;

#[derive(Default, Deserialize)]
pub struct ReaderQuery {
    /// Tries left after wrong digits: an address that can be reloaded.
    left: Option<u8>,
}

/// `GET /activate/reader`
pub async fn reader(
    State(doors): State<Doors>,
    headers: HeaderMap,
    query: Result<Query<ReaderQuery>, QueryRejection>,
) -> Response {
    let (_, seen) = match own(&doors, &headers).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    if page_of(&seen.state.step) != READER {
        return onward(&seen);
    }
    let digits_left = query.ok().and_then(|Query(query)| query.left).filter(|left| (1..=9).contains(left));
    let link = seen.session.as_ref().map(|session| format!("zelf-eid://activate?s={session}"));
    let shown = ActivateReader {
        lang: seen.lang,
        link: link.as_deref(),
        code: seen.code.as_deref(),
        left: left(&seen.state),
        number: &seen.number,
        email: seen.email.as_deref(),
        to_block: seen.purpose == Purpose::Block,
        state: card_state(&seen.state),
        digits_left: digits_left.filter(|_| seen.state.step == "proven"),
        program_href: doors.settings.card_program.as_deref(),
    };
    page(shown.render())
}

/// `POST /activate/reader`: a new session and code.
pub async fn again(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let Some(cookie) = EnrolmentCookie::of(&doors, &headers) else { return lost(accepted(&headers)) };
    match enrol_with_eid::again(&doors.world, &cookie.enrolment, &cookie.browser).await {
        Ok(()) => see_other(READER),
        Err(failure) => not_again(&doors, &cookie, &failure),
    }
}

/// A button of an old page: to the page that is due; or the limit of how often.
pub(super) fn not_again(doors: &Doors, cookie: &EnrolmentCookie, failure: &Failure) -> Response {
    match failure {
        Failure::Refused(Refusal::Wait { until, .. }) => {
            let until = doors.world.settings.local_time(*until);
            let (lang, until) = (cookie.lang(), Some(&*until));
            let ended = ActivateEnded { lang, code: "too_many", until, again: false, to_block: false };
            (StatusCode::TOO_MANY_REQUESTS, page(ended.render())).into_response()
        }
        Failure::Refused(_) => see_other(ENDED),
        Failure::Gone => lost(cookie.lang()),
        other => failed(doors, other),
    }
}

/// `GET /activate/finish`: the secret is behind the `#`, where only the page's script sees it.
pub async fn arrive(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let lang = EnrolmentCookie::of(&doors, &headers).map_or_else(|| accepted(&headers), |cookie| cookie.lang());
    page(ActivateFinish { lang }.render())
}

#[derive(Deserialize)]
pub struct FinishForm {
    secret: Option<String>,
    digits: Option<String>,
}

/// `POST /activate/finish`: the browser that began gets the token; any other ends the enrolment.
pub async fn finish(
    State(doors): State<Doors>,
    headers: HeaderMap,
    form: Result<Form<FinishForm>, FormRejection>,
) -> Response {
    let cookie = EnrolmentCookie::of(&doors, &headers);
    match form {
        Ok(Form(FinishForm { secret: Some(secret), digits: None })) => {
            brought(&doors, &headers, cookie, secret.trim()).await
        }
        Ok(Form(FinishForm { secret: None, digits: Some(digits) })) => match cookie {
            Some(cookie) => typed(&doors, &cookie, &digits).await,
            None => lost(accepted(&headers)),
        },
        Ok(_) => problem_after(&doors, "request_invalid", "activation finish"),
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            problem_after(&doors, "too_large", "activation finish")
        }
        Err(_) => problem_after(&doors, "request_invalid", "activation finish"),
    }
}

async fn brought(doors: &Doors, headers: &HeaderMap, cookie: Option<EnrolmentCookie>, secret: &str) -> Response {
    let (id, browser) = (cookie.as_ref().map(|c| c.enrolment.as_str()), cookie.as_ref().map(|c| c.browser.as_str()));
    let lang = cookie.as_ref().map_or_else(|| accepted(headers), EnrolmentCookie::lang);
    match enrol_with_eid::finish(&doors.world, id, browser, secret).await {
        Ok(Finished::Back(purpose)) => see_other(back_to(purpose)),
        Ok(Finished::OtherBrowser) => {
            let ended = ActivateEnded { lang, code: "other_browser", until: None, again: false, to_block: false };
            (StatusCode::FORBIDDEN, page(ended.render())).into_response()
        }
        // Old, or used: whoever has an enrolment sees where it stands.
        Ok(Finished::Unknown) => see_other(ENDED),
        Err(failure) => failed(doors, &failure),
    }
}

fn back_to(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Activate => TOKEN,
        Purpose::Block => BLOCKED,
    }
}

async fn typed(doors: &Doors, cookie: &EnrolmentCookie, digits: &str) -> Response {
    match enrol_with_eid::digits(&doors.world, &cookie.enrolment, &cookie.browser, digits).await {
        Ok(Digits::Back(purpose)) => see_other(back_to(purpose)),
        Ok(Digits::Wrong { left }) => see_other(&format!("{READER}?left={left}")),
        Ok(Digits::Ended) => see_other(ENDED),
        Err(failure) => not_again(doors, cookie, &failure),
    }
}
