//! Certificates of partners (RFC 8705): who came, and to what its tokens are bound.

use base64::Engine as _;
use der::Decode as _;
use serde_json::{Value, json};
use x509_cert::name::Name;

use crate::jose::{KeySet, VerifyKey, b64u, sha256};

/// Largest certificate we read, in bytes.
const MAX_BYTES: usize = 16 * 1024;

const EC: &str = "1.2.840.10045.2.1";
const P256: &str = "1.2.840.10045.3.1.7";
const P384: &str = "1.3.132.0.34";
const RSA: &str = "1.2.840.113549.1.1.1";
const ED25519: &str = "1.3.101.112";

/// A client certificate of a connection whose owner proved to hold its key.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// `x5t#S256` (RFC 8705 §3.1).
    pub thumbprint: String,
    /// RFC 4514.
    subject: String,
    /// Thumbprint of its key (RFC 7638); `None` for a kind of key that no set of ours holds.
    key: Option<String>,
    /// Up to an authority that the operator trusts, and in force.
    chained: bool,
}

impl Certificate {
    /// Reads DER. `chained`: whoever accepted the connection verified the path to a trusted authority.
    pub fn read(der: &[u8], chained: bool) -> Option<Certificate> {
        if der.len() > MAX_BYTES {
            return None;
        }
        let cert = x509_cert::Certificate::from_der(der).ok()?;
        let jwk = jwk(&cert.tbs_certificate.subject_public_key_info);
        let key = jwk.and_then(|jwk| VerifyKey::from_value(&jwk).ok()).map(|key| key.thumbprint());
        let subject = cert.tbs_certificate.subject.to_string();
        Some(Certificate { thumbprint: b64u(sha256(der)), subject, key, chained })
    }

    /// RFC 8705 §2.1: of a trusted authority, and this very name (written as RFC 4514 does).
    pub(super) fn is_subject(&self, registered: &str) -> bool {
        let canonical = registered.parse::<Name>().map(|name| name.to_string());
        self.chained && !self.subject.is_empty() && canonical.as_deref().unwrap_or(registered) == self.subject
    }

    /// RFC 8705 §2.2: its key stands in the partner's set.
    pub(super) fn is_among(&self, keys: &KeySet) -> bool {
        self.key.as_ref().is_some_and(|own| keys.iter().any(|key| key.thumbprint() == *own))
    }
}

/// DER of a certificate as a proxy passes it on in a header: RFC 9440 (`:base64:`), PEM with its line ends escaped, or bare base64.
pub fn from_header(text: &str) -> Option<Vec<u8>> {
    if text.len() > 2 * MAX_BYTES {
        return None;
    }
    let text = match text.contains('%') {
        // Not as a form: a plus sign is a digit here.
        true => super::uri::decode(&text.replace('+', "%2B"))?,
        false => text.to_owned(),
    };
    let inside = text.replace("-----BEGIN CERTIFICATE-----", "").replace("-----END CERTIFICATE-----", "");
    let digits: String = inside.chars().filter(|c| !c.is_ascii_whitespace() && *c != ':').collect();
    base64::engine::general_purpose::STANDARD.decode(digits).ok()
}

/// The key of a certificate as a JWK.
fn jwk(info: &x509_cert::spki::SubjectPublicKeyInfoOwned) -> Option<Value> {
    let bits = info.subject_public_key.as_bytes()?;
    match info.algorithm.oid.to_string().as_str() {
        EC => {
            let curve: der::asn1::ObjectIdentifier = info.algorithm.parameters.as_ref()?.decode_as().ok()?;
            let name = match curve.to_string().as_str() {
                P256 => "P-256",
                P384 => "P-384",
                _ => return None,
            };
            let (first, point) = bits.split_first()?;
            let (x, y) = point.split_at_checked(point.len() / 2)?;
            (*first == 4).then(|| json!({ "kty": "EC", "crv": name, "x": b64u(x), "y": b64u(y) }))
        }
        RSA => {
            let key = <Vec<der::asn1::Uint> as der::Decode>::from_der(bits).ok()?;
            let [n, e] = key.as_slice() else { return None };
            Some(json!({ "kty": "RSA", "n": b64u(n.as_bytes()), "e": b64u(e.as_bytes()) }))
        }
        ED25519 => Some(json!({ "kty": "OKP", "crv": "Ed25519", "x": b64u(bits) })),
        _ => None,
    }
}
