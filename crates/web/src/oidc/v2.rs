//! Doors of the itsme®-compatible mount: the handlers of the standard one, by its names.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use journeys::Failure;
use journeys::discover::{self, Found, Stand};
use protocol::oidc::Mount;
use protocol::oidc::client_auth::Authenticated;
use protocol::oidc::release::{base64, utc};
use protocol::oidc::token::{TokenError, TokenErrorCode};
use serde_json::{Value, json};

use super::answers::{failed, private};
use super::evidence::evidence_at;
use super::picture::picture_at;
use super::token::token_at;
use super::userinfo::userinfo_at;
use super::{Call, ciba, client};
use crate::Doors;

/// Dots of a module of the code's image.
const SCALE: usize = 6;
/// Path of the sessions, under the issuer.
const SESSIONS: &str = "/user_discovery_sessions";

/// `POST /v2/token`.
pub async fn token(State(doors): State<Doors>, call: Call) -> Response {
    token_at(&doors, Mount::Compat, &call).await
}

/// `GET /v2/userinfo`.
pub async fn userinfo(State(doors): State<Doors>, call: Call) -> Response {
    userinfo_at(&doors, Mount::Compat, &call).await
}

/// `GET /v2/picture`.
pub async fn picture(State(doors): State<Doors>, call: Call) -> Response {
    picture_at(&doors, Mount::Compat, &call).await
}

/// `GET /v2/evidence`.
pub async fn evidence(State(doors): State<Doors>, call: Call) -> Response {
    evidence_at(&doors, Mount::Compat, &call).await
}

/// `POST /v2/backchannel/authentication`.
pub async fn backchannel(State(doors): State<Doors>, call: Call) -> Response {
    ciba::ask_at(&doors, Mount::Compat, &call).await
}

/// `POST /v2/user_discovery_sessions`.
pub async fn open_session(State(doors): State<Doors>, call: Call) -> Response {
    let client = match admitted(&doors, &call).await {
        Ok(client) => client,
        Err(response) => return response,
    };
    match discover::open(&doors.world, &client).await {
        Ok(Ok(stand)) => {
            doors.polls.begin(&stand.id, discover::INTERVAL_SECONDS, doors.world.now());
            told(stand)
        }
        Ok(Err(error)) => refused(&error),
        Err(failure) => failed(&failure, "discovery session"),
    }
}

/// `POST /v2/user_discovery_sessions/{id}`.
pub async fn look_at_session(State(doors): State<Doors>, Path(id): Path<String>, call: Call) -> Response {
    let client = match admitted(&doors, &call).await {
        Ok(client) => client,
        Err(response) => return response,
    };
    match session(&doors, &client, &id).await {
        Ok(Ok(Some(stand))) => told(stand),
        Ok(Ok(None)) => refused(&TokenError::invalid_request("this session is not known, or is over")),
        Ok(Err(error)) => refused(&error),
        Err(failure) => failed(&failure, "discovery session"),
    }
}

async fn session(
    doors: &Doors,
    client: &Authenticated,
    id: &str,
) -> Result<Result<Option<Stand>, TokenError>, Failure> {
    let looked = discover::look(&doors.world, client, id).await?;
    // Only sessions that are theirs are counted: nobody slows down somebody else.
    if let Ok(Some(_)) = &looked
        && !doors.polls.take(id, discover::INTERVAL_SECONDS, doors.world.now())
    {
        return Ok(Err(TokenError { error: TokenErrorCode::SlowDown, description: "wait for the interval to pass" }));
    }
    Ok(looked)
}

async fn admitted(doors: &Doors, call: &Call) -> Result<Authenticated, Response> {
    if call.form.is_none() || !call.query.is_empty() {
        return Err(refused(&TokenError::invalid_request("a form is expected, and no query")));
    }
    client::authenticated(doors, call, Mount::Compat, SESSIONS).await.map_err(|error| refused(&error))
}

/// These doors say `error_description`, whatever the token endpoint calls it.
fn refused(error: &TokenError) -> Response {
    let status = match error.error {
        TokenErrorCode::SlowDown => StatusCode::TOO_MANY_REQUESTS,
        TokenErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    private(status, json!(error))
}

fn told(stand: Stand) -> Response {
    let mut body = json!({ "user_discovery_session_id": stand.id, "interval": discover::INTERVAL_SECONDS });
    let (status, name, value) = match stand.found {
        Found::Pending { code, expires_at } => {
            let image = base64(&pages::qr::png(&code, SCALE));
            let expires_at = utc(expires_at);
            ("PENDING_USER_DISCOVERY", "user_discovery_token", json!({ "qr_code": image, "expires_at": expires_at }))
        }
        Found::Discovered { token } => ("USER_DISCOVERED", "user_identifier_token", Value::String(token)),
    };
    if let Some(members) = body.as_object_mut() {
        members.insert("status".into(), status.into());
        members.insert(name.into(), value);
    }
    (StatusCode::OK, [(axum::http::header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
