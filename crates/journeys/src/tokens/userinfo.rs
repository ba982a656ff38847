//! What an access token opens.

use protocol::oidc::attributes;
use protocol::oidc::code::AccessToken;
use serde_json::Value;

use super::facts::subject_of;
use super::id_text;
use crate::{Failure, World};

/// What the access token opens; `None` for a token that opens nothing.
pub async fn userinfo(world: &World, access_token: &str) -> Result<Option<Value>, Failure> {
    let Some(id) = AccessToken::open(&world.keys.token, access_token, world.now()).map(id_text) else {
        return Ok(None);
    };
    let sealer = world.sealer.clone();
    let found = world.db.read("sign_in.userinfo", move |tx| store::approval::redeemed(tx, &sealer, &id)).await?;
    let Some((approval, login, profile)) = found else { return Ok(None) };
    let Some(partner) = world.partners.find(&approval.partner) else { return Ok(None) };
    let wanted = login.authorization.userinfo_claims(&partner);
    let mut claims = attributes::pick(&profile.attributes(), &wanted);
    claims.insert("sub".into(), Value::String(subject_of(world, &partner, &approval)?));
    Ok(Some(Value::Object(claims)))
}
