//! The code to scan.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::approval::{Progress, Start};
use journeys::sign_in::Watch;
use journeys::{Failure, World, sign_in, start};

use super::login::SealedForm;
use super::offer::{Offer, offered};
use super::wait::own;
use crate::Doors;
use crate::place::Caller;

/// `POST /login/qr`.
pub async fn by_qr(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    form: Result<Form<SealedForm>, FormRejection>,
) -> Response {
    offered(&doors, &headers, caller, form, Offer::Qr).await
}

/// The text of the code as it is now; `None` once a phone has it, or when it is no code at all.
pub(super) fn code(world: &World, watch: &Watch) -> Option<String> {
    let shown = watch.approval.start == Start::Qr && watch.progress == Progress::Waiting && !scanned(watch);
    shown.then(|| start::frame(world, &watch.approval, watch.now))
}

pub(super) fn scanned(watch: &Watch) -> bool {
    watch.approval.device.is_some()
}

/// `GET /login/frame/{approval}`: for pages without script, which ask again every two seconds.
pub async fn frame(State(doors): State<Doors>, headers: HeaderMap, Path(approval): Path<String>) -> Response {
    if own(&doors, &headers, &approval).is_none() {
        return StatusCode::FORBIDDEN.into_response();
    }
    let watch = match sign_in::watch(&doors.world, &approval).await {
        Ok(watch) => watch,
        Err(Failure::Gone) => return StatusCode::GONE.into_response(),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    match code(&doors.world, &watch) {
        Some(text) => ([(header::CONTENT_TYPE, "image/svg+xml")], pages::qr::picture(&text)).into_response(),
        None => StatusCode::GONE.into_response(),
    }
}
