//! Web eID tokens alone: of our own cards, of public Belgian test cards; and a genuine Citizen CA under our pinned root.

use crate::desk::{BASE, NONCE, NOW, ORIGIN, PKI, proof, roots};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use eid_proof::certificate::Certificate;
use eid_proof::judge::Holder;
use eid_proof::national_number::NationalNumber;
use eid_proof::revocation::{Fetch, FetchKind};
use eid_proof::token::{self, Step, TokenPlan};
use eid_proof::{Refusal, web_eid};
use eid_virtual::Applet::{V1_7, V1_8};
use eid_virtual::personalise::Fault;
use protocol::eid::WebEidToken;
use zelf_eid_proof as eid_proof;

fn fetch(fetch: &Fetch) -> Vec<u8> {
    PKI.serve(fetch.url.strip_prefix(BASE).unwrap(), &fetch.body().unwrap_or_default(), NOW).unwrap().1
}

/// As the server does it: the issuer's certificate is fetched when it is not known.
fn planned(token: &WebEidToken) -> Result<Box<TokenPlan>, Refusal> {
    match token::plan(token, &roots(), &[], [9; 16], NOW)? {
        Step::Ready(plan) => Ok(plan),
        Step::Issuer(wanted) => {
            assert!(wanted.kind == FetchKind::Issuer && wanted.body().is_none());
            match token::plan(token, &roots(), &[fetch(&wanted)], [9; 16], NOW)? {
                Step::Ready(plan) => Ok(plan),
                Step::Issuer(_) => unreachable!("the issuer was fetched"),
            }
        }
    }
}

fn verdict(token: &WebEidToken, origin: &str, nonce: &str) -> Result<Holder, Refusal> {
    let plan = planned(token)?;
    let answers: Vec<_> = plan.fetches().iter().map(fetch).collect();
    plan.judge(&answers, origin, nonce, NOW)
}

#[test]
fn a_token_alone_tells_names_number_birth_and_sex() {
    for applet in [V1_7, V1_8] {
        let token = proof(applet, None).token;
        let holder = verdict(&token, ORIGIN, NONCE).unwrap();
        assert_eq!((holder.given_names.as_str(), holder.family_name.as_str()), ("Noor Marie", "Voorbeeld"));
        assert_eq!(holder.birthdate.unwrap().to_string(), "1985-07-30");
        assert_eq!((holder.sex, holder.test), (Some(eid_card::Sex::Woman), true));
        assert_eq!(verdict(&token, "https://else.example", NONCE).err().unwrap().code(), "possession");
        assert_eq!(verdict(&token, ORIGIN, "another").err().unwrap().code(), "possession");
    }
}

#[test]
fn a_tokens_faults_have_codes_as_well() {
    for (fault, code) in [
        (Fault::Revoked, "certificate_revoked"),
        (Fault::Suspended, "certificate_suspended"),
        (Fault::Expired, "certificate_expired"),
        (Fault::NotYet, "certificate_expired"),
        (Fault::UnknownRoot, "certificate_chain"),
    ] {
        let token = proof(V1_8, Some(fault)).token;
        assert_eq!(verdict(&token, ORIGIN, NONCE).err().unwrap().code(), code, "{fault}");
    }
    // Whoever stands between sends another CA's certificate: it is looked at, not believed.
    let token = proof(V1_8, None).token;
    let (_, wrong) = PKI.serve("/crt/rsa-citizen.crt", b"", NOW).unwrap();
    assert!(matches!(token::plan(&token, &roots(), &[wrong, vec![1]], [9; 16], NOW), Ok(Step::Issuer(_))));
}

struct Public {
    algorithm: &'static str,
    nonce: &'static str,
    signature: &'static str,
    certificate: &'static str,
}

/// Tokens of the public test person Nora Specimen, published with Web eID's own validator (one card of each generation).
const PUBLIC_ORIGIN: &str = "https://47f0-46-131-86-189.ngrok-free.app";
const PUBLIC: [Public; 2] = [
    Public {
        algorithm: "ES384",
        nonce: "iMeEwP2cgUINY2XoO/lqEpOUn7z/ysHRqGXkGKC4VXE=",
        signature: include_str!("vectors/nora-es384.signature.b64"),
        certificate: include_str!("vectors/nora-es384.certificate.b64"),
    },
    Public {
        algorithm: "RS256",
        nonce: "YPVgYc7Qds0qmK/RilPLffnsIg7IIovM4BAWqGZWwiY=",
        signature: include_str!("vectors/nora-rs256.signature.b64"),
        certificate: include_str!("vectors/nora-rs256.certificate.b64"),
    },
];

#[test]
fn tokens_of_public_test_cards_are_read_and_verified() {
    for public in PUBLIC {
        let token = WebEidToken {
            unverified_certificate: public.certificate.trim().into(),
            algorithm: public.algorithm.into(),
            signature: public.signature.trim().into(),
            format: "web-eid:1.0".into(),
            app_version: "https://web-eid.eu/web-eid-app/releases/2.7.0+965".into(),
        };
        let read = web_eid::read(&token).unwrap();
        read.signed_by_holder(PUBLIC_ORIGIN, public.nonce).unwrap();
        assert!(read.signed_by_holder(ORIGIN, public.nonce).is_err());
        assert!(read.signed_by_holder(PUBLIC_ORIGIN, NONCE).is_err() || public.nonce == NONCE);
        web_eid::purpose(&read.certificate).unwrap();
        assert_eq!(read.certificate.surname().as_deref(), Some("Specimen"));
        assert_eq!(read.certificate.given_names().as_deref(), Some("Nora Angèle"));
        let number = NationalNumber::parse(&read.certificate.national_number().unwrap()).unwrap();
        assert_eq!(number.birth_date().unwrap().to_string(), "2001-05-03");
        // No server of ours goes where a test card points, and none of our roots made it.
        let refused = token::plan(&token, &roots(), &[], [0; 16], NOW).err().unwrap();
        assert_eq!(refused.code(), "certificate_chain");
    }
}

/// A CA that signs citizens' certificates today (published by the middleware's makers): the pinned root is its issuer, and the
/// places it names are places we ask.
#[test]
fn a_genuine_citizen_ca_stands_under_the_pinned_root() {
    let pem: String = include_str!("vectors/citizen-ca-202002.pem").lines().filter(|l| !l.starts_with('-')).collect();
    let ca = Certificate::parse(&STANDARD.decode(pem).unwrap()).unwrap();
    assert_eq!(ca.ocsp_urls(), ["http://ocsp.eidpki.belgium.be/eid/brca6"]);
    assert_eq!(ca.crl_urls(), ["http://crl.eidpki.belgium.be/eid/brca6.crl"]);
    assert!(ca.signs_certificates());
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("ca.pem"), include_str!("vectors/citizen-ca-202002.pem")).unwrap();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/roots/belgium-root-ca6.pem");
    let said = std::process::Command::new("openssl")
        .args(["verify", "-attime", "1795305600", "-CAfile", root, "ca.pem"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}
