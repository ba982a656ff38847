//! What the service gets: codes, ID tokens, userinfo; and what a thief of a code gets.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use protocol::jose::jwt::{Jwks, Jwt};
use protocol::jose::{b64u, sha256, unb64u};
use serde_json::Value;
use zelf_trials::town::partner::{Way, claims};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Login, Partner, Phone, Reply, Town};

use crate::{AN, HOME, each, once};

/// An approved login: its code.
async fn approved(town: &Town, phone: &mut Phone, partner: &Partner) -> (Login, String) {
    let mut browser = Browser::at(HOME);
    let login = browser.login(town, partner, AN).await;
    phone.approve(town, &login.number, CODE).await.ok();
    let code = browser.arrive(town, partner, &login).await;
    (login, code)
}

async fn jwks(town: &Town) -> Value {
    Reply::read(town.http.get(format!("{}/jwks.json", town.issuer)).send().await.unwrap()).await.ok()
}

#[tokio::test]
async fn the_class_that_was_asked_is_answered_when_it_was_met() {
    const SUBSTANTIAL: &str = "http://eidas.europa.eu/LoA/substantial";
    const BASIC: &str = "http://itsme.services/v2/claim/acr_basic";
    const ADVANCED: &str = "http://itsme.services/v2/claim/acr_advanced";
    let town = once().await;
    let fund = town.partner("ziekenfonds");
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    phone.finger_on(&town, CODE).await.ok();
    let both = format!("urn:unknown {ADVANCED} {BASIC}");
    for (asked, finger, told) in [
        (SUBSTANTIAL, false, SUBSTANTIAL),
        (BASIC, true, BASIC),
        (BASIC, false, BASIC),
        (ADVANCED, false, ADVANCED),
        (&both, false, ADVANCED),
        ("urn:unknown", true, SUBSTANTIAL),
    ] {
        town.settle().await;
        town.pass(120);
        let (mut browser, mut login) = (Browser::at(HOME), fund.ask());
        let url = reqwest::Url::parse_with_params(&fund.authorize_url(&town, &login), [("acr_values", asked)]).unwrap();
        let page = browser.get(&town, url.as_str()).await;
        login.wait = browser.type_number(&town, &page, AN).await.location().to_owned();
        login.number = browser.look(&town, &login).await.text("match");
        match finger {
            true => phone.approve_bio(&town, &login.number).await.ok(),
            false => phone.approve(&town, &login.number, CODE).await.ok(),
        };
        let code = browser.arrive(&town, &fund, &login).await;
        let (said, _) = fund.who(&town, &login, &code).await;
        assert_eq!(said["acr"], told, "{asked}");
    }
}

#[tokio::test]
async fn an_id_token_says_who_when_how_and_for_whom() {
    let town = once().await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let keys = jwks(&town).await;
    for id in ["gemeente", "ziekenfonds"] {
        let partner = town.partner(id);
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &partner, AN).await;
        town.pass(20);
        phone.approve(&town, &login.number, CODE).await.ok();
        let approved = town.now();
        town.pass(10);
        let code = browser.arrive(&town, &partner, &login).await;
        let reply = partner.exchange(&town, &login, &code).await;
        assert_eq!(reply.header("cache-control"), "no-store");
        let tokens = reply.ok();
        let token = tokens["id_token"].as_str().unwrap();
        verify(token, &keys, if id == "gemeente" { "ES256" } else { "RS256" });
        let c = claims(token);
        assert_eq!((&c["iss"], &c["aud"]), (&town.issuer.as_str().into(), &id.into()));
        assert_eq!((&c["nonce"], &c["auth_time"]), (&login.nonce.as_str().into(), &approved.into()));
        assert_eq!((&c["iat"], &c["exp"]), (&town.now().into(), &(town.now() + 600).into()));
        assert!(c["acr"].as_str().unwrap().contains("substantial"), "{c}");
        assert!(!c["amr"].as_array().unwrap().is_empty());
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(c["at_hash"], b64u(&sha256(access.as_bytes())[..16]));
        assert!(c.get("given_name").is_none(), "attributes are for userinfo");
        town.settle().await;
    }
}

fn verify(token: &str, keys: &Value, alg: &str) {
    let header: Value = serde_json::from_slice(&unb64u(token.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!(header["alg"], alg);
    let key = keys["keys"].as_array().unwrap().iter().find(|k| k["kid"] == header["kid"]).unwrap();
    if alg == "ES256" {
        let keys: Jwks = serde_json::from_value(keys.clone()).unwrap();
        keys.verify::<Value>(&Jwt::parse(token).unwrap()).unwrap();
        return;
    }
    let part = |name: &str| unb64u(key[name].as_str().unwrap()).unwrap();
    let (input, signature) = token.rsplit_once('.').unwrap();
    let key = RsaPublicKeyComponents { n: part("n"), e: part("e") };
    key.verify(&RSA_PKCS1_2048_8192_SHA256, input.as_bytes(), &unb64u(signature).unwrap()).unwrap();
}

#[tokio::test]
async fn a_person_is_somebody_else_to_each_service_and_the_same_each_time() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut subs = Vec::new();
        for id in ["gemeente", "ziekenfonds", "gemeente", "club"] {
            let partner = town.partner(id);
            let (login, code) = approved(&town, &mut phone, &partner).await;
            let (claims, info) = partner.who(&town, &login, &code).await;
            assert_eq!(claims["sub"], info["sub"]);
            if id == "club" {
                assert_eq!(info["zelf_test_world"], true, "nobody takes it for a real one");
                assert_eq!(info.as_object().unwrap().len(), 2, "who asks for nothing gets nothing: {info}");
            }
            subs.push(claims["sub"].as_str().unwrap().to_owned());
        }
        assert_eq!(subs[0], subs[2]);
        assert!(subs[0] != subs[1] && subs[0] != subs[3] && subs[1] != subs[3]);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_good_once_and_its_second_coming_takes_back_what_was_given() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let (login, code) = approved(&town, &mut phone, &gemeente).await;
        let tokens = gemeente.exchange(&town, &login, &code).await.ok();
        let access = tokens["access_token"].as_str().unwrap();
        gemeente.userinfo(&town, access).await.ok();
        let again = gemeente.exchange(&town, &login, &code).await;
        assert_eq!(again.refusal(), (400, "invalid_grant".into()));
        assert_eq!(gemeente.userinfo(&town, access).await.refusal(), (401, "invalid_token".into()));
    })
    .await;
}

#[tokio::test]
async fn a_stolen_code_opens_nothing() {
    each(async |town| {
        let (gemeente, club) = (town.partner("gemeente"), town.partner("club"));
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let (login, code) = approved(&town, &mut phone, &gemeente).await;
        // Another client, however it asks: nothing, and the code stays good for its owner.
        let theirs = Login { verifier: login.verifier.clone(), ..login.clone() };
        assert_eq!(club.exchange(&town, &theirs, &code).await.refusal(), (400, "invalid_grant".into()));
        let mut form = club.token_form(&login, &code);
        form[2].1.clone_from(&gemeente.redirect_uri);
        assert_eq!(club.post_token(&town, Way::Post, form).await.refusal(), (400, "invalid_grant".into()));
        gemeente.exchange(&town, &login, &code).await.ok();

        // The right client with the wrong verifier or address: somebody is playing with the code, it is spent.
        for (field, value) in [(3, "v".repeat(43)), (2, "https://gemeente.example/other".into())] {
            let (login, code) = approved(&town, &mut phone, &gemeente).await;
            let mut form = gemeente.token_form(&login, &code);
            form[field].1 = value;
            assert_eq!(gemeente.post_token(&town, Way::Basic, form).await.refusal(), (400, "invalid_grant".into()));
            assert_eq!(gemeente.exchange(&town, &login, &code).await.refusal(), (400, "invalid_grant".into()));
        }
        let made_up = "A".repeat(36);
        assert_eq!(gemeente.exchange(&town, &login, &made_up).await.refusal(), (400, "invalid_grant".into()));
    })
    .await;
}

#[tokio::test]
async fn a_code_lives_three_minutes_and_a_token_ten() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let (login, code) = approved(&town, &mut phone, &gemeente).await;
        town.pass(180);
        assert_eq!(gemeente.exchange(&town, &login, &code).await.refusal(), (400, "invalid_grant".into()));
        let (login, code) = approved(&town, &mut phone, &gemeente).await;
        town.pass(179);
        let tokens = gemeente.exchange(&town, &login, &code).await.ok();
        let access = tokens["access_token"].as_str().unwrap();
        town.pass(599);
        gemeente.userinfo(&town, access).await.ok();
        town.pass(1);
        assert_eq!(gemeente.userinfo(&town, access).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn a_service_proves_itself_in_its_own_way_only() {
    each(async |town| {
        let (gemeente, fonds) = (town.partner("gemeente"), town.partner("ziekenfonds"));
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        for way in [Way::Basic, Way::Post] {
            let (login, code) = approved(&town, &mut phone, &gemeente).await;
            gemeente.post_token(&town, way, gemeente.token_form(&login, &code)).await.ok();
        }
        let (login, code) = approved(&town, &mut phone, &fonds).await;
        let assertion = fonds.assertion(&town);
        let mut form = fonds.token_form(&login, &code);
        form.extend(fonds.assertion_form(&assertion));
        let post = async |form: &[(&str, String)]| {
            Reply::read(town.http.post(format!("{}/token", town.issuer)).form(form).send().await.unwrap()).await
        };
        post(&form).await.ok();
        let (login, code) = approved(&town, &mut phone, &fonds).await;
        let mut form = fonds.token_form(&login, &code);
        form.extend(fonds.assertion_form(&assertion));
        assert_eq!(post(&form).await.refusal(), (401, "invalid_client".into()), "an assertion is good once");
        let mut bare = fonds.token_form(&login, &code);
        assert_eq!(post(&bare).await.refusal(), (401, "invalid_client".into()));
        bare.push(("client_id", "ziekenfonds".into()));
        bare.push(("client_secret", "guess".into()));
        assert_eq!(post(&bare).await.refusal(), (401, "invalid_client".into()));
        fonds.exchange(&town, &login, &code).await.ok();
    })
    .await;
}
