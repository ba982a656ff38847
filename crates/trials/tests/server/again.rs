//! The same person on another phone, and numbers that belong to somebody else.

use serde_json::{Value, json};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone};

use crate::{AN, AN_E164, ELSEWHERE, HOME, JAN, each};

#[tokio::test]
async fn a_new_phone_takes_over_the_account_and_the_old_one_is_cut_off() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut old = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        old.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        let (before, _) = gemeente.who(&town, &login, &code).await;

        let mut new = Phone::new(&town, ELSEWHERE);
        let view = new.to_code(&town, "0499 30 01 94", "an").await;
        assert_eq!(view["account_known"], true, "now, and only now, it is told");
        assert_eq!(old.command(&town, "home", json!({})).await.status, 200, "nothing is cut off before the end");
        new.finish(&town, CODE).await.ok();
        assert_eq!(old.command(&town, "home", json!({})).await.refusal(), (401, "device_ended".into()));
        assert_eq!(town.count("account").await, 1);
        assert_eq!(town.ask_vault("SELECT COUNT(*) FROM pin_state WHERE state = 'revoked'").await, 1);
        town.deliver().await;
        let told: Vec<_> = town.post.to(AN_E164).into_iter().filter(|m| !m.text.contains(" #")).collect();
        assert_eq!(told.len(), 1, "the old number hears of it");

        let login = browser.login(&town, &gemeente, "0499 30 01 94").await;
        new.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        let (after, info) = gemeente.who(&town, &login, &code).await;
        assert_eq!(after["sub"], before["sub"], "the service sees the same person");
        assert_eq!(info["phone_number"], "+32499300194");
    })
    .await;
}

#[tokio::test]
async fn an_answer_the_old_phone_had_ready_comes_too_late() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let old = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        let ready = old.approval(&old.waiting(&town).await, &login.number, CODE);
        Phone::activate(&town, HOME, AN, "an").await;
        assert_eq!(old.deliver(&town, &ready).await.refusal(), (401, "device_ended".into()));
        assert_eq!(browser.look(&town, &login).await.status, 200, "the browser still waits");
    })
    .await;
}

#[tokio::test]
async fn a_phone_that_never_heard_it_was_active_is_told_so_and_later_makes_a_new_key() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let told = phone.start(&town).await;
        assert_eq!(told["step"], "active", "whoever starts again hears it");
        assert!(told["certificate"].is_string());
        town.pass(31 * 60);
        town.tidy().await;
        assert_eq!(phone.command(&town, "activation/get", json!({})).await.refusal(), (401, "device_unknown".into()));
        let reply = phone.command(&town, "activation/start", phone.start_body()).await;
        assert_eq!(reply.refusal(), (422, "device_used".into()));
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let gemeente = town.partner("gemeente");
        let login = Browser::at(HOME).login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
    })
    .await;
}

/// What a view says, without what is this attempt's own.
fn plain(mut view: Value) -> String {
    for own in ["activation", "certificate"] {
        view.as_object_mut().unwrap().remove(own);
    }
    view.to_string()
}

#[tokio::test]
async fn nobody_learns_from_an_activation_whether_a_number_has_an_account() {
    each(async |town| {
        Phone::activate(&town, HOME, AN, "an").await;
        let lucas = zelf_trials::town::bank::person("Lucas", "Fontainas", "1994-01-30", 997);
        town.bank.knows("lucas", lucas);
        let (known, unknown) = ("0468 75 89 60", "0468 75 89 61");
        let mut seen: [Vec<String>; 2] = Default::default();
        let mut statements: [Vec<u64>; 2] = Default::default();
        for (at, number) in [known, unknown].into_iter().enumerate() {
            let mut phone = Phone::new(&town, ELSEWHERE);
            let mut note = |view: Value| seen[at].push(plain(view).replace(['0', '1'], "_"));
            note(phone.start(&town).await);
            let mut marks = vec![town.world.db.stats().totals().statements];
            note(phone.type_number(&town, number).await.ok());
            marks.push(town.world.db.stats().totals().statements);
            note(phone.command(&town, "activation/email", json!({ "email": null })).await.ok());
            let view = phone.command(&town, "activation/bank", json!({ "bank": "belfius" })).await.ok();
            note(view);
            let back = phone.sign_at_bank(&town, "lucas").await;
            marks.push(town.world.db.stats().totals().statements);
            note(phone.command(&town, "activation/return", json!({ "proof": back.proof })).await.ok());
            marks.push(town.world.db.stats().totals().statements);
            statements[at] = marks.windows(2).map(|w| w[1] - w[0]).collect();
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(statements[0], statements[1], "the same work");
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_number_is_refused_only_to_who_holds_it() {
    each(async |town| {
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let mut jan = Phone::new(&town, ELSEWHERE);
        assert_eq!(jan.to_sms(&town, AN, "jan").await["step"], "sms", "not a word before the SMS");
        let code = town.sms_code(AN_E164).await;
        let view = jan.type_sms(&town, &code).await.ok();
        assert_eq!((&view["step"], &view["refusal"]["code"]), (&json!("refused"), &json!("number_taken")));
        assert_eq!(jan.command(&town, "activation/finish", json!({ "sealed": jan.enrolment(CODE) })).await.status, 409);
        assert_eq!(an.waiting(&town).await.verified.payload.kind, "admin", "she is asked whether it is still hers");
        an.decline(&town, protocol::phone::Decision::Reject).await.ok();
        let login = Browser::at(HOME).login(&town, &town.partner("gemeente"), AN).await;
        an.approve(&town, &login.number, CODE).await.ok();
        Phone::activate(&town, ELSEWHERE, JAN, "jan").await;
    })
    .await;
}
