//! What goes wrong in people's lives, one test each: what the person is told, and what a thief gets.

use protocol::phone::Decision;
use serde_json::json;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Town};

use crate::life::{block_on_site, log_in, stop_code};
use crate::{AN, AN_E164, ELSEWHERE, HOME, JAN, each};

const NEW: &str = "0499 30 01 94";

async fn why(town: &Town, phone: &Phone) -> String {
    let reply = phone.command(town, "home", json!({})).await;
    assert_eq!(reply.refusal(), (401, "device_ended".into()), "{}", reply.body);
    reply.json()["why"].as_str().unwrap().to_owned()
}

/// Up to the choice of a code, as who the bank says; the view that came.
async fn comes(town: &Town, at: &str, number: &str, who: &str) -> (Phone, serde_json::Value) {
    let mut phone = Phone::new(town, at);
    let view = phone.to_sms(town, number, who).await;
    if view["step"] != "sms" {
        return (phone, view);
    }
    let sms = town.sms_code(&zelf_trials::town::phone::e164(view["number"].as_str().unwrap())).await;
    let view = phone.type_sms(town, &sms).await.ok();
    (phone, view)
}

#[tokio::test]
async fn sim_swapped_number() {
    each(async |town| {
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let (before, _) = log_in(&town, &mut an, AN).await;
        // The thief gets An's SMS, and is somebody: but not An.
        let (thief, view) = comes(&town, ELSEWHERE, AN, "jan").await;
        assert_eq!((&view["step"], &view["refusal"]["code"]), (&json!("refused"), &json!("number_taken")));
        assert_eq!(view["refusal"]["until"], town.now() + 72 * 3600, "and An is asked first");
        assert_eq!(thief.finish(&town, CODE).await.status, 409);
        let asked = an.waiting(&town).await;
        assert_eq!(asked.verified.payload.kind, "admin");
        let rid = asked.verified.payload.rid.clone();
        an.approve_act(&town, &rid, CODE).await.ok();
        town.pass(73 * 3600);
        assert_eq!(an.pending(&town).await.len(), 0);
        let (_, view) = comes(&town, ELSEWHERE, AN, "jan").await;
        assert_eq!(view["refusal"]["code"], "number_taken", "it stays hers");
        let (after, info) = log_in(&town, &mut an, AN).await;
        assert_eq!((&after["sub"], &info["phone_number"]), (&before["sub"], &json!(AN_E164)));
    })
    .await;
}

#[tokio::test]
async fn stolen_phone_unlocked() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let paper = phone.block_code(&town).await;
        // Without the code nothing changes, and five guesses are all there are.
        let rid = phone.act_email(&town, Some("thief@voorbeeld.be")).await;
        assert_eq!(phone.approve_act(&town, &rid, "40618").await.refusal().1, "not_accepted");
        assert_eq!(phone.home(&town).await["email"], serde_json::Value::Null);
        let said = phone.command(&town, "settings", json!({ "biometrics": true })).await;
        assert_eq!(said.status, 400, "no fingerprint of the thief's without the code");
        let body = phone.new_code("55771");
        let rid = phone.act(&town, "code", body).await;
        assert_eq!(phone.approve_act(&town, &rid, "40619").await.refusal().1, "not_accepted");
        phone.settle_code(&town).await;
        // An, at any computer, with the code on paper.
        assert!(block_on_site(&town, &paper).await);
        assert_eq!(why(&town, &phone).await, "block_code");
        let mut again = Phone::activate(&town, ELSEWHERE, AN, "an").await;
        log_in(&town, &mut again, AN).await;
    })
    .await;
}

#[tokio::test]
async fn stolen_eid_with_pin() {
    // The bank's customer stands for the card here; tests/server/cards.rs plays it with a card.
    each(async |town| {
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let (before, _) = log_in(&town, &mut an, AN).await;
        let (thief, view) = comes(&town, ELSEWHERE, NEW, "an").await;
        assert_eq!((&view["step"], &view["account_known"]), (&json!("code"), &json!(true)));
        assert_eq!(
            an.waiting(&town).await.verified.payload.kind,
            "admin",
            "her phone is asked before anything happens"
        );
        thief.finish(&town, CODE).await.ok();
        assert!(thief.home(&town).await["limited"].is_i64(), "the thief may log in for a day, no more");
        let code = stop_code(&town, AN_E164).await;
        assert!(block_on_site(&town, &code).await);
        assert_eq!(why(&town, &thief).await, "stop_code");
        // With the same document: no more. With another: at once.
        let (_, view) = comes(&town, ELSEWHERE, NEW, "an").await;
        assert_eq!((&view["step"], &view["refusal"]["code"]), (&json!("refused"), &json!("stopped_card")));
        let mut other = zelf_trials::town::bank::an();
        other.source_subject = "another-customer".into();
        town.bank.knows("an-elsewhere", other);
        let told = town.post.to("+32499300194").len();
        let mut an = Phone::activate(&town, HOME, AN, "an-elsewhere").await;
        let (after, _) = log_in(&town, &mut an, AN).await;
        assert_eq!(after["sub"], before["sub"]);
        // The thief's number is among the contacts of before: it is told, and can stop nothing.
        town.deliver().await;
        let news = town.post.to("+32499300194").split_off(told);
        assert_eq!(news.len(), 1);
        assert!(!news[0].text.contains("stopcode"), "{}", news[0].text);
        // Once more with the stolen document: it opens nothing, though the account is open again.
        let (_, view) = comes(&town, ELSEWHERE, NEW, "an").await;
        assert_eq!((&view["step"], &view["refusal"]["code"]), (&json!("refused"), &json!("stopped_card")));
        an.home(&town).await;
        // Nor does closing get a thief around the days in which it can be stopped.
        town.pass(86_400);
        assert_eq!(an.command(&town, "act/close", json!({})).await.status, 200, "there is nothing to stop here");
    })
    .await;
}

#[tokio::test]
async fn a_thief_who_waits_a_day_cannot_close_what_can_still_be_stopped() {
    each(async |town| {
        Phone::activate(&town, HOME, AN, "an").await;
        let (thief, _) = comes(&town, ELSEWHERE, NEW, "an").await;
        thief.finish(&town, CODE).await.ok();
        let code = stop_code(&town, AN_E164).await;
        town.pass(25 * 3600);
        let said = thief.command(&town, "act/close", json!({})).await;
        assert_eq!((said.refusal(), &said.json()["until"]), ((422, "limited".into()), &json!(town.now() + 47 * 3600)));
        assert!(block_on_site(&town, &code).await);
        assert_eq!(why(&town, &thief).await, "stop_code");
    })
    .await;
}

#[tokio::test]
async fn two_stop_codes_and_a_second_block_count_as_well() {
    each(async |town| {
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let rid = an.act_email(&town, Some("an@voorbeeld.be")).await;
        an.approve_act(&town, &rid, CODE).await.ok();
        let first = stop_code(&town, AN_E164).await;
        let (thief, _) = comes(&town, ELSEWHERE, NEW, "an").await;
        thief.finish(&town, CODE).await.ok();
        let second = stop_code(&town, AN_E164).await;
        assert_ne!(first, second);
        // People type any of them first: only the second names the document.
        assert!(block_on_site(&town, &first).await);
        assert!(block_on_site(&town, &second).await);
        let (_, view) = comes(&town, ELSEWHERE, NEW, "an").await;
        assert_eq!(view["refusal"]["code"], "stopped_card");
    })
    .await;
}

#[tokio::test]
async fn a_comeback_under_way_ends_when_somebody_blocks_once_more() {
    each(async |town| {
        let an = Phone::activate(&town, HOME, AN, "an").await;
        let paper = an.block_code(&town).await;
        an.block(&town).await.ok();
        let (thief, view) = comes(&town, ELSEWHERE, NEW, "an").await;
        assert_eq!(view["step"], "code");
        town.pass(1);
        assert!(block_on_site(&town, &paper).await);
        let view = thief.finish(&town, CODE).await.ok();
        assert_eq!(view["refusal"]["code"], "stopped");
    })
    .await;
}

#[tokio::test]
async fn a_phisher_whose_phone_was_vouched_for_costs_nobody_their_card() {
    each(async |town| {
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let theirs = Phone::vouched(&town, ELSEWHERE, &mut an, CODE).await;
        let code = stop_code(&town, AN_E164).await;
        assert!(block_on_site(&town, &code).await);
        assert_eq!(why(&town, &theirs).await, "stop_code");
        let mut again = Phone::activate(&town, HOME, AN, "an").await;
        log_in(&town, &mut again, AN).await;
    })
    .await;
}

#[tokio::test]
async fn shared_email() {
    each(async |town| {
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let mut jan = Phone::activate(&town, ELSEWHERE, JAN, "jan").await;
        for phone in [&mut an, &mut jan] {
            let rid = phone.act_email(&town, Some("samen@voorbeeld.be")).await;
            phone.approve_act(&town, &rid, CODE).await.ok();
        }
        let told_jan = jan.my(&town, "messages", json!({})).await.ok()["messages"].as_array().unwrap().len();
        an.block(&town).await.ok();
        town.deliver().await;
        let mails = town.post.to("samen@voorbeeld.be");
        assert_eq!(mails.iter().filter(|m| m.text.contains("geblokkeerd")).count(), 1, "one of them");
        jan.home(&town).await;
        let told = jan.my(&town, "messages", json!({})).await.ok()["messages"].as_array().unwrap().len();
        assert_eq!(told, told_jan, "what went to the shared address for An is not Jan's to read in his app");
        log_in(&town, &mut jan, JAN).await;
    })
    .await;
}

#[tokio::test]
async fn two_reactivations_racing() {
    each(async |town| {
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let (before, _) = log_in(&town, &mut an, AN).await;
        let (mut first, _) = comes(&town, HOME, AN, "an").await;
        let (mut second, _) = comes(&town, ELSEWHERE, NEW, "an").await;
        let (a, b) = tokio::join!(first.finish(&town, CODE), second.finish(&town, CODE));
        assert!([&a, &b].into_iter().any(|reply| reply.status == 200), "{} {}", a.body, b.body);
        assert_eq!(town.ask("SELECT COUNT(*) FROM device WHERE state = 'active'").await, 1);
        assert_eq!(town.count("account").await, 1);
        let alive = first.command(&town, "home", json!({})).await.status == 200;
        let (winner, number, loser) =
            if alive { (&mut first, AN, &mut second) } else { (&mut second, NEW, &mut first) };
        let told = loser.command(&town, "home", json!({})).await.refusal().1;
        assert!(["device_ended", "device_unknown"].contains(&told.as_str()), "{told}");
        let (after, _) = log_in(&town, winner, number).await;
        assert_eq!(after["sub"], before["sub"]);
    })
    .await;
}

#[tokio::test]
async fn reactivation_while_blocked_by_helpdesk() {
    each(async |town| {
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let (before, _) = log_in(&town, &mut an, AN).await;
        let account = account_of(&town).await;
        let (half_way, view) = comes(&town, ELSEWHERE, AN, "an").await;
        assert_eq!(view["step"], "code");
        town.pass(1);
        journeys::block::hold(&town.world, &account, "Els").await.unwrap();
        assert_eq!(why(&town, &an).await, "helpdesk");
        let view = half_way.finish(&town, CODE).await.ok();
        assert_eq!(view["refusal"]["code"], "stopped", "what was under way ends as well");
        let (_, view) = comes(&town, HOME, AN, "an").await;
        assert_eq!((&view["step"], &view["refusal"]["code"]), (&json!("refused"), &json!("held")));
        assert!(journeys::block::release(&town.world, &account, "Mo", "none").await.is_err(), "not without a case");
        let case = agreed(&town, &account).await;
        journeys::block::release(&town.world, &account, "Mo", &case).await.unwrap();
        let mut again = Phone::activate(&town, HOME, AN, "an").await;
        let (after, _) = log_in(&town, &mut again, AN).await;
        assert_eq!(after["sub"], before["sub"], "released, she came back herself");
    })
    .await;
}

/// A case in which Els proposed and Mo decides.
async fn agreed(town: &Town, account: &str) -> String {
    let (account, now, sealer) = (account.to_owned(), town.now(), town.world.sealer.clone());
    let agree = move |tx: &mut db::Tx<'_>| {
        let begin = store::case::Begin {
            reference: "7KQ2M4XD",
            kind: "release",
            call_back: "no",
            due_at: now + 86_400,
            expires_at: now + 90 * 86_400,
        };
        assert!(store::case::insert(tx, begin)?);
        let proposal = json!({ "what": "release", "reason": "she called" });
        assert!(store::case::propose(tx, &sealer, "7KQ2M4XD", &account, "Els", &proposal)?);
        assert!(!store::case::decide(tx, "7KQ2M4XD", "Els")?, "not the same person");
        store::case::decide(tx, "7KQ2M4XD", "Mo")
    };
    assert!(town.world.db.run("test.agree", agree).await.unwrap());
    "7KQ2M4XD".into()
}

/// The only account there is.
async fn account_of(town: &Town) -> String {
    let found: Result<_, db::DbError> =
        town.world.db.read("test.account", |tx| tx.row("SELECT id FROM account", db::args![])).await;
    found.unwrap().unwrap().columns().text().unwrap()
}

#[tokio::test]
async fn number_recycled_to_another_person() {
    each(async |town| {
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let (before, _) = log_in(&town, &mut an, AN).await;
        let (_, view) = comes(&town, ELSEWHERE, AN, "jan").await;
        assert_eq!(view["refusal"]["code"], "number_taken");
        town.pass(72 * 3600 + 1);
        // An said nothing: the number is Jan's.
        let (mut jan, view) = comes(&town, ELSEWHERE, AN, "jan").await;
        assert_eq!(view["step"], "code", "{view}");
        jan.finish(&town, CODE).await.ok();
        log_in(&town, &mut jan, AN).await;
        let home = an.home(&town).await;
        assert_eq!(home["number_lost"], true, "she keeps everything else");
        let rid = an.act_number(&town, NEW).await;
        an.approve_act(&town, &rid, CODE).await.ok();
        let (after, _) = log_in(&town, &mut an, NEW).await;
        assert_eq!(after["sub"], before["sub"]);
        assert!(an.home(&town).await.get("number_lost").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_closed_account_returning() {
    each(async |town| {
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let (before, _) = log_in(&town, &mut an, AN).await;
        let rid = an.act_close(&town).await;
        an.approve_act(&town, &rid, CODE).await.ok();
        assert_eq!(why(&town, &an).await, "closed");
        let mut again = Phone::new(&town, HOME);
        let view = again.to_code(&town, AN, "an").await;
        assert_eq!(view["account_known"], false, "nobody is known any more");
        again.finish(&town, CODE).await.ok();
        let (after, _) = log_in(&town, &mut again, AN).await;
        assert_ne!(after["sub"], before["sub"], "a new account: services see somebody new");
        assert!(again.home(&town).await.get("limited").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_device_restored_from_backup() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        log_in(&town, &mut phone, AN).await;
        // The same keys twice: the copy knows an older head of the chain.
        let (head, seq) = (phone.head.clone(), phone.seq);
        log_in(&town, &mut phone, AN).await;
        let (newer, newer_seq) = (phone.head.clone(), phone.seq);
        (phone.head, phone.seq) = (head, seq);
        let login = Browser::at(HOME).login(&town, &town.partner("gemeente"), AN).await;
        let said = phone.approve(&town, &login.number, CODE).await;
        assert_eq!(said.refusal(), (409, "out_of_step".into()), "a copy cannot answer");
        (phone.head, phone.seq) = (newer, newer_seq);
        phone.approve(&town, &login.number, CODE).await.ok();
        // Keys gone: a fresh key is a fresh phone, and the way back is a reactivation.
        let mut again = Phone::activate(&town, HOME, AN, "an").await;
        log_in(&town, &mut again, AN).await;
        assert_eq!(why(&town, &phone).await, "replaced");
    })
    .await;
}

#[tokio::test]
async fn storage_evicted_by_the_browser() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let rid = phone.act_email(&town, Some("an@voorbeeld.be")).await;
        phone.approve_act(&town, &rid, CODE).await.ok();
        let (before, _) = log_in(&town, &mut phone, AN).await;
        drop(phone);
        // "I have an account already": number and bank, nothing else is typed.
        let mut again = Phone::new(&town, HOME);
        again.start(&town).await;
        again.type_number(&town, AN).await.ok();
        let view = again.command(&town, "activation/bank", json!({ "bank": "belfius" })).await.ok();
        assert_eq!(view["step"], "handover", "no address is asked");
        let back = again.sign_at_bank(&town, "an").await;
        let view = again.command(&town, "activation/return", json!({ "proof": back.proof })).await.ok();
        assert_eq!(view["account_known"], true);
        let sms = town.sms_code(AN_E164).await;
        again.type_sms(&town, &sms).await.ok();
        again.finish(&town, CODE).await.ok();
        assert_eq!(again.home(&town).await["email"], "an@voorbeeld.be", "what we knew is kept");
        let (after, _) = log_in(&town, &mut again, AN).await;
        assert_eq!(after["sub"], before["sub"]);
    })
    .await;
}

#[tokio::test]
async fn clock_off_by_a_day() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        for off in [-86_400, 86_400] {
            let login = Browser::at(HOME).login(&town, &town.partner("gemeente"), AN).await;
            let waiting = phone.waiting(&town).await;
            let mut answer = phone.say(&waiting, Decision::Approve, &login.number);
            answer.ts += off;
            let body = phone.compose(&waiting, &answer, Some(CODE));
            let reply = phone.deliver(&town, &body).await;
            reply.ok();
            phone.keep(&body, &reply);
        }
        // What counts is our clock: a request of yesterday stays one of yesterday.
        let login = Browser::at(HOME).login(&town, &town.partner("gemeente"), AN).await;
        let waiting = phone.waiting(&town).await;
        let body = phone.approval(&waiting, &login.number, CODE);
        town.pass(86_400);
        assert_eq!(phone.deliver(&town, &body).await.refusal(), (410, "request_gone".into()));
    })
    .await;
}
