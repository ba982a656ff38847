//! Answers about revocation: stale, replayed, from the wrong mouth.

use crate::desk::{BASE, EXPECT, NOW, PKI, answers, image, plan, proof, rules};
use eid_proof::certificate::Certificate;
use eid_proof::ocsp;
use eid_virtual::Applet;
use eid_virtual::Applet::{V1_7, V1_8};
use eid_virtual::personalise::Fault;
use eid_virtual::pki::{Standing, TestPki};
use zelf_eid_proof as eid_proof;

/// The code with these answers at `now`.
fn with(applet: Applet, change: impl FnOnce(&mut Vec<Vec<u8>>), now: i64) -> &'static str {
    let plan = plan(&proof(applet, None)).unwrap();
    let mut all = answers(&plan, NOW);
    change(&mut all);
    plan.judge(&all, EXPECT, &rules(), now).map_or_else(|refusal| refusal.code(), |_| "believed")
}

const HOUR: i64 = 3600;

#[test]
fn an_answer_holds_for_its_time() {
    for applet in [V1_7, V1_8] {
        assert_eq!(with(applet, |_| {}, NOW), "believed");
        assert_eq!(with(applet, |_| {}, NOW + 23 * HOUR), "believed");
        assert_eq!(with(applet, |_| {}, NOW + 25 * HOUR), "revocation_invalid");
        assert_eq!(with(applet, |_| {}, NOW - HOUR), "revocation_invalid");
    }
}

/// Some responders answer from a store of signed answers and echo nothing.
#[test]
fn without_our_nonce_an_answer_holds_for_twelve_hours() {
    use der::{Decode as _, Encode as _};
    let files = eid_proof::files::decode(&proof(V1_8, None).files).unwrap();
    let leaf = Certificate::parse(&files.authentication).unwrap();
    let issuer = Certificate::parse(&files.issuer).unwrap();
    let question = ocsp::question(&leaf, &issuer, [9; 16]).unwrap();
    let mut request = x509_ocsp::OcspRequest::from_der(&question.request).unwrap();
    request.tbs_request.request_extensions = None;
    let stored = PKI.ocsp(&request.to_der().unwrap(), NOW);
    let at = |now: i64| question.judge(&stored, &issuer, now).map_err(|refusal| refusal.why);
    assert_eq!((at(NOW), at(NOW + 12 * HOUR)), (Ok(()), Ok(())));
    assert_eq!(at(NOW + 12 * HOUR + 1), Err("an old answer"));
    assert_eq!(at(NOW + 25 * HOUR), Err("the answer's time is over"));
}

#[test]
fn no_answer_is_no() {
    assert_eq!(with(V1_8, Vec::clear, NOW), "revocation_invalid");
    assert_eq!(with(V1_8, |all| all.truncate(1), NOW), "revocation_invalid");
    for part in [0, 1] {
        for nonsense in [vec![], vec![0x30, 3, 0x0A, 1, 1], vec![0x30, 0x80], vec![0; 100], vec![0x30; 70_000]] {
            let change = |all: &mut Vec<Vec<u8>>| *all.get_mut(part).unwrap() = nonsense.clone();
            assert_eq!(with(V1_8, change, NOW), "revocation_invalid");
        }
    }
    // tryLater
    assert_eq!(with(V1_8, |all| all[0] = vec![0x30, 3, 0x0A, 1, 3], NOW), "revocation_unreachable");
    assert_eq!(with(V1_8, |all| all.swap(0, 1), NOW), "revocation_invalid");
}

#[test]
fn an_answer_is_about_this_certificate_and_this_question() {
    for applet in [V1_7, V1_8] {
        let other = plan(&proof(applet, None)).unwrap();
        let stolen = answers(&other, NOW);
        // Of another certificate, with the same nonce.
        assert_eq!(with(applet, |all| all[0].clone_from(&stolen[0]), NOW), "revocation_invalid");
        // Of this certificate, to another question.
        let image = image(applet, None);
        let body = crate::desk::proof_of(image, crate::desk::ORIGIN, crate::desk::NONCE);
        let before = eid_proof::judge::plan(&body, &crate::desk::roots(), [1; 16], NOW).unwrap();
        let replayed = answers(&before, NOW);
        let now = plan(&body).unwrap();
        assert_eq!(now.judge(&replayed, EXPECT, &rules(), NOW).err().unwrap().code(), "revocation_invalid");
        let again = eid_proof::judge::plan(&body, &crate::desk::roots(), [1; 16], NOW).unwrap();
        assert!(again.judge(&replayed, EXPECT, &rules(), NOW).is_ok());
    }
}

#[test]
fn every_changed_byte_of_an_answer_is_seen() {
    let body = proof(V1_8, None);
    let fresh = answers(&plan(&body).unwrap(), NOW);
    for part in [0, 1] {
        for at in (0..fresh[part].len()).step_by(7) {
            let mut all = fresh.clone();
            all[part][at] ^= 0x01;
            let verdict = plan(&body).unwrap().judge(&all, EXPECT, &rules(), NOW);
            // The unsigned rest of an OCSP answer is the responder's certificate, whose signature is checked as well.
            assert!(verdict.is_err(), "part {part}, byte {at}");
        }
    }
}

/// Another CA of the same root answers, and a CA of another PKI with the same names.
#[test]
fn only_the_issuers_responder_may_answer() {
    let image = image(V1_8, None);
    let body = crate::desk::proof_of(image, crate::desk::ORIGIN, crate::desk::NONCE);
    let dir = tempfile::tempdir().unwrap();
    let impostor = TestPki::load_or_create(&dir.path().join("pki"), BASE).unwrap();
    let issuer = |pki: &TestPki| Certificate::parse(&pki.serve("/crt/ec-citizen.crt", b"", NOW).unwrap().1).unwrap();
    let files = eid_proof::files::decode(&body.files).unwrap();
    let leaf = Certificate::parse(&files.authentication).unwrap();
    // Asked with the impostor's own names, it answers "good"; the answer is about its key, not the issuer's.
    let asked = ocsp::question(&leaf, &issuer(&impostor), [9; 16]).unwrap();
    let good = impostor.ocsp(&asked.request, NOW);
    assert!(asked.judge(&good, &issuer(&impostor), NOW).is_ok());
    let question = ocsp::question(&leaf, &issuer(&PKI), [9; 16]).unwrap();
    assert_eq!(question.judge(&good, &issuer(&PKI), NOW).unwrap_err().code(), "revocation_invalid");
    assert_eq!(asked.judge(&good, &issuer(&PKI), NOW).unwrap_err().why, "nobody who may sign the answer");
    // A list of another issuer, and of an impostor with the issuer's name.
    let plan_of = || plan(&body).unwrap();
    for (pki, path) in [(&*PKI, "/crl/ec-citizen.crl"), (&*PKI, "/crl/rsa-root.crl"), (&impostor, "/crl/ec-root.crl")] {
        let mut all = answers(&plan_of(), NOW);
        all[1] = pki.serve(path, b"", NOW).unwrap().1;
        let refused = plan_of().judge(&all, EXPECT, &rules(), NOW).err().unwrap();
        assert_eq!(refused.code(), "revocation_invalid", "{path}");
    }
}

#[test]
fn a_revoked_register_or_ca_convinces_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let pki = TestPki::load_or_create(&dir.path().join("pki"), BASE).unwrap();
    let roots = eid_proof::Roots::belgium().with_test(&pki.root_pems(), BASE).unwrap();
    let image = eid_virtual::personalise::card(&Default::default(), V1_8, &pki, None, NOW).unwrap();
    let body = crate::desk::proof_of(image, crate::desk::ORIGIN, crate::desk::NONCE);
    let judged = || {
        let plan = eid_proof::judge::plan(&body, &roots, [9; 16], NOW).unwrap();
        let answer = |f: &eid_proof::revocation::Fetch| {
            let path = f.url.strip_prefix(BASE).unwrap();
            pki.serve(path, &f.body().unwrap_or_default(), NOW).unwrap().1
        };
        let all: Vec<_> = plan.fetches().iter().map(answer).collect();
        plan.judge(&all, EXPECT, &rules(), NOW).map_or_else(|refusal| refusal.code(), |_| "believed")
    };
    assert_eq!(judged(), "believed");
    let files = eid_proof::files::decode(&body.files).unwrap();
    for serial in [pki.register_serial(V1_8), Certificate::parse(&files.issuer).unwrap().serial().to_vec()] {
        pki.set_standing(&serial, Standing::Revoked, NOW).unwrap();
        assert_eq!(judged(), "certificate_revoked");
        pki.set_standing(&serial, Standing::Good, NOW).unwrap();
        assert_eq!(judged(), "believed");
    }
    assert_eq!(crate::desk::code(&proof(V1_8, Some(Fault::Revoked))), "certificate_revoked");
}
