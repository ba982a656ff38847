//! The Web eID authentication token: who holds the card's authentication key and knows its PIN signed our origin and our nonce.
//! Format: <https://github.com/web-eid/web-eid-system-architecture-doc>, `web-eid:1.0`; 1.1 is tolerated.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::eid::WebEidToken;

use crate::certificate::{self, Certificate};
use crate::key::{Hash, PublicKey, Scheme};
use crate::{Kind, Refusal};

/// Policies of authentication certificates, citizens' and foreigners', oldest roots first.
const POLICIES: [&str; 10] = [
    "2.16.56.1.1.1.2.2",
    "2.16.56.9.1.1.2.2",
    "2.16.56.10.1.1.2.2",
    "2.16.56.12.1.1.2.2",
    "2.16.56.1.1.1.7.2",
    "2.16.56.9.1.1.7.2",
    "2.16.56.10.1.1.7.2",
    "2.16.56.12.1.1.7.2",
    "2.16.56.13.6.1.1.1000",
    "2.16.56.13.6.2.1.1000",
];

/// A token whose form is right; its signature is not yet looked at.
#[derive(Clone)]
pub struct Token {
    pub certificate: Certificate,
    scheme: Scheme,
    hash: Hash,
    signature: Vec<u8>,
}

/// Reads a token: lengths, format, algorithm, certificate.
///
/// # Errors
/// `too_large`, `malformed`.
pub fn read(token: &WebEidToken) -> Result<Token, Refusal> {
    let malformed = |why| Kind::Malformed.because(why);
    let length = token.unverified_certificate.len() + token.signature.len();
    if length > 10_000 || token.app_version.len() > 255 || token.format.len() > 20 || token.algorithm.len() > 5 {
        return Err(Kind::TooLarge.because("token"));
    }
    let minor = token.format.strip_prefix("web-eid:1").ok_or(malformed("the token's format"))?;
    let known = minor.strip_prefix('.').is_some_and(|m| !m.is_empty() && m.bytes().all(|b| b.is_ascii_digit()));
    if !minor.is_empty() && !known {
        return Err(malformed("the token's format"));
    }
    let (scheme, hash) = algorithm(&token.algorithm).ok_or(malformed("the token's algorithm"))?;
    let decode = |text: &str, most: usize| {
        let bytes = STANDARD.decode(text).map_err(|_| malformed("base64 in the token"))?;
        if bytes.len() > most { Err(Kind::TooLarge.because("token")) } else { Ok(bytes) }
    };
    let certificate = Certificate::parse(&decode(&token.unverified_certificate, certificate::MAX)?)?;
    Ok(Token { certificate, scheme, hash, signature: decode(&token.signature, 1024)? })
}

fn algorithm(name: &str) -> Option<(Scheme, Hash)> {
    let hash = match name.get(2..)? {
        "256" => Hash::Sha256,
        "384" => Hash::Sha384,
        "512" => Hash::Sha512,
        _ => return None,
    };
    let scheme = match name.get(..2)? {
        "ES" => Scheme::EcRaw(hash),
        "RS" => Scheme::Rsa(hash),
        "PS" => Scheme::Pss(hash),
        _ => return None,
    };
    Some((scheme, hash))
}

/// What an authentication certificate must say of itself.
///
/// # Errors
/// `certificate_purpose`.
pub fn purpose(certificate: &Certificate) -> Result<(), Refusal> {
    let wrong = |why| Err(Kind::CertificatePurpose.because(why));
    if !certificate.policies().iter().any(|policy| POLICIES.contains(&policy.as_str())) {
        return wrong("no policy for authentication");
    }
    if !certificate.signs() || certificate.binds() {
        return wrong("key usage");
    }
    if certificate.may_authenticate() { Ok(()) } else { wrong("extended key usage") }
}

impl Token {
    /// The signature over H(origin) ‖ H(nonce): `origin` is ours, `nonce` the base64 text that we gave.
    ///
    /// # Errors
    /// `possession`.
    pub fn signed_by_holder(&self, origin: &str, nonce: &str) -> Result<(), Refusal> {
        let key = self.certificate.key().ok_or(Kind::Possession.because("kind of key"))?;
        let fits = matches!(
            (key, self.scheme),
            (PublicKey::Rsa(_), Scheme::Rsa(_) | Scheme::Pss(_)) | (PublicKey::Ec(..), Scheme::EcRaw(_))
        );
        if !fits {
            return Err(Kind::Possession.because("algorithm and key do not fit"));
        }
        let signed = [self.hash.of(origin.as_bytes()), self.hash.of(nonce.as_bytes())].concat();
        if key.verifies(self.scheme, &signed, &self.signature) {
            Ok(())
        } else {
            Err(Kind::Possession.because("signature over origin and nonce"))
        }
    }
}
