//! A service asks again without a page: what a browser's login is worth, for whom, and until when.

use std::collections::BTreeMap;

use journeys::session::{self, Answered, BrowserSession};
use journeys::sign_in;
use protocol::oidc::authorize::{AuthorizationRequest, Prompt};
use serde_json::{Value, json};
use zelf_trials::town::partner::claims;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Login, Partner, Phone, Town};

use crate::{AN, HOME, JAN, each};

/// A login by phone, and the tokens of it.
async fn log_in(town: &Town, phone: &mut Phone, browser: &mut Browser, partner: &Partner, number: &str) -> Value {
    let login = browser.login(town, partner, number).await;
    phone.approve(town, &login.number, CODE).await.ok();
    let code = browser.arrive(town, partner, &login).await;
    partner.exchange(town, &login, &code).await.ok()
}

/// What comes back to the service at once.
struct Silent {
    login: Login,
    answer: BTreeMap<String, String>,
}

impl Silent {
    /// `code`, or the error.
    fn outcome(&self) -> &str {
        self.answer.get("error").map_or("code", String::as_str)
    }

    async fn claims(&self, town: &Town, partner: &Partner) -> Value {
        let tokens = partner.exchange(town, &self.login, &self.answer["code"]).await.ok();
        claims(tokens["id_token"].as_str().unwrap())
    }
}

/// The service asks without a page, and with `more`.
async fn ask(town: &Town, browser: &mut Browser, partner: &Partner, more: &[(&str, &str)]) -> Silent {
    let login = partner.ask();
    let asked = [&[("prompt", "none")], more].concat();
    let reply = browser.get(town, &partner.authorize_url_with(town, &login, &asked)).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert!(reply.location().starts_with(&partner.redirect_uri), "{}", reply.location());
    let answer: BTreeMap<_, _> = reqwest::Url::parse(reply.location()).unwrap().query_pairs().into_owned().collect();
    assert_eq!((&answer["state"], &answer["iss"]), (&login.state, &town.issuer));
    Silent { login, answer }
}

fn id_token(tokens: &Value) -> &str {
    tokens["id_token"].as_str().unwrap()
}

#[tokio::test]
async fn one_login_answers_the_service_again_and_says_when_it_was() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let first = log_in(&town, &mut phone, &mut browser, &archive, AN).await;
        let before = claims(id_token(&first));
        town.pass(60);
        let again = ask(&town, &mut browser, &archive, &[]).await;
        assert_eq!(again.outcome(), "code");
        assert!(phone.pending(&town).await.is_empty(), "the phone hears nothing of it");
        let tokens = archive.exchange(&town, &again.login, &again.answer["code"]).await.ok();
        let after = claims(id_token(&tokens));
        for same in ["iss", "sub", "aud", "auth_time", "sid", "acr", "credential_limited", "credential_age"] {
            assert!(after.get(same).is_some() && before[same] == after[same], "{same}: {before} {after}");
        }
        assert_eq!((&after["nonce"], &after["iat"]), (&json!(again.login.nonce), &json!(town.now())));
        assert_eq!(after.get("zelf_evidence"), None, "nobody was asked anew");
        assert_eq!(tokens.get("refresh_token"), None);
        let info = archive.userinfo(&town, tokens["access_token"].as_str().unwrap()).await.ok();
        assert_eq!((&info["sub"], info.get("name").is_some()), (&before["sub"], true), "{info}");
        let twice = archive.exchange(&town, &again.login, &again.answer["code"]).await;
        assert_eq!(twice.refusal(), (400, "invalid_grant".into()));
        // What a session answered begins none.
        town.pass(3540);
        assert_eq!(ask(&town, &mut browser, &archive, &[]).await.outcome(), "login_required", "an hour is over");
    })
    .await;
}

#[tokio::test]
async fn without_a_login_that_counts_the_service_hears_why() {
    each(async |town| {
        let (archive, town_hall) = (town.partner("archief"), town.partner("gemeente"));
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let mut jan = Phone::activate(&town, HOME, JAN, "jan").await;
        let mut browser = Browser::at(HOME);
        assert_eq!(ask(&town, &mut browser, &archive, &[]).await.outcome(), "login_required", "nobody is logged in");
        log_in(&town, &mut an, &mut browser, &town_hall, AN).await;
        assert_eq!(ask(&town, &mut browser, &town_hall, &[]).await.outcome(), "login_required", "it wishes none");
        assert_eq!(ask(&town, &mut browser, &archive, &[]).await.outcome(), "login_required", "another's login");
        let own = log_in(&town, &mut an, &mut browser, &archive, AN).await;
        let others = log_in(&town, &mut jan, &mut Browser::at(HOME), &archive, JAN).await;
        town.pass(60);
        let details = r#"[{"type": "account_information", "actions": ["read"]}]"#;
        for (name, value, outcome) in [
            ("max_age", "60", "code"),
            ("max_age", "59", "login_required"),
            ("id_token_hint", id_token(&own), "code"),
            ("id_token_hint", id_token(&others), "login_required"),
            ("id_token_hint", "a.b.c", "invalid_request"),
            ("claims", r#"{"userinfo": {"email": null}}"#, "code"),
            ("claims", r#"{"userinfo": {"nationalities": null}}"#, "consent_required"),
            ("authorization_details", details, "consent_required"),
            ("acr_values", "tag:sixdots.be,2016-06:acr_advanced", "interaction_required"),
            ("prompt", "none login", "invalid_request"),
        ] {
            let login = archive.ask();
            let asked = [("prompt", "none"), (name, value)];
            let asked = if name == "prompt" { &asked[1..] } else { &asked[..] };
            let url = archive.authorize_url_with(&town, &login, asked);
            let reply = browser.get(&town, &url).await;
            let to = reqwest::Url::parse(reply.location()).unwrap();
            let answer: BTreeMap<_, _> = to.query_pairs().into_owned().collect();
            let heard = answer.get("error").map_or("code", String::as_str);
            assert_eq!(heard, outcome, "{name} {value}: {answer:?}");
            assert_eq!(answer.contains_key("code"), outcome == "code");
        }
        assert!(an.pending(&town).await.is_empty() && jan.pending(&town).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn every_other_login_asks_the_phone() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        log_in(&town, &mut phone, &mut browser, &archive, AN).await;
        for prompt in ["", "login", "consent", "select_account"] {
            let url = archive.authorize_url_with(&town, &archive.ask(), &[("prompt", prompt)]);
            let page = browser.get(&town, &url).await;
            assert_eq!((page.status, page.field("req").is_empty()), (200, false), "{prompt}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_ends_the_login_ends_the_session() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        log_in(&town, &mut phone, &mut browser, &archive, AN).await;
        let silent = ask(&town, &mut browser, &archive, &[]).await;
        let tokens = archive.exchange(&town, &silent.login, &silent.answer["code"]).await.ok();
        let waits = ask(&town, &mut browser, &archive, &[]).await;
        phone.command(&town, "my/partners/withdraw", json!({ "partner": "archief" })).await.ok();
        assert_eq!(ask(&town, &mut browser, &archive, &[]).await.outcome(), "login_required", "withdrawn");
        let late = archive.exchange(&town, &waits.login, &waits.answer["code"]).await;
        assert_eq!(late.refusal(), (400, "invalid_grant".into()));
        assert_eq!(archive.userinfo(&town, tokens["access_token"].as_str().unwrap()).await.status, 401);

        let login = browser.login(&town, &archive, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &archive, &login).await;
        archive.exchange(&town, &login, &code).await.ok();
        assert_eq!(ask(&town, &mut browser, &archive, &[]).await.outcome(), "code");
        archive.exchange(&town, &login, &code).await;
        assert_eq!(ask(&town, &mut browser, &archive, &[]).await.outcome(), "login_required", "its code came twice");

        log_in(&town, &mut phone, &mut browser, &archive, AN).await;
        assert_eq!(ask(&town, &mut browser, &archive, &[]).await.outcome(), "code");
        phone.block(&town).await.ok();
        assert_eq!(ask(&town, &mut browser, &archive, &[]).await.outcome(), "login_required", "blocked");
    })
    .await;
}

/// Between the look at the login and the code for it the person blocks their account.
#[tokio::test]
async fn a_login_that_is_ended_meanwhile_gives_no_code() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &archive, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let watch = sign_in::watch(&town.world, &login.approval()).await.unwrap();
        let registered = town.world.partners.find("archief").unwrap();
        let session = BrowserSession::default().with(&registered, &watch);
        let asked = AuthorizationRequest { prompt: [Prompt::None].into(), ..watch.request.authorization.clone() };
        let look = async || match session::answer(&town.world, &asked, &session).await.unwrap() {
            Answered::Known(known) => *known,
            Answered::Refused(error, why) => panic!("{error:?} {why}"),
            Answered::Ask => panic!("asked"),
        };
        assert!(session::renew(&town.world, look().await).await.unwrap().is_some());
        let seen = look().await;
        phone.block(&town).await.ok();
        assert_eq!(session::renew(&town.world, seen).await.unwrap(), None);
        assert_eq!(town.ask("SELECT COUNT(*) FROM approval WHERE state <> 'revoked'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_was_ended_answers_nobody_who_copied_it() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let logout = |tokens: &Value| format!("/logout?id_token_hint={}", id_token(tokens));
        let tokens = log_in(&town, &mut phone, &mut browser, &archive, AN).await;
        let mut copied = browser.clone();
        assert_eq!(ask(&town, &mut copied, &archive, &[]).await.outcome(), "code");
        browser.get(&town, &logout(&tokens)).await;
        assert!(!browser.cookies.contains_key("zelf_session"));
        assert_eq!(ask(&town, &mut copied, &archive, &[]).await.outcome(), "login_required", "a copy of the cookie");

        // The service ends it from another browser.
        let tokens = log_in(&town, &mut phone, &mut browser, &archive, AN).await;
        assert_eq!(ask(&town, &mut browser, &archive, &[]).await.outcome(), "code");
        Browser::at(HOME).get(&town, &logout(&tokens)).await;
        assert_eq!(ask(&town, &mut browser, &archive, &[]).await.outcome(), "login_required");
    })
    .await;
}

#[tokio::test]
async fn what_a_session_answered_fills_neither_the_history_nor_the_table() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        log_in(&town, &mut phone, &mut browser, &archive, AN).await;
        ask(&town, &mut browser, &archive, &[]).await;
        let used = ask(&town, &mut browser, &archive, &[]).await;
        used.claims(&town, &archive).await;
        assert_eq!(town.count("approval").await, 3);
        assert_eq!(phone.history(&town).await.len(), 1, "the person was asked once");
        town.tidy().await;
        assert_eq!(town.count("approval").await, 3, "the code and the access token still count");
        town.pass(2 * 3600);
        town.tidy().await;
        assert_eq!(town.count("approval").await, 1);
        assert_eq!(phone.history(&town).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_service_that_asks_without_end_is_told_to_wait() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        log_in(&town, &mut phone, &mut browser, &archive, AN).await;
        let mut outcomes = BTreeMap::new();
        for _ in 0..125 {
            let outcome = ask(&town, &mut browser, &archive, &[]).await.outcome().to_owned();
            *outcomes.entry(outcome).or_insert(0) += 1;
        }
        assert!(outcomes["code"] < 120 && outcomes["temporarily_unavailable"] > 5, "{outcomes:?}");
        assert_eq!(town.count("approval").await, 1 + outcomes["code"]);
    })
    .await;
}
