//! Request objects and their attackers (RFC 9101).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use zelf_protocol::jose::{KeySet, SigningKey, b64u, digest};
use zelf_protocol::oidc::partner::Partner;
use zelf_protocol::oidc::request_object::{ObjectError, RequestObject, merge, read};

const ISSUER: &str = "https://id.example";
const NOW: i64 = 1_795_000_000;

fn partner(security: &str) -> Partner {
    serde_json::from_value(json!({
        "id": "town", "name": { "nl": "G", "fr": "C", "de": "G", "en": "T" }, "domain": "town.example",
        "redirect_uris": ["https://town.example/cb"], "security": security,
        "auth": { "method": "client_secret", "client_secret_sha256": "ab".repeat(32) },
    }))
    .unwrap()
}

fn keys(key: &SigningKey) -> KeySet {
    let mut jwk = json!(key.public().jwk());
    jwk["kid"] = "k1".into();
    KeySet::from_value(&json!({ "keys": [jwk] })).unwrap()
}

fn claims() -> Value {
    json!({ "iss": "town", "aud": ISSUER, "client_id": "town", "response_type": "code", "nbf": NOW - 10, "exp": NOW + 300,
            "scope": "openid", "max_age": 60, "claims": { "userinfo": { "email": null } }, "jti": "j" })
}

fn header() -> Value {
    json!({ "alg": "ES256", "kid": "k1", "typ": "oauth-authz-req+jwt" })
}

fn judge(security: &str, header: &Value, claims: &Value) -> Result<RequestObject, ObjectError> {
    let key = SigningKey::generate("rp").unwrap();
    read(&key.sign_with(header, claims).unwrap(), &partner(security), &keys(&key), &[ISSUER], NOW)
}

#[test]
fn members_become_parameters_and_the_envelope_does_not() {
    let key = SigningKey::generate("rp").unwrap();
    let jws = key.sign_with(&header(), &claims()).unwrap();
    let object = read(&jws, &partner("standard"), &keys(&key), &[ISSUER], NOW).unwrap();
    let get = |name: &str| object.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!((get("scope"), get("max_age")), (Some("openid"), Some("60")));
    assert_eq!(get("claims"), Some(r#"{"userinfo":{"email":null}}"#));
    for envelope in ["iss", "aud", "exp", "nbf", "jti"] {
        assert_eq!(get(envelope), None, "{envelope}");
    }
    assert_eq!(object.digest, digest(&jws));
}

#[test]
fn every_envelope_that_does_not_hold_is_refused() {
    let change = |member: &str, value: Value| {
        let mut claims = claims();
        match value {
            Value::Null => _ = claims.as_object_mut().unwrap().remove(member),
            value => claims[member] = value,
        }
        claims
    };
    let everywhere = [
        ("iss", json!("bakery")),
        ("iss", json!(1)),
        ("client_id", json!("bakery")),
        ("aud", json!("https://other.example")),
        ("aud", json!(["https://other.example"])),
        ("aud", json!({})),
        ("sub", json!("town")),
        ("exp", json!(NOW)),
        ("exp", json!("tomorrow")),
        ("nbf", json!(NOW + 60)),
        ("iat", json!(NOW + 60)),
        ("request", json!("a.b.c")),
        ("request_uri", json!("https://town.example/r")),
    ];
    for (member, value) in everywhere {
        let refused = judge("standard", &header(), &change(member, value.clone()));
        assert!(matches!(refused, Err(ObjectError::Wrong(_))), "{member} {value}: {refused:?}");
    }
    let strict = [
        ("iss", Value::Null),
        ("aud", Value::Null),
        ("exp", Value::Null),
        ("nbf", Value::Null),
        ("nbf", json!(NOW - 3601)),
        ("exp", json!(NOW + 3600)),
    ];
    for (member, value) in strict {
        assert!(judge("standard", &header(), &change(member, value.clone())).is_ok(), "{member} {value}");
        let refused = judge("fapi2_signed", &header(), &change(member, value.clone()));
        assert!(matches!(refused, Err(ObjectError::Wrong(_))), "{member} {value}");
    }
    assert!(judge("fapi2_signed", &header(), &claims()).is_ok());
    assert!(judge("fapi2_signed", &header(), &change("aud", json!([ISSUER, "https://other.example"]))).is_ok());
}

#[test]
fn a_jwt_for_something_else_is_no_request() {
    for (typ, good) in [("oauth-authz-req+jwt", true), ("application/oauth-authz-req+jwt", true), ("JWT", true)]
        .into_iter()
        .chain([("at+jwt", false), ("client-authentication+jwt", false), ("dpop+jwt", false), ("logout+jwt", false)])
    {
        let header = json!({ "alg": "ES256", "kid": "k1", "typ": typ });
        assert_eq!(judge("standard", &header, &claims()).is_ok(), good, "{typ}");
    }
    // RFC 9101 §10.8: an assertion signed with the same key.
    let assertion = json!({ "iss": "town", "sub": "town", "aud": ISSUER, "exp": NOW + 60, "jti": "j" });
    assert!(judge("standard", &json!({ "alg": "ES256", "kid": "k1" }), &assertion).is_err());
}

#[test]
fn nothing_but_a_key_of_the_partner_signs() {
    let (key, other) = (SigningKey::generate("rp").unwrap(), SigningKey::generate("rp").unwrap());
    let set = keys(&key);
    let judge = |jws: &str| read(jws, &partner("standard"), &set, &[ISSUER], NOW);
    let good = key.sign_with(&header(), &claims()).unwrap();
    assert!(judge(&good).is_ok());
    assert_eq!(judge(&other.sign_with(&header(), &claims()).unwrap()), Err(ObjectError::Signature));
    let unknown = json!({ "alg": "ES256", "kid": "k2" });
    assert_eq!(judge(&key.sign_with(&unknown, &claims()).unwrap()), Err(ObjectError::Signature));
    let raw = |header: Value, signature: &str| {
        format!("{}.{}.{signature}", b64u(header.to_string()), b64u(claims().to_string()))
    };
    let signature = good.rsplit('.').next().unwrap();
    for bad in [
        raw(json!({ "alg": "none" }), ""),
        raw(json!({ "alg": "None" }), ""),
        raw(json!({ "alg": "HS256", "kid": "k1" }), signature),
        raw(json!({ "alg": "RS256", "kid": "k1" }), signature),
        raw(json!({ "alg": "PS256", "kid": "k1" }), signature),
        raw(json!({ "alg": "ES256", "kid": "k1", "crit": ["exp"] }), signature),
        raw(json!({ "alg": "ES256", "kid": "k1", "jwk": key.public().jwk() }), signature),
        good[..good.len() - 4].to_owned(),
        "a.b".into(),
        String::new(),
        "x".repeat(50_000),
    ] {
        assert!(judge(&bad).is_err(), "{}", &bad[..bad.len().min(80)]);
    }
    // Key confusion: the public key as the secret of an HMAC is no key at all here.
    let confused = raw(json!({ "alg": "HS256" }), signature);
    assert_eq!(judge(&confused), Err(ObjectError::Wrong("the request object must be signed with a key of the client")));
}

#[test]
fn what_is_inside_wins_and_client_and_type_agree() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let object = RequestObject {
        pairs: vec![pair("client_id", "town"), pair("response_type", "code"), pair("scope", "openid")],
        digest: "h".into(),
        undated: false,
    };
    let outside =
        vec![pair("client_id", "town"), pair("scope", "openid email"), pair("state", "s"), pair("request", "a.b.c")];
    let merged = merge(&object, &outside, false).unwrap();
    assert!(merged.contains(&pair("scope", "openid")) && !merged.contains(&pair("scope", "openid email")));
    assert!(merged.contains(&pair("state", "s")) && !merged.iter().any(|(name, _)| name == "request"));
    assert_eq!(merge(&object, &outside, true).unwrap(), object.pairs, "alone: nothing beside it counts");
    for bad in [pair("client_id", "bakery"), pair("response_type", "token")] {
        assert!(merge(&object, &[bad], false).is_err());
    }
    assert!(merge(&object, &[pair("client_id", "town"), pair("client_id", "town")], false).is_err());
}

#[test]
fn what_is_asked_of_the_person_is_never_added_beside_the_object() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let bare = RequestObject { pairs: vec![pair("state", "s")], digest: "h".into(), undated: false };
    let outside = [
        pair("client_id", "town"),
        pair("claims", "{}"),
        pair("authorization_details", "[]"),
        pair("scope", "profile openid service:PAY offline_access"),
        pair("nonce", "n"),
    ];
    let merged = merge(&bare, &outside, false).unwrap();
    let expected =
        [pair("state", "s"), pair("client_id", "town"), pair("scope", "openid service:PAY"), pair("nonce", "n")];
    assert_eq!(merged, expected);
    assert_eq!(merge(&bare, &outside, true).unwrap(), [pair("state", "s"), pair("client_id", "town")]);
}

#[test]
fn an_object_without_a_recent_time_is_known_to_be_of_any_age() {
    let undated = |times: Value| {
        let mut claims = claims();
        for name in ["exp", "nbf"] {
            claims.as_object_mut().unwrap().remove(name);
        }
        claims.as_object_mut().unwrap().extend(times.as_object().unwrap().clone());
        judge("standard", &header(), &claims).unwrap().undated
    };
    for times in [
        json!({}),
        json!({ "iat": NOW - 3601 }),
        json!({ "nbf": NOW - 3601 }),
        json!({ "iat": NOW - 3601, "nbf": NOW }),
    ] {
        assert!(undated(times.clone()), "{times}");
    }
    for times in [json!({ "exp": NOW + 1 }), json!({ "iat": NOW - 3600 }), json!({ "nbf": NOW })] {
        assert!(!undated(times.clone()), "{times}");
    }
}
