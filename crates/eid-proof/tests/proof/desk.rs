//! A desk with a reader, a virtual card, a card program's hands and a server's judgement.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, SHA384, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use eid_card::{Card, Day, Files, Pin, SignatureAlgorithm};
use eid_proof::judge::{self, DOCUMENT_TYPES, Expect, Plan, Proven, Rules};
use eid_proof::{Refusal, Roots, files};
use eid_virtual::person::Person;
use eid_virtual::personalise::{self, Fault};
use eid_virtual::pki::TestPki;
use eid_virtual::{Applet, CardImage, VirtualCard};
use protocol::eid::{ProofBody, WebEidToken};
use zelf_eid_proof as eid_proof;

pub const NOW: i64 = 1_795_305_600; // 2026-11-22
pub const ORIGIN: &str = "https://login.zelf.example";
pub const NONCE: &str = "iMeEwP2cgUINY2XoO/lqEpOUn7z/ysHRqGXkGKC4VXE=";
pub const CHALLENGE: [u8; 48] = [7; 48];
pub const BASE: &str = "http://127.0.0.1:8404/eid";

/// One test PKI for all tests of a file: RSA keys take their time.
pub static PKI: LazyLock<TestPki> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap().keep();
    TestPki::load_or_create(&dir.join("pki"), BASE).unwrap()
});

pub fn roots() -> Roots {
    Roots::belgium().with_test(&PKI.root_pems(), BASE).unwrap()
}

pub fn image(applet: Applet, fault: Option<Fault>) -> CardImage {
    personalise::card(&Person::default(), applet, &PKI, fault, NOW).unwrap()
}

/// What the card program brings: all files, the token over origin and nonce, the chip's signature.
pub fn proof_of(image: CardImage, origin: &str, nonce: &str) -> ProofBody {
    let mut card = Card::open(VirtualCard::new(image)).unwrap();
    let read = card.read_all(&mut |_| {}).unwrap();
    let serial = card.data().serial;
    let chip = |card: &mut Card<VirtualCard>| {
        let hash: [u8; 48] = digest(&SHA384, &CHALLENGE).as_ref().try_into().unwrap();
        URL_SAFE_NO_PAD.encode(card.internal_authenticate(&hash).unwrap())
    };
    let chip_signature = read.chip_key.is_some().then(|| chip(&mut card));
    card.verify(&Pin::new("1234").unwrap()).unwrap();
    let algorithm = card.algorithm();
    let (name, hash) = match algorithm {
        SignatureAlgorithm::RsaSha256 => ("RS256", &SHA256),
        SignatureAlgorithm::EcdsaSha384 => ("ES384", &SHA384),
    };
    let both = [digest(hash, origin.as_bytes()), digest(hash, nonce.as_bytes())];
    let signed = digest(hash, &both.iter().flat_map(|d| d.as_ref().to_vec()).collect::<Vec<u8>>());
    let signature = card.sign_authentication(algorithm, signed.as_ref()).unwrap();
    ProofBody {
        ticket: String::new(),
        files: files::encode(&read),
        serial: URL_SAFE_NO_PAD.encode(serial),
        chip_signature,
        token: WebEidToken {
            unverified_certificate: STANDARD.encode(&read.authentication),
            algorithm: name.into(),
            signature: STANDARD.encode(signature),
            format: "web-eid:1.0".into(),
            app_version: String::new(),
        },
    }
}

pub fn proof(applet: Applet, fault: Option<Fault>) -> ProofBody {
    proof_of(image(applet, fault), ORIGIN, NONCE)
}

pub fn plan(body: &ProofBody) -> Result<Plan, Refusal> {
    judge::plan(body, &roots(), [9; 16], NOW)
}

/// The test PKI's answers to what a plan wants to know.
pub fn answers(plan: &Plan, at: i64) -> Vec<Vec<u8>> {
    let fetch = |fetch: &eid_proof::revocation::Fetch| {
        let path = fetch.url.strip_prefix(BASE).unwrap();
        PKI.serve(path, &fetch.body().unwrap_or_default(), at).unwrap().1
    };
    plan.fetches().iter().map(fetch).collect()
}

pub fn rules() -> Rules {
    Rules { today: Day::new(2026, 11, 22).unwrap(), document_types: DOCUMENT_TYPES.to_vec() }
}

pub const EXPECT: Expect<'static> = Expect { origin: ORIGIN, nonce: NONCE, challenge: &CHALLENGE };

/// The verdict of a server on a proof.
pub fn verdict(body: &ProofBody) -> Result<Proven, Refusal> {
    let plan = plan(body)?;
    let answers = answers(&plan, NOW);
    plan.judge(&answers, EXPECT, &rules(), NOW)
}

pub fn code(body: &ProofBody) -> &'static str {
    verdict(body).map_or_else(|refusal| refusal.code(), |_| "believed")
}

/// Changes the files of a proof.
pub fn with_files(body: &ProofBody, change: impl FnOnce(&mut Files)) -> ProofBody {
    let mut read = files::decode(&body.files).unwrap();
    change(&mut read);
    ProofBody { files: files::encode(&read), ..body.clone() }
}
