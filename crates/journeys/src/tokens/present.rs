//! An access token is shown at a door: what it opens, if whoever shows it holds what it is bound to.

use domain::account::Profile;
use domain::approval::{Approval, LoginRequest};
use protocol::jose::b64u;
use protocol::label::DPOP_NONCE;
use protocol::oidc::Mount;
use protocol::oidc::attributes::Scope;
use protocol::oidc::code::{AccessToken, Binding};
use protocol::oidc::dpop::{self, DpopError, Expected, Proof};
use protocol::oidc::partner::Partner;
use std::sync::Arc;
use store::approval::Kept;

use super::issue::mask;
use super::{Use, id_text};
use crate::{Failure, World};

/// Nonces of DPoP proofs change this often, seconds; the one of before still counts.
const NONCE_SECONDS: i64 = 120;

/// Why a door stays shut (RFC 6750 §3.1, RFC 9449 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceError {
    InvalidToken,
    Dpop(DpopError),
}

/// What a token opens.
pub struct Opened {
    pub token: AccessToken,
    pub partner: Arc<Partner>,
    pub approval: Approval,
    pub login: LoginRequest,
    pub profile: Profile,
    pub(super) kept: Kept,
}

/// Nonces that count now, the newest first; empty where none is asked.
pub fn dpop_nonces(world: &World) -> Vec<String> {
    if !world.settings.tokens.dpop_nonce {
        return Vec::new();
    }
    let bucket = world.now() / NONCE_SECONDS;
    let nonce =
        |bucket: i64| b64u(world.keys.derived(DPOP_NONCE, &[&bucket.to_be_bytes()]).get(..16).unwrap_or_default());
    vec![nonce(bucket), nonce(bucket - 1)]
}

/// Opens what `shown` leads to, for partners of this mount.
///
/// # Errors
/// Inside: why not.
pub async fn present(world: &World, mount: Mount, shown: &Use<'_>) -> Result<Result<Opened, ResourceError>, Failure> {
    let Some(token) = AccessToken::open(&world.keys.token, shown.token, world.now()) else {
        return Ok(Err(ResourceError::InvalidToken));
    };
    let proof = match held(world, &token, shown) {
        Ok(proof) => proof,
        Err(refused) => return Ok(Err(refused)),
    };
    let (id, sealer) = (id_text(token.id), world.sealer.clone());
    let found = match proof {
        None => world.db.read("sign_in.userinfo", move |tx| store::approval::redeemed(tx, &sealer, &id)).await?,
        Some(proof) => {
            let maker = format!("dpop:{}", proof.jkt);
            let once = proof.single_use;
            let work = move |tx: &mut db::Tx<'_>| {
                let fresh = store::used_token::burn(tx, &maker, &once.jti, once.expires)?;
                let found = store::approval::redeemed(tx, &sealer, &id)?;
                Ok::<_, store::StoreError>((fresh, found))
            };
            match world.db.run("sign_in.proof", work).await? {
                (true, found) => found,
                (false, _) => return Ok(Err(ResourceError::Dpop(DpopError::Invalid))),
            }
        }
    };
    let Some((approval, mut login, profile, kept)) = found else { return Ok(Err(ResourceError::InvalidToken)) };
    let partner = world.partners.find(&approval.partner).filter(|partner| partner.mount == mount);
    let Some(partner) = partner else { return Ok(Err(ResourceError::InvalidToken)) };
    login.authorization.scopes.retain(|scope| token.scopes & mask(&[*scope].into()) != 0 || *scope == Scope::Openid);
    Ok(Ok(Opened { token, partner, approval, login, profile, kept }))
}

/// A bound token counts in the hands of its holder alone, and never as a plain one (RFC 9449 §7.2: no downgrade).
fn held(world: &World, token: &AccessToken, shown: &Use<'_>) -> Result<Option<Proof>, ResourceError> {
    match &token.binding {
        Binding::Bearer if shown.dpop_scheme => Err(ResourceError::InvalidToken),
        Binding::Bearer => Ok(None),
        Binding::Mtls(x5t) => {
            let same = !shown.dpop_scheme && shown.certificate == Some(x5t);
            same.then_some(None).ok_or(ResourceError::InvalidToken)
        }
        Binding::Dpop(_) if !shown.dpop_scheme => Err(ResourceError::InvalidToken),
        Binding::Dpop(jkt) => {
            let expected = Expected {
                method: shown.method,
                addresses: shown.addresses,
                access_token: Some(shown.token),
                nonces: &dpop_nonces(world),
                now: world.now(),
            };
            let compact = shown.proof.ok_or(ResourceError::Dpop(DpopError::Invalid))?;
            let proof = dpop::read(compact, &expected).map_err(ResourceError::Dpop)?;
            if proof.jkt == *jkt { Ok(Some(proof)) } else { Err(ResourceError::InvalidToken) }
        }
    }
}
