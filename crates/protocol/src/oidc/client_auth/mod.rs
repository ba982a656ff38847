//! Who is at a partner's door: `client_secret_basic`, `client_secret_post` (RFC 6749 §2.3.1), `private_key_jwt` (RFC 7523 §3,
//! OpenID Core §9; the assertion may be encrypted to us), `tls_client_auth` or `self_signed_tls_client_auth` (RFC 8705 §2).
//! Exactly one of them; every failure is the same `invalid_client`.
//!
//! Two steps, since between them the partner's keys may have to be fetched: [`claimed`] reads who it says it is, [`judge`] believes
//! it or not.

mod assertion;
mod claimed;

use std::sync::Arc;

use zeroize::Zeroizing;

pub use claimed::claimed;

use super::mtls::Certificate;
use super::partner::{ClientAuth, Partner, SecretDigest};
use super::token::TokenError;
use crate::jose::{KeySet, SigAlg};

/// RFC 7523 §2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Algorithms of partners that are not bound to FAPI.
pub const ALGORITHMS: [SigAlg; 5] = [SigAlg::ES256, SigAlg::ES384, SigAlg::PS256, SigAlg::RS256, SigAlg::EdDSA];

/// What a request brought; nothing is believed yet. Holds secrets: no `Debug`.
pub struct Claimed {
    pub client_id: String,
    proof: Proof,
}

enum Proof {
    Secret(Zeroizing<String>),
    /// A compact JWS.
    Assertion(String),
    /// Nothing but the certificate of the connection.
    Certificate(Certificate),
}

/// A partner that proved who it is.
#[derive(Debug)]
pub struct Authenticated {
    pub partner: Arc<Partner>,
    /// Present with `private_key_jwt`: the caller must burn it, and refuse with `invalid_client` when it was burnt before.
    pub single_use: Option<SingleUse>,
}

/// A token that counts once (`jti`), unique in the name of its maker; after `expires` it is refused anyway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleUse {
    pub jti: String,
    /// Unix seconds.
    pub expires: i64,
}

/// Values of `aud` that an assertion may name.
#[derive(Clone, Debug)]
pub struct Audiences {
    /// The only one under FAPI 2.0 (§5.3.2.1), as a single string.
    pub issuer: String,
    /// What others may write in its place: token endpoint, the endpoint that is called.
    pub also: Vec<String>,
}

/// Why a partner is not believed. Told to nobody: only whether fresh keys might help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// No key of the set signed this; a newer set may hold it.
    Signature,
    Other,
}

impl Claimed {
    /// True when the partner's key set is needed.
    pub fn needs_keys(&self) -> bool {
        !matches!(self.proof, Proof::Secret(_))
    }

    /// True for an assertion: the compatible mount has a word of its own for a bad one.
    pub fn by_assertion(&self) -> bool {
        matches!(self.proof, Proof::Assertion(_))
    }

    /// A partner that does not exist takes as long as a wrong secret.
    pub fn of_nobody(&self) -> TokenError {
        if let Proof::Secret(secret) = &self.proof {
            let _ = SecretDigest::of("nobody").fits(secret);
        }
        TokenError::INVALID_CLIENT
    }
}

/// Believes the claim or not. `keys` are the partner's; empty will do where [`Claimed::needs_keys`] says no.
///
/// # Errors
/// [`Misfit`]; the world hears `invalid_client` for each.
pub fn judge(
    claimed: &Claimed,
    partner: &Arc<Partner>,
    keys: &KeySet,
    audiences: &Audiences,
    now: i64,
) -> Result<Authenticated, Misfit> {
    let single_use = match (&claimed.proof, &partner.auth) {
        _ if claimed.client_id != partner.id => return Err(Misfit::Other),
        // FAPI 2.0 Security Profile §5.3.2.1: a key or a certificate.
        (Proof::Secret(_), _) if partner.fapi() && !partner.legacy => return Err(Misfit::Other),
        (Proof::Secret(secret), ClientAuth::ClientSecret { client_secret_sha256 }) => {
            client_secret_sha256.fits(secret).then_some(None).ok_or(Misfit::Other)?
        }
        (Proof::Assertion(compact), ClientAuth::PrivateKeyJwt { .. }) => {
            Some(assertion::judge(compact, partner, keys, audiences, now)?)
        }
        (Proof::Certificate(cert), ClientAuth::TlsClientAuth(name)) => {
            cert.bears(name).then_some(None).ok_or(Misfit::Other)?
        }
        (Proof::Certificate(cert), ClientAuth::SelfSignedTlsClientAuth {}) => {
            cert.is_among(keys, now).then_some(None).ok_or(Misfit::Signature)?
        }
        _ => return Err(Misfit::Other),
    };
    Ok(Authenticated { partner: Arc::clone(partner), single_use })
}

/// What a partner may sign assertions with: FAPI 2.0 leaves RS256 out, unless the partner is one of yesterday.
pub fn algorithms(partner: &Partner) -> &'static [SigAlg] {
    if partner.fapi() && !partner.legacy { &SigAlg::FAPI } else { &ALGORITHMS }
}
