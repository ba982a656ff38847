//! Signing and sealing as a stranger meets them: published vectors, every algorithm both ways, and what must be refused.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

#[path = "jose/jwe.rs"]
mod jwe;
#[path = "jose/jws.rs"]
mod jws;
#[path = "jose/key_set.rs"]
mod key_set;
#[path = "jose/published.rs"]
mod published;
#[path = "jose/rotation.rs"]
mod rotation;

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use zelf_protocol::jose::jwe::{EcPrivate, EncryptionKey, RsaPrivate};
use zelf_protocol::jose::{EdKey, RsaKey, SigAlg, SigningKey, b64u};
use zelf_protocol::oidc::keys::Made as _;

/// Keys of a partner, made once: RSA takes a while.
pub struct Partner {
    pub es256: SigningKey,
    pub rsa: RsaKey,
    pub ed: EdKey,
    es384: EcdsaKeyPair,
    pub enc_rsa: RsaPrivate,
    pub enc_ec: EcPrivate,
}

pub fn partner() -> &'static Partner {
    static PARTNER: OnceLock<Partner> = OnceLock::new();
    PARTNER.get_or_init(|| Partner {
        es256: SigningKey::generate("p").unwrap(),
        rsa: RsaKey::generate("p").unwrap(),
        ed: EdKey::generate("p").unwrap(),
        es384: EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(),
        enc_rsa: RsaPrivate::generate("p").unwrap(),
        enc_ec: EcPrivate::generate("p").unwrap(),
    })
}

impl Partner {
    /// The public half of what signs `alg`, as a JWK without `alg`.
    pub fn jwk(&self, alg: SigAlg) -> Value {
        let mut jwk = match alg {
            SigAlg::ES256 => self.es256.jwk(),
            SigAlg::RS256 | SigAlg::PS256 => self.rsa.jwk(),
            SigAlg::EdDSA => self.ed.jwk(),
            SigAlg::ES384 => {
                let point = self.es384.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-384", "x": b64u(&point[1..49]), "y": b64u(&point[49..]), "kid": "p_384" })
            }
            SigAlg::HS256 => panic!("no key pair"),
        };
        jwk.as_object_mut().unwrap().remove("alg");
        jwk
    }

    pub fn signature(&self, alg: SigAlg, input: &[u8]) -> Vec<u8> {
        match alg {
            SigAlg::ES256 => self.es256.sign_bytes(input).unwrap(),
            SigAlg::RS256 | SigAlg::PS256 => self.rsa.sign_bytes(alg, input).unwrap(),
            SigAlg::EdDSA => self.ed.sign_bytes(input),
            SigAlg::ES384 => self.es384.sign(&SystemRandom::new(), input).unwrap().as_ref().to_vec(),
            SigAlg::HS256 => panic!("no key pair"),
        }
    }

    /// A JWT with this header, `alg` added.
    pub fn sign(&self, alg: SigAlg, mut header: Value, claims: &Value) -> String {
        header["alg"] = alg.as_str().into();
        self.sign_raw(alg, &header.to_string(), &claims.to_string())
    }

    pub fn sign_raw(&self, alg: SigAlg, header: &str, claims: &str) -> String {
        let input = format!("{}.{}", b64u(header), b64u(claims));
        format!("{input}.{}", b64u(self.signature(alg, input.as_bytes())))
    }

    pub fn encryption_key(&self, rsa: bool) -> EncryptionKey {
        if rsa {
            let (n, e) = self.enc_rsa.public();
            let bytes = |text: &str| zelf_protocol::jose::unb64u(text).unwrap();
            EncryptionKey::rsa(&bytes(&n), &bytes(&e), Some(self.enc_rsa.kid().into())).unwrap()
        } else {
            EncryptionKey::ec(self.enc_ec.public().clone(), Some(self.enc_ec.kid().into()))
        }
    }
}
