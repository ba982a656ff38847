//! The server's clock jumps an hour: nothing unlocks early that a clock does not unlock, nobody is kept out for ever.

use serde_json::json;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone};

use crate::{AN, AN_E164, HOME, each};

const HOUR: i64 = 3600;
const WRONG: &str = "40618";

#[tokio::test]
async fn a_locked_phone_stays_locked_whatever_the_clock_says() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        for n in 0..5 {
            town.pass(1000);
            let login = Browser::at(&format!("10.40.{n}.1")).login(&town, &town.partner("gemeente"), AN).await;
            phone.approve(&town, &login.number, WRONG).await;
        }
        for jump in [HOUR, -2 * HOUR, HOUR, 40 * 24 * HOUR, -80 * 24 * HOUR] {
            town.pass(jump);
            let told = phone.command(&town, "home", json!({})).await;
            assert_eq!((told.status, &told.json()["why"]), (401, &json!("wrong_codes")), "{jump}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_clock_set_back_makes_nobody_wait_for_ever() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        for _ in 0..3 {
            phone.approve(&town, &login.number, WRONG).await;
        }
        let until = phone.approve(&town, &login.number, CODE).await.json()["until"].as_i64().unwrap();
        town.pass(-HOUR);
        let reply = phone.approve(&town, &login.number, CODE).await;
        assert_eq!((reply.status, &reply.json()["until"]), (429, &json!(until)), "not earlier, not later");
        town.pass(HOUR + 60);
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        town.pass(-HOUR);
        gemeente.exchange(&town, &login, &code).await.ok();
    })
    .await;
}

#[tokio::test]
async fn whoever_is_on_the_way_when_the_clock_is_set_back_arrives() {
    each(async |town| {
        let mut phone = Phone::new(&town, HOME);
        phone.to_bank(&town, AN).await;
        town.pass(-HOUR);
        let back = phone.sign_at_bank(&town, "an").await;
        phone.command(&town, "activation/return", json!({ "proof": back.proof })).await.ok();
        let code = town.sms_code(AN_E164).await;
        town.pass(-HOUR);
        phone.type_sms(&town, &code).await.ok();
        phone.finish(&town, CODE).await.ok();
        town.pass(-HOUR);
        let mut browser = Browser::at(HOME);
        let gemeente = town.partner("gemeente");
        let login = browser.login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        browser.arrive(&town, &gemeente, &login).await;
    })
    .await;
}

#[tokio::test]
async fn a_clock_set_forward_ends_what_is_old_and_starting_anew_works_at_once() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        let stale = phone.payload(&town, "home", json!({}));
        town.pass(HOUR);
        let over = browser.look(&town, &login).await;
        assert!(over.status == 400 && over.body.contains("session_lost"), "{}", over.body);
        let reply = phone.post(&town, "home", phone.sign(&stale)).await;
        assert_eq!(reply.refusal(), (401, "use_nonce".into()));
        assert!(!reply.header("zelf-nonce").is_empty(), "and the fresh nonce comes with it");
        let login = browser.login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        town.pass(HOUR);
        assert_eq!(gemeente.exchange(&town, &login, &code).await.refusal(), (400, "invalid_grant".into()));
    })
    .await;
}
