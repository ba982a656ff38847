//! The userinfo endpoint, and how access tokens open doors.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use journeys::tokens::{self, Answer, Opened, Use};
use protocol::oidc::token::{Presented, presented};
use protocol::oidc::{Mount, discovery};

use super::answers::{failed, private, refused, shut, with_nonce};
use super::{Call, client};
use crate::Doors;

/// `GET` and `POST /userinfo`.
pub async fn userinfo(State(doors): State<Doors>, call: Call) -> Response {
    userinfo_at(&doors, Mount::Standard, &call).await
}

/// The userinfo endpoint of either mount.
pub(crate) async fn userinfo_at(doors: &Doors, mount: Mount, call: &Call) -> Response {
    let opened = match opened(doors, mount, call, discovery::USERINFO).await {
        Ok(opened) => opened,
        Err(response) => return response,
    };
    let mut response = match tokens::userinfo(&doors.world, &opened).await {
        Ok(Answer::Json(claims)) => private(StatusCode::OK, claims),
        Ok(Answer::Jwt(jwt)) => {
            ([(header::CONTENT_TYPE, "application/jwt"), (header::CACHE_CONTROL, "no-store")], jwt).into_response()
        }
        Err(failure) => failed(&failure, "userinfo"),
    };
    with_nonce(doors, &mut response);
    response
}

/// What the call's access token opens at `endpoint` (a path under the issuer of this mount), or the answer that says no.
pub(crate) async fn opened(doors: &Doors, mount: Mount, call: &Call, endpoint: &str) -> Result<Opened, Response> {
    let shown = presented(call.authorization(), call.fields()).map_err(|error| refused(doors, mount, &error))?;
    let (dpop_scheme, token) = match shown {
        None => return Err(shut(doors, None)),
        Some(Presented::Bearer(token)) => (false, token),
        Some(Presented::Dpop(token)) => (true, token),
    };
    let addresses = doors.world.settings.addresses(mount, endpoint);
    let shown = Use {
        dpop_scheme,
        token,
        proof: client::proof_of(call).unwrap_or_default(),
        certificate: call.certificate.as_ref().map(|certificate| certificate.thumbprint.as_str()),
        method: &call.method,
        addresses: &addresses,
    };
    match tokens::present(&doors.world, mount, &shown).await {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) => Err(shut(doors, Some(error))),
        Err(failure) => Err(failed(&failure, "access token")),
    }
}
