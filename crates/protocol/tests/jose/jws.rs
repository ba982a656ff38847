//! Tokens of partners: every algorithm, and everything that looks like one.

use proptest::prelude::*;
use serde_json::{Value, json};
use zelf_protocol::jose::jwt::{Jwt, verify_hs256};
use zelf_protocol::jose::{JoseError, KeySet, SigAlg, b64u, unb64u};
use zelf_protocol::oidc::keys::OpKeys;

use super::partner;

fn set(keys: &[Value]) -> KeySet {
    KeySet::from_keys(keys).unwrap()
}

fn all_keys() -> KeySet {
    let algs = [SigAlg::ES256, SigAlg::ES384, SigAlg::RS256, SigAlg::EdDSA];
    set(&algs.map(|alg| partner().jwk(alg)))
}

fn verdict(keys: &KeySet, compact: &str) -> Result<(), JoseError> {
    keys.verify(&Jwt::parse(compact)?, &SigAlg::ASYMMETRIC)
}

#[test]
fn every_algorithm_verifies_with_its_own_key_only() {
    for alg in SigAlg::ASYMMETRIC {
        let compact = partner().sign(alg, json!({ "typ": "JWT" }), &json!({ "sub": "x" }));
        let own = set(&[partner().jwk(alg)]);
        let jwt = Jwt::parse(&compact).unwrap();
        assert_eq!(own.claims::<Value>(&jwt, &[alg]).unwrap(), json!({ "sub": "x" }), "{alg:?}");
        assert_eq!(verdict(&all_keys(), &compact), Ok(()));
        let others: Vec<SigAlg> = SigAlg::ASYMMETRIC.into_iter().filter(|other| *other != alg).collect();
        assert_eq!(own.verify(&jwt, &others), Err(JoseError::WrongAlgorithm));
        for other in others.iter().filter(|other| partner().jwk(**other) != partner().jwk(alg)) {
            assert_eq!(
                verdict(&set(&[partner().jwk(*other)]), &compact),
                Err(JoseError::UnknownKey),
                "{alg:?} {other:?}"
            );
        }
    }
}

/// The header says one algorithm, the signature is of another: the key's type decides, so none of these pass.
#[test]
fn a_header_that_lies_about_the_algorithm_verifies_nowhere() {
    for (says, is) in SigAlg::ASYMMETRIC.iter().flat_map(|a| SigAlg::ASYMMETRIC.map(|b| (*a, b))) {
        let header = json!({ "alg": says.as_str() }).to_string();
        let compact = partner().sign_raw(is, &header, "{}");
        assert_eq!(verdict(&all_keys(), &compact).is_ok(), says == is, "{says:?} {is:?}");
    }
}

/// The public key's own bytes as an HMAC secret, and no signature at all.
#[test]
fn neither_hmac_with_a_public_key_nor_none_passes() {
    for jwk in [partner().jwk(SigAlg::RS256), partner().jwk(SigAlg::ES256)] {
        for secret in [jwk.to_string(), jwk["n"].as_str().unwrap_or("0123456789012345678901234567890123").into()] {
            let compact = OpKeys::sign_hs256(secret.as_bytes(), "JWT", &json!({})).unwrap();
            assert_eq!(Jwt::parse(&compact).unwrap_err(), JoseError::WrongAlgorithm);
        }
    }
    for name in
        ["none", "None", "NONE", "nOnE", "", "HS256", "HS384", "RS1", "RS384", "ES256K", "ES512", "PS512", "es256"]
    {
        for signature in ["", "AA"] {
            let compact = format!("{}.{}.{signature}", b64u(json!({ "alg": name }).to_string()), b64u("{}"));
            assert_eq!(Jwt::parse(&compact).unwrap_err(), JoseError::WrongAlgorithm, "{name}");
        }
    }
}

#[test]
fn headers_of_another_shape_are_refused() {
    let malformed = [
        r#"{"alg":"ES256","crit":["exp"],"exp":1}"#,
        r#"{"alg":"ES256","crit":[]}"#,
        r#"{"alg":"ES256","crit":null}"#,
        r#"{"alg":"ES256","b64":false,"crit":["b64"]}"#,
        r#"{"alg":"ES256","b64":true}"#,
        r#"{"alg":"ES256","alg":"ES256"}"#,
        r#"{"alg":"none","alg":"ES256"}"#,
        r#"{"alg":"ES256","kid":"a","kid":"b"}"#,
        r#"{"alg":"ES256","\u0061lg":"none"}"#,
        r#"{"alg":"ES256","x":{"y":1,"y":2}}"#,
        r#"{"alg":"ES256","kid":7}"#,
        r#"{"alg":"ES256","typ":["JWT"]}"#,
        r#"{"alg":["ES256"]}"#,
        r#"{"alg":"ES256"} "x""#,
        r#"{"typ":"JWT"}"#,
        r#"["ES256"]"#,
        "null",
        "",
    ];
    for header in malformed {
        let compact = partner().sign_raw(SigAlg::ES256, header, "{}");
        assert_eq!(Jwt::parse(&compact).unwrap_err(), JoseError::Malformed, "{header}");
    }
    // Members that nobody here understands are left alone, keys in them never used.
    let foreign =
        r#"{"alg":"ES256","jku":"https://evil.example","x5u":"https://evil.example","x5c":["AA"],"nonce":"x"}"#;
    assert_eq!(verdict(&all_keys(), &partner().sign_raw(SigAlg::ES256, foreign, "{}")), Ok(()));
}

#[test]
fn texts_of_another_shape_are_refused() {
    let good = partner().sign(SigAlg::ES256, json!({}), &json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let (h, p, s) = (parts[0], parts[1], parts[2]);
    for wrong in ["", ".", "..", "...", h, &format!("{h}.{p}"), &format!("{h}.{p}.{s}."), &format!("{h}.{p}.{p}.{s}")] {
        assert!(verdict(&all_keys(), wrong).is_err(), "{wrong}");
    }
    for wrong in [
        format!("{h}=.{p}.{s}"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{h}.{p}.{s}="),
        good.replace('.', "+."),
    ] {
        assert_eq!(verdict(&all_keys(), &wrong), Err(JoseError::Malformed), "{wrong}");
    }
    let long = format!("{h}.{}.{s}", "A".repeat(40 * 1024));
    assert_eq!(Jwt::parse(&long).unwrap_err(), JoseError::TooLarge);
    // Base64url that says the same bytes in another way.
    let last = s.chars().last().unwrap();
    let other = ('A'..='z').filter(char::is_ascii_alphanumeric).find(|c| {
        *c != last && unb64u(&format!("{}{c}", &s[..s.len() - 1])).is_ok_and(|bytes| bytes == unb64u(s).unwrap())
    });
    assert_eq!(other, None);
}

#[test]
fn claims_with_a_member_twice_are_refused() {
    let compact = partner().sign_raw(SigAlg::EdDSA, r#"{"alg":"EdDSA"}"#, r#"{"sub":"a","sub":"b"}"#);
    let jwt = Jwt::parse(&compact).unwrap();
    assert_eq!(all_keys().claims::<Value>(&jwt, &SigAlg::FAPI), Err(JoseError::Malformed));
}

#[test]
fn signatures_of_another_form_are_refused() {
    let input = |alg: SigAlg| format!("{}.{}", b64u(json!({ "alg": alg.as_str() }).to_string()), b64u("{}"));
    for alg in SigAlg::ASYMMETRIC {
        let input = input(alg);
        let good = partner().signature(alg, input.as_bytes());
        let mut other = good.clone();
        other[0] ^= 1;
        let zeros = vec![0; good.len()];
        let longer = [&good[..], &[0]].concat();
        for wrong in [&good[1..], &good[..good.len() - 1], &longer, &zeros, &other, &[], &vec![255; good.len()]] {
            let compact = format!("{input}.{}", b64u(wrong));
            assert_eq!(verdict(&all_keys(), &compact), Err(JoseError::BadSignature), "{alg:?}");
        }
        assert_eq!(verdict(&all_keys(), &format!("{input}.{}", b64u(good))), Ok(()));
    }
}

#[test]
fn a_secret_keys_only_what_it_keyed() {
    let secret = b"a client secret of more than thirty-two bytes";
    let compact = OpKeys::sign_hs256(secret, "JWT", &json!({ "sub": "x" })).unwrap();
    assert_eq!(verify_hs256::<Value>(&compact, secret).unwrap()["sub"], "x");
    assert_eq!(verify_hs256::<Value>(&compact, b"another"), Err(JoseError::BadSignature));
    let es256 = partner().sign(SigAlg::ES256, json!({}), &json!({}));
    assert_eq!(verify_hs256::<Value>(&es256, secret), Err(JoseError::WrongAlgorithm));
    assert_eq!(OpKeys::sign_hs256(b"too short", "JWT", &json!({})), Err(JoseError::BadKey));
}

#[test]
fn hashes_follow_the_algorithm() {
    // printf %s abc | openssl dgst -sha512 -binary | head -c 32 | basenc --base64url, and so on.
    assert_eq!(SigAlg::ES256.half_hash("abc"), "ungWv48Bz-pBQUDeXa4iIw");
    assert_eq!(SigAlg::ES384.half_hash("abc"), "ywB1P0WjXou1oD1pmsZQBycsMqsO3tFj");
    assert_eq!(SigAlg::EdDSA.half_hash("abc"), "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same as the fuzz targets `jwt` and `key_set` do.
    #[test]
    fn nothing_that_nobody_signed_verifies(text in "[A-Za-z0-9_.-]{0,200}|.{0,200}", header in ".{0,80}", at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        prop_assert!(verdict(&all_keys(), &text).is_err());
        let raw = format!("{}.{}.{}", b64u(&header), b64u("{}"), b64u([1; 64]));
        prop_assert!(verdict(&all_keys(), &raw).is_err());
        let _ = KeySet::parse(&text);
        let mut bytes = partner().sign(SigAlg::EdDSA, json!({}), &json!({ "sub": text })).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(touched) = String::from_utf8(bytes) {
            prop_assert!(verdict(&all_keys(), &touched).is_err());
        }
    }
}
