//! From a right form to an enrolment: the robot check, or half a minute in its place.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::refusal::Refusal;
use journeys::Failure;
use journeys::enrol_with_eid::{self, Begin, Begun, Purpose, Puzzle};
use pages::activate::{ActivateWait, CONTINUE, FormError, READER};
use protocol::altcha;
use serde::Deserialize;

use super::super::pages_of::{page, problem_here, see_other};
use super::cookie::EnrolmentCookie;
use super::form::{FormState, form_page};
use super::{failed, lost};
use crate::Doors;
use crate::limits::What;
use crate::place::Caller;

/// Whoever has no scripts waits so long instead.
const WAIT_SECONDS: i64 = 30;

/// Why a form does not go on.
pub(super) enum Stop {
    Say(FormError),
    Fail(Failure),
}

pub(super) fn complete(state: &FormState) -> Result<(), Stop> {
    let activates = state.purpose == Purpose::Activate;
    let error = match () {
        () if state.number.trim().is_empty() => FormError::NumberMissing,
        () if activates && !state.no_email && state.email.trim().is_empty() => FormError::EmailMissing,
        () if activates && !state.location => FormError::Location,
        () if activates && !state.terms => FormError::Terms,
        () => return Ok(()),
    };
    Err(Stop::Say(error))
}

/// Begins, or leads to the waiting page.
pub(super) async fn sends(
    doors: &Doors,
    caller: &Caller,
    state: &FormState,
    cookie: &EnrolmentCookie,
    altcha: &str,
) -> Result<Response, Stop> {
    let (world, now) = (&doors.world, doors.world.now());
    let begin = ready(doors, caller, state, cookie).await?;
    let wait = |until: i64| Stop::Say(waits(until, now));
    if altcha.is_empty() {
        doors.limits.take(What::NoScript, &caller.network, now).map_err(wait)?;
        doors.limits.take(What::Enrolment, &caller.network, now).map_err(wait)?;
        let waiting = FormState { checked: Some(now + WAIT_SECONDS), ..state.clone() };
        return Ok(see_other(&format!("{CONTINUE}?form={}", waiting.seal(world))));
    }
    let solved = altcha::solved(&world.keys.altcha, altcha, now).ok_or(Stop::Say(FormError::Robot))?;
    // Only who did the work counts: empty forms close no door to the neighbours.
    doors.limits.take(What::Enrolment, &caller.network, now).map_err(wait)?;
    let puzzle = Puzzle { id: solved.challenge, until: solved.expires };
    match enrol_with_eid::begin(world, begin, Some(puzzle)).await.map_err(Stop::Fail)? {
        Begun::Yes => Ok(see_other(READER)),
        Begun::PuzzleUsed => Err(Stop::Say(FormError::Robot)),
    }
}

/// Number and address were looked at: nothing but the robot check is missing.
async fn ready(doors: &Doors, caller: &Caller, state: &FormState, cookie: &EnrolmentCookie) -> Result<Begin, Stop> {
    let (world, network) = (&doors.world, &caller.network);
    let checked =
        enrol_with_eid::check(world, state.purpose, &state.country, &state.number, state.email(), network).await;
    let (number, email) = checked.map_err(|failure| match failure {
        Failure::Refused(refusal) => Stop::Say(said(refusal, world.now())),
        other => Stop::Fail(other),
    })?;
    Ok(Begin {
        id: state.id.clone(),
        browser: cookie.browser.clone(),
        number,
        email,
        lang: state.lang(),
        place: network.clone(),
        terms: world.settings.terms.clone(),
        purpose: state.purpose,
    })
}

fn waits(until: i64, now: i64) -> FormError {
    FormError::Wait(u32::try_from((until - now + 59) / 60).unwrap_or(60))
}

fn said(refusal: Refusal, now: i64) -> FormError {
    match refusal {
        Refusal::NumberNotMobile(_) => FormError::NumberNotMobile,
        Refusal::CountryNotServed => FormError::CountryNotServed,
        Refusal::EmailInvalid => FormError::EmailInvalid,
        Refusal::Wait { until, .. } => waits(until, now),
        _ => FormError::NumberInvalid,
    }
}

#[derive(Deserialize)]
pub struct FormQuery {
    #[serde(default)]
    form: String,
}

/// `GET /activate/continue?form=`: the rest of the half minute, then the enrolment. One form is one enrolment, however often this
/// is asked for: its id decides, and it counts only in the browser that was given it.
pub async fn go_on(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    query: Result<Query<FormQuery>, QueryRejection>,
) -> Response {
    let Ok(Query(query)) = query else { return problem_here(&doors, &headers, "request_invalid", "query") };
    let state = FormState::open(&doors.world, &query.form);
    let Some((state, from)) = state.and_then(|state| state.checked.map(|from| (state, from))) else {
        return problem_here(&doors, &headers, "request_expired", "no sealed form");
    };
    let own = EnrolmentCookie::of(&doors, &headers);
    // What stands in another browser's history or a proxy's log shows nothing here.
    let Some(cookie) = own.filter(|cookie| cookie.enrolment == state.id) else { return lost(state.lang()) };
    let now = doors.world.now();
    if now < from {
        let seconds = u32::try_from(from - now).unwrap_or(0);
        return page(ActivateWait { lang: state.lang(), form: &query.form, seconds }.render());
    }
    // The row is looked for first: whoever comes back here after it began goes on.
    if enrol_with_eid::seen(&doors.world, &cookie.enrolment, &cookie.browser).await.is_ok() {
        return see_other(READER);
    }
    if now >= state.until {
        return form_page(&doors, Some(cookie), state, Some(FormError::Robot)).await;
    }
    match begins(&doors, &caller, &state, &cookie).await {
        Ok(()) => see_other(READER),
        Err(Stop::Say(error)) => form_page(&doors, Some(cookie), state, Some(error)).await,
        Err(Stop::Fail(failure)) => failed(&doors, &failure),
    }
}

async fn begins(doors: &Doors, caller: &Caller, state: &FormState, cookie: &EnrolmentCookie) -> Result<(), Stop> {
    // Somebody may have failed with this number from here meanwhile.
    let begin = ready(doors, caller, state, cookie).await?;
    enrol_with_eid::begin(&doors.world, begin, None).await.map_err(Stop::Fail)?;
    Ok(())
}
