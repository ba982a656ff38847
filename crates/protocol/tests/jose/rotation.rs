//! The provider's keys: what is published when, who opens and signs what.

use std::sync::OnceLock;

use serde_json::{Value, json};
use zelf_protocol::jose::jwe::encrypt;
use zelf_protocol::jose::jwt::Jwt;
use zelf_protocol::jose::{Enc, Encryption, JoseError, KeyAlg, KeySet, SigAlg};
use zelf_protocol::oidc::keys::{Kind, OLD_SECONDS, OpKeys, Rotated, Stored};

const NOW: i64 = 1_795_352_700;
const DAY: i64 = 86_400;

fn load(stored: &Stored) -> OpKeys {
    // As the key file keeps them.
    let text = serde_json::to_string(stored).unwrap();
    OpKeys::load(&serde_json::from_str(&text).unwrap(), false).unwrap()
}

/// Made once: RSA takes a while.
fn fresh() -> Stored {
    static FRESH: OnceLock<Stored> = OnceLock::new();
    FRESH.get_or_init(|| Stored::generate(NOW, 730).unwrap()).clone()
}

fn published(keys: &OpKeys, now: i64) -> KeySet {
    KeySet::from_value(&keys.jwks(now)).unwrap()
}

fn kids(keys: &OpKeys, now: i64) -> Vec<String> {
    published(keys, now).kids()
}

#[test]
fn the_set_has_two_uses_and_no_key_twice() {
    let keys = load(&fresh());
    let jwks = keys.jwks(NOW);
    let row = |kind: &str, usage: &str| {
        let all = jwks["keys"].as_array().unwrap();
        let found: Vec<&Value> = all.iter().filter(|key| key["kty"] == kind && key["use"] == usage).collect();
        assert_eq!(found.len(), 1, "{kind} {usage}");
        found[0].clone()
    };
    assert_eq!((&row("EC", "sig")["alg"], &row("OKP", "sig")["alg"]), (&json!("ES256"), &json!("EdDSA")));
    assert_eq!(row("RSA", "sig").get("alg"), None, "one key serves RS256 and PS256");
    assert_ne!(row("RSA", "sig")["n"], row("RSA", "enc")["n"]);
    assert_ne!(row("EC", "sig")["x"], row("EC", "enc")["x"]);
    let mut names = kids(&keys, NOW);
    names.dedup();
    assert_eq!(names.len(), 5);
    assert!(names.iter().all(|name| name.starts_with("op_")));
}

#[test]
fn every_algorithm_signs_and_verifies_with_what_is_published() {
    let (keys, another) = (load(&fresh()), load(&Stored::generate(NOW, 730).unwrap()));
    for alg in SigAlg::OURS {
        let compact = keys.sign(alg, "at+jwt", &json!({ "sub": "x" })).unwrap();
        let jwt = Jwt::parse(&compact).unwrap();
        assert_eq!((jwt.header.alg, jwt.header.typ.as_deref()), (alg, Some("at+jwt")));
        assert_eq!(published(&keys, NOW).claims::<Value>(&jwt, &[alg]).unwrap(), json!({ "sub": "x" }));
        assert_eq!(keys.verify(&jwt), Ok(()));
        assert_eq!(another.verify(&jwt), Err(JoseError::UnknownKey));
    }
    for alg in [SigAlg::HS256, SigAlg::ES384] {
        assert_eq!(keys.sign(alg, "JWT", &json!({})), Err(JoseError::WrongAlgorithm));
    }
}

#[test]
fn keys_of_a_test_world_say_so() {
    let keys = OpKeys::load(&fresh(), true).unwrap();
    assert!(kids(&keys, NOW).iter().all(|kid| kid.starts_with("test-op_")));
}

#[test]
fn a_key_is_announced_then_signs_then_leaves_after_two_days() {
    let mut stored = fresh();
    let before = load(&stored);
    let token = before.sign(SigAlg::ES256, "JWT", &json!({})).unwrap();
    let jwt = Jwt::parse(&token).unwrap();
    let signer = |keys: &OpKeys| {
        let compact = keys.sign(SigAlg::ES256, "JWT", &json!({})).unwrap();
        Jwt::parse(&compact).unwrap().header.kid.unwrap()
    };
    let first = signer(&before);

    let rotated = stored.ring(Kind::SigEc).unwrap().rotate(Kind::SigEc, false, NOW, 730).unwrap();
    let announced = load(&stored);
    assert_eq!((rotated, signer(&announced), kids(&announced, NOW).len()), (Rotated::Announced, first.clone(), 6));

    let later = NOW + DAY;
    let rotated = stored.ring(Kind::SigEc).unwrap().rotate(Kind::SigEc, false, later, 730).unwrap();
    let replaced = load(&stored);
    let second = signer(&replaced);
    assert_eq!(rotated, Rotated::Replaced);
    assert!(second != first && kids(&announced, NOW).contains(&second), "partners knew it before it signed");
    let gone = later + OLD_SECONDS;
    assert_eq!(published(&replaced, gone - 1).verify(&jwt, &[SigAlg::ES256]), Ok(()));
    assert_eq!(published(&replaced, gone).verify(&jwt, &[SigAlg::ES256]), Err(JoseError::UnknownKey));
    assert_eq!(replaced.verify(&jwt), Ok(()), "we know our own old tokens longer");

    stored.ring(Kind::SigEc).unwrap().rotate(Kind::SigEc, false, gone, 730).unwrap();
    assert!(stored.sig_ec.next.is_some() && !kids(&load(&stored), gone).contains(&first));
    assert_eq!(stored.sig_ec.old.len(), 0, "forgotten for good");
}

#[test]
fn after_a_theft_nothing_that_lay_in_the_file_is_believed() {
    let mut stored = fresh();
    for kind in [Kind::SigEc, Kind::SigRsa, Kind::SigEd, Kind::EncEc] {
        // One was replaced before, another is announced: they lay in the same file.
        for _ in 0..3 {
            stored.ring(kind).unwrap().rotate(kind, false, NOW, 730).unwrap();
        }
    }
    let stolen = load(&stored);
    let forged = |keys: &OpKeys| {
        let sign = |alg| keys.sign(alg, "JWT", &json!({ "sub": "anybody" })).unwrap();
        [SigAlg::ES256, SigAlg::RS256, SigAlg::PS256, SigAlg::EdDSA].map(sign)
    };
    let mut all = forged(&stolen).to_vec();
    let mut thief = stored.clone();
    for kind in [Kind::SigEc, Kind::SigRsa, Kind::SigEd] {
        let ring = thief.ring(kind).unwrap();
        ring.current = ring.next.take().unwrap();
    }
    all.extend(forged(&load(&thief)));
    let before = kids(&stolen, NOW);
    let key = published(&stolen, NOW).encryption_key(KeyAlg::EcdhEsA256kw).unwrap();
    let how = Encryption { alg: KeyAlg::EcdhEsA256kw, enc: Enc::A256Gcm };
    let sealed = encrypt(&key, how, None, b"request").unwrap();

    for kind in [Kind::SigEc, Kind::SigRsa, Kind::SigEd, Kind::EncEc] {
        let rotated = stored.ring(kind).unwrap().rotate(kind, true, NOW, 730).unwrap();
        assert_eq!(rotated, Rotated::Withdrawn);
    }
    let keys = load(&stored);
    for compact in &all {
        let jwt = Jwt::parse(compact).unwrap();
        assert_eq!(keys.verify(&jwt), Err(JoseError::UnknownKey));
        assert!(published(&keys, NOW).verify(&jwt, &SigAlg::OURS).is_err());
    }
    let after = kids(&keys, NOW);
    let same: Vec<_> = after.iter().filter(|kid| before.contains(kid)).collect();
    assert_eq!((after.len(), same.len()), (5, 1), "only the RSA key that was not named stays: {same:?}");
    assert_eq!(keys.decrypt(&sealed, NOW + OLD_SECONDS - 1).as_deref(), Ok(&b"request"[..]));
    assert_eq!(keys.decrypt(&sealed, NOW + OLD_SECONDS), Err(JoseError::Unreadable));
}

#[test]
fn what_was_sealed_to_a_key_opens_until_two_days_after() {
    let mut stored = fresh();
    let set = published(&load(&stored), NOW);
    for (kind, alg) in [(Kind::EncRsa, KeyAlg::RsaOaep256), (Kind::EncEc, KeyAlg::EcdhEsA256kw)] {
        let key = set.encryption_key(alg).unwrap();
        let compact = encrypt(&key, Encryption { alg, enc: Enc::A256Gcm }, None, b"request").unwrap();
        assert_eq!(load(&stored).decrypt(&compact, NOW).as_deref(), Ok(&b"request"[..]));
        stored.ring(kind).unwrap().rotate(kind, true, NOW, 730).unwrap();
        let keys = load(&stored);
        assert_eq!(keys.decrypt(&compact, NOW + OLD_SECONDS - 1).as_deref(), Ok(&b"request"[..]));
        assert_eq!(keys.decrypt(&compact, NOW + OLD_SECONDS), Err(JoseError::Unreadable));
    }
}

#[test]
fn a_key_says_when_it_ends() {
    let mut stored = fresh();
    assert!(load(&stored).ends().iter().all(|(_, _, end)| *end == NOW + 730 * DAY));
    stored.ring(Kind::SigEd).unwrap().rotate(Kind::SigEd, true, NOW, 10).unwrap();
    let keys = load(&stored);
    let soon: Vec<Kind> =
        keys.ends().iter().filter(|(_, _, end)| *end == NOW + 10 * DAY).map(|(kind, ..)| *kind).collect();
    assert_eq!((soon, keys.ends().len()), (vec![Kind::SigEd], 5), "old keys need no care");
}

#[test]
fn broken_keys_do_not_load() {
    let whole = serde_json::to_value(fresh()).unwrap();
    for kind in ["sig_ec", "sig_rsa", "sig_ed", "enc_rsa", "enc_ec"] {
        for key in ["", "AA", "=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let mut broken = whole.clone();
            broken[kind]["current"]["key"] = key.into();
            let stored: Stored = serde_json::from_value(broken).unwrap();
            assert!(OpKeys::load(&stored, false).is_err(), "{kind} {key}");
        }
        let mut crossed = whole.clone();
        let other = if kind.ends_with("rsa") { "sig_ec" } else { "sig_rsa" };
        crossed[kind]["current"]["key"] = whole[other]["current"]["key"].clone();
        assert!(OpKeys::load(&serde_json::from_value(crossed).unwrap(), false).is_err());
    }
}
