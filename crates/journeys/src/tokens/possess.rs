//! What a request proves to hold beside who sends it: a DPoP key, a certificate.

use protocol::oidc::code::Binding;
use protocol::oidc::dpop::Proof;
use protocol::oidc::partner::{Bound, Partner};
use protocol::oidc::token::TokenError;

/// Proofs of a request, checked.
#[derive(Clone, Debug, Default)]
pub struct Possession {
    pub dpop: Option<Proof>,
    /// `x5t#S256` of the connection's certificate.
    pub certificate: Option<String>,
}

impl Possession {
    /// To what a token for this partner is bound. Whoever need not bind may: a DPoP proof always counts.
    ///
    /// # Errors
    /// `invalid_dpop_proof`, `invalid_request` when what the partner is registered for did not come.
    pub fn binding(&self, partner: &Partner) -> Result<Binding, TokenError> {
        match (partner.binding(), &self.dpop, &self.certificate) {
            (Some(Bound::Mtls), _, Some(certificate)) => Ok(Binding::Mtls(certificate.clone())),
            (Some(Bound::Mtls), _, None) => Err(TokenError::invalid_request("a client certificate is expected")),
            (_, Some(proof), _) => Ok(Binding::Dpop(proof.jkt.clone())),
            (Some(Bound::Dpop), None, _) => Err(TokenError::INVALID_DPOP),
            (None, None, _) => Ok(Binding::Bearer),
        }
    }
}

/// How an access token is shown at a door.
pub struct Use<'a> {
    /// The scheme was `DPoP`.
    pub dpop_scheme: bool,
    pub token: &'a str,
    /// The `DPoP` header.
    pub proof: Option<&'a str>,
    pub certificate: Option<&'a str>,
    /// `GET`, `POST`.
    pub method: &'a str,
    /// Addresses this door answers at.
    pub addresses: &'a [String],
}
