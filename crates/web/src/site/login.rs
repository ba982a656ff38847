//! `/authorize` and the number form.

use axum::extract::rejection::{FormRejection, QueryRejection, StringRejection};
use axum::extract::{Form, Query, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use domain::refusal::Refusal;
use journeys::{Failure, reply, start};
use pages::{Asker, LoginNumber, NumberError};
use protocol::oidc::authorize::{Answer, AuthorizationRequest, AuthorizeError, ErrorCode, Reply};
use serde::Deserialize;
use words::Lang;

use super::pages_of::{accepted, page, problem_after, problem_here, see_other};
use super::wait::form_post;
use super::{
    KNOWN_COOKIE, KnownCookie, LoginCookie, LoginState, NUMBER_COOKIE, NumberCookie, login_cookie_name, open_cookie,
    seal_cookie,
};
use crate::Doors;
use crate::limits::What;
use crate::place::{Caller, browser};
use crate::security::{FormTarget, cookie, read_cookie};

/// The waiting page may be reloaded for so long.
const LOGIN_COOKIE_SECONDS: i64 = 900;
const REMEMBER_SECONDS: i64 = 365 * 86_400;

/// `GET /authorize`.
pub async fn authorize(State(doors): State<Doors>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    begin(&doors, &headers, query.as_deref().unwrap_or_default()).await
}

/// `POST /authorize` (OpenID Connect Core §3.1.2.1).
pub async fn authorize_form(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Result<String, StringRejection>,
) -> Response {
    match body {
        Ok(body) => begin(&doors, &headers, &body).await,
        Err(e) if e.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => {
            problem_here(&doors, &headers, "too_large", "authorization form")
        }
        Err(_) => problem_here(&doors, &headers, "request_invalid", "authorization form"),
    }
}

async fn begin(doors: &Doors, headers: &HeaderMap, parameters: &str) -> Response {
    let world = &doors.world;
    match AuthorizationRequest::parse(&crate::oidc::pairs(parameters), &world.partners.all()) {
        Ok(authorization) => {
            if let Some(response) = super::session::answer(doors, headers, &authorization).await {
                return response;
            }
            let lang = authorization.language().and_then(Lang::parse).unwrap_or_else(|| accepted(headers));
            let state = LoginState { authorization, lang: lang.code().to_owned(), approval: None };
            number_page(doors, headers, &state, None, None)
        }
        Err(AuthorizeError::Page(error)) => {
            // Not the parameters themselves: `login_hint` may hold somebody's number.
            problem_here(doors, headers, error.code(), "the authorization request")
        }
        Err(AuthorizeError::Redirect(error)) => send(doors, &error.reply()).await,
    }
}

/// Takes the browser to the service, with this reply.
pub(crate) async fn send(doors: &Doors, reply: &Reply) -> Response {
    match reply::answer(&doors.world, reply).await {
        Ok(answer) => go(&answer),
        Err(failure) => problem_after(doors, "server_error", &format!("{failure:?}")),
    }
}

/// Takes the browser where this answer says.
pub(crate) fn go(answer: &Answer) -> Response {
    match answer {
        Answer::Redirect(location) => see_other(location),
        Answer::FormPost { action, fields } => form_post(action, fields),
    }
}

/// What the service hears when the person gives up.
pub(crate) fn denied(state: &LoginState, why: &'static str) -> Reply {
    state.authorization.refuse(ErrorCode::AccessDenied, why).reply()
}

/// Link back to the service, when it can be a link.
pub(crate) fn back_link(doors: &Doors, state: &LoginState, why: &'static str) -> String {
    let reply = denied(state, why);
    match reply.plain(&doors.world.settings.issuer_of(reply.mount)) {
        Some(Answer::Redirect(location)) => location,
        Some(Answer::FormPost { action, .. }) => action,
        // A signed answer would be old before somebody follows the link.
        None => reply.redirect_uri,
    }
}

/// Who asks, as the pages say it.
#[derive(Default)]
pub(crate) struct Who {
    name: String,
    domain: String,
}

impl Who {
    pub(crate) fn asker(&self) -> Asker<'_> {
        Asker { name: &self.name, domain: &self.domain }
    }
}

pub(crate) fn who(doors: &Doors, state: &LoginState, lang: Lang) -> Who {
    let asked = &state.authorization;
    let partner = doors.world.partners.find(&asked.client_id);
    partner.map_or_else(Who::default, |p| Who {
        name: p.shown_name(asked.service.as_deref(), lang.code()).to_owned(),
        domain: p.domain.clone(),
    })
}

fn number_page(
    doors: &Doors,
    headers: &HeaderMap,
    state: &LoginState,
    typed: Option<&LoginForm>,
    error: Option<NumberError>,
) -> Response {
    let lang = Lang::parse(&state.lang).unwrap_or(Lang::Nl);
    let remembered: Option<NumberCookie> =
        read_cookie(doors, headers, NUMBER_COOKIE).and_then(|c| open_cookie(&doors.world, c));
    let hint = state.authorization.login_hint.as_deref().filter(|h| h.starts_with('+'));
    let (country, number) = match (typed, &remembered, hint) {
        (Some(form), _, _) => (form.country.as_str(), form.phone.as_str()),
        (None, _, Some(hint)) => ("BE", hint),
        (None, Some(cookie), None) => (cookie.country.as_str(), cookie.number.as_str()),
        (None, None, None) => ("BE", ""),
    };
    let req = state.seal(&doors.world);
    let back = back_link(doors, state, "the person went back");
    let who = who(doors, state, lang);
    let login = LoginNumber {
        lang,
        asker: who.asker(),
        req: &req,
        country,
        number,
        remember: typed.map_or(remembered.is_some(), |f| f.remember.is_some()),
        error,
        lang_href: &format!("/login?req={req}&lang="),
        back_href: Some(&back),
    };
    let mut response = page(login.render());
    FormTarget::allow(&mut response, &state.authorization.redirect_uri);
    response
}

#[derive(Deserialize)]
pub struct ShowQuery {
    req: Option<String>,
    lang: Option<String>,
}

/// `GET /login?req=…&lang=…`: the same page in another language.
pub async fn show(
    State(doors): State<Doors>,
    headers: HeaderMap,
    query: Result<Query<ShowQuery>, QueryRejection>,
) -> Response {
    let Ok(Query(query)) = query else { return problem_here(&doors, &headers, "request_invalid", "query") };
    let Some(mut state) = query.req.as_deref().and_then(|req| LoginState::open(&doors.world, req)) else {
        return problem_here(&doors, &headers, "request_expired", "no sealed request");
    };
    if let Some(lang) = query.lang.as_deref().and_then(Lang::parse) {
        state.lang = lang.code().to_owned();
    }
    number_page(&doors, &headers, &state, None, None)
}

#[derive(Deserialize)]
pub struct LoginForm {
    req: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    phone: String,
    remember: Option<String>,
}

/// `POST /login`: the number. Known or unknown, the way on is the same.
pub async fn login(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    form: Result<Form<LoginForm>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(e) if e.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => {
            return problem_after(&doors, "too_large", "login form");
        }
        Err(_) => return problem_after(&doors, "request_invalid", "login form"),
    };
    let Some(state) = LoginState::open(&doors.world, &form.req) else {
        return problem_after(&doors, "request_expired", "no sealed request");
    };
    let now = doors.world.now();
    if form.phone.trim().is_empty() {
        return number_page(&doors, &headers, &state, Some(&form), Some(NumberError::Missing));
    }
    if let Err(until) = doors.limits.take(What::Login, &caller.network, now) {
        let minutes = u32::try_from((until - now + 59) / 60).unwrap_or(15);
        return number_page(&doors, &headers, &state, Some(&form), Some(NumberError::Wait(minutes)));
    }
    match start(&doors, &headers, caller, &state, &form.country, &form.phone).await {
        Ok(started) => {
            let mut response = waiting(&doors, &state, &started);
            remember(&doors, &mut response, &form);
            response
        }
        Err(Failure::Refused(refusal)) => {
            let error = match refusal {
                Refusal::NumberNotMobile(_) => NumberError::NotMobile,
                Refusal::CountryNotServed => NumberError::CountryNotServed,
                _ => NumberError::Invalid,
            };
            number_page(&doors, &headers, &state, Some(&form), Some(error))
        }
        Err(failure) => problem_after(&doors, "server_error", &format!("{failure:?}")),
    }
}

async fn start(
    doors: &Doors,
    headers: &HeaderMap,
    caller: Caller,
    state: &LoginState,
    country: &str,
    number: &str,
) -> Result<start::Started, Failure> {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let known = read_cookie(doors, headers, KNOWN_COOKIE).and_then(|c| open_cookie::<KnownCookie>(&doors.world, c));
    let begun = start::Begun {
        authorization: state.authorization.clone(),
        browser: browser(agent),
        address: caller.address,
        network: caller.network,
        known: known.map(|k| (k.browser, k.account)),
    };
    let typed = start::Typed { begun, country: country.to_owned(), number: number.to_owned() };
    start::by_number(&doors.world, typed).await
}

fn waiting(doors: &Doors, state: &LoginState, started: &start::Started) -> Response {
    let value =
        LoginCookie { approval: started.approval.clone(), number: started.number.grouped(), lang: state.lang.clone() };
    let sealed = seal_cookie(&doors.world, &value, LOGIN_COOKIE_SECONDS);
    let set = cookie(doors, &login_cookie_name(&started.approval), &sealed, LOGIN_COOKIE_SECONDS);
    let mut response = see_other(&format!("/login/wait/{}", started.approval));
    add_cookie(&mut response, &set);
    response
}

fn remember(doors: &Doors, response: &mut Response, form: &LoginForm) {
    let value = NumberCookie { country: form.country.clone(), number: form.phone.clone() };
    let set = if form.remember.is_some() {
        cookie(doors, NUMBER_COOKIE, &seal_cookie(&doors.world, &value, REMEMBER_SECONDS), REMEMBER_SECONDS)
    } else {
        cookie(doors, NUMBER_COOKIE, "", 0)
    };
    add_cookie(response, &set);
}

pub(crate) fn add_cookie(response: &mut Response, set: &str) {
    if let Ok(value) = header::HeaderValue::from_str(set) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[derive(Deserialize)]
pub struct RetryForm {
    req: String,
}

/// `POST /login/retry`: the number page once more.
pub async fn retry(
    State(doors): State<Doors>,
    headers: HeaderMap,
    form: Result<Form<RetryForm>, FormRejection>,
) -> Response {
    let state = form.ok().and_then(|Form(form)| LoginState::open(&doors.world, &form.req));
    match state {
        Some(state) => {
            number_page(&doors, &headers, &LoginState { approval: None, ..state }, None, None).into_response()
        }
        None => problem_after(&doors, "request_expired", "no sealed request"),
    }
}
