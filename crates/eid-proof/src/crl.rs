//! The list of what a root has revoked (RFC 5280 §5): the National Register's certificate, and the CAs that issue the holders'.

use der::oid::ObjectIdentifier;
use der::{Decode as _, Encode as _};
use x509_cert::crl::CertificateList;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::crl::dp::IssuingDistributionPoint;

use crate::certificate::Certificate;
use crate::ocsp::{SKEW, first_inside, scheme};
use crate::{Kind, Refusal};

/// Longer lists are refused; those of roots name a few CAs.
pub const MAX: usize = 60 * 1024;

const DISTRIBUTION_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");

/// Judges at `now` that none of `certificates`, all issued by `issuer`, is on the list. The list is the issuer's own and whole,
/// signed, and not past its end.
///
/// # Errors
/// `certificate_revoked`, `revocation_invalid`.
pub fn judge(list: &[u8], certificates: &[&Certificate], issuer: &Certificate, now: i64) -> Result<(), Refusal> {
    let invalid = |why| Kind::RevocationInvalid.because(why);
    if list.len() > MAX {
        return Err(invalid("a long list"));
    }
    let read = CertificateList::from_der(list).map_err(|_| invalid("not a revocation list"))?;
    let body = &read.tbs_cert_list;
    if body.issuer.to_der().ok() != Some(issuer.subject()) {
        return Err(invalid("another issuer's list"));
    }
    let signed = first_inside(list).ok_or(invalid("not a revocation list"))?;
    let signature = read.signature.as_bytes().ok_or(invalid("the list's signature"))?;
    let scheme = scheme(read.signature_algorithm.oid).ok_or(invalid("the list's algorithm"))?;
    if !issuer.key().is_some_and(|key| key.verifies(scheme, signed, signature)) || !issuer.signs_lists() {
        return Err(invalid("the list's signature"));
    }
    if unix(body.this_update) > now + SKEW {
        return Err(invalid("a list from the future"));
    }
    // Without an end nobody could tell an old list from today's.
    if body.next_update.is_none_or(|until| unix(until) + SKEW < now) {
        return Err(invalid("the list's time is over"));
    }
    if !body.crl_extensions.iter().flatten().all(covers_everything) {
        return Err(invalid("a list of a part"));
    }
    for entry in body.revoked_certificates.iter().flatten() {
        if certificates.iter().any(|certificate| certificate.serial() == entry.serial_number.as_bytes()) {
            return Err(Kind::CertificateRevoked.because("on its issuer's list"));
        }
    }
    Ok(())
}

/// When the next list is due, in unix seconds; nothing of the list is believed for that.
pub fn next_update(list: &[u8]) -> Option<i64> {
    if list.len() > MAX {
        return None;
    }
    CertificateList::from_der(list).ok()?.tbs_cert_list.next_update.map(unix)
}

fn unix(time: x509_cert::time::Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}

/// Whether an extension leaves the list whole: a distribution point that holds back no certificates and no reasons, or anything
/// that is not critical.
fn covers_everything(extension: &Extension) -> bool {
    if extension.extn_id != DISTRIBUTION_POINT {
        return !extension.critical;
    }
    let point = IssuingDistributionPoint::from_der(extension.extn_value.as_bytes());
    point.is_ok_and(|point| {
        !point.only_contains_user_certs
            && !point.only_contains_ca_certs
            && !point.only_contains_attribute_certs
            && !point.indirect_crl
            && point.only_some_reasons.is_none()
    })
}
