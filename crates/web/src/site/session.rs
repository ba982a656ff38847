//! The cookie of a browser in which somebody logged in, for partners that wish a login to last.

use axum::http::HeaderMap;
use axum::response::Response;
use journeys::session::{self, Answered, BrowserSession};
use journeys::sign_in::{self, Watch};
use protocol::oidc::authorize::AuthorizationRequest;

use super::login::{add_cookie, go, send};
use super::pages_of::problem_here;
use super::{open_cookie, seal_cookie};
use crate::Doors;
use crate::security::{cookie, read_cookie};

const SESSION_COOKIE: &str = "zelf_session";
/// The cookie itself; each login in it has an end of its own.
const SESSION_SECONDS: i64 = 86_400;

/// What this browser holds.
pub(crate) fn read(doors: &Doors, headers: &HeaderMap) -> BrowserSession {
    let sealed = read_cookie(doors, headers, SESSION_COOKIE);
    sealed.and_then(|text| open_cookie(&doors.world, text)).unwrap_or_default()
}

/// Puts it back; an empty one is taken away.
pub(crate) fn write(doors: &Doors, response: &mut Response, session: &BrowserSession) {
    let set = if session.logins.is_empty() {
        cookie(doors, SESSION_COOKIE, "", 0)
    } else {
        cookie(doors, SESSION_COOKIE, &seal_cookie(&doors.world, session, SESSION_SECONDS), SESSION_SECONDS)
    };
    add_cookie(response, &set);
}

/// A login was approved: the browser is remembered for as long as the partner wishes.
pub(crate) fn remember(doors: &Doors, headers: &HeaderMap, response: &mut Response, watch: &Watch) {
    let Some(partner) = doors.world.partners.find(&watch.approval.partner) else { return };
    if partner.session_seconds > 0 {
        write(doors, response, &read(doors, headers).with(&partner, watch));
    }
}

/// The answer without a phone, where there is one; `None`: the person must be asked.
pub(crate) async fn answer(doors: &Doors, headers: &HeaderMap, asked: &AuthorizationRequest) -> Option<Response> {
    let failed = |failure| problem_here(doors, headers, "server_error", &format!("{failure:?}"));
    match session::answer(&doors.world, asked, &read(doors, headers)).await {
        Ok(Answered::Ask) => None,
        Ok(Answered::Refused(error, why)) => Some(send(doors, &asked.refuse(error, why).reply()).await),
        Ok(Answered::Approved(approval)) => Some(match granted(doors, &approval).await {
            Ok(response) => response,
            Err(failure) => failed(failure),
        }),
        Err(failure) => Some(failed(failure)),
    }
}

async fn granted(doors: &Doors, approval: &str) -> Result<Response, journeys::Failure> {
    let watch = sign_in::watch(&doors.world, approval).await?;
    Ok(go(&watch.granted(&doors.world).await?))
}
