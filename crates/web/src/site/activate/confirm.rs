//! The review, and its confirmation: the first row.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use journeys::Failure;
use journeys::enrol_with_eid::{self, Begin};
use pages::activate::{ActivateReview, ActivateWait, FormError, READER};
use serde::Deserialize;

use super::super::login::add_cookie;
use super::super::pages_of::{page, problem_after, problem_here, see_other};
use super::form::form_page;
use super::{EnrolmentCookie, FormState, failed, lost};
use crate::Doors;
use crate::place::Caller;

#[derive(Deserialize)]
pub struct FormQuery {
    #[serde(default)]
    form: String,
}

/// `GET /activate/continue?form=`: the review, or the rest of the half minute. One form is one enrolment, however often it is
/// looked at: its id decides.
pub async fn go_on(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    query: Result<Query<FormQuery>, QueryRejection>,
) -> Response {
    let Ok(Query(query)) = query else { return problem_here(&doors, &headers, "request_invalid", "query") };
    let Some((state, from)) = open(&doors, &query.form) else {
        return problem_here(&doors, &headers, "request_expired", "no sealed form");
    };
    if mine(&doors, &headers, &state).is_none() {
        return lost(state.lang());
    }
    let now = doors.world.now();
    if now >= state.until {
        return form_page(&doors, &again(&doors, state), Some(FormError::Robot));
    }
    if now < from {
        let seconds = u32::try_from(from - now).unwrap_or(0);
        return page(ActivateWait { lang: state.lang(), form: &query.form, seconds }.render());
    }
    review(&doors, &caller, &state, &query.form, false).await
}

/// A form that was found right, and from when it counts.
fn open(doors: &Doors, form: &str) -> Option<(FormState, i64)> {
    let state = FormState::open(&doors.world, form)?;
    let from = state.checked?;
    Some((state, from))
}

/// The cookie that was set with this form: what stands in another browser's history or a proxy's log shows nothing here.
fn mine(doors: &Doors, headers: &HeaderMap, state: &FormState) -> Option<EnrolmentCookie> {
    EnrolmentCookie::of(doors, headers).filter(|cookie| cookie.enrolment == state.id)
}

/// What was typed, to be checked once more.
fn again(doors: &Doors, old: FormState) -> FormState {
    let fresh = FormState::new(&doors.world, old.lang());
    FormState { id: fresh.id, until: fresh.until, checked: None, ..old }
}

async fn review(doors: &Doors, caller: &Caller, state: &FormState, form: &str, terms_missing: bool) -> Response {
    let world = &doors.world;
    match enrol_with_eid::check(world, &state.country, &state.number, state.email(), &caller.network).await {
        Ok((number, email)) => page(
            ActivateReview {
                lang: state.lang(),
                form,
                number: &number.grouped(),
                email: email.as_deref(),
                change_href: &format!("/activate?form={form}"),
                terms: &world.settings.terms,
                terms_missing,
            }
            .render(),
        ),
        Err(failure) => not_now(doors, state.clone(), &failure),
    }
}

/// What was right a minute ago is not any more: somebody failed with this number from here.
fn not_now(doors: &Doors, state: FormState, failure: &Failure) -> Response {
    match failure {
        Failure::Refused(_) => form_page(doors, &again(doors, state), Some(FormError::Wait(20))),
        other => failed(doors, other),
    }
}

#[derive(Deserialize)]
pub struct ConfirmForm {
    #[serde(default)]
    form: String,
    terms: Option<String>,
}

/// `POST /activate/confirm`
pub async fn confirm(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    form: Result<Form<ConfirmForm>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return problem_after(&doors, "too_large", "activation review");
        }
        Err(_) => return problem_after(&doors, "request_invalid", "activation review"),
    };
    let Some((state, from)) = open(&doors, &form.form) else {
        return problem_after(&doors, "request_expired", "no sealed form");
    };
    let Some(cookie) = mine(&doors, &headers, &state) else { return lost(state.lang()) };
    let now = doors.world.now();
    if now >= state.until || now < from {
        return form_page(&doors, &again(&doors, state), Some(FormError::Robot));
    }
    if form.terms.is_none() {
        return review(&doors, &caller, &state, &form.form, true).await;
    }
    match begin(&doors, caller, &state, &cookie).await {
        Ok(()) => {
            let mut response = see_other(READER);
            add_cookie(&mut response, &cookie.set(&doors));
            response
        }
        Err(failure) => not_now(&doors, state, &failure),
    }
}

async fn begin(doors: &Doors, caller: Caller, state: &FormState, cookie: &EnrolmentCookie) -> Result<(), Failure> {
    let world = &doors.world;
    let (number, email) =
        enrol_with_eid::check(world, &state.country, &state.number, state.email(), &caller.network).await?;
    let begin = Begin {
        id: state.id.clone(),
        browser: cookie.browser.clone(),
        number,
        email,
        lang: state.lang(),
        place: caller.network,
        terms: world.settings.terms.clone(),
    };
    enrol_with_eid::begin(world, begin).await
}
