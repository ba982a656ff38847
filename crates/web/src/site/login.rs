//! The page that asks how to reach the phone.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use journeys::reply;
use journeys::start::{self, Begun};
use pages::{Asker, Back, Deed, LoginStart, NumberError, ServiceLinks, Ways};
use protocol::oidc::authorize::{Answer, AuthorizationRequest, Confirm, ErrorCode, Reply};
use protocol::oidc::partner::{Partner, StartWay};
use serde::Deserialize;
use words::Lang;

use super::onward::{go, service_of};
use super::pages_of::{accepted, page, problem_after, problem_here, problem_in, see_other};
use super::wait::stop;
use super::{
    KNOWN_COOKIE, KnownCookie, LoginCookie, LoginState, NUMBER_COOKIE, NumberCookie, login_cookie_name, open_cookie,
    seal_cookie,
};
use crate::Doors;
use crate::limits::What;
use crate::place::{Caller, browser, is_mobile};
use crate::security::{cookie, read_cookie};

/// The waiting page may be reloaded for so long.
const LOGIN_COOKIE_SECONDS: i64 = 900;

/// The login pages take over. Somebody whom the partner knows is asked at once; all others say first how to reach their phone.
/// `once`: this address holds once only, so a page that may be loaded again gets another one.
pub(crate) async fn begin(
    doors: &Doors,
    headers: &HeaderMap,
    caller: Caller,
    authorization: AuthorizationRequest,
    once: bool,
) -> Response {
    if let Some(response) = super::session::answer(doors, headers, &caller, &authorization).await {
        return response;
    }
    let lang = authorization.language().and_then(Lang::parse).unwrap_or_else(|| accepted(headers));
    let state = LoginState { authorization, lang: lang.code().to_owned(), approval: None };
    if let Some(response) = known_person(doors, headers, caller, &state).await {
        return response;
    }
    match once {
        true => see_other(&format!("/login?req={}", state.seal(&doors.world))),
        false => start_page(doors, headers, &state, None, None),
    }
}

/// The waiting page of somebody whom the partner named, when it may and does.
async fn known_person(doors: &Doors, headers: &HeaderMap, caller: Caller, state: &LoginState) -> Option<Response> {
    let asked = &state.authorization;
    let partner = doors.world.partners.find(&asked.client_id)?;
    if asked.sub.is_none() || !partner.allows_start(StartWay::Number) {
        return None;
    }
    // Whoever reloads without end sees the ordinary page: nobody's phone is rung for it.
    doors.limits.take(What::Login, &caller.network, doors.world.now()).ok()?;
    match start::by_subject(&doors.world, begun(doors, headers, caller, state)).await {
        Ok(approval) => Some(to_waiting(doors, state, &approval?.id, String::new())),
        Err(failure) => {
            tracing::error!(?failure, "a known person could not be asked");
            None
        }
    }
}

/// Where a request of this browser comes from.
pub(super) fn begun(doors: &Doors, headers: &HeaderMap, caller: Caller, state: &LoginState) -> Begun {
    let known = read_cookie(doors, headers, KNOWN_COOKIE).and_then(|c| open_cookie::<KnownCookie>(&doors.world, c));
    Begun {
        authorization: state.authorization.clone(),
        browser: browser(agent(headers)),
        address: caller.address,
        network: caller.network,
        known: known.map(|k| (k.browser, k.account)),
    }
}

fn agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

/// To the page that waits, with the cookie that makes it this browser's own. `number` is empty where none was typed.
pub(super) fn to_waiting(doors: &Doors, state: &LoginState, approval: &str, number: String) -> Response {
    let value = LoginCookie { approval: approval.to_owned(), number, lang: state.lang.clone() };
    let sealed = seal_cookie(&doors.world, &value, LOGIN_COOKIE_SECONDS);
    let set = cookie(doors, &login_cookie_name(approval), &sealed, LOGIN_COOKIE_SECONDS);
    let mut response = see_other(&format!("/login/wait/{approval}"));
    add_cookie(&mut response, &set);
    response
}

pub(crate) fn add_cookie(response: &mut Response, set: &str) {
    if let Ok(value) = header::HeaderValue::from_str(set) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// The sealed request in a form, and a way through for whoever starts too often.
pub(super) async fn opened(
    doors: &Doors,
    headers: &HeaderMap,
    caller: &Caller,
    form: Result<Form<SealedForm>, FormRejection>,
) -> Result<LoginState, Response> {
    let state = sealed(doors, form).await?;
    let now = doors.world.now();
    match doors.limits.take(What::Login, &caller.network, now) {
        Ok(()) => Ok(state),
        Err(until) => Err(start_page(doors, headers, &state, None, Some(NumberError::Wait(minutes(until - now))))),
    }
}

/// Minutes, rounded up.
pub(super) fn minutes(seconds: i64) -> u32 {
    u32::try_from((seconds + 59) / 60).unwrap_or(15)
}

/// A form that carries a sealed request and nothing else.
#[derive(Deserialize)]
pub struct SealedForm {
    req: String,
}

async fn sealed(doors: &Doors, form: Result<Form<SealedForm>, FormRejection>) -> Result<LoginState, Response> {
    let state = match form {
        Ok(Form(form)) => LoginState::open(&doors.world, &form.req).await,
        Err(_) => None,
    };
    state.ok_or_else(|| problem_after(doors, "request_expired", "no sealed request"))
}

/// Takes the browser to the service, with this reply.
pub(crate) async fn send(doors: &Doors, lang: Lang, reply: &Reply) -> Response {
    match reply::answer(&doors.world, reply).await {
        Ok(answer) => go(&answer, lang, &service_of(doors, &reply.client_id, lang)),
        Err(failure) => problem_in(doors, lang, "server_error", &format!("{failure:?}")),
    }
}

/// What the service hears when the person gives up.
pub(crate) fn denied(state: &LoginState, why: &'static str) -> Reply {
    state.authorization.refuse(ErrorCode::AccessDenied, why).reply()
}

/// Link back to the service, when it can be a link: no form is one, and a signed answer would be old before somebody follows it.
pub(crate) fn back_link(doors: &Doors, state: &LoginState, why: &'static str) -> Option<String> {
    let reply = denied(state, why);
    match reply.plain(&doors.world.settings.issuer_of(reply.mount)) {
        Some(Answer::Redirect { to, .. }) => Some(to),
        Some(Answer::FormPost { .. }) | None => None,
    }
}

/// The way back, as the pages draw it.
pub(crate) fn back(link: Option<&str>) -> Back<'_> {
    link.map_or(Back::Form, Back::Link)
}

/// Who asks, as the pages say it.
#[derive(Default)]
pub(crate) struct Who {
    name: String,
    domain: String,
    logo: Option<String>,
    partner: Option<std::sync::Arc<Partner>>,
}

impl Who {
    pub(crate) fn asker(&self) -> Asker<'_> {
        Asker { name: &self.name, domain: &self.domain, logo: self.logo.as_deref() }
    }

    fn ways(&self) -> Ways {
        let allows = |way| self.partner.as_ref().is_none_or(|partner| partner.allows_start(way));
        Ways { number: allows(StartWay::Number), qr: allows(StartWay::Qr), link: allows(StartWay::Link) }
    }

    /// Only addresses that a person can trust to be the service's own: over TLS.
    fn links(&self) -> ServiceLinks<'_> {
        let Some(partner) = &self.partner else { return ServiceLinks::default() };
        ServiceLinks { policy: https(partner.policy_uri.as_deref()), terms: https(partner.tos_uri.as_deref()) }
    }
}

fn https(uri: Option<&str>) -> Option<&str> {
    uri.filter(|uri| uri.starts_with("https://"))
}

pub(crate) fn who(doors: &Doors, state: &LoginState, lang: Lang) -> Who {
    let asked = &state.authorization;
    let partner = doors.world.partners.find(&asked.client_id);
    partner.map_or_else(Who::default, |p| Who {
        name: p.shown_name(asked.service.as_deref(), lang.code()).to_owned(),
        domain: p.domain.clone(),
        logo: p.logo_uri.as_ref().map(|_| format!("/logo/{}", p.id)),
        partner: Some(p),
    })
}

/// What the pages call it.
pub(super) fn deed(asked: &AuthorizationRequest) -> Deed {
    match &asked.confirm {
        None => Deed::Login,
        Some(Confirm::Payment { .. }) => Deed::Payment,
        Some(Confirm::Text { .. }) => Deed::Text,
    }
}

/// What was typed on the start page and comes back with a complaint.
pub(super) struct TypedNumber<'a> {
    pub(super) country: &'a str,
    pub(super) phone: &'a str,
    pub(super) remember: bool,
}

pub(super) fn start_page(
    doors: &Doors,
    headers: &HeaderMap,
    state: &LoginState,
    typed: Option<TypedNumber<'_>>,
    error: Option<NumberError>,
) -> Response {
    let lang = state.lang();
    let remembered: Option<NumberCookie> =
        read_cookie(doors, headers, NUMBER_COOKIE).and_then(|c| open_cookie(&doors.world, c));
    let hint = state.authorization.login_hint.as_deref().filter(|h| h.starts_with('+'));
    let (country, number) = match (&typed, &remembered, hint) {
        (Some(typed), _, _) => (typed.country, typed.phone),
        (None, _, Some(hint)) => ("BE", hint),
        (None, Some(cookie), None) => (cookie.country.as_str(), cookie.number.as_str()),
        (None, None, None) => ("BE", ""),
    };
    let req = state.seal(&doors.world);
    let back_href = back_link(doors, state, "the person went back");
    let who = who(doors, state, lang);
    let start = LoginStart {
        lang,
        asker: who.asker(),
        deed: deed(&state.authorization),
        req: &req,
        ways: who.ways(),
        mobile: is_mobile(agent(headers)),
        country,
        number,
        remember: typed.map_or(remembered.is_some(), |typed| typed.remember),
        error,
        links: who.links(),
        lang_href: &format!("/login?req={req}&lang="),
        back: back(back_href.as_deref()),
    };
    page(start.render())
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
    let state = LoginState::open(&doors.world, query.req.as_deref().unwrap_or_default()).await;
    let chosen = query.lang.as_deref().and_then(Lang::parse);
    let Some(mut state) = state else {
        let lang = chosen.unwrap_or_else(|| accepted(&headers));
        return problem_in(&doors, lang, "request_expired", "no sealed request");
    };
    if let Some(lang) = chosen {
        state.lang = lang.code().to_owned();
    }
    start_page(&doors, &headers, &state, None, None)
}

/// `POST /login/retry`: the start page once more; the request that this browser gives up waits no longer.
pub async fn retry(
    State(doors): State<Doors>,
    headers: HeaderMap,
    form: Result<Form<SealedForm>, FormRejection>,
) -> Response {
    match sealed(&doors, form).await {
        Ok(state) => {
            stop(&doors, &headers, &state).await;
            start_page(&doors, &headers, &LoginState { approval: None, ..state }, None, None)
        }
        Err(response) => response,
    }
}
