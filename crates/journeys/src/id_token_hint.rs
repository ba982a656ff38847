//! An ID token of ours comes back: whom it names (`id_token_hint`).

use protocol::jose::jwt::{self, Jwt};
use protocol::jose::{SigAlg, unb64u};
use protocol::oidc::partner::Partner;
use serde::Deserialize;
use serde_json::Value;

use crate::{Failure, World, partner_secret};

/// What an ID token says. Its time does not matter (OpenID Core §3.1.2.1). Nothing else that we sign has `auth_time`: neither
/// userinfo nor an answer, a logout token or evidence is taken for one.
#[derive(Deserialize)]
pub(crate) struct Hint {
    iss: String,
    pub(crate) sub: String,
    aud: String,
    pub(crate) sid: Option<String>,
    #[serde(rename = "auth_time")]
    _auth_time: i64,
}

/// An ID token that we made for this partner, signed by a key of ours or with its secret; perhaps encrypted to us. `None` for
/// everything else.
pub(crate) async fn own_id_token(world: &World, partner: &Partner, text: &str) -> Result<Option<Hint>, Failure> {
    let Some(signed) = opened(world, text) else { return Ok(None) };
    let typed = |typ: Option<&str>| matches!(typ, None | Some("JWT"));
    let hint: Option<Hint> = match Jwt::parse(&signed) {
        Ok(jwt) if typed(jwt.header.typ.as_deref()) => {
            world.keys.op().verify(&jwt).ok().and_then(|()| jwt.claims().ok())
        }
        Ok(_) => None,
        Err(_) if partner.id_token_alg() == SigAlg::HS256 => {
            let secret = partner_secret::of(world, partner).await?;
            let believed = secret.and_then(|secret| jwt::verify_hs256(&signed, secret.as_bytes()).ok());
            believed.filter(|_| typed(part(&signed, 0).as_ref().and_then(|header| header.get("typ")?.as_str())))
        }
        Err(_) => None,
    };
    let issuer = world.settings.issuer_of(partner.mount);
    Ok(hint.filter(|hint| hint.aud == partner.id && hint.iss == issuer))
}

/// Whom the token says it was made for, unbelieved: only to find the partner whose it should be.
pub(crate) fn audience(world: &World, text: &str) -> Option<String> {
    let claims = part(&opened(world, text)?, 1)?;
    claims.get("aud")?.as_str().map(str::to_owned)
}

/// A partner whose ID tokens are encrypted may encrypt the hint to us.
fn opened(world: &World, text: &str) -> Option<String> {
    match text.split('.').count() {
        5 => String::from_utf8(world.keys.op().decrypt(text, world.now()).ok()?).ok(),
        _ => Some(text.to_owned()),
    }
}

fn part(signed: &str, at: usize) -> Option<Value> {
    serde_json::from_slice(&unb64u(signed.split('.').nth(at)?).ok()?).ok()
}
