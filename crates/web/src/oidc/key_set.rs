//! The key set as bytes: written anew when a second has passed or the keys are others.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use journeys::World;
use protocol::oidc::keys::OpKeys;

struct Written {
    of: Arc<OpKeys>,
    at: i64,
    body: Bytes,
}

static WRITTEN: Mutex<Option<Written>> = Mutex::new(None);

/// JSON of the provider's keys (RFC 7517 §5), as of this second.
pub(super) fn body(world: &World) -> Bytes {
    let (of, at) = (world.keys.op(), world.now());
    let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = written.as_ref().filter(|known| known.at == at && Arc::ptr_eq(&known.of, &of)) {
        return known.body.clone();
    }
    let body = Bytes::from(of.jwks(at).to_string());
    *written = Some(Written { of, at, body: body.clone() });
    body
}
