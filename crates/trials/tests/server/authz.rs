//! How services ask: in the open, in a signed object, pushed beforehand; and what becomes of a request that is not in order.

use std::collections::BTreeMap;

use protocol::jose::{Enc, Encryption, KeyAlg, KeySet, SigningKey, b64u, jwe, sha256, unb64u};
use serde_json::{Value, json};
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::{AN, ELSEWHERE, HOME, each, once};

const BACK: &str = "https://bakker.example/cb";
const SECRET: &str = "bakker-secret-0123456789abcdef";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const V2: &str = "http://itsme.services/v2/claim/claim_approval_";

/// A baker who signs requests when he wants to.
struct Baker {
    id: &'static str,
    key: SigningKey,
}

impl Baker {
    async fn moves_in(town: &Town, id: &'static str, more: Value) -> Baker {
        let key = SigningKey::generate("bk").unwrap();
        let mut jwk = json!(key.public().jwk());
        jwk["kid"] = "k1".into();
        let name = format!("Bakker {id}");
        let secret: String = sha256(SECRET.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        let mut registered = json!({
            "id": id, "name": { "nl": name, "fr": name, "de": name, "en": name }, "domain": "bakker.example",
            "redirect_uris": [BACK], "scopes": ["profile"], "jwks": { "keys": [jwk] },
            "auth": { "method": "client_secret", "client_secret_sha256": secret },
        });
        registered.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        town.registers(registered).await;
        Baker { id, key }
    }

    fn parameters(&self) -> Vec<(String, String)> {
        [
            ("client_id", self.id),
            ("redirect_uri", BACK),
            ("response_type", "code"),
            ("scope", "openid profile"),
            ("state", "s1"),
            ("code_challenge", &b64u(sha256(VERIFIER.as_bytes()))),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// The same as a request object, with these members changed; `null` takes one away.
    fn object(&self, town: &Town, header: &Value, changes: &Value) -> String {
        let mut claims: serde_json::Map<String, Value> =
            self.parameters().into_iter().map(|(name, value)| (name, value.into())).collect();
        let now = town.now();
        claims.extend(
            json!({ "iss": self.id, "aud": town.issuer, "nbf": now, "exp": now + 300 }).as_object().unwrap().clone(),
        );
        claims.extend(changes.as_object().unwrap().clone());
        claims.retain(|_, value| !value.is_null());
        self.key.sign_with(header, &claims).unwrap()
    }

    async fn push(&self, town: &Town, form: &[(String, String)]) -> Reply {
        let request = town.http.post(format!("{}/par", town.issuer)).basic_auth(self.id, Some(SECRET)).form(form);
        Reply::read(request.send().await.unwrap()).await
    }

    async fn pushed(&self, town: &Town) -> String {
        let reply = self.push(town, &self.parameters()).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.json()["expires_in"], 60);
        reply.json()["request_uri"].as_str().unwrap().to_owned()
    }
}

fn es256() -> Value {
    json!({ "alg": "ES256", "kid": "k1", "typ": "oauth-authz-req+jwt" })
}

fn url(town: &Town, path: &str, pairs: &[(&str, &str)]) -> String {
    reqwest::Url::parse_with_params(&format!("{}{path}", town.issuer), pairs).unwrap().into()
}

/// The parameters with which the browser is sent back to the baker.
fn back(reply: &Reply) -> BTreeMap<String, String> {
    // After a form of ours a page leads on, else a redirect: 302 where the compatible mount says it.
    let to = match reply.status {
        302 | 303 => reply.location().to_owned(),
        _ => reply.attribute("onward", "href").replace("&amp;", "&"),
    };
    assert!(to.starts_with(BACK), "{to} {}", reply.body);
    reqwest::Url::parse(&to).unwrap().query_pairs().into_owned().collect()
}

#[tokio::test]
async fn a_pushed_request_opens_one_login_of_its_own_partner() {
    each(async |town| {
        let baker = Baker::moves_in(&town, "bakker", json!({ "require_par": true })).await;
        let other = Baker::moves_in(&town, "slager", json!({})).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let name = baker.pushed(&town).await;
        let asks = |id: &'static str| {
            url(
                &town,
                "/authorize",
                &[("client_id", id), ("request_uri", &name), ("redirect_uri", BACK), ("scope", "openid email")],
            )
        };

        let foreign = back(&browser.get(&town, &asks(other.id)).await);
        assert_eq!(foreign["error"], "invalid_request_uri", "another's request is unknown, and stays");

        let opened = browser.get(&town, &asks(baker.id)).await;
        assert_eq!(opened.status, 303, "{}", opened.body);
        assert!(opened.location().starts_with("/login?req="), "an address that holds: {}", opened.location());
        let again = back(&browser.get(&town, &asks(baker.id)).await);
        assert_eq!((again["error"].as_str(), again["iss"].as_str()), ("invalid_request_uri", town.issuer.as_str()));

        let page = browser.get(&town, opened.location()).await;
        let waits = browser.type_number(&town, &page, AN).await;
        assert_eq!(waits.status, 303, "{}", waits.body);
        let number = browser.get(&town, waits.location()).await.text("match");
        phone.approve(&town, &number, zelf_trials::town::phone::CODE).await.ok();
        let answer = back(&browser.get(&town, waits.location()).await);
        assert_eq!(answer["state"], "s1", "what was pushed counts, not what stands beside its name");
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &answer["code"]),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ];
        let request = town.http.post(format!("{}/token", town.issuer)).basic_auth("bakker", Some(SECRET)).form(&form);
        let tokens = Reply::read(request.send().await.unwrap()).await.ok();
        assert_eq!(tokens["scope"], "openid profile");
        assert_eq!(town.count("pushed_request").await, 0);

        let late = baker.pushed(&town).await;
        town.pass(60);
        let late = url(&town, "/authorize", &[("client_id", baker.id), ("request_uri", &late), ("redirect_uri", BACK)]);
        assert_eq!(back(&browser.get(&town, &late).await)["error"], "invalid_request_uri");
        town.pass(1);
        town.tidy().await;
        assert_eq!(town.count("pushed_request").await, 0, "what nobody came for is swept");
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_not_in_order_is_not_kept() {
    let town = once().await;
    let baker = Baker::moves_in(&town, "bakker", json!({})).await;
    let signer = Baker::moves_in(&town, "griffie", json!({ "signed_requests": true })).await;
    let before = town.tables().await;
    let with = |name: &str, value: &str| {
        let kept = baker.parameters().into_iter().filter(|(known, _)| known != name);
        kept.chain([(name.to_owned(), value.to_owned())]).collect::<Vec<_>>()
    };
    let twice = [baker.parameters(), vec![("scope".into(), "openid".into())]].concat();
    for (form, error) in [
        (with("redirect_uri", "https://evil.example/"), "invalid_request"),
        (with("redirect_uri", ""), "invalid_request"),
        (with("request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request"),
        (with("response_type", "token"), "unsupported_response_type"),
        (with("scope", "openid email"), "invalid_scope"),
        (with("code_challenge_method", "plain"), "invalid_request"),
        (with("authorization_details", "[]"), "invalid_authorization_details"),
        (with("request", "a.b.c"), "invalid_request_object"),
        (twice, "invalid_request"),
    ] {
        let reply = baker.push(&town, &form).await;
        assert_eq!(reply.refusal(), (400, error.into()), "{form:?}: {}", reply.body);
        assert!(reply.json()["error_description"].is_string());
    }
    let another = baker.push(&town, &with("client_id", "gemeente")).await;
    assert_eq!(another.refusal(), (401, "invalid_client".into()), "authenticated as one, asking as another");
    let reply = signer.push(&town, &signer.parameters()).await;
    assert_eq!(reply.refusal(), (400, "invalid_request".into()), "not signed");
    let stranger =
        town.http.post(format!("{}/par", town.issuer)).basic_auth("bakker", Some("guess")).form(&baker.parameters());
    assert_eq!(Reply::read(stranger.send().await.unwrap()).await.refusal(), (401, "invalid_client".into()));
    assert_eq!(town.tables().await, before);
}

#[tokio::test]
async fn a_signed_request_counts_as_it_was_signed() {
    let town = once().await;
    let baker = Baker::moves_in(&town, "bakker", json!({})).await;
    let signer = Baker::moves_in(&town, "griffie", json!({ "signed_requests": true })).await;
    let mut browser = Browser::at(HOME);
    let jwks = Reply::read(town.http.get(format!("{}/jwks.json", town.issuer)).send().await.unwrap()).await.ok();
    let ours = KeySet::from_value(&jwks).unwrap();

    let plain = baker.object(&town, &es256(), &json!({}));
    let key = ours.encryption_key(KeyAlg::RsaOaep256).unwrap();
    let how = Encryption { alg: KeyAlg::RsaOaep256, enc: Enc::A128CbcHs256 };
    let nested = jwe::encrypt(&key, how, Some("JWT"), plain.as_bytes()).unwrap();
    for object in [&plain, &nested] {
        let asks = url(
            &town,
            "/authorize",
            &[("client_id", "bakker"), ("response_type", "code"), ("scope", "openid"), ("request", object)],
        );
        let page = browser.get(&town, &asks).await;
        assert!(page.status == 200 && page.has("phone"), "{}", page.body);
    }
    // The state outside does not count for who must sign.
    let object = signer.object(&town, &es256(), &json!({ "scope": "email openid", "state": null }));
    let asks = url(
        &town,
        "/authorize",
        &[("client_id", "griffie"), ("state", "outside"), ("redirect_uri", BACK), ("request", &object)],
    );
    let refused = back(&browser.get(&town, &asks).await);
    assert_eq!(refused["error"], "invalid_scope");
    assert!(!refused.contains_key("state"), "{refused:?}");
}

#[tokio::test]
async fn every_bent_request_object_is_refused() {
    let town = once().await;
    let baker = Baker::moves_in(&town, "bakker", json!({})).await;
    let stranger = Baker { id: "bakker", key: SigningKey::generate("bk").unwrap() };
    let mut browser = Browser::at(HOME);
    let before = town.tables().await;
    let good = baker.object(&town, &es256(), &json!({}));
    let payload = good.split('.').nth(1).unwrap();
    let bent = |header: Value, signature: &str| format!("{}.{payload}.{signature}", b64u(header.to_string()));
    let signature = good.rsplit('.').next().unwrap();
    let jwe_header = |header: Value| format!("{}.AAAA.AAAA.AAAA.AAAA", b64u(header.to_string()));
    let tries: Vec<(&str, String, &str)> = vec![
        (
            "another client",
            baker.object(&town, &es256(), &json!({ "client_id": "gemeente" })),
            "invalid_request_object",
        ),
        ("another type", baker.object(&town, &es256(), &json!({ "response_type": "token" })), "invalid_request"),
        (
            "another audience",
            baker.object(&town, &es256(), &json!({ "aud": "https://evil.example" })),
            "invalid_request_object",
        ),
        ("expired", baker.object(&town, &es256(), &json!({ "exp": town.now() })), "invalid_request_object"),
        (
            "from the future",
            baker.object(&town, &es256(), &json!({ "nbf": town.now() + 60 })),
            "invalid_request_object",
        ),
        ("an assertion", baker.object(&town, &es256(), &json!({ "sub": "bakker" })), "invalid_request_object"),
        ("one in another", baker.object(&town, &es256(), &json!({ "request": good })), "invalid_request_object"),
        (
            "an address in it",
            baker.object(&town, &es256(), &json!({ "request_uri": "http://127.0.0.1/" })),
            "invalid_request_object",
        ),
        ("a stranger's key", stranger.object(&town, &es256(), &json!({})), "invalid_request_object"),
        ("no signature", bent(json!({ "alg": "none" }), ""), "invalid_request_object"),
        ("a secret for a key", bent(json!({ "alg": "HS256", "kid": "k1" }), signature), "invalid_request_object"),
        ("RSA for EC", bent(json!({ "alg": "RS256", "kid": "k1" }), signature), "invalid_request_object"),
        ("torn", good[..good.len() - 4].to_owned(), "invalid_request_object"),
        (
            "compressed",
            jwe_header(json!({ "alg": "RSA-OAEP-256", "enc": "A128CBC-HS256", "zip": "DEF" })),
            "invalid_request_object",
        ),
        (
            "a password for a key",
            jwe_header(json!({ "alg": "PBES2-HS256+A128KW", "enc": "A128CBC-HS256", "p2c": 2_000_000_000 })),
            "invalid_request_object",
        ),
    ];
    for (what, object, error) in tries {
        let asks = url(
            &town,
            "/authorize",
            &[
                ("client_id", "bakker"),
                ("redirect_uri", BACK),
                ("response_type", "code"),
                ("state", "s1"),
                ("request", &object),
            ],
        );
        let refused = back(&browser.get(&town, &asks).await);
        assert_eq!((refused["error"].as_str(), refused["state"].as_str()), (error, "s1"), "{what}: {refused:?}");
    }
    assert_eq!(town.tables().await, before);
}

#[tokio::test]
async fn no_browser_is_sent_to_an_address_that_was_not_checked() {
    let town = once().await;
    let baker = Baker::moves_in(&town, "bakker", json!({})).await;
    let mut browser = Browser::at(HOME);
    let evil = baker.object(&town, &es256(), &json!({ "redirect_uri": "https://evil.example/cb" }));
    let tries: Vec<(&str, Vec<(&str, &str)>)> = vec![
        ("in the object", vec![("request", &evil)]),
        ("in the object, a good one beside it", vec![("request", &evil), ("redirect_uri", BACK)]),
        ("a bad object and a bad address", vec![("request", "a.b.c"), ("redirect_uri", "https://evil.example/")]),
        (
            "an unknown name",
            vec![("request_uri", "urn:ietf:params:oauth:request_uri:x"), ("redirect_uri", "https://evil.example/")],
        ),
        (
            "an inner address",
            vec![("request_uri", "http://169.254.169.254/"), ("redirect_uri", "https://evil.example/")],
        ),
        ("a longer host", vec![("redirect_uri", "https://bakker.example.evil.example/cb")]),
        ("a user name", vec![("redirect_uri", "https://bakker.example@evil.example/cb")]),
        ("a backslash", vec![("redirect_uri", "https://bakker.example\\@evil.example/cb")]),
        ("a path more", vec![("redirect_uri", "https://bakker.example/cb/../../evil")]),
        ("a query more", vec![("redirect_uri", "https://bakker.example/cb?next=https://evil.example")]),
        ("a fragment", vec![("redirect_uri", "https://bakker.example/cb#x")]),
        ("another case", vec![("redirect_uri", "https://BAKKER.example/cb")]),
        ("twice", vec![("redirect_uri", BACK), ("redirect_uri", "https://evil.example/")]),
    ];
    for (what, pairs) in tries {
        let asks = url(
            &town,
            "/authorize",
            &[&[("client_id", "bakker"), ("response_type", "code"), ("scope", "openid")][..], &pairs].concat(),
        );
        let reply = browser.get(&town, &asks).await;
        assert!(reply.status == 400 && reply.location().is_empty(), "{what}: {} {}", reply.status, reply.location());
        assert!(reply.has("error-code") && !reply.body.contains("evil.example"), "{what}");
    }
    // An address inside the house is refused before anybody knocks there.
    let asks = url(
        &town,
        "/authorize",
        &[("client_id", "bakker"), ("redirect_uri", BACK), ("request_uri", "http://127.0.0.1:9/r")],
    );
    assert_eq!(back(&browser.get(&town, &asks).await)["error"], "invalid_request_uri");
}

#[tokio::test]
async fn a_long_text_to_confirm_lies_in_a_row_while_the_person_types() {
    each(async |town| {
        let service = json!({ "code": "AKKOORD", "kind": "confirmation", "redirect_uris": [BACK] });
        let baker = Baker::moves_in(
            &town,
            "bakker",
            json!({ "mount": "compat", "redirect_uris": [], "scopes": [], "service": [service] }),
        )
        .await;
        let mut browser = Browser::at(HOME);
        let text = "Ik ga <b>akkoord</b>. ".repeat(300);
        let claims = json!({ "userinfo": {
            format!("{V2}template_name"): { "essential": true, "value": "free_text" },
            format!("{V2}text_key"): { "essential": true, "value": text } } });
        let aud = format!("{}/v2", town.issuer);
        let object =
            baker.object(&town, &es256(), &json!({ "claims": claims, "aud": aud, "scope": "openid service:AKKOORD" }));
        let asks = |path: &str| {
            url(
                &town,
                path,
                &[
                    ("client_id", "bakker"),
                    ("response_type", "code"),
                    ("scope", "openid service:AKKOORD"),
                    ("redirect_uri", BACK),
                    ("request", &object),
                ],
            )
        };
        assert_eq!(browser.get(&town, &asks("/authorize")).await.status, 400, "not at the other mount");

        let page = browser.get(&town, &asks("/v2/authorization")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let req = page.field("req");
        assert!(req.len() < 600, "the form carries a name, not the text: {}", req.len());
        assert_eq!(town.count("pushed_request").await, 1);
        let french = browser.get(&town, &format!("/login?req={req}&lang=fr")).await;
        let waits = browser.type_number(&town, &french, AN).await;
        assert!(waits.location().starts_with("/login/wait/"), "{}", waits.location());
        let waiting = browser.get(&town, waits.location()).await;
        let stopped = back(&browser.post(&town, "/login/cancel", &[("req", &waiting.field("req"))]).await);
        assert_eq!(stopped["error"], "access_denied");
        assert!(!stopped.contains_key("iss"), "this mount never says it");

        town.pass(3601);
        town.tidy().await;
        assert_eq!(town.count("pushed_request").await, 0);
        let late = browser.type_number(&town, &page, AN).await;
        assert!(late.location().starts_with("/login/problem/request_expired/"), "{}", late.location());
    })
    .await;
}

#[tokio::test]
async fn a_signed_request_that_comes_again_and_again_is_one_row_and_soon_too_much() {
    each(async |town| {
        let baker = Baker::moves_in(&town, "bakker", json!({ "authorization_details": ["account_information"] })).await;
        let signed = |size: usize| {
            let details = json!([{ "type": "account_information", "note": "x".repeat(size) }]);
            baker.object(&town, &es256(), &json!({ "authorization_details": details }))
        };
        let asks = |object: &str| {
            let pairs =
                [("client_id", "bakker"), ("redirect_uri", BACK), ("response_type", "code"), ("request", object)];
            url(&town, "/authorize", &pairs)
        };
        let (object, other) = (signed(3000), signed(3001));
        let mut browser = Browser::at(HOME);
        for _ in 0..3 {
            assert_eq!(browser.get(&town, &asks(&object)).await.status, 200);
        }
        assert_eq!(town.count("pushed_request").await, 1);
        town.pass(200);
        // Who comes later has the page as long as everybody else.
        let page = browser.get(&town, &asks(&other)).await;
        let mut stranger = Browser::at(ELSEWHERE);
        for _ in 0..120 {
            assert_eq!(stranger.get(&town, &asks(&other)).await.status, 200);
        }
        assert_eq!(back(&stranger.get(&town, &asks(&other)).await)["error"], "temporarily_unavailable");
        assert_eq!(town.count("pushed_request").await, 2);
        assert_eq!(stranger.get(&town, &asks(&signed(1))).await.status, 200, "what costs no row is shown");
        assert_eq!(browser.type_number(&town, &page, AN).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn strangers_fill_no_rows() {
    let town = once().await;
    let baker = Baker::moves_in(&town, "bakker", json!({ "authorization_details": ["account_information"] })).await;
    let mut browser = Browser::at(HOME);
    let before = town.tables().await;
    let ask = |size: usize| {
        let details = json!([{ "type": "account_information", "note": "x".repeat(size) }]).to_string();
        let mut pairs = baker.parameters();
        pairs.push(("authorization_details".into(), details));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        url(&town, "/authorize", &pairs)
    };
    assert_eq!(browser.get(&town, &ask(4000)).await.status, 200, "the form still holds it");
    let refused = back(&browser.get(&town, &ask(9000)).await);
    assert_eq!(refused["error"], "invalid_request");
    assert!(refused["error_description"].contains("push it"));
    assert_eq!(town.tables().await, before);
}

#[tokio::test]
async fn a_signed_answer_holds_what_an_open_one_would() {
    let town = once().await;
    let baker = Baker::moves_in(&town, "bakker", json!({ "id_token_alg": "ES256" })).await;
    let mut browser = Browser::at(HOME);
    let mut pairs = baker.parameters();
    pairs.push(("response_mode".into(), "jwt".into()));
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page = browser.get(&town, &url(&town, "/authorize", &pairs)).await;
    let answer = back(&browser.post(&town, "/login/cancel", &[("req", &page.field("req"))]).await);
    assert_eq!(answer.keys().collect::<Vec<_>>(), ["response"], "nothing in the open");
    let jwks = Reply::read(town.http.get(format!("{}/jwks.json", town.issuer)).send().await.unwrap()).await.ok();
    let jwt = protocol::jose::jwt::Jwt::parse(&answer["response"]).unwrap();
    KeySet::from_value(&jwks).unwrap().verify(&jwt, &[protocol::jose::SigAlg::ES256]).unwrap();
    let claims: Value = jwt.claims().unwrap();
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(town.issuer), &json!("bakker")));
    assert_eq!((&claims["error"], &claims["state"]), (&json!("access_denied"), &json!("s1")));
    assert_eq!(claims["exp"], town.now() + 600);
    assert!(unb64u(answer["response"].split('.').next().unwrap()).is_ok());
}

#[tokio::test]
async fn both_mounts_say_what_they_offer() {
    let town = once().await;
    let get =
        async |path: &str| Reply::read(town.http.get(format!("{}{path}", town.issuer)).send().await.unwrap()).await;
    let standard = get("/.well-known/openid-configuration").await;
    assert_eq!(standard.header("content-type"), "application/json");
    assert_eq!(standard.body, get("/.well-known/oauth-authorization-server").await.body);
    let (standard, compat) = (standard.ok(), get("/v2/.well-known/openid-configuration").await.ok());
    assert_eq!(standard["issuer"], json!(town.issuer));
    assert_eq!(compat["issuer"], format!("{}/v2", town.issuer));
    assert_eq!(compat["authorization_endpoint"], format!("{}/v2/authorization", town.issuer));
    assert!(compat["pushed_authorization_request_endpoint"].is_null());
    for document in [&standard, &compat] {
        assert!(document["id_token_signing_alg_values_supported"].as_array().unwrap().contains(&json!("RS256")));
        assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(document["response_types_supported"], json!(["code"]));
    }
}

#[tokio::test]
async fn a_request_object_is_fetched_from_its_registered_address_alone() {
    let town = once().await;
    let registered = json!({ "request_uris": ["https://bakker.example:443/r.jwt"] });
    let baker = Baker::moves_in(&town, "bakker", registered).await;
    let mut browser = Browser::at(HOME);
    let at = "https://bakker.example/r.jwt";
    let asks = |uri: &str| {
        let pairs = [("client_id", "bakker"), ("redirect_uri", BACK), ("response_type", "code"), ("request_uri", uri)];
        url(&town, "/authorize", &pairs)
    };
    let refused = back(&browser.get(&town, &asks(at)).await);
    assert_eq!(refused["error"], "invalid_request_uri", "nobody answers there");
    town.web.serves(at, baker.object(&town, &es256(), &json!({})));
    for uri in [at, "https://bakker.example:443/r.jwt", "https://bakker.example/r.jwt#v2"] {
        let page = browser.get(&town, &asks(uri)).await;
        assert!(page.status == 200 && page.has("phone"), "{uri}: {}", page.body);
    }
    town.web.serves(at, "not a JWT");
    assert_eq!(back(&browser.get(&town, &asks(at)).await)["error"], "invalid_request_object");
    let elsewhere = "https://evil.example/r.jwt";
    assert_eq!(back(&browser.get(&town, &asks(elsewhere)).await)["error"], "invalid_request_uri");
    assert_eq!(town.web.asked(elsewhere), 0, "nobody knocked there");
    let mut stranger = Browser::at(ELSEWHERE);
    let before = town.web.asked(at);
    for _ in 0..130 {
        stranger.get(&town, &asks(at)).await;
    }
    assert_eq!(town.web.asked(at), before + 120, "nobody makes us knock there without end");
}

/// Twelve euro to somebody.
fn payment() -> Value {
    json!([{ "type": "payment_initiation", "instructedAmount": { "amount": "12.34", "currency": "EUR" },
             "creditorName": "Wie dan ook", "creditorAccount": { "iban": "BE68539007547034" } }])
}

#[tokio::test]
async fn nobody_adds_a_payment_or_data_to_a_signed_request() {
    let town = once().await;
    let pays = json!({ "authorization_details": ["payment_initiation"], "claims": ["nationalities"] });
    let baker = Baker::moves_in(&town, "bakker", pays).await;
    let phone = Phone::activate(&town, HOME, AN, "an").await;
    let mut browser = Browser::at(HOME);
    let details = payment().to_string();
    let asks = |object: &str, beside: &[(&str, &str)]| {
        let own = [("client_id", "bakker"), ("response_type", "code"), ("redirect_uri", BACK), ("request", object)];
        url(&town, "/authorize", &[&own[..], beside].concat())
    };
    let with = |changes: &Value| baker.object(&town, &es256(), changes);
    let beside = [
        ("authorization_details", details.as_str()),
        ("claims", r#"{"userinfo":{"nationalities":{"essential":true}}}"#),
        ("scope", "openid profile"),
    ];
    // Whether the object has a scope of its own or not: what is beside it adds nothing.
    for scope in [json!("openid"), Value::Null] {
        let page = browser.get(&town, &asks(&with(&json!({ "scope": scope })), &beside)).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let waits = browser.type_number(&town, &page, AN).await;
        let shown = phone.waiting(&town).await.verified.payload;
        assert_eq!(shown.kind, "login");
        assert!(shown.fields.iter().all(|field| field.c.is_none()), "{:?}", shown.fields);
        let waiting = browser.get(&town, waits.location()).await;
        back(&browser.post(&town, "/login/cancel", &[("req", &waiting.field("req"))]).await);
    }
    let page = browser.get(&town, &asks(&with(&json!({ "authorization_details": payment() })), &[])).await;
    browser.type_number(&town, &page, AN).await;
    assert_eq!(phone.waiting(&town).await.verified.payload.kind, "payment", "what was signed counts");
    // And for a time only: a copy of it must not call people for ever.
    let ago = town.now() - 3601;
    for (times, good) in [
        (json!({ "nbf": null, "exp": null, "iat": town.now() }), true),
        (json!({ "nbf": null, "exp": null }), false),
        (json!({ "nbf": null, "exp": null, "iat": ago }), false),
        (json!({ "nbf": ago, "exp": null }), false),
    ] {
        let mut whole = times.clone();
        whole["authorization_details"] = payment();
        let reply = browser.get(&town, &asks(&with(&whole), &[])).await;
        if good {
            assert_eq!(reply.status, 200, "{times}: {}", reply.body);
        } else {
            assert_eq!(back(&reply)["error"], "invalid_request_object", "{times}");
        }
    }
}

#[tokio::test]
async fn nobody_adds_a_template_to_a_signed_request_of_yesterday() {
    let town = once().await;
    let service = json!({ "code": "AKKOORD", "kind": "confirmation", "redirect_uris": [BACK] });
    let yesterday = json!({ "mount": "compat", "redirect_uris": [], "scopes": [], "service": [service] });
    let baker = Baker::moves_in(&town, "bakker", yesterday).await;
    let mut browser = Browser::at(HOME);
    let claims = json!({ "userinfo": {
        format!("{V2}template_name"): { "essential": true, "value": "free_text" },
        format!("{V2}text_key"): { "essential": true, "value": "Ik ga akkoord." } } });
    let with = |changes: Value| {
        let mut whole = json!({ "aud": format!("{}/v2", town.issuer), "scope": "openid service:AKKOORD" });
        whole.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        baker.object(&town, &es256(), &whole)
    };
    let asks = |object: &str| {
        let beside = claims.to_string();
        let pairs = [
            ("client_id", "bakker"),
            ("response_type", "code"),
            ("scope", "openid service:AKKOORD"),
            ("redirect_uri", BACK),
            ("claims", &beside),
            ("request", object),
        ];
        url(&town, "/v2/authorization", &pairs)
    };
    let added = back(&browser.get(&town, &asks(&with(json!({})))).await);
    assert_eq!(added["error"], "invalid_request", "{added:?}");
    assert!(added["error_description"].contains("template"), "{added:?}");
    // What is signed counts; the contract names no times, and one that is written holds.
    let ago = town.now() - 3601;
    for (times, good) in [
        (json!({}), true),
        (json!({ "nbf": null, "exp": null }), true),
        (json!({ "nbf": null, "exp": null, "iat": ago }), true),
        (json!({ "nbf": null, "exp": ago }), false),
    ] {
        let mut whole = times.clone();
        whole["claims"] = claims.clone();
        let reply = browser.get(&town, &asks(&with(whole))).await;
        if good {
            assert_eq!(reply.status, 200, "{times}: {}", reply.body);
        } else {
            assert_eq!(back(&reply)["error"], "invalid_request_object", "{times}");
        }
    }
    let data = back(&browser.get(&town, &asks(&with(json!({ "claims": { "userinfo": {} } })))).await);
    assert_eq!(data["error"], "invalid_request", "its own claims hold no template");
}

#[tokio::test]
async fn a_state_as_long_as_frameworks_write_it_comes_back_whole() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    for post in [false, true] {
        let mut browser = Browser::at(HOME);
        let mut login = gemeente.ask();
        login.state = "CfDJ8_-.".repeat(512);
        let address = gemeente.authorize_url(&town, &login);
        let page = if post {
            let form: Vec<(String, String)> =
                reqwest::Url::parse(&address).unwrap().query_pairs().into_owned().collect();
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            browser.post(&town, "/authorize", &form).await
        } else {
            browser.get(&town, &address).await
        };
        let french = browser.get(&town, &format!("/login?req={}&lang=fr", page.field("req"))).await;
        let waits = browser.type_number(&town, &french, AN).await;
        login.wait = waits.location().to_owned();
        login.number = browser.get(&town, &login.wait).await.text("match");
        phone.approve(&town, &login.number, zelf_trials::town::phone::CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        gemeente.exchange(&town, &login, &code).await.ok();
        town.settle().await;
    }
    let mut browser = Browser::at(HOME);
    let mut long = gemeente.ask();
    long.state = "x".repeat(4097);
    let refused = browser.get(&town, &gemeente.authorize_url(&town, &long)).await;
    assert!(refused.location().contains("error=invalid_request") && !refused.location().contains("state="));
}
