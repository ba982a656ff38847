//! A request that waits for whichever phone comes to it.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use journeys::{Failure, start};

use super::login::{SealedForm, begun, opened, to_waiting};
use super::pages_of::problem_after_in;
use crate::Doors;
use crate::place::Caller;

/// How the phone comes.
#[derive(Clone, Copy)]
pub(super) enum Offer {
    /// It scans the code on the page.
    Qr,
    /// The page's link opens it.
    Link,
}

/// Begins the request of a sealed form and takes the browser to its page.
pub(super) async fn offered(
    doors: &Doors,
    headers: &HeaderMap,
    caller: Caller,
    form: Result<Form<SealedForm>, FormRejection>,
    offer: Offer,
) -> Response {
    let state = match opened(doors, headers, &caller, form).await {
        Ok(state) => state,
        Err(response) => return response,
    };
    let begun = begun(doors, headers, caller, &state);
    let started = match offer {
        Offer::Qr => start::by_qr(&doors.world, begun).await,
        Offer::Link => start::by_link(&doors.world, begun).await,
    };
    match started {
        Ok(approval) => to_waiting(doors, &state, &approval.id, String::new()),
        Err(Failure::Malformed) => {
            problem_after_in(doors, state.lang(), "request_invalid", "this partner wants another start")
        }
        Err(failure) => problem_after_in(doors, state.lang(), "server_error", &format!("{failure:?}")),
    }
}
