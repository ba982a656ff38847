//! Asking whether a certificate still holds (RFC 6960): the request, and the judgement of its answer. No soft fail.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use der::asn1::{Null, OctetString};
use der::oid::ObjectIdentifier;
use der::{Any, Decode as _, Encode as _};
use pki_types::CertificateDer;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::CrlReason;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspRequest, OcspResponse, OcspResponseStatus, Request,
    ResponderId, SingleResponse, TbsRequest, Version,
};

use crate::certificate::Certificate;
use crate::key::{Hash, Scheme};
use crate::{Kind, Refusal, chain};

/// Longer answers are refused.
pub const MAX: usize = 32 * 1024;
/// Answers without our nonce may be this old.
const FRESH: i64 = 12 * 3600;
/// Clocks may differ by this much.
pub(crate) const SKEW: i64 = 300;

const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");

/// A question about one certificate.
#[derive(Clone)]
pub struct Question {
    id: CertId,
    nonce: [u8; 16],
    /// DER, to be posted as `application/ocsp-request`.
    pub request: Vec<u8>,
}

/// The question about `leaf`, which `issuer` issued; `nonce` is fresh.
///
/// # Errors
/// `malformed`: a certificate that cannot be named.
pub fn question(leaf: &Certificate, issuer: &Certificate, nonce: [u8; 16]) -> Result<Question, Refusal> {
    make(leaf, issuer, nonce).map_err(|_| Kind::Malformed.because("certificate id"))
}

fn make(leaf: &Certificate, issuer: &Certificate, nonce: [u8; 16]) -> Result<Question, der::Error> {
    // SHA-1 names the issuer here and protects nothing: every responder understands it.
    let hash = |bytes: &[u8]| OctetString::new(digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref());
    let id = CertId {
        hash_algorithm: AlgorithmIdentifierOwned { oid: SHA1, parameters: Some(Any::from(Null)) },
        issuer_name_hash: hash(&issuer.subject())?,
        issuer_key_hash: hash(issuer.key_bits())?,
        serial_number: leaf.serial_number(),
    };
    let extn_value = OctetString::new(OctetString::new(nonce)?.to_der()?)?;
    let request = OcspRequest {
        tbs_request: TbsRequest {
            version: Version::default(),
            requestor_name: None,
            request_list: vec![Request { req_cert: id.clone(), single_request_extensions: None }],
            request_extensions: Some(vec![Extension { extn_id: NONCE, critical: false, extn_value }]),
        },
        optional_signature: None,
    };
    Ok(Question { id, nonce, request: request.to_der()? })
}

impl Question {
    /// Judges the answer at `now`: signed by the issuer itself or a responder it appointed, about this certificate, with our nonce
    /// or at most twelve hours old, not past its own end; and good.
    ///
    /// # Errors
    /// `certificate_revoked`, `certificate_suspended`; `revocation_invalid`, `revocation_unreachable` when it says nothing.
    pub fn judge(&self, answer: &[u8], issuer: &Certificate, now: i64) -> Result<(), Refusal> {
        let invalid = |why| Kind::RevocationInvalid.because(why);
        let (basic, signed) = opened(answer)?;
        let responder = signer(&basic, &signed, issuer, now).ok_or(invalid("nobody who may sign the answer"))?;
        if !named(&basic.tbs_response_data.responder_id, &responder) {
            return Err(invalid("the answer names another responder"));
        }
        let data = &basic.tbs_response_data;
        let critical = |all: &Option<Vec<Extension>>| all.iter().flatten().any(|e| e.critical && e.extn_id != NONCE);
        let single = data.responses.iter().find(|single| self.is_about(&single.cert_id));
        let single = single.ok_or(invalid("an answer about another certificate"))?;
        if critical(&data.response_extensions) || critical(&single.single_extensions) {
            return Err(invalid("a critical extension"));
        }
        self.fresh(&basic, single, now)?;
        match &single.cert_status {
            CertStatus::Good(_) => Ok(()),
            CertStatus::Revoked(info) if info.revocation_reason == Some(CrlReason::CertificateHold) => {
                Err(Kind::CertificateSuspended.because("on hold"))
            }
            CertStatus::Revoked(_) => Err(Kind::CertificateRevoked.because("revoked")),
            CertStatus::Unknown(_) => Err(invalid("the responder does not know the certificate")),
        }
    }

    fn is_about(&self, id: &CertId) -> bool {
        id.hash_algorithm.oid == SHA1
            && id.issuer_name_hash == self.id.issuer_name_hash
            && id.issuer_key_hash == self.id.issuer_key_hash
            && id.serial_number == self.id.serial_number
    }

    fn fresh(&self, basic: &BasicOcspResponse, single: &SingleResponse, now: i64) -> Result<(), Refusal> {
        let invalid = |why| Err(Kind::RevocationInvalid.because(why));
        let nonce = basic.nonce();
        let ours = nonce.as_ref().is_some_and(|nonce| nonce.0.as_bytes() == self.nonce);
        if nonce.is_some() && !ours {
            return invalid("another nonce");
        }
        let since = unix(single.this_update);
        if since > now + SKEW {
            return invalid("an answer from the future");
        }
        let until = single.next_update.map(unix);
        if until.is_some_and(|until| until + SKEW < now) {
            return invalid("the answer's time is over");
        }
        let old = since + FRESH < now;
        if old && (!ours || until.is_none()) { invalid("an old answer") } else { Ok(()) }
    }
}

/// The basic response, and the bytes that were signed as they came.
fn opened(answer: &[u8]) -> Result<(BasicOcspResponse, Vec<u8>), Refusal> {
    let invalid = |why| Kind::RevocationInvalid.because(why);
    if answer.len() > MAX {
        return Err(invalid("a long answer"));
    }
    let response = OcspResponse::from_der(answer).map_err(|_| invalid("not an OCSP answer"))?;
    match response.response_status {
        OcspResponseStatus::Successful => {}
        OcspResponseStatus::TryLater | OcspResponseStatus::InternalError => {
            return Err(Kind::RevocationUnreachable.because("the responder says later"));
        }
        _ => return Err(invalid("the responder refuses")),
    }
    let body = response.response_bytes.filter(|body| body.response_type == BASIC).ok_or(invalid("kind of answer"))?;
    let bytes = body.response.as_bytes();
    let basic = BasicOcspResponse::from_der(bytes).map_err(|_| invalid("not a basic answer"))?;
    let signed = first_inside(bytes).ok_or(invalid("not a basic answer"))?;
    Ok((basic, signed.to_vec()))
}

/// The first element inside a SEQUENCE, header included.
pub(crate) fn first_inside(sequence: &[u8]) -> Option<&[u8]> {
    let header = match sequence.get(1)? {
        0x00..=0x7F => 2,
        long => 2 + usize::from(long & 0x7F),
    };
    eid_card::der::element(sequence.get(header..)?)
}

/// Whose signature the answer bears: the issuer's, or that of a responder which the issuer appointed. At most four candidates.
fn signer(basic: &BasicOcspResponse, signed: &[u8], issuer: &Certificate, now: i64) -> Option<Certificate> {
    let scheme = scheme(basic.signature_algorithm.oid)?;
    let signature = basic.signature.as_bytes()?;
    let by = |candidate: &Certificate| candidate.key().is_some_and(|key| key.verifies(scheme, signed, signature));
    if by(issuer) {
        return Some(issuer.clone());
    }
    let anchor = CertificateDer::from_slice(issuer.der());
    let embedded = basic.certs.iter().flatten().take(4).filter_map(|c| Certificate::parse(&c.to_der().ok()?).ok());
    let appointed = |c: &Certificate| {
        c.issuer() == issuer.subject() && c.answers_ocsp() && chain::path(c, &[], &anchor, now).is_ok()
    };
    embedded.into_iter().find(|candidate| by(candidate) && appointed(candidate))
}

pub(crate) fn scheme(oid: ObjectIdentifier) -> Option<Scheme> {
    Some(match oid.to_string().as_str() {
        "1.2.840.113549.1.1.11" => Scheme::Rsa(Hash::Sha256),
        "1.2.840.113549.1.1.12" => Scheme::Rsa(Hash::Sha384),
        "1.2.840.113549.1.1.13" => Scheme::Rsa(Hash::Sha512),
        "1.2.840.10045.4.3.2" => Scheme::EcDer(Hash::Sha256),
        "1.2.840.10045.4.3.3" => Scheme::EcDer(Hash::Sha384),
        "1.2.840.10045.4.3.4" => Scheme::EcDer(Hash::Sha512),
        _ => return None,
    })
}

fn named(id: &ResponderId, responder: &Certificate) -> bool {
    match id {
        ResponderId::ByName(name) => name == responder.subject_name(),
        ResponderId::ByKey(hash) => {
            hash.as_bytes() == digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, responder.key_bits()).as_ref()
        }
    }
}

fn unix(time: OcspGeneralizedTime) -> i64 {
    i64::try_from(time.0.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}
