//! What a host's certificate says: until when, and whether somebody checked the organisation behind it.

use der::Decode as _;
use x509_cert::Certificate;
use x509_cert::ext::pkix::CertificatePolicies;

/// Organisation validated, individual validated, extended validation (CA/Browser Forum, Baseline Requirements §7.1.6.1).
const VETTED: [&str; 3] = ["2.23.140.1.2.2", "2.23.140.1.2.3", "2.23.140.1.1"];
/// Domain validated: only that somebody held the name for a moment.
const DOMAIN_ONLY: &str = "2.23.140.1.2.1";
/// `organizationName` (X.520).
const ORGANIZATION: &str = "2.5.4.10";

/// A host's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCertificate {
    /// Unix seconds.
    pub ends_at: i64,
    /// The authority checked who the organisation is (OV, EV).
    pub vetted: bool,
}

/// Reads a certificate; `None` for what is none.
pub(super) fn read(der: &[u8]) -> Option<HostCertificate> {
    let body = Certificate::from_der(der).ok()?.tbs_certificate;
    let ends_at = i64::try_from(body.validity.not_after.to_unix_duration().as_secs()).ok()?;
    let policies = body.get::<CertificatePolicies>().ok().flatten().map(|(_, policies)| policies.0).unwrap_or_default();
    let names = |oid: &str| policies.iter().any(|policy| policy.policy_identifier.to_string() == oid);
    // Authorities of one's own name no policy: then the name in it tells.
    let organization = || {
        let mut parts = body.subject.0.iter().flat_map(|set| set.0.iter());
        parts.any(|part| part.oid.to_string() == ORGANIZATION)
    };
    let vetted = VETTED.iter().any(|oid| names(oid)) || (!names(DOMAIN_ONLY) && organization());
    Some(HostCertificate { ends_at, vetted })
}
