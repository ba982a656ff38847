//! The app's own files, and what it must know of its server.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use protocol::phone::WellKnown;

use crate::Doors;

/// `GET /.well-known/zelf`.
pub async fn well_known(State(doors): State<Doors>) -> Response {
    let settings = &doors.world.settings;
    match doors.world.vault.keys_document().await {
        Ok((keys, root)) => Json(WellKnown {
            issuer: settings.issuer.clone(),
            app: settings.app.clone(),
            name: settings.name.clone(),
            keys,
            root,
            test_world: settings.test_world,
            inbox: settings.inbox.clone().filter(|_| settings.test_world),
        })
        .into_response(),
        Err(error) => {
            tracing::error!(%error, "the vault does not answer");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Any file of the built app; hashed names may be kept for ever, the others are asked for again.
pub async fn file(State(doors): State<Doors>, uri: Uri) -> Response {
    let Some((media, bytes)) = doors.app.get(uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
    let cache = if uri.path().starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    ([(header::CONTENT_TYPE, *media), (header::CACHE_CONTROL, cache)], bytes.clone()).into_response()
}
