//! A service that was built for itsme® and moved: its addresses are other ones, and nothing else of it is.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use journeys::partners::{self, Origin, Registration, Secret};
use journeys::usual_sealing::{self, Unsaid};
use protocol::jose::jwe::{self, Decryptor, RsaPrivate};
use protocol::jose::{Enc, Encryption, KeyAlg, KeySet, RsaKey, SigAlg, b64u, sha256, unb64u};
use protocol::oidc::client_auth::ASSERTION_TYPE;
use protocol::oidc::partner::Partner;
use serde_json::{Value, json};
use zelf_trials::town::partner::claims;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::firm::text;
use crate::{AN, HOME, each, once};

const BACK: &str = "https://moved.example/callback";
const SECRET: &str = "moved-secret-0123456789abcdefghijklmnopqrstu";
const V2: &str = "http://itsme.services/v2/claim/";
const LOGIN: &str = "openid service:MOVED_LOGIN profile";

/// Its keys, made once: they take a while.
struct Keys {
    sig: RsaKey,
    enc: RsaPrivate,
}

fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| Keys { sig: RsaKey::generate("sig").unwrap(), enc: RsaPrivate::generate("enc").unwrap() })
}

fn key_set() -> Value {
    let (n, e) = keys().sig.public();
    let (n2, e2) = keys().enc.public();
    json!({ "keys": [
        { "kty": "RSA", "n": n, "e": e, "kid": keys().sig.kid(), "use": "sig", "alg": "RS256" },
        { "kty": "RSA", "n": n2, "e": e2, "kid": keys().enc.kid(), "use": "enc" },
    ]})
}

/// A JWT as such software signs it.
fn rs256(claims: &Value) -> String {
    let header = json!({ "alg": "RS256", "kid": keys().sig.kid() });
    let input = format!("{}.{}", b64u(header.to_string()), b64u(claims.to_string()));
    format!("{input}.{}", b64u(keys().sig.sign_bytes(SigAlg::RS256, input.as_bytes()).unwrap()))
}

/// Registers it as `zelf partner add` does when nothing is said of signing and encrypting. `secret`: it has no keys.
async fn moves(town: &Town, secret: bool, more: Value) -> Partner {
    let service = |code: &str, kind: &str| json!({ "code": code, "kind": kind, "scopes": ["profile", "phone"], "redirect_uris": [BACK] });
    let digest: String = sha256(SECRET.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    let mut body = json!({
        "id": "moved", "name": { "nl": "Verhuisd", "fr": "V", "de": "V", "en": "V" }, "domain": "moved.example",
        "redirect_uris": [], "mount": "compat",
        "service": [service("MOVED_LOGIN", "authentication"), service("MOVED_PAY", "confirmation")],
    });
    match secret {
        true => body["auth"] = json!({ "method": "client_secret", "client_secret_sha256": digest }),
        false => {
            body["auth"] = json!({ "method": "private_key_jwt" });
            body["jwks"] = key_set();
        }
    }
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let unsaid =
        Unsaid { id_token: more.get("id_token_encryption").is_none(), userinfo: more.get("userinfo").is_none() };
    let mut partner: Partner = serde_json::from_value(body).unwrap();
    usual_sealing::choose(&town.world, &mut partner, unsaid, secret).await;
    let kept = Secret::Set(SECRET.to_owned().into());
    let (origin, token_mac) = (Origin::Command, String::new());
    let registration = Registration { partner: partner.clone(), origin, secret: kept, token_mac };
    partners::put(&town.world, registration, true).await.unwrap();
    partner
}

fn at(town: &Town, path: &str) -> String {
    format!("{}/v2{path}", town.issuer)
}

fn authorization(town: &Town, more: &[(&str, &str)]) -> String {
    let usual = [("client_id", "moved"), ("response_type", "code"), ("redirect_uri", BACK), ("state", "s1")];
    let pairs = usual.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name)).chain(more);
    reqwest::Url::parse_with_params(&at(town, "/authorization"), pairs).unwrap().into()
}

/// From the button to the answer at the service.
async fn comes_back(town: &Town, phone: &mut Phone, more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut browser = Browser::at(HOME);
    let page = browser.get(town, &authorization(town, more)).await;
    assert_eq!(page.status, 200, "{page:?}");
    let sent = browser.type_number(town, &page, AN).await;
    let wait = sent.location().to_owned();
    let number = browser.get(town, &wait).await.text("match");
    phone.approve(town, &number, CODE).await.ok();
    let back = browser.get(town, &wait).await;
    assert_eq!(back.status, 302, "as the contract says: {}", back.body);
    assert!(back.location().starts_with(BACK), "{}", back.location());
    town.settle().await;
    reqwest::Url::parse(back.location()).unwrap().query_pairs().into_owned().collect()
}

fn assertion(town: &Town) -> String {
    static THROWS: AtomicU64 = AtomicU64::new(0);
    let (now, throw) = (town.now(), THROWS.fetch_add(1, Ordering::Relaxed));
    rs256(
        &json!({ "iss": "moved", "sub": "moved", "aud": at(town, "/token"), "jti": format!("m{throw}"), "exp": now + 60 }),
    )
}

/// How it proves itself at the token endpoint.
fn proof(town: &Town, secret: bool) -> Vec<(&'static str, String)> {
    match secret {
        true => vec![("client_id", "moved".into()), ("client_secret", SECRET.into())],
        false => vec![("client_assertion_type", ASSERTION_TYPE.into()), ("client_assertion", assertion(town))],
    }
}

async fn exchanged(town: &Town, code: &str, proof: Vec<(&'static str, String)>) -> Reply {
    let mut form = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.to_owned()),
        ("redirect_uri", BACK.to_owned()),
    ];
    form.extend(proof);
    Reply::read(town.http.post(at(town, "/token")).form(&form).send().await.unwrap()).await
}

async fn with_token(town: &Town, path: &str, tokens: &Value) -> Reply {
    let request = town.http.get(at(town, path)).bearer_auth(text(tokens, "access_token"));
    Reply::read(request.send().await.unwrap()).await
}

fn header(compact: &str) -> Value {
    serde_json::from_slice(&unb64u(compact.split('.').next().unwrap()).unwrap()).unwrap()
}

/// What is inside RSA-OAEP-256 and A128CBC-HS256, its RS256 signature checked with the keys at `/v2/jwkSet`.
async fn nested(town: &Town, compact: &str) -> Value {
    let outer = header(compact);
    assert_eq!((&outer["alg"], &outer["enc"]), (&json!("RSA-OAEP-256"), &json!("A128CBC-HS256")));
    assert_eq!((&outer["cty"], &outer["kid"]), (&json!("JWT"), &json!(keys().enc.kid())));
    let plain = Decryptor { rsa: vec![&keys().enc], ec: vec![] }.decrypt(compact).unwrap();
    let inner = String::from_utf8(plain).unwrap();
    signed(town, &inner).await;
    claims(&inner)
}

async fn signed(town: &Town, jws: &str) {
    let ours = Reply::read(town.http.get(at(town, "/jwkSet")).send().await.unwrap()).await.ok();
    let jwt = protocol::jose::jwt::Jwt::parse(jws).unwrap();
    assert!(jwt.header.kid.is_some(), "{:?}", header(jws));
    KeySet::from_value(&ours).unwrap().verify(&jwt, &[SigAlg::RS256]).unwrap();
}

/// What is inside `dir` and A256GCM; the key is the SHA-256 of the secret (OpenID Core §10.2), worked out here by hand.
fn with_secret(compact: &str) -> String {
    let outer = header(compact);
    assert_eq!((&outer["alg"], &outer["enc"], &outer["cty"]), (&json!("dir"), &json!("A256GCM"), &json!("JWT")));
    let parts: Vec<&str> = compact.split('.').collect();
    assert_eq!(parts[1], "", "no key travels");
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &sha256(SECRET.as_bytes())).unwrap());
    let nonce = Nonce::try_assume_unique_for_key(&unb64u(parts[2]).unwrap()).unwrap();
    let mut sealed = [unb64u(parts[3]).unwrap(), unb64u(parts[4]).unwrap()].concat();
    let plain = key.open_in_place(nonce, Aad::from(parts[0].as_bytes()), &mut sealed).unwrap();
    String::from_utf8(plain.to_vec()).unwrap()
}

#[tokio::test]
async fn who_moves_finds_everything_as_it_was() {
    each(async |town| {
        let partner = moves(&town, false, json!({})).await;
        assert_eq!(partner.id_token_alg(), SigAlg::RS256);
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let back = comes_back(&town, &mut phone, &[("scope", LOGIN), ("nonce", "n1")]).await;
        assert_eq!((back["state"].as_str(), back["code"].len()), ("s1", 36), "{back:?}");
        let reply = exchanged(&town, &back["code"], proof(&town, false)).await;
        assert_eq!((reply.header("cache-control"), reply.header("pragma")), ("no-store", "no-cache"));
        let tokens = reply.ok();
        assert_eq!((&tokens["expires_in"], &tokens["token_type"]), (&json!(3600), &json!("Bearer")));
        assert!(text(&tokens, "scope").split(' ').any(|scope| scope == "service:MOVED_LOGIN"), "{tokens}");
        let id_token = nested(&town, &text(&tokens, "id_token")).await;
        assert_eq!((&id_token["iss"], &id_token["aud"]), (&json!(at(&town, "")), &json!("moved")));
        assert_eq!((&id_token["nonce"], &id_token["exp"]), (&json!("n1"), &json!(town.now() + 300)));
        assert_eq!((&id_token["iat"], id_token.get("nbf")), (&json!(town.now()), None));
        let userinfo = with_token(&town, "/userinfo", &tokens).await;
        assert_eq!((userinfo.status, userinfo.header("content-type")), (200, "application/jwt"));
        let info = nested(&town, &userinfo.body).await;
        assert_eq!((&info["name"], &info["sub"]), (&json!("An Van Linden"), &id_token["sub"]));
        assert_eq!((&info["exp"], &info["aud"]), (&json!(town.now() + 300), &json!("moved")));
        // The access token lives its hour, and a code that comes twice ends it.
        town.pass(3599);
        assert_eq!(with_token(&town, "/userinfo", &tokens).await.status, 200);
        let again = exchanged(&town, &back["code"], proof(&town, false)).await;
        assert_eq!(again.refusal(), (400, "invalid_grant".into()));
        assert_eq!(with_token(&town, "/userinfo", &tokens).await.refusal(), (401, "invalid_token".into()));
    })
    .await;
}

#[tokio::test]
async fn an_access_token_is_over_after_an_hour() {
    let town = once().await;
    moves(&town, false, json!({})).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let back = comes_back(&town, &mut phone, &[("scope", LOGIN)]).await;
    let tokens = exchanged(&town, &back["code"], proof(&town, false)).await.ok();
    town.pass(3600);
    assert_eq!(with_token(&town, "/userinfo", &tokens).await.refusal(), (401, "invalid_token".into()));
}

#[tokio::test]
async fn who_has_a_secret_opens_everything_with_it() {
    let town = once().await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    for alg in ["RS256", "HS256"] {
        let more = if alg == "RS256" { json!({}) } else { json!({ "id_token_alg": alg }) };
        moves(&town, true, more).await;
        let back = comes_back(&town, &mut phone, &[("scope", LOGIN), ("nonce", "n2")]).await;
        let tokens = exchanged(&town, &back["code"], proof(&town, true)).await.ok();
        let userinfo = with_token(&town, "/userinfo", &tokens).await;
        assert_eq!(userinfo.header("content-type"), "application/jwt");
        let (id_token, info) = (with_secret(&text(&tokens, "id_token")), with_secret(&userinfo.body));
        for jws in [&id_token, &info] {
            assert_eq!(header(jws)["alg"], alg);
            let (input, signature) = jws.rsplit_once('.').unwrap();
            match alg {
                "HS256" => {
                    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
                    hmac::verify(&key, input.as_bytes(), &unb64u(signature).unwrap()).unwrap();
                }
                _ => signed(&town, jws).await,
            }
        }
        let (id_token, info) = (claims(&id_token), claims(&info));
        assert_eq!((&id_token["nbf"], &id_token["exp"]), (&json!(town.now()), &json!(town.now() + 300)));
        assert_eq!((&info["sub"], &info["name"]), (&id_token["sub"], &json!("An Van Linden")));
    }
}

#[tokio::test]
async fn what_is_chosen_follows_the_keys_and_what_is_said() {
    let town = once().await;
    let rsa = Encryption { alg: KeyAlg::RsaOaep256, enc: Enc::A128CbcHs256 };
    let chosen = async |more: Value| {
        let partner = moves(&town, false, more).await;
        (partner.id_token_encryption, partner.userinfo.sign, partner.userinfo.encrypt)
    };
    assert_eq!(chosen(json!({})).await, (Some(rsa), Some(SigAlg::RS256), Some(rsa)));
    assert_eq!(
        chosen(json!({ "id_token_encryption": "none", "userinfo": "none" })).await,
        (None, None, None),
        "said aloud"
    );
    let only_sig = json!({ "jwks": { "keys": [key_set()["keys"][0]] } });
    assert_eq!(chosen(only_sig).await, (None, None, None), "nothing to encrypt to");
    let point = jwe::EcPrivate::from_scalar(&[7; 32], "ec").unwrap().public().jwk();
    let ec = json!({ "kty": "EC", "crv": "P-256", "x": point.x, "y": point.y, "use": "enc" });
    let how = Some(Encryption { alg: KeyAlg::EcdhEs, enc: Enc::A128CbcHs256 });
    let with_ec = json!({ "jwks": { "keys": [key_set()["keys"][0], ec] } });
    assert_eq!(chosen(with_ec).await, (how, Some(SigAlg::RS256), how));
    let mut old = key_set();
    old["keys"][1]["alg"] = "RSA-OAEP".into();
    assert_eq!(chosen(json!({ "jwks": old })).await.0.unwrap().alg, KeyAlg::RsaOaep);
    // At an address: as it says, and never in the open because nobody answered.
    let url = "https://moved.example/jwks.json";
    let there = || json!({ "jwks": null, "jwks_uri": url });
    assert_eq!(chosen(there()).await.0, Some(rsa));
    town.web.serves(url, key_set());
    assert_eq!(chosen(there()).await.0, Some(rsa));
    town.web.serves(url, json!({ "keys": [key_set()["keys"][0]] }));
    assert_eq!(chosen(there()).await.0, None);
}

#[tokio::test]
async fn an_assertion_may_be_encrypted_to_us() {
    let town = once().await;
    moves(&town, false, json!({})).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let back = comes_back(&town, &mut phone, &[("scope", LOGIN)]).await;
    let ours = Reply::read(town.http.get(at(&town, "/jwkSet")).send().await.unwrap()).await.ok();
    let key = KeySet::from_value(&ours).unwrap().encryption_key(KeyAlg::RsaOaep256).unwrap();
    let how = Encryption { alg: KeyAlg::RsaOaep256, enc: Enc::A128CbcHs256 };
    let sealed = |text: &str| jwe::encrypt(&key, how, Some("JWT"), text.as_bytes()).unwrap();
    let sent = |compact: String| vec![("client_assertion_type", ASSERTION_TYPE.into()), ("client_assertion", compact)];
    for (what, bad) in [("no JWT inside", sealed("hello")), ("torn", sealed(&assertion(&town))[..400].to_owned())] {
        let reply = exchanged(&town, &back["code"], sent(bad)).await;
        assert_eq!(reply.refusal(), (400, "unauthorized_client".into()), "{what}");
    }
    exchanged(&town, &back["code"], sent(sealed(&assertion(&town)))).await.ok();
}

#[tokio::test]
async fn a_payment_leaves_a_proof_under_the_same_base() {
    let town = once().await;
    moves(&town, false, json!({})).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let claim = |(name, value): (&str, &str)| {
        (format!("{V2}claim_approval_{name}"), json!({ "essential": true, "value": value }))
    };
    let template = [
        ("template_name", "adv_payment"),
        ("amount_key", "1234"),
        ("currency_key", "EUR"),
        ("iban_key", "BE68539007547034"),
    ];
    let set: serde_json::Map<String, Value> = template.into_iter().map(claim).collect();
    let scope = "openid service:MOVED_PAY";
    let object = rs256(&json!({
        "iss": "moved", "aud": at(&town, ""), "client_id": "moved", "response_type": "code", "scope": scope,
        "redirect_uri": BACK, "claims": { "userinfo": set },
    }));
    let back = comes_back(&town, &mut phone, &[("scope", scope), ("request", &object)]).await;
    let tokens = exchanged(&town, &back["code"], proof(&town, false)).await.ok();
    let shown = with_token(&town, "/evidence", &tokens).await;
    assert_eq!((shown.status, shown.header("content-type")), (200, "application/jwt"), "{}", shown.body);
    let told = nested(&town, &shown.body).await;
    assert_eq!((&told["kind"], &told["dec"]), (&json!("payment"), &json!("approve")));
    let lines = told["lines"].as_array().unwrap();
    assert!(lines.iter().any(|line| line.as_str().unwrap().contains("12,34 EUR")), "{lines:?}");
    let elsewhere = town.http.get(format!("{}/evidence", town.issuer)).bearer_auth(text(&tokens, "access_token"));
    assert_eq!(elsewhere.send().await.unwrap().status(), 401, "another mount's token");
}

#[tokio::test]
async fn a_partner_whose_keys_are_gone_hears_it_as_json() {
    let town = once().await;
    let url = "https://moved.example/jwks.json";
    town.web.serves(url, key_set());
    moves(&town, false, json!({ "jwks": null, "jwks_uri": url })).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let back = comes_back(&town, &mut phone, &[("scope", LOGIN)]).await;
    town.web.serves(url, json!({ "keys": [key_set()["keys"][0]] }));
    let reply = exchanged(&town, &back["code"], proof(&town, false)).await;
    assert_eq!(reply.refusal(), (503, "temporarily_unavailable".into()), "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_key_set_of_ten_megabytes_lets_nobody_in_and_hurts_nobody() {
    let town = once().await;
    let url = "https://moved.example/jwks.json";
    town.web.serves(url, key_set());
    moves(&town, false, json!({ "jwks": null, "jwks_uri": url })).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let back = comes_back(&town, &mut phone, &[("scope", LOGIN)]).await;
    // Nothing was fetched yet. The port refuses such an answer; were it handed on, the reader would refuse it too.
    let big = format!("{{\"keys\":[],\"x\":\"{}\"}}", "A".repeat(10 << 20));
    town.web.serves(url, &big);
    assert_eq!(
        exchanged(&town, &back["code"], proof(&town, false)).await.refusal(),
        (400, "unauthorized_client".into())
    );
    town.pass(61);
    town.web.fails(url, journeys::ports::PartnerCallError::TooLarge);
    assert_eq!(
        exchanged(&town, &back["code"], proof(&town, false)).await.refusal(),
        (400, "unauthorized_client".into())
    );
    assert_eq!(town.web.asked(url), 2 + 1, "at registration, and once a minute at most");
    town.pass(61);
    town.web.serves(url, key_set());
    exchanged(&town, &back["code"], proof(&town, false)).await.ok();
}

#[tokio::test]
async fn refusals_have_the_names_of_the_contract() {
    let town = once().await;
    moves(&town, false, json!({})).await;
    let mut browser = Browser::at(HOME);
    for (what, more, code) in [
        ("an unknown client", vec![("client_id", "nobody"), ("scope", LOGIN)], "invalid_client_id"),
        ("another address", vec![("redirect_uri", "https://evil.example/"), ("scope", LOGIN)], "invalid_redirect_uri"),
        ("no address", vec![("redirect_uri", ""), ("scope", LOGIN)], "invalid_request"),
    ] {
        let page = browser.get(&town, &authorization(&town, &more)).await;
        assert_eq!((page.status, page.text("error-code")), (400, code.to_owned()), "{what}");
    }
    let object = |claims: Value| {
        let mut all = json!({ "iss": "moved", "aud": at(&town, ""), "client_id": "moved", "scope": LOGIN });
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        rs256(&all)
    };
    let (other_client, other_type, expired) = (
        object(json!({ "client_id": "gemeente" })),
        object(json!({ "response_type": "token" })),
        object(json!({ "exp": town.now() - 1 })),
    );
    let (none, two) = ("openid", "openid service:MOVED_LOGIN service:MOVED_PAY");
    let asked_twice = authorization(&town, &[("scope", LOGIN)]) + "&scope=openid";
    let by_url = |more: &[(&str, &str)]| authorization(&town, more);
    for (what, url, error) in [
        ("client_id inside is another", by_url(&[("scope", LOGIN), ("request", &other_client)]), "invalid_request"),
        ("response_type inside is another", by_url(&[("scope", LOGIN), ("request", &other_type)]), "invalid_request"),
        ("an object that is over", by_url(&[("scope", LOGIN), ("request", &expired)]), "invalid_request_object"),
        ("no object at all", by_url(&[("scope", LOGIN), ("request", "x")]), "invalid_request_object"),
        (
            "an address nobody registered",
            by_url(&[("scope", LOGIN), ("request_uri", "https://x.example/")]),
            "invalid_request_uri",
        ),
        ("no service", by_url(&[("scope", none)]), "invalid_scope"),
        ("two services", by_url(&[("scope", two)]), "invalid_scope"),
        ("a scope that is not registered", by_url(&[("scope", "openid service:MOVED_LOGIN email")]), "invalid_scope"),
        ("another display", by_url(&[("scope", LOGIN), ("display", "popup")]), "unsupported_display"),
        (
            "another response type",
            by_url(&[("scope", LOGIN), ("response_type", "id_token")]),
            "unsupported_response_type",
        ),
        ("a registration", by_url(&[("scope", LOGIN), ("registration", "{}")]), "registration_not_supported"),
        ("a confirmation in the open", by_url(&[("scope", "openid service:MOVED_PAY")]), "invalid_request"),
        ("nobody logged in", by_url(&[("scope", LOGIN), ("prompt", "none")]), "login_required"),
        ("a parameter twice", asked_twice, "invalid_request"),
    ] {
        let reply = browser.get(&town, &url).await;
        assert_eq!(reply.status, 302, "{what}: {}", reply.body);
        let to = reqwest::Url::parse(reply.location()).unwrap();
        let query: BTreeMap<String, String> = to.query_pairs().into_owned().collect();
        assert_eq!((query["error"].as_str(), query["state"].as_str()), (error, "s1"), "{what}: {query:?}");
    }
}

#[tokio::test]
async fn the_token_endpoint_refuses_as_the_contract_says() {
    let town = once().await;
    moves(&town, true, json!({})).await;
    let post = async |form: &[(&str, &str)]| {
        Reply::read(town.http.post(at(&town, "/token")).form(form).send().await.unwrap()).await
    };
    let (code, id) = (("grant_type", "authorization_code"), ("client_id", "moved"));
    let right = ("client_secret", SECRET);
    for (what, form, error) in [
        ("a wrong secret", vec![code, id, ("client_secret", "guess")], "invalid_client"),
        ("no proof", vec![code, id], "invalid_client"),
        ("no code", vec![code, id, right], "invalid_request"),
        ("an unknown code", vec![code, id, right, ("code", "x"), ("redirect_uri", BACK)], "invalid_grant"),
        (
            "a bad assertion",
            vec![code, ("client_assertion_type", ASSERTION_TYPE), ("client_assertion", "a.b.c")],
            "unauthorized_client",
        ),
        ("two proofs", vec![code, id, right, ("client_assertion", "a.b.c")], "invalid_request"),
    ] {
        let reply = post(&form).await;
        assert_eq!(reply.refusal(), (400, error.to_owned()), "{what}");
        assert_eq!(reply.json()["detail"], reply.json()["error_description"], "{what}: both names");
        assert!(reply.json()["uid"].is_string() && reply.header("www-authenticate").is_empty(), "{what}");
    }
    let basic = town.http.post(at(&town, "/token")).basic_auth("moved", Some("guess")).form(&[code]);
    let basic = Reply::read(basic.send().await.unwrap()).await;
    assert_eq!(basic.refusal(), (401, "invalid_client".into()), "an Authorization header is answered with a challenge");
    assert!(basic.header("www-authenticate").starts_with("Basic"));
    let url = format!("{}?code=x", at(&town, "/token"));
    let in_query = Reply::read(town.http.post(url).form(&[code, id, right]).send().await.unwrap()).await;
    assert_eq!(in_query.refusal(), (400, "invalid_request".into()), "parameters in the query are refused");
}
