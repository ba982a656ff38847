//! Seed 000: a phone is activated with the bank, step by step, and everything that may go wrong on the way.

use serde_json::json;
use zelf_trials::town::bank::person;
use zelf_trials::town::phone::{CODE, come_back, jti};
use zelf_trials::town::{Phone, Town};

use crate::{AN, AN_E164, ELSEWHERE, HOME, JAN, each, once};

const MINUTES: i64 = 60;

#[tokio::test]
async fn the_whole_story_and_every_step_can_be_taken_up_again() {
    each(async |town| {
        let mut phone = Phone::new(&town, HOME);
        assert_eq!(phone.start(&town).await["step"], "number");
        let opened = phone.activation.clone();
        assert_eq!(phone.start(&town).await["activation"], opened.as_str(), "a second start gives back the open one");
        assert_eq!(phone.type_number(&town, AN).await.ok()["step"], "email");
        assert_eq!(phone.view(&town).await["number"], "+32 468 75 89 60");
        let view = phone.command(&town, "activation/email", json!({ "email": "an@voorbeeld.be" })).await.ok();
        assert_eq!((&view["step"], view["banks"].as_array().unwrap().len()), (&json!("bank"), 8));
        assert_eq!(phone.view(&town).await["email"], "an@voorbeeld.be");
        let view = phone.command(&town, "activation/bank", json!({ "bank": "belfius" })).await.ok();
        assert_eq!(view["handover"]["returned"], false);
        assert_eq!(phone.view(&town).await["handover"], view["handover"]);

        let asked = town.bank.asked_for(&phone.activation);
        assert_eq!(asked.phone_masked, "+32 ••• •• 89 60");
        assert_eq!(format!("dev_{}", asked.device_thumbprint), phone.id());
        let back = phone.sign_at_bank(&town, "an").await;
        assert_eq!(back.page.status, 200);
        assert_eq!(back.digits.len(), 6);
        let again = phone.sign_at_bank(&town, "an").await;
        assert_eq!((&again.proof, &again.digits), (&back.proof, &back.digits), "reloading shows the same");
        assert_eq!(phone.view(&town).await["handover"]["returned"], true);
        assert!(town.post.sent().is_empty(), "no SMS before the phone has shown the proof");

        let view = phone.command(&town, "activation/return", json!({ "proof": back.proof })).await.ok();
        assert_eq!((&view["step"], &view["sms"]["left"]), (&json!("sms"), &json!(3)));
        assert_eq!(phone.view(&town).await["step"], "sms");
        let code = town.sms_code(AN_E164).await;
        let view = phone.type_sms(&town, &code).await.ok();
        assert_eq!((&view["step"], &view["account_known"]), (&json!("code"), &json!(false)));
        assert_eq!(phone.view(&town).await["birthdate"], "1955-03-12");

        let view = phone.finish(&town, CODE).await.ok();
        assert_eq!((&view["step"], &view["first_name"]), (&json!("active"), &json!("An")));
        assert_eq!(phone.view(&town).await["certificate"], view["certificate"], "a lost answer is given again");
        let home = phone.command(&town, "home", json!({})).await.ok();
        assert_eq!((&home["first_name"], &home["email"]), (&json!("An"), &json!("an@voorbeeld.be")));
        let wish = json!({ "notifications": true });
        assert_eq!(phone.command(&town, "settings", wish).await.ok()["settings"]["notifications"], true);
        town.deliver().await;
        assert_eq!(town.post.to("an@voorbeeld.be").len(), 1, "the mail that says so");
    })
    .await;
}

#[tokio::test]
async fn somebody_without_mail_on_a_foreign_number_gets_there_too() {
    each(async |town| {
        let mut phone = Phone::new(&town, HOME);
        phone.start(&town).await;
        let body = json!({ "country": "LU", "number": "621 123 456" });
        assert_eq!(phone.command(&town, "activation/number", body).await.ok()["number"], "+352 621 123 456");
        phone.command(&town, "activation/email", json!({ "email": null })).await.ok();
        phone.command(&town, "activation/bank", json!({ "bank": "kbc" })).await.ok();
        let back = phone.sign_at_bank(&town, "jan").await;
        phone.command(&town, "activation/return", json!({ "proof": back.proof })).await.ok();
        let code = town.sms_code("+352621123456").await;
        phone.type_sms(&town, &code).await.ok();
        assert_eq!(phone.finish(&town, CODE).await.ok()["first_name"], "Jan");
    })
    .await;
}

#[tokio::test]
async fn a_number_that_cannot_get_an_sms_is_refused_with_the_reason() {
    let town = once().await;
    let mut phone = Phone::new(&town, HOME);
    phone.start(&town).await;
    for (typed, error, kind) in [
        ("02 209 28 04", "number_not_mobile", "landline"),
        ("0900 12 345", "number_not_mobile", "premium"),
        ("0468", "number_invalid", ""),
    ] {
        let reply = phone.type_number(&town, typed).await;
        assert_eq!((reply.status, reply.error().as_str()), (422, error), "{typed}");
        assert_eq!(reply.json()["kind"].as_str().unwrap_or_default(), kind, "{typed}");
        assert!(!reply.json()["id"].as_str().unwrap().is_empty(), "an id for the helpdesk");
    }
    let reply = phone.type_number(&town, AN).await;
    assert_eq!(reply.ok()["step"], "email", "a slip costs nothing");
    let reply = phone.command(&town, "activation/email", json!({ "email": "an@" })).await;
    assert_eq!(reply.refusal(), (422, "email_invalid".into()));
    phone.command(&town, "activation/email", json!({ "email": null })).await.ok();
    let reply = phone.command(&town, "activation/bank", json!({ "bank": "sparkasse" })).await;
    assert_eq!(reply.refusal(), (422, "bank_unknown".into()));
}

#[tokio::test]
async fn a_step_out_of_turn_tells_where_we_are() {
    let town = once().await;
    let mut phone = Phone::new(&town, HOME);
    phone.start(&town).await;
    let sealed = json!({ "sealed": phone.enrolment(CODE) });
    for (command, body) in [
        ("activation/email", json!({ "email": null })),
        ("activation/bank", json!({ "bank": "belfius" })),
        ("activation/return", json!({ "typed": "123456" })),
        ("activation/resend", json!({})),
        ("activation/finish", sealed),
    ] {
        let reply = phone.command(&town, command, body).await;
        assert_eq!(reply.refusal(), (409, "wrong_step".into()), "{command}");
        assert_eq!(reply.json()["view"]["step"], "number", "{command}");
    }
    let reply = phone.type_sms(&town, "12345").await;
    assert_eq!(reply.refusal(), (409, "wrong_step".into()));
    assert_eq!(reply.json()["view"]["step"], "number", "the view comes with every wrong_step");
}

#[tokio::test]
async fn three_wrong_codes_want_a_new_sms_and_the_old_one_is_dead() {
    each(async |town| {
        let mut phone = Phone::new(&town, HOME);
        phone.to_sms(&town, AN, "an").await;
        let first = town.sms_code(AN_E164).await;
        let wrong = if first == "00000" { "00001" } else { "00000" };
        for left in [2, 1, 0] {
            let reply = phone.type_sms(&town, wrong).await;
            assert_eq!((reply.refusal(), &reply.json()["left"]), ((422, "sms_wrong".into()), &json!(left)));
        }
        let reply = phone.type_sms(&town, &first).await;
        assert_eq!(reply.refusal(), (422, "sms_wrong".into()), "the right one comes too late");
        let early = phone.command(&town, "activation/resend", json!({})).await;
        assert_eq!((early.refusal(), &early.json()["reason"]), ((429, "wait".into()), &json!("resend")));
        town.pass(30);
        assert_eq!(phone.command(&town, "activation/resend", json!({})).await.ok()["sms"]["left"], 3);
        let second = town.sms_code(AN_E164).await;
        if first != second {
            assert_eq!(phone.type_sms(&town, &first).await.status, 422, "the code before it is dead");
        }
        assert_eq!(phone.type_sms(&town, &second).await.ok()["step"], "code");
    })
    .await;
}

#[tokio::test]
async fn an_sms_code_lives_five_minutes() {
    let town = once().await;
    let mut phone = Phone::new(&town, HOME);
    phone.to_sms(&town, AN, "an").await;
    let code = town.sms_code(AN_E164).await;
    town.pass(5 * MINUTES);
    assert_eq!(phone.type_sms(&town, &code).await.refusal(), (422, "sms_wrong".into()));
    assert_eq!(phone.view(&town).await["sms"]["left"], 0);
    phone.command(&town, "activation/resend", json!({})).await.ok();
    let code = town.sms_code(AN_E164).await;
    town.pass(5 * MINUTES - 1);
    assert_eq!(phone.type_sms(&town, &code).await.ok()["step"], "code");
}

/// Types wrong codes until the attempt ends.
async fn fail(town: &Town, phone: &mut Phone, number: &str, who: &str) -> serde_json::Value {
    let view = phone.to_sms(town, number, who).await;
    let e164 = zelf_trials::town::phone::e164(view["number"].as_str().unwrap());
    let mut last = json!(null);
    for round in 0..3 {
        if round > 0 {
            town.pass(60);
            phone.command(town, "activation/resend", json!({})).await.ok();
        }
        let code = town.sms_code(&e164).await;
        let wrong = if code == "00000" { "00001" } else { "00000" };
        for _ in 0..3 {
            let reply = phone.type_sms(town, wrong).await;
            last = reply.json();
        }
    }
    last
}

#[tokio::test]
async fn nine_wrong_codes_mean_twenty_minutes_that_a_reinstall_does_not_shorten() {
    each(async |town| {
        let mut phone = Phone::new(&town, HOME);
        let view = fail(&town, &mut phone, AN, "an").await;
        assert_eq!((&view["step"], &view["refusal"]["code"]), (&json!("refused"), &json!("sms_exhausted")));
        let until = view["refusal"]["until"].as_i64().unwrap();
        assert_eq!(until, town.now() + 20 * MINUTES);

        let mut reinstalled = Phone::new(&town, HOME);
        reinstalled.start(&town).await;
        let reply = reinstalled.type_number(&town, AN).await;
        assert_eq!((reply.refusal(), &reply.json()["reason"]), ((429, "wait".into()), &json!("failed_attempt")));
        assert_eq!(reply.json()["until"], until, "the same wait, neither shorter nor longer");
        let mut neighbour_house = Phone::new(&town, "10.1.2.77");
        neighbour_house.start(&town).await;
        assert_eq!(neighbour_house.type_number(&town, AN).await.status, 429, "the same network is the same place");

        // Another number, or another place: not this wait. But the person is the person.
        let mut other_number = Phone::new(&town, HOME);
        other_number.to_bank(&town, "0499 30 01 94").await;
        let mut other_place = Phone::new(&town, ELSEWHERE);
        other_place.to_bank(&town, AN).await;
        other_place.sign_at_bank(&town, "an").await;
        let view = other_place.view(&town).await;
        assert_eq!((&view["refusal"]["code"], &view["refusal"]["until"]), (&json!("wait"), &json!(until)));
        other_number.sign_at_bank(&town, "jan").await;
        assert_eq!(other_number.view(&town).await["handover"]["returned"], true, "Jan did nothing wrong");

        town.pass(20 * MINUTES - 1);
        assert_eq!(reinstalled.type_number(&town, AN).await.status, 429, "a second too early");
        town.pass(1);
        let mut later = Phone::new(&town, HOME);
        assert_eq!(later.to_code(&town, AN, "an").await["step"], "code");
    })
    .await;
}

#[tokio::test]
async fn a_strangers_failures_elsewhere_do_not_make_the_owner_of_the_number_wait() {
    each(async |town| {
        let mut stranger = Phone::new(&town, ELSEWHERE);
        fail(&town, &mut stranger, AN, "jan").await;
        let mut owner = Phone::new(&town, HOME);
        assert_eq!(owner.to_code(&town, AN, "an").await["step"], "code");
    })
    .await;
}

#[tokio::test]
async fn the_ninth_try_may_be_the_right_one() {
    let town = once().await;
    let mut phone = Phone::new(&town, HOME);
    phone.to_sms(&town, AN, "an").await;
    for round in 0..3 {
        if round > 0 {
            town.pass(60);
            phone.command(&town, "activation/resend", json!({})).await.ok();
        }
        let code = town.sms_code(AN_E164).await;
        let wrong = if code == "00000" { "00001" } else { "00000" };
        phone.type_sms(&town, wrong).await;
        phone.type_sms(&town, wrong).await;
        if round == 2 {
            assert_eq!(phone.type_sms(&town, &code).await.ok()["step"], "code");
        } else {
            phone.type_sms(&town, wrong).await;
        }
    }
    assert_eq!(phone.finish(&town, CODE).await.ok()["step"], "active");
    assert_eq!(town.count("waiting_time").await, 0, "and nobody waits for having been right");
}

#[tokio::test]
async fn the_bank_says_no_in_its_own_ways() {
    each(async |town| {
        let young = person("Emma", "Roosbeke", "2010-06-01", 998);
        let mut outdated = person("Georges", "Lambinet", "1961-09-05", 997);
        outdated.document_expiry = "2024-02-28".into();
        town.bank.knows("emma", young);
        town.bank.knows("georges", outdated);
        for (who, why, waits) in
            [("emma", "too_young", false), ("georges", "bank_data_outdated", false), ("nobody", "bank_refused", true)]
        {
            let mut phone = Phone::new(&town, HOME);
            phone.to_bank(&town, JAN).await;
            let back = phone.sign_at_bank(&town, who).await;
            assert_eq!(back.page.status, 200, "{who}");
            assert!(back.proof.is_empty() && back.digits.is_empty(), "{who}: nothing to hand in");
            let view = phone.view(&town).await;
            assert_eq!((&view["step"], &view["refusal"]["code"]), (&json!("refused"), &json!(why)));
            assert_eq!(view["refusal"]["until"].is_i64(), waits, "{who}: waiting helps only where it helps");
            assert!(!view.to_string().contains("Emma") && !view.to_string().contains("2010"), "no data of the refused");
        }
        assert!(town.post.sent().is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_changes_their_mind_at_the_bank_chooses_again() {
    each(async |town| {
        let mut phone = Phone::new(&town, HOME);
        phone.to_bank(&town, AN).await;
        let state = town.bank.asked_for(&phone.activation).state;
        let back = come_back(&town, &[("error", "access_denied"), ("state", &state)]).await;
        assert_eq!(back.page.status, 200);
        assert_eq!(phone.view(&town).await["step"], "bank");
        phone.command(&town, "activation/bank", json!({ "bank": "kbc" })).await.ok();
        let late = come_back(&town, &[("code", "an"), ("state", &state)]).await;
        assert_eq!(late.page.status, 404, "the old visit is over");
        let back = phone.sign_at_bank(&town, "an").await;
        assert!(!back.proof.is_empty());
        let gone = come_back(&town, &[("code", "an"), ("state", "never-given")]).await;
        assert_eq!(gone.page.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_bank_that_does_not_answer_costs_nothing() {
    let town = once().await;
    let mut phone = Phone::new(&town, HOME);
    phone.start(&town).await;
    phone.type_number(&town, AN).await.ok();
    phone.command(&town, "activation/email", json!({ "email": null })).await.ok();
    town.bank.unplug(true);
    let reply = phone.command(&town, "activation/bank", json!({ "bank": "belfius" })).await;
    assert_eq!(reply.refusal(), (503, "bank_unreachable".into()));
    town.bank.unplug(false);
    phone.command(&town, "activation/bank", json!({ "bank": "belfius" })).await.ok();
    town.bank.unplug(true);
    assert_eq!(phone.sign_at_bank(&town, "an").await.page.status, 503);
    town.bank.unplug(false);
    assert!(!phone.sign_at_bank(&town, "an").await.proof.is_empty(), "reloading the page tries again");
}

#[tokio::test]
async fn a_proof_that_reaches_another_phone_does_nothing_there() {
    each(async |town| {
        let (mut victim, mut thief) = (Phone::new(&town, HOME), Phone::new(&town, ELSEWHERE));
        victim.to_bank(&town, AN).await;
        thief.to_bank(&town, JAN).await;
        let (hers, _his) = (victim.sign_at_bank(&town, "an").await, thief.sign_at_bank(&town, "jan").await);
        let reply = thief.command(&town, "activation/return", json!({ "proof": hers.proof })).await;
        assert_eq!(reply.refusal(), (422, "return_wrong".into()));
        let reply = thief.command(&town, "activation/return", json!({ "typed": hers.digits })).await;
        assert_eq!(reply.refusal(), (422, "return_wrong".into()));
        assert!(town.post.sent().is_empty());
        let reply = victim.command(&town, "activation/return", json!({ "proof": hers.proof })).await;
        assert_eq!(reply.ok()["step"], "sms", "and hers is still good");
    })
    .await;
}

#[tokio::test]
async fn six_digits_may_be_typed_and_five_wrong_guesses_end_it() {
    each(async |town| {
        let mut phone = Phone::new(&town, HOME);
        phone.to_bank(&town, AN).await;
        let back = phone.sign_at_bank(&town, "an").await;
        let wrong = if back.digits == "000000" { "000001" } else { "000000" };
        for left in [4, 3] {
            let reply = phone.command(&town, "activation/return", json!({ "typed": wrong })).await;
            assert_eq!((reply.refusal(), &reply.json()["left"]), ((422, "return_wrong".into()), &json!(left)));
        }
        let again = phone.sign_at_bank(&town, "an").await;
        assert_eq!(again.digits, back.digits, "who mistypes may reload the page with the digits");
        let spaced = format!("{} {}", &back.digits[..3], &back.digits[3..]);
        let reply = phone.command(&town, "activation/return", json!({ "typed": spaced })).await;
        assert_eq!(reply.ok()["step"], "sms");

        let mut guesser = Phone::new(&town, ELSEWHERE);
        guesser.to_bank(&town, JAN).await;
        let back = guesser.sign_at_bank(&town, "jan").await;
        let wrong = if back.digits == "000000" { "000001" } else { "000000" };
        for left in [4, 3, 2, 1] {
            let reply = guesser.command(&town, "activation/return", json!({ "typed": wrong })).await;
            assert_eq!((reply.refusal(), &reply.json()["left"]), ((422, "return_wrong".into()), &json!(left)));
        }
        let reply = guesser.command(&town, "activation/return", json!({ "typed": wrong })).await;
        assert_eq!(reply.ok()["refusal"]["code"], "return_exhausted");
        let reply = guesser.command(&town, "activation/return", json!({ "typed": back.digits })).await;
        assert_eq!(reply.refusal(), (409, "wrong_step".into()), "the right one comes too late");
    })
    .await;
}

#[tokio::test]
async fn the_same_command_sent_twice_counts_once() {
    each(async |town| {
        let mut phone = Phone::new(&town, HOME);
        phone.to_sms(&town, AN, "an").await;
        let code = town.sms_code(AN_E164).await;
        let wrong = if code == "00000" { "00001" } else { "00000" };
        let guess = phone.sign(&phone.payload(&town, "activation/sms", json!({ "code": wrong })));
        for _ in 0..4 {
            let reply = phone.post(&town, "activation/sms", guess.clone()).await;
            assert_eq!((reply.refusal(), &reply.json()["left"]), ((422, "sms_wrong".into()), &json!(2)));
        }
        town.pass(30);
        let resend = phone.sign(&phone.payload(&town, "activation/resend", json!({})));
        for _ in 0..3 {
            phone.post(&town, "activation/resend", resend.clone()).await.ok();
        }
        town.deliver().await;
        assert_eq!(town.post.to(AN_E164).len(), 2, "one SMS at first, one more");
        let right = json!({ "code": town.sms_code(AN_E164).await });
        let right = phone.sign(&phone.payload(&town, "activation/sms", right));
        let first = phone.post(&town, "activation/sms", right.clone()).await.ok();
        assert_eq!(phone.post(&town, "activation/sms", right).await.ok()["step"], first["step"]);
    })
    .await;
}

#[tokio::test]
async fn the_same_guess_sent_ten_times_at_once_counts_once() {
    each(async |town| {
        let mut phone = Phone::new(&town, HOME);
        phone.to_sms(&town, AN, "an").await;
        let code = town.sms_code(AN_E164).await;
        let wrong = if code == "00000" { "00001" } else { "00000" };
        let mut payload = phone.payload(&town, "activation/sms", json!({ "code": wrong }));
        payload["jti"] = jti().into();
        let guess = phone.sign(&payload);
        let all: Vec<_> = (0..10).map(|_| phone.post(&town, "activation/sms", guess.clone())).collect();
        for reply in join(all).await {
            assert!(matches!(reply.status, 422 | 503), "{} {}", reply.status, reply.body);
        }
        assert_eq!(phone.view(&town).await["sms"]["left"], 2);
    })
    .await;
}

/// All at once.
pub async fn join<F: Future>(all: Vec<F>) -> Vec<F::Output> {
    let mut all: Vec<_> = all.into_iter().map(|f| (Box::pin(f), None)).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for (future, done) in &mut all {
            if done.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(out) => *done = Some(out),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    all.into_iter().map(|(_, done)| done.unwrap()).collect()
}

#[tokio::test]
async fn an_attempt_lives_half_an_hour_and_can_be_given_up() {
    each(async |town| {
        let mut phone = Phone::new(&town, HOME);
        phone.to_sms(&town, AN, "an").await;
        town.pass(30 * MINUTES);
        assert_eq!(phone.view(&town).await["step"], "expired");
        assert_eq!(phone.type_sms(&town, "12345").await.refusal(), (410, "expired".into()));
        let old = phone.activation.clone();
        assert_eq!(phone.start(&town).await["step"], "number");
        assert_ne!(phone.activation, old);
        phone.to_bank(&town, AN).await;
        assert_eq!(phone.command(&town, "activation/cancel", json!({})).await.ok(), json!({}));
        assert_eq!(phone.view(&town).await["step"], "expired");
        let late = phone.sign_at_bank(&town, "an").await;
        assert_eq!(late.page.status, 404, "who gave up and came back from the bank all the same");
        town.pass(1);
        town.tidy().await;
        assert_eq!(town.count("activation").await, 0, "nothing is remembered");
    })
    .await;
}

#[tokio::test]
async fn a_number_gets_no_more_than_ten_sms_a_day() {
    let town = once().await;
    for _ in 0..10 {
        let mut phone = Phone::new(&town, HOME);
        phone.to_sms(&town, AN, "an").await;
        town.deliver().await;
    }
    let mut phone = Phone::new(&town, HOME);
    phone.to_bank(&town, AN).await;
    let back = phone.sign_at_bank(&town, "an").await;
    let reply = phone.command(&town, "activation/return", json!({ "proof": back.proof })).await;
    assert_eq!((reply.refusal(), &reply.json()["reason"]), ((429, "wait".into()), &json!("too_many")));
    assert_eq!(town.post.to(AN_E164).len(), 10);
}

#[tokio::test]
async fn one_network_may_start_sixty_attempts_an_hour_and_no_more() {
    let town = once().await;
    let phone = Phone::new(&town, HOME);
    for n in 0..61 {
        let reply = phone.command(&town, "activation/start", phone.start_body()).await;
        assert_eq!(reply.status, if n < 60 { 200 } else { 429 });
    }
    let mut other = Phone::new(&town, ELSEWHERE);
    other.start(&town).await;
}
