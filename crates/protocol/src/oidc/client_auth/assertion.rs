//! Whether a client assertion holds (RFC 7523 §3; FAPI 2.0 Security Profile §5.3.2.1).

use serde::Deserialize;

use super::{Audiences, Misfit, SingleUse, algorithms};
use crate::jose::jwt::Jwt;
use crate::jose::{JoseError, KeySet, NumericDate};
use crate::oidc::partner::Partner;

/// Longest life of an assertion, seconds: an hour is what generic clients write; FAPI's need no more than minutes.
const MAX_LIFE: i64 = 3600;
const MAX_LIFE_FAPI: i64 = 300;
/// How far ahead of ours a partner's clock may be, seconds.
const CLOCK_AHEAD: i64 = 10;
const MAX_JTI: usize = 255;

/// `aud`: one string or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn names(&self, accepted: &Audiences, fapi: bool) -> bool {
        let known = |aud: &String| *aud == accepted.issuer || (!fapi && accepted.also.contains(aud));
        match self {
            Audience::One(aud) => known(aud),
            Audience::Many(all) => !fapi && all.iter().any(known),
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: NumericDate,
    jti: String,
    iat: Option<NumericDate>,
    nbf: Option<NumericDate>,
}

impl Claims {
    /// RFC 7523 §3, points 1 to 7.
    fn hold(&self, partner: &Partner, audiences: &Audiences, now: i64) -> bool {
        let life = if partner.fapi() { MAX_LIFE_FAPI } else { MAX_LIFE };
        let soon = now.saturating_add(CLOCK_AHEAD);
        self.iss == partner.id
            && self.sub == partner.id
            && self.aud.names(audiences, partner.fapi())
            && self.exp.0 > now
            && self.exp.0 <= soon.saturating_add(life)
            && self.nbf.is_none_or(|nbf| nbf.0 <= soon)
            && self.iat.is_none_or(|NumericDate(iat)| iat <= soon && iat >= now.saturating_sub(life + CLOCK_AHEAD))
            && !self.jti.is_empty()
            && self.jti.len() <= MAX_JTI
    }
}

pub(super) fn judge(
    compact: &str,
    partner: &Partner,
    keys: &KeySet,
    audiences: &Audiences,
    now: i64,
) -> Result<SingleUse, Misfit> {
    let jwt = Jwt::parse(compact).map_err(|_| Misfit::Other)?;
    if !matches!(jwt.header.typ.as_deref(), None | Some("JWT" | "jwt" | "client-authentication+jwt")) {
        return Err(Misfit::Other);
    }
    let claims: Claims = keys.claims(&jwt, algorithms(partner)).map_err(|error| match error {
        JoseError::UnknownKey | JoseError::BadSignature => Misfit::Signature,
        _ => Misfit::Other,
    })?;
    if claims.hold(partner, audiences, now) {
        Ok(SingleUse { jti: claims.jti, expires: claims.exp.0 })
    } else {
        Err(Misfit::Other)
    }
}
