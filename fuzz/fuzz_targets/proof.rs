//! Whole proofs as a card program sends them, to a server that knows the test root of the corpus: without answers about
//! revocation and for another nonce nothing is believed.
#![no_main]

use std::sync::LazyLock;

use eid_card::Day;
use eid_proof::Roots;
use eid_proof::judge::{self, DOCUMENT_TYPES, Expect, Rules};
use eid_proof::token;
use libfuzzer_sys::fuzz_target;

const ROOTS: [&str; 2] = [include_str!("../fixtures/proof.rsa-root.pem"), include_str!("../fixtures/proof.ec-root.pem")];
static TRUSTED: LazyLock<Roots> =
    LazyLock::new(|| Roots::belgium().with_test(&ROOTS, "http://127.0.0.1:8404/eid").expect("roots of the corpus"));

const NOW: i64 = 1_795_305_600;

fuzz_target!(|text: &str| {
    let Ok(body) = serde_json::from_str(text) else { return };
    let body: protocol::eid::ProofBody = body;
    let _ = token::plan(&body.token, &TRUSTED, &[], [0; 16], NOW);
    let Ok(plan) = judge::plan(&body, &TRUSTED, [0; 16], NOW) else { return };
    let expect = Expect { origin: "https://login.zelf.example", nonce: "another", challenge: &[7; 48] };
    let today = Day { year: 2026, month: 11, day: 22 };
    let rules = Rules { today, document_types: DOCUMENT_TYPES.to_vec() };
    assert!(plan.judge(&[], expect, &rules, NOW).is_err());
});
