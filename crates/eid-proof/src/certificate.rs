//! One certificate: what we read in it (RFC 5280).

use der::oid::ObjectIdentifier;
use der::{Decode as _, Encode as _};
use x509_cert::ext::pkix::certpolicy::CertificatePolicies;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{
    AuthorityInfoAccessSyntax, BasicConstraints, CrlDistributionPoints, ExtendedKeyUsage, KeyUsage, KeyUsages,
};

use crate::key::PublicKey;
use crate::{Kind, Refusal};

/// Longer certificates are refused (docs/eid.md §3.3; those of cards stay under 2 kB).
pub const MAX: usize = 4096;

const SURNAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.4");
const GIVEN_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.42");
const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.5");
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");
const NO_CHECK: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.5");
const OCSP_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");
const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const ANY_PURPOSE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// A parsed certificate with the bytes it came from.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    parsed: x509_cert::Certificate,
}

/// Certificates name people.
impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({} bytes)", self.der.len())
    }
}

impl Certificate {
    /// Strict DER, nothing after it, at most [`MAX`] bytes.
    ///
    /// # Errors
    /// `too_large`, `malformed`.
    pub fn parse(der: &[u8]) -> Result<Certificate, Refusal> {
        if der.len() > MAX {
            return Err(Kind::TooLarge.because("certificate"));
        }
        let parsed = x509_cert::Certificate::from_der(der).map_err(|_| Kind::Malformed.because("certificate"))?;
        Ok(Certificate { der: der.to_vec(), parsed })
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Serial number, big-endian.
    pub fn serial(&self) -> &[u8] {
        self.parsed.tbs_certificate.serial_number.as_bytes()
    }

    pub(crate) fn serial_number(&self) -> x509_cert::serial_number::SerialNumber {
        self.parsed.tbs_certificate.serial_number.clone()
    }

    /// Unix seconds of the first and last moment of validity.
    pub fn validity(&self) -> (i64, i64) {
        let unix = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
        let validity = self.parsed.tbs_certificate.validity;
        (unix(validity.not_before), unix(validity.not_after))
    }

    /// DER of the subject's name.
    pub fn subject(&self) -> Vec<u8> {
        self.parsed.tbs_certificate.subject.to_der().unwrap_or_default()
    }

    /// DER of the issuer's name.
    pub fn issuer(&self) -> Vec<u8> {
        self.parsed.tbs_certificate.issuer.to_der().unwrap_or_default()
    }

    pub(crate) fn subject_name(&self) -> &x509_cert::name::Name {
        &self.parsed.tbs_certificate.subject
    }

    /// The bits of the public key (what an OCSP certificate id hashes).
    pub(crate) fn key_bits(&self) -> &[u8] {
        self.parsed.tbs_certificate.subject_public_key_info.subject_public_key.raw_bytes()
    }

    pub(crate) fn key(&self) -> Option<PublicKey<'_>> {
        PublicKey::of(&self.parsed.tbs_certificate.subject_public_key_info)
    }

    /// Surname in the subject.
    pub fn surname(&self) -> Option<String> {
        self.attribute(SURNAME)
    }

    /// Given names in the subject.
    pub fn given_names(&self) -> Option<String> {
        self.attribute(GIVEN_NAME)
    }

    /// National number in the subject (serialNumber; a `PNOBE-` in front is dropped).
    pub fn national_number(&self) -> Option<String> {
        let number = self.attribute(SERIAL_NUMBER)?;
        Some(number.strip_prefix("PNOBE-").unwrap_or(&number).to_owned())
    }

    /// An attribute of the subject that stands there once, as text without control characters.
    fn attribute(&self, oid: ObjectIdentifier) -> Option<String> {
        let mut found = self
            .parsed
            .tbs_certificate
            .subject
            .0
            .iter()
            .flat_map(|set| set.0.iter())
            .filter(|attribute| attribute.oid == oid);
        let value = &found.next()?.value;
        if found.next().is_some() {
            return None;
        }
        // UTF8String and PrintableString are UTF-8 inside; TeletexString of old certificates only when it happens to be.
        let text = std::str::from_utf8(value.value()).ok()?;
        (text.len() <= 256 && !text.chars().any(char::is_control)).then(|| text.trim().to_owned())
    }

    fn extension<'a, T: der::Decode<'a> + der::oid::AssociatedOid>(&'a self) -> Option<T> {
        self.parsed.tbs_certificate.get::<T>().ok().flatten().map(|(_, value)| value)
    }

    fn usage(&self, usage: KeyUsages) -> bool {
        self.extension::<KeyUsage>().is_some_and(|bits| bits.0.contains(usage))
    }

    /// keyUsage digitalSignature.
    pub fn signs(&self) -> bool {
        self.usage(KeyUsages::DigitalSignature)
    }

    /// keyUsage nonRepudiation.
    pub fn binds(&self) -> bool {
        self.usage(KeyUsages::NonRepudiation)
    }

    /// A CA: basicConstraints and keyUsage keyCertSign.
    pub fn signs_certificates(&self) -> bool {
        self.extension::<BasicConstraints>().is_some_and(|basic| basic.ca) && self.usage(KeyUsages::KeyCertSign)
    }

    /// keyUsage cRLSign.
    pub(crate) fn signs_lists(&self) -> bool {
        self.usage(KeyUsages::CRLSign)
    }

    /// extendedKeyUsage is absent or allows clientAuth.
    pub fn may_authenticate(&self) -> bool {
        let allowed = |uses: ExtendedKeyUsage| uses.0.iter().any(|oid| *oid == CLIENT_AUTH || *oid == ANY_PURPOSE);
        self.extension::<ExtendedKeyUsage>().is_none_or(allowed)
    }

    /// A delegated OCSP responder whose own revocation needs no look (RFC 6960 §4.2.2.2).
    pub fn answers_ocsp(&self) -> bool {
        let named = self.extension::<ExtendedKeyUsage>().is_some_and(|uses| uses.0.contains(&OCSP_SIGNING));
        let extensions = self.parsed.tbs_certificate.extensions.as_deref().unwrap_or_default();
        named && extensions.iter().any(|extension| extension.extn_id == NO_CHECK)
    }

    /// Certificate policies, dotted.
    pub fn policies(&self) -> Vec<String> {
        let policies = self.extension::<CertificatePolicies>().map(|policies| policies.0).unwrap_or_default();
        policies.iter().map(|policy| policy.policy_identifier.to_string()).collect()
    }

    /// Addresses of OCSP responders.
    pub fn ocsp_urls(&self) -> Vec<String> {
        self.access(OCSP)
    }

    /// Addresses of the issuer's certificate.
    pub fn issuer_urls(&self) -> Vec<String> {
        self.access(ISSUERS)
    }

    fn access(&self, method: ObjectIdentifier) -> Vec<String> {
        let all = self.extension::<AuthorityInfoAccessSyntax>().map(|access| access.0).unwrap_or_default();
        all.iter().filter(|access| access.access_method == method).filter_map(|a| uri(&a.access_location)).collect()
    }

    /// Addresses of revocation lists.
    pub fn crl_urls(&self) -> Vec<String> {
        let points = self.extension::<CrlDistributionPoints>().map(|points| points.0).unwrap_or_default();
        let names = |point: &DistributionPoint| match &point.distribution_point {
            Some(DistributionPointName::FullName(names)) => names.iter().filter_map(uri).collect(),
            _ => Vec::new(),
        };
        points.iter().flat_map(names).collect()
    }
}

fn uri(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::UniformResourceIdentifier(uri) => Some(uri.as_str().to_owned()),
        _ => None,
    }
}
