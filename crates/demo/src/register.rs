//! The register that says which certificates of identity cards are in trouble: OCSP, revocation lists, certificates of authorities.
//! The state's own servers speak plain HTTP too: what they say is signed.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use eid_virtual::pki::TestPki;

/// A request is a few hundred bytes.
const MAX_BODY_BYTES: usize = 8 * 1024;

/// All the register needs to know.
#[derive(Clone)]
pub struct RegisterConfig {
    pub pki: Arc<TestPki>,
    pub clock: Arc<dyn Fn() -> i64 + Send + Sync>,
}

/// `POST /eid/ocsp`, `GET /eid/crl/…`, `GET /eid/crt/…`.
pub fn router(config: RegisterConfig) -> Router {
    Router::new()
        .route("/eid/{*path}", any(answer))
        .layer(axum::extract::DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(config)
}

async fn answer(
    State(config): State<RegisterConfig>,
    method: Method,
    headers: HeaderMap,
    Path(path): Path<String>,
    body: Bytes,
) -> Response {
    let asks = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/ocsp-request");
    let fits = match (&method, &*path) {
        (&Method::POST, "ocsp") => asks,
        (_, "ocsp") => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
        (&Method::GET, _) => true,
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    if !fits {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    // Signing takes a millisecond or two; nobody else waits for this thread.
    match config.pki.serve(&path, &body, (config.clock)()) {
        Some((kind, bytes)) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
