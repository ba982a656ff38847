//! The only place where a failure becomes something the world sees.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::refusal::Refusal;
use journeys::Failure;
use protocol::phone::{DeviceState, DeviceStatus};
use serde_json::{Value, json};

use crate::Doors;

/// A short id that stands on the answer and in the log.
pub fn occurrence(doors: &Doors) -> String {
    protocol::jose::b64u(doors.world.entropy::<6>())
}

/// A failure, as the phone reads it (docs/protocol.md §3).
pub fn api(doors: &Doors, failure: &Failure) -> Response {
    let id = occurrence(doors);
    let (status, mut body) = read(failure, doors.world.now());
    if let Failure::Internal(why) = failure {
        tracing::error!(id, why, "a journey failed");
    } else {
        tracing::debug!(id, error = ?body.get("error"), "a journey was refused");
    }
    if let Some(members) = body.as_object_mut() {
        members.insert("id".into(), Value::String(id));
    }
    (status, Json(body)).into_response()
}

fn read(failure: &Failure, now: i64) -> (StatusCode, Value) {
    use StatusCode as S;
    match failure {
        Failure::Refused(refusal) => refusal_body(*refusal, now),
        Failure::WrongStep(view) => (S::CONFLICT, json!({ "error": "wrong_step", "view": view })),
        Failure::UseNonce => (S::UNAUTHORIZED, json!({ "error": "use_nonce" })),
        Failure::DeviceUnknown => (S::UNAUTHORIZED, json!({ "error": "device_unknown" })),
        Failure::DeviceEnded { why, at } => {
            (S::UNAUTHORIZED, json!({ "error": "device_ended", "why": why, "at": at, "now": now }))
        }
        Failure::BadSignature => (S::UNAUTHORIZED, json!({ "error": "bad_signature" })),
        Failure::Malformed => (S::BAD_REQUEST, json!({ "error": "malformed" })),
        Failure::TooLarge => (S::PAYLOAD_TOO_LARGE, json!({ "error": "too_large" })),
        Failure::OutOfStep { head, seq } => (S::CONFLICT, json!({ "error": "out_of_step", "head": head, "seq": seq })),
        Failure::Gone => (S::GONE, json!({ "error": "request_gone" })),
        Failure::NotAccepted(status) => (S::UNPROCESSABLE_ENTITY, not_accepted(status, now)),
        Failure::MustWait(status) => {
            let body = json!({ "error": "wait", "until": status.not_before, "now": now, "reason": "too_many" });
            (S::TOO_MANY_REQUESTS, body)
        }
        Failure::BankUnreachable => (S::SERVICE_UNAVAILABLE, json!({ "error": "bank_unreachable" })),
        Failure::Busy | Failure::Internal(_) => (S::SERVICE_UNAVAILABLE, json!({ "error": "busy" })),
    }
}

/// Which element was wrong is not told (RTS 2018/389 Art. 4(3)(a)).
fn not_accepted(status: &DeviceStatus, now: i64) -> Value {
    json!({
        "error": "not_accepted",
        "left": status.left,
        "wait": (status.not_before - now).max(0),
        "locked": status.state == DeviceState::Locked,
    })
}

fn refusal_body(refusal: Refusal, now: i64) -> (StatusCode, Value) {
    let no = StatusCode::UNPROCESSABLE_ENTITY;
    match refusal {
        Refusal::WrongStep => (StatusCode::CONFLICT, json!({ "error": "wrong_step" })),
        Refusal::NumberInvalid => (no, json!({ "error": "number_invalid" })),
        Refusal::NumberNotMobile(kind) => (no, json!({ "error": "number_not_mobile", "kind": kind.code() })),
        Refusal::CountryNotServed => (no, json!({ "error": "country_not_served" })),
        Refusal::EmailInvalid => (no, json!({ "error": "email_invalid" })),
        Refusal::BankUnknown => (no, json!({ "error": "bank_unknown" })),
        Refusal::TermsOutdated => (no, json!({ "error": "terms_outdated" })),
        Refusal::DeviceUsed => (no, json!({ "error": "device_used" })),
        Refusal::ReturnWrong { left } => (no, json!({ "error": "return_wrong", "left": left })),
        Refusal::SmsWrong { left } => (no, json!({ "error": "sms_wrong", "left": left })),
        Refusal::TokenWrong { left } => (no, json!({ "error": "token_wrong", "left": left })),
        Refusal::TokenCase { left } => (no, json!({ "error": "token_case", "left": left })),
        Refusal::TokenExpired { left } => (no, json!({ "error": "token_expired", "left": left })),
        Refusal::CodeRejected => (no, json!({ "error": "code_rejected" })),
        Refusal::Wait { until, reason } => {
            let body = json!({ "error": "wait", "until": until, "now": now, "reason": reason.code() });
            (StatusCode::TOO_MANY_REQUESTS, body)
        }
        Refusal::Expired => (StatusCode::GONE, json!({ "error": "expired" })),
        Refusal::Limited { until } => (no, json!({ "error": "limited", "until": until, "now": now })),
        Refusal::NumberTaken { until } => (no, json!({ "error": "number_taken", "until": until, "now": now })),
        Refusal::TooRecent { until } => (no, json!({ "error": "too_recent", "until": until, "now": now })),
        Refusal::Taken => (StatusCode::CONFLICT, json!({ "error": "taken" })),
        Refusal::BioRejected => (no, json!({ "error": "bio_rejected" })),
    }
}
