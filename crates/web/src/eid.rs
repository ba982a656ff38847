//! The card program's doors (docs/eid.md §3): JSON in, JSON out; no cookies, one origin, every answer small.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use journeys::Failure;
use journeys::enrol_with_eid::{self, EidProblem};
use protocol::eid::{Claim, Problem, ProgressBody, ProofBody, TicketBody};
use serde::Serialize;
use serde_json::json;

use crate::limits::What;
use crate::place::Caller;
use crate::{Doors, problem};

type Body<T> = Result<Json<T>, JsonRejection>;

fn read<T>(body: Body<T>) -> Result<T, EidProblem> {
    match body {
        Ok(Json(body)) => Ok(body),
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(EidProblem::Failure(Failure::TooLarge)),
        Err(_) => Err(EidProblem::Failure(Failure::Malformed)),
    }
}

fn answer<T: Serialize>(doors: &Doors, result: Result<T, EidProblem>) -> Response {
    match result {
        Ok(body) => Json(body).into_response(),
        Err(problem) => refuse(doors, problem),
    }
}

/// A refusal, as the card program and the Web eID script read it.
pub(crate) fn refuse(doors: &Doors, refused: EidProblem) -> Response {
    let id = problem::occurrence(doors);
    let (code, status, until) = match refused {
        EidProblem::Code { code, status, until } => (code, status, until),
        EidProblem::Failure(Failure::Malformed) => ("malformed".into(), 400, None),
        EidProblem::Failure(Failure::TooLarge) => ("too_large".into(), 413, None),
        EidProblem::Failure(Failure::Internal(why)) => {
            tracing::error!(id, why, "a journey with a card failed");
            ("busy".into(), 503, None)
        }
        EidProblem::Failure(_) => ("busy".into(), 503, None),
    };
    tracing::info!(id, code, "a card program was refused");
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(Problem { error: code, id, until })).into_response()
}

/// `POST /eid/v1/claim`: counted per network, because a typed code can be guessed at.
pub async fn claim(State(doors): State<Doors>, caller: Caller, body: Body<Claim>) -> Response {
    let body = match read(body) {
        Ok(body) => body,
        Err(problem) => return refuse(&doors, problem),
    };
    if doors.limits.take(What::Claim, &caller.network, doors.world.now()).is_err() {
        return refuse(&doors, EidProblem::Failure(Failure::Busy));
    }
    answer(&doors, enrol_with_eid::claim(&doors.world, body).await)
}

/// `POST /eid/v1/progress`
pub async fn progress(State(doors): State<Doors>, body: Body<ProgressBody>) -> Response {
    let result = match read(body) {
        Ok(body) => enrol_with_eid::progress(&doors.world, body).await,
        Err(problem) => Err(problem),
    };
    answer(&doors, result.map(|()| json!({})))
}

/// `POST /eid/v1/proof`
pub async fn proof(State(doors): State<Doors>, body: Body<ProofBody>) -> Response {
    let result = match read(body) {
        Ok(body) => enrol_with_eid::proof(&doors.world, body).await,
        Err(problem) => Err(problem),
    };
    answer(&doors, result)
}

/// `POST /eid/v1/state`
pub async fn state(State(doors): State<Doors>, body: Body<TicketBody>) -> Response {
    let result = match read(body) {
        Ok(body) => enrol_with_eid::state(&doors.world, &body.ticket).await,
        Err(problem) => Err(problem),
    };
    answer(&doors, result)
}
