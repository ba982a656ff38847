//! Certificates, OCSP answers and revocation lists: read or refused, and nothing holds that nobody signed.
#![no_main]

use std::sync::LazyLock;

use eid_proof::certificate::Certificate;
use eid_proof::{crl, ocsp, register, web_eid};
use libfuzzer_sys::fuzz_target;

static LEAF: LazyLock<Certificate> = LazyLock::new(|| read(include_bytes!("../corpus/certificates/leaf.der")));
static ISSUER: LazyLock<Certificate> = LazyLock::new(|| read(include_bytes!("../corpus/certificates/issuer.der")));

fn read(der: &[u8]) -> Certificate {
    Certificate::parse(der).expect("a certificate of the corpus")
}

/// Long after the answers and lists of the corpus: old ones convince nobody.
const LATER: i64 = 1_900_000_000;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(certificate) = Certificate::parse(bytes) {
        let c = &certificate;
        let _ = (c.validity(), c.serial(), c.subject(), c.issuer(), c.policies());
        let _ = (c.surname(), c.given_names(), c.national_number());
        let _ = (c.ocsp_urls(), c.issuer_urls(), c.crl_urls(), c.answers_ocsp(), c.signs_certificates());
        let _ = (web_eid::purpose(c), register::purpose(c));
        let _ = ocsp::question(c, c, [0; 16]);
    }
    if let Ok(question) = ocsp::question(&LEAF, &ISSUER, [1; 16]) {
        assert!(question.judge(bytes, &ISSUER, LATER).is_err());
    }
    let _ = crl::next_update(bytes);
    assert!(crl::judge(bytes, &[&LEAF], &ISSUER, LATER).is_err());
});
