//! The page of a request opened where it did not begin.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use journeys::sign_in;
use pages::{Elsewhere, SESSION_LOST};
use protocol::oidc::origin;
use protocol::oidc::partner::Partner;
use words::Lang;

use super::pages_of::{accepted, page};
use crate::Doors;
use crate::problem;

/// Says what happened and how to go on. Nothing of the request is told but which service it was for.
pub(super) async fn elsewhere(doors: &Doors, headers: &HeaderMap, approval: &str, from_app: bool) -> Response {
    let id = problem::occurrence(doors);
    tracing::info!(id, code = SESSION_LOST, from_app, "a login was opened in another browser");
    let asked = sign_in::watch(&doors.world, approval).await.ok().map(|watch| watch.request.authorization);
    let wished = asked.as_ref().and_then(|asked| asked.language()).and_then(Lang::parse);
    let lang = wished.unwrap_or_else(|| accepted(headers));
    let partner = asked.as_ref().and_then(|asked| doors.world.partners.find(&asked.client_id));
    let service = asked.as_ref().and_then(|asked| asked.service.as_deref());
    let front = asked.as_ref().zip(partner.as_ref()).and_then(|(asked, p)| front(p, &asked.redirect_uri));
    let told = Elsewhere {
        lang,
        service: partner.as_ref().map(|partner| partner.shown_name(service, lang.code())),
        from_app,
        front_href: front.as_deref(),
        id: &id,
    };
    (StatusCode::BAD_REQUEST, page(told.render())).into_response()
}

/// Where logins at this service begin: as registered, else the front of the site it is sent back to.
fn front(partner: &Partner, redirect_uri: &str) -> Option<String> {
    let registered = partner.initiate_login_uri.clone().filter(|uri| uri.starts_with("https://"));
    let site = || origin(redirect_uri).map(|o| format!("{o}/"));
    registered.or_else(site)
}
