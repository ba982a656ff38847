//! A partner's keys and secret.

use std::sync::Arc;

use protocol::jose::KeySet;
use protocol::oidc::partner::{ClientAuth, Partner};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{Failure, World};

/// The partner's public keys; `fresh`: what we know already was not enough.
pub async fn keys_of(_world: &World, partner: &Partner, _fresh: bool) -> Arc<KeySet> {
    let own = match &partner.auth {
        ClientAuth::PrivateKeyJwt { jwks } => jwks.as_slice(),
        _ => &[],
    };
    let set = partner.jwks.as_ref().and_then(|set| set.get("keys")).and_then(Value::as_array);
    let keys: Vec<Value> = own.iter().chain(set.into_iter().flatten()).cloned().collect();
    Arc::new(KeySet::from_keys(&keys).unwrap_or_default())
}

/// The partner's secret in the clear, where we keep it so.
pub(super) async fn secret_of(_world: &World, _partner: &Partner) -> Result<Option<Zeroizing<String>>, Failure> {
    Ok(None)
}
