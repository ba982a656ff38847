//! Certificates of the test PKI: what stands in them, as in Belgium's own.

use der::asn1::Ia5String;
use der::{Encode as _, oid::ObjectIdentifier};
use rcgen::string::PrintableString;
use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, CustomExtension, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose, SerialNumber,
};
use x509_cert::ext::pkix::certpolicy::{CertificatePolicies, PolicyInformation};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AccessDescription, AuthorityInfoAccessSyntax};

use crate::pki::PkiError;

const POLICIES: &[u64] = &[2, 5, 29, 32];
const AUTHORITY_INFO: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
const NO_CHECK: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 5];
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");

/// What a certificate of ours shall say.
#[derive(Clone, Default)]
pub struct Wanted {
    pub common_name: String,
    /// serialNumber of the subject: a year and number for a CA, the national number for a person.
    pub subject_number: String,
    pub surname: String,
    pub given_names: String,
    /// Path length of a CA; leaves have none.
    pub ca: Option<u8>,
    pub usages: Vec<KeyUsagePurpose>,
    pub extended: Vec<ExtendedKeyUsagePurpose>,
    /// Dotted policy OID.
    pub policy: Option<&'static str>,
    pub ocsp: Option<String>,
    pub issuer_at: Option<String>,
    pub crl: Option<String>,
    /// For OCSP responders: their own certificate is not looked up (RFC 6960 §4.2.2.2.1).
    pub no_check: bool,
    /// Random when empty.
    pub serial: Vec<u8>,
    /// Unix seconds.
    pub valid: (i64, i64),
}

impl Wanted {
    /// In rcgen's words.
    ///
    /// # Errors
    /// [`PkiError::Text`] when a text has no place in a certificate.
    pub fn params(&self) -> Result<CertificateParams, PkiError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = self.name()?;
        params.not_before = rcgen::date_time_ymd(1970, 1, 1) + seconds(self.valid.0);
        params.not_after = rcgen::date_time_ymd(1970, 1, 1) + seconds(self.valid.1);
        params.is_ca = self.ca.map_or(IsCa::NoCa, |length| IsCa::Ca(BasicConstraints::Constrained(length)));
        params.key_usages.clone_from(&self.usages);
        params.extended_key_usages.clone_from(&self.extended);
        params.use_authority_key_identifier_extension = true;
        params.crl_distribution_points =
            self.crl.iter().map(|uri| CrlDistributionPoint { uris: vec![uri.clone()] }).collect();
        params.serial_number = (!self.serial.is_empty()).then(|| SerialNumber::from_slice(&self.serial));
        params.custom_extensions = self.extensions()?;
        Ok(params)
    }

    fn name(&self) -> Result<DistinguishedName, PkiError> {
        let printable = |text: &str| PrintableString::try_from(text).map(DnValue::PrintableString);
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, printable("BE").map_err(|_| PkiError::Text)?);
        name.push(DnType::CommonName, self.common_name.as_str());
        for (oid, text) in [(4, &self.surname), (42, &self.given_names)] {
            if !text.is_empty() {
                name.push(DnType::from_oid(&[2, 5, 4, oid]), text.as_str());
            }
        }
        if !self.subject_number.is_empty() {
            let number = printable(&self.subject_number).map_err(|_| PkiError::Text)?;
            name.push(DnType::from_oid(&[2, 5, 4, 5]), number);
        }
        Ok(name)
    }

    fn extensions(&self) -> Result<Vec<CustomExtension>, PkiError> {
        let text = |_| PkiError::Text;
        let mut all = Vec::new();
        if let Some(policy) = self.policy {
            let policy_identifier = ObjectIdentifier::new(policy).map_err(|_| PkiError::Text)?;
            let policies = CertificatePolicies(vec![PolicyInformation { policy_identifier, policy_qualifiers: None }]);
            all.push(CustomExtension::from_oid_content(POLICIES, policies.to_der().map_err(text)?));
        }
        let at = |method: ObjectIdentifier, uri: &String| {
            let access_location = GeneralName::UniformResourceIdentifier(Ia5String::new(uri)?);
            Ok(AccessDescription { access_method: method, access_location })
        };
        let places = self.issuer_at.iter().map(|uri| at(ISSUERS, uri));
        let places: Result<Vec<_>, der::Error> = places.chain(self.ocsp.iter().map(|uri| at(OCSP, uri))).collect();
        let places = AuthorityInfoAccessSyntax(places.map_err(text)?);
        if !places.0.is_empty() {
            all.push(CustomExtension::from_oid_content(AUTHORITY_INFO, places.to_der().map_err(text)?));
        }
        if self.no_check {
            all.push(CustomExtension::from_oid_content(NO_CHECK, vec![5, 0]));
        }
        Ok(all)
    }
}

/// rcgen's clock counts from a civil date; dates before 1970 have no place here.
pub(crate) fn seconds(unix: i64) -> std::time::Duration {
    std::time::Duration::from_secs(u64::try_from(unix).unwrap_or(0))
}
