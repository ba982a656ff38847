//! What an access token tells about its person.

use protocol::oidc::release;
use serde_json::{Map, Value, json};

use super::facts::subject_of;
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
    let Opened { partner, approval, login, profile, kept, .. } = opened;
    let asked = &login.authorization;
    let mut claims = Map::new();
    if !asked.userinfo_claims(partner).is_empty() || !asked.claims.userinfo_verified.is_empty() {
        let facts = crate::facts::at_release(world, partner, approval, login, Some((profile, kept))).await?;
        claims = release::userinfo(partner, asked, &facts, &login.without);
    }
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

/// The photo behind an opened token, when it was asked for, agreed to and is kept: media type and bytes.
pub async fn picture(world: &World, opened: &Opened) -> Result<Option<(&'static str, Vec<u8>)>, Failure> {
    let Opened { partner, approval, login, profile, kept, .. } = opened;
    let asked = login.authorization.all_claims(partner);
    let facts = crate::facts::at_release(world, partner, approval, login, Some((profile, kept))).await?;
    let shared = release::values(partner.mount, &asked, &asked, &facts, &login.without).contains_key("picture");
    Ok(facts.photo.filter(|_| shared).map(|photo| (release::media_type(&photo), photo)))
}
