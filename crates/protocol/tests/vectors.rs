//! docs/protocol.md in values: what TypeScript wrote, what Rust wrote, what the RFCs print. All are checked here;
//! `phone/test/vectors.test.ts` checks both files from the other side.
//!
//! `cargo test -p zelf-protocol --test vectors -- --ignored` writes `vectors/protocol-rust.json` anew: only when the
//! protocol changes, since signatures and seals are fresh each time.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

// Every other crate of the house calls it so.
extern crate zelf_protocol as protocol;

#[path = "vectors/broken.rs"]
mod broken;
#[path = "vectors/published.rs"]
mod published;
#[path = "vectors/write.rs"]
mod write;

use std::path::PathBuf;

use crate::protocol::jose::{Jwk, Jws, PublicKey, SigningKey, digest, sha256, unb64u};
use crate::protocol::label::{PIN_ENROL, PIN_PROOF, TYP_ANSWER, join};
use crate::protocol::phone::{
    Answer, Command, DeviceCertificate, KeysDocument, Payload, PendingBody, Receipt, Request, Role, bio_challenge,
    bio_enrol_challenge, pin, words,
};
use crate::protocol::seal::{SealKey, Sealed};
use serde::de::DeserializeOwned;
use serde_json::Value;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors").join(name)
}

/// Runs `check` on every row of `kind` in both files.
fn each_row(kind: &str, check: impl Fn(&Value)) {
    for name in ["protocol.json", "protocol-rust.json"] {
        let file: Value = serde_json::from_slice(&std::fs::read(path(name)).unwrap()).unwrap();
        let rows = file[kind].as_array().unwrap_or_else(|| panic!("{name} has no {kind}"));
        assert!(!rows.is_empty(), "{name}: {kind}");
        rows.iter().for_each(&check);
    }
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_else(|| panic!("{key} is missing in {row}"))
}

fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn public(jwk: &Value) -> PublicKey {
    // Private rows carry `d` as well.
    let mut jwk = jwk.clone();
    jwk.as_object_mut().unwrap().remove("d");
    PublicKey::from_jwk(&read::<Jwk>(&jwk)).unwrap()
}

fn private(jwk: &Value, prefix: &str) -> SigningKey {
    let key = SigningKey::from_bare_scalar(&unb64u(text(jwk, "d")).unwrap(), prefix).unwrap();
    assert_eq!(*key.public(), public(jwk), "scalar and point of a row belong together");
    key
}

fn vault(row: &Value) -> SealKey {
    let key = private(&row["vs_private"], "vs");
    SealKey::new(&key.scalar().unwrap(), key.public().clone(), text(row, "kid").to_owned())
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn keys_are_named_by_their_thumbprint() {
    each_row("thumbprint", |row| {
        let key = public(&row["jwk"]);
        assert_eq!(key.thumbprint(), text(row, "thumbprint"));
        assert_eq!(key.name("dev"), text(row, "dev"));
    });
}

#[test]
fn the_same_code_makes_the_same_key() {
    each_row("pin_key", |row| {
        let (pepper, dev, code) = (unhex(text(row, "pepper_hex")), text(row, "dev"), text(row, "code"));
        assert_eq!(hex(&*pin::scalar(&pepper, dev, code)), text(row, "k_hex"));
        assert_eq!(hex(pin::key(&pepper, dev, code).unwrap().public().point()), text(row, "point_hex"));
    });
}

#[test]
fn what_was_drawn_is_hashed_alike() {
    each_row("shown", |row| {
        let request: Request = read(&row["m1"]);
        assert_eq!(request.lines(), read::<Vec<String>>(&row["lines"]));
        assert_eq!(request.shown(), text(row, "shown"));
    });
}

#[test]
fn commands_verify_and_only_for_their_address() {
    each_row("command", |row| {
        let key = public(&row["jwk_private"]);
        let command = Command::parse(text(row, "jws")).unwrap();
        assert_eq!(command.device(), text(&row["header"], "kid"));
        let htu = text(&row["payload"], "htu");
        let payload: Payload<PendingBody> = command.verify(&key, htu).unwrap();
        assert_eq!(serde_json::to_value(&payload).unwrap(), row["payload"]);
        assert!(command.verify::<PendingBody>(&key, &htu.replace("pending", "home")).is_err());
    });
}

#[test]
fn sealed_proofs_open_for_their_answer_only() {
    each_row("pin_proof", |row| {
        let (vault, sealed): (_, Sealed) = (vault(row), read(&row["sealed"]));
        let key = PublicKey::from_point(&unhex(text(row, "point_hex"))).unwrap();
        let input = Jws::parse(text(row, "m2"), TYP_ANSWER).unwrap().input_digest();
        assert_eq!(pin::check_proof(&vault, &sealed, &input, &key), Ok(()));
        assert!(pin::check_proof(&vault, &sealed, &[7; 32], &key).is_err(), "spliced onto another answer");
        // The seal opened by hand shows the exact message that is signed.
        let sig = vault.open(&sealed, PIN_PROOF, &input).unwrap();
        assert_eq!(key.verify(&[PIN_PROOF.as_bytes(), &[0], &input].concat(), &sig), Ok(()));
        assert!(vault.open(&sealed, PIN_ENROL, &input).is_err(), "a proof is no enrolment");
    });
}

#[test]
fn sealed_enrolments_open_for_their_device_and_activation_only() {
    each_row("pin_enrol", |row| {
        let (vault, sealed): (_, Sealed) = (vault(row), read(&row["sealed"]));
        let (dev, act) = (text(row, "dev"), text(row, "act"));
        let key = pin::open_enrolment(&vault, &sealed, dev, act).unwrap();
        assert_eq!(hex(key.point()), text(row, "point_hex"));
        assert!(pin::open_enrolment(&vault, &sealed, dev, "act_AAAAAAAAAAAAAAAAAAAAAA").is_err());
        let plain = vault.open(&sealed, PIN_ENROL, &join(dev, &[act.as_bytes()])).unwrap();
        assert_eq!(plain.len(), 65 + 64);
    });
}

#[test]
fn sealed_changes_of_a_code_open_under_their_own_name_and_mark() {
    each_row("pin_change", |row| {
        let (vault, sealed): (_, Sealed) = (vault(row), read(&row["sealed"]));
        let (dev, change) = (text(row, "dev"), text(row, "change"));
        let key = pin::open_enrolment(&vault, &sealed, dev, change).unwrap();
        assert_eq!(hex(key.point()), text(row, "point_hex"));
        assert_eq!(hex(&sha256(key.point())[..4]), text(row, "mark"));
        assert!(pin::open_enrolment(&vault, &sealed, dev, "chg_AAAAAAAAAAAAAAAAAAAAAA").is_err());
    });
}

#[test]
fn a_finger_is_asked_for_exactly_this_answer() {
    each_row("bio", |row| {
        let m2 = Jws::parse(text(row, "m2"), TYP_ANSWER).unwrap();
        assert_eq!(m2.unverified::<Answer>().unwrap().uv, "bio");
        assert_eq!(hex(&bio_challenge(&m2.input_digest())), text(row, "challenge_hex"));
        assert_eq!(hex(&bio_enrol_challenge(text(row, "dev"))), text(row, "enrol_challenge_hex"));
    });
}

#[test]
fn six_words_are_the_same_on_both_phones() {
    each_row("words", |row| assert_eq!(read::<Vec<String>>(&row["words"]), words(text(row, "text"))));
}

#[test]
fn a_whole_approval_follows_from_the_root() {
    each_row("receipts", |row| {
        let (m1, m2, m3, m4) = (text(row, "m1"), text(row, "m2"), text(row, "m3"), text(row, "m4"));
        let (root, device) = (public(&row["root"]), public(&row["device"]));
        let keys = KeysDocument::verify(text(row, "keys"), &root).unwrap();
        let key = |role, kid: &str| keys.key(role, kid).unwrap();

        let kid = Request::kid(m1).unwrap();
        let request = Request::verify(m1, &kid, &key(Role::Rq, &kid)).unwrap();
        let answer = Answer::verify(m2, &device.name("dev"), &device).unwrap().payload;
        let kid = Receipt::kid(m3).unwrap();
        let receipt = Receipt::verify(m3, &kid, &key(Role::Rc, &kid)).unwrap().payload;
        let kid = DeviceCertificate::kid(m4).unwrap();
        let certificate = DeviceCertificate::verify(m4, &kid, &key(Role::Dc, &kid)).unwrap();

        assert_eq!(certificate.payload.jwk, device.jwk());
        assert!(answer.answers(&request), "kept back: {:?}", answer.without);
        assert_eq!(
            answer.without,
            row["without"]
                .as_array()
                .map_or(Vec::new(), |kept| kept.iter().map(|c| c.as_str().unwrap()).collect::<Vec<_>>())
        );
        assert_eq!((&answer.rq, &answer.shown), (&request.digest, &request.payload.shown()));
        assert_eq!((&receipt.rq, &receipt.apr, &receipt.dc), (&digest(m1), &digest(m2), &certificate.digest));
        assert_eq!((receipt.seq, answer.seq), (request.payload.seq, request.payload.seq));

        assert!(KeysDocument::verify(text(row, "keys"), &device).is_err(), "another root");
        assert!(keys.key(Role::Rc, &Request::kid(m1).unwrap()).is_err(), "a key serves in its own role only");
        assert!(Receipt::kid(m1).is_err(), "a request never passes for a receipt");
    });
}

#[test]
fn what_must_be_refused_is_refused() {
    each_row("refused", |row| {
        let key = public(&row["jwk"]);
        let verified = Jws::parse(text(row, "jws"), text(row, "typ")).and_then(|jws| {
            if jws.kid() != text(row, "kid") {
                return Err(protocol::jose::JoseError::UnknownKey);
            }
            jws.verify::<Payload<Value>>(&key)
        });
        assert!(verified.is_err(), "{}", text(row, "why"));
    });
}
