//! Cases.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::contact::Contact;
use journeys::contact::grouped;
use journeys::helpdesk::case::{self, Case, Opened, PAGE, Proposal};
use journeys::helpdesk::{Denied, Staff};
use pages::console::{CASE, CaseLine, ConsoleCase, ConsoleCases, Letter, Proposed, When};
use protocol::eid::read_code;
use serde::Deserialize;

use super::fields::Sent;
use super::{Told, back, desk, lang_of, refused};
use crate::Doors;
use crate::site::page;

#[derive(Default, Deserialize)]
pub struct After {
    #[serde(default)]
    after: String,
    #[serde(default)]
    done: String,
}

impl After {
    fn read(&self) -> Option<(i64, String)> {
        let (at, reference) = self.after.split_once('.')?;
        Some((at.parse().ok()?, read_code(reference)?))
    }
}

/// `GET /cases?after=`
pub async fn cases(
    State(doors): State<Doors>,
    Extension(staff): Extension<Staff>,
    headers: HeaderMap,
    query: Result<Query<After>, QueryRejection>,
) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let found = match case::list(&doors.world, &staff, query.read()).await {
        Ok(found) => found,
        Err(denied) => return failed(&doors, &staff, &headers, &denied),
    };
    let full = i64::try_from(found.len()).is_ok_and(|count| count == PAGE);
    let more = found.last().filter(|_| full).map(|last| format!("/cases?after={}.{}", last.due_at, last.reference));
    let now = doors.world.now();
    let references: Vec<String> = found.iter().map(|case| grouped(&case.reference)).collect();
    let shown = ConsoleCases {
        desk: desk(&staff, lang_of(&doors, &headers)),
        cases: found.iter().zip(&references).map(|(case, reference)| line(case, reference, now)).collect(),
        more: more.as_deref(),
        done: Some(query.done.as_str()).filter(|done| !done.is_empty()),
    };
    page(shown.render())
}

fn line<'a>(case: &'a Case, reference: &'a str, now: i64) -> CaseLine<'a> {
    CaseLine {
        reference,
        kind: &case.kind,
        state: &case.state,
        call_back: &case.call_back,
        left: When(case::clock(case).minutes_left(now)),
    }
}

/// A list that could not be shown.
fn failed(doors: &Doors, staff: &Staff, headers: &HeaderMap, denied: &Denied) -> Response {
    tracing::info!(?denied, "a list of the console was refused");
    let cases = ConsoleCases { desk: desk(staff, lang_of(doors, headers)), cases: Vec::new(), more: None, done: None };
    refused(cases.render())
}

/// `GET /case/{reference}`
pub async fn case(
    State(doors): State<Doors>,
    Extension(staff): Extension<Staff>,
    headers: HeaderMap,
    Path(reference): Path<String>,
    told: Result<Query<Told>, QueryRejection>,
) -> Response {
    let told = told.map(|Query(told)| told).unwrap_or_default();
    let Some(reference) = read_code(&reference) else { return StatusCode::NOT_FOUND.into_response() };
    match case::open(&doors.world, &staff, &reference).await {
        Ok(opened) => show(&doors, &staff, &headers, &opened, &told),
        Err(Denied::Stale) => StatusCode::NOT_FOUND.into_response(),
        Err(denied) => failed(&doors, &staff, &headers, &denied),
    }
}

fn show(doors: &Doors, staff: &Staff, headers: &HeaderMap, opened: &Opened, told: &Told) -> Response {
    let (settings, now, case) = (&doors.world.settings, doors.world.now(), &opened.case);
    let numbers = |contact: &Contact| {
        let grouped = |number: &Option<domain::number::MobileNumber>| number.as_ref().map(|n| n.grouped());
        (grouped(&contact.old_number), grouped(&contact.new_number))
    };
    let (old, new) = opened.contact.as_ref().map(numbers).unwrap_or_default();
    let letter = opened.contact.as_ref().map(|contact| Letter {
        name: &contact.name,
        reach: &contact.reach,
        text: &contact.text,
        lang: &contact.lang,
        old_number: old.as_deref(),
        new_number: new.as_deref(),
    });
    let number = match &opened.proposal {
        Some(Proposal::ChangeNumber { number, .. }) => Some(number.grouped()),
        _ => None,
    };
    let (name, masked) = opened.person.clone().unwrap_or_default();
    let proposed = opened.proposal.as_ref().map(|proposal| Proposed {
        what: proposal.word(),
        by: case.proposed_by.as_deref().unwrap_or_default(),
        reason: proposal.reason(),
        number: number.as_deref(),
        person: (&name, &masked),
        mine: case.proposed_by.as_ref() == Some(&staff.name),
    });
    let reference = grouped(&case.reference);
    let settled = case.settled_at.map(|at| settings.local_time(at));
    let shown = ConsoleCase {
        desk: desk(staff, lang_of(doors, headers)),
        case: line(case, &reference, now),
        target: &settings.local_time(case.due_at),
        settled: settled.as_deref(),
        letter,
        proposed,
        trouble: told.trouble(),
        done: told.done(),
    };
    page(shown.render())
}

/// `POST /case/{reference}/decide`
pub async fn decide(State(doors): State<Doors>, Path(reference): Path<String>, sent: Sent) -> Response {
    let Some(reference) = read_code(&reference) else { return StatusCode::NOT_FOUND.into_response() };
    let decided = case::decide(&doors.world, &sent.staff, &reference, sent.fields.get("reason")).await;
    back(&format!("{CASE}{reference}"), decided.map(|()| "decide"))
}

/// `POST /case/{reference}/refuse`
pub async fn refuse(State(doors): State<Doors>, Path(reference): Path<String>, sent: Sent) -> Response {
    let Some(reference) = read_code(&reference) else { return StatusCode::NOT_FOUND.into_response() };
    let off = case::refuse(&doors.world, &sent.staff, &reference, sent.fields.get("reason")).await;
    back(&format!("{CASE}{reference}"), off.map(|()| "refuse"))
}

/// `POST /case/{reference}/close`
pub async fn close(State(doors): State<Doors>, Path(reference): Path<String>, sent: Sent) -> Response {
    let Some(reference) = read_code(&reference) else { return StatusCode::NOT_FOUND.into_response() };
    let closed = case::close(&doors.world, &sent.staff, &reference, sent.fields.get("reason")).await;
    back(&format!("{CASE}{reference}"), closed.map(|()| "close"))
}
