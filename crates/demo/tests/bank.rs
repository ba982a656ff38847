//! A customer goes to the bank and comes back: connector, demo bank, card and reader over loopback HTTP.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod bank_town;

use bank_town::{CLIENT, Town, location, parameter};
use outbound::bank::{BankError, Pending};
use protocol::jose::{SigningKey, b64u, sha256};
use serde_json::{Value, json};

#[tokio::test]
async fn a_customer_signs_and_the_bank_vouches() {
    let town = Town::start().await;
    let opened = town.open().await;
    assert_eq!(opened.expires, town.now() + 300);
    let place = town.arrive(&opened.url).await;
    assert_eq!(town.arrive(&opened.url).await, place, "loading the page twice is harmless");

    let page = town.page(&place).await;
    assert_eq!((page["step"].as_str(), page["bank"].as_str()), (Some("card"), Some("BELFIUS")));
    assert_eq!(page["showing"]["phone_masked"], "+32 ••• •• 89 60");
    assert_eq!(page["showing"]["device_thumbprint"], "abcd efgh ijkl mnop qrst uv");
    assert!(page.get("challenge").is_none());

    let an = town.customer("an");
    let back = town.sign(&opened.url, "an").await;
    assert!(back.starts_with(&format!("{}?", town.redirect_uri)));
    assert_eq!(parameter(&back, "state").as_deref(), Some("st-1 &="));
    let (code, iss) = (parameter(&back, "code").unwrap(), parameter(&back, "iss").unwrap());

    // The record survives being stored.
    let stored = serde_json::to_string(&opened.pending).unwrap();
    let pending: Pending = serde_json::from_str(&stored).unwrap();
    let proof = town.connector.finish(&pending, &code, &iss, town.now(), town.entropy()).await.unwrap();
    assert_eq!((proof.given_name.as_str(), proof.family_name.as_str()), ("An", "Van Linden"));
    assert_eq!((proof.birthdate.as_str(), proof.gender.as_str()), ("1955-03-12", "female"));
    assert_eq!(proof.national_number, an.national_number());
    assert_eq!(proof.phone_number.as_deref(), Some("+32468758960"));
    assert_eq!(proof.date_of_expiry, an.document_expiry.to_string());
    assert_eq!((proof.assurance_level.as_str(), proof.auth_time), ("high", town.now()));
    assert_eq!(proof.evidence.split('.').count(), 3);
    assert!(!format!("{proof:?} {pending:?}").contains("Linden"), "nothing personal in Debug");

    let again = town.connector.finish(&pending, &code, &iss, town.now(), town.entropy()).await;
    assert_eq!(again.err(), Some(BankError::Invalid("code_refused")), "a code is used once");
    let gone = town.http.get(&opened.url).send().await.unwrap();
    assert_eq!(gone.status(), 410, "a request is answered once");
}

#[tokio::test]
async fn the_same_person_has_the_same_name_at_one_bank_and_another_at_the_next() {
    let town = Town::start().await;
    let mut subs = vec![];
    for issuer in [town.issuer.clone(), town.issuer.clone(), format!("{}/kbc", town.base)] {
        let request = Town::request();
        let opened = town.connector.open(&issuer, &request, town.now(), town.entropy()).await.unwrap();
        let back = town.sign(&opened.url, "georges").await;
        let code = parameter(&back, "code").unwrap();
        let proof = town.connector.finish(&opened.pending, &code, &issuer, town.now(), town.entropy()).await.unwrap();
        assert_eq!(proof.date_of_expiry, "2024-02-28");
        subs.push(proof.sub);
    }
    assert_eq!(subs[0], subs[1]);
    assert_ne!(subs[0], subs[2]);
}

#[tokio::test]
async fn refusing_at_the_bank_comes_back_as_access_denied() {
    let town = Town::start().await;
    let opened = town.open().await;
    let place = town.arrive(&opened.url).await;
    let refused = town.post(&place, "refuse", &[]).await;
    assert_eq!(refused.status(), 303);
    let back = location(&refused);
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&back, "iss"), Some(town.issuer.clone()));
    assert!(parameter(&back, "code").is_none());
    assert_eq!(BankError::returned("access_denied"), BankError::Refused);
    assert_eq!(town.post(&place, "refuse", &[]).await.status(), 410);
}

#[tokio::test]
async fn three_wrong_responses_lock_the_challenge_and_five_the_card() {
    let town = Town::start().await;
    let an = town.customer("an");
    let mut tries = 0;
    for _ in 0..2 {
        let place = town.arrive(&town.open().await.url).await;
        let chosen = town.post(&place, "card", &[("card", &an.card)]).await;
        assert_eq!(chosen.status(), 200);
        for left in [2, 1] {
            let wrong = town.post(&place, "response", &[("response", "1234 5678")]).await;
            assert_eq!(wrong.status(), 422);
            assert_eq!(wrong.json::<Value>().await.unwrap(), json!({ "error": "response_wrong", "left": left }));
            tries += 1;
        }
        let third: Value = town.post(&place, "response", &[("response", "12345678")]).await.json().await.unwrap();
        tries += 1;
        if tries <= 5 {
            assert_eq!(third["error"], "challenge_locked");
            let after = town.page(&place).await;
            assert_eq!(after["step"], "locked");
            let right = town.read(&an.card, "000000000000", &an.pin).await;
            let right = right["response"].as_str().unwrap().to_owned();
            let late: Value = town.post(&place, "response", &[("response", &right)]).await.json().await.unwrap();
            assert_eq!(late["error"], "challenge_locked");
            assert_eq!(town.post(&place, "refuse", &[]).await.status(), 303, "the way back stays open");
        } else {
            assert_eq!(third["error"], "card_locked", "the sixth try of the day");
        }
    }
    let place = town.arrive(&town.open().await.url).await;
    let locked: Value = town.post(&place, "card", &[("card", &an.card)]).await.json().await.unwrap();
    assert_eq!(locked["error"], "card_locked");
    town.pass(86_400);
    let opened = town.open().await;
    assert!(town.sign(&opened.url, "an").await.contains("code="), "tomorrow is another day");
}

#[tokio::test]
async fn codes_replayed_or_made_for_something_else_are_refused() {
    let town = Town::start().await;
    let (an, jan) = (town.customer("an"), town.customer("jan"));
    let start = async |card: &str| {
        let place = town.arrive(&town.open().await.url).await;
        let page: Value = town.post(&place, "card", &[("card", card)]).await.json().await.unwrap();
        (place, page["challenge"].as_str().unwrap().to_owned())
    };
    let respond = async |place: &str, code: &Value| {
        town.post(place, "response", &[("response", code["response"].as_str().unwrap())]).await.status().as_u16()
    };
    let (first, challenge) = start(&an.card).await;
    let (second, other) = start(&an.card).await;
    assert_ne!(challenge, other, "the same request in another session is another challenge");
    let code = town.read(&an.card, &challenge, &an.pin).await;
    assert_eq!(respond(&second, &code).await, 422, "made for another session");
    let foreign = town.read(&jan.card, &challenge, &jan.pin).await;
    assert_eq!(respond(&first, &foreign).await, 422, "made by another card");
    assert_eq!(respond(&first, &code).await, 303);
    assert_eq!(respond(&first, &code).await, 410, "the session is over");

    // Two codes for one challenge: after the later one, the earlier counter is behind.
    let earlier = town.read(&an.card, &other, &an.pin).await;
    let (third, challenge) = start(&an.card).await;
    let later = town.read(&an.card, &challenge, &an.pin).await;
    assert_eq!(respond(&third, &later).await, 303);
    assert_eq!(respond(&second, &earlier).await, 422, "an old counter");
}

#[tokio::test]
async fn three_wrong_pins_block_the_card_until_the_bank_unblocks_it() {
    let town = Town::start().await;
    let an = town.customer("an");
    let read = async |pin: &str| town.read(&an.card, "375826546989", pin).await;
    assert_eq!(read("0000").await, json!({ "error": "pin_wrong", "left": 2 }));
    assert_eq!(read("0000").await, json!({ "error": "pin_wrong", "left": 1 }));
    assert_eq!(read("0000").await, json!({ "error": "card_blocked" }));
    assert_eq!(read(&an.pin).await, json!({ "error": "card_blocked" }));
    assert!(town.read(&town.customer("jan").card, "375826546989", "2468").await["response"].is_string());
    let unblock = town.http.post(format!("{}/demo/unblock", town.base)).header("Content-Type", "application/json");
    assert_eq!(unblock.body(json!({ "card": an.card }).to_string()).send().await.unwrap().status(), 200);
    assert_eq!(read(&an.pin).await["response"].as_str().unwrap().len(), 8);
    for bad in [("37582654698", "1357"), ("37582654698x", "1357"), ("375826546989", "1"), ("", "")] {
        assert_eq!(town.read(&an.card, bad.0, bad.1).await["error"], "malformed");
    }
    assert_eq!(town.read("6703", "375826546989", "1357").await["error"], "card_unknown");
}

#[tokio::test]
async fn time_runs_out_at_every_step() {
    let town = Town::start().await;
    let late = town.open().await;
    town.pass(300);
    assert_eq!(town.http.get(&late.url).send().await.unwrap().status(), 410, "the pushed request");

    let opened = town.open().await;
    let place = town.arrive(&opened.url).await;
    town.pass(300);
    let an = town.customer("an");
    assert_eq!(town.post(&place, "card", &[("card", &an.card)]).await.status(), 410, "the session");

    let opened = town.open().await;
    let code = parameter(&town.sign(&opened.url, "an").await, "code").unwrap();
    town.pass(60);
    let late = town.connector.finish(&opened.pending, &code, &town.issuer, town.now(), town.entropy()).await;
    assert_eq!(late.err(), Some(BankError::Invalid("code_refused")), "the code");
}

#[tokio::test]
async fn nothing_grows_from_abandoned_requests() {
    let town = Town::start().await;
    for _ in 0..20 {
        let opened = town.open().await;
        town.arrive(&opened.url).await;
    }
    town.pass(3600);
    town.open().await;
    let rows = rusqlite::Connection::open(&town.database).unwrap();
    for (table, left) in [("requests", 1), ("sessions", 0), ("seen", 1), ("codes", 0), ("tokens", 0)] {
        let count: i64 = rows.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(count, left, "{table}");
    }
}

/// What the connector says when the bank tells this lie.
async fn caught(town: &Town, lie: impl Fn(&str, &mut Value) + Send + Sync + 'static) -> BankError {
    let opened = town.open().await;
    let code = parameter(&town.sign(&opened.url, "an").await, "code").unwrap();
    town.lie(lie);
    let result = town.connector.finish(&opened.pending, &code, &town.issuer, town.now(), town.entropy()).await;
    town.honest();
    result.err().unwrap()
}

#[tokio::test]
async fn a_lying_bank_is_not_believed() {
    let town = Town::start().await;
    let claims = "/verified_claims/claims";
    let cases: [(&str, &str, Value, &str); 21] = [
        ("id_token", "/nonce", json!("another"), "id_token_nonce"),
        ("id_token", "/iss", json!("http://127.0.0.1/kbc"), "id_token_iss"),
        ("id_token", "/aud", json!("somebody"), "id_token_aud"),
        ("id_token", "/aud", json!([CLIENT, "somebody"]), "id_token_aud"),
        ("id_token", "/sub", json!("another"), "userinfo_sub"),
        ("id_token", "/exp", json!(bank_town::NOW - 3600), "id_token_expired"),
        ("id_token", "/iat", json!(bank_town::NOW + 3600), "id_token_from_the_future"),
        ("id_token", "/auth_time", json!("now"), "id_token_malformed"),
        ("userinfo", "/iss", json!("http://127.0.0.1/kbc"), "userinfo_iss"),
        ("userinfo", "/aud", json!("somebody"), "userinfo_aud"),
        ("userinfo", "/sub", json!("another"), "userinfo_sub"),
        ("userinfo", "/iat", json!(bank_town::NOW - 3600), "userinfo_iat"),
        ("userinfo", "/authorization_details_sha256", json!("x"), "userinfo_authorization_details"),
        ("userinfo", "/phone_number", json!("0468"), "phone_number"),
        ("userinfo", "/verified_claims/verification/trust_framework", json!("ours"), "trust_framework"),
        ("userinfo", "/verified_claims/verification/evidence", json!([]), "no_identity_card"),
        ("userinfo", &format!("{claims}/birthdate"), json!("12-03-1955"), "birthdate"),
        ("userinfo", &format!("{claims}/gender"), json!("x"), "gender"),
        ("userinfo", &format!("{claims}/given_name"), json!("An\u{0}"), "given_name"),
        ("userinfo", &format!("{claims}/urn:zelf:claim:national_number"), json!("55.03.12-998.07"), "national_number"),
        ("userinfo", &format!("{claims}/address"), json!("Lindestraat 2"), "userinfo_malformed"),
    ];
    for (token, pointer, value, expected) in cases {
        let (token, pointer) = (token.to_owned(), pointer.to_owned());
        let error = caught(&town, move |path, json| {
            if path == token {
                *json.pointer_mut(&pointer).unwrap_or_else(|| panic!("{pointer} in {path}")) = value.clone();
            }
        });
        assert_eq!(error.await, BankError::Invalid(expected));
    }
    let error = caught(&town, |path, json| {
        if path.ends_with("/token") {
            json["authorization_details"][0]["phone_masked"] = json!("+32 ••• •• 00 00");
        }
    });
    assert_eq!(error.await, BankError::Invalid("authorization_details"));
    let error = caught(&town, |path, json| {
        if path.ends_with("/token") {
            json["token_type"] = json!("Bearer");
        }
    });
    assert_eq!(error.await, BankError::Invalid("token_type"));
}

#[tokio::test]
async fn unsigned_or_foreign_userinfo_is_not_believed() {
    let town = Town::start().await;
    let stranger = SigningKey::generate("bank").unwrap();
    let by_stranger = stranger.sign_with(&json!({ "alg": "ES256" }), &json!({ "sub": "x" })).unwrap();
    let none = format!("{}.{}.", b64u(r#"{"alg":"none"}"#), b64u("{}"));
    for (content_type, body, expected) in [
        ("application/json", r#"{"sub":"x"}"#, "userinfo_not_signed"),
        ("application/jwt", &by_stranger, "userinfo_signature"),
        ("application/jwt", &none, "userinfo_malformed"),
        ("application/jwt", "a.b", "userinfo_malformed"),
        ("application/jwt", &"a".repeat(70_000), "answer_too_large"),
    ] {
        let opened = town.open().await;
        let code = parameter(&town.sign(&opened.url, "an").await, "code").unwrap();
        town.forge("/userinfo", content_type, body);
        let result = town.connector.finish(&opened.pending, &code, &town.issuer, town.now(), town.entropy()).await;
        town.honest();
        assert_eq!(result.err(), Some(BankError::Invalid(expected)));
    }
}

#[tokio::test]
async fn another_banks_answer_and_an_absent_bank_are_told_apart() {
    let town = Town::start().await;
    let opened = town.open().await;
    let code = parameter(&town.sign(&opened.url, "an").await, "code").unwrap();
    let mixed = format!("{}/kbc", town.base);
    let result = town.connector.finish(&opened.pending, &code, &mixed, town.now(), town.entropy()).await;
    assert_eq!(result.err(), Some(BankError::Invalid("iss")));

    let open =
        async |issuer: String| town.connector.open(&issuer, &Town::request(), town.now(), town.entropy()).await.err();
    assert_eq!(open(format!("{}/nobody", town.base)).await, Some(BankError::Invalid("request_refused")));
    assert_eq!(open("http://bank.example".into()).await, Some(BankError::Invalid("address_not_callable")));
    assert_eq!(open("http://127.0.0.1:1".into()).await, Some(BankError::Unreachable));
    town.forge("/openid-configuration", "application/json", r#"{"issuer":"https://other.example"}"#);
    assert_eq!(open(format!("{}/kbc", town.base)).await, Some(BankError::Invalid("answer_malformed")));
    town.honest();
    town.lie(|path, json| {
        if path.ends_with("openid-configuration") {
            json["issuer"] = json!("https://other.example");
        }
    });
    assert_eq!(open(format!("{}/kbc", town.base)).await, Some(BankError::Invalid("metadata_issuer")));
    town.unplug();
    assert_eq!(open(town.issuer.clone()).await, Some(BankError::Unreachable));
}

/// A client that says what it likes.
struct Client<'a> {
    town: &'a Town,
    verifier: String,
    dpop: SigningKey,
}

impl<'a> Client<'a> {
    fn new(town: &'a Town) -> Self {
        Client { town, verifier: "v".repeat(43), dpop: SigningKey::generate("dpop").unwrap() }
    }

    fn claims(&self, jti: &str) -> Value {
        let now = self.town.now();
        json!({ "iss": CLIENT, "sub": CLIENT, "aud": self.town.issuer, "iat": now, "exp": now + 60, "jti": jti })
    }

    fn assertion(&self, claims: &Value) -> String {
        let key = &self.town.client_key;
        key.sign_with(&json!({ "alg": "ES256", "kid": key.kid() }), claims).unwrap()
    }

    fn par(&self, jti: &str) -> Vec<(String, String)> {
        let details = json!([{
            "type": "urn:zelf:enrolment:1", "phone_masked": "+32 ••• •• 89 60", "device": "Chrome on Linux",
            "device_thumbprint": "abcdefghijklmnopqrstuv", "terms": "2026-11", "session": "act_1",
        }]);
        let claims =
            json!({ "userinfo": { "verified_claims": { "verification": {}, "claims": { "given_name": null } } } });
        [
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()),
            ("client_assertion", self.assertion(&self.claims(jti))),
            ("response_type", "code".into()),
            ("scope", "openid".into()),
            ("redirect_uri", self.town.redirect_uri.clone()),
            ("state", "s".into()),
            ("nonce", "n".into()),
            ("code_challenge", b64u(sha256(self.verifier.as_bytes()))),
            ("code_challenge_method", "S256".into()),
            ("dpop_jkt", self.dpop.public().thumbprint()),
            ("claims", claims.to_string()),
            ("authorization_details", details.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    async fn push(&self, form: &[(String, String)]) -> (u16, Value) {
        let answer = self.town.http.post(format!("{}/par", self.town.issuer)).form(form).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// A code, honestly come by.
    async fn code(&self, jti: &str) -> String {
        let (status, pushed) = self.push(&self.par(jti)).await;
        assert_eq!(status, 201, "{pushed}");
        let uri = pushed["request_uri"].as_str().unwrap();
        let url = format!("{}/authorize?client_id={CLIENT}&request_uri={uri}", self.town.issuer);
        parameter(&self.town.sign(&url, "an").await, "code").unwrap()
    }

    fn exchange(&self, jti: &str, code: &str) -> Vec<(String, String)> {
        [
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", self.town.redirect_uri.clone()),
            ("code_verifier", self.verifier.clone()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()),
            ("client_assertion", self.assertion(&self.claims(jti))),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    fn proof(&self, key: &SigningKey, claims: &Value) -> String {
        key.sign_with(&json!({ "alg": "ES256", "typ": "dpop+jwt", "jwk": key.public().jwk() }), claims).unwrap()
    }

    fn proof_claims(&self, jti: &str) -> Value {
        json!({ "jti": jti, "htm": "POST", "htu": format!("{}/token", self.town.issuer), "iat": self.town.now() })
    }

    async fn token(&self, form: &[(String, String)], proof: Option<String>) -> (u16, Value) {
        let mut call = self.town.http.post(format!("{}/token", self.town.issuer)).form(form);
        if let Some(proof) = proof {
            call = call.header("DPoP", proof);
        }
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

fn replaced(form: &[(String, String)], name: &str, value: Option<&str>) -> Vec<(String, String)> {
    let mut out: Vec<_> = form.iter().filter(|(n, _)| n != name).cloned().collect();
    out.extend(value.map(|v| (name.to_owned(), v.to_owned())));
    out
}

#[tokio::test]
async fn every_bad_request_gets_one_clear_error() {
    let town = Town::start().await;
    let client = Client::new(&town);
    let details = |change: Value| {
        let mut all = json!([{
            "type": "urn:zelf:enrolment:1", "phone_masked": "x", "device": "x",
            "device_thumbprint": "abcdefghijklmnopqrstuv", "terms": "x", "session": "x",
        }]);
        for (name, value) in change.as_object().unwrap() {
            all[0][name] = value.clone();
        }
        all.to_string()
    };
    let cases = [
        ("response_type", Some("token".into()), "unsupported_response_type"),
        ("scope", Some("openid email".into()), "invalid_scope"),
        ("redirect_uri", Some(format!("{}/", town.redirect_uri)), "invalid_request"),
        ("redirect_uri", None, "invalid_request"),
        ("state", None, "invalid_request"),
        ("nonce", None, "invalid_request"),
        ("code_challenge", None, "invalid_request"),
        ("code_challenge", Some("short".into()), "invalid_request"),
        ("code_challenge_method", Some("plain".into()), "invalid_request"),
        ("claims", None, "invalid_request"),
        ("claims", Some("{".into()), "invalid_request"),
        ("claims", Some("{}".into()), "invalid_request"),
        ("request_uri", Some("urn:x".into()), "invalid_request"),
        ("client_id", Some("somebody".into()), "invalid_client"),
        ("client_assertion_type", None, "invalid_client"),
        ("client_assertion", None, "invalid_client"),
        ("client_assertion", Some("a.b.c".into()), "invalid_client"),
        ("authorization_details", None, "invalid_authorization_details"),
        ("authorization_details", Some("[]".into()), "invalid_authorization_details"),
        ("authorization_details", Some("{}".into()), "invalid_authorization_details"),
        ("authorization_details", Some(details(json!({ "type": "x" }))), "invalid_authorization_details"),
        ("authorization_details", Some(details(json!({ "extra": "x" }))), "invalid_authorization_details"),
        ("authorization_details", Some(details(json!({ "device": "a\u{202e}\n" }))), "invalid_authorization_details"),
        ("authorization_details", Some(details(json!({ "device": "x".repeat(81) }))), "invalid_authorization_details"),
        ("authorization_details", Some(details(json!({ "device_thumbprint": "x" }))), "invalid_authorization_details"),
    ];
    for (at, (name, value, error)) in cases.iter().enumerate() {
        let form = replaced(&client.par(&format!("bad-{at}")), name, value.as_deref());
        let (status, answer) = client.push(&form).await;
        assert_eq!(answer["error"], *error, "{name} {value:?}");
        assert_eq!(status, if *error == "invalid_client" { 401 } else { 400 });
        assert!(answer["error_description"].is_string());
    }
    let twice = [client.par("twice"), vec![("state".to_owned(), "other".to_owned())]].concat();
    assert_eq!(client.push(&twice).await.1["error"], "invalid_request");
    let nobody = town.http.post(format!("{}/nobody/par", town.base)).form(&client.par("nobody")).send().await.unwrap();
    assert_eq!(nobody.status(), 404);
    let direct = format!("{}/authorize?client_id={CLIENT}&response_type=code&scope=openid", town.issuer);
    assert_eq!(town.http.get(direct).send().await.unwrap().status(), 400, "PAR is the only way");
    let huge = replaced(&client.par("huge"), "state", Some(&"x".repeat(40_000)));
    assert_eq!(client.push(&huge).await.0, 400);
}

#[tokio::test]
async fn assertions_are_for_this_bank_now_and_once() {
    let town = Town::start().await;
    let client = Client::new(&town);
    let good = client.par("good");
    assert_eq!(client.push(&good).await.0, 201);
    assert_eq!(client.push(&good).await.1["error_description"], "the assertion was used before");
    let changes = [
        ("aud", json!(format!("{}/kbc", town.base))),
        ("aud", json!([town.issuer])),
        ("iss", json!("somebody")),
        ("sub", json!("somebody")),
        ("exp", json!(town.now() - 11)),
        ("exp", json!(town.now() + 3600)),
        ("iat", json!(town.now() + 60)),
        ("nbf", json!(town.now() + 60)),
        ("jti", json!("")),
    ];
    for (at, (name, value)) in changes.into_iter().enumerate() {
        let mut claims = client.claims(&format!("c-{at}"));
        claims[name] = value;
        let form = replaced(&good, "client_assertion", Some(&client.assertion(&claims)));
        let (status, answer) = client.push(&form).await;
        assert_eq!((status, answer["error"].as_str()), (401, Some("invalid_client")), "{name}");
    }
    let stranger = SigningKey::generate("rq").unwrap();
    for kid in [stranger.kid(), town.client_key.kid()] {
        let forged = stranger.sign_with(&json!({ "alg": "ES256", "kid": kid }), &client.claims(kid)).unwrap();
        assert_eq!(client.push(&replaced(&good, "client_assertion", Some(&forged))).await.0, 401);
    }
}

#[tokio::test]
async fn a_code_is_worth_nothing_in_other_hands() {
    let town = Town::start().await;
    let client = Client::new(&town);
    let proof = |jti: &str| Some(client.proof(&client.dpop, &client.proof_claims(jti)));
    let other = SigningKey::generate("dpop").unwrap();

    let code = client.code("1").await;
    let foreign = client.proof(&other, &client.proof_claims("p1"));
    let (status, answer) = client.token(&client.exchange("1t", &code), Some(foreign)).await;
    assert_eq!((status, answer["error"].as_str()), (400, Some("invalid_grant")), "another DPoP key");
    let (_, answer) = client.token(&client.exchange("1u", &code), proof("p1b")).await;
    assert_eq!(answer["error_description"], "the code was used before", "a failed exchange burns it");

    let code = client.code("2").await;
    let form = replaced(&client.exchange("2t", &code), "code_verifier", Some(&"w".repeat(43)));
    assert_eq!(client.token(&form, proof("p2")).await.1["error"], "invalid_grant");

    let code = client.code("3").await;
    let form = replaced(&client.exchange("3t", &code), "redirect_uri", Some("http://localhost:8402/"));
    assert_eq!(client.token(&form, proof("p3")).await.1["error"], "invalid_grant");

    let code = client.code("4").await;
    assert_eq!(client.token(&client.exchange("4t", &code), None).await.1["error"], "invalid_dpop_proof");
    for (at, (name, value)) in
        [("htm", json!("GET")), ("htu", json!("http://x/token")), ("iat", json!(town.now() - 61)), ("jti", json!(""))]
            .into_iter()
            .enumerate()
    {
        let mut claims = client.proof_claims(&format!("p4-{at}"));
        claims[name] = value;
        let bad = client.proof(&client.dpop, &claims);
        let (_, answer) = client.token(&client.exchange(&format!("4-{at}"), &code), Some(bad)).await;
        assert_eq!(answer["error"], "invalid_dpop_proof", "{name}");
    }
    let form = replaced(&client.exchange("4x", &code), "grant_type", Some("refresh_token"));
    assert_eq!(client.token(&form, proof("p4x")).await.1["error"], "unsupported_grant_type");
    let (status, granted) = client.token(&client.exchange("4y", &code), proof("p4y")).await;
    assert_eq!(status, 200, "what never reached the code left it whole: {granted}");

    // The token: bound to the key, to the call, and gone when the code is seen again.
    let token = granted["access_token"].as_str().unwrap();
    let url = format!("{}/userinfo", town.issuer);
    let ath = b64u(sha256(token.as_bytes()));
    let claims = |jti: &str| json!({ "jti": jti, "htm": "GET", "htu": url, "iat": town.now(), "ath": ath });
    let ask = async |scheme: &str, proof: String| {
        let call = town.http.get(&url).header("Authorization", format!("{scheme} {token}")).header("DPoP", proof);
        call.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask("Bearer", client.proof(&client.dpop, &claims("u0"))).await, 401);
    assert_eq!(ask("DPoP", client.proof(&other, &claims("u1"))).await, 401);
    let mut no_ath = claims("u2");
    no_ath.as_object_mut().unwrap().remove("ath");
    assert_eq!(ask("DPoP", client.proof(&client.dpop, &no_ath)).await, 401);
    let good = client.proof(&client.dpop, &claims("u3"));
    assert_eq!(ask("DPoP", good.clone()).await, 200);
    assert_eq!(ask("DPoP", good).await, 401, "a proof is used once");
    client.token(&client.exchange("4z", &code), proof("p4z")).await;
    assert_eq!(ask("DPoP", client.proof(&client.dpop, &claims("u4"))).await, 401, "taken back");
    assert_eq!(town.http.get(&url).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn only_what_was_asked_for_is_told() {
    let town = Town::start().await;
    let client = Client::new(&town);
    let code = client.code("1").await;
    let proof = client.proof(&client.dpop, &client.proof_claims("p"));
    let (_, granted) = client.token(&client.exchange("t", &code), Some(proof)).await;
    let token = granted["access_token"].as_str().unwrap();
    let url = format!("{}/userinfo", town.issuer);
    let claims =
        json!({ "jti": "u", "htm": "GET", "htu": url, "iat": town.now(), "ath": b64u(sha256(token.as_bytes())) });
    let call = town.http.get(&url).header("Authorization", format!("DPoP {token}"));
    let answer = call.header("DPoP", client.proof(&client.dpop, &claims)).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/jwt");
    let jws = answer.text().await.unwrap();
    let payload = protocol::jose::unb64u(jws.split('.').nth(1).unwrap()).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(payload["verified_claims"]["claims"], json!({ "given_name": "An" }));
    assert!(payload.get("phone_number").is_none());
}

#[tokio::test]
async fn a_person_can_do_it_all_without_javascript_in_four_languages() {
    let town = Town::start().await;
    for lang in ["nl", "fr", "de", "en"] {
        let request = outbound::bank::OpenRequest { locale: lang.into(), ..Town::request() };
        let opened = town.connector.open(&town.issuer, &request, town.now(), town.entropy()).await.unwrap();
        let place = town.arrive(&opened.url).await;
        let page = town.http.get(&place).send().await.unwrap();
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("form-action 'self' http://localhost:8402;") && !policy.contains("unsafe"));
        let html = page.text().await.unwrap();
        assert!(html.contains(&format!("<html lang=\"{lang}\">")) && html.contains("id=\"card\""));
        assert!(!html.contains(">bank.") && !html.contains("\"bank."), "a missing text shows as its key");

        let form = |step: &str, form: &[(&str, &str)]| town.http.post(format!("{place}/{step}")).form(form).send();
        let unknown = form("card", &[("card", "6703 0000")]).await.unwrap();
        assert_eq!(unknown.status(), 422);
        assert!(unknown.text().await.unwrap().contains("role=\"alert\""));
        let an = town.customer("an");
        let next = form("card", &[("card", &zelf_demo::customers::grouped(&an.card)), ("lang", lang)]).await.unwrap();
        assert_eq!((next.status().as_u16(), location(&next)), (303, format!("{place}?lang={lang}")));
        let html = town.http.get(location(&next)).send().await.unwrap().text().await.unwrap();
        for id in ["response", "refuse", "challenge", "shown-phone", "shown-thumbprint", "reader-device"] {
            assert!(html.contains(&format!("id=\"{id}\"")), "{id}");
        }
        assert!(html.contains("+32 ••• •• 89 60") && html.contains("abcd efgh ijkl mnop qrst uv"));
        assert!(!html.contains(">bank.") && !html.contains("\"bank."));
        let wrong = form("response", &[("response", "00000000")]).await.unwrap();
        assert_eq!(wrong.status(), 422);
        let foreign = town.http.post(format!("{place}/refuse")).header("Sec-Fetch-Site", "cross-site");
        assert_eq!(foreign.send().await.unwrap().status(), 403, "another site cannot refuse for the customer");
        assert_eq!(form("refuse", &[]).await.unwrap().status(), 303);
        town.pass(86_400);
    }
}

#[tokio::test]
async fn hostile_text_is_text() {
    let town = Town::start().await;
    let request = outbound::bank::OpenRequest { device: "<script>alert(1)</script>\"'&".into(), ..Town::request() };
    let opened = town.connector.open(&town.issuer, &request, town.now(), town.entropy()).await.unwrap();
    let place = town.arrive(&opened.url).await;
    town.post(&place, "card", &[("card", &town.customer("an").card)]).await;
    let html = town.http.get(&place).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("&lt;script&gt;alert(1)") && !html.contains("<script>alert"));
    let back = town.sign(&opened.url, "an").await;
    let code = parameter(&back, "code").unwrap();
    assert!(town.connector.finish(&opened.pending, &code, &town.issuer, town.now(), town.entropy()).await.is_ok());
}

#[tokio::test]
async fn the_customers_are_listed_for_programs() {
    let town = Town::start().await;
    let all: Value = town.http.get(format!("{}/demo/customers", town.base)).send().await.unwrap().json().await.unwrap();
    let ids: Vec<&str> = all.as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["an", "jan", "fatima", "lucas", "emma", "georges", "sophie"]);
    for member in ["name", "card", "pin", "birth_date", "number", "note"] {
        assert!(all[4][member].is_string(), "{member}");
    }
    assert_eq!(town.http.get(format!("{}/belfius/sign/nothing", town.base)).send().await.unwrap().status(), 404);
    assert_eq!(town.http.get(format!("{}/static/../bank.db", town.base)).send().await.unwrap().status(), 404);
}
