//! From a certificate to a pinned root: signatures, dates, CA constraints (RFC 5280 §6, through webpki).

use std::time::Duration;

use pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use webpki::aws_lc_rs as algorithms;
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter};

use crate::certificate::Certificate;
use crate::roots::{Root, Roots};
use crate::{Kind, Refusal};

/// What certificates may be signed with; SHA-1 is not among them.
pub(crate) static ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    algorithms::ECDSA_P256_SHA256,
    algorithms::ECDSA_P256_SHA384,
    algorithms::ECDSA_P384_SHA256,
    algorithms::ECDSA_P384_SHA384,
    algorithms::ECDSA_P521_SHA512,
    algorithms::RSA_PKCS1_2048_8192_SHA256,
    algorithms::RSA_PKCS1_2048_8192_SHA384,
    algorithms::RSA_PKCS1_2048_8192_SHA512,
];

/// Extended key usage is judged by [`Certificate`], not along the path.
struct AnyUse;

impl ExtendedKeyUsageValidator for AnyUse {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}

/// The pinned root that `leaf` leads to, directly or through `issuer`, at `now`.
///
/// # Errors
/// `certificate_chain`, `certificate_expired`.
pub(crate) fn verify<'r>(
    leaf: &Certificate,
    issuer: Option<&Certificate>,
    roots: &'r Roots,
    now: i64,
) -> Result<&'r Root, Refusal> {
    let top = issuer.unwrap_or(leaf).issuer();
    let mut outcome = Kind::CertificateChain.because("no pinned root of that name");
    for root in roots.all().iter().filter(|root| root.certificate.subject() == top) {
        match under(leaf, issuer, root, now) {
            Ok(()) => return Ok(root),
            Err(refusal) => outcome = refusal,
        }
    }
    Err(outcome)
}

/// Whether `leaf` leads to `root`, directly or through `issuer`.
fn under(leaf: &Certificate, issuer: Option<&Certificate>, root: &Root, now: i64) -> Result<(), Refusal> {
    let (from, to) = root.certificate.validity();
    if now < from || now > to {
        return Err(Kind::CertificateChain.because("the root's time is over"));
    }
    if issuer.is_some_and(|ca| !ca.signs_certificates()) {
        return Err(Kind::CertificateChain.because("the issuer is no CA"));
    }
    let anchor = root.der();
    let intermediates: Vec<_> = issuer.iter().map(|ca| CertificateDer::from_slice(ca.der())).collect();
    path(leaf, &intermediates, &anchor, now)
}

/// webpki's path building with one anchor.
pub(crate) fn path(
    leaf: &Certificate,
    intermediates: &[CertificateDer<'_>],
    anchor: &CertificateDer<'_>,
    now: i64,
) -> Result<(), Refusal> {
    let leaf = CertificateDer::from_slice(leaf.der());
    let leaf = EndEntityCert::try_from(&leaf).map_err(|_| Kind::CertificateChain.because("not an end entity"))?;
    let anchors = [webpki::anchor_from_trusted_cert(anchor).map_err(|_| Kind::CertificateChain.because("anchor"))?];
    let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now).unwrap_or(0)));
    let found = leaf.verify_for_usage(ALGORITHMS, &anchors, intermediates, time, AnyUse, None, None);
    found.map(|_| ()).map_err(|error| refusal(&error))
}

fn refusal(error: &Error) -> Refusal {
    match error {
        Error::CertExpired { .. } => Kind::CertificateExpired.because("a certificate's time is over"),
        Error::CertNotValidYet { .. } => Kind::CertificateExpired.because("a certificate's time has not come"),
        Error::CaUsedAsEndEntity => Kind::CertificatePurpose.because("a CA's certificate"),
        _ => Kind::CertificateChain.because("the path does not hold"),
    }
}
