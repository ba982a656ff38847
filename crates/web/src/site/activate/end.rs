//! The end, wanted or not.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use journeys::enrol_with_eid::{self, Purpose};
use pages::activate::{ActivateDone, ActivateEnded};

use super::super::pages_of::{accepted, page, see_other};
use super::reader::not_again;
use super::{ENDED, EnrolmentCookie, lost, onward, own, page_of};
use crate::Doors;

/// `POST /activate/stop`: gives up, or says that the phone is not theirs.
pub async fn stop(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let Some(cookie) = EnrolmentCookie::of(&doors, &headers) else { return lost(accepted(&headers)) };
    match enrol_with_eid::stop(&doors.world, &cookie.enrolment, &cookie.browser).await {
        Ok(()) => see_other(ENDED),
        Err(failure) => not_again(&doors, &cookie, &failure),
    }
}

/// `GET /activate/ended`
pub async fn ended(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let (_, seen) = match own(&doors, &headers).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    if page_of(&seen.state.step) != ENDED {
        return onward(&seen);
    }
    if seen.state.step == "active" {
        return page(
            ActivateDone { lang: seen.lang, first_name: seen.first_name.as_deref(), known: seen.known }.render(),
        );
    }
    let until = seen.until.filter(|until| *until > seen.state.now).map(|until| doors.world.settings.local_time(until));
    let ended = ActivateEnded {
        lang: seen.lang,
        code: seen.state.error.as_deref().unwrap_or("expired"),
        until: until.as_deref(),
        again: seen.may_try_again,
        to_block: seen.purpose == Purpose::Block,
    };
    page(ended.render())
}
