//! Who is at a partner's door, and what it proves to hold.

use journeys::partner_keys;
use journeys::tokens::{Possession, dpop_nonces};
use protocol::jose::KeySet;
use protocol::oidc::Mount;
use protocol::oidc::client_auth::{Audiences, Authenticated, Claimed, Misfit, claimed, judge};
use protocol::oidc::dpop::{self, DpopError, Expected};
use protocol::oidc::partner::Partner;
use protocol::oidc::token::TokenError;

use super::Call;
use crate::Doors;

/// Doors of the compatible mount whose address partners write as the audience of an assertion for another one.
const COMPAT_AUDIENCES: [&str; 2] = ["/token", "/backchannel/authentication"];

/// The partner behind a call at `endpoint` (a path under the issuer of this mount). Its assertion is not burnt yet: that is for the
/// transaction of the caller, or [`journeys::tokens::burn`].
///
/// # Errors
/// `invalid_client`, `invalid_request`.
pub async fn authenticated(
    doors: &Doors,
    call: &Call,
    mount: Mount,
    endpoint: &str,
) -> Result<Authenticated, TokenError> {
    let world = &doors.world;
    let (keys, now) = (world.keys.op(), world.now());
    let open = |jwe: &str| String::from_utf8(keys.decrypt(jwe, now).ok()?).ok();
    // `Bearer` and `DPoP` are no ways of client authentication; nobody sends them here but by mistake.
    let claim = claimed(call.authorization(), call.fields(), call.certificate.as_ref(), open)?;
    let partner = world.partners.find(&claim.client_id).filter(|partner| partner.mount == mount);
    let Some(partner) = partner else { return Err(claim.of_nobody()) };
    let audiences = audiences(doors, mount, endpoint);
    let judged = |keys: &KeySet| judge(&claim, &partner, keys, &audiences, now);
    let known = known_keys(doors, &claim, &partner, false).await;
    match judged(&known) {
        Ok(client) => Ok(client),
        // It may have changed its keys a moment ago.
        Err(Misfit::Signature) => judged(&known_keys(doors, &claim, &partner, true).await),
        Err(Misfit::Other) => Err(Misfit::Other),
    }
    .map_err(|_| TokenError::INVALID_CLIENT)
}

async fn known_keys(doors: &Doors, claim: &Claimed, partner: &Partner, fresh: bool) -> KeySet {
    if claim.needs_keys() {
        partner_keys::of(&doors.world, partner, fresh).await.as_ref().clone()
    } else {
        KeySet::default()
    }
}

fn audiences(doors: &Doors, mount: Mount, endpoint: &str) -> Audiences {
    let settings = &doors.world.settings;
    let more: &[&str] = if mount == Mount::Compat { &COMPAT_AUDIENCES } else { &["/token"] };
    let paths = more.iter().copied().chain([endpoint]);
    let also = paths.flat_map(|path| settings.addresses(mount, path)).collect();
    Audiences { issuer: settings.issuer_of(mount), also }
}

/// What the call proves to hold: a DPoP key, where it brings a proof for this door, and the connection's certificate.
///
/// # Errors
/// `invalid_dpop_proof`, `use_dpop_nonce`.
pub fn possession(doors: &Doors, call: &Call, mount: Mount, endpoint: &str) -> Result<Possession, TokenError> {
    let certificate = call.certificate.as_ref().map(|certificate| certificate.thumbprint.clone());
    let Some(compact) = proof_of(call)? else {
        return Ok(Possession { dpop: None, certificate });
    };
    let expected = Expected {
        method: &call.method,
        addresses: &doors.world.settings.addresses(mount, endpoint),
        access_token: None,
        nonces: &dpop_nonces(&doors.world),
        now: doors.world.now(),
    };
    match dpop::read(compact, &expected) {
        Ok(proof) => Ok(Possession { dpop: Some(proof), certificate }),
        Err(DpopError::UseNonce) => Err(TokenError::USE_NONCE),
        Err(DpopError::Invalid) => Err(TokenError::INVALID_DPOP),
    }
}

/// The one `DPoP` header (RFC 9449 §4.3, point 1).
///
/// # Errors
/// `invalid_dpop_proof` for two of them, or one that is no text.
pub fn proof_of(call: &Call) -> Result<Option<&str>, TokenError> {
    let mut all = call.headers.get_all("dpop").iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => one.to_str().map(Some).map_err(|_| TokenError::INVALID_DPOP),
        (Some(_), Some(_)) => Err(TokenError::INVALID_DPOP),
    }
}
