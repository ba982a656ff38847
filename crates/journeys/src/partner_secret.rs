//! A partner's secret in the clear, where something is signed or encrypted with it.

use std::sync::Arc;

use protocol::oidc::partner::Partner;
use zeroize::Zeroizing;

use crate::{Failure, World};

/// The secret that the database keeps, sealed, for partners of [`crate::partners::needs_secret`]; those of `zelf.toml` have none.
pub async fn of(world: &World, partner: &Partner) -> Result<Option<Zeroizing<String>>, Failure> {
    if world.partners.in_file(&partner.id) {
        return Ok(None);
    }
    let (sealer, id) = (Arc::clone(&world.sealer), partner.id.clone());
    Ok(world.db.read("partner_secret", move |tx| store::partner::secret(tx, &sealer, &id)).await?)
}
