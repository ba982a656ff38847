//! What a partner gets for a person's yes: tokens, claims, evidence.

mod exchange;
mod facts;
mod userinfo;

use protocol::jose::{b64u, unb64u};

pub use exchange::exchange;
pub(crate) use facts::subject_of;
pub use userinfo::userinfo;

use crate::Failure;

/// An access token opens userinfo for so long.
pub(crate) const TOKEN_SECONDS: i64 = 600;

/// The 16 bytes behind `apr_…` or `acc_…`.
pub(crate) fn id_bytes(id: &str) -> Result<[u8; 16], Failure> {
    let (_, text) = id.split_once('_').ok_or(Failure::Malformed)?;
    unb64u(text)?.try_into().map_err(|_| Failure::Malformed)
}

pub(crate) fn id_text(bytes: [u8; 16]) -> String {
    format!("{}_{}", domain::id::APPROVAL, b64u(bytes))
}
