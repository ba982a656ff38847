//! ID tokens as they should be, and as somebody else would like them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use protocol::jose::SigningKey;

use super::super::site::Site;
use super::*;

const NOW: i64 = 1_795_000_000;

fn party() -> RelyingParty {
    RelyingParty::new(ServiceConfig {
        base_url: "http://localhost:8403".into(),
        issuer: "http://localhost:8401".into(),
        client_id: "gemeente".into(),
        auth: Auth::ClientSecretPost("s".into()),
        frame_ancestors: vec![],
        roots: vec![],
        site: Site::Town,
    })
}

fn claims() -> Value {
    json!({ "iss": "http://localhost:8401", "sub": "p1", "aud": "gemeente", "exp": NOW + 300, "iat": NOW, "nonce": "n",
        "auth_time": NOW - 5, "acr": "a", "amr": ["pin"] })
}

fn jwks(key: &SigningKey) -> Jwks {
    let jwk = key.public().jwk();
    let value =
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": jwk.x, "y": jwk.y, "kid": key.kid(), "use": "sig" }] });
    serde_json::from_value(value).unwrap()
}

fn judged(change: impl FnOnce(&mut Value)) -> Result<IdToken, Refused> {
    let key = SigningKey::generate("op").unwrap();
    let mut claims = claims();
    change(&mut claims);
    let header = json!({ "alg": "ES256", "kid": key.kid() });
    party().believe(&key.sign_with(&header, &claims).unwrap(), &jwks(&key), "n", NOW)
}

#[test]
fn a_token_for_us_is_believed() {
    let token = judged(|_| {}).ok().unwrap();
    assert_eq!((token.sub.as_str(), token.auth_time), ("p1", NOW - 5));
    assert!(judged(|claims| claims["aud"] = json!(["gemeente"])).is_ok());
}

#[test]
fn a_token_for_another_place_person_or_time_is_not() {
    let lies = [
        ("iss", json!("http://localhost:9")),
        ("aud", json!("another")),
        ("aud", json!(["gemeente", "another"])),
        ("aud", json!(7)),
        ("nonce", json!("m")),
        ("exp", json!(NOW - 31)),
        ("iat", json!(NOW + 3600)),
    ];
    for (claim, value) in lies {
        match judged(|claims| claims[claim] = value.clone()) {
            Err(Refused::Token(found)) => assert_eq!(found, claim, "{value}"),
            _ => panic!("{claim} = {value} was believed"),
        }
    }
}

#[test]
fn a_token_nobody_we_know_signed_is_not_believed() {
    let (theirs, ours) = (SigningKey::generate("op").unwrap(), SigningKey::generate("op").unwrap());
    let header = json!({ "alg": "ES256", "kid": ours.kid() });
    let forged = theirs.sign_with(&header, &claims()).unwrap();
    assert!(matches!(party().believe(&forged, &jwks(&ours), "n", NOW), Err(Refused::Token("signature"))));
    for nonsense in ["", "a.b", "..", "eyJhbGciOiJub25lIn0.e30."] {
        assert!(matches!(party().believe(nonsense, &jwks(&ours), "n", NOW), Err(Refused::Token("form"))));
    }
}

#[test]
fn a_proof_is_kept_only_when_it_is_of_this_answer_for_us_by_the_provider() {
    let (ours, theirs) = (SigningKey::generate("op").unwrap(), SigningKey::generate("op").unwrap());
    let made = |key: &SigningKey, typ: &str, change: fn(&mut Value)| {
        let mut told = json!({ "iss": "http://localhost:8401", "aud": "gemeente", "sub": "p1", "rcp": "digest" });
        change(&mut told);
        let proof = key.sign_with(&json!({ "alg": "ES256", "kid": ours.kid(), "typ": typ }), &told).unwrap();
        party().keeps(&proof, &jwks(&ours), "p1", "digest")
    };
    assert!(made(&ours, EVIDENCE, |_| {}).is_ok());
    let lies: [fn(&mut Value); 4] = [
        |told| told["iss"] = json!("http://localhost:9"),
        |told| told["aud"] = json!("another"),
        |told| told["sub"] = json!("p2"),
        |told| told["rcp"] = json!("of another answer"),
    ];
    for lie in lies {
        assert!(matches!(made(&ours, EVIDENCE, lie), Err(Refused::Token("evidence"))));
    }
    assert!(made(&ours, "JWT", |_| {}).is_err(), "an ID token is no proof");
    assert!(made(&theirs, EVIDENCE, |_| {}).is_err(), "somebody else's word");
    assert!(party().keeps("a.b", &jwks(&ours), "p1", "digest").is_err());
}

#[test]
fn an_id_token_without_a_nonce_is_not_ours() {
    let missing = judged(|claims| {
        claims.as_object_mut().unwrap().remove("nonce");
    });
    assert!(matches!(missing, Err(Refused::Token("nonce"))));
}
