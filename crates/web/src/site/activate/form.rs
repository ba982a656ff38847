//! The form, and the check that its sender is no robot.

use axum::Json;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::refusal::Refusal;
use journeys::{Failure, enrol_with_eid};
use pages::activate::{ActivateForm, CONTINUE, FormError};
use protocol::altcha::{self, Challenge};
use protocol::jose::b64u;
use serde::Deserialize;
use words::Lang;

use super::super::login::add_cookie;
use super::super::pages_of::{accepted, page, problem_after, see_other};
use super::super::{NUMBER_COOKIE, NumberCookie, open_cookie};
use super::{EnrolmentCookie, FormState};
use crate::Doors;
use crate::limits::What;
use crate::place::Caller;
use crate::security::read_cookie;

/// Whoever has no scripts waits so long instead.
const WAIT_SECONDS: i64 = 30;
/// Longest text kept of a field.
const MAX_FIELD: usize = 254;

#[derive(Default, Deserialize)]
pub struct AskQuery {
    form: Option<String>,
    lang: Option<String>,
}

/// `GET /activate?lang=`; with `form`, what was typed before.
pub async fn ask(
    State(doors): State<Doors>,
    headers: HeaderMap,
    query: Result<Query<AskQuery>, QueryRejection>,
) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let asked = query.lang.as_deref().and_then(Lang::parse);
    // What was typed shows in the browser that typed it: a link with somebody else's number in it opens an empty form.
    let cookie = EnrolmentCookie::of(&doors, &headers);
    let mine = |old: &FormState| cookie.as_ref().is_some_and(|cookie| cookie.enrolment == old.id);
    let old = query.form.as_deref().and_then(|form| FormState::open(&doors.world, form)).filter(mine);
    let mut state = FormState::new(&doors.world, asked.unwrap_or_else(|| accepted(&headers)));
    if let Some(old) = old {
        let lang = asked.unwrap_or_else(|| old.lang()).code().to_owned();
        state = FormState { lang, until: state.until, checked: None, ..old };
    } else if let Some(known) = remembered(&doors, &headers) {
        (state.country, state.number) = (known.country, known.number);
    }
    form_page(&doors, &state, None)
}

fn remembered(doors: &Doors, headers: &HeaderMap) -> Option<NumberCookie> {
    open_cookie(&doors.world, read_cookie(doors, headers, NUMBER_COOKIE)?)
}

pub(super) fn form_page(doors: &Doors, state: &FormState, error: Option<FormError>) -> Response {
    let form = state.seal(&doors.world);
    let shown = ActivateForm {
        lang: state.lang(),
        form: &form,
        country: &state.country,
        number: &state.number,
        email: &state.email,
        no_email: state.no_email,
        location: state.location,
        error,
        lang_href: &format!("/activate?form={form}&lang="),
        app_href: &doors.world.settings.app,
    };
    page(shown.render())
}

/// `GET /activate/challenge`: a sum for the browser. Costs us nothing until it comes back right.
pub async fn challenge(State(doors): State<Doors>) -> Json<Challenge> {
    let world = &doors.world;
    let number = u32::from_be_bytes(world.entropy());
    Json(Challenge::new(&world.keys.altcha, world.entropy(), number, world.now() + altcha::TTL_SECONDS))
}

#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    form: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    email: String,
    no_email: Option<String>,
    location: Option<String>,
    #[serde(default)]
    altcha: String,
}

/// `POST /activate`: everything right goes on to the review, with scripts at once, without after half a minute.
pub async fn check(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    form: Result<Form<Typed>, FormRejection>,
) -> Response {
    let typed = match form {
        Ok(Form(typed)) => typed,
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return problem_after(&doors, "too_large", "activation form");
        }
        Err(_) => return problem_after(&doors, "request_invalid", "activation form"),
    };
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return problem_after(&doors, "request_invalid", "activation form from another site");
    }
    // One activation at a time in a browser: a second form must not take the cookie from the first.
    if let Some(running) = running(&doors, &headers).await {
        return running;
    }
    let mut state = fill(&doors, &headers, &typed);
    let error = match complete(&state) {
        Err(error) => Some(error),
        Ok(()) => judge(&doors, &caller, &state, &typed.altcha).await.map(|from| state.checked = Some(from)).err(),
    };
    match error {
        Some(Stop::Say(error)) => with_cookie(&doors, &state, form_page(&doors, &state, Some(error))),
        Some(Stop::Fail(failure)) => super::failed(&doors, &failure),
        None => forward(&doors, &state),
    }
}

/// The page of the activation that this browser has under way.
async fn running(doors: &Doors, headers: &HeaderMap) -> Option<Response> {
    let cookie = EnrolmentCookie::of(doors, headers)?;
    let seen = enrol_with_eid::seen(&doors.world, &cookie.enrolment, &cookie.browser).await.ok()?;
    (super::page_of(&seen.state.step) != super::ENDED).then(|| super::onward(&seen))
}

/// Why the form does not go on.
enum Stop {
    Say(FormError),
    Fail(Failure),
}

/// The sealed form with what was typed; a fresh one when the old one is not readable any more.
fn fill(doors: &Doors, headers: &HeaderMap, typed: &Typed) -> FormState {
    let fresh = FormState::new(&doors.world, accepted(headers));
    let old = FormState::open(&doors.world, &typed.form);
    let lang = old.map_or_else(|| fresh.lang.clone(), |old| old.lang);
    let short = |text: &str| text.chars().take(MAX_FIELD).collect::<String>();
    FormState {
        lang,
        country: short(&typed.country),
        number: short(&typed.phone),
        email: short(&typed.email),
        no_email: typed.no_email.is_some(),
        location: typed.location.is_some(),
        ..fresh
    }
}

fn complete(state: &FormState) -> Result<(), Stop> {
    let error = match () {
        () if state.number.trim().is_empty() => FormError::NumberMissing,
        () if !state.no_email && state.email.trim().is_empty() => FormError::EmailMissing,
        () if !state.location => FormError::Location,
        () => return Ok(()),
    };
    Err(Stop::Say(error))
}

/// From when the review may be shown.
async fn judge(doors: &Doors, caller: &Caller, state: &FormState, altcha: &str) -> Result<i64, Stop> {
    let (world, now) = (&doors.world, doors.world.now());
    let wait = |until: i64| Stop::Say(FormError::Wait(u32::try_from((until - now + 59) / 60).unwrap_or(60)));
    let checked = enrol_with_eid::check(world, &state.country, &state.number, state.email(), &caller.network).await;
    checked.map_err(|failure| match failure {
        Failure::Refused(refusal) => said(refusal, now),
        other => Stop::Fail(other),
    })?;
    if altcha.is_empty() {
        doors.limits.take(What::NoScript, &caller.network, now).map_err(wait)?;
        doors.limits.take(What::Enrolment, &caller.network, now).map_err(wait)?;
        return Ok(now + WAIT_SECONDS);
    }
    let solved = altcha::solved(&world.keys.altcha, altcha, now).ok_or(Stop::Say(FormError::Robot))?;
    // Only who did the work counts: empty forms close no door to the neighbours.
    doors.limits.take(What::Enrolment, &caller.network, now).map_err(wait)?;
    match enrol_with_eid::use_once(world, &solved.challenge, solved.expires).await {
        Ok(true) => Ok(now),
        Ok(false) => Err(Stop::Say(FormError::Robot)),
        Err(failure) => Err(Stop::Fail(failure)),
    }
}

fn said(refusal: Refusal, now: i64) -> Stop {
    Stop::Say(match refusal {
        Refusal::NumberNotMobile(_) => FormError::NumberNotMobile,
        Refusal::CountryNotServed => FormError::CountryNotServed,
        Refusal::EmailInvalid => FormError::EmailInvalid,
        Refusal::Wait { until, .. } => FormError::Wait(u32::try_from((until - now + 59) / 60).unwrap_or(60)),
        _ => FormError::NumberInvalid,
    })
}

/// On to an address that can be reloaded, with the cookie that confirming needs.
fn forward(doors: &Doors, state: &FormState) -> Response {
    with_cookie(doors, state, see_other(&format!("{CONTINUE}?form={}", state.seal(&doors.world))))
}

fn with_cookie(doors: &Doors, state: &FormState, mut response: Response) -> Response {
    let browser = b64u(doors.world.entropy::<18>());
    let cookie = EnrolmentCookie { enrolment: state.id.clone(), browser, lang: state.lang.clone() };
    add_cookie(&mut response, &cookie.set(doors));
    response
}
