//! RP-initiated logout (OpenID RP-Initiated Logout 1.0).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use journeys::logout::{self, Checked, LogoutError};
use pages::{LoggedOut, LogoutConfirm, LogoutFailed};
use protocol::label::LOGOUT;
use protocol::oidc::logout::LogoutRequest;
use protocol::oidc::request_seal;
use serde::{Deserialize, Serialize};
use words::Lang;

use super::{Call, pairs};
use crate::Doors;
use crate::problem::occurrence;
use crate::security::{cookie, read_cookie};
use crate::site::{accepted, browser_id, leave, login::add_cookie, page, problem_here, see_other, session};

/// The question may lie open for so long, seconds.
const QUESTION_SECONDS: i64 = 3600;
/// Which browser was asked.
const QUESTION_COOKIE: &str = "zelf_logout";
const PATH: &str = "/logout";

/// What the question's form carries: only the browser that was asked may answer.
#[derive(Serialize, Deserialize)]
struct Question {
    asked: LogoutRequest,
    browser: String,
}

/// `GET /logout`.
pub async fn logout(State(doors): State<Doors>, call: Call) -> Response {
    asked(&doors, &call.headers, &pairs(&call.query), false).await
}

/// `POST /logout`: the partner's request, or the person's answer to our question.
pub async fn logout_form(State(doors): State<Doors>, call: Call) -> Response {
    match call.fields().iter().find(|(name, _)| name == "req") {
        Some((_, sealed)) => answered(&doors, &call, sealed).await,
        None if call.form.is_none() => failed(&doors, &call.headers, None, "invalid_request"),
        None => asked(&doors, &call.headers, call.fields(), true).await,
    }
}

async fn asked(doors: &Doors, headers: &HeaderMap, parameters: &[(String, String)], posted: bool) -> Response {
    let Some(asked) = LogoutRequest::parse(parameters) else { return failed(doors, headers, None, "invalid_request") };
    let checked = match check(doors, headers, &asked).await {
        Ok(checked) => checked,
        Err(response) => return response,
    };
    let brought = session::brought(doors, headers);
    if posted && brought.is_none() {
        // A form of another site comes without our cookies; where it leads to comes with them.
        return see_other(&asked.at(PATH));
    }
    let brought = brought.unwrap_or_default();
    if checked.needs_question(&doors.world, &brought) {
        ask(doors, headers, &asked, &checked)
    } else {
        finish(doors, headers, &asked, &checked, see_other).await
    }
}

async fn check(doors: &Doors, headers: &HeaderMap, asked: &LogoutRequest) -> Result<Checked, Response> {
    match logout::check(&doors.world, asked).await {
        Ok(Ok(checked)) => Ok(checked),
        Ok(Err(LogoutError::HintInvalid)) => Err(failed(doors, headers, Some(asked), "id_token_hint_invalid")),
        Ok(Err(LogoutError::ClientUnknown)) => Err(failed(doors, headers, Some(asked), "client_unknown")),
        Ok(Err(LogoutError::AddressUnknown)) => {
            Err(failed(doors, headers, Some(asked), "post_logout_redirect_uri_not_registered"))
        }
        Err(failure) => Err(problem_here(doors, headers, "server_error", &format!("{failure:?}"))),
    }
}

fn lang(headers: &HeaderMap, asked: Option<&LogoutRequest>) -> Lang {
    let wished = asked.and_then(|asked| asked.ui_locales.as_deref()).unwrap_or_default();
    let primary = |tag: &str| Lang::parse(tag.split('-').next().unwrap_or_default());
    wished.split(' ').find_map(primary).unwrap_or_else(|| accepted(headers))
}

fn failed(doors: &Doors, headers: &HeaderMap, asked: Option<&LogoutRequest>, code: &'static str) -> Response {
    let id = occurrence(doors);
    tracing::info!(id, code, "a logout was refused");
    let failed = LogoutFailed { lang: lang(headers, asked), code, id: &id };
    (StatusCode::BAD_REQUEST, page(failed.render())).into_response()
}

/// Without a hint that names this browser's login anybody's link may have led here: the person decides.
fn ask(doors: &Doors, headers: &HeaderMap, asked: &LogoutRequest, checked: &Checked) -> Response {
    let world = &doors.world;
    let exp = world.now() + QUESTION_SECONDS;
    // Two tabs of one browser may both be answered.
    let browser = read_cookie(doors, headers, QUESTION_COOKIE).map_or_else(|| browser_id(world), str::to_owned);
    let set = cookie(doors, QUESTION_COOKIE, &browser, QUESTION_SECONDS);
    let question = Question { asked: asked.clone(), browser };
    let Ok(req) = request_seal::seal(&world.keys.cookie, LOGOUT, &question, exp, world.entropy()) else {
        return failed(doors, headers, Some(asked), "invalid_request");
    };
    let lang = lang(headers, Some(asked));
    let service = service(checked, lang);
    let mut response = page(LogoutConfirm { lang, service: service.as_deref(), req: &req }.render());
    add_cookie(&mut response, &set);
    response
}

fn service(checked: &Checked, lang: Lang) -> Option<String> {
    checked.partner.as_ref().map(|partner| partner.shown_name(None, lang.code()).to_owned())
}

async fn answered(doors: &Doors, call: &Call, sealed: &str) -> Response {
    let (world, headers) = (&doors.world, &call.headers);
    let question: Option<Question> = request_seal::open(&world.keys.cookie, LOGOUT, sealed, world.now());
    let Some(Question { asked, browser }) = question else { return failed(doors, headers, None, "request_expired") };
    let checked = match check(doors, headers, &asked).await {
        Ok(checked) => checked,
        Err(response) => return response,
    };
    if read_cookie(doors, headers, QUESTION_COOKIE) != Some(browser.as_str()) {
        // Somebody else's question, or sent here by another site: this browser is asked itself.
        return see_other(&asked.at(PATH));
    }
    let lang = lang(headers, Some(&asked));
    let service = service(&checked, lang);
    if call.fields().iter().any(|(name, value)| name == "answer" && value == "yes") {
        let after_our_form = |back: &str| leave(back, lang, service.as_deref().unwrap_or_default());
        return finish(doors, headers, &asked, &checked, after_our_form).await;
    }
    let back = service.as_deref().zip(checked.back.as_deref());
    page(LoggedOut { lang, out: false, back }.render())
}

/// `on`: how the browser goes on to the partner.
async fn finish(
    doors: &Doors,
    headers: &HeaderMap,
    asked: &LogoutRequest,
    checked: &Checked,
    on: impl Fn(&str) -> Response,
) -> Response {
    let brought = session::brought(doors, headers);
    if let Err(failure) = logout::end(&doors.world, checked, &brought.clone().unwrap_or_default()).await {
        return problem_here(doors, headers, "server_error", &format!("{failure:?}"));
    }
    let mut response = match &checked.back {
        Some(back) => on(back),
        None => page(LoggedOut { lang: lang(headers, Some(asked)), out: true, back: None }.render()),
    };
    if brought.is_some() {
        session::forget(doors, &mut response);
    }
    response
}
