//! An authorization request is answered, in the envelope that it asked for.

use protocol::jose::SigAlg;
use protocol::oidc::authorize::{Answer, Reply};
use protocol::oidc::partner::Partner;

use crate::tokens::seal_jwt;
use crate::{Failure, World};

/// What the browser must do: parameters in the open, or one JWT of ours that holds them (JARM).
pub async fn answer(world: &World, reply: &Reply) -> Result<Answer, Failure> {
    let issuer = world.settings.issuer_of(reply.mount);
    if let Some(answer) = reply.plain(&issuer) {
        return Ok(answer);
    }
    let partner = world.partners.find(&reply.client_id).ok_or(Failure::Gone)?;
    let claims = reply.claims(&issuer, world.now());
    let jwt = seal_jwt(world, &partner, Some(alg(&partner)), partner.response.encrypt, "JWT", &claims).await?;
    Ok(reply.signed(jwt))
}

/// As registered, else as its ID tokens are signed; a secret signs no answer that passes through a browser, and is not registered
/// for it either.
fn alg(partner: &Partner) -> SigAlg {
    match partner.response.sign {
        None | Some(SigAlg::HS256) => partner.public_alg(),
        Some(alg) => alg,
    }
}
