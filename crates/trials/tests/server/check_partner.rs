//! What an operator hears of a registration before a person finds out.

use journeys::check_partner::{Finding, Rules, Weight, check};
use journeys::ports::{HostCertificate, PartnerAnswer, PartnerCallError};
use protocol::jose::SigningKey;
use serde_json::{Value, json};
use zelf_trials::town::Town;

use crate::once;

const DAY: i64 = 86_400;
const KEYS: &str = "https://shop.example/jwks.json";
const HOME: &str = "https://shop.example/";

fn shop(more: Value) -> Value {
    let name = "Winkel";
    let mut all = json!({
        "id": "shop", "name": { "nl": name, "fr": name, "de": name, "en": name }, "domain": "shop.example",
        "redirect_uris": ["https://shop.example/cb"], "auth": { "method": "private_key_jwt" }, "jwks_uri": KEYS,
    });
    for (member, value) in more.as_object().unwrap() {
        all[member] = value.clone();
    }
    all
}

fn key(kid: Option<&str>, more: Value) -> Value {
    let jwk = SigningKey::generate("k").unwrap().public().jwk();
    let mut key = json!({ "kty": jwk.kty, "crv": jwk.crv, "x": jwk.x, "y": jwk.y, "use": "sig" });
    if let Some(kid) = kid {
        key["kid"] = kid.into();
    }
    for (member, value) in more.as_object().unwrap() {
        key[member] = value.clone();
    }
    key
}

fn served(keys: &[Value]) -> PartnerAnswer {
    let body = json!({ "keys": keys }).to_string().into_bytes();
    PartnerAnswer { status: 200, max_age: Some(3600), body, ..PartnerAnswer::default() }
}

/// A town in which the shop's machines answer as they should.
async fn well() -> Town {
    let town = once().await;
    town.web.answers(KEYS, served(&[key(Some("a"), json!({}))]));
    host(&town, 90, true);
    town
}

/// The shop's host has a certificate for so many days.
fn host(town: &Town, days: i64, vetted: bool) {
    let certificate = Some(HostCertificate { ends_at: town.now() + days * DAY, vetted });
    town.web.answers(HOME, PartnerAnswer { status: 404, certificate, ..PartnerAnswer::default() });
}

async fn found_with(town: &Town, more: Value, rules: Rules) -> Vec<Finding> {
    let partner = serde_json::from_value(shop(more)).unwrap();
    check(&town.world, &partner, rules).await.unwrap()
}

async fn found(town: &Town, more: Value) -> Vec<Finding> {
    found_with(town, more, Rules::default()).await
}

/// The one finding of this weight whose sentence holds these words.
fn says(all: &[Finding], weight: Weight, words: &str) {
    let same = all.iter().filter(|f| f.weight == weight && f.what.contains(words)).count();
    assert_eq!(same, 1, "{words:?} in {all:#?}");
    assert!(all.iter().all(|f| f.what.ends_with('.') || f.about == "partner"), "{all:#?}");
    assert!(all.iter().all(|f| !f.todo.is_empty()), "{all:#?}");
}

#[tokio::test]
async fn what_is_in_order_is_let_be() {
    let town = well().await;
    assert_eq!(found(&town, json!({})).await, []);
}

#[tokio::test]
async fn addresses_that_are_slips_are_told() {
    let town = well().await;
    let list = |uris: &[&str]| json!({ "redirect_uris": uris });
    let twice = list(&["https://shop.example/cb", "https://shop.example/cb"]);
    let all = found(&town, twice).await;
    assert!(all.iter().any(|f| f.weight == Weight::Breaks && f.what.contains("is there twice")), "{all:#?}");
    says(&found(&town, list(&["https://shop.example/cb", "https://shop.example/cb/"])).await, Weight::Care, "a slash");
    says(
        &found(&town, list(&["https://shop.example/cb", "https://shop.example/CB"])).await,
        Weight::Care,
        "in capitals",
    );
    for (uri, why) in
        [("https://shop.example/cb#a", "fragment"), ("http://shop.example/cb", "http"), ("shop:/cb", "absolute")]
    {
        let all = found(&town, list(&[uri])).await;
        assert!(all.iter().any(|f| f.weight == Weight::Breaks && f.what.contains(why)), "{uri}: {all:#?}");
    }
    let away = json!({ "post_logout_redirect_uris": ["http://shop.example/bye"] });
    says(&found(&town, away).await, Weight::Breaks, "/bye uses http");
}

#[tokio::test]
async fn keys_that_cannot_be_had_or_do_not_serve_are_told() {
    let town = well().await;
    let none = json!({});
    town.web.fails(KEYS, PartnerCallError::Forbidden("leads inside".into()));
    says(&found(&town, none.clone()).await, Weight::Breaks, "leads inside");
    for (answer, why) in [
        (PartnerAnswer { status: 302, ..served(&[]) }, "status 302"),
        (PartnerAnswer { body: b"<html>".to_vec(), ..served(&[]) }, "no usable key set"),
        (served(&[]), "none of its keys may sign"),
        (served(&[key(Some("a"), json!({ "use": "enc" }))]), "none of its keys may sign"),
        (served(&[key(Some("a"), json!({ "d": "AQ" }))]), "no usable key set"),
    ] {
        town.web.answers(KEYS, answer);
        says(&found(&town, none.clone()).await, Weight::Breaks, why);
    }
    for (answer, why) in [
        (served(&[key(None, json!({}))]), "no kid"),
        (served(&[key(Some("a"), json!({})), key(Some("a"), json!({}))]), "same kid"),
        (PartnerAnswer { max_age: Some(60), ..served(&[key(Some("a"), json!({}))]) }, "max-age=60"),
        (PartnerAnswer { max_age: None, ..served(&[key(Some("a"), json!({}))]) }, "does not say how long"),
    ] {
        town.web.answers(KEYS, answer);
        says(&found(&town, none.clone()).await, Weight::Care, why);
    }
}

#[tokio::test]
async fn algorithms_that_the_keys_cannot_serve_are_told() {
    let town = well().await;
    let sealed = |alg: &str| json!({ "id_token_encryption": { "alg": alg, "enc": "A256GCM" } });
    let allowed = found(&town, json!({ "security": "fapi2", "id_token_alg": "RS256", "legacy": true })).await;
    assert!(allowed.iter().all(|f| f.weight == Weight::Care || f.about == "jwks_uri"), "{allowed:#?}");
    says(&found(&town, sealed("ECDH-ES")).await, Weight::Breaks, "ID tokens are to be encrypted with ECDH-ES");
    let old = found(&town, sealed("RSA-OAEP")).await;
    says(&old, Weight::Breaks, "legacy partners only");
    town.web.answers(KEYS, served(&[key(Some("a"), json!({})), key(Some("b"), json!({ "use": "enc" }))]));
    assert_eq!(found(&town, sealed("ECDH-ES")).await, []);
    town.web.answers(KEYS, served(&[key(Some("a"), json!({ "alg": "ES256" }))]));
    assert_eq!(found(&town, json!({ "security": "fapi2" })).await, []);
    let rs256 = found(&town, json!({ "security": "fapi2", "id_token_alg": "RS256" })).await;
    says(&rs256, Weight::Breaks, "RS256 is not allowed under FAPI 2.0");
    let secret =
        json!({ "security": "fapi2", "auth": { "method": "client_secret", "client_secret_sha256": "ab".repeat(32) } });
    says(&found(&town, secret).await, Weight::Breaks, "does not accept a client secret");
    let clear = json!({ "id_token_alg": "HS256", "auth": { "method": "client_secret", "client_secret_sha256": "ab".repeat(32) } });
    says(&found(&town, clear).await, Weight::Breaks, "only its digest is kept");
    says(&found(&town, json!({ "id_token_alg": "HS256" })).await, Weight::Breaks, "this partner has none");
}

#[tokio::test]
async fn choices_that_do_not_go_together_are_told() {
    let town = well().await;
    let ciba = "urn:openid:params:grant-type:ciba";
    for (more, why) in [
        (json!({ "grants": [ciba] }), "nothing says how results are delivered"),
        (json!({ "ciba": { "delivery": "poll" } }), "its grant is not allowed"),
        (json!({ "grants": [ciba], "ciba": { "delivery": "ping" } }), "nowhere to go"),
        (json!({ "grants": ["refresh_token"] }), "could give the first one"),
        (json!({ "mount": "compat" }), "at least one service"),
        (json!({ "mount": "compat", "service": [{ "code": "S", "kind": "authentication" }] }), "no redirect_uris"),
        (
            json!({ "mount": "compat", "service": [{ "code": "S", "kind": "identification", "redirect_uris": ["https://shop.example/s"] }] }),
            "may ask nothing",
        ),
        (
            json!({ "mount": "compat", "service": [{ "code": "S", "kind": "authentication", "redirect_uris": ["https://shop.example/s"], "claims": ["shoe_size"] }] }),
            "\"shoe_size\" is not a claim we know",
        ),
        (json!({ "redirect_uris": ["https://shop.example/cb", "https://shop2.example/cb"] }), "sector"),
    ] {
        let all = found_with(&town, more.clone(), Rules { offline: true, ..Rules::default() }).await;
        let told = all.iter().any(|f| f.weight == Weight::Breaks && f.what.contains(why));
        assert!(told, "{more}: {why:?} in {all:#?}");
    }
    assert_eq!(town.web.asked(KEYS), 0, "offline calls nobody");
}

#[tokio::test]
async fn who_moves_hears_what_its_software_will_not_understand() {
    let town = well().await;
    let services = json!([{ "code": "S", "kind": "authentication", "redirect_uris": ["https://shop.example/s"] }]);
    let moved = |more: Value| {
        let mut all = json!({ "mount": "compat", "redirect_uris": [], "service": services });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let offline = Rules { offline: true, ..Rules::default() };
    let bare = found_with(&town, moved(json!({})), offline).await;
    says(&bare, Weight::Care, "ID tokens are not encrypted");
    says(&bare, Weight::Care, "Userinfo is not signed and encrypted");
    assert!(bare.iter().all(|f| f.about != "id_token_alg"), "RS256 without being asked: {bare:#?}");
    let es256 = found_with(&town, moved(json!({ "id_token_alg": "ES256" })), offline).await;
    says(&es256, Weight::Care, "signed with ES256");
    let how = json!({ "alg": "RSA-OAEP-256", "enc": "A128CBC-HS256" });
    let whole = moved(json!({ "id_token_encryption": how, "userinfo": { "sign": "RS256", "encrypt": how } }));
    assert_eq!(found_with(&town, whole, offline).await, []);
    let old = json!({ "alg": "RSA-OAEP", "enc": "A128CBC-HS256" });
    let whole = moved(json!({ "id_token_encryption": old, "userinfo": { "sign": "RS256", "encrypt": old } }));
    let told = found_with(&town, whole, offline).await;
    assert!(told.iter().all(|f| f.weight == Weight::Care && f.what.contains("SHA-1")), "{told:#?}");
}

#[tokio::test]
async fn a_request_is_looked_at_before_a_person_is_sent_on_it() {
    let town = well().await;
    let service = json!({ "code": "S", "kind": "identification", "redirect_uris": ["https://shop.example/s"], "scopes": ["profile"],
        "claims": ["age_gte_18"] });
    let standard = shop(json!({ "scopes": ["profile"], "claims": ["nationalities"] }));
    let compat = shop(json!({ "id": "oud", "mount": "compat", "redirect_uris": [], "service": [service] }));
    town.registers(standard.clone()).await;
    town.registers(compat.clone()).await;
    let challenge = "A".repeat(43);
    let asks = |id: &str, changes: &[(&str, &str)]| {
        let (path, scope, back) = match id {
            "oud" => ("/v2/authorization", "openid service:S profile", "https://shop.example/s"),
            _ => ("/authorize", "openid profile", "https://shop.example/cb"),
        };
        let usual = [
            ("client_id", id),
            ("response_type", "code"),
            ("redirect_uri", back),
            ("scope", scope),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
        let pairs = kept.chain(changes).filter(|(_, value)| !value.is_empty());
        reqwest::Url::parse_with_params(&format!("{}{path}", town.issuer), pairs).unwrap().to_string()
    };
    let told = async |id: &str, request: &str| {
        let partner = town.world.partners.find(id).unwrap();
        journeys::check_partner::check_request(&town.world, &partner, request, Rules::default()).await
    };
    for id in ["shop", "oud"] {
        assert_eq!(told(id, &asks(id, &[])).await, [], "{id}");
    }
    let claims = |names: &[&str]| {
        let set: serde_json::Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        json!({ "userinfo": set }).to_string()
    };
    assert_eq!(told("shop", &asks("shop", &[("claims", &claims(&["name", "nationalities", "sub", "acr"]))])).await, []);
    for (id, changes, words) in [
        ("shop", vec![("claims", claims(&["email"]))], "\"email\" is asked and not registered"),
        ("shop", vec![("claims", claims(&["shoe_size"]))], "\"shoe_size\" is not a claim we know"),
        ("shop", vec![("claims", "{".to_owned())], "not a JSON object"),
        ("shop", vec![("claims", claims(&["verified_claims"]))], "verified_claims is asked and not registered"),
        ("shop", vec![("scope", "openid email".to_owned())], "scope \"email\" is asked and not registered"),
        ("shop", vec![("scope", "profile".to_owned())], "does not hold openid"),
        ("shop", vec![("redirect_uri", "https://shop.example/cb/".to_owned())], "differs in a slash"),
        ("shop", vec![("redirect_uri", "https://evil.example/".to_owned())], "is not registered"),
        ("shop", vec![("redirect_uri", String::new())], "redirect_uri is missing"),
        ("shop", vec![("client_id", "oud".to_owned())], "not by shop"),
        ("shop", vec![("code_challenge", String::new())], "must send one (PKCE)"),
        ("shop", vec![("code_challenge_method", "plain".to_owned())], "is not S256"),
        ("shop", vec![("response_type", "token".to_owned())], "unsupported_response_type"),
        ("shop", vec![("request", "a.b.c".to_owned())], "request object is refused (invalid_request_object)"),
        ("oud", vec![("scope", "openid profile".to_owned())], "names 0 services"),
        ("oud", vec![("scope", "openid service:X".to_owned())], "Service X is not registered"),
        ("oud", vec![("scope", "openid service:S".to_owned())], "asks at least one claim"),
        ("oud", vec![("claims", claims(&["age_gte_21"]))], "\"age_gte_21\" is asked and not registered"),
        ("oud", vec![("display", "popup".to_owned())], "unsupported_display"),
    ] {
        let changes: Vec<(&str, &str)> = changes.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let all = told(id, &asks(id, &changes)).await;
        assert!(all.iter().any(|f| f.weight == Weight::Breaks && f.what.contains(words)), "{words:?} in {all:#?}");
    }
    says(
        &told("oud", &asks("oud", &[("code_challenge", ""), ("code_challenge_method", "")])).await,
        Weight::Care,
        "no code_challenge",
    );
    says(&told("shop", "hello").await, Weight::Breaks, "neither an authorization URL");
    let members = json!({ "redirect_uri": "https://shop.example/cb", "response_type": "code", "scope": "openid phone",
        "code_challenge": challenge, "code_challenge_method": "S256" });
    says(&told("shop", &members.to_string()).await, Weight::Breaks, "scope \"phone\" is asked and not registered");
}

#[tokio::test]
async fn hosts_that_are_silent_or_soon_out_of_date_are_told() {
    let town = well().await;
    host(&town, 20, true);
    says(&found(&town, json!({})).await, Weight::Care, "ends in 20 days");
    host(&town, 90, false);
    assert_eq!(found(&town, json!({})).await, []);
    let strict = found_with(&town, json!({}), Rules { vetted: true, ..Rules::default() }).await;
    says(&strict, Weight::Breaks, "no checked organisation");
    let elsewhere =
        json!({ "backchannel_logout_uri": "https://back.example/out", "logo_uri": "https://shop.example/logo" });
    let all = found(&town, elsewhere).await;
    says(&all, Weight::Breaks, "https://back.example cannot be called");
    says(&all, Weight::Care, "logo cannot be fetched");
    let logo = |content_type: &str, body: &[u8]| PartnerAnswer {
        status: 200,
        content_type: content_type.into(),
        body: body.to_vec(),
        ..PartnerAnswer::default()
    };
    town.web.answers("https://shop.example/logo", logo("text/html", b"<html>"));
    says(&found(&town, json!({ "logo_uri": "https://shop.example/logo" })).await, Weight::Care, "not an image");
    town.web
        .answers("https://shop.example/logo", logo("image/svg+xml", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"));
    says(
        &found(&town, json!({ "logo_uri": "https://shop.example/logo" })).await,
        Weight::Care,
        "not an image that is shown",
    );
    town.web.answers("https://shop.example/logo", logo("image/png", b"\x89PNG\r\n\x1a\n"));
    assert_eq!(found(&town, json!({ "logo_uri": "https://shop.example/logo" })).await, []);
    let list = "https://shop.example/sector.json";
    town.web.serves(list, json!(["https://shop.example/other"]));
    says(&found(&town, json!({ "sector_identifier_uri": list })).await, Weight::Breaks, "is not in the list");
}

#[tokio::test]
async fn machines_that_answer_slowly_or_with_an_error_are_told() {
    let town = well().await;
    let took = |seconds: u64| std::time::Duration::from_millis(seconds * 1000 + 100);
    let keys = [key(Some("a"), json!({}))];
    town.web.answers(KEYS, PartnerAnswer { took: took(1), ..served(&keys) });
    assert_eq!(found(&town, json!({})).await, [], "a second is not slow");
    town.web.answers(KEYS, PartnerAnswer { took: took(2), ..served(&keys) });
    says(&found(&town, json!({})).await, Weight::Care, "jwks.json took 2.1 seconds");
    assert_eq!(found_with(&town, json!({}), Rules { offline: true, ..Rules::default() }).await, [], "nobody is called");
    town.web.answers(KEYS, served(&keys));

    let (logo, sector) = ("https://shop.example/logo.png", "https://shop.example/sector.json");
    let image =
        PartnerAnswer { status: 200, content_type: "image/png".into(), took: took(2), ..PartnerAnswer::default() };
    town.web.answers(logo, image);
    says(&found(&town, json!({ "logo_uri": logo })).await, Weight::Care, "logo.png took 2.1 seconds");

    let listed = |status: u16, body: &str| PartnerAnswer { status, body: body.into(), ..PartnerAnswer::default() };
    let asked = json!({ "sector_identifier_uri": sector });
    town.web.answers(sector, listed(200, r#"["https://shop.example/cb"]"#));
    assert_eq!(found(&town, asked.clone()).await, []);
    town.web.answers(sector, listed(500, "[]"));
    says(&found(&town, asked.clone()).await, Weight::Breaks, "The list's address answers with status 500");
    town.web.answers(sector, listed(200, "<html>"));
    says(&found(&town, asked).await, Weight::Breaks, "is no list of addresses");

    town.web.answers(HOME, PartnerAnswer { status: 503, took: took(2), ..PartnerAnswer::default() });
    let all = found(&town, json!({})).await;
    says(&all, Weight::Care, "https://shop.example answers with status 503");
    says(&all, Weight::Care, "https://shop.example/ took 2.1 seconds");
}
