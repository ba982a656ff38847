//! The photo that the claim `picture` points to.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use journeys::tokens;
use protocol::oidc::Mount;

use super::Call;
use super::answers::failed;
use super::userinfo::opened;
use crate::Doors;

/// `GET /picture`.
pub async fn picture(State(doors): State<Doors>, call: Call) -> Response {
    picture_at(&doors, Mount::Standard, &call).await
}

pub(super) async fn picture_at(doors: &Doors, mount: Mount, call: &Call) -> Response {
    let opened = match opened(doors, mount, call, tokens::PICTURE).await {
        Ok(opened) => opened,
        Err(response) => return response,
    };
    match tokens::picture(&doors.world, &opened).await {
        Ok(Some((media, photo))) => {
            ([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "no-store")], photo).into_response()
        }
        Ok(None) => (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")]).into_response(),
        Err(failure) => failed(&failure, "picture"),
    }
}
