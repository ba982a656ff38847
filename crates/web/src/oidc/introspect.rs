//! A partner asks what its token is worth (RFC 7662, RFC 9701), or gives it back (RFC 7009).

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use journeys::tokens::{self, Possession};
use journeys::{Failure, World};
use protocol::oidc::client_auth::Authenticated;
use protocol::oidc::token::TokenError;
use protocol::oidc::{Mount, discovery, introspect};

use super::answers::{failed, private, refused};
use super::{Call, client};
use crate::Doors;

/// `POST /introspect`.
pub async fn introspect(State(doors): State<Doors>, call: Call) -> Response {
    let (world, signed) = (&doors.world, wants_signed(&call));
    match known(&doors, &call, discovery::INTROSPECT).await {
        Ok(Ok((client, token))) => match answer(world, &client, token, signed).await {
            Ok(response) => response,
            Err(failure) => failed(&failure, "introspection"),
        },
        Ok(Err(error)) => refused(&doors, Mount::Standard, &error),
        Err(failure) => failed(&failure, "introspection"),
    }
}

/// `POST /revoke`: the same answer for a token we never made.
pub async fn revoke(State(doors): State<Doors>, call: Call) -> Response {
    match known(&doors, &call, discovery::REVOKE).await {
        Ok(Ok((client, token))) => match tokens::revoke(&doors.world, &client.partner, token).await {
            Ok(()) => private(StatusCode::OK, serde_json::json!({})),
            Err(failure) => failed(&failure, "revocation"),
        },
        Ok(Err(error)) => refused(&doors, Mount::Standard, &error),
        Err(failure) => failed(&failure, "revocation"),
    }
}

/// The partner, its assertion burnt, and the token it asks about.
async fn known<'a>(
    doors: &Doors,
    call: &'a Call,
    endpoint: &str,
) -> Result<Result<(Authenticated, &'a str), TokenError>, Failure> {
    let Some(form) = &call.form else { return Ok(Err(TokenError::invalid_request("a form is expected"))) };
    let client = match client::authenticated(doors, call, Mount::Standard, endpoint).await {
        Ok(client) => client,
        Err(error) => return Ok(Err(error)),
    };
    if let Err(error) = tokens::burn(&doors.world, &client, &Possession::default()).await? {
        return Ok(Err(error));
    }
    Ok(introspect::token(form).map(|token| (client, token)))
}

fn wants_signed(call: &Call) -> bool {
    let accept = call.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|media| media.split(';').next().is_some_and(|m| m.trim() == introspect::SIGNED_MEDIA))
}

async fn answer(world: &World, client: &Authenticated, token: &str, signed: bool) -> Result<Response, Failure> {
    let partner = &client.partner;
    let active = tokens::introspect(world, partner, token).await?;
    let body = introspect::body(active.as_ref());
    if !signed {
        return Ok(private(StatusCode::OK, body));
    }
    let claims = introspect::signed(&world.settings.issuer, &partner.id, &body, world.now());
    let jwt =
        tokens::seal_jwt(world, partner, Some(partner.id_token_alg()), None, introspect::SIGNED_TYP, &claims).await?;
    Ok(([(header::CONTENT_TYPE, introspect::SIGNED_MEDIA), (header::CACHE_CONTROL, "no-store")], jwt).into_response())
}
