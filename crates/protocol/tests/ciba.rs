//! What a partner may send to the backchannel, and what its enemies send.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use zelf_protocol::jose::{KeySet, SigningKey, b64u};
use zelf_protocol::oidc::authorize::Found;
use zelf_protocol::oidc::ciba::{Backchannel, BackchannelError, Hint, LoginHintToken, ObjectError, object};
use zelf_protocol::oidc::partner::Partner;

const NOW: i64 = 1_795_352_700;
const ISSUER: &str = "https://id.example";

fn partner(mount: &str, key: &SigningKey, ciba: &Value) -> Partner {
    let jwk = key.public().jwk();
    let jwk = json!({ "kty": jwk.kty, "crv": jwk.crv, "x": jwk.x, "y": jwk.y, "kid": key.kid(), "alg": "ES256" });
    let name = "Desk";
    serde_json::from_value(json!({
        "id": "desk", "name": { "nl": name, "fr": name, "de": name, "en": name }, "domain": "desk.example",
        "redirect_uris": [], "auth": { "method": "private_key_jwt", "jwks": [jwk] }, "mount": mount, "ciba": ciba,
        "grants": ["urn:openid:params:grant-type:ciba"],
        "service": [{ "code": "S", "kind": "authentication" }],
    }))
    .unwrap()
}

fn read(mount: &str, ciba: &Value, form: &[(&str, &str)]) -> Result<Backchannel, BackchannelError> {
    let partner = partner(mount, &SigningKey::generate("k").unwrap(), ciba);
    let scope = if mount == "compat" { "openid service:S" } else { "openid" };
    let mut pairs: Vec<(String, String)> = form.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    if !form.iter().any(|(name, _)| *name == "scope") {
        pairs.push(("scope".into(), scope.into()));
    }
    Backchannel::parse(&partner, &pairs, &Found::default())
}

fn poll() -> Value {
    json!({ "delivery": "poll" })
}

fn hint(mount: &str, name: &str, value: &str) -> Result<Hint, String> {
    read(mount, &poll(), &[(name, value)]).map(|asked| asked.hint).map_err(|error| error.code().to_owned())
}

#[test]
fn a_hint_is_a_number_a_token_of_ours_or_what_a_session_gave() {
    let number = |text: &str| hint("standard", "login_hint", text);
    for written in ["+32468758960", "tel:+32468758960", "+32 468 75 89 60", "tel:+32-468-75-89-60"] {
        assert_eq!(number(written), Ok(Hint::Number("+32468758960".into())), "{written}");
    }
    for wrong in ["0468758960", "+", "+32abc", "an@voorbeeld.be", "+3246875896012345", "sub:1"] {
        assert_eq!(number(wrong), Err("invalid_request".into()), "{wrong}");
    }
    assert_eq!(hint("standard", "id_token_hint", "a.b.c"), Ok(Hint::IdToken("a.b.c".into())));
    let body = |kind: &str| json!({ "type": kind, "value": "v" }).to_string();
    let token = |text: &str| hint("compat", "login_hint_token", text);
    let found = |inside| Ok(Hint::Token(inside));
    assert_eq!(token(&body("user_identifier_token")), found(LoginHintToken::Discovered("v".into())));
    assert_eq!(token(&body("subject_code")), found(LoginHintToken::Subject("v".into())));
    assert_eq!(token("plain"), found(LoginHintToken::Discovered("plain".into())));
    let jwt = format!("x.{}.y", b64u(body("subject_code")));
    assert_eq!(token(&jwt), found(LoginHintToken::Subject("v".into())));
    let long = "a".repeat(5000);
    let deep = format!("x.{}.y", b64u("[".repeat(1000)));
    for wrong in
        ["{", "{}", r#"{"type":"subject_code"}"#, r#"{"type":1,"value":"v"}"#, &body("other"), "x.!.y", &deep, &long]
    {
        assert_eq!(token(wrong), Err("invalid_request".into()), "{wrong}");
    }
}

#[test]
fn the_time_a_partner_wishes_is_kept_within_ours() {
    let seconds = |mount: &str, asked: Option<&str>| {
        let name = if mount == "compat" { ("login_hint_token", "t") } else { ("login_hint", "+32468758960") };
        let mut form = vec![name];
        form.extend(asked.map(|text| ("requested_expiry", text)));
        read(mount, &poll(), &form).map(|asked| asked.seconds).map_err(|error| error.code().to_owned())
    };
    assert_eq!((seconds("standard", None), seconds("compat", None)), (Ok(180), Ok(120)));
    assert_eq!((seconds("standard", Some("1")), seconds("standard", Some("999"))), (Ok(30), Ok(300)));
    for wrong in ["0", "-1", "a", "1.5", "99999999999999999999", "٣"] {
        assert_eq!(seconds("standard", Some(wrong)), Err("invalid_request".into()), "{wrong}");
    }
}

#[test]
fn a_partner_that_is_called_says_with_which_token() {
    let ping = json!({ "delivery": "ping", "notification_endpoint": "https://desk.example/ping" });
    let read = |token: &str| {
        let form = [("login_hint", "+32468758960"), ("client_notification_token", token)];
        let read = read("standard", &ping, &form);
        read.map(|asked| asked.authorization).map_err(|error| error.code().to_owned())
    };
    let asked = read("abcdefghijklmnop-._~+/==").unwrap();
    assert!(!format!("{asked:?}").contains("abcdefghijklmnop"), "it is shown nowhere");
    assert_eq!(asked.notification.unwrap().0, "abcdefghijklmnop-._~+/==");
    for wrong in
        ["", "short", "a b c d e f g h i j k", "abcdefghijklmnop\r\nHost: x", "=abcdefghijklmnopq", &"a".repeat(1025)]
    {
        assert_eq!(read(wrong).unwrap_err(), "invalid_request", "{wrong:?}");
    }
}

#[test]
fn a_signed_request_is_the_partners_own_for_us_now() {
    let (key, other) = (SigningKey::generate("k").unwrap(), SigningKey::generate("k").unwrap());
    let signed = |key: &SigningKey, change: &[(&str, Value)]| {
        let mut claims = json!({ "iss": "desk", "aud": ISSUER, "iat": NOW, "nbf": NOW, "exp": NOW + 60, "jti": "j",
                                 "scope": "openid", "claims": { "userinfo": {} } });
        for (name, value) in change {
            claims[*name] = value.clone();
        }
        key.sign_with(&json!({ "alg": "ES256", "kid": "k" }), &claims).unwrap()
    };
    let verdict = |mount: &str, signer: &SigningKey, change: &[(&str, Value)]| {
        let jws = signed(signer, change);
        let partner = partner(mount, &key, &poll());
        let jwk = key.public().jwk();
        let set = json!({ "keys": [{ "kty": jwk.kty, "crv": jwk.crv, "x": jwk.x, "y": jwk.y, "kid": "k" }] });
        object(&jws, &partner, &KeySet::from_value(&set).unwrap(), &[ISSUER.to_owned()], NOW)
    };
    let good = verdict("standard", &key, &[]).unwrap();
    assert!(good.pairs.contains(&("scope".into(), "openid".into())));
    assert!(good.pairs.iter().all(|(name, _)| name != "iss" && name != "exp"), "the envelope is no parameter");
    assert_eq!((good.single_use.jti.as_str(), good.single_use.expires), ("request:j", NOW + 60));
    assert_eq!(verdict("standard", &other, &[]).unwrap_err(), ObjectError::Signature);
    let split = [("exp", json!(NOW as f64 + 60.5)), ("nbf", json!(NOW as f64 - 0.5)), ("iat", json!(NOW as f64))];
    assert_eq!(verdict("standard", &key, &split).unwrap().single_use.expires, NOW + 60);
    let text = |seconds: i64| json!(seconds.to_string());
    for change in [
        ("iss", json!("other")),
        ("iss", Value::Null),
        ("aud", json!("https://elsewhere.example")),
        ("aud", json!([])),
        ("sub", json!("desk")),
        ("client_id", json!("other")),
        ("exp", json!(NOW)),
        ("exp", json!(NOW + 7200)),
        ("exp", text(NOW + 60)),
        ("nbf", json!(NOW + 60)),
        ("nbf", Value::Null),
        ("iat", json!(NOW + 60)),
        ("jti", Value::Null),
        ("jti", json!("")),
    ] {
        let refused = verdict("standard", &key, std::slice::from_ref(&change));
        assert!(matches!(refused, Err(ObjectError::Wrong(_))), "{change:?}");
    }
    let lenient = [
        ("exp", text(NOW + 60)),
        ("iat", text(NOW)),
        ("nbf", json!("2026-11-22T13:00:00Z")),
        ("jti", Value::Null),
        ("claims", json!("{no json")),
    ];
    let odd = verdict("compat", &key, &lenient).unwrap();
    assert!(odd.pairs.iter().all(|(name, _)| name != "claims"));
    // Nothing is taken twice, and a name is kept until its request is old.
    let again = verdict("compat", &key, &lenient).unwrap();
    assert_eq!(odd.single_use.jti, again.single_use.jti, "the same words under another signature");
    let without = |exp: Value, iat: Value| verdict("compat", &key, &[("exp", exp), ("iat", iat)]);
    for (exp, iat) in [
        (Value::Null, Value::Null),
        (Value::Null, json!(NOW - 3600)),
        (Value::Null, json!("yesterday")),
        (json!(NOW + 3611), json!(NOW)),
        (json!(i64::MAX), Value::Null),
    ] {
        assert!(without(exp.clone(), iat.clone()).is_err(), "{exp} {iat}");
    }
    for (exp, iat, until) in [
        (Value::Null, json!(NOW - 3599), NOW + 1),
        (Value::Null, text(NOW), NOW + 3600),
        (json!(NOW + 3600), Value::Null, NOW + 3600),
    ] {
        assert_eq!(without(exp, iat).unwrap().single_use.expires, until);
    }
    assert!(verdict("compat", &key, &[("exp", text(NOW))]).is_err(), "a time as text is a time all the same");
}
