//! The power goes at the worst moments: an attempt may be lost to the citizen, never given back; what was acknowledged stays.

use protocol::phone::Decision;
use serde_json::json;
use vault::{Attempt, Verdict};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone};

use crate::{AN, AN_E164, HOME, each};

const WRONG: &str = "40618";

#[tokio::test]
async fn an_attempt_between_count_and_answer_stays_counted() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        let body = phone.approval(&phone.waiting(&town).await, &login.number, CODE);
        // The vault counted and checked, the platform never heard: the power goes between T1 and T2.
        let attempt = Attempt {
            device: phone.id().to_owned(),
            point: phone.key.public().point().to_vec(),
            m1: body.m1.clone(),
            m2: body.m2.clone(),
            pin: body.pin.clone(),
            bio: None,
            matched: true,
        };
        let verdict = town.world.vault.attempt(attempt, town.now()).await.unwrap();
        assert!(matches!(verdict, Verdict::Accepted { .. }));
        let town = town.after_a_power_cut().await;

        assert_eq!(browser.look(&town, &login).await.status, 200, "nobody was let in");
        let reply = phone.deliver(&town, &body).await;
        assert_eq!((reply.refusal(), &reply.json()["left"]), ((422, "not_accepted".into()), &json!(4)));
        let home = phone.command(&town, "home", json!({})).await.ok();
        assert_eq!(home["device"]["left"], 4, "the attempt is lost to the citizen");
        phone.approve(&town, &login.number, CODE).await.ok();
        browser.arrive(&town, &gemeente, &login).await;
        town.settle().await;
        assert_eq!(town.ask_vault("SELECT tries FROM pin_state").await, 0, "until the next right code");
    })
    .await;
}

#[tokio::test]
async fn wrong_codes_are_not_forgotten() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let login = Browser::at(HOME).login(&town, &gemeente, AN).await;
        let mut town = town;
        for left in [4, 3, 2] {
            assert_eq!(phone.approve(&town, &login.number, WRONG).await.json()["left"], left);
            town = town.after_a_power_cut().await;
            assert_eq!(phone.command(&town, "home", json!({})).await.ok()["device"]["left"], left);
        }
        assert_eq!(phone.approve(&town, &login.number, CODE).await.status, 429, "nor is the wait");
    })
    .await;
}

#[tokio::test]
async fn an_acknowledged_approval_is_there_after_the_power_cut() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        let body = phone.approval(&phone.waiting(&town).await, &login.number, CODE);
        let first = phone.deliver(&town, &body).await;
        let m3 = first.ok()["m3"].clone();
        let town = town.after_a_power_cut().await;

        assert_eq!(phone.deliver(&town, &body).await.ok()["m3"], m3, "the same receipt");
        phone.keep(&body, &first);
        let code = browser.arrive(&town, &gemeente, &login).await;
        let tokens = gemeente.exchange(&town, &login, &code).await.ok();
        let town = town.after_a_power_cut().await;
        gemeente.userinfo(&town, tokens["access_token"].as_str().unwrap()).await.ok();
        assert_eq!(gemeente.exchange(&town, &login, &code).await.refusal(), (400, "invalid_grant".into()));

        let login = browser.login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let login = browser.login(&town, &gemeente, AN).await;
        phone.decline(&town, Decision::Reject).await.ok();
        let town = town.after_a_power_cut().await;
        assert!(browser.look(&town, &login).await.has("retry"), "a refusal is a refusal");
    })
    .await;
}

#[tokio::test]
async fn an_activation_goes_on_after_a_power_cut_at_every_step() {
    each(async |town| {
        let mut phone = Phone::new(&town, HOME);
        phone.to_bank(&town, AN).await;
        let town = town.after_a_power_cut().await;
        let back = phone.sign_at_bank(&town, "an").await;
        let town = town.after_a_power_cut().await;
        let view = phone.command(&town, "activation/return", json!({ "proof": back.proof })).await.ok();
        assert_eq!(view["step"], "sms");
        // The SMS was written with the step: it leaves after the power cut.
        let town = town.after_a_power_cut().await;
        let code = town.sms_code(AN_E164).await;
        assert_eq!(town.post.to(AN_E164).len(), 1);
        let wrong = if code == "00000" { "00001" } else { "00000" };
        assert_eq!(phone.type_sms(&town, wrong).await.json()["left"], 2);
        let town = town.after_a_power_cut().await;
        assert_eq!(phone.view(&town).await["sms"]["left"], 2);
        phone.type_sms(&town, &code).await.ok();
        let town = town.after_a_power_cut().await;
        let done = phone.finish(&town, CODE).await.ok();
        let town = town.after_a_power_cut().await;
        assert_eq!(phone.view(&town).await["certificate"], done["certificate"]);
        let login = Browser::at(HOME).login(&town, &town.partner("gemeente"), AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
    })
    .await;
}

#[tokio::test]
async fn a_message_that_could_not_leave_leaves_later_and_once() {
    each(async |town| {
        let mut phone = Phone::new(&town, HOME);
        town.post.strike(true);
        phone.to_sms(&town, AN, "an").await;
        town.deliver().await;
        assert!(town.post.sent().is_empty());
        town.post.strike(false);
        town.deliver().await;
        assert!(town.post.sent().is_empty(), "not at once again");
        town.pass(2);
        town.deliver().await;
        let town = town.after_a_power_cut().await;
        town.pass(60);
        town.deliver().await;
        assert_eq!(town.post.sent().len(), 1);
    })
    .await;
}
