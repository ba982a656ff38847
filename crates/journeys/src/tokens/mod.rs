//! What a partner gets for a person's yes: tokens, claims, evidence.

mod exchange;
mod facts;
mod introspect;
mod issue;
mod keys_of;
mod possess;
mod present;
mod refresh;
mod seal;
mod userinfo;

use protocol::jose::{b64u, unb64u};
use protocol::oidc::Mount;

pub(crate) use exchange::Burnt;
pub use exchange::{burn, exchange};
pub(crate) use facts::subject_of;
pub use introspect::{introspect, revoke};
pub(crate) use issue::{Issue, issue};
pub use keys_of::keys_of;
pub use possess::{Possession, Use};
pub use present::{Opened, ResourceError, dpop_nonces, present};
pub use refresh::refresh;
pub use seal::seal_jwt;
pub use userinfo::{Answer, userinfo};

use crate::{Failure, World};

/// An access token opens userinfo for so long, seconds.
pub(crate) fn access_seconds(mount: Mount) -> i64 {
    match mount {
        Mount::Standard => 600,
        Mount::Compat => 3600,
    }
}

/// ID tokens, and userinfo as a JWT, count for so long, seconds.
pub(crate) fn statement_seconds(mount: Mount) -> i64 {
    match mount {
        Mount::Standard => 600,
        Mount::Compat => 300,
    }
}

/// The 16 bytes behind `apr_…`, `acc_…` or `rft_…`.
pub(crate) fn id_bytes(id: &str) -> Result<[u8; 16], Failure> {
    let (_, text) = id.split_once('_').ok_or(Failure::Malformed)?;
    unb64u(text)?.try_into().map_err(|_| Failure::Malformed)
}

pub(crate) fn id_text(bytes: [u8; 16]) -> String {
    format!("{}_{}", domain::id::APPROVAL, b64u(bytes))
}

/// `sid` of an approval: what a partner calls this login, and nobody else does.
pub fn sid(world: &World, approval: &str) -> String {
    let derived = world.keys.derived(protocol::label::SID, &[approval.as_bytes()]);
    b64u(derived.get(..16).unwrap_or_default())
}
