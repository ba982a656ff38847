//! Seed 004 and what can go wrong on its way: a browser, a card, a card program, a phone.

use std::sync::atomic::Ordering;

use eid_virtual::Applet;
use eid_virtual::personalise::Fault;
use serde_json::{Value, json};
use zelf_trials::town::card::{self, Computer, Program, an};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Phone, Town};

use crate::{AN, AN_E164, ELSEWHERE, HOME, JAN, each, once};

/// A phone that holds a token: number typed, SMS on its way.
async fn phone_with_token(town: &Town, at: &str, number: &str) -> Phone {
    let mut phone = Phone::new(town, at);
    phone.start(town).await;
    phone.type_number(town, number).await.ok();
    let view = phone.command(town, "activation/eid", json!({})).await.ok();
    assert_eq!((&view["step"], &view["method"]), (&json!("sms"), &json!("eid")));
    phone
}

/// SMS and token together, as the app sends them.
async fn brings(town: &Town, phone: &Phone, token: &str) -> zelf_trials::town::Reply {
    let code = town.sms_code(AN_E164).await;
    phone.command(town, "activation/sms", json!({ "code": code, "token": token })).await
}

#[tokio::test]
async fn a_card_of_either_kind_becomes_a_phone() {
    each(async |town| {
        let (mut computer, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_7).await;
        assert!(!computer.browser.get(&town, "/activate/token").await.has("known"));
        let phone = phone_with_token(&town, ELSEWHERE, AN).await;
        let view = brings(&town, &phone, &token).await.ok();
        assert_eq!((&view["step"], &view["account_known"]), (&json!("code"), &json!(false)));
        assert_eq!(view["birthdate"], "1955-03-12");
        let active = phone.finish(&town, CODE).await.ok();
        assert_eq!((&active["step"], &active["first_name"]), (&json!("active"), &json!("An")));
        let home = phone.command(&town, "home", json!({})).await.ok();
        assert_eq!((&home["email"], &home["limited"]), (&json!("an@voorbeeld.be"), &Value::Null));

        // The same person again, newer card, another number: never a second account.
        let (mut computer, token) = Computer::with_token(&town, HOME, JAN, &an(), Applet::V1_8).await;
        let seen = computer.browser.get(&town, "/activate/token").await;
        assert!(seen.has("known"), "the card has told who it is: {}", seen.body);
        let next = phone_with_token(&town, HOME, JAN).await;
        let code = town.sms_code("+32470110248").await;
        let view = next.command(&town, "activation/sms", json!({ "code": code, "token": token })).await.ok();
        assert_eq!(view["account_known"], true);
        let seen = computer.browser.get(&town, "/activate/token").await;
        assert!(seen.has("known") && !seen.has("token"), "{}", seen.body);
        next.finish(&town, CODE).await.ok();
        assert_eq!(town.count("account").await, 1);
        assert_eq!(computer.browser.get(&town, "/activate/token").await.location(), "/activate/ended");
    })
    .await;
}

#[tokio::test]
async fn an_sms_leaves_only_if_somebody_waits_and_nobody_can_tell() {
    let town = once().await;
    let (_, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
    let hers = phone_with_token(&town, ELSEWHERE, AN).await;
    let nobodys = phone_with_token(&town, ELSEWHERE, "0499 30 01 94").await;
    let same = |view: Value| (view["step"].clone(), view["sms"]["left"].clone(), view["method"].clone());
    assert_eq!(same(hers.view(&town).await), same(nobodys.view(&town).await));
    town.deliver().await;
    assert!(town.post.to("+32499300194").is_empty());
    // A wrong SMS code with the right token and with a wrong one: the same words.
    let wrong = |token: &str| json!({ "code": "00000", "token": token });
    let right_token = hers.command(&town, "activation/sms", wrong(&token)).await;
    let wrong_token = hers.command(&town, "activation/sms", wrong("AAAAAA")).await;
    let of_nobody = nobodys.command(&town, "activation/sms", wrong("AAAAAA")).await;
    assert_eq!(right_token.refusal(), (422, "sms_wrong".into()));
    assert_eq!(right_token.refusal(), wrong_token.refusal());
    assert_eq!(of_nobody.refusal(), right_token.refusal());
}

#[tokio::test]
async fn wrong_case_is_told_and_a_late_token_is_followed_by_a_new_one() {
    let town = once().await;
    let (mut computer, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
    let phone = phone_with_token(&town, ELSEWHERE, AN).await;
    let turn = |c: char| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
    let turned: String = token.chars().map(turn).collect();
    assert_ne!(turned, token, "digits only: draw another seed");
    let told = brings(&town, &phone, &turned).await;
    assert_eq!((told.refusal(), &told.json()["left"]), ((422, "token_case".into()), &json!(4)));
    assert_eq!(phone.view(&town).await["step"], "token");
    town.pass(301);
    let late = phone.command(&town, "activation/token", json!({ "token": token })).await;
    assert_eq!(late.refusal(), (422, "token_expired".into()));
    let renewed = computer.browser.post(&town, "/activate/token", &[]).await;
    assert_eq!(renewed.location(), "/activate/token");
    let new = computer.token(&town).await;
    assert_ne!(new, token);
    let old = phone.command(&town, "activation/token", json!({ "token": token })).await;
    assert_eq!(old.refusal(), (422, "token_expired".into()), "the old one is known as old, not as wrong");
    let view = phone.command(&town, "activation/token", json!({ "token": new })).await.ok();
    assert_eq!(view["step"], "code", "nothing was typed again");
}

#[tokio::test]
async fn five_wrong_tokens_end_the_attempt_and_the_enrolment() {
    each(async |town| {
        let (mut computer, _) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
        let phone = phone_with_token(&town, ELSEWHERE, AN).await;
        let first = brings(&town, &phone, "AAAAAA").await;
        assert_eq!((first.refusal(), &first.json()["left"]), ((422, "token_wrong".into()), &json!(4)));
        for left in [3, 2, 1] {
            let told = phone.command(&town, "activation/token", json!({ "token": "BBBBBB" })).await;
            assert_eq!(told.json()["left"], left);
        }
        let last = phone.command(&town, "activation/token", json!({ "token": "DDDDDD" })).await.ok();
        assert_eq!(last["refusal"]["code"], "token_exhausted");
        assert_eq!(computer.ended(&town).await, "token_exhausted");
        // R13: this number waits, from that place.
        let mut next = Phone::new(&town, ELSEWHERE);
        next.start(&town).await;
        assert_eq!(next.type_number(&town, AN).await.refusal(), (429, "wait".into()));
    })
    .await;
}

#[tokio::test]
async fn a_token_is_used_once() {
    let town = once().await;
    let (_, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
    let one = phone_with_token(&town, ELSEWHERE, AN).await;
    let two = phone_with_token(&town, ELSEWHERE, AN).await;
    let mut codes = Vec::new();
    town.deliver().await;
    for sms in town.post.to(AN_E164) {
        codes.push(sms.text.rsplit('#').next().unwrap().trim().to_owned());
    }
    one.command(&town, "activation/sms", json!({ "code": codes[0], "token": token })).await.ok();
    let told = two.command(&town, "activation/sms", json!({ "code": codes[1], "token": token })).await;
    assert_eq!(told.refusal(), (422, "token_wrong".into()));
}

#[tokio::test]
async fn the_computer_says_that_is_not_my_phone() {
    let town = once().await;
    let (mut computer, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
    let phone = phone_with_token(&town, ELSEWHERE, AN).await;
    brings(&town, &phone, &token).await.ok();
    let seen = computer.browser.get(&town, "/activate/token").await;
    assert!(seen.text("device").contains("Chrome on Linux"), "{}", seen.body);
    assert_eq!(computer.browser.post(&town, "/activate/stop", &[]).await.location(), "/activate/ended");
    let view = phone.finish(&town, CODE).await.ok();
    assert_eq!(view["refusal"]["code"], "stopped");
    assert_eq!((town.count("account").await, town.count("device").await), (0, 0));
}

/// Every fault ends in its own code, for the program and on the page; `None` is no fault at all.
const FAULTS: &[(Fault, Option<&str>)] = &[
    (Fault::Expired, Some("card_expired")),
    (Fault::NotYet, Some("card_not_yet")),
    (Fault::Revoked, Some("certificate_revoked")),
    (Fault::Suspended, Some("certificate_suspended")),
    (Fault::TamperedAddress, Some("address_signature")),
    (Fault::TamperedIdentity, Some("identity_signature")),
    (Fault::Minor, Some("too_young")),
    (Fault::Kids, Some("document_type")),
    (Fault::WrongHolder, Some("holder_mismatch")),
    (Fault::BadPhoto, Some("photo_mismatch")),
    (Fault::UnknownRoot, Some("certificate_chain")),
    (Fault::Foreigner, None),
    (Fault::NoAddress, None),
];

#[tokio::test]
async fn every_fault_of_a_card_has_its_own_word() {
    let town = once().await;
    for applet in [Applet::V1_7, Applet::V1_8] {
        for (at, (fault, code)) in FAULTS.iter().enumerate() {
            // Each from a network of its own: a failed attempt makes this number wait there.
            let mut computer = Computer::begin(&town, &format!("10.{}.{at}.1", applet as u8 + 60), AN, None).await;
            let program = Program::claim(&town, &computer.code(&town).await).await;
            let mut card = card::card(&town, &an(), applet, Some(*fault));
            let told = program.prove(&town, &mut card).await;
            match code {
                None => assert_eq!(told.status, 200, "{fault}: {}", told.body),
                Some(code) => {
                    assert_eq!(told.refusal(), (422, (*code).to_owned()), "{applet:?} {fault}");
                    assert_eq!(computer.ended(&town).await, *code);
                }
            }
        }
    }
    for (applet, code) in [(Applet::V1_7, "chip_mismatch"), (Applet::V1_8, "chip_signature")] {
        let mut computer = Computer::begin(&town, "10.77.1.1", AN, None).await;
        let program = Program::claim(&town, &computer.code(&town).await).await;
        let mut card = card::card(&town, &an(), applet, Some(Fault::ClonedChip));
        assert_eq!(program.prove(&town, &mut card).await.refusal(), (422, code.to_owned()), "{applet:?}");
    }
}

#[tokio::test]
async fn the_register_does_not_answer_and_nobody_is_believed() {
    let town = once().await;
    let mut computer = Computer::begin(&town, HOME, AN, None).await;
    let first = computer.code(&town).await;
    let program = Program::claim(&town, &first).await;
    let mut card = card::card(&town, &an(), Applet::V1_8, None);
    town.strike.store(true, Ordering::SeqCst);
    assert_eq!(program.prove(&town, &mut card).await.refusal(), (503, "revocation_unreachable".into()));
    town.strike.store(false, Ordering::SeqCst);
    let second = computer.code(&town).await;
    assert_ne!(first, second, "the enrolment goes on with a new session");
    let program = Program::claim(&town, &second).await;
    program.prove(&town, &mut card).await.ok();
}

#[tokio::test]
async fn a_second_program_ends_it_for_both() {
    each(async |town| {
        let mut computer = Computer::begin(&town, HOME, AN, None).await;
        let code = computer.code(&town).await;
        let first = Program::claim(&town, &code).await;
        assert_eq!(Program::try_claim(&town, &code).await.refusal(), (409, "session_taken".into()));
        assert_eq!(first.says(&town, "reading").await.refusal(), (409, "session_taken".into()));
        assert_eq!(computer.ended(&town).await, "two_programs");
        // The person starts the program again: nothing is typed twice.
        assert_eq!(computer.browser.post(&town, "/activate/reader", &[]).await.location(), "/activate/reader");
        Program::claim(&town, &computer.code(&town).await).await;
    })
    .await;
}

#[tokio::test]
async fn the_way_back_belongs_to_the_browser_that_began() {
    let town = once().await;
    let mut computer = Computer::begin(&town, HOME, AN, None).await;
    let program = Program::claim(&town, &computer.code(&town).await).await;
    let told = program.prove(&town, &mut card::card(&town, &an(), Applet::V1_8, None)).await.ok();
    let url = told["return"].as_str().unwrap();
    // Waiting alone shows nothing.
    assert_eq!(computer.browser.get(&town, "/activate/token").await.location(), "/activate/reader");
    // The attacker's enrolment, the victim's browser.
    let mut victim = Computer { browser: zelf_trials::town::Browser::at(ELSEWHERE) };
    let reply = victim.comes_back(&town, url).await;
    assert_ne!(reply.location(), "/activate/token");
    assert_eq!(program.state(&town).await["error"], "other_browser");
    assert_eq!(computer.ended(&town).await, "other_browser");
    assert_ne!(computer.comes_back(&town, url).await.location(), "/activate/token", "too late for everybody");
}

#[tokio::test]
async fn six_digits_do_for_a_browser_that_did_not_open() {
    let town = once().await;
    let mut computer = Computer::begin(&town, HOME, AN, None).await;
    let program = Program::claim(&town, &computer.code(&town).await).await;
    let told = program.prove(&town, &mut card::card(&town, &an(), Applet::V1_8, None)).await.ok();
    let digits = told["digits"].as_str().unwrap().to_owned();
    let wrong = if digits == "123456" { "654321" } else { "123456" };
    let first = computer.browser.post(&town, "/activate/finish", &[("digits", wrong)]).await;
    assert_ne!(first.location(), "/activate/token");
    let right = computer.browser.post(&town, "/activate/finish", &[("digits", &digits)]).await;
    assert_eq!(right.location(), "/activate/token", "{}", right.body);

    let mut other = Computer::begin(&town, ELSEWHERE, AN, None).await;
    let program = Program::claim(&town, &other.code(&town).await).await;
    program.prove(&town, &mut card::card(&town, &an(), Applet::V1_8, None)).await.ok();
    for _ in 0..3 {
        other.browser.post(&town, "/activate/finish", &[("digits", "000000")]).await;
    }
    assert_eq!(other.ended(&town).await, "digits_exhausted");
}

#[tokio::test]
async fn a_proof_cannot_be_moved_or_sent_twice() {
    let town = once().await;
    let mut mallory = Computer::begin(&town, ELSEWHERE, "0499 30 01 94", None).await;
    let mut computer = Computer::begin(&town, HOME, AN, None).await;
    let theirs = Program::claim(&town, &mallory.code(&town).await).await;
    let hers = Program::claim(&town, &computer.code(&town).await).await;
    let body = hers.read(&mut card::card(&town, &an(), Applet::V1_8, None));
    let mut moved = body.clone();
    moved.ticket = theirs.claimed.ticket.clone();
    assert_eq!(theirs.send(&town, &moved).await.refusal(), (422, "possession".into()));
    hers.send(&town, &body).await.ok();
    assert_eq!(hers.send(&town, &body).await.refusal(), (410, "session_expired".into()));
}

#[tokio::test]
async fn without_the_old_phones_word_an_account_that_comes_back_only_logs_in_for_a_day() {
    each(async |town| {
        let old = Phone::activate(&town, HOME, AN, "an").await;
        let (_, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
        let new = phone_with_token(&town, ELSEWHERE, AN).await;
        brings(&town, &new, &token).await.ok();
        let asked = old.waiting(&town).await;
        assert_eq!((asked.verified.payload.kind.as_str(), asked.verified.payload.wants_match), ("admin", false));
        assert_eq!(asked.verified.payload.fields[0].v, "Chrome on Linux");
        new.finish(&town, CODE).await.ok();
        assert_eq!(old.command(&town, "home", json!({})).await.refusal(), (401, "device_ended".into()));
        let home = new.command(&town, "home", json!({})).await.ok();
        assert_eq!(home["limited"], town.now() + 86_400);
        town.deliver().await;
        let told: Vec<_> = town.post.to(AN_E164).into_iter().filter(|m| m.text.contains("stopcode")).collect();
        assert_eq!(told.len(), 1, "the old number hears of it");
        assert!(told.iter().all(|m| !m.text.contains("http")), "never a link");
        town.pass(86_400);
        assert_eq!(new.command(&town, "home", json!({})).await.ok()["limited"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn the_old_phone_vouches_or_stops_it() {
    each(async |town| {
        let mut old = Phone::activate(&town, HOME, AN, "an").await;
        let (_, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
        let thief = phone_with_token(&town, ELSEWHERE, AN).await;
        brings(&town, &thief, &token).await.ok();
        old.decline(&town, protocol::phone::Decision::Fraud).await.ok();
        assert_eq!(thief.finish(&town, CODE).await.ok()["refusal"]["code"], "stopped");
        assert_eq!(old.command(&town, "home", json!({})).await.status, 200, "the old phone is what it was");

        let (_, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
        let new = phone_with_token(&town, HOME, AN).await;
        brings(&town, &new, &token).await.ok();
        old.approve(&town, "", CODE).await.ok();
        new.finish(&town, CODE).await.ok();
        assert_eq!(new.command(&town, "home", json!({})).await.ok()["limited"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn address_and_photo_stay_only_if_the_person_says_so() {
    each(async |town| {
        let (_, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
        let phone = phone_with_token(&town, HOME, AN).await;
        brings(&town, &phone, &token).await.ok();
        phone.finish(&town, CODE).await.ok();
        assert_eq!(town.count("card_data").await, 1);
        phone.command(&town, "settings", json!({ "sharing": false })).await.ok();
        assert_eq!(town.count("card_data").await, 0, "no means no");

        let (_, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
        let phone = phone_with_token(&town, HOME, AN).await;
        brings(&town, &phone, &token).await.ok();
        phone.finish(&town, CODE).await.ok();
        phone.command(&town, "settings", json!({ "sharing": true })).await.ok();
        town.pass(90_000);
        town.tidy().await;
        assert_eq!(town.count("card_data").await, 1, "yes means yes");
    })
    .await;
}

#[tokio::test]
async fn what_nobody_answered_is_gone_after_a_day() {
    let town = once().await;
    let (_, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
    let phone = phone_with_token(&town, HOME, AN).await;
    brings(&town, &phone, &token).await.ok();
    phone.finish(&town, CODE).await.ok();
    town.pass(90_000);
    town.tidy().await;
    assert_eq!((town.count("card_data").await, town.count("enrolment").await), (0, 0));
}

#[tokio::test]
async fn a_slip_in_the_number_is_mended_while_no_code_comes() {
    let town = once().await;
    let (_, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
    let phone = phone_with_token(&town, HOME, "0468 75 89 61").await;
    phone.type_number(&town, AN).await.ok();
    phone.command(&town, "activation/eid", json!({})).await.ok();
    brings(&town, &phone, &token).await.ok();
}

#[tokio::test]
async fn a_power_cut_between_card_and_phone_loses_nothing() {
    let town = once().await;
    let (mut computer, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
    let town = town.after_a_power_cut().await;
    assert_eq!(computer.token(&town).await, token);
    let phone = phone_with_token(&town, HOME, AN).await;
    brings(&town, &phone, &token).await.ok();
}

#[tokio::test]
async fn nobody_guesses_a_code_that_was_never_sent() {
    let town = once().await;
    let phone = phone_with_token(&town, ELSEWHERE, AN).await;
    // Every code there is, were tries not counted: number changed and changed back for fresh ones.
    let mut codes = 1;
    loop {
        for _ in 0..3 {
            let tried = phone.command(&town, "activation/sms", json!({ "code": "12345", "token": "AAAAAA" })).await;
            assert_eq!(tried.refusal(), (422, "sms_wrong".into()));
        }
        phone.type_number(&town, JAN).await.ok();
        phone.type_number(&town, AN).await.ok();
        let asked = phone.command(&town, "activation/eid", json!({})).await;
        if asked.status != 200 {
            assert_eq!(asked.refusal(), (429, "wait".into()));
            break;
        }
        codes += 1;
    }
    assert_eq!(codes, 5);
}

#[tokio::test]
async fn a_stranger_cannot_use_up_the_codes_of_somebody_with_a_token() {
    let town = once().await;
    let (_, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
    let mut answers = Vec::new();
    for _ in 0..4 {
        let stranger = phone_with_token(&town, "10.66.6.6", AN).await;
        let nobody = phone_with_token(&town, "10.66.6.6", "0499 30 01 94").await;
        for _ in 0..4 {
            for (phone, number) in [(&stranger, AN), (&nobody, "0499 30 01 94")] {
                phone.type_number(&town, JAN).await.ok();
                phone.type_number(&town, number).await.ok();
                let told = phone.command(&town, "activation/eid", json!({})).await;
                answers.push((number, told.refusal()));
            }
        }
    }
    let of = |who| answers.iter().filter(|(number, _)| *number == who).map(|(_, told)| told).collect::<Vec<_>>();
    assert_eq!(of(AN), of("0499 30 01 94"), "the same words, however often");
    town.deliver().await;
    assert!(town.post.to(AN_E164).len() <= 10, "SMS a day from one network");
    let phone = phone_with_token(&town, HOME, AN).await;
    brings(&town, &phone, &token).await.ok();
}

#[tokio::test]
async fn a_number_of_somebody_else_ends_it_on_both_screens() {
    let town = once().await;
    Phone::activate(&town, HOME, AN, "jan").await;
    let (mut computer, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
    let phone = phone_with_token(&town, HOME, AN).await;
    assert_eq!(brings(&town, &phone, &token).await.ok()["refusal"]["code"], "number_taken");
    assert_eq!(computer.ended(&town).await, "number_taken");
}

#[tokio::test]
async fn a_card_that_is_not_believed_makes_nobody_else_wait() {
    let town = once().await;
    let mut computer = Computer::begin(&town, HOME, AN, None).await;
    let program = Program::claim(&town, &computer.code(&town).await).await;
    let mut forged = card::card(&town, &an(), Applet::V1_8, Some(Fault::UnknownRoot));
    assert_eq!(program.prove(&town, &mut forged).await.error(), "certificate_chain");
    assert_ne!(
        computer.browser.post(&town, "/activate/reader", &[]).await.location(),
        "/activate/reader",
        "this one waits"
    );
    Computer::begin(&town, HOME, AN, None).await;
}

#[tokio::test]
async fn who_brings_the_token_late_has_time_to_choose_a_code() {
    let town = once().await;
    let mut phone = Phone::new(&town, HOME);
    phone.start(&town).await;
    town.pass(1780);
    let (_, token) = Computer::with_token(&town, HOME, AN, &an(), Applet::V1_8).await;
    phone.type_number(&town, AN).await.ok();
    phone.command(&town, "activation/eid", json!({})).await.ok();
    brings(&town, &phone, &token).await.ok();
    town.pass(600);
    assert_eq!(phone.finish(&town, CODE).await.ok()["step"], "active");
}

#[tokio::test]
async fn clocks_may_differ_by_minutes_and_not_by_more() {
    let town = once().await;
    for (ahead, refused) in [(240, None), (-240, None), (400, Some("revocation_invalid"))] {
        town.ahead.store(ahead, Ordering::SeqCst);
        let mut computer = Computer::begin(&town, HOME, AN, None).await;
        let program = Program::claim(&town, &computer.code(&town).await).await;
        let told = program.prove(&town, &mut card::card(&town, &an(), Applet::V1_8, None)).await;
        match refused {
            None => assert_eq!(told.status, 200, "{ahead}: {}", told.body),
            Some(code) => assert_eq!(told.refusal(), (422, code.to_owned()), "{ahead}"),
        }
    }
}
