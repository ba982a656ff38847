//! The keys of a relying party of the benchmark, how it signs, and its entry in `zelf.toml`.

use std::fmt::Write as _;

use demo::phone::unix_now;
use protocol::jose::jwe::{Decryptor, EcPrivate, RsaPrivate};
use protocol::jose::{RsaKey, SigAlg, SigningKey, b64u, sha256};
use serde_json::{Value, json};

use super::Fail;
use super::partner::{REDIRECT_URI, random};
use super::variant::Variant;

const ASSERTION_SECONDS: i64 = 55;

/// Made before the server, so that its config can name them.
pub struct Keys {
    pub variant: Variant,
    ec: SigningKey,
    ec_enc: EcPrivate,
    rsa: Option<(RsaKey, RsaPrivate)>,
    /// What its tokens are bound to (RFC 9449).
    proof: SigningKey,
}

/// `header.payload.signature`, whatever signs.
pub fn jws(header: &Value, payload: &Value, sign: impl Fn(&[u8]) -> Result<Vec<u8>, Fail>) -> Result<String, Fail> {
    let input = format!("{}.{}", b64u(header.to_string()), b64u(payload.to_string()));
    let signature = sign(input.as_bytes())?;
    Ok(format!("{input}.{}", b64u(signature)))
}

impl Keys {
    /// # Errors
    /// No entropy.
    pub fn new(variant: Variant) -> Result<Keys, Fail> {
        let rsa = match variant {
            Variant::Rs256 => Some((RsaKey::generate("sig")?, RsaPrivate::generate("enc")?)),
            _ => None,
        };
        let (ec, proof) = (SigningKey::generate("bench")?, SigningKey::generate("dpop")?);
        Ok(Keys { variant, ec, ec_enc: EcPrivate::generate("enc")?, rsa, proof })
    }

    fn sign(&self, typ: &str, claims: &Value) -> Result<String, Fail> {
        match &self.rsa {
            Some((key, _)) => {
                let header = json!({ "alg": "RS256", "kid": key.kid(), "typ": typ });
                jws(&header, claims, |input| Ok(key.sign_bytes(SigAlg::RS256, input)?))
            }
            None => Ok(self.ec.sign_with(&json!({ "alg": "ES256", "kid": self.ec.kid(), "typ": typ }), claims)?),
        }
    }

    /// A client assertion (RFC 7523 §3), valid for less than a minute.
    pub fn assertion(&self, audience: &str) -> Result<String, Fail> {
        let (now, id) = (unix_now(), self.variant.client_id());
        let claims = json!({
            "iss": id, "sub": id, "aud": audience, "jti": random()?, "iat": now, "exp": now + ASSERTION_SECONDS,
        });
        self.sign("JWT", &claims)
    }

    /// A request object (RFC 9101).
    pub fn request_object(&self, audience: &str, parameters: &[(&str, &str)]) -> Result<String, Fail> {
        let now = unix_now();
        let mut claims = json!({
            "iss": self.variant.client_id(), "aud": audience, "jti": random()?, "iat": now, "nbf": now, "exp": now + ASSERTION_SECONDS,
        });
        if let Some(claims) = claims.as_object_mut() {
            claims.extend(parameters.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        }
        self.sign("oauth-authz-req+jwt", &claims)
    }

    /// A proof for one call (RFC 9449 §4.2).
    pub fn dpop(&self, method: &str, url: &str, token: Option<&str>) -> Result<String, Fail> {
        let jwk = self.proof.public().jwk();
        let header = json!({
            "typ": "dpop+jwt", "alg": "ES256", "jwk": { "kty": jwk.kty, "crv": jwk.crv, "x": jwk.x, "y": jwk.y },
        });
        let mut claims = json!({ "jti": random()?, "htm": method, "htu": url, "iat": unix_now() });
        if let (Some(token), Some(claims)) = (token, claims.as_object_mut()) {
            claims.insert("ath".into(), json!(b64u(sha256(token.as_bytes()))));
        }
        Ok(self.proof.sign_with(&header, &claims)?)
    }

    /// The text inside, when it was encrypted to us.
    pub fn decrypt(&self, compact: &str) -> Result<String, Fail> {
        if compact.split('.').count() != 5 {
            return Ok(compact.to_owned());
        }
        let rsa = self.rsa.iter().map(|(_, key)| key).collect();
        let plain = Decryptor { rsa, ec: vec![&self.ec_enc] }.decrypt(compact)?;
        Ok(String::from_utf8(plain)?)
    }

    fn jwks(&self) -> Vec<Vec<(&'static str, String)>> {
        let words =
            |all: &[(&'static str, &str)]| all.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        match &self.rsa {
            None => {
                let (sig, enc) = (self.ec.public().jwk(), self.ec_enc.public().jwk());
                let point = |jwk: &protocol::jose::Jwk, kid: &str, purpose: &str| {
                    words(&[
                        ("kty", "EC"),
                        ("crv", "P-256"),
                        ("x", &jwk.x),
                        ("y", &jwk.y),
                        ("kid", kid),
                        ("use", purpose),
                    ])
                };
                vec![point(&sig, self.ec.kid(), "sig"), point(&enc, self.ec_enc.kid(), "enc")]
            }
            Some((key, enc)) => {
                let ((n, e), (n2, e2)) = (key.public(), enc.public());
                vec![
                    words(&[("kty", "RSA"), ("n", n), ("e", e), ("kid", key.kid()), ("use", "sig")]),
                    words(&[("kty", "RSA"), ("n", &n2), ("e", &e2), ("kid", enc.kid()), ("use", "enc")]),
                ]
            }
        }
    }

    /// The partner's table of `zelf.toml`.
    pub fn toml(&self) -> String {
        let keys = self.jwks().into_iter().map(|key| {
            let members: Vec<String> = key.into_iter().map(|(name, value)| format!("{name} = \"{value}\"")).collect();
            format!("{{ {} }}", members.join(", "))
        });
        let keys = keys.collect::<Vec<_>>().join(", ");
        let mut text = format!(
            r#"
[[partner]]
id = "{id}"
name = {{ nl = "Meting", fr = "Mesure", de = "Messung", en = "Benchmark" }}
domain = "127.0.0.1"
scopes = ["profile"]
auth = {{ method = "private_key_jwt" }}
jwks = {{ keys = [{keys}] }}
"#,
            id = self.variant.client_id(),
        );
        let alg = self.variant.alg().as_str();
        let key_alg = if self.rsa.is_some() { "RSA-OAEP-256" } else { "ECDH-ES" };
        let _ = match self.variant {
            Variant::Plain => writeln!(text, "redirect_uris = [\"{REDIRECT_URI}\"]"),
            Variant::Fapi => write!(
                text,
                "redirect_uris = [\"{REDIRECT_URI}\"]\nsecurity = \"fapi2\"\nsigned_requests = true\nrequire_par = true\nbound_tokens = \"dpop\"\n"
            ),
            Variant::Compat | Variant::Rs256 => write!(
                text,
                r#"redirect_uris = []
mount = "compat"
id_token_alg = "{alg}"
id_token_encryption = {{ alg = "{key_alg}", enc = "A128CBC-HS256" }}
userinfo = {{ sign = "{alg}", encrypt = {{ alg = "{key_alg}", enc = "A128CBC-HS256" }} }}
[[partner.service]]
code = "LOGIN"
kind = "identification"
redirect_uris = ["{REDIRECT_URI}"]
scopes = ["profile"]
"#
            ),
        };
        text
    }
}
