//! The token's page.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use journeys::enrol_with_eid;
use pages::activate::{ActivateToken, TOKEN, Token};

use super::super::pages_of::{accepted, page, see_other};
use super::reader::not_again;
use super::{EnrolmentCookie, card_state, lost, onward, own, page_of};
use crate::Doors;

/// `GET /activate/token`
pub async fn token(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let (_, seen) = match own(&doors, &headers).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    if page_of(&seen.state.step) != TOKEN {
        return onward(&seen);
    }
    let token = seen
        .token
        .as_ref()
        .map(|token| Token { text: &token.text, left: u32::try_from(token.expires - seen.state.now).unwrap_or(0) });
    let shown = ActivateToken {
        lang: seen.lang,
        token,
        first_name: seen.first_name.as_deref(),
        number: &seen.number,
        e164: &seen.e164,
        state: card_state(&seen.state),
        known: seen.known,
        app_href: &doors.world.settings.app,
    };
    page(shown.render())
}

/// `POST /activate/token`: a new one in place of the old one.
pub async fn new_token(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let Some(cookie) = EnrolmentCookie::of(&doors, &headers) else { return lost(accepted(&headers)) };
    match enrol_with_eid::new_token(&doors.world, &cookie.enrolment, &cookie.browser).await {
        Ok(()) => see_other(TOKEN),
        Err(failure) => not_again(&doors, &cookie, &failure),
    }
}
