//! An ID token that comes back says whom a request is for: which ones we take for our own.

use std::collections::BTreeMap;

use protocol::jose::{b64u, jwt, sha256, unb64u};
use protocol::oidc::keys::OpKeys;
use serde_json::{Value, json};
use zelf_trials::town::partner::claims;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::{AN, HOME, each, once};

const BACK: &str = "https://kiosk.example/cb";
const SECRET: &str = "kiosk-secret-0123456789abcdef-0123456789";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A kiosk whose ID tokens are signed in this way; its secret is kept where a signature needs it.
async fn opens(town: &Town, id: &str, alg: &str) {
    let digest: String = sha256(SECRET.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    let registered = json!({
        "id": id, "name": { "nl": id, "fr": id, "de": id, "en": id }, "domain": "kiosk.example",
        "redirect_uris": [BACK], "post_logout_redirect_uris": [BACK], "id_token_alg": alg,
        // So that the secret is there, whatever signs the ID token.
        "userinfo": { "sign": "HS256" }, "auth": { "method": "client_secret", "client_secret_sha256": digest },
    });
    let secret = journeys::partners::Secret::Set(SECRET.to_owned().into());
    town.registers_with(registered, secret).await;
}

/// The browser at the login, with this hint.
async fn asks(town: &Town, browser: &mut Browser, id: &str, hint: &str) -> Reply {
    let challenge = b64u(sha256(VERIFIER.as_bytes()));
    let query = [
        ("client_id", id),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("id_token_hint", hint),
    ];
    let url = reqwest::Url::parse_with_params(&format!("{}/authorize", town.issuer), query).unwrap();
    browser.get(town, url.as_str()).await
}

fn back(reply: &Reply) -> BTreeMap<String, String> {
    assert!(reply.status == 303 && reply.location().starts_with(BACK), "{} {}", reply.location(), reply.body);
    reqwest::Url::parse(reply.location()).unwrap().query_pairs().into_owned().collect()
}

/// The page that waits shows the digits; An approves; the ID token.
async fn approved(town: &Town, browser: &mut Browser, phone: &mut Phone, id: &str, waits: &str) -> String {
    let number = browser.get(town, waits).await.text("match");
    phone.approve(town, &number, CODE).await.ok();
    let answer = back(&browser.get(town, waits).await);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &answer["code"]),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    let request = town.http.post(format!("{}/token", town.issuer)).basic_auth(id, Some(SECRET)).form(&form);
    let tokens = Reply::read(request.send().await.unwrap()).await.ok();
    town.settle().await;
    tokens["id_token"].as_str().unwrap().to_owned()
}

async fn logs_in(town: &Town, browser: &mut Browser, phone: &mut Phone, id: &str) -> String {
    let page = asks(town, browser, id, "").await;
    let waits = browser.type_number(town, &page, AN).await.location().to_owned();
    approved(town, browser, phone, id, &waits).await
}

#[tokio::test]
async fn an_id_token_signed_with_the_services_secret_names_its_person() {
    each(async |town| {
        opens(&town, "kiosk", "HS256").await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let token = logs_in(&town, &mut browser, &mut phone, "kiosk").await;
        let known: Value = jwt::verify_hs256(&token, SECRET.as_bytes()).unwrap();
        // A day later it is long over, and still says who is meant (OpenID Core §3.1.2.1).
        town.pass(86_400);
        let sent = asks(&town, &mut browser, "kiosk", &token).await;
        assert!(sent.location().starts_with("/login/wait/"), "no number is asked: {} {}", sent.status, sent.body);
        let waits = sent.location().to_owned();
        let again = approved(&town, &mut browser, &mut phone, "kiosk", &waits).await;
        assert_eq!(claims(&again)["sub"], known["sub"]);
        // At the logout too, whether or not it says whose it is; but not under another name.
        let hint = ("id_token_hint", token.as_str());
        let mut out = async |form: &[(&str, &str)]| {
            let url = reqwest::Url::parse_with_params(&format!("{}/logout", town.issuer), form).unwrap();
            browser.get(&town, url.as_str()).await
        };
        let told = out(&[hint, ("client_id", "kiosk"), ("post_logout_redirect_uri", BACK)]).await;
        assert!(told.status < 400 && !told.has("error-code"), "{} {}", told.status, told.body);
        let other = out(&[hint, ("client_id", "gemeente"), ("post_logout_redirect_uri", BACK)]).await;
        assert_eq!((other.status, other.text("error-code")), (400, "id_token_hint_invalid".into()));
        let untold = out(&[hint, ("post_logout_redirect_uri", BACK)]).await;
        assert!(untold.status < 400 && !untold.has("error-code"), "{} {}", untold.status, untold.body);
    })
    .await;
}

#[tokio::test]
async fn a_hint_is_believed_only_in_the_way_that_its_service_is_registered_for() {
    let town = once().await;
    opens(&town, "kiosk", "HS256").await;
    opens(&town, "winkel", "ES256").await;
    opens(&town, "stand", "HS256").await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let mut browser = Browser::at(HOME);
    let (mac, signed) = (
        logs_in(&town, &mut browser, &mut phone, "kiosk").await,
        logs_in(&town, &mut browser, &mut phone, "winkel").await,
    );
    let good = asks(&town, &mut browser, "winkel", &signed).await;
    assert!(good.location().starts_with("/login/wait/"), "{}", good.body);
    let jwks = Reply::read(town.http.get(format!("{}/jwks.json", town.issuer)).send().await.unwrap()).await.ok();
    let ec = jwks["keys"].as_array().unwrap().iter().find(|key| key["kty"] == "EC" && key["use"] == "sig").unwrap();
    let point = [unb64u(ec["x"].as_str().unwrap()).unwrap(), unb64u(ec["y"].as_str().unwrap()).unwrap()].concat();
    let of = |id: &str, token: &str| {
        let mut claims = claims(token);
        claims["aud"] = json!(id);
        claims
    };
    let keyed = |secret: &[u8], claims: &Value| OpKeys::sign_hs256(secret, "JWT", claims).unwrap();
    let (_, rest) = mac.split_once('.').unwrap();
    let (payload, _) = rest.split_once('.').unwrap();
    let none = format!("{}.{payload}.", b64u(json!({ "alg": "none" }).to_string()));
    for (what, id, hint) in [
        ("another secret", "kiosk", keyed(&[b'x'; 40], &claims(&mac))),
        ("no signature", "kiosk", none),
        ("another service's", "stand", mac.clone()),
        (
            "of another issuer",
            "kiosk",
            keyed(SECRET.as_bytes(), &{
                let mut claims = claims(&mac);
                claims["iss"] = json!("https://other.example");
                claims
            }),
        ),
        ("a secret where a key signs", "winkel", keyed(SECRET.as_bytes(), &of("winkel", &signed))),
        ("our public key taken for a secret", "winkel", keyed(&point, &of("winkel", &signed))),
        ("our public key taken for a secret", "kiosk", keyed(&point, &of("kiosk", &mac))),
        ("our public key as text", "winkel", keyed(ec.to_string().as_bytes(), &of("winkel", &signed))),
        ("torn", "winkel", signed[..signed.len() - 4].to_owned()),
    ] {
        let refused = back(&asks(&town, &mut browser, id, &hint).await);
        assert_eq!((refused["error"].as_str(), refused["state"].as_str()), ("invalid_request", "s1"), "{what}: {id}");
        assert!(refused["error_description"].contains("id_token_hint"), "in words: {refused:?}");
    }
}
