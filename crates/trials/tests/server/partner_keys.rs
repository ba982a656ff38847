//! Keys at a partner's own address: fetched once by however many ask, kept for a while, and kept on when the address is down.

use std::sync::Arc;

use journeys::partner_keys;
use journeys::ports::{PartnerAnswer, PartnerCallError};
use protocol::jose::{KeySet, SigningKey};
use protocol::oidc::partner::Partner;
use serde_json::{Value, json};
use zelf_trials::town::partner::sealing_key;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Town};

use crate::{AN, HOME, each, once};

const URL: &str = "https://bakker.example/jwks.json";
const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

fn jwk(kid: &str) -> Value {
    let jwk = SigningKey::generate(kid).unwrap().public().jwk();
    json!({ "kty": jwk.kty, "crv": jwk.crv, "x": jwk.x, "y": jwk.y, "kid": kid, "use": "sig", "alg": "ES256" })
}

fn set(kids: &[&str]) -> Value {
    json!({ "keys": kids.iter().map(|kid| jwk(kid)).collect::<Vec<_>>() })
}

async fn bakery(town: &Town) -> Arc<Partner> {
    let name = "Bakker";
    let body = json!({
        "id": "bakker", "name": { "nl": name, "fr": name, "de": name, "en": name }, "domain": "bakker.example",
        "redirect_uris": ["https://bakker.example/cb"], "auth": { "method": "private_key_jwt" }, "jwks_uri": URL,
    });
    town.registers(body).await;
    town.world.partners.find("bakker").unwrap()
}

async fn kids(town: &Town, partner: &Partner, fresh: bool) -> Vec<String> {
    partner_keys::of(&town.world, partner, fresh).await.kids()
}

fn kept_for(body: &Value, max_age: i64) -> PartnerAnswer {
    PartnerAnswer { status: 200, body: body.to_string().into(), max_age: Some(max_age), ..PartnerAnswer::default() }
}

#[tokio::test]
async fn however_many_ask_one_fetches() {
    let town = once().await;
    let partner = bakery(&town).await;
    town.web.serves(URL, set(&["a"]));
    let asking = (0..50).map(|_| {
        let (world, partner) = (town.world.clone(), Arc::clone(&partner));
        tokio::spawn(async move { partner_keys::of(&world, &partner, false).await.len() })
    });
    for keys in asking.collect::<Vec<_>>() {
        assert_eq!(keys.await.unwrap(), 1);
    }
    assert_eq!(town.web.asked(URL), 1);
}

#[tokio::test]
async fn a_set_is_kept_as_long_as_it_says_within_limits() {
    for (said, kept) in [(5, 30 * MINUTE), (2 * HOUR, 2 * HOUR), (400 * 24 * HOUR, 24 * HOUR)] {
        let town = once().await;
        let partner = bakery(&town).await;
        town.web.answers(URL, kept_for(&set(&["a"]), said));
        kids(&town, &partner, false).await;
        town.pass(kept - 1);
        kids(&town, &partner, false).await;
        assert_eq!(town.web.asked(URL), 1, "{said}");
        town.pass(1);
        kids(&town, &partner, false).await;
        assert_eq!(town.web.asked(URL), 2, "{said}");
    }
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_once_a_minute() {
    let town = once().await;
    let partner = bakery(&town).await;
    town.web.serves(URL, set(&["a"]));
    kids(&town, &partner, false).await;
    town.web.serves(URL, set(&["a", "b"]));
    assert_eq!(kids(&town, &partner, true).await, ["a"], "asked a moment ago");
    town.pass(MINUTE);
    assert_eq!(kids(&town, &partner, true).await, ["a", "b"]);
    for _ in 0..20 {
        kids(&town, &partner, true).await;
    }
    assert_eq!(town.web.asked(URL), 2, "a stranger's made-up key ids do not make us knock");
}

#[tokio::test]
async fn old_keys_outlive_a_failure_by_a_day_and_no_more() {
    let town = once().await;
    let partner = bakery(&town).await;
    town.web.serves(URL, set(&["a"]));
    kids(&town, &partner, false).await;
    town.web.fails(URL, PartnerCallError::Unreachable("down".into()));
    town.pass(2 * HOUR);
    assert_eq!(kids(&town, &partner, false).await, ["a"]);
    assert_eq!(kids(&town, &partner, false).await, ["a"]);
    assert_eq!(town.web.asked(URL), 2, "an address that is down is left alone for a minute");
    for bad in ["{", "{}", "[]", "{\"keys\":[{\"kty\":\"EC\",\"d\":\"AQ\"}]}"] {
        town.pass(MINUTE);
        town.web.serves(URL, bad);
        assert_eq!(kids(&town, &partner, false).await, ["a"], "{bad}");
    }
    town.pass(22 * HOUR - 4 * MINUTE - 1);
    assert_eq!(kids(&town, &partner, false).await, ["a"]);
    town.pass(1);
    assert!(kids(&town, &partner, false).await.is_empty());
    town.web.serves(URL, json!({ "keys": [] }));
    town.pass(MINUTE);
    assert!(kids(&town, &partner, false).await.is_empty());
    town.web.serves(URL, set(&["c"]));
    town.pass(HOUR);
    assert_eq!(kids(&town, &partner, false).await, ["c"]);
}

#[tokio::test]
async fn a_partner_that_withdraws_its_keys_has_none() {
    let town = once().await;
    let partner = bakery(&town).await;
    town.web.serves(URL, set(&["a"]));
    kids(&town, &partner, false).await;
    town.web.serves(URL, json!({ "keys": [] }));
    town.pass(HOUR);
    assert!(kids(&town, &partner, false).await.is_empty());
}

#[tokio::test]
async fn keys_in_the_registration_need_no_call() {
    let town = once().await;
    let mut partner = Partner::clone(&*bakery(&town).await);
    partner.jwks_uri = None;
    partner.jwks = Some(set(&["x", "y"]));
    let keys: Arc<KeySet> = partner_keys::of(&town.world, &partner, true).await;
    assert_eq!(keys.kids(), ["x", "y"]);
    assert_eq!(town.web.asked(URL), 0);
}

#[tokio::test]
async fn a_code_is_not_spent_on_an_answer_that_cannot_be_made() {
    each(async |town| {
        let pharmacy = town.partner("apotheek");
        let keys = "https://apotheek.example/keys";
        let key = sealing_key().public().jwk();
        let key =
            json!({ "kty": "EC", "crv": "P-256", "x": key.x, "y": key.y, "kid": sealing_key().kid(), "use": "enc" });
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &pharmacy, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &pharmacy, &login).await;
        town.web.fails(keys, PartnerCallError::Unreachable("down".into()));
        assert_eq!(pharmacy.exchange(&town, &login, &code).await.status, 503);
        town.pass(MINUTE);
        town.web.serves(keys, json!({ "keys": [key] }));
        let tokens = pharmacy.exchange(&town, &login, &code).await.ok();
        let refresh = [
            ("grant_type", "refresh_token".into()),
            ("refresh_token", tokens["refresh_token"].as_str().unwrap().into()),
        ];
        town.web.fails(keys, PartnerCallError::Unreachable("down".into()));
        town.pass(25 * HOUR);
        assert_eq!(pharmacy.ask_at(&town, "/token", refresh.to_vec()).await.status, 503);
        town.pass(MINUTE);
        town.web.serves(keys, json!({ "keys": [key] }));
        pharmacy.ask_at(&town, "/token", refresh.to_vec()).await.ok();
    })
    .await;
}

#[tokio::test]
async fn a_key_of_no_use_does_not_take_the_good_one_with_it() {
    let town = once().await;
    let partner = bakery(&town).await;
    let weak = json!({ "kty": "RSA", "n": protocol::jose::b64u([0xff; 128]), "e": "AQAB", "kid": "weak" });
    let shared = json!({ "kty": "oct", "k": "AAAA", "kid": "shared" });
    town.web.serves(URL, json!({ "keys": [weak, shared, jwk("good")] }));
    assert_eq!(kids(&town, &partner, false).await, ["good"]);
    town.pass(HOUR + MINUTE);
    let mut private = jwk("private");
    private["d"] = json!("AAAA");
    town.web.serves(URL, json!({ "keys": [private, jwk("other")] }));
    assert_eq!(kids(&town, &partner, false).await, ["good"], "a set that tells its private key is none");
}
