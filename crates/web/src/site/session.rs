//! The cookie of a browser in which somebody logged in, for partners that wish a login to last.

use axum::http::HeaderMap;
use axum::response::Response;
use journeys::session::{self, Answered, BrowserSession, Known};
use journeys::sign_in::{self, Watch};
use protocol::oidc::authorize::{AuthorizationRequest, ErrorCode};
use words::Lang;

use super::login::{add_cookie, send};
use super::onward::{go, service_of};
use super::pages_of::{accepted, problem_in};
use super::{open_cookie, seal_cookie};
use crate::Doors;
use crate::limits::What;
use crate::place::Caller;
use crate::security::{cookie, read_cookie};

const SESSION_COOKIE: &str = "zelf_session";
/// The cookie itself; each login in it has an end of its own.
const SESSION_SECONDS: i64 = 86_400;

/// What this browser brought; `None` without a cookie of ours, as when another site sends a form here.
pub(crate) fn brought(doors: &Doors, headers: &HeaderMap) -> Option<BrowserSession> {
    read_cookie(doors, headers, SESSION_COOKIE).and_then(|text| open_cookie(&doors.world, text))
}

fn write(doors: &Doors, response: &mut Response, session: &BrowserSession) {
    let sealed = seal_cookie(&doors.world, session, SESSION_SECONDS);
    add_cookie(response, &cookie(doors, SESSION_COOKIE, &sealed, SESSION_SECONDS));
}

/// The browser is remembered no more.
pub(crate) fn forget(doors: &Doors, response: &mut Response) {
    add_cookie(response, &cookie(doors, SESSION_COOKIE, "", 0));
}

/// A login was approved: the browser is remembered for as long as the partner wishes.
pub(crate) fn remember(doors: &Doors, headers: &HeaderMap, response: &mut Response, watch: &Watch) {
    let Some(partner) = doors.world.partners.find(&watch.approval.partner) else { return };
    if partner.session_seconds > 0 {
        let session = brought(doors, headers).unwrap_or_default().with(&partner, watch);
        write(doors, response, &session);
    }
}

/// The answer without a phone, where there is one; `None`: the person must be asked.
pub(crate) async fn answer(
    doors: &Doors,
    headers: &HeaderMap,
    caller: &Caller,
    asked: &AuthorizationRequest,
) -> Option<Response> {
    let lang = asked.language().and_then(Lang::parse).unwrap_or_else(|| accepted(headers));
    let session = brought(doors, headers).unwrap_or_default();
    let answered = match session::answer(&doors.world, asked, &session).await {
        Ok(Answered::Ask) => return None,
        Ok(Answered::Refused(error, why)) => Ok(send(doors, lang, &asked.refuse(error, why).reply()).await),
        Ok(Answered::Known(known)) => renewed(doors, lang, caller, asked, *known).await,
        Err(failure) => Err(failure),
    };
    Some(answered.unwrap_or_else(|failure| problem_in(doors, lang, "server_error", &format!("{failure:?}"))))
}

async fn renewed(
    doors: &Doors,
    lang: Lang,
    caller: &Caller,
    asked: &AuthorizationRequest,
    known: Known,
) -> Result<Response, journeys::Failure> {
    let refused = |error, why| asked.refuse(error, why).reply();
    if doors.limits.take(What::Login, &caller.network, doors.world.now()).is_err() {
        let why = "too many logins began in this network";
        return Ok(send(doors, lang, &refused(ErrorCode::TemporarilyUnavailable, why)).await);
    }
    match session::renew(&doors.world, known).await? {
        Some(approval) => {
            let answer = sign_in::watch(&doors.world, &approval).await?.granted(&doors.world).await?;
            Ok(go(&answer, lang, &service_of(doors, &asked.client_id, lang)))
        }
        None => Ok(send(doors, lang, &refused(ErrorCode::LoginRequired, "the login was ended just now")).await),
    }
}
