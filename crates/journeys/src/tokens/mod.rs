//! What a partner gets for a person's yes: tokens, claims, evidence.

mod answered;
mod evidence;
mod exchange;
mod facts;
mod introspect;
mod issue;
mod possess;
mod present;
mod refresh;
mod seal;
mod userinfo;

use protocol::jose::{b64u, unb64u};
use protocol::label::SID;
use protocol::oidc::Mount;
use protocol::oidc::partner::Partner;
use protocol::oidc::subject::{COMPAT_CHARS, pairwise};

pub use answered::redeem_answer;
pub use evidence::evidence;
pub(crate) use exchange::Burnt;
pub use exchange::{burn, exchange};
pub(crate) use facts::{is_the_one, subject_of};
pub use introspect::{introspect, revoke};
pub(crate) use issue::{Issue, issue};
pub use possess::{Possession, Use};
pub use present::{Opened, ResourceError, dpop_nonces, present};
pub use refresh::refresh;
pub(crate) use seal::Means;
pub use seal::seal_jwt;
pub use userinfo::{Answer, picture, userinfo};

pub use crate::facts::PICTURE;

use crate::keys::PlatformKeys;
use crate::{Failure, World};

/// An access token opens userinfo for so long, seconds.
pub(crate) fn access_seconds(mount: Mount) -> i64 {
    match mount {
        Mount::Standard => 600,
        Mount::Compat => LONGEST_ACCESS_SECONDS,
    }
}

/// No access token counts for longer.
pub(crate) const LONGEST_ACCESS_SECONDS: i64 = 3600;

/// ID tokens, and userinfo as a JWT, count for so long, seconds.
pub(crate) fn statement_seconds(mount: Mount) -> i64 {
    match mount {
        Mount::Standard => 600,
        Mount::Compat => 300,
    }
}

/// A code counts for so long, seconds. FAPI 2.0 §5.3.2.1: at most a minute.
pub(crate) fn code_seconds(world: &World, partner: &Partner) -> i64 {
    let seconds = world.settings.tokens.code_seconds;
    if partner.fapi() { seconds.min(FAPI_CODE_SECONDS) } else { seconds }
}

const FAPI_CODE_SECONDS: i64 = 60;

/// The 16 bytes behind `apr_…`, `acc_…` or `rft_…`.
pub(crate) fn id_bytes(id: &str) -> Result<[u8; 16], Failure> {
    let (_, text) = id.split_once('_').ok_or(Failure::Malformed)?;
    unb64u(text)?.try_into().map_err(|_| Failure::Malformed)
}

pub(crate) fn id_text(bytes: [u8; 16]) -> String {
    format!("{}_{}", domain::id::APPROVAL, b64u(bytes))
}

/// Bytes of MAC in a `sid`.
const SID_TAG: usize = 8;

/// `sid` of the login that began with this approval: what its partner calls it, and nobody else does.
pub fn sid(world: &World, approval: &str) -> Result<String, Failure> {
    let id = id_bytes(approval)?;
    let tag = world.keys.derived(SID, &[&id]);
    Ok(b64u([&id[..], tag.get(..SID_TAG).unwrap_or_default()].concat()))
}

/// The approval behind a `sid` of ours.
pub(crate) fn approval_of_sid(world: &World, text: &str) -> Option<String> {
    let bytes = unb64u(text).ok()?;
    let approval = id_text(*bytes.first_chunk::<16>()?);
    PlatformKeys::same(&sid(world, &approval).ok()?, text).then_some(approval)
}

/// What this partner calls the person of an account.
pub(crate) fn subject(world: &World, partner: &Partner, account: &str) -> Result<String, Failure> {
    let whole = pairwise(&world.keys.pairwise, partner.sector(), &id_bytes(account)?);
    Ok(match partner.mount {
        Mount::Standard => whole,
        Mount::Compat => whole.chars().take(COMPAT_CHARS).collect(),
    })
}
