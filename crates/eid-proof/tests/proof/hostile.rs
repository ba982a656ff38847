//! Bytes of strangers: nothing panics, nothing is believed.

use std::sync::LazyLock;

use crate::desk::{NOW, answers, plan, proof};
use eid_proof::certificate::Certificate;
use eid_proof::{crl, files, national_number, ocsp, web_eid};
use eid_virtual::Applet::V1_8;
use proptest::prelude::*;
use protocol::eid::ProofBody;
use zelf_eid_proof as eid_proof;

static GOOD: LazyLock<(ProofBody, Vec<Vec<u8>>)> = LazyLock::new(|| {
    let body = proof(V1_8, None);
    let answers = answers(&plan(&body).unwrap(), NOW);
    (body, answers)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_bytes_are_no_certificate_answer_or_list(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Certificate::parse(&bytes).is_err());
        let files = files::decode(&GOOD.0.files).unwrap();
        let (leaf, issuer) = (Certificate::parse(&files.authentication).unwrap(), Certificate::parse(&files.issuer).unwrap());
        let question = ocsp::question(&leaf, &issuer, [0; 16]).unwrap();
        prop_assert!(question.judge(&bytes, &issuer, NOW).is_err());
        prop_assert!(crl::judge(&bytes, &[&leaf], &issuer, NOW).is_err());
    }

    #[test]
    fn bent_certificates_never_panic(at in 0_usize..1100, byte in any::<u8>(), cut in 0_usize..1100) {
        let mut der = files::decode(&GOOD.0.files).unwrap().authentication;
        if let Some(place) = der.get_mut(at) {
            *place = byte;
        }
        der.truncate(cut.max(at));
        if let Ok(bent) = Certificate::parse(&der) {
            let _ = (bent.validity(), bent.policies(), bent.ocsp_urls(), bent.issuer_urls(), bent.crl_urls());
            let _ = (bent.surname(), bent.given_names(), bent.national_number(), web_eid::purpose(&bent));
        }
    }

    #[test]
    fn bent_answers_are_refused(part in 0_usize..2, at in 0_usize..4000, byte in any::<u8>()) {
        let (body, fresh) = &*GOOD;
        let mut all = fresh.clone();
        let long = all.get(part).map_or(1, Vec::len);
        let place = all.get_mut(part).and_then(|answer| answer.get_mut(at % long)).unwrap();
        prop_assume!(*place != byte);
        *place = byte;
        let verdict = plan(body).unwrap().judge(&all, crate::desk::EXPECT, &crate::desk::rules(), NOW);
        prop_assert!(verdict.is_err());
    }

    #[test]
    fn any_text_is_a_number_or_not(text in ".{0,14}", digits in "[0-9]{11}") {
        for text in [text, digits] {
            if let Some(number) = national_number::NationalNumber::parse(&text) {
                let _ = (number.birth_date().map(|date| date.latest()), number.sex());
            }
        }
    }
}
