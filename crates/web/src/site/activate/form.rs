//! The form: who are you, and are you no robot? A right one begins the enrolment at once.

use axum::Json;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use journeys::enrol_with_eid::{self, Purpose, Seen};
use journeys::{Failure, World};
use pages::activate::{ActivateForm, FormError};
use protocol::altcha::{self, Challenge};
use protocol::label::ENROLMENT_FORM;
use protocol::oidc::request_seal;
use serde::{Deserialize, Serialize};
use words::Lang;

use super::super::login::add_cookie;
use super::super::pages_of::{accepted, page, problem_after, see_other};
use super::super::{NUMBER_COOKIE, NumberCookie, open_cookie};
use super::begin::{Stop, complete, sends};
use super::cookie::EnrolmentCookie;
use crate::Doors;
use crate::place::Caller;
use crate::security::read_cookie;

/// A form may lie open for so long before it must be checked again.
const FORM_SECONDS: i64 = 900;
/// What was typed is remembered a little longer, so that nobody types it twice.
const SEAL_SECONDS: i64 = 7200;
/// Longest text kept of a field.
const MAX_FIELD: usize = 254;

/// What the field `form` carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FormState {
    /// Drawn with the form, so that sending it twice makes one enrolment.
    pub(super) id: String,
    pub(super) lang: String,
    pub(super) country: String,
    pub(super) number: String,
    pub(super) email: String,
    pub(super) no_email: bool,
    pub(super) location: bool,
    #[serde(default)]
    pub(super) terms: bool,
    #[serde(default)]
    pub(super) purpose: Purpose,
    /// When this form stops being good.
    pub(super) until: i64,
    /// Set when everything is right but half a minute must pass: from when it counts.
    pub(super) checked: Option<i64>,
}

impl FormState {
    pub(super) fn new(world: &World, lang: Lang, purpose: Purpose) -> FormState {
        FormState {
            id: String::new(),
            lang: lang.code().to_owned(),
            country: "BE".into(),
            number: String::new(),
            email: String::new(),
            no_email: false,
            location: false,
            terms: false,
            purpose,
            until: world.now() + FORM_SECONDS,
            checked: None,
        }
    }

    /// The form that led to this enrolment.
    pub(super) fn of(world: &World, seen: &Seen) -> FormState {
        FormState {
            number: seen.number.clone(),
            no_email: seen.email.is_none(),
            email: seen.email.clone().unwrap_or_default(),
            location: true,
            terms: true,
            ..FormState::new(world, seen.lang, seen.purpose)
        }
    }

    pub(super) fn seal(&self, world: &World) -> String {
        let exp = world.now() + SEAL_SECONDS;
        request_seal::seal(&world.keys.cookie, ENROLMENT_FORM, self, exp, world.entropy()).unwrap_or_default()
    }

    pub(super) fn open(world: &World, text: &str) -> Option<FormState> {
        request_seal::open(&world.keys.cookie, ENROLMENT_FORM, text, world.now())
    }

    pub(super) fn lang(&self) -> Lang {
        Lang::parse(&self.lang).unwrap_or(Lang::Nl)
    }

    pub(super) fn email(&self) -> Option<&str> {
        Some(self.email.trim()).filter(|email| !self.no_email && !email.is_empty())
    }
}

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
    asks(&doors, &headers, query, Purpose::Activate).await
}

/// `GET /block/card`, likewise.
pub async fn ask_to_block(
    State(doors): State<Doors>,
    headers: HeaderMap,
    query: Result<Query<AskQuery>, QueryRejection>,
) -> Response {
    asks(&doors, &headers, query, Purpose::Block).await
}

async fn asks(
    doors: &Doors,
    headers: &HeaderMap,
    query: Result<Query<AskQuery>, QueryRejection>,
    purpose: Purpose,
) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let asked = query.lang.as_deref().and_then(Lang::parse);
    // What was typed shows in the browser that typed it: a link with somebody else's number in it opens an empty form.
    let cookie = EnrolmentCookie::of(doors, headers);
    let mine = |old: &FormState| cookie.as_ref().is_some_and(|cookie| cookie.enrolment == old.id);
    let old = query.form.as_deref().and_then(|form| FormState::open(&doors.world, form)).filter(mine);
    let mut state = FormState::new(&doors.world, asked.unwrap_or_else(|| accepted(headers)), purpose);
    if let Some(old) = old {
        let lang = asked.unwrap_or_else(|| old.lang()).code().to_owned();
        state = FormState { lang, until: state.until, purpose, checked: None, ..old };
    } else if let Some(known) = remembered(doors, headers) {
        (state.country, state.number) = (known.country, known.number);
    }
    form_page(doors, cookie, state, None).await
}

fn remembered(doors: &Doors, headers: &HeaderMap) -> Option<NumberCookie> {
    open_cookie(&doors.world, read_cookie(doors, headers, NUMBER_COOKIE)?)
}

/// The form under the cookie that it will be sent with: the browser's own while nothing was begun with it, else a fresh one. An
/// activation under way keeps its cookie.
pub(super) async fn form_page(
    doors: &Doors,
    cookie: Option<EnrolmentCookie>,
    state: FormState,
    error: Option<FormError>,
) -> Response {
    let (cookie, running) = EnrolmentCookie::for_form(doors, cookie, state.lang()).await;
    let until = doors.world.now() + FORM_SECONDS;
    let state = FormState { id: cookie.enrolment.clone(), until, checked: None, ..state };
    let form = state.seal(&doors.world);
    let at = super::start_of(state.purpose);
    let shown = ActivateForm {
        lang: state.lang(),
        to_block: state.purpose == Purpose::Block,
        form: &form,
        country: &state.country,
        number: &state.number,
        email: &state.email,
        no_email: state.no_email,
        location: state.location,
        terms: state.terms,
        version: &doors.world.settings.terms,
        error,
        lang_href: &format!("{at}?form={form}&lang="),
    };
    let mut response = page(shown.render());
    if !running {
        add_cookie(&mut response, &cookie.set(doors));
    }
    response
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
    terms: Option<String>,
    #[serde(default)]
    altcha: String,
}

type Sent = Result<Form<Typed>, FormRejection>;

/// `POST /activate`: everything right begins the enrolment, with scripts at once, without after half a minute.
pub async fn send(State(doors): State<Doors>, headers: HeaderMap, caller: Caller, form: Sent) -> Response {
    sent(&doors, &headers, &caller, form, Purpose::Activate).await
}

/// `POST /block/card`, likewise.
pub async fn send_to_block(State(doors): State<Doors>, headers: HeaderMap, caller: Caller, form: Sent) -> Response {
    sent(&doors, &headers, &caller, form, Purpose::Block).await
}

async fn sent(doors: &Doors, headers: &HeaderMap, caller: &Caller, form: Sent, purpose: Purpose) -> Response {
    let typed = match form {
        Ok(Form(typed)) => typed,
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return problem_after(doors, "too_large", "activation form");
        }
        Err(_) => return problem_after(doors, "request_invalid", "activation form"),
    };
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return problem_after(doors, "request_invalid", "activation form from another site");
    }
    // One activation at a time in a browser: a second form must not take the cookie from the first.
    let mut cookie = EnrolmentCookie::of(doors, headers);
    let mut state = fill(doors, headers, &typed, purpose);
    match running(doors, cookie.as_ref()).await {
        Some(seen) if seen.purpose == purpose => return super::onward(&seen),
        // Whoever wants to block is not kept by an activation that stands open here, nor the other way round.
        Some(seen) => match instead(doors, cookie, &seen).await {
            Ok(fresh) => {
                state.id.clone_from(&fresh.enrolment);
                cookie = Some(fresh);
            }
            Err(failure) => return super::failed(doors, &failure),
        },
        None => {}
    }
    let stop = match complete(&state) {
        Ok(()) => match cookie.clone().filter(|cookie| cookie.enrolment == state.id && doors.world.now() < state.until)
        {
            Some(cookie) => match sends(doors, caller, &state, &cookie, &typed.altcha).await {
                Ok(mut response) => {
                    add_cookie(&mut response, &cookie.set(doors));
                    return response;
                }
                Err(stop) => stop,
            },
            None => Stop::Say(FormError::Robot),
        },
        Err(stop) => stop,
    };
    match stop {
        Stop::Say(error) => form_page(doors, cookie, state, Some(error)).await,
        Stop::Fail(failure) => super::failed(doors, &failure),
    }
}

/// The activation that this browser has under way. One that has blocked is over, except for its page.
async fn running(doors: &Doors, cookie: Option<&EnrolmentCookie>) -> Option<Seen> {
    let cookie = cookie?;
    let seen = enrol_with_eid::seen(&doors.world, &cookie.enrolment, &cookie.browser).await.ok()?;
    (![super::ENDED, super::BLOCKED].contains(&super::page_of(&seen.state.step))).then_some(seen)
}

/// Ends what runs, and makes room for another.
async fn instead(doors: &Doors, old: Option<EnrolmentCookie>, seen: &Seen) -> Result<EnrolmentCookie, Failure> {
    if let Some(old) = old {
        enrol_with_eid::stop(&doors.world, &old.enrolment, &old.browser).await?;
    }
    Ok(EnrolmentCookie::new(doors, seen.lang))
}

/// The sealed form with what was typed; one that can no longer be read is no form of ours.
fn fill(doors: &Doors, headers: &HeaderMap, typed: &Typed, purpose: Purpose) -> FormState {
    let fresh = FormState::new(&doors.world, accepted(headers), purpose);
    let old = FormState::open(&doors.world, &typed.form).unwrap_or(fresh);
    let short = |text: &str| text.chars().take(MAX_FIELD).collect::<String>();
    FormState {
        country: short(&typed.country),
        number: short(&typed.phone),
        email: short(&typed.email),
        no_email: typed.no_email.is_some(),
        location: typed.location.is_some(),
        terms: typed.terms.is_some(),
        purpose,
        checked: None,
        ..old
    }
}

/// `POST /activate/change`: back to the form with what was typed; what was begun with it is over.
pub async fn change(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let (cookie, seen) = match super::own(&doors, &headers).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    if super::page_of(&seen.state.step) != pages::activate::READER {
        return super::onward(&seen);
    }
    if let Err(failure) = enrol_with_eid::stop(&doors.world, &cookie.enrolment, &cookie.browser).await {
        return match failure {
            Failure::Gone => super::lost(cookie.lang()),
            other => super::failed(&doors, &other),
        };
    }
    let fresh = EnrolmentCookie::new(&doors, seen.lang);
    let state = FormState { id: fresh.enrolment.clone(), ..FormState::of(&doors.world, &seen) };
    let at = super::start_of(seen.purpose);
    let mut response = see_other(&format!("{at}?form={}", state.seal(&doors.world)));
    add_cookie(&mut response, &fresh.set(&doors));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tick_decides_about_the_address() {
        let mut form = FormState {
            id: "enr_x".into(),
            lang: "nl".into(),
            country: "BE".into(),
            number: "0468 75 89 60".into(),
            email: " an@voorbeeld.example ".into(),
            no_email: false,
            location: true,
            terms: true,
            purpose: Purpose::Activate,
            until: 0,
            checked: None,
        };
        assert_eq!(form.email(), Some("an@voorbeeld.example"));
        form.no_email = true;
        assert_eq!(form.email(), None);
        (form.no_email, form.email) = (false, "  ".into());
        assert_eq!(form.email(), None);
    }
}
