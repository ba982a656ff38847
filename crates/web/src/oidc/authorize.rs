//! Where a service sends a browser: `/authorize` and `/v2/authorization`.

use axum::extract::rejection::StringRejection;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use journeys::read_request;
use protocol::oidc::Mount;
use protocol::oidc::authorize::AuthorizeError;
use words::Lang;

use super::pairs;
use crate::Doors;
use crate::limits::What;
use crate::place::Caller;
use crate::site::{accepted, begin, problem_here, problem_in, send};

/// `GET /authorize`.
pub async fn authorize(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Response {
    open(&doors, &headers, caller, Mount::Standard, query.as_deref().unwrap_or_default()).await
}

/// `POST /authorize` (OpenID Connect Core §3.1.2.1).
pub async fn authorize_form(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    body: Result<String, StringRejection>,
) -> Response {
    match body {
        Ok(body) => open(&doors, &headers, caller, Mount::Standard, &body).await,
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            problem_here(&doors, &headers, "too_large", "authorization form")
        }
        Err(_) => problem_here(&doors, &headers, "request_invalid", "authorization form"),
    }
}

/// `GET /v2/authorization`: an app link carries no form.
pub async fn v2_authorization(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Response {
    open(&doors, &headers, caller, Mount::Compat, query.as_deref().unwrap_or_default()).await
}

/// As the service wishes, before anything else of the request is believed.
fn language(headers: &HeaderMap, parameters: &[(String, String)]) -> Lang {
    let wished = parameters.iter().find(|(name, _)| name == "ui_locales").map_or("", |(_, value)| value);
    let primary = |tag: &str| Lang::parse(tag.split('-').next().unwrap_or_default());
    wished.split(' ').find_map(primary).unwrap_or_else(|| accepted(headers))
}

async fn open(doors: &Doors, headers: &HeaderMap, caller: Caller, mount: Mount, parameters: &str) -> Response {
    let parameters = pairs(parameters);
    let lang = language(headers, &parameters);
    let permit = || doors.limits.take(What::Login, &caller.network, doors.world.now()).is_ok();
    let request = match read_request::read(&doors.world, mount, &parameters, &permit).await {
        Ok(Ok(request)) => request,
        // Not the parameters themselves: `login_hint` may hold somebody's number.
        Ok(Err(AuthorizeError::Page(error))) => {
            return problem_in(doors, lang, error.code(mount), "the authorization request");
        }
        Ok(Err(AuthorizeError::Redirect(error))) => return send(doors, lang, &error.reply()).await,
        Err(failure) => return problem_in(doors, lang, "server_error", &format!("{failure:?}")),
    };
    // The name of a pushed request is used up.
    begin(doors, headers, caller, request.authorization, request.pushed).await
}
