//! The card was read to block, and it did.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::refusal::Refusal;
use journeys::{Failure, enrol_with_eid};
use pages::activate::{ACTIVATE, BLOCKED, TOKEN};
use pages::block::CardBlocked;

use super::super::pages_of::{accepted, page, see_other};
use super::cookie::EnrolmentCookie;
use super::reader::not_again;
use super::{lost, onward, own, page_of};
use crate::Doors;

/// `GET /activate/blocked`
pub async fn blocked(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let (_, seen) = match own(&doors, &headers).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    if page_of(&seen.state.step) != BLOCKED {
        return onward(&seen);
    }
    let shown = CardBlocked {
        lang: seen.lang,
        first_name: seen.first_name.as_deref(),
        account: seen.blocked == Some(true),
        number: &seen.number,
        version: &doors.world.settings.terms,
    };
    page(shown.render())
}

/// `POST /activate/blocked`: the same card makes the account work again, on a phone.
pub async fn activates(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let Some(cookie) = EnrolmentCookie::of(&doors, &headers) else { return lost(accepted(&headers)) };
    match enrol_with_eid::activates(&doors.world, &cookie.enrolment, &cookie.browser).await {
        Ok(()) => see_other(TOKEN),
        // What the card proved is forgotten by now: it is read anew.
        Err(Failure::Refused(Refusal::Expired)) => see_other(ACTIVATE),
        Err(failure) => not_again(&doors, &cookie, &failure),
    }
}
