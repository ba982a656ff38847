//! Certificates of partners (RFC 8705): who came, and to what its tokens are bound.

use core::net::IpAddr;
use std::ops::Range;

use base64::Engine as _;
use der::Decode as _;
use serde_json::{Value, json};
use x509_cert::TbsCertificate;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;

use super::partner::CertificateName;
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
    /// Its alternative names.
    others: Vec<CertificateName>,
    /// Unix seconds.
    in_force: Range<i64>,
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
        let cert = x509_cert::Certificate::from_der(der).ok()?.tbs_certificate;
        let jwk = jwk(&cert.subject_public_key_info);
        let key = jwk.and_then(|jwk| VerifyKey::from_value(&jwk).ok()).map(|key| key.thumbprint());
        let unix = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).ok();
        Some(Certificate {
            thumbprint: b64u(sha256(der)),
            subject: cert.subject.to_string(),
            others: others(&cert)?,
            in_force: unix(cert.validity.not_before)?..unix(cert.validity.not_after)?.saturating_add(1),
            key,
            chained,
        })
    }

    /// RFC 8705 §2.1: of a trusted authority, and with this very name.
    pub(super) fn bears(&self, registered: &CertificateName) -> bool {
        let same = |own: &CertificateName| match (own, registered) {
            (CertificateName::Dns(own), CertificateName::Dns(wanted)) => own.eq_ignore_ascii_case(wanted),
            _ => own == registered,
        };
        let named = match registered {
            CertificateName::Subject(name) => canonical(name).is_some_and(|name| name == self.subject),
            _ => self.others.iter().any(same),
        };
        self.chained && named
    }

    /// RFC 8705 §2.2: its key stands in the partner's set. Nobody vouches for it; but what its owner called over is over.
    pub(super) fn is_among(&self, keys: &KeySet, now: i64) -> bool {
        let known = |own: &String| keys.iter().any(|key| key.thumbprint() == *own);
        self.in_force.contains(&now) && self.key.as_ref().is_some_and(known)
    }
}

/// A subject as RFC 4514 writes it; spaces after the commas, which RFC 2253 allowed, are taken along. `None` for what is none.
pub(super) fn canonical(subject: &str) -> Option<String> {
    let mut bare = String::with_capacity(subject.len());
    let mut before = [' '; 2];
    for c in subject.trim().chars() {
        let after_comma = before[1] == ',' && before[0] != '\\';
        if !(c == ' ' && after_comma) {
            bare.push(c);
            before = [before[1], c];
        }
    }
    bare.parse::<Name>().ok().map(|name| name.to_string()).filter(|name| !name.is_empty())
}

/// The alternative names of a certificate that a partner may be known by.
fn others(cert: &TbsCertificate) -> Option<Vec<CertificateName>> {
    let Some((_, SubjectAltName(names))) = cert.get::<SubjectAltName>().ok()? else { return Some(Vec::new()) };
    let read = |name: &GeneralName| match name {
        GeneralName::DnsName(name) => Some(CertificateName::Dns(name.to_string())),
        GeneralName::UniformResourceIdentifier(uri) => Some(CertificateName::Uri(uri.to_string())),
        GeneralName::Rfc822Name(address) => Some(CertificateName::Email(address.to_string())),
        GeneralName::IpAddress(bytes) => address(bytes.as_bytes()).map(CertificateName::Ip),
        _ => None,
    };
    Some(names.iter().filter_map(read).collect())
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
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
