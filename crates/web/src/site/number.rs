//! The number form.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::refusal::Refusal;
use journeys::{Failure, start};
use pages::NumberError;
use serde::Deserialize;

use super::login::{TypedNumber, add_cookie, begun, minutes, start_page, to_waiting};
use super::pages_of::{problem_after, problem_after_in};
use super::{LoginState, NUMBER_COOKIE, NumberCookie, seal_cookie};
use crate::Doors;
use crate::limits::What;
use crate::place::Caller;
use crate::security::cookie;

const REMEMBER_SECONDS: i64 = 365 * 86_400;

#[derive(Deserialize)]
pub struct LoginForm {
    req: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    phone: String,
    remember: Option<String>,
}

impl LoginForm {
    fn typed(&self) -> TypedNumber<'_> {
        TypedNumber { country: &self.country, phone: &self.phone, remember: self.remember.is_some() }
    }
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
    let Some(state) = LoginState::open(&doors.world, &form.req).await else {
        return problem_after(&doors, "request_expired", "no sealed request");
    };
    let now = doors.world.now();
    let complain = |error| start_page(&doors, &headers, &state, Some(form.typed()), Some(error));
    if form.phone.trim().is_empty() {
        return complain(NumberError::Missing);
    }
    if let Err(until) = doors.limits.take(What::Login, &caller.network, now) {
        return complain(NumberError::Wait(minutes(until - now)));
    }
    let begun = begun(&doors, &headers, caller, &state);
    let typed = start::Typed { begun, country: form.country.clone(), number: form.phone.clone() };
    match start::by_number(&doors.world, typed).await {
        Ok(started) => {
            let mut response = to_waiting(&doors, &state, &started.approval, started.number.grouped());
            remember(&doors, &mut response, &form);
            response
        }
        Err(Failure::Refused(Refusal::NumberNotMobile(_))) => complain(NumberError::NotMobile),
        Err(Failure::Refused(Refusal::CountryNotServed)) => complain(NumberError::CountryNotServed),
        Err(Failure::Refused(_)) => complain(NumberError::Invalid),
        // A form of our own that was bent: this partner wants no numbers.
        Err(Failure::Malformed) => {
            problem_after_in(&doors, state.lang(), "request_invalid", "no number may be typed for this partner")
        }
        Err(failure) => problem_after_in(&doors, state.lang(), "server_error", &format!("{failure:?}")),
    }
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
