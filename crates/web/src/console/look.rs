//! Looking at one account, and what may be done from there.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query as FromQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use journeys::helpdesk::look::{self, View};
use journeys::helpdesk::{Denied, Staff, act as acts, case};
use pages::console::{CASE, ConsoleAccount, ConsoleSearch, Fact, LOOK, Query, SEARCH};

use super::fields::Sent;
use super::{Told, back, desk, lang_of, refused, trouble};
use crate::Doors;
use crate::site::{page, see_other};

/// `GET /search`
pub async fn search_form(
    State(doors): State<Doors>,
    Extension(staff): Extension<Staff>,
    headers: HeaderMap,
    told: Result<FromQuery<Told>, QueryRejection>,
) -> Response {
    let told = told.map(|FromQuery(told)| told).unwrap_or_default();
    let (query, trouble) = (Query::Number, told.trouble());
    let desk = desk(&staff, lang_of(&doors, &headers));
    page(ConsoleSearch { desk, query, typed: "", reason: "", nobody: false, trouble }.render())
}

/// `POST /search`: to the one account there is, or back here.
pub async fn search(State(doors): State<Doors>, headers: HeaderMap, sent: Sent) -> Response {
    let (typed, reason) = (sent.fields.get("typed"), sent.fields.get("reason"));
    let query = Query::ALL.into_iter().find(|query| query.word() == sent.fields.get("query")).unwrap_or(Query::Number);
    let by = match query {
        Query::Number => look::Query::Number,
        Query::NationalNumber => look::Query::NationalNumber,
        Query::Reference => look::Query::Reference,
    };
    let found = look::search(&doors.world, &sent.staff, by, typed, reason).await;
    let (nobody, trouble) = match found {
        Ok(Some(look)) => return see_other(&format!("{LOOK}{look}")),
        Ok(None) => (true, None),
        Err(denied) => (false, Some(trouble(&doors, &denied))),
    };
    let desk = desk(&sent.staff, lang_of(&doors, &headers));
    let shown = ConsoleSearch { desk, query, typed, reason, nobody, trouble }.render();
    if nobody { page(shown) } else { refused(shown) }
}

/// `GET /look/{look}`
pub async fn look(
    State(doors): State<Doors>,
    Extension(staff): Extension<Staff>,
    headers: HeaderMap,
    Path(look): Path<String>,
    told: Result<FromQuery<Told>, QueryRejection>,
) -> Response {
    let told = told.map(|FromQuery(told)| told).unwrap_or_default();
    match look::view(&doors.world, &staff, &look).await {
        Ok(view) => show(&doors, &staff, &headers, &look, &view, &told),
        Err(denied) => back(SEARCH, Err(denied)),
    }
}

fn show(doors: &Doors, staff: &Staff, headers: &HeaderMap, look: &str, view: &View, told: &Told) -> Response {
    let time = |at: i64| doors.world.settings.local_time(at);
    let events: Vec<_> = view.events.iter().map(|(at, what)| (time(*at), what)).collect();
    let messages: Vec<_> = view.messages.iter().map(|(at, by, what)| (time(*at), by, what)).collect();
    let phone = view.phone.as_ref().map(|(name, since)| (name, time(*since)));
    let (standing, standing_by) = view.standing;
    let standing_at = (view.standing_at > 0).then(|| time(view.standing_at));
    let limited_until = view.limited_until.map(time);
    let shown = ConsoleAccount {
        desk: desk(staff, lang_of(doors, headers)),
        look,
        reason: &view.reason,
        name: &view.name,
        number: &view.number,
        email: view.email.as_deref(),
        standing,
        standing_by,
        standing_at: standing_at.as_deref(),
        created_at: &time(view.created_at),
        activated_at: &time(view.activated_at),
        limited_until: limited_until.as_deref(),
        number_lost: view.number_lost,
        phone: phone.as_ref().map(|(name, since)| (name.as_str(), since.as_str())),
        events: events.iter().map(|(at, what)| Fact { at, by: "", what }).collect(),
        messages: messages.iter().map(|(at, by, what)| Fact { at, by, what }).collect(),
        trouble: told.trouble(),
        done: told.done(),
    };
    page(shown.render())
}

fn here(look: &str) -> String {
    format!("{LOOK}{look}")
}

/// `POST /look/{look}/block`
pub async fn block(State(doors): State<Doors>, Path(look): Path<String>, sent: Sent) -> Response {
    let done = acts::block(&doors.world, &sent.staff, &look, sent.fields.get("reason")).await;
    back(&here(&look), done.map(|()| "block"))
}

/// `POST /look/{look}/hold`
pub async fn hold(State(doors): State<Doors>, Path(look): Path<String>, sent: Sent) -> Response {
    let done = acts::hold(&doors.world, &sent.staff, &look, sent.fields.get("reason")).await;
    back(&here(&look), done.map(|()| "hold"))
}

/// `POST /look/{look}/number`: a proposal.
pub async fn number(State(doors): State<Doors>, Path(look): Path<String>, sent: Sent) -> Response {
    let (fields, staff) = (&sent.fields, &sent.staff);
    let (reference, number, reason) = (fields.get("reference"), fields.get("number"), fields.get("reason"));
    proposed(&look, case::propose_number(&doors.world, staff, &look, reference, number, reason).await)
}

/// `POST /look/{look}/release`: a proposal.
pub async fn release(State(doors): State<Doors>, Path(look): Path<String>, sent: Sent) -> Response {
    let reason = sent.fields.get("reason");
    proposed(&look, case::propose_release(&doors.world, &sent.staff, &look, reason).await)
}

/// To the case, where the second person finds it.
fn proposed(look: &str, reference: Result<String, Denied>) -> Response {
    match reference {
        Ok(reference) => see_other(&format!("{CASE}{reference}?done=number")),
        Err(denied) => back(&here(look), Err(denied)),
    }
}
