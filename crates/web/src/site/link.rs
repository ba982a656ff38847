//! The app is on the device that shows the page.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::approval::{Progress, Start};
use journeys::{Failure, sign_in, start};
use serde::Deserialize;

use super::elsewhere::elsewhere;
use super::login::{SealedForm, begun, opened, to_waiting};
use super::pages_of::{problem_after, problem_here, see_other};
use super::wait::{granted, own};
use crate::Doors;
use crate::place::Caller;

/// `POST /login/link`.
pub async fn by_link(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    form: Result<Form<SealedForm>, FormRejection>,
) -> Response {
    let state = match opened(&doors, &headers, &caller, form).await {
        Ok(state) => state,
        Err(response) => return response,
    };
    match start::by_link(&doors.world, begun(&doors, &headers, caller, &state)).await {
        Ok(approval) => to_waiting(&doors, &state, &approval.id, String::new()),
        Err(Failure::Malformed) => problem_after(&doors, "request_invalid", "no link may be opened for this partner"),
        Err(failure) => problem_after(&doors, "server_error", &format!("{failure:?}")),
    }
}

#[derive(Deserialize)]
pub struct ReturnQuery {
    rt: Option<String>,
}

/// `GET /login/return/{approval}?rt=…`: the app brings the browser back. Its token alone does nothing, nor does the cookie alone:
/// a link that was sent on to somebody else meets no cookie, and whoever sent it never learns the token.
pub async fn come_back(
    State(doors): State<Doors>,
    headers: HeaderMap,
    Path(approval): Path<String>,
    query: Result<Query<ReturnQuery>, QueryRejection>,
) -> Response {
    if own(&doors, &headers, &approval).is_none() {
        return elsewhere(&doors, &headers, &approval, true).await;
    }
    let token = query.ok().and_then(|Query(query)| query.rt).unwrap_or_default();
    let watch = match sign_in::watch(&doors.world, &approval).await {
        Ok(watch) => watch,
        Err(Failure::Gone) => return problem_here(&doors, &headers, "request_expired", "swept"),
        Err(failure) => return problem_here(&doors, &headers, "server_error", &format!("{failure:?}")),
    };
    let back = watch.approval.start == Start::Link && start::returns(&doors.world, &approval, &token);
    if back && watch.progress == Progress::Approved {
        return granted(&doors, &headers, &watch).await;
    }
    // A wrong token, or too early or too late: the page of the request says what there is to say.
    see_other(&format!("/login/wait/{approval}"))
}
