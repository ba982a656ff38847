//! What the test PKI's servers answer: OCSP (RFC 6960), revocation lists (RFC 5280 §5), certificates of CAs.

use aws_lc_rs::digest;
use der::asn1::{BitString, GeneralizedTime, Null, OctetString};
use der::{Any, DateTime, Decode as _, Encode as _};
use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevocationReason, RevokedCertParams, SerialNumber};
use x509_cert::Certificate;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::CrlReason;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspRequest, OcspResponse, OcspResponseStatus,
    ResponderId, ResponseData, RevokedInfo, SingleResponse, Version,
};

use crate::Applet;
use crate::certificates::seconds;
use crate::pki::{Authority, Signer, Standing, TestPki, hex};

const NONCE: der::oid::ObjectIdentifier = der::oid::ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");
const SHA256_RSA: der::oid::ObjectIdentifier = der::oid::ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const ECDSA_SHA384: der::oid::ObjectIdentifier = der::oid::ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
/// How long an answer or a list holds.
const HOLDS: i64 = 24 * 3600;

impl TestPki {
    /// Answers `POST /ocsp`, `GET /crl/{name}.crl`, `GET /crt/{name}.crt` below the base URL: media type and body.
    pub fn serve(&self, path: &str, body: &[u8], now: i64) -> Option<(&'static str, Vec<u8>)> {
        let path = path.trim_start_matches('/');
        if path == "ocsp" {
            return Some(("application/ocsp-response", self.ocsp(body, now)));
        }
        if let Some(name) = path.strip_prefix("crl/").and_then(|file| file.strip_suffix(".crl")) {
            return self.crl(name, now).map(|der| ("application/pkix-crl", der));
        }
        let name = path.strip_prefix("crt/")?.strip_suffix(".crt")?;
        let authority = self.authorities().find(|authority| authority.name == name)?;
        Some(("application/pkix-cert", authority.der.clone()))
    }

    /// The answer to an OCSP request, signed by the responder of the CA that it asks about; its nonce comes back.
    pub fn ocsp(&self, request_der: &[u8], now: i64) -> Vec<u8> {
        let refusal =
            |status| OcspResponse { response_status: status, response_bytes: None }.to_der().unwrap_or_default();
        let Ok(request) = OcspRequest::from_der(request_der) else {
            return refusal(OcspResponseStatus::MalformedRequest);
        };
        let Some(first) = request.tbs_request.request_list.first() else {
            return refusal(OcspResponseStatus::MalformedRequest);
        };
        let asked = |authority: &&Authority| names(&first.req_cert, &authority.der);
        let Some((authority, signer)) =
            self.authorities().find(asked).and_then(|authority| Some((authority, authority.responder.as_ref()?)))
        else {
            return refusal(OcspResponseStatus::Unauthorized);
        };
        let answer = self.answer(&request, authority, signer, now);
        answer.unwrap_or_else(|| refusal(OcspResponseStatus::InternalError))
    }

    fn answer(&self, request: &OcspRequest, authority: &Authority, signer: &Signer, now: i64) -> Option<Vec<u8>> {
        let own = Certificate::from_der(&signer.der).ok()?;
        let troubled = self.troubled();
        let single = |cert_id: &CertId| {
            let status =
                if names(cert_id, &authority.der) { status(cert_id, &troubled)? } else { CertStatus::unknown() };
            Some(SingleResponse {
                cert_id: cert_id.clone(),
                cert_status: status,
                this_update: moment(now)?,
                next_update: Some(moment(now + HOLDS)?),
                single_extensions: None,
            })
        };
        let responses: Option<Vec<_>> = request.tbs_request.request_list.iter().map(|r| single(&r.req_cert)).collect();
        let nonce = request.nonce().and_then(|nonce| {
            let extn_value = OctetString::new(nonce.0.to_der().ok()?).ok()?;
            Some(vec![Extension { extn_id: NONCE, critical: false, extn_value }])
        });
        let data = ResponseData {
            version: Version::default(),
            responder_id: ResponderId::ByName(own.tbs_certificate.subject.clone()),
            produced_at: moment(now)?,
            responses: responses?,
            response_extensions: nonce,
        };
        let signature = signer.sign(&data.to_der().ok()?).ok()?;
        let basic = BasicOcspResponse {
            tbs_response_data: data,
            signature_algorithm: algorithm(&own),
            signature: BitString::from_bytes(&signature).ok()?,
            certs: Some(vec![own]),
        };
        OcspResponse::successful(basic).ok()?.to_der().ok()
    }

    /// The revocation list of a CA: `rsa-root`, `rsa-citizen`, `ec-foreigner`…
    pub fn crl(&self, issuer: &str, now: i64) -> Option<Vec<u8>> {
        let authority = self.authorities().find(|authority| authority.name == issuer)?;
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        let revoked = |(serial, standing, since): (String, Standing, i64)| RevokedCertParams {
            serial_number: SerialNumber::from_slice(&bytes(&serial)),
            revocation_time: epoch + seconds(since),
            reason_code: (standing == Standing::Suspended).then_some(RevocationReason::CertificateHold),
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: epoch + seconds(now),
            next_update: epoch + seconds(now + HOLDS),
            crl_number: SerialNumber::from_slice(&now.to_be_bytes()),
            issuing_distribution_point: None,
            revoked_certs: self.troubled().into_iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Some(list.signed_by(&authority.issuer).ok()?.der().to_vec())
    }

    /// Serial number of the National Register's certificate of a family, for tests that revoke it.
    pub fn register_serial(&self, applet: Applet) -> Vec<u8> {
        let certificate = Certificate::from_der(&self.family(applet).register.der);
        certificate.map(|c| c.tbs_certificate.serial_number.as_bytes().to_vec()).unwrap_or_default()
    }
}

/// Whether a certificate id speaks of the CA with this certificate (RFC 6960 §4.1.1; hashes are SHA-1 by custom, or SHA-256).
fn names(id: &CertId, authority: &[u8]) -> bool {
    let Ok(certificate) = Certificate::from_der(authority) else { return false };
    let algorithm = match id.issuer_name_hash.as_bytes().len() {
        20 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        32 => &digest::SHA256,
        _ => return false,
    };
    let name = certificate.tbs_certificate.subject.to_der().unwrap_or_default();
    let key = certificate.tbs_certificate.subject_public_key_info.subject_public_key.raw_bytes().to_vec();
    digest::digest(algorithm, &name).as_ref() == id.issuer_name_hash.as_bytes()
        && digest::digest(algorithm, &key).as_ref() == id.issuer_key_hash.as_bytes()
}

fn status(id: &CertId, troubled: &[(String, Standing, i64)]) -> Option<CertStatus> {
    let serial = hex(id.serial_number.as_bytes());
    let Some((_, standing, since)) = troubled.iter().find(|(known, _, _)| *known == serial) else {
        return Some(CertStatus::good());
    };
    let reason = if *standing == Standing::Suspended { CrlReason::CertificateHold } else { CrlReason::KeyCompromise };
    Some(CertStatus::revoked(RevokedInfo { revocation_time: moment(*since)?, revocation_reason: Some(reason) }))
}

fn algorithm(certificate: &Certificate) -> AlgorithmIdentifierOwned {
    let elliptic = certificate.tbs_certificate.subject_public_key_info.algorithm.oid.to_string() == "1.2.840.10045.2.1";
    if elliptic {
        AlgorithmIdentifierOwned { oid: ECDSA_SHA384, parameters: None }
    } else {
        AlgorithmIdentifierOwned { oid: SHA256_RSA, parameters: Some(Any::from(Null)) }
    }
}

fn moment(unix: i64) -> Option<OcspGeneralizedTime> {
    let time = DateTime::from_unix_duration(seconds(unix)).ok()?;
    Some(OcspGeneralizedTime(GeneralizedTime::from_date_time(time)))
}

fn bytes(hex: &str) -> Vec<u8> {
    let nibbles: Vec<u8> = hex.chars().filter_map(|c| c.to_digit(16)).filter_map(|d| u8::try_from(d).ok()).collect();
    nibbles.chunks(2).map(|pair| pair.iter().fold(0, |byte, nibble| byte << 4 | nibble)).collect()
}
