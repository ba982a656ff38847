//! Who is of the staff.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::helpdesk::Role;
use journeys::helpdesk::invite::{self, By};
use journeys::helpdesk::{Denied, Staff};
use pages::console::{ConsolePeople, Member, PEOPLE, Trouble};

use super::fields::Sent;
use super::{Told, back, desk, lang_of, refused, trouble};
use crate::Doors;
use crate::site::page;

/// `GET /staff`
pub async fn people(
    State(doors): State<Doors>,
    Extension(staff): Extension<Staff>,
    headers: HeaderMap,
    told: Result<Query<Told>, QueryRejection>,
) -> Response {
    let told = told.map(|Query(told)| told).unwrap_or_default();
    show(&doors, &staff, &headers, None, told.trouble(), told.done()).await
}

async fn show(
    doors: &Doors,
    staff: &Staff,
    headers: &HeaderMap,
    invitation: Option<(&str, &str)>,
    trouble: Option<Trouble<'_>>,
    done: Option<&str>,
) -> Response {
    let members = match invite::list(&doors.world, By::Staff(staff)).await {
        Ok(members) => members,
        Err(error) => {
            tracing::error!(?error, "the staff could not be listed");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let member = |m: &invite::Member| (m.name.clone(), m.role.word(), m.password.is_some());
    let members: Vec<_> = members.iter().map(member).collect();
    let shown = ConsolePeople {
        desk: desk(staff, lang_of(doors, headers)),
        members: members
            .iter()
            .map(|(name, role, joined)| Member { name, role, joined: *joined, me: *name == staff.name })
            .collect(),
        invitation,
        trouble,
        done,
    };
    let shown = shown.render();
    if trouble.is_some() && invitation.is_none() && done.is_none() { refused(shown) } else { page(shown) }
}

/// `POST /staff/add`: shows the code once.
pub async fn add(State(doors): State<Doors>, headers: HeaderMap, sent: Sent) -> Response {
    let name = sent.fields.get("name").trim().to_lowercase();
    let by = By::Staff(&sent.staff);
    let code = match Role::read(sent.fields.get("role")) {
        Some(role) => invite::add(&doors.world, by, &name, role).await,
        None => Err(Denied::Name),
    };
    told(&doors, &sent.staff, &headers, &name, code).await
}

/// `POST /staff/invite`: a fresh code, shown once; password and key of before are worth nothing.
pub async fn invite(State(doors): State<Doors>, headers: HeaderMap, sent: Sent) -> Response {
    let name = sent.fields.get("name").to_owned();
    let code = if name == sent.staff.name {
        Err(Denied::NotYours)
    } else {
        invite::again(&doors.world, By::Staff(&sent.staff), &name).await
    };
    told(&doors, &sent.staff, &headers, &name, code).await
}

async fn told(doors: &Doors, staff: &Staff, headers: &HeaderMap, name: &str, code: Result<String, Denied>) -> Response {
    match code {
        Ok(code) => show(doors, staff, headers, Some((name, &code)), None, None).await,
        Err(denied) => show(doors, staff, headers, None, Some(trouble(doors, &denied)), None).await,
    }
}

/// `POST /staff/remove`
pub async fn remove(State(doors): State<Doors>, sent: Sent) -> Response {
    let removed = invite::remove(&doors.world, By::Staff(&sent.staff), sent.fields.get("name")).await;
    back(PEOPLE, removed.map(|()| "remove"))
}
