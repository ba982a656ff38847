//! Everything at once: one winner, and the others hear it.

use serde_json::json;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone};

use crate::activate::join;
use crate::{AN, ELSEWHERE, HOME, JAN, each};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_exchanges_of_one_code_give_tokens_once() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        let replies = join((0..10).map(|_| gemeente.exchange(&town, &login, &code)).collect()).await;
        assert_eq!(replies.iter().filter(|r| r.status == 200).count(), 1);
        for reply in replies.iter().filter(|r| r.status != 200) {
            assert_eq!(reply.refusal(), (400, "invalid_grant".into()));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_times_the_same_answer_is_one_attempt_and_one_receipt() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let login = Browser::at(HOME).login(&town, &gemeente, AN).await;
        let body = phone.approval(&phone.waiting(&town).await, &login.number, CODE);
        let replies = join((0..10).map(|_| phone.deliver(&town, &body)).collect()).await;
        let receipts: Vec<_> = replies.iter().filter(|r| r.status == 200).map(|r| r.json()["m3"].clone()).collect();
        assert!(!receipts.is_empty() && receipts.iter().all(|m3| *m3 == receipts[0]));
        for reply in replies.iter().filter(|r| r.status != 200) {
            assert!([410, 503].contains(&reply.status), "{} {}", reply.status, reply.body);
        }
        let last = phone.deliver(&town, &body).await;
        assert_eq!(last.ok()["m3"], receipts[0], "who was sent away comes again and gets it");
        phone.keep(&body, &last);
        assert_eq!(town.ask_vault("SELECT seq FROM pin_state").await, 1);
        assert_eq!(town.ask("SELECT COUNT(*) FROM approval WHERE state = 'approved'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_and_an_approval_at_the_same_moment_end_one_way_for_both() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        for round in 0..6 {
            let mut browser = Browser::at(HOME);
            let login = browser.login(&town, &gemeente, AN).await;
            let req = browser.look(&town, &login).await.field("req");
            let body = phone.approval(&phone.waiting(&town).await, &login.number, CODE);
            let mut tab = browser.clone();
            let stop = async {
                tokio::time::sleep(std::time::Duration::from_millis(round)).await;
                tab.post(&town, "/login/cancel", &[("req", &req)]).await
            };
            let (answered, stopped) = tokio::join!(phone.deliver(&town, &body), stop);
            assert_eq!(stopped.status, 200);
            let page = browser.look(&town, &login).await;
            match answered.status {
                200 => assert_eq!(page.status, 303, "approved is approved"),
                410 => assert!(page.has("retry"), "stopped is stopped"),
                other => panic!("{other} {}", answered.body),
            }
            phone.keep(&body, &answered);
            // Those that were stopped are a crowd, too.
            town.pass(16 * 60);
        }
        let login = Browser::at(HOME).login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_phones_of_one_person_at_the_last_step_leave_one() {
    each(async |town| {
        let (mut one, mut two) = (Phone::new(&town, HOME), Phone::new(&town, ELSEWHERE));
        one.to_code(&town, AN, "an").await;
        two.to_code(&town, JAN, "an").await;
        let (first, second) = tokio::join!(one.finish(&town, CODE), two.finish(&town, CODE));
        for reply in [&first, &second] {
            assert!([200, 503].contains(&reply.status), "{} {}", reply.status, reply.body);
        }
        assert!(first.status == 200 || second.status == 200);
        assert_eq!(town.count("account").await, 1);
        assert_eq!(town.ask("SELECT COUNT(*) FROM device WHERE state = 'active'").await, 1);
        let mut alive = 0;
        for phone in [&one, &two] {
            alive += usize::from(phone.command(&town, "home", json!({})).await.status == 200);
        }
        assert_eq!(alive, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_assertion_is_good_for_one_of_five_requests() {
    each(async |town| {
        let fonds = town.partner("ziekenfonds");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let assertion = fonds.assertion(&town);
        let mut forms = Vec::new();
        for _ in 0..5 {
            let mut browser = Browser::at(HOME);
            let login = browser.login(&town, &fonds, AN).await;
            phone.approve(&town, &login.number, CODE).await.ok();
            let code = browser.arrive(&town, &fonds, &login).await;
            let mut form = fonds.token_form(&login, &code);
            form.extend(fonds.assertion_form(&assertion));
            forms.push(form);
        }
        let post = async |form: &Vec<(&'static str, String)>| {
            town.http.post(format!("{}/token", town.issuer)).form(form).send().await.unwrap().status().as_u16()
        };
        let mut statuses = join(forms.iter().map(post).collect()).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401, 401, 401]);
    })
    .await;
}
