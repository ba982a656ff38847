//! Sealed things: every algorithm both ways, and one refusal for everything else.

use aws_lc_rs::rand;
use proptest::prelude::*;
use serde_json::{Value, json};
use zelf_protocol::jose::jwe::{Decryptor, EncryptionKey, decrypt_with_secret, encrypt};
use zelf_protocol::jose::{Enc, Encryption, JoseError, KeyAlg, b64u, unb64u};

use super::partner;

const SECRET: &[u8] = b"a client secret of more than thirty-two bytes";
const ENCS: [Enc; 4] = [Enc::A128CbcHs256, Enc::A256CbcHs512, Enc::A128Gcm, Enc::A256Gcm];

fn ours() -> Decryptor<'static> {
    Decryptor { rsa: vec![&partner().enc_rsa], ec: vec![&partner().enc_ec] }
}

fn every_way() -> Vec<Encryption> {
    KeyAlg::ALL.iter().flat_map(|alg| ENCS.map(|enc| Encryption { alg: *alg, enc })).collect()
}

fn key_for(alg: KeyAlg) -> EncryptionKey {
    match alg {
        KeyAlg::Dir => EncryptionKey::secret(SECRET),
        _ => partner().encryption_key(alg.is_rsa()),
    }
}

fn seal(how: Encryption, plain: &[u8]) -> String {
    encrypt(&key_for(how.alg), how, Some("JWT"), plain).unwrap()
}

fn open(compact: &str) -> Result<Vec<u8>, JoseError> {
    ours().decrypt(compact).or_else(|_| decrypt_with_secret(SECRET, compact))
}

fn header(compact: &str) -> Value {
    serde_json::from_slice(&unb64u(compact.split('.').next().unwrap()).unwrap()).unwrap()
}

/// `compact` with another header, or another part.
fn with(compact: &str, at: usize, part: &str) -> String {
    let mut parts: Vec<&str> = compact.split('.').collect();
    parts[at] = part;
    parts.join(".")
}

#[test]
fn every_way_comes_back_as_it_went() {
    for how in every_way() {
        for plain in [&b""[..], b"x", &[7; 16], &[0; 5000]] {
            let compact = seal(how, plain);
            assert_eq!(open(&compact).as_deref(), Ok(plain), "{how:?}");
            let header = header(&compact);
            assert_eq!((&header["alg"], &header["enc"]), (&json!(how.alg), &json!(how.enc)));
            assert_eq!((&header["cty"], header["kid"].is_string()), (&json!("JWT"), how.alg != KeyAlg::Dir));
        }
        assert_ne!(seal(how, b"x"), seal(how, b"x"), "nothing is used twice");
    }
}

/// Each character of each part, and each part missing, longer or shorter.
#[test]
fn nothing_touched_opens() {
    for how in every_way() {
        let compact = seal(how, b"something worth keeping");
        let parts: Vec<&str> = compact.split('.').collect();
        for (at, part) in parts.iter().enumerate() {
            let step = (part.len() / 20).max(1);
            for place in (0..part.len()).step_by(step) {
                let letter = if part.as_bytes()[place] == b'A' { "B" } else { "A" };
                let touched = with(&compact, at, &format!("{}{letter}{}", &part[..place], &part[place + 1..]));
                assert_eq!(open(&touched), Err(JoseError::Unreadable), "{how:?} part {at} at {place}");
            }
            let bytes = unb64u(part).unwrap();
            let others = [Vec::new(), bytes.get(1..).unwrap_or_default().to_vec(), [&bytes[..], &[0]].concat()];
            for other in others.iter().filter(|other| **other != bytes) {
                assert_eq!(open(&with(&compact, at, &b64u(other))), Err(JoseError::Unreadable), "{how:?} part {at}");
            }
        }
        for wrong in ["", "....", &parts[..4].join("."), &format!("{compact}."), &format!("{compact}.AA")] {
            assert_eq!(open(wrong), Err(JoseError::Unreadable));
        }
    }
}

/// Headers that are honestly sealed (the tag is right) and still not ours to follow.
#[test]
fn members_that_change_the_meaning_are_refused() {
    let how = Encryption { alg: KeyAlg::Dir, enc: Enc::A256Gcm };
    for (name, value) in [
        ("zip", json!("DEF")),
        ("zip", json!(null)),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("p2c", json!(1_000_000_000)),
        ("p2s", json!("AA")),
        ("b64", json!(false)),
        ("iv", json!("AA")),
        ("tag", json!("AA")),
    ] {
        let mut members = json!({ "alg": "dir", "enc": "A256GCM" });
        members[name] = value;
        assert_eq!(open(&sealed_by_hand(&members.to_string())), Err(JoseError::Unreadable), "{name}");
    }
    for text in [
        r#"{"alg":"dir","enc":"A256GCM","enc":"A256GCM"}"#,
        r#"{"alg":"dir","alg":"dir","enc":"A256GCM"}"#,
        r#"{"alg":"dir"}"#,
        r#"{"alg":"none","enc":"A256GCM"}"#,
        r#"{"alg":"RSA1_5","enc":"A256GCM"}"#,
        r#"{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":1000,"p2s":"AAAAAAAAAAAA"}"#,
        r#"{"alg":"A128KW","enc":"A256GCM"}"#,
        r#"{"alg":"dir","enc":"A192GCM"}"#,
        r#"{"alg":"dir","enc":["A256GCM"]}"#,
        "[]",
        "",
    ] {
        assert_eq!(open(&sealed_by_hand(text)), Err(JoseError::Unreadable), "{text}");
    }
    let fine = sealed_by_hand(r#"{"alg":"dir","enc":"A256GCM","typ":"JWT","something":"else"}"#);
    assert_eq!(open(&fine).as_deref(), Ok(&b"by hand"[..]), "what is left out above is what matters");
    assert_eq!(open(&seal(how, b"x")).as_deref(), Ok(&b"x"[..]));
}

/// A `dir` JWE with A256GCM under any header.
fn sealed_by_hand(header: &str) -> String {
    use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    let key = zelf_protocol::jose::sha256(SECRET);
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
    let mut iv = [0; 12];
    rand::fill(&mut iv).unwrap();
    let header = b64u(header);
    let mut text = b"by hand".to_vec();
    let aad = Aad::from(header.as_bytes());
    let tag = key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(iv), aad, &mut text).unwrap();
    format!("{header}..{}.{}.{}", b64u(iv), b64u(text), b64u(tag.as_ref()))
}

#[test]
fn an_ephemeral_key_that_is_none_is_refused() {
    let how = Encryption { alg: KeyAlg::EcdhEs, enc: Enc::A128Gcm };
    let compact = seal(how, b"x");
    let mut members = header(&compact);
    let good = members["epk"].clone();
    let off_curve = json!({ "kty": "EC", "crv": "P-256", "x": good["x"], "y": good["x"] });
    let zero = json!({ "kty": "EC", "crv": "P-256", "x": b64u([0; 32]), "y": b64u([0; 32]) });
    let short = json!({ "kty": "EC", "crv": "P-256", "x": b64u([1; 31]), "y": good["y"] });
    let private = json!({ "kty": "EC", "crv": "P-256", "x": good["x"], "y": good["y"], "d": good["x"] });
    let curve = json!({ "kty": "EC", "crv": "P-384", "x": good["x"], "y": good["y"] });
    let kind = json!({ "kty": "OKP", "crv": "X25519", "x": good["x"] });
    for epk in [off_curve, zero, short, private, curve, kind, json!(null), json!("x"), json!([])] {
        members["epk"] = epk;
        assert_eq!(open(&with(&compact, 0, &b64u(members.to_string()))), Err(JoseError::Unreadable));
    }
    members.as_object_mut().unwrap().remove("epk");
    assert_eq!(open(&with(&compact, 0, &b64u(members.to_string()))), Err(JoseError::Unreadable));
}

#[test]
fn a_key_opens_only_what_was_meant_for_it() {
    let how = Encryption { alg: KeyAlg::RsaOaep256, enc: Enc::A128CbcHs256 };
    let nobody = Decryptor::default();
    assert_eq!(nobody.decrypt(&seal(how, b"x")), Err(JoseError::Unreadable));
    let ec = Decryptor { rsa: vec![], ec: vec![&partner().enc_ec] };
    assert_eq!(ec.decrypt(&seal(how, b"x")), Err(JoseError::Unreadable));
    let dir = Encryption { alg: KeyAlg::Dir, enc: Enc::A128CbcHs256 };
    assert_eq!(ours().decrypt(&seal(dir, b"x")), Err(JoseError::Unreadable));
    assert_eq!(decrypt_with_secret(b"another", &seal(dir, b"x")), Err(JoseError::Unreadable));
    assert_eq!(decrypt_with_secret(SECRET, &seal(how, b"x")), Err(JoseError::Unreadable));
    for alg in [KeyAlg::EcdhEs, KeyAlg::Dir] {
        let how = Encryption { alg, enc: Enc::A128Gcm };
        assert_eq!(encrypt(&key_for(KeyAlg::RsaOaep), how, None, b"x"), Err(JoseError::BadKey));
    }
    // RSA-OAEP is not RSA-OAEP-256.
    let compact = seal(how, b"x");
    let mut members = header(&compact);
    members["alg"] = json!("RSA-OAEP");
    assert_eq!(open(&with(&compact, 0, &b64u(members.to_string()))), Err(JoseError::Unreadable));
}

#[test]
fn what_is_too_large_is_not_looked_at() {
    let how = Encryption { alg: KeyAlg::Dir, enc: Enc::A256Gcm };
    let largest = seal(how, &vec![0; 85_000]);
    assert!(open(&largest).is_ok());
    assert_eq!(ours().decrypt(&seal(how, &vec![0; 87_000])), Err(JoseError::TooLarge));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_comes_back(plain in prop::collection::vec(any::<u8>(), 0..2000), way in any::<prop::sample::Index>()) {
        let ways = every_way();
        let compact = seal(ways[way.index(ways.len())], &plain);
        prop_assert_eq!(open(&compact), Ok(plain));
    }

    /// The same as the fuzz target `jwe` does.
    #[test]
    fn nothing_opens_that_nobody_sealed(
        text in "[A-Za-z0-9_.-]{0,200}|.{0,200}", header in ".{0,80}", parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 4),
        way in any::<prop::sample::Index>(),
    ) {
        prop_assert_eq!(open(&text), Err(JoseError::Unreadable));
        let ways = every_way();
        let how = ways[way.index(ways.len())];
        let rest: Vec<String> = parts.iter().map(b64u).collect();
        let named = json!({ "alg": how.alg, "enc": how.enc }).to_string();
        for header in [header, named] {
            prop_assert_eq!(open(&format!("{}.{}", b64u(header), rest.join("."))), Err(JoseError::Unreadable));
        }
    }
}
