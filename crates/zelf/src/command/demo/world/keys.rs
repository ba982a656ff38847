//! Private keys of the demo's services and test clients: kept from start to start, and told to tests as JWKs (RFC 7517, RFC 7518 §6).

use demo::service::compat::CompatKeys;
use protocol::jose::jwe::RsaPrivate;
use protocol::jose::{JoseError, RsaKey, SigningKey, b64u, unb64u};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// As their file holds them: base64url of a P-256 scalar or of PKCS#8.
#[derive(Serialize, Deserialize)]
pub struct PartnerKeys {
    pub energy: String,
    pub housing: String,
    pub fapi: String,
    pub ciba: String,
    pub fund: RsaPair,
    pub compat: RsaPair,
}

/// One RSA key to sign, one to open.
#[derive(Serialize, Deserialize)]
pub struct RsaPair {
    sign: String,
    open: String,
}

impl PartnerKeys {
    pub fn make() -> Result<PartnerKeys, String> {
        let ec = || SigningKey::generate("svc").and_then(|key| key.scalar()).map(|scalar| b64u(&*scalar)).map_err(said);
        Ok(PartnerKeys {
            energy: ec()?,
            housing: ec()?,
            fapi: ec()?,
            ciba: ec()?,
            fund: RsaPair::make().map_err(said)?,
            compat: RsaPair::make().map_err(said)?,
        })
    }
}

impl RsaPair {
    fn make() -> Result<RsaPair, JoseError> {
        let (sign, open) = (RsaKey::generate("svc")?, RsaPrivate::generate("svc")?);
        Ok(RsaPair { sign: b64u(&*sign.pkcs8()?), open: b64u(&*open.pkcs8()?) })
    }

    pub fn keys(&self) -> Result<CompatKeys, String> {
        let read = || -> Result<CompatKeys, JoseError> {
            let sign = RsaKey::from_pkcs8(&unb64u(&self.sign)?, "svc")?;
            Ok(CompatKeys { sign, open: RsaPrivate::from_pkcs8(&unb64u(&self.open)?, "svc")? })
        };
        read().map_err(said)
    }

    /// Both, with their private members.
    pub fn private_jwks(&self) -> Result<Value, String> {
        let keys = self.keys()?;
        let one = |pkcs8: &str, kid: &str, usage: &str, alg: &str| {
            let der = unb64u(pkcs8).map_err(said)?;
            rsa_jwk(&der, kid, usage, alg).ok_or_else(|| "an RSA key of another form".to_owned())
        };
        Ok(json!({ "keys": [
            one(&self.sign, keys.sign.kid(), "sig", "RS256")?, one(&self.open, keys.open.kid(), "enc", "RSA-OAEP-256")?,
        ] }))
    }
}

/// The signing key in `scalar`.
pub fn ec(scalar: &str) -> Result<SigningKey, String> {
    unb64u(scalar).and_then(|scalar| SigningKey::from_bare_scalar(&scalar, "svc")).map_err(said)
}

pub fn public_jwk(key: &SigningKey) -> Value {
    let jwk = key.public().jwk();
    json!({ "kty": "EC", "crv": "P-256", "x": jwk.x, "y": jwk.y, "kid": key.kid(), "use": "sig", "alg": "ES256" })
}

/// A key set of one, with its private member.
pub fn private_jwks(scalar: &str) -> Result<Value, String> {
    let mut jwk = public_jwk(&ec(scalar)?);
    if let Some(members) = jwk.as_object_mut() {
        members.insert("d".into(), scalar.into());
    }
    Ok(json!({ "keys": [jwk] }))
}

fn said(error: JoseError) -> String {
    format!("a key of the demo: {error}")
}

/// PKCS#8 (RFC 5208) around RSAPrivateKey (RFC 8017 A.1.2).
fn rsa_jwk(pkcs8: &[u8], kid: &str, usage: &str, alg: &str) -> Option<Value> {
    let (outer, _) = tlv(pkcs8, 0x30)?;
    let (_, after_version) = tlv(outer, 0x02)?;
    let (_, after_algorithm) = tlv(after_version, 0x30)?;
    let (key, _) = tlv(after_algorithm, 0x04)?;
    let (mut rest, _) = tlv(key, 0x30)?;
    let mut numbers = Vec::new();
    while !rest.is_empty() {
        let (number, after) = tlv(rest, 0x02)?;
        numbers.push(b64u(number.strip_prefix(&[0]).unwrap_or(number)));
        rest = after;
    }
    let [_, n, e, d, p, q, dp, dq, qi] = numbers.as_slice() else { return None };
    Some(json!({ "kty": "RSA", "kid": kid, "use": usage, "alg": alg, "n": n, "e": e, "d": d, "p": p, "q": q, "dp": dp,
        "dq": dq, "qi": qi }))
}

/// Content of the DER element at the front, which has this tag, and what follows it.
fn tlv(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        (bytes.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)), rest)
    };
    if found == tag { rest.split_at_checked(length) } else { None }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_test_gets_the_private_half_of_what_the_server_knows() {
        let pair = RsaPair::make().unwrap();
        let told = pair.private_jwks().unwrap();
        let public = pair.keys().unwrap().jwks();
        for at in 0..2 {
            let member = |set: &Value, name: &str| set.pointer(&format!("/keys/{at}/{name}")).cloned().unwrap();
            for name in ["kty", "use", "alg", "kid", "n", "e"] {
                assert_eq!(member(&told, name), member(&public, name), "{name}");
            }
            let length = |name: &str| unb64u(member(&told, name).as_str().unwrap()).unwrap().len();
            assert_eq!((length("n"), length("p"), length("q")), (256, 128, 128));
        }
        assert!(rsa_jwk(&[0x30, 0x82], "k", "sig", "RS256").is_none() && rsa_jwk(&[], "k", "sig", "RS256").is_none());
    }
}
