//! The power goes while a code is changed, a finger meets a call, and the grown-up phone lives through all of it.

use demo::phone::{Home, Phone as GrownUp, Plan, Verdict};
use protocol::phone::Decision;
use serde_json::json;
use vault::{Attempt, Verdict as Vaults};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Town};

use crate::{AN, HOME, each, once};

const NEXT: &str = "60714";

/// The vault alone hears `body`: the platform's power goes before it records anything.
async fn vault_alone(town: &Town, phone: &Phone, body: &protocol::phone::AnswerBody) {
    let attempt = Attempt {
        device: phone.id().to_owned(),
        point: phone.key.public().point().to_vec(),
        m1: body.m1.clone(),
        m2: body.m2.clone(),
        pin: body.pin.clone(),
        bio: body.bio.clone(),
        matched: true,
    };
    let verdict = town.world.vault.attempt(attempt, town.now()).await.unwrap();
    assert!(matches!(verdict, Vaults::Accepted { .. }), "{verdict:?}");
}

async fn logs_in(town: &Town, phone: &mut Phone, code: &str) {
    let login = Browser::at(HOME).login(town, &town.partner("gemeente"), AN).await;
    phone.approve(town, &login.number, code).await.ok();
}

#[tokio::test]
async fn the_power_goes_before_the_new_code_counts_and_the_old_one_works() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let body = phone.new_code(NEXT);
        let rid = phone.act(&town, "code", body).await;
        let waiting = phone.asked(&town, &rid).await;
        let yes = phone.approval(&waiting, "", CODE);
        vault_alone(&town, &phone, &yes).await;
        let town = town.after_a_power_cut().await;
        phone.settle_code(&town).await;
        assert_eq!(phone.generation, 1, "nothing changed");
        // The request still waits: another yes brings it about.
        phone.approve_act(&town, &rid, CODE).await.ok();
        phone.settle_code(&town).await;
        assert_eq!(phone.generation, 2);
        logs_in(&town, &mut phone, NEXT).await;
    })
    .await;
}

#[tokio::test]
async fn the_power_goes_after_the_new_code_counts_and_the_phone_finds_out() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let body = phone.new_code(NEXT);
        let change = body["change"].as_str().unwrap().to_owned();
        let rid = phone.act(&town, "code", body).await;
        let waiting = phone.asked(&town, &rid).await;
        let yes = phone.approval(&waiting, "", CODE);
        vault_alone(&town, &phone, &yes).await;
        assert!(town.world.vault.promote_code(phone.id().to_owned(), change).await.unwrap());
        let town = town.after_a_power_cut().await;
        // A right code whose good news was lost reads as a wrong one, once.
        assert_eq!(phone.deliver(&town, &yes).await.refusal().1, "not_accepted");
        phone.settle_code(&town).await;
        assert_eq!(phone.generation, 2);
        phone.approve_act(&town, &rid, NEXT).await.ok();
        phone.settle_code(&town).await;
        assert_eq!(phone.generation, 2, "and it is not changed twice");
        logs_in(&town, &mut phone, NEXT).await;
    })
    .await;
}

#[tokio::test]
async fn a_request_fetched_before_the_call_began_takes_no_finger_during_it() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        phone.finger_on(&town, CODE).await.ok();
        let login = Browser::at(HOME).login(&town, &town.partner("ziekenfonds"), AN).await;
        let waiting = phone.waiting(&town).await;
        let answer = phone.say(&waiting, Decision::Approve, &login.number);
        let touched = phone.compose_bio(&waiting, &answer);
        phone.careful(&town, true).await.ok();
        town.pass(31);
        let said = phone.deliver(&town, &touched).await;
        assert_eq!(said.refusal(), (422, "bio_rejected".into()));
        phone.approve(&town, &login.number, CODE).await.ok();
    })
    .await;
}

#[tokio::test]
async fn a_finger_gets_one_guess_at_the_number_and_no_try_is_lost() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        phone.finger_on(&town, CODE).await.ok();
        let login = Browser::at(HOME).login(&town, &town.partner("ziekenfonds"), AN).await;
        let wrong = if login.number == "11" { "12" } else { "11" };
        let said = phone.approve_bio(&town, wrong).await;
        assert_eq!(said.refusal(), (422, "bio_rejected".into()));
        assert!(phone.pending(&town).await.is_empty(), "the request has ended");
        assert_eq!(phone.home(&town).await["device"]["left"], 5);
    })
    .await;
}

#[tokio::test]
async fn the_grown_up_phone_is_vouched_for_changes_its_code_touches_and_blocks() {
    let town = once().await;
    let mut old = Phone::activate(&town, HOME, AN, "an").await;
    let mut phone = GrownUp::open(Some(&town.app), Home::Memory, None).await.unwrap();
    let view = phone.ask_to_vouch(&Plan::default()).await.unwrap();
    let rid = old.act_new_phone(&town, &view.vouch.unwrap().text).await;
    old.approve_act(&town, &rid, CODE).await.ok();
    let plan = Plan { code: Some(CODE.into()), ..Plan::default() };
    assert_eq!(phone.activate(&plan).await.unwrap().first_name, "An");

    phone.change_code(CODE, NEXT).await.unwrap();
    phone.biometrics(true, NEXT).await.unwrap();
    let login = Browser::at(HOME).login(&town, &town.partner("ziekenfonds"), AN).await;
    let touch = Verdict::Touch { matched: Some(login.number) };
    assert_eq!(phone.answer(None, &touch).await.unwrap().receipt.payload.uv.m, "bio");
    let login = Browser::at(HOME).login(&town, &town.partner("gemeente"), AN).await;
    let typed = Verdict::Approve { code: NEXT.into(), matched: Some(login.number) };
    assert_eq!(phone.answer(None, &typed).await.unwrap().receipt.payload.uv.generation, 2);

    // And it vouches for the next one.
    let mut next = Phone::new(&town, HOME);
    let (text, _) = next.to_vouch(&town).await;
    phone.vouch(&text, NEXT).await.unwrap();
    assert_eq!(next.finish(&town, CODE).await.ok()["step"], "active");
    let gone = phone.home().await.unwrap_err();
    assert_eq!(gone.code(), "device_ended");
    next.block(&town).await.ok();
    assert_eq!(next.command(&town, "home", json!({})).await.refusal().1, "device_ended");
}
