//! Front page, problems, and the files pages link to.

use axum::extract::rejection::QueryRejection;
use axum::extract::{MatchedPath, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use maud::Markup;
use pages::{PROBLEM_CODES, Problem, SiteHome};
use serde::Deserialize;
use words::Lang;

use crate::{Doors, oidc, problem, routes};

/// A page as an answer.
pub fn page(markup: Markup) -> Response {
    Html(markup.into_string()).into_response()
}

#[derive(Deserialize)]
pub struct LangQuery {
    pub(super) lang: Option<String>,
}

pub(crate) fn accepted(headers: &HeaderMap) -> Lang {
    Lang::negotiate(headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default())
}

/// `GET /`.
pub async fn front(
    State(doors): State<Doors>,
    headers: HeaderMap,
    query: Result<Query<LangQuery>, QueryRejection>,
) -> Response {
    let asked = query.ok().and_then(|Query(query)| query.lang);
    let lang = asked.as_deref().and_then(Lang::parse).unwrap_or_else(|| accepted(&headers));
    page(SiteHome { lang, app_href: &doors.world.settings.app }.render())
}

/// `GET /static/…`.
pub async fn asset(uri: Uri) -> Response {
    let Some(asset) = pages::assets::find(uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, pages::assets::CACHE_CONTROL)];
    (headers, asset.bytes).into_response()
}

/// `GET /health`: for load balancers; says nothing but yes or no.
pub async fn health(State(doors): State<Doors>) -> Response {
    match doors.world.db.ping().await {
        Ok(()) => "ok".into_response(),
        Err(error) => {
            tracing::error!(%error, "unhealthy");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// `GET /login/problem/{code}/{id}`: an error page that survives a reload.
pub async fn problem_page(
    headers: HeaderMap,
    Path((code, id)): Path<(String, String)>,
    query: Result<Query<LangQuery>, QueryRejection>,
) -> Response {
    let asked = query.ok().and_then(|Query(query)| query.lang);
    let lang = asked.as_deref().and_then(Lang::parse).unwrap_or_else(|| accepted(&headers));
    let known = PROBLEM_CODES.into_iter().find(|c| *c == code);
    let plain = id.len() <= 16 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let (Some(code), true) = (known, plain) else { return show(lang, "not_found", "-", StatusCode::NOT_FOUND) };
    show(lang, code, &id, status_of(code))
}

fn status_of(code: &str) -> StatusCode {
    match code {
        "not_found" => StatusCode::NOT_FOUND,
        "method_not_allowed" => StatusCode::METHOD_NOT_ALLOWED,
        "too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        "too_many" => StatusCode::TOO_MANY_REQUESTS,
        "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

fn show(lang: Lang, code: &str, id: &str, status: StatusCode) -> Response {
    let lang_href = format!("/login/problem/{code}/{id}?lang=");
    let problem = Problem { lang, code, id, back_href: None, lang_href: Some(&lang_href) };
    (status, page(problem.render())).into_response()
}

/// A problem right here (the address itself can be asked again).
pub(crate) fn problem_here(doors: &Doors, headers: &HeaderMap, code: &'static str, why: &str) -> Response {
    problem_in(doors, accepted(headers), code, why)
}

/// As [`problem_here`], in the language of the login.
pub(crate) fn problem_in(doors: &Doors, lang: Lang, code: &'static str, why: &str) -> Response {
    let id = problem::occurrence(doors);
    tracing::info!(id, code, why, "a page was refused");
    show(lang, code, &id, status_of(code))
}

/// A problem after a form was sent: to a page that can be reloaded.
pub(crate) fn problem_after(doors: &Doors, code: &'static str, why: &str) -> Response {
    let id = problem::occurrence(doors);
    tracing::info!(id, code, why, "a form was refused");
    see_other(&format!("/login/problem/{code}/{id}"))
}

/// As [`problem_after`], in the language of the login.
pub(crate) fn problem_after_in(doors: &Doors, lang: Lang, code: &'static str, why: &str) -> Response {
    let id = problem::occurrence(doors);
    tracing::info!(id, code, why, "a form was refused");
    see_other(&format!("/login/problem/{code}/{id}?lang={}", lang.code()))
}

pub(crate) fn see_other(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location.to_owned())]).into_response()
}

/// `302`, as software of the compatible mount is told it.
pub(super) fn found(location: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, location.to_owned())]).into_response()
}

/// Nothing lives at this address.
pub(crate) async fn not_found(State(doors): State<Doors>, headers: HeaderMap, uri: Uri) -> Response {
    if routes::among_machines(uri.path()) {
        return oidc::no_door();
    }
    problem_here(&doors, &headers, "not_found", "no such page")
}

/// This address does not take that method.
pub(crate) async fn method_not_allowed(
    State(doors): State<Doors>,
    matched: Option<MatchedPath>,
    headers: HeaderMap,
) -> Response {
    if let Some(allow) = matched.and_then(|path| routes::machine_methods(path.as_str())) {
        return oidc::no_method(&allow);
    }
    problem_here(&doors, &headers, "method_not_allowed", "no such method")
}
