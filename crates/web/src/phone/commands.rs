//! One door per command: the body is one JWS, the answer is JSON with a fresh nonce.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use domain::refusal::{Refusal, WaitReason};
use journeys::{
    Failure, Signed, World, act, activate_phone, approve, block, change_number, enrol_with_bank, enrol_with_eid,
    finish_activation, my_phone, safety, start, vouch,
};
use protocol::phone::AnswerBody;
use serde::Serialize;
use serde_json::json;

use crate::limits::What;
use crate::place::Caller;
use crate::{Doors, problem};

const NONCE: HeaderName = HeaderName::from_static("zelf-nonce");

pub(super) type Body = Result<Bytes, BytesRejection>;

/// `GET /api/v1/nonce`.
pub async fn nonce(State(doors): State<Doors>) -> Response {
    let now = doors.world.now();
    answer(&doors, Ok(json!({ "nonce": doors.world.keys.command_nonce(now), "now": now })))
}

pub(super) fn answer<T: Serialize>(doors: &Doors, result: Result<T, Failure>) -> Response {
    let mut response = match result {
        Ok(body) => Json(body).into_response(),
        Err(failure) => problem::api(doors, &failure),
    };
    if let Ok(nonce) = HeaderValue::from_str(&doors.world.keys.command_nonce(doors.world.now())) {
        response.headers_mut().insert(NONCE, nonce);
    }
    response
}

/// The command as the journeys take it. `htu` is our own address, never what the caller says in `Host`.
pub(super) fn signed(doors: &Doors, uri: &Uri, caller: Caller, body: Body) -> Result<Signed, Failure> {
    let bytes = body.map_err(|_| Failure::TooLarge)?;
    if bytes.len() > protocol::jose::MAX_JWS_BYTES {
        return Err(Failure::TooLarge);
    }
    let compact = String::from_utf8(bytes.to_vec()).map_err(|_| Failure::Malformed)?;
    Ok(Signed { compact, htu: format!("{}{}", doors.world.settings.app, uri.path()), place: caller.network })
}

/// A door for one journey.
macro_rules! doors {
    ($($(#[$doc:meta])* $name:ident => $journey:path;)*) => {$(
        $(#[$doc])*
        pub async fn $name(State(doors): State<Doors>, uri: Uri, caller: Caller, body: Body) -> Response {
            let result = match signed(&doors, &uri, caller, body) {
                Ok(signed) => $journey(&doors.world, &signed).await,
                Err(failure) => Err(failure),
            };
            answer(&doors, result)
        }
    )*};
}
pub(super) use doors;

doors! {
    /// `POST /api/v1/activation/get`
    activation_get => activate_phone::look;
    /// `POST /api/v1/activation/number`
    activation_number => activate_phone::number;
    /// `POST /api/v1/activation/email`
    activation_email => activate_phone::email;
    /// `POST /api/v1/activation/bank`
    activation_bank => enrol_with_bank::hand_over;
    /// `POST /api/v1/activation/return`
    activation_return => enrol_with_bank::join;
    /// `POST /api/v1/activation/sms`
    activation_sms => activate_phone::sms;
    /// `POST /api/v1/activation/resend`
    activation_resend => activate_phone::resend;
    /// `POST /api/v1/activation/finish`
    activation_finish => finish_activation::finish;
    /// `POST /api/v1/activation/eid`
    activation_eid => enrol_with_eid::start;
    /// `POST /api/v1/activation/token`
    activation_token => enrol_with_eid::token;
    /// `POST /api/v1/activation/cancel`
    activation_cancel => cancel;
    /// `POST /api/v1/activation/vouch`
    activation_vouch => vouch::wait;
    /// `POST /api/v1/block`
    block_account => block::by_phone;
    /// `POST /api/v1/block-code`
    block_code => block::code;
    /// `POST /api/v1/careful`
    careful => safety::careful;
    /// `POST /api/v1/mute`
    mute => safety::mute;
    /// `POST /api/v1/language`
    language => safety::language;
    /// `POST /api/v1/act/number`
    act_number => change_number::begin;
    /// `POST /api/v1/act/number/code`
    act_number_code => change_number::prove;
    /// `POST /api/v1/act/email`
    act_email => act::email;
    /// `POST /api/v1/act/biometrics`
    act_biometrics => act::biometrics;
    /// `POST /api/v1/act/code`
    act_code => act::code;
    /// `POST /api/v1/act/new-phone`
    act_new_phone => act::new_phone;
    /// `POST /api/v1/act/close`
    act_close => act::close;
    /// `POST /api/v1/home`
    home => my_phone::home;
    /// `POST /api/v1/settings`
    settings => choose;
    /// `POST /api/v1/scan`
    scan => start::scan;
    /// `POST /api/v1/pending`
    pending => approve::waiting;
}

/// `POST /api/v1/activation/start`: the only command that makes a row for a stranger, so it is counted per network.
pub async fn activation_start(State(doors): State<Doors>, uri: Uri, caller: Caller, body: Body) -> Response {
    let taken = doors.limits.take(What::Activation, &caller.network, doors.world.now());
    let result = match (taken, signed(&doors, &uri, caller, body)) {
        (Err(until), _) => Err(Refusal::Wait { until, reason: WaitReason::TooMany }.into()),
        (Ok(()), Ok(signed)) => activate_phone::start(&doors.world, &signed).await,
        (Ok(()), Err(failure)) => Err(failure),
    };
    answer(&doors, result)
}

async fn cancel(world: &World, signed: &Signed) -> Result<serde_json::Value, Failure> {
    activate_phone::cancel(world, signed).await.map(|()| json!({}))
}

async fn choose(world: &World, signed: &Signed) -> Result<serde_json::Value, Failure> {
    my_phone::choose(world, signed).await.map(|settings| json!({ "settings": settings }))
}

/// `POST /api/v1/answer`: M1, M2 and the sealed proof; M2 itself proves who sends it.
pub async fn answer_request(
    State(doors): State<Doors>,
    caller: Caller,
    body: Result<Json<AnswerBody>, JsonRejection>,
) -> Response {
    let result = match body {
        Ok(Json(body)) => approve::answer(&doors.world, body, &caller.address).await,
        Err(rejection) if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => Err(Failure::TooLarge),
        Err(_) => Err(Failure::Malformed),
    };
    answer(&doors, result)
}
