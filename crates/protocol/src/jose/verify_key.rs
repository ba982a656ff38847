//! One public key of somebody else: what it may verify, and what may be encrypted to it.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value;

use super::jwt::Jwt;
use super::{JoseError, PublicKey, SigAlg, b64u, rsa_public, sha256, unb64u};

/// Members that only a private or symmetric key has (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A public key, well-formed and on its curve. Its type decides which algorithms it takes, never a token's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyKey {
    pub kid: Option<String>,
    pub(super) material: Material,
    pub(super) purpose: Purpose,
    pub(super) alg: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Material {
    P256(PublicKey),
    P384(Vec<u8>),
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Ed25519(Vec<u8>),
}

/// `use` and `key_ops` (RFC 7517 §4.2, §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Any,
    Verify,
    Encrypt,
    /// Something we do not do.
    Other,
}

#[derive(Deserialize)]
struct Raw {
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
}

/// The private half of a key pair; a secret (`oct`) is none.
pub(super) fn is_private(jwk: &Value) -> bool {
    PRIVATE.iter().any(|member| *member != "k" && jwk.get(member).is_some())
}

impl VerifyKey {
    /// From a JWK.
    ///
    /// # Errors
    /// `BadKey` for a private or symmetric key, a weak RSA key, a point off its curve, a key type we do not know.
    pub fn from_value(jwk: &Value) -> Result<VerifyKey, JoseError> {
        VerifyKey::known(jwk)?.ok_or(JoseError::BadKey)
    }

    /// `None` for a key type or curve that we do not know.
    pub(super) fn known(jwk: &Value) -> Result<Option<VerifyKey>, JoseError> {
        if PRIVATE.iter().any(|member| jwk.get(member).is_some()) {
            return Err(JoseError::BadKey);
        }
        let member = |name: &str| jwk.get(name).and_then(Value::as_str);
        let kty = member("kty").ok_or(JoseError::BadKey)?;
        if !matches!((kty, member("crv")), ("RSA", _) | ("EC", Some("P-256" | "P-384")) | ("OKP", Some("Ed25519"))) {
            // A curve is needed to know that we do not know it.
            let nameless = matches!(kty, "EC" | "OKP") && member("crv").is_none();
            return if nameless { Err(JoseError::BadKey) } else { Ok(None) };
        }
        let raw = Raw::deserialize(jwk).map_err(|_| JoseError::BadKey)?;
        let material = Material::read(&raw)?;
        let purpose = purpose(raw.usage.as_deref(), raw.key_ops.as_deref());
        Ok(Some(VerifyKey { kid: raw.kid, material, purpose, alg: raw.alg }))
    }

    /// Whether this key may verify `alg`: its type, `use` and `alg` all fit.
    pub fn takes(&self, alg: SigAlg) -> bool {
        let fits = match self.material {
            Material::P256(_) => alg == SigAlg::ES256,
            Material::P384(_) => alg == SigAlg::ES384,
            Material::Rsa { .. } => matches!(alg, SigAlg::RS256 | SigAlg::PS256),
            Material::Ed25519(_) => alg == SigAlg::EdDSA,
        };
        fits && matches!(self.purpose, Purpose::Any | Purpose::Verify) && self.named_for(alg)
    }

    /// `alg` of the key, where it has one. `Ed25519` is EdDSA's newer name (RFC 9864).
    fn named_for(&self, alg: SigAlg) -> bool {
        match self.alg.as_deref() {
            None => true,
            Some("Ed25519") => alg == SigAlg::EdDSA,
            Some(name) => name == alg.as_str(),
        }
    }

    /// Checks a token's signature with this key alone.
    ///
    /// # Errors
    /// `WrongAlgorithm` when `allowed` or the key does not take the token's, else `BadSignature`.
    pub fn verify(&self, jwt: &Jwt<'_>, allowed: &[SigAlg]) -> Result<(), JoseError> {
        let alg = jwt.header.alg;
        if !allowed.contains(&alg) || !self.takes(alg) {
            return Err(JoseError::WrongAlgorithm);
        }
        self.material.verify(alg, jwt.signing_input().as_bytes(), jwt.signature())
    }

    /// RFC 7638 thumbprint, base64url (`jkt` of RFC 9449).
    pub fn thumbprint(&self) -> String {
        let text = match &self.material {
            Material::P256(key) => return key.thumbprint(),
            Material::P384(point) => {
                let (x, y) = point.get(1..).unwrap_or_default().split_at(48);
                format!(r#"{{"crv":"P-384","kty":"EC","x":"{}","y":"{}"}}"#, b64u(x), b64u(y))
            }
            Material::Rsa { n, e } => return rsa_public::thumbprint(n, e),
            Material::Ed25519(x) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, b64u(x)),
        };
        b64u(sha256(text.as_bytes()))
    }
}

impl Material {
    fn read(raw: &Raw) -> Result<Material, JoseError> {
        Ok(match (raw.kty.as_str(), raw.crv.as_str()) {
            ("EC", "P-256") => {
                let key = PublicKey::from_point(&point(raw, 32)?)?;
                if !key.on_curve() {
                    return Err(JoseError::BadKey);
                }
                Material::P256(key)
            }
            ("EC", "P-384") => {
                let point = point(raw, 48)?;
                ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, &point).map_err(|_| JoseError::BadKey)?;
                Material::P384(point)
            }
            ("OKP", "Ed25519") => {
                let x = unb64u(&raw.x)?;
                ParsedPublicKey::new(&ED25519, &x).map_err(|_| JoseError::BadKey)?;
                if x.len() != 32 {
                    return Err(JoseError::BadKey);
                }
                Material::Ed25519(x)
            }
            ("RSA", _) => rsa(raw)?,
            _ => return Err(JoseError::BadKey),
        })
    }

    fn verify(&self, alg: SigAlg, message: &[u8], signature: &[u8]) -> Result<(), JoseError> {
        let checked = match (self, alg) {
            (Material::P256(key), SigAlg::ES256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.point()).verify(message, signature)
            }
            (Material::P384(point), SigAlg::ES384) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(message, signature)
            }
            (Material::Ed25519(x), SigAlg::EdDSA) => UnparsedPublicKey::new(&ED25519, x).verify(message, signature),
            (Material::Rsa { n, e }, SigAlg::RS256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Material::Rsa { n, e }, SigAlg::PS256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature)
            }
            _ => return Err(JoseError::WrongAlgorithm),
        };
        checked.map_err(|_| JoseError::BadSignature)
    }
}

/// The uncompressed point, `size` bytes each coordinate (RFC 7518 §6.2.1.2: full length).
fn point(raw: &Raw, size: usize) -> Result<Vec<u8>, JoseError> {
    let (x, y) = (unb64u(&raw.x)?, unb64u(&raw.y)?);
    if x.len() != size || y.len() != size {
        return Err(JoseError::BadKey);
    }
    Ok([&[4][..], &x, &y].concat())
}

/// 2048 to 8192 bits, odd, with an odd exponent of 3 to 2³²: everything else is a mistake or a trap.
fn rsa(raw: &Raw) -> Result<Material, JoseError> {
    let bare = |text: &str| -> Result<Vec<u8>, JoseError> {
        if text.len() > 1500 {
            return Err(JoseError::BadKey);
        }
        Ok(unb64u(text)?.into_iter().skip_while(|byte| *byte == 0).collect())
    };
    let (n, e) = (bare(&raw.n)?, bare(&raw.e)?);
    let bits = n.len() * 8 - n.first().map_or(0, |first| first.leading_zeros() as usize);
    let odd = |bytes: &[u8]| bytes.last().is_some_and(|last| last % 2 == 1);
    let small = e.len() > 4 || e == [1];
    if !(2048..=8192).contains(&bits) || !odd(&n) || !odd(&e) || small {
        return Err(JoseError::BadKey);
    }
    Ok(Material::Rsa { n, e })
}

fn purpose(usage: Option<&str>, operations: Option<&[String]>) -> Purpose {
    let by_operation = operations.map(|all| {
        let any = |names: &[&str]| all.iter().any(|op| names.contains(&op.as_str()));
        match (any(&["verify"]), any(&["encrypt", "wrapKey", "deriveKey", "deriveBits"])) {
            (true, true) => Purpose::Any,
            (true, false) => Purpose::Verify,
            (false, true) => Purpose::Encrypt,
            (false, false) => Purpose::Other,
        }
    });
    match (usage, by_operation) {
        (None, None) => Purpose::Any,
        (None, Some(purpose)) => purpose,
        (Some("sig"), None | Some(Purpose::Any | Purpose::Verify)) => Purpose::Verify,
        (Some("enc"), None | Some(Purpose::Any | Purpose::Encrypt)) => Purpose::Encrypt,
        _ => Purpose::Other,
    }
}
