//! What an access token tells about its person.

use protocol::oidc::attributes;
use serde_json::{Value, json};

use super::facts::{subject_of, withhold};
use super::{Opened, seal_jwt, statement_seconds};
use crate::{Failure, World};

/// Userinfo, as the partner wants it (OpenID Core §5.3.2).
pub enum Answer {
    Json(Value),
    /// Signed, encrypted or both: `application/jwt`.
    Jwt(String),
}

/// Claims of the person behind an opened token.
pub async fn userinfo(world: &World, opened: &Opened) -> Result<Answer, Failure> {
    let Opened { partner, approval, login, profile, .. } = opened;
    let wanted = login.authorization.userinfo_claims(partner);
    let mut claims = attributes::pick(&profile.attributes(), &wanted);
    withhold(&mut claims, &login.without);
    claims.insert("sub".into(), subject_of(world, partner, approval)?.into());
    if world.settings.test_world {
        claims.insert("zelf_test_world".into(), true.into());
    }
    let sealing = partner.userinfo;
    if sealing.sign.is_none() && sealing.encrypt.is_none() {
        return Ok(Answer::Json(Value::Object(claims)));
    }
    if sealing.sign.is_some() {
        let now = world.now();
        claims.insert("iss".into(), world.settings.issuer_of(partner.mount).into());
        claims.insert("aud".into(), partner.id.clone().into());
        claims.insert("iat".into(), json!(now));
        claims.insert("nbf".into(), json!(now));
        claims.insert("exp".into(), json!(now + statement_seconds(partner.mount)));
    }
    seal_jwt(world, partner, sealing.sign, sealing.encrypt, "JWT", &claims).await.map(Answer::Jwt)
}
