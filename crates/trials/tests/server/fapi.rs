//! A broker that lives by FAPI 2.0: what it asks is pushed and signed, what it hears is signed, and what it holds is bound to its key.

use std::collections::BTreeMap;

use protocol::jose::jwt::Jwt;
use protocol::jose::{KeySet, SigAlg, SigningKey, b64u, sha256};
use serde_json::{Value, json};
use zelf_trials::town::partner::{claims, dpop, dpop_claims};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::firm::{Firm, text};
use crate::{AN, HOME, each, once};

const BACK: &str = "https://makelaar.example/cb";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

struct Broker {
    firm: Firm,
    /// To this key its tokens are bound.
    key: SigningKey,
}

/// Parameters, some of them changed; `null` takes one away.
fn changed(mut parameters: Value, changes: &Value) -> Value {
    let members = parameters.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    parameters
}

impl Broker {
    async fn opens(town: &Town, id: &str, security: &str, more: Value) -> Broker {
        let mut registered = json!({
            "redirect_uris": [BACK], "ciba": null, "security": security, "scopes": ["profile"],
            "grants": ["authorization_code", "refresh_token"],
        });
        registered.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let firm = Firm::opens(town, id, "", registered).await;
        Broker { firm, key: SigningKey::generate("pk").unwrap() }
    }

    /// What it asks.
    fn parameters(&self) -> Value {
        json!({
            "client_id": self.firm.id, "redirect_uri": BACK, "response_type": "code", "response_mode": "jwt",
            "scope": "openid profile offline_access", "prompt": "consent", "state": "s1", "nonce": "n1",
            "code_challenge": b64u(sha256(VERIFIER.as_bytes())), "code_challenge_method": "S256",
        })
    }

    /// The same as a request object, with these members changed.
    fn object(&self, town: &Town, changes: &Value) -> String {
        let now = town.now();
        let envelope = json!({ "iss": self.firm.id, "aud": town.issuer, "nbf": now, "exp": now + 300 });
        self.firm.signs(&changed(changed(self.parameters(), &envelope), changes))
    }

    fn proof(&self, town: &Town, method: &str, path: &str, token: Option<&str>) -> String {
        dpop(&self.key, &dpop_claims(town, method, path, token))
    }

    /// A form to one of the broker's doors, with an assertion, and with a proof where there is one.
    async fn posts(&self, town: &Town, path: &str, form: &[(&str, &str)], proof: Option<String>) -> Reply {
        let assertion = self.firm.assertion(town, "");
        let own = [
            ("client_assertion_type", protocol::oidc::client_auth::ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        let form: Vec<(&str, &str)> = form.iter().copied().chain(own).collect();
        let request = town.http.post(format!("{}{path}", town.issuer)).form(&form);
        let request = proof.map_or(request.try_clone().unwrap(), |proof| request.header("dpop", proof));
        Reply::read(request.send().await.unwrap()).await
    }

    async fn pushes(&self, town: &Town, parameters: &Value) -> Reply {
        let form: Vec<(&str, &str)> = parameters
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect();
        self.posts(town, "/par", &form, None).await
    }

    /// Pushes a good request, signed; its name.
    async fn pushed(&self, town: &Town) -> String {
        let object = self.object(town, &json!({}));
        let proof = self.proof(town, "POST", "/par", None);
        let reply = self.posts(town, "/par", &[("request", &object)], Some(proof)).await;
        assert_eq!((reply.status, reply.header("cache-control")), (201, "no-store"), "{}", reply.body);
        assert_eq!(reply.json()["expires_in"], 60);
        text(&reply.json(), "request_uri")
    }

    /// The browser goes to the login with it.
    fn address(&self, town: &Town, request_uri: &str) -> String {
        let pairs = [("client_id", self.firm.id.as_str()), ("request_uri", request_uri), ("redirect_uri", BACK)];
        reqwest::Url::parse_with_params(&format!("{}/authorize", town.issuer), pairs).unwrap().into()
    }

    /// An logs in; what the browser brings back.
    async fn logs_in(&self, town: &Town, phone: &mut Phone) -> Value {
        let mut browser = Browser::at(HOME);
        let opened = browser.get(town, &self.address(town, &self.pushed(town).await)).await;
        assert_eq!(opened.status, 303, "{}", opened.body);
        let page = browser.get(town, opened.location()).await;
        let waits = browser.type_number(town, &page, AN).await.location().to_owned();
        let number = browser.get(town, &waits).await.text("match");
        phone.approve(town, &number, CODE).await.ok();
        signed_answer(town, &browser.get(town, &waits).await).await
    }

    async fn redeems(&self, town: &Town, code: &str, proof: Option<String>) -> Reply {
        let form =
            [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK), ("code_verifier", VERIFIER)];
        self.posts(town, "/token", &form, proof).await
    }

    async fn refreshes(&self, town: &Town, token: &str, proof: Option<String>) -> Reply {
        self.posts(town, "/token", &[("grant_type", "refresh_token"), ("refresh_token", token)], proof).await
    }

    async fn userinfo(&self, town: &Town, token: &str) -> Reply {
        let request =
            town.http.get(format!("{}/userinfo", town.issuer)).header("authorization", format!("DPoP {token}"));
        let proof = self.proof(town, "GET", "/userinfo", Some(token));
        Reply::read(request.header("dpop", proof).send().await.unwrap()).await
    }
}

/// The parameters with which the browser is sent back.
fn back(reply: &Reply) -> BTreeMap<String, String> {
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert!(reply.location().starts_with(BACK), "{}", reply.location());
    reqwest::Url::parse(reply.location()).unwrap().query_pairs().into_owned().collect()
}

/// The answer in a JWT of ours (JARM), and nothing beside it.
async fn signed_answer(town: &Town, reply: &Reply) -> Value {
    let answer = back(reply);
    assert_eq!(answer.keys().collect::<Vec<_>>(), ["response"], "nothing in the open");
    let jwks = town.http.get(format!("{}/jwks.json", town.issuer)).send().await.unwrap().text().await.unwrap();
    let jwt = Jwt::parse(&answer["response"]).unwrap();
    let claims: Value = KeySet::parse(&jwks).unwrap().claims(&jwt, &[SigAlg::ES256]).unwrap();
    assert_eq!(claims["iss"], json!(town.issuer));
    assert!(claims["exp"].as_i64().unwrap() <= town.now() + 600, "{claims}");
    claims
}

#[tokio::test]
async fn a_login_that_is_signed_and_bound_from_end_to_end() {
    each(async |town| {
        let broker = Broker::opens(&town, "makelaar", "fapi2_signed", json!({})).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let answer = broker.logs_in(&town, &mut phone).await;
        assert_eq!((&answer["aud"], &answer["state"]), (&json!("makelaar"), &json!("s1")));
        let tokens =
            broker.redeems(&town, &text(&answer, "code"), Some(broker.proof(&town, "POST", "/token", None))).await.ok();
        assert_eq!(tokens["token_type"], "DPoP");
        let id_token = claims(&text(&tokens, "id_token"));
        assert_eq!(
            (&id_token["iss"], &id_token["aud"], &id_token["nonce"]),
            (&json!(town.issuer), &json!("makelaar"), &json!("n1"))
        );
        let token = text(&tokens, "access_token");
        assert_eq!(broker.userinfo(&town, &token).await.ok()["sub"], id_token["sub"]);
        let bare = town.http.get(format!("{}/userinfo", town.issuer)).bearer_auth(&token).send().await.unwrap();
        assert_eq!(Reply::read(bare).await.refusal(), (401, "invalid_token".into()), "no token of hers goes unbound");
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_stays_the_same_when_it_is_used() {
    each(async |town| {
        let broker = Broker::opens(&town, "makelaar", "fapi2", json!({})).await;
        let other = Broker::opens(&town, "ander", "fapi2", json!({})).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let answer = broker.logs_in(&town, &mut phone).await;
        let proof = || Some(broker.proof(&town, "POST", "/token", None));
        let tokens = broker.redeems(&town, &text(&answer, "code"), proof()).await.ok();
        let refresh = text(&tokens, "refresh_token");
        // An answer that got lost on the way costs nothing: the same token again, as often as needed (FAPI 2.0 §5.3.2.1).
        for _ in 0..3 {
            town.pass(601);
            let again = broker.refreshes(&town, &refresh, proof()).await.ok();
            assert_eq!((&again["refresh_token"], &again["token_type"]), (&json!(refresh), &json!("DPoP")));
            broker.userinfo(&town, &text(&again, "access_token")).await.ok();
            assert_eq!(broker.userinfo(&town, &text(&tokens, "access_token")).await.status, 401, "ten minutes");
        }
        assert_eq!(broker.refreshes(&town, &refresh, None).await.refusal(), (400, "invalid_dpop_proof".into()));
        let stolen = other.refreshes(&town, &refresh, Some(other.proof(&town, "POST", "/token", None))).await;
        assert_eq!(stolen.refusal(), (400, "invalid_grant".into()));
        broker.refreshes(&town, &refresh, proof()).await.ok();
        assert_eq!(broker.posts(&town, "/revoke", &[("token", &refresh)], None).await.status, 200);
        assert_eq!(broker.refreshes(&town, &refresh, proof()).await.refusal(), (400, "invalid_grant".into()));
    })
    .await;
}

#[tokio::test]
async fn what_was_not_pushed_or_was_used_opens_nothing() {
    let town = once().await;
    let broker = Broker::opens(&town, "makelaar", "fapi2_signed", json!({})).await;
    let other = Broker::opens(&town, "ander", "fapi2_signed", json!({})).await;
    let mut browser = Browser::at(HOME);
    // In the open, and signed but not pushed.
    let url = |pairs: &Value| {
        let pairs: Vec<(&str, &str)> =
            pairs.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        reqwest::Url::parse_with_params(&format!("{}/authorize", town.issuer), pairs).unwrap().to_string()
    };
    let plain = changed(broker.parameters(), &json!({ "response_mode": null }));
    let refused = back(&browser.get(&town, &url(&plain)).await);
    assert_eq!(
        (refused["error"].as_str(), refused["state"].as_str(), refused["iss"].as_str()),
        ("invalid_request", "s1", town.issuer.as_str())
    );
    let object = broker.object(&town, &json!({}));
    let by_value = json!({ "client_id": "makelaar", "redirect_uri": BACK, "response_mode": "jwt", "request": object });
    let refused = signed_answer(&town, &browser.get(&town, &url(&by_value)).await).await;
    assert_eq!(refused["error"], "invalid_request", "{refused}");

    // Another's, twice, too late.
    let name = broker.pushed(&town).await;
    let foreign = browser.get(&town, &other.address(&town, &name)).await;
    assert_eq!(back(&foreign)["error"], "invalid_request_uri");
    assert!(browser.get(&town, &broker.address(&town, &name)).await.location().starts_with("/login?req="));
    let again = browser.get(&town, &broker.address(&town, &name)).await;
    assert_eq!(back(&again)["error"], "invalid_request_uri");
    let late = broker.pushed(&town).await;
    town.pass(60);
    let late = browser.get(&town, &broker.address(&town, &late)).await;
    assert_eq!(back(&late)["error"], "invalid_request_uri");

    // Whoever pushes says who it is.
    let form = [("client_id", "makelaar"), ("request", object.as_str())];
    let stranger = town.http.post(format!("{}/par", town.issuer)).form(&form).send().await.unwrap();
    assert_eq!(Reply::read(stranger).await.refusal(), (401, "invalid_client".into()));
    // A name cannot be pushed under another name.
    let nested = [("request", object.as_str()), ("request_uri", "urn:ietf:params:oauth:request_uri:x")];
    assert_eq!(broker.posts(&town, "/par", &nested, None).await.refusal(), (400, "invalid_request".into()));
}

#[tokio::test]
async fn a_pushed_request_says_all_that_the_profile_wants() {
    let town = once().await;
    let broker = Broker::opens(&town, "makelaar", "fapi2", json!({})).await;
    let signer = Broker::opens(&town, "notaris2", "fapi2_signed", json!({})).await;
    let before = town.count("pushed_request").await;
    assert_eq!(broker.pushes(&town, &broker.parameters()).await.status, 201);
    for (change, error) in [
        (json!({ "code_challenge": null, "code_challenge_method": null }), "invalid_request"),
        (json!({ "code_challenge": VERIFIER, "code_challenge_method": "plain" }), "invalid_request"),
        (json!({ "code_challenge_method": null }), "invalid_request"),
        (json!({ "response_type": "code id_token" }), "unsupported_response_type"),
        (json!({ "response_type": "token" }), "unsupported_response_type"),
        (json!({ "response_type": null }), "invalid_request"),
        (json!({ "redirect_uri": null }), "invalid_request"),
        (json!({ "redirect_uri": "https://makelaar.example/cb/" }), "invalid_request"),
        (json!({ "response_mode": "fragment" }), "invalid_request"),
    ] {
        let reply = broker.pushes(&town, &changed(broker.parameters(), &change)).await;
        assert_eq!(reply.refusal(), (400, error.into()), "{change}");
        // Signed, it says no more than in the open.
        let object = signer.object(&town, &change);
        let reply = signer.posts(&town, "/par", &[("request", &object)], None).await;
        assert_eq!(reply.refusal(), (400, error.into()), "signed: {change}");
    }
    let unsigned = signer.pushes(&town, &signer.parameters()).await;
    assert_eq!(unsigned.refusal(), (400, "invalid_request".into()), "not signed");
    // The code is bound to the key of the proof; whoever names another one contradicts itself.
    let jkt = SigningKey::generate("pk").unwrap().public().thumbprint();
    let parameters = changed(broker.parameters(), &json!({ "dpop_jkt": jkt }));
    let form: Vec<(&str, &str)> =
        parameters.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
    let proof = broker.proof(&town, "POST", "/par", None);
    assert_eq!(broker.posts(&town, "/par", &form, Some(proof)).await.refusal(), (400, "invalid_request".into()));
    assert_eq!(town.count("pushed_request").await, before + 1, "nothing of it was kept");
}

#[tokio::test]
async fn a_signed_request_is_for_us_and_for_now() {
    let town = once().await;
    let broker = Broker::opens(&town, "makelaar", "fapi2_signed", json!({})).await;
    let pushes = async |object: &str| broker.posts(&town, "/par", &[("request", object)], None).await;
    let (now, hour) = (town.now(), 3600);
    for change in [
        json!({}),
        json!({ "aud": [town.issuer, "https://other.example"] }),
        json!({ "nbf": now - hour + 60, "exp": now + 60 }),
        json!({ "nbf": now + 8, "iat": now + 8 }),
    ] {
        let reply = pushes(&broker.object(&town, &change)).await;
        assert_eq!(reply.status, 201, "{change}: {}", reply.body);
    }
    for change in [
        json!({ "nbf": now - hour - 1 }),
        json!({ "exp": now + hour + 1 }),
        json!({ "nbf": now - 60, "exp": now + hour }),
        json!({ "nbf": now + 61 }),
        json!({ "exp": now }),
        json!({ "nbf": null }),
        json!({ "exp": null }),
        json!({ "aud": null }),
        json!({ "aud": "https://other.example" }),
        json!({ "aud": [] }),
        json!({ "aud": format!("{}/par", town.issuer) }),
        json!({ "aud": format!("{}/v2", town.issuer) }),
        json!({ "iss": null }),
        json!({ "iss": "ander" }),
        json!({ "client_id": "ander" }),
        json!({ "sub": "makelaar" }),
    ] {
        let reply = pushes(&broker.object(&town, &change)).await;
        assert_eq!(reply.refusal(), (400, "invalid_request_object".into()), "{change}: {}", reply.body);
    }
    // Signed with a stranger's key, with nothing, or with a key taken for a secret.
    let stranger = Broker::opens(&town, "ander", "fapi2_signed", json!({})).await;
    let forged = stranger.object(&town, &json!({ "iss": "makelaar", "client_id": "makelaar" }));
    let good = broker.object(&town, &json!({}));
    let (_, rest) = good.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let bent = |header: Value, signature: &str| format!("{}.{payload}.{signature}", b64u(header.to_string()));
    for object in [
        forged,
        bent(json!({ "alg": "none" }), ""),
        bent(json!({ "alg": "RS256", "kid": "makelaar-1" }), signature),
        bent(json!({ "alg": "HS256", "kid": "makelaar-1" }), signature),
        bent(json!({ "alg": "ES256", "kid": "makelaar-1", "typ": "dpop+jwt" }), signature),
    ] {
        assert_eq!(pushes(&object).await.refusal(), (400, "invalid_request_object".into()), "{object}");
    }
}

#[tokio::test]
async fn a_code_is_worth_a_minute_and_only_beside_its_key() {
    each(async |town| {
        let broker = Broker::opens(&town, "makelaar", "fapi2", json!({})).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let proof = || Some(broker.proof(&town, "POST", "/token", None));
        let code = text(&broker.logs_in(&town, &mut phone).await, "code");
        assert_eq!(broker.redeems(&town, &code, None).await.refusal(), (400, "invalid_dpop_proof".into()), "unbound");
        let thief = SigningKey::generate("pk").unwrap();
        let stolen = dpop(&thief, &dpop_claims(&town, "POST", "/token", None));
        assert_eq!(broker.redeems(&town, &code, Some(stolen)).await.refusal(), (400, "invalid_grant".into()));
        town.settle().await;

        let code = text(&broker.logs_in(&town, &mut phone).await, "code");
        town.pass(59);
        let tokens = broker.redeems(&town, &code, proof()).await.ok();
        assert_eq!(broker.redeems(&town, &code, proof()).await.refusal(), (400, "invalid_grant".into()), "once");
        assert_eq!(
            broker.userinfo(&town, &text(&tokens, "access_token")).await.refusal(),
            (401, "invalid_token".into()),
            "a code that comes twice takes back what it gave"
        );
        let refresh = text(&tokens, "refresh_token");
        assert_eq!(broker.refreshes(&town, &refresh, proof()).await.refusal(), (400, "invalid_grant".into()));
        town.settle().await;

        let code = text(&broker.logs_in(&town, &mut phone).await, "code");
        town.pass(60);
        assert_eq!(broker.redeems(&town, &code, proof()).await.refusal(), (400, "invalid_grant".into()), "too late");
    })
    .await;
}

#[test]
fn nobody_registers_with_a_secret() {
    let digest: String = sha256(b"makelaar-secret-0123456789abcdef").iter().map(|b| format!("{b:02x}")).collect();
    let registered = |more: Value| {
        let name = json!({ "nl": "x", "fr": "x", "de": "x", "en": "x" });
        let members = json!({
            "id": "x", "name": name, "domain": "x.example", "redirect_uris": [BACK],
            "auth": { "method": "client_secret", "client_secret_sha256": digest },
        });
        let partner: protocol::oidc::partner::Partner = serde_json::from_value(changed(members, &more)).unwrap();
        partner.validate().is_ok()
    };
    assert!(registered(json!({ "security": "standard" })));
    assert!(!registered(json!({ "security": "fapi2" })) && !registered(json!({ "security": "fapi2_signed" })));
}
