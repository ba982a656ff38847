//! The app is on the device that shows the page.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::approval::{Progress, Start};
use journeys::{Failure, sign_in, start};
use protocol::phone::Decision;
use serde::Deserialize;

use super::elsewhere::elsewhere;
use super::login::{SealedForm, denied, send};
use super::offer::{Offer, offered};
use super::pages_of::{problem_in, see_other};
use super::wait::{NOT_APPROVED, granted, own, state_of};
use crate::Doors;
use crate::place::Caller;

/// `POST /login/link`.
pub async fn by_link(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    form: Result<Form<SealedForm>, FormRejection>,
) -> Response {
    offered(&doors, &headers, caller, form, Offer::Link).await
}

#[derive(Deserialize)]
pub struct ReturnQuery {
    rt: Option<String>,
}

/// `GET /login/return/{approval}?rt=…`: the app brings the browser back, to the service's own page after a yes and with
/// `access_denied` after a no. Its token alone does nothing, nor does the cookie alone: a link that was sent on to somebody else
/// meets no cookie, and whoever sent it never learns the token. The token of a no leads to a refusal alone.
pub async fn come_back(
    State(doors): State<Doors>,
    headers: HeaderMap,
    Path(approval): Path<String>,
    query: Result<Query<ReturnQuery>, QueryRejection>,
) -> Response {
    let Some(login) = own(&doors, &headers, &approval) else {
        return elsewhere(&doors, &headers, &approval, true).await;
    };
    let lang = login.lang();
    let token = query.ok().and_then(|Query(query)| query.rt).unwrap_or_default();
    let watch = match sign_in::watch(&doors.world, &approval).await {
        Ok(watch) => watch,
        Err(Failure::Gone) => return problem_in(&doors, lang, "request_expired", "swept"),
        Err(failure) => return problem_in(&doors, lang, "server_error", &format!("{failure:?}")),
    };
    let answered = start::returns(&doors.world, &approval, &token).filter(|_| watch.approval.start == Start::Link);
    match (answered, watch.progress) {
        (Some(Decision::Approve), Progress::Approved) => granted(&doors, &headers, lang, &watch).await,
        (Some(Decision::Reject), Progress::Refused) => {
            send(&doors, lang, &denied(&state_of(&login, &watch), NOT_APPROVED)).await
        }
        // A wrong token, or too early or too late: the page of the request says what there is to say.
        _ => see_other(&format!("/login/wait/{approval}")),
    }
}
