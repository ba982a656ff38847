//! Key sets of partners: what is believed, what is skipped, what is refused.

use serde_json::{Value, json};
use zelf_protocol::jose::jwe::encrypt;
use zelf_protocol::jose::jwt::Jwt;
use zelf_protocol::jose::{Enc, Encryption, JoseError, KeyAlg, KeySet, SigAlg, VerifyKey, b64u};
use zelf_protocol::oidc::keys::Made as _;

use super::partner;

fn with(mut jwk: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    jwk
}

fn parse(keys: &[Value]) -> Result<KeySet, JoseError> {
    KeySet::parse(&json!({ "keys": keys }).to_string())
}

fn rsa(bits: usize, e: &[u8]) -> Value {
    let mut n = vec![0xff; bits.div_ceil(8)];
    if !bits.is_multiple_of(8) {
        n[0] = (1 << (bits % 8)) - 1;
    }
    json!({ "kty": "RSA", "n": b64u(n), "e": b64u(e) })
}

#[test]
fn good_sets_are_read() {
    let all = [SigAlg::ES256, SigAlg::ES384, SigAlg::RS256, SigAlg::EdDSA].map(|alg| partner().jwk(alg));
    let set = parse(&all).unwrap();
    assert_eq!((set.len(), set.is_empty(), set.kids().len()), (4, false, 4));
    assert!(parse(&[]).unwrap().is_empty());
    for bits in [2048, 2049, 3072, 4096, 8192] {
        assert_eq!(parse(&[rsa(bits, &[1, 0, 1])]).unwrap().len(), 1, "{bits}");
    }
    assert_eq!(parse(&[rsa(2048, &[3])]).unwrap().len(), 1);
    // Some write a zero byte before the modulus; it is the same key.
    let n = [&[0][..], &[0xff; 256]].concat();
    let zero = VerifyKey::from_value(&json!({ "kty": "RSA", "n": b64u(n), "e": "AQAB" })).unwrap();
    assert_eq!(zero.thumbprint(), VerifyKey::from_value(&rsa(2048, &[1, 0, 1])).unwrap().thumbprint());
}

#[test]
fn keys_of_kinds_we_do_not_know_are_skipped() {
    let x = b64u([9; 32]);
    let unknown = [
        json!({ "kty": "EC", "crv": "secp256k1", "x": x, "y": x }),
        json!({ "kty": "EC", "crv": "P-521", "x": x, "y": x }),
        json!({ "kty": "OKP", "crv": "X25519", "x": x }),
        json!({ "kty": "OKP", "crv": "Ed448", "x": x }),
        json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA" }),
        json!({ "kty": "new", "n": 7 }),
    ];
    for key in &unknown {
        assert_eq!(parse(&[key.clone(), partner().jwk(SigAlg::ES256)]).map(|set| set.len()), Ok(1), "{key}");
        assert_eq!(VerifyKey::from_value(key).unwrap_err(), JoseError::BadKey);
    }
    let another = with(partner().jwk(SigAlg::ES256), json!({ "alg": "ES256K" }));
    let compact = partner().sign(SigAlg::ES256, json!({}), &json!({}));
    assert_eq!(verify(&[another], &compact), Err(JoseError::UnknownKey), "an algorithm we do not know fits no token");
}

#[test]
fn bad_keys_are_refused_and_the_set_with_them() {
    let ec = partner().jwk(SigAlg::ES256);
    let x = ec["x"].clone();
    let bad = [
        with(ec.clone(), json!({ "d": x })),
        with(partner().jwk(SigAlg::RS256), json!({ "p": "AA" })),
        with(partner().jwk(SigAlg::EdDSA), json!({ "d": x })),
        json!({ "kty": "oct", "k": "AAAA" }),
        json!({ "kty": "new", "d": "AAAA" }),
        with(ec.clone(), json!({ "y": x })),
        with(ec.clone(), json!({ "x": b64u([0; 32]) })),
        with(ec.clone(), json!({ "x": b64u([1; 31]) })),
        with(ec.clone(), json!({ "x": "=" })),
        with(ec.clone(), json!({ "x": null })),
        json!({ "kty": "EC", "crv": "P-256" }),
        with(partner().jwk(SigAlg::ES384), json!({ "y": partner().jwk(SigAlg::ES384)["x"] })),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": b64u([1; 31]) }),
        json!({ "kty": "RSA", "n": "", "e": "AQAB" }),
        json!({ "kty": "RSA", "e": "AQAB" }),
        rsa(1024, &[1, 0, 1]),
        rsa(2047, &[1, 0, 1]),
        rsa(8193, &[1, 0, 1]),
        rsa(16_384, &[1, 0, 1]),
        rsa(2048, &[1]),
        rsa(2048, &[]),
        rsa(2048, &[2]),
        rsa(2048, &[1, 0, 0]),
        rsa(2048, &[1, 0, 0, 0, 1]),
        json!({ "kty": "RSA", "n": b64u([0xfe; 256]), "e": "AQAB" }),
        json!({}),
        json!("key"),
        json!(null),
    ];
    for key in bad {
        let refused = parse(&[partner().jwk(SigAlg::ES256), key.clone()]);
        assert!(matches!(refused, Err(JoseError::BadKey | JoseError::Malformed)), "{key}");
        assert!(VerifyKey::from_value(&key).is_err());
    }
}

#[test]
fn sets_of_another_shape_are_refused() {
    for text in
        ["", "{}", "[]", "null", r#"{"keys":{}}"#, r#"{"keys":null}"#, r#"{"keys":[],"keys":[]}"#, r#"{"keys":[]} x"#]
    {
        assert_eq!(KeySet::parse(text), Err(JoseError::Malformed), "{text}");
    }
    let ec = partner().jwk(SigAlg::ES256);
    assert_eq!(parse(&vec![ec.clone(); 32]).map(|set| set.len()), Ok(32));
    assert_eq!(parse(&vec![ec.clone(); 33]), Err(JoseError::TooLarge));
    assert_eq!(parse(&[with(ec, json!({ "x5c": "A".repeat(65_536) }))]), Err(JoseError::TooLarge));
    assert!(KeySet::parse(&"[".repeat(10_000)).is_err());
}

fn verify(keys: &[Value], compact: &str) -> Result<(), JoseError> {
    parse(keys).unwrap().verify(&Jwt::parse(compact).unwrap(), &SigAlg::ASYMMETRIC)
}

#[test]
fn use_operations_and_algorithm_of_a_key_are_kept() {
    let bare = |members: Value| {
        let mut jwk = partner().jwk(SigAlg::RS256);
        jwk.as_object_mut().unwrap().remove("use");
        with(jwk, members)
    };
    let compact = partner().sign(SigAlg::PS256, json!({}), &json!({}));
    for good in [json!({}), json!({ "use": "sig" }), json!({ "alg": "PS256" }), json!({ "key_ops": ["verify"] })] {
        assert_eq!(verify(&[bare(good.clone())], &compact), Ok(()), "{good}");
    }
    for bad in [
        json!({ "use": "enc" }),
        json!({ "use": "other" }),
        json!({ "alg": "RS256" }),
        json!({ "alg": "RSA-OAEP-256" }),
        json!({ "key_ops": ["sign"] }),
        json!({ "key_ops": ["encrypt"] }),
        json!({ "use": "sig", "key_ops": ["encrypt"] }),
    ] {
        assert_eq!(verify(&[bare(bad.clone())], &compact), Err(JoseError::UnknownKey), "{bad}");
    }
}

#[test]
fn a_kid_names_the_key() {
    let key = |kid: &str| with(partner().jwk(SigAlg::EdDSA), json!({ "kid": kid }));
    let named = partner().sign(SigAlg::EdDSA, json!({ "kid": "a" }), &json!({}));
    let nameless = partner().sign(SigAlg::EdDSA, json!({}), &json!({}));
    assert_eq!(verify(&[key("b"), key("a")], &named), Ok(()));
    assert_eq!(verify(&[key("b")], &named), Err(JoseError::UnknownKey));
    assert_eq!(verify(&[key("b")], &nameless), Ok(()));
    let mut without = partner().jwk(SigAlg::EdDSA);
    without.as_object_mut().unwrap().remove("kid");
    assert_eq!(verify(&[without], &named), Ok(()), "a key without a name may be meant");
    // Two keys of one name, of two kinds: the kind decides.
    let ec = with(partner().jwk(SigAlg::ES256), json!({ "kid": "a" }));
    assert_eq!(verify(&[ec, key("a")], &named), Ok(()));
}

#[test]
fn the_key_to_encrypt_to_is_the_first_that_fits() {
    let rsa = |kid: &str, members: Value| with(with(partner().enc_rsa.jwk(), json!({ "kid": kid })), members);
    let kid = |keys: &[Value], alg| parse(keys).unwrap().encryption_key(alg).map(|key| key.kid().unwrap().to_owned());
    let sig = rsa("sig", json!({ "use": "sig" }));
    let mut any = rsa("any", json!({}));
    any.as_object_mut().unwrap().remove("use");
    let named = rsa("named", json!({ "alg": "RSA-OAEP-256" }));
    let enc = rsa("enc", json!({}));
    let ec = with(partner().enc_ec.jwk(), json!({ "kid": "ec" }));
    let all = [sig.clone(), ec.clone(), any.clone(), named, enc];
    assert_eq!(kid(&all, KeyAlg::RsaOaep256).as_deref(), Some("named"));
    assert_eq!(kid(&all, KeyAlg::RsaOaep).as_deref(), Some("enc"));
    assert_eq!(kid(&all, KeyAlg::EcdhEsA256kw).as_deref(), Some("ec"));
    assert_eq!(kid(&[sig.clone(), any], KeyAlg::RsaOaep).as_deref(), Some("any"));
    assert_eq!(kid(&[sig, ec.clone()], KeyAlg::RsaOaep), None);
    assert_eq!(kid(&all, KeyAlg::Dir), None);
    let key = parse(&[ec]).unwrap().encryption_key(KeyAlg::EcdhEs).unwrap();
    assert!(encrypt(&key, Encryption { alg: KeyAlg::EcdhEs, enc: Enc::A256Gcm }, None, b"x").is_ok());
}

#[test]
fn an_odd_key_at_an_address_does_not_take_the_good_ones_with_it() {
    let good = partner().jwk(SigAlg::ES256);
    let x = good["x"].clone();
    let usable = |keys: &[Value]| KeySet::usable(&json!({ "keys": keys }).to_string());
    for odd in [
        rsa(1024, &[1, 0, 1]),
        json!({ "kty": "oct", "k": "AAAA" }),
        with(good.clone(), json!({ "x": "=" })),
        with(good.clone(), json!({ "y": x })),
        with(good.clone(), json!({ "kid": 7 })),
        json!({ "kty": "new" }),
        json!({}),
        json!("key"),
        json!(null),
    ] {
        assert_eq!(usable(&[odd.clone(), good.clone()]).map(|set| set.len()), Ok(1), "{odd}");
    }
    for bad in [with(good.clone(), json!({ "d": x })), with(partner().jwk(SigAlg::RS256), json!({ "p": "AA" }))] {
        assert_eq!(usable(&[good.clone(), bad.clone()]), Err(JoseError::BadKey), "{bad}: private");
    }
    assert_eq!(usable(&vec![good.clone(); 33]), Err(JoseError::TooLarge));
    assert_eq!(usable(&[with(good, json!({ "x5c": "A".repeat(65_536) }))]), Err(JoseError::TooLarge));
    for text in ["", "{}", r#"{"keys":null}"#, r#"{"keys":[],"keys":[]}"#] {
        assert_eq!(KeySet::usable(text), Err(JoseError::Malformed), "{text}");
    }
}
