//! The logo of a service, from our own address.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use journeys::partner_logo;

use crate::Doors;

/// A browser keeps it for an hour; what stands in for one that cannot be had, for a minute.
const KEPT: &str = "public, max-age=3600";
const STAND_IN_KEPT: &str = "public, max-age=60";

/// `GET /logo/{client_id}`.
pub async fn logo(State(doors): State<Doors>, Path(client_id): Path<String>) -> Response {
    let partner = doors.world.partners.find(&client_id).filter(|partner| partner.logo_uri.is_some());
    let Some(partner) = partner else { return StatusCode::NOT_FOUND.into_response() };
    match partner_logo::of(&doors.world, &partner).await {
        Some(logo) => {
            ([(header::CONTENT_TYPE, logo.media), (header::CACHE_CONTROL, KEPT)], logo.bytes.clone()).into_response()
        }
        None => {
            let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, STAND_IN_KEPT)];
            (headers, pages::LOGO_STAND_IN).into_response()
        }
    }
}
