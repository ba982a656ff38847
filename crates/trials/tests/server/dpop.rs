//! Tokens that are bound to a key: in other hands they open nothing.

use protocol::jose::SigningKey;
use serde_json::{Value, json};
use zelf_trials::town::partner::{dpop, dpop_claims};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Login, Partner, Phone, Reply, Town};

use crate::{AN, HOME, each};

async fn code(town: &Town, phone: &mut Phone, partner: &Partner) -> (Login, String) {
    let mut browser = Browser::at(HOME);
    let login = browser.login(town, partner, AN).await;
    phone.approve(town, &login.number, CODE).await.ok();
    let code = browser.arrive(town, partner, &login).await;
    (login, code)
}

/// Userinfo with a token of the `DPoP` scheme and this proof.
async fn userinfo(town: &Town, scheme: &str, token: &str, proof: Option<&str>) -> Reply {
    let request =
        town.http.get(format!("{}/userinfo", town.issuer)).header("authorization", format!("{scheme} {token}"));
    let request = proof.map_or(request.try_clone().unwrap(), |proof| request.header("dpop", proof));
    Reply::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_bound_token_opens_for_the_holder_of_its_key_alone() {
    each(async |town| {
        let railway = town.partner("spoor");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let (login, code) = code(&town, &mut phone, &railway).await;
        let (key, thief) = (SigningKey::generate("pk").unwrap(), SigningKey::generate("pk").unwrap());
        let form = || railway.token_form(&login, &code);
        assert_eq!(railway.ask_at(&town, "/token", form()).await.refusal(), (400, "invalid_dpop_proof".into()));
        let proof = dpop(&key, &dpop_claims(&town, "POST", "/token", None));
        let tokens = railway.token_with_proof(&town, form(), &proof).await.ok();
        assert_eq!(tokens["token_type"], "DPoP");
        let token = tokens["access_token"].as_str().unwrap();
        let fresh = || dpop_claims(&town, "GET", "/userinfo", Some(token));

        let good = dpop(&key, &fresh());
        userinfo(&town, "DPoP", token, Some(&good)).await.ok();
        let replayed = userinfo(&town, "DPoP", token, Some(&good)).await;
        assert_eq!(replayed.refusal(), (401, "invalid_dpop_proof".into()), "a proof counts once");
        let challenges: Vec<_> = replayed.headers.get_all("www-authenticate").iter().collect();
        assert!(challenges.iter().any(|c| c.to_str().unwrap().starts_with("DPoP algs=\"ES256")), "{challenges:?}");
        for (scheme, proof) in [("Bearer", None), ("Bearer", Some(dpop(&key, &fresh())))] {
            let reply = userinfo(&town, scheme, token, proof.as_deref()).await;
            assert_eq!(reply.refusal(), (401, "invalid_token".into()), "no downgrade");
        }
        assert_eq!(userinfo(&town, "DPoP", token, None).await.refusal(), (401, "invalid_dpop_proof".into()));
        let stolen = dpop(&thief, &fresh());
        assert_eq!(userinfo(&town, "DPoP", token, Some(&stolen)).await.refusal(), (401, "invalid_token".into()));
        let wrong: [(&str, Value); 10] = [
            ("ath", json!("A".repeat(43))),
            ("ath", Value::Null),
            ("htm", json!("POST")),
            ("htu", json!(format!("{}/token", town.issuer))),
            ("htu", json!("https://evil.example/userinfo")),
            ("iat", json!("now")),
            ("iat", json!(town.now() - 61)),
            ("iat", json!(town.now() + 11)),
            ("jti", json!("")),
            ("jti", json!("j".repeat(256))),
        ];
        for (member, value) in wrong {
            let mut claims = fresh();
            claims[member] = value.clone();
            let reply = userinfo(&town, "DPoP", token, Some(&dpop(&key, &claims))).await;
            assert_eq!(reply.refusal(), (401, "invalid_dpop_proof".into()), "{member} {value}");
        }
        let mut claims = fresh();
        claims["htu"] = format!("{}/userinfo?a=b#c", town.issuer).into();
        userinfo(&town, "DPoP", token, Some(&dpop(&key, &claims))).await.ok();
        let mut claims = fresh();
        claims["iat"] = json!(town.now() as f64 + 0.25);
        userinfo(&town, "DPoP", token, Some(&dpop(&key, &claims))).await.ok();
    })
    .await;
}

#[tokio::test]
async fn a_proof_names_its_kind_and_shows_no_private_key() {
    each(async |town| {
        let railway = town.partner("spoor");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let (login, code) = code(&town, &mut phone, &railway).await;
        let key = SigningKey::generate("pk").unwrap();
        let jwk = json!(key.public().jwk());
        let mut private = jwk.clone();
        private["d"] = json!("AAAA");
        let claims = || dpop_claims(&town, "POST", "/token", None);
        let headers = [
            json!({ "typ": "JWT", "alg": "ES256", "jwk": jwk }),
            json!({ "typ": "dpop+jwt", "alg": "ES256" }),
            json!({ "typ": "dpop+jwt", "alg": "none", "jwk": jwk }),
            json!({ "typ": "dpop+jwt", "alg": "HS256", "jwk": jwk }),
            json!({ "typ": "dpop+jwt", "alg": "RS256", "jwk": jwk }),
            json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": private }),
        ];
        for header in headers {
            let proof = key.sign_with(&header, &claims()).unwrap();
            let reply = railway.token_with_proof(&town, railway.token_form(&login, &code), &proof).await;
            assert_eq!(reply.refusal(), (400, "invalid_dpop_proof".into()), "{header}");
        }
        // None of these spent the code; but each proof counts once, whatever came of it.
        let proof = dpop(&key, &claims());
        let mut form = railway.token_form(&login, &code);
        form[1].1 = "A".repeat(36);
        let reply = railway.token_with_proof(&town, form, &proof).await;
        assert_eq!(reply.refusal(), (400, "invalid_grant".into()));
        let reply = railway.token_with_proof(&town, railway.token_form(&login, &code), &proof).await;
        assert_eq!(reply.refusal(), (400, "invalid_dpop_proof".into()));
        let proof = dpop(&key, &claims());
        let tokens = railway.token_with_proof(&town, railway.token_form(&login, &code), &proof).await.ok();

        // The chain goes on with another key of the same client, not with none.
        let again = |tokens: &Value| {
            let token = tokens["refresh_token"].as_str().unwrap().to_owned();
            vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", token)]
        };
        let reply = railway.ask_at(&town, "/token", again(&tokens)).await;
        assert_eq!(reply.refusal(), (400, "invalid_dpop_proof".into()));
        let other = SigningKey::generate("pk").unwrap();
        let tokens = railway.token_with_proof(&town, again(&tokens), &dpop(&other, &claims())).await.ok();
        let token = tokens["access_token"].as_str().unwrap();
        let proof = dpop(&other, &dpop_claims(&town, "GET", "/userinfo", Some(token)));
        userinfo(&town, "DPoP", token, Some(&proof)).await.ok();
        let told = railway.ask_at(&town, "/introspect", vec![("token", token.to_owned())]).await.ok();
        assert_eq!((&told["token_type"], &told["cnf"]["jkt"]), (&"DPoP".into(), &other.public().thumbprint().into()));
    })
    .await;
}

#[tokio::test]
async fn whoever_may_bind_is_bound_and_a_plain_token_is_no_bound_one() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let key = SigningKey::generate("pk").unwrap();
        let (login, code1) = code(&town, &mut phone, &archive).await;
        let proof = dpop(&key, &dpop_claims(&town, "POST", "/token", None));
        let bound = archive.token_with_proof(&town, archive.token_form(&login, &code1), &proof).await.ok();
        assert_eq!(bound["token_type"], "DPoP");
        let (login, code2) = code(&town, &mut phone, &archive).await;
        let plain = archive.exchange(&town, &login, &code2).await.ok();
        assert_eq!(plain["token_type"], "Bearer");
        let token = plain["access_token"].as_str().unwrap();
        let proof = dpop(&key, &dpop_claims(&town, "GET", "/userinfo", Some(token)));
        assert_eq!(userinfo(&town, "DPoP", token, Some(&proof)).await.refusal(), (401, "invalid_token".into()));
    })
    .await;
}

/// The code of a login that began with this address.
async fn code_from(town: &Town, phone: &mut Phone, partner: &Partner, login: &mut Login, address: &str) -> String {
    let mut browser = Browser::at(HOME);
    let mut page = browser.get(town, address).await;
    if page.status == 303 {
        page = browser.get(town, page.location()).await;
    }
    assert_eq!(page.status, 200, "{}", page.body);
    login.wait = browser.type_number(town, &page, AN).await.location().to_owned();
    let number = browser.look(town, login).await.text("match");
    phone.approve(town, &number, CODE).await.ok();
    browser.arrive(town, partner, login).await
}

#[tokio::test]
async fn a_code_for_one_key_is_worth_nothing_with_another_or_with_none() {
    each(async |town| {
        // The archive may bind its tokens, and need not: but a code that was asked for a key is for that key.
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let (key, thief) = (SigningKey::generate("pk").unwrap(), SigningKey::generate("pk").unwrap());
        let proof = |key: &SigningKey, path: &str| dpop(key, &dpop_claims(&town, "POST", path, None));
        let refused = (400, "invalid_grant".to_owned());
        for pushed in [false, true] {
            for (attempt, whose) in [Some(&thief), None, Some(&key)].into_iter().enumerate() {
                let mut login = archive.ask();
                let address = if pushed {
                    pushed_address(&town, &archive, &login, &proof(&key, "/par")).await
                } else {
                    format!("{}&dpop_jkt={}", archive.authorize_url(&town, &login), key.public().thumbprint())
                };
                let code = code_from(&town, &mut phone, &archive, &mut login, &address).await;
                let form = archive.token_form(&login, &code);
                let reply = match whose {
                    Some(key) => archive.token_with_proof(&town, form, &proof(key, "/token")).await,
                    None => archive.exchange(&town, &login, &code).await,
                };
                if attempt == 2 {
                    assert_eq!(reply.ok()["token_type"], "DPoP", "its own key, pushed: {pushed}");
                } else {
                    assert_eq!(reply.refusal(), refused, "attempt {attempt}, pushed: {pushed}");
                    let (form, own) = (archive.token_form(&login, &code), proof(&key, "/token"));
                    let late = archive.token_with_proof(&town, form, &own).await;
                    assert_eq!(late.refusal(), refused, "and the code is spent");
                }
            }
        }
    })
    .await;
}

/// Pushes a request with a proof; the address that opens it.
async fn pushed_address(town: &Town, partner: &Partner, login: &Login, proof: &str) -> String {
    let reply = push(town, partner, login, proof, None).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let uri = reply.json()["request_uri"].as_str().unwrap().to_owned();
    let pairs = [("client_id", partner.id.as_str()), ("request_uri", &uri)];
    reqwest::Url::parse_with_params(&format!("{}/authorize", town.issuer), pairs).unwrap().into()
}

async fn push(town: &Town, partner: &Partner, login: &Login, proof: &str, jkt: Option<&str>) -> Reply {
    let url = reqwest::Url::parse(&partner.authorize_url(town, login)).unwrap();
    let mut form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    form.extend(jkt.map(|jkt| ("dpop_jkt".to_owned(), jkt.to_owned())));
    let own = partner.assertion_form(&partner.assertion(town));
    form.extend(own.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let request = town.http.post(format!("{}/par", town.issuer)).header("dpop", proof).form(&form);
    Reply::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_pushed_request_names_no_other_key_than_that_of_its_proof() {
    each(async |town| {
        let archive = town.partner("archief");
        let (key, other) = (SigningKey::generate("pk").unwrap(), SigningKey::generate("pk").unwrap());
        let proof = || dpop(&key, &dpop_claims(&town, "POST", "/par", None));
        let login = archive.ask();
        let theirs = push(&town, &archive, &login, &proof(), Some(&other.public().thumbprint())).await;
        assert_eq!(theirs.refusal(), (400, "invalid_request".into()));
        let own = push(&town, &archive, &login, &proof(), Some(&key.public().thumbprint())).await;
        assert_eq!(own.status, 201, "{}", own.body);
        let elsewhere = dpop(&key, &dpop_claims(&town, "POST", "/token", None));
        let reply = push(&town, &archive, &login, &elsewhere, None).await;
        assert_eq!(reply.refusal(), (400, "invalid_dpop_proof".into()), "a proof for another door");
    })
    .await;
}
