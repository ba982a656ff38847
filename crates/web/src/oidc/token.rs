//! The token endpoint.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use journeys::{Failure, tokens};
use protocol::oidc::token::{TokenError, TokenErrorCode, TokenRequest, TokenResponse};
use protocol::oidc::{Mount, ciba, discovery};
use serde_json::json;

use super::answers::{failed, private, refused_as, with_nonce};
use super::{Call, client};
use crate::Doors;

/// CIBA Core §10.1.
const CIBA_GRANT: &str = "urn:openid:params:grant-type:ciba";

/// `POST /token`.
pub async fn token(State(doors): State<Doors>, call: Call) -> Response {
    token_at(&doors, Mount::Standard, &call).await
}

/// The token endpoint of either mount.
pub(crate) async fn token_at(doors: &Doors, mount: Mount, call: &Call) -> Response {
    match answer(doors, mount, call).await {
        Ok(Ok(tokens)) => {
            let mut response = private(StatusCode::OK, json!(tokens));
            with_nonce(doors, &mut response);
            response
        }
        Ok(Err(error)) => {
            let error = as_told(mount, call, error);
            refused_as(doors, mount, &error, status(mount, call, &error))
        }
        Err(failure) => failed(&failure, "token"),
    }
}

async fn answer(doors: &Doors, mount: Mount, call: &Call) -> Result<Result<TokenResponse, TokenError>, Failure> {
    let world = &doors.world;
    let Some(form) = &call.form else { return Ok(Err(TokenError::invalid_request("a form is expected"))) };
    if !call.query.is_empty() {
        return Ok(Err(TokenError::invalid_request("parameters belong into the body")));
    }
    let client = match client::authenticated(doors, call, mount, discovery::TOKEN).await {
        Ok(client) => client,
        Err(error) => return Ok(Err(error)),
    };
    let request = match TokenRequest::parse(form) {
        Ok(request) => request,
        Err(error) => return Ok(Err(error)),
    };
    let possession = match client::possession(doors, call, mount, discovery::TOKEN) {
        Ok(possession) => possession,
        Err(error) => return Ok(Err(error)),
    };
    match request {
        TokenRequest::Code(request) => tokens::exchange(world, &client, &request, &possession).await,
        TokenRequest::Refresh(request) => tokens::refresh(world, &client, &request, &possession).await,
        TokenRequest::Ciba { auth_req_id } => {
            let answer = tokens::redeem_answer(world, &client, &auth_req_id, &possession).await?;
            Ok(answer.map_err(|error| hurried(doors, mount, &auth_req_id, error)))
        }
    }
}

/// Who looks for an answer before its time is told so, in place of that there is none yet (CIBA Core §11).
fn hurried(doors: &Doors, mount: Mount, auth_req_id: &str, error: TokenError) -> TokenError {
    let pending = error.error == TokenErrorCode::AuthorizationPending;
    if pending && !doors.polls.take(auth_req_id, ciba::interval(mount), doors.world.now()) {
        return TokenError { error: TokenErrorCode::SlowDown, description: "look five seconds less often" };
    }
    error
}

/// The compatible mount refuses with 400 (reference §14), but for CIBA and for who came with an `Authorization` header, which must be
/// answered with a challenge (RFC 6749 §5.2).
fn status(mount: Mount, call: &Call, error: &TokenError) -> u16 {
    let ciba = call.fields().iter().any(|(name, value)| name == "grant_type" && value == CIBA_GRANT);
    match mount {
        Mount::Compat if error.status() == 401 && !ciba && call.authorization().is_none() => 400,
        _ => error.status(),
    }
}

/// The compatible mount calls a bad assertion `unauthorized_client`.
fn as_told(mount: Mount, call: &Call, error: TokenError) -> TokenError {
    let has =
        |name: &str, value: &str| call.fields().iter().any(|(n, v)| n == name && (value.is_empty() || v == value));
    // What came without a browser keeps the standard's word.
    let by_assertion = has("client_assertion", "") && !has("grant_type", CIBA_GRANT);
    if mount == Mount::Compat && by_assertion && error.error == TokenErrorCode::InvalidClient {
        TokenError { error: TokenErrorCode::UnauthorizedClient, ..error }
    } else {
        error
    }
}
