//! Blocking on the site: guesses at the written code, and the identity card from its reading to a phone that works again.

use eid_virtual::Applet;
use eid_virtual::person::{Person, Sex};
use serde_json::json;
use zelf_trials::town::card::{Computer, Program, an, card};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::{AN, AN_E164, ELSEWHERE, HOME, JAN, each, once};

fn jan() -> Person {
    let identity = zelf_trials::town::bank::jan();
    let (number, born) = (identity.attributes.national_number.unwrap(), identity.attributes.birthdate.unwrap());
    let given = identity.attributes.given_name.unwrap();
    let family = identity.attributes.family_name.unwrap();
    Person::from_parts(&given, &family, Sex::Male, &born, &number, "Brugge", "Langestraat 3", "8000", "Brugge")
}

/// This person's card, read in a browser that wants to block; the page that follows.
async fn blocks(town: &Town, person: &Person, number: &str) -> (Computer, Reply) {
    let mut computer = Computer::begin_to_block(town, ELSEWHERE, number).await;
    let told = computer.reads(town, person, Applet::V1_8).await;
    let back = computer.comes_back(town, told["return"].as_str().unwrap()).await;
    assert_eq!(back.location(), "/activate/blocked");
    let page = computer.browser.get(town, "/activate/blocked").await;
    (computer, page)
}

async fn alive(town: &Town, phone: &Phone) -> bool {
    phone.command(town, "home", json!({})).await.status == 200
}

#[tokio::test]
async fn a_card_blocks_at_once_and_makes_the_account_work_again_without_a_second_reading() {
    each(async |town| {
        let phone = Phone::activate(&town, HOME, AN, "an").await;
        let (mut computer, page) = blocks(&town, &an(), AN).await;
        assert!(page.has("works-again"), "{}", page.body);
        let told = phone.command(&town, "home", json!({})).await;
        assert_eq!((told.status, told.json()["why"].as_str()), (401, Some("card")), "{}", told.body);

        town.pass(1);
        assert_eq!(computer.browser.post(&town, "/activate/blocked", &[]).await.location(), "/activate/token");
        let token = computer.token(&town).await;
        let mut next = Phone::new(&town, ELSEWHERE);
        next.start(&town).await;
        next.type_number(&town, AN).await.ok();
        next.command(&town, "activation/eid", json!({})).await.ok();
        let code = town.sms_code(AN_E164).await;
        next.command(&town, "activation/sms", json!({ "code": code, "token": token })).await.ok();
        let active = next.finish(&town, CODE).await.ok();
        assert_eq!(active["step"], "active", "{active}");
        next.command(&town, "home", json!({})).await.ok();
        assert_eq!(town.count("account").await, 1, "the same account");
        let done = computer.browser.get(&town, "/activate/ended").await;
        assert_eq!(done.status, 200);
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_card_blocks_their_own_account_whatever_number_was_typed() {
    let town = once().await;
    let hers = Phone::activate(&town, HOME, AN, "an").await;
    let his = Phone::activate(&town, HOME, JAN, "jan").await;
    // A thief with Jan's card and PIN types An's number.
    blocks(&town, &jan(), AN).await;
    assert!(alive(&town, &hers).await, "hers is as it was");
    assert!(!alive(&town, &his).await, "his own is blocked");
}

#[tokio::test]
async fn a_card_without_an_account_blocks_nothing_and_says_so() {
    let town = once().await;
    let hers = Phone::activate(&town, HOME, AN, "an").await;
    let (_, page) = blocks(&town, &jan(), AN).await;
    assert!(!page.has("works-again"), "{}", page.body);
    assert!(alive(&town, &hers).await);
}

#[tokio::test]
async fn the_program_is_told_that_the_card_is_read_to_block() {
    let town = once().await;
    let mut computer = Computer::begin_to_block(&town, HOME, AN).await;
    let claimed = Program::try_claim(&town, &computer.code(&town).await).await.ok();
    assert_eq!((&claimed["purpose"], &claimed["email"]), (&json!("block"), &json!(null)));
    let mut other = Computer::begin(&town, ELSEWHERE, AN, None).await;
    let claimed = Program::try_claim(&town, &other.code(&town).await).await.ok();
    assert_eq!(claimed["purpose"], "activate");
}

#[tokio::test]
async fn nothing_is_blocked_before_the_browser_that_began_comes_back() {
    let town = once().await;
    let phone = Phone::activate(&town, HOME, AN, "an").await;
    let mut stranger = Computer::begin_to_block(&town, ELSEWHERE, AN).await;
    // An is talked into reading her card for a stranger's page.
    let told = stranger.reads(&town, &an(), Applet::V1_7).await;
    assert_eq!(stranger.browser.get(&town, "/activate/blocked").await.location(), "/activate/reader");
    let mut hers = Computer { browser: Browser::at(HOME) };
    assert_eq!(hers.comes_back(&town, told["return"].as_str().unwrap()).await.status, 403);
    assert_eq!(stranger.ended(&town).await, "other_browser");
    assert!(alive(&town, &phone).await);
}

#[tokio::test]
async fn blocking_waits_for_nothing_and_is_not_kept_by_an_open_activation() {
    let town = once().await;
    let phone = Phone::activate(&town, HOME, AN, "an").await;
    // An activation stands open in the same browser.
    let mut computer = Computer::begin(&town, HOME, AN, None).await;
    let form = computer.browser.get(&town, "/block/card").await.field("form");
    let altcha = zelf_trials::town::card::solved(&town, &mut computer.browser).await;
    let fields = [("form", form.as_str()), ("country", "BE"), ("phone", AN), ("altcha", &altcha)];
    let begun = computer.browser.post(&town, "/block/card", &fields).await;
    assert_eq!(begun.location(), "/activate/reader", "{}", begun.body);
    let program = Program::claim(&town, &computer.code(&town).await).await;
    // Three wrong sets of digits make the number wait here; the next try to block goes on all the same.
    program.prove(&town, &mut card(&town, &an(), Applet::V1_8, None)).await.ok();
    for _ in 0..3 {
        computer.browser.post(&town, "/activate/finish", &[("digits", "000000")]).await;
    }
    assert_eq!(computer.ended(&town).await, "digits_exhausted");
    let mut again = Computer::begin_to_block(&town, HOME, AN).await;
    let told = again.reads(&town, &an(), Applet::V1_8).await;
    again.comes_back(&town, told["return"].as_str().unwrap()).await;
    assert!(!alive(&town, &phone).await);
}

#[tokio::test]
async fn who_blocked_and_waits_too_long_reads_the_card_again() {
    let town = once().await;
    Phone::activate(&town, HOME, AN, "an").await;
    let (mut computer, _) = blocks(&town, &an(), AN).await;
    // A stale button stops nothing that has happened.
    assert_eq!(computer.browser.post(&town, "/activate/stop", &[]).await.location(), "/activate/ended");
    assert_eq!(computer.browser.get(&town, "/activate/ended").await.location(), "/activate/blocked");
    town.pass(3600);
    assert_eq!(computer.browser.post(&town, "/activate/blocked", &[]).await.location(), "/activate");
}

#[tokio::test]
async fn guesses_at_a_written_code_are_counted_and_change_nothing() {
    let town = once().await;
    Phone::activate(&town, HOME, AN, "an").await;
    let mut stranger = Browser::at(ELSEWHERE);
    let before = town.tables().await;
    let mut words = Vec::new();
    for guess in 0..30 {
        // Long and short, shaped like a code or not: the same words.
        let code = match guess % 3 {
            0 => format!("7KQ2-M4XD-9RTB-H3{guess:02}"),
            1 => format!("K7QM-4T{guess:02}"),
            _ => format!("x{guess}"),
        };
        let told = stranger.post(&town, "/block", &[("code", &code)]).await;
        assert_eq!((told.status, told.has("error")), (200, true), "{code}");
        words.push(told.text("error"));
    }
    words.dedup();
    assert_eq!(words.len(), 1, "{words:?}");
    let told = stranger.post(&town, "/block", &[("code", "7KQ2-M4XD-9RTB-H3FW")]).await;
    assert_eq!(told.status, 429, "{}", told.body);
    assert_eq!(
        Browser::at(HOME).post(&town, "/block", &[("code", "K7QM-4TXP")]).await.status,
        200,
        "others are not kept out"
    );
    assert!(town.tables().await == before, "a guess changed a row");
    town.pass(3600);
    assert_eq!(stranger.post(&town, "/block", &[("code", "K7QM-4TXP")]).await.status, 200);
}
