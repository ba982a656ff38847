//! Encrypting to a partner.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::rand;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPublicEncryptingKey};
use serde::Serialize;
use zeroize::Zeroizing;

use super::derive::{self, Key, Parties};
use super::{EncryptionKey, Material};
use crate::jose::{Encryption, JoseError, Jwk, KeyAlg, PublicKey, b64u};

#[derive(Serialize)]
struct Header<'a> {
    alg: KeyAlg,
    enc: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cty: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epk: Option<Jwk>,
}

/// Encrypts `plain` into a compact JWE; `cty` is `JWT` when it holds a signed one. Content key, IV and ephemeral key are fresh.
///
/// # Errors
/// `BadKey` when the key is not one for this algorithm.
pub fn encrypt(key: &EncryptionKey, how: Encryption, cty: Option<&str>, plain: &[u8]) -> Result<String, JoseError> {
    let Encryption { alg, enc } = how;
    let (content, wrapped, epk) = match &key.material {
        Material::Rsa(public) if alg.is_rsa() => {
            let content = fresh(enc.key_len())?;
            let wrapped = oaep(public, alg, &content)?;
            (content, wrapped, None)
        }
        Material::Ec(public) if alg.is_ec() => {
            let (content, wrapped, epk) = to_point(public, how)?;
            (content, wrapped, Some(epk))
        }
        Material::Secret(secret) if alg == KeyAlg::Dir => (derive::from_secret(secret, enc), Vec::new(), None),
        _ => return Err(JoseError::BadKey),
    };
    let header = Header { alg, enc: enc.as_str(), kid: key.kid.as_deref(), cty, epk };
    let header = b64u(serde_json::to_vec(&header).map_err(|_| JoseError::Malformed)?);
    let iv = fresh(enc.iv_len())?;
    let (text, tag) = enc.seal(&content, &iv, header.as_bytes(), plain)?;
    Ok(format!("{header}.{}.{}.{}.{}", b64u(wrapped), b64u(&*iv), b64u(text), b64u(tag)))
}

fn fresh(length: usize) -> Result<Key, JoseError> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    rand::fill(&mut bytes).map_err(|_| JoseError::BadKey)?;
    Ok(bytes)
}

pub(super) fn hashes(alg: KeyAlg) -> &'static OaepAlgorithm {
    if alg == KeyAlg::RsaOaep { &OAEP_SHA1_MGF1SHA1 } else { &OAEP_SHA256_MGF1SHA256 }
}

fn oaep(public: &OaepPublicEncryptingKey, alg: KeyAlg, content: &[u8]) -> Result<Vec<u8>, JoseError> {
    let mut out = vec![0; public.ciphertext_size()];
    let length = public.encrypt(hashes(alg), content, &mut out, None).map_err(|_| JoseError::BadKey)?.len();
    out.truncate(length);
    Ok(out)
}

/// Content key, wrapped key, ephemeral key.
fn to_point(public: &PublicKey, how: Encryption) -> Result<(Key, Vec<u8>, Jwk), JoseError> {
    let bad = |_| JoseError::BadKey;
    let ephemeral = PrivateKey::generate(&ECDH_P256).map_err(bad)?;
    let epk = PublicKey::from_point(ephemeral.compute_public_key().map_err(bad)?.as_ref())?.jwk();
    let agreed = derive::agreed(&ephemeral, public, how.alg, how.enc, &Parties::default())?;
    if how.alg == KeyAlg::EcdhEs {
        return Ok((agreed, Vec::new(), epk));
    }
    let content = fresh(how.enc.key_len())?;
    let wrapped = derive::wrap(&agreed, &content)?;
    Ok((content, wrapped, epk))
}
