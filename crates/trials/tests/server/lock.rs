//! Wrong codes, over HTTP: waits that grow, a lock that stays, and no way around by doing it all at once.

use serde_json::json;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Town};

use crate::activate::join;
use crate::{AN, HOME, each};

const WRONG: &str = "40618";

/// A login that waits on the phone, from a place nobody used before.
async fn ask(town: &Town, n: u8) -> String {
    Browser::at(&format!("10.30.{n}.1")).login(town, &town.partner("gemeente"), AN).await.number
}

#[tokio::test]
async fn five_wrong_codes_lock_the_phone_and_the_waits_before_it_hold() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let number = ask(&town, 1).await;
        for left in [4, 3] {
            let said = phone.approve(&town, &number, WRONG).await.json();
            assert_eq!((&said["left"], &said["wait"], &said["locked"]), (&json!(left), &json!(0), &json!(false)));
        }
        let said = phone.approve(&town, &number, WRONG).await.json();
        assert_eq!((&said["left"], &said["wait"]), (&json!(2), &json!(60)));
        let early = phone.approve(&town, &number, CODE).await;
        assert_eq!(early.refusal(), (429, "wait".into()), "even the right code waits");
        assert_eq!(early.json()["until"], town.now() + 60);
        town.pass(59);
        assert_eq!(phone.approve(&town, &number, CODE).await.status, 429);
        town.pass(1);
        let said = phone.approve(&town, &number, WRONG).await.json();
        assert_eq!((&said["left"], &said["wait"]), (&json!(1), &json!(900)));
        town.pass(899);
        let number = ask(&town, 2).await;
        assert_eq!(phone.approve(&town, &number, CODE).await.status, 429);
        town.pass(1);
        let said = phone.approve(&town, &number, WRONG).await;
        assert_eq!((said.refusal(), &said.json()["locked"]), ((422, "not_accepted".into()), &json!(true)));
        let told = phone.command(&town, "home", json!({})).await;
        assert_eq!((told.refusal(), &told.json()["why"]), ((401, "device_ended".into()), &json!("wrong_codes")));
        for _ in 0..3 {
            town.pass(86_400);
            let login = Browser::at("10.30.3.1").login(&town, &town.partner("gemeente"), AN).await;
            assert_eq!(login.number.len(), 2, "the page is the same");
            assert_eq!(phone.command(&town, "pending", json!({ "lang": "nl" })).await.status, 401);
        }
        assert_eq!(town.ask("SELECT COUNT(*) FROM audit WHERE action = 'blocked'").await, 1);

        let mut again = Phone::activate(&town, HOME, AN, "an").await;
        let number = ask(&town, 5).await;
        let waiting = again.pending(&town).await;
        assert_eq!(waiting.len(), 1, "what waited for the old phone does not come to the new one");
        again.approve(&town, &number, CODE).await.ok();
    })
    .await;
}

#[tokio::test]
async fn a_right_code_wipes_the_slate() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        for n in 0..3 {
            let number = ask(&town, n).await;
            for left in [4, 3] {
                assert_eq!(phone.approve(&town, &number, WRONG).await.json()["left"], left);
            }
            phone.approve(&town, &number, CODE).await.ok();
            town.settle().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_guesses_at_once_check_at_most_five() {
    each(async |town| {
        let phone = Phone::activate(&town, HOME, AN, "an").await;
        let number = ask(&town, 1).await;
        // The thief has the phone's keys: every guess is a well-made answer, and everyone may ask for a fresh challenge.
        let (town, phone, number) = (&town, &phone, &number);
        let guess = async |n: usize| {
            let mut checked = 0;
            for _ in 0..2 {
                let told = phone.command(town, "pending", json!({ "lang": "nl" })).await;
                if told.status != 200 {
                    break;
                }
                let Some(waiting) = phone.read_all(&told).into_iter().next() else { break };
                let code = format!("{:05}", 10_000 + n * 7);
                let reply = phone.deliver(town, &phone.approval(&waiting, number, &code)).await;
                assert!(
                    matches!(reply.status, 409 | 410 | 422 | 429 | 503 | 400 | 401),
                    "{} {}",
                    reply.status,
                    reply.body
                );
                checked += usize::from(reply.status == 422);
            }
            checked
        };
        let checked: usize = join((0..200).map(guess).collect()).await.into_iter().sum();
        let tries = town.ask_vault("SELECT tries FROM pin_state").await;
        assert!((1..=5).contains(&tries), "{tries} were checked");
        assert!(checked >= 1);
        for n in 2..6 {
            town.pass(1000);
            let number = &ask(town, n).await;
            let told = phone.command(town, "pending", json!({ "lang": "nl" })).await;
            if told.status != 200 {
                assert_eq!(told.json()["why"], "wrong_codes");
                break;
            }
            let waiting = phone.read_all(&told).remove(0);
            let all = (0..50).map(async |n| {
                let body = phone.approval(&waiting, number, &format!("{:05}", 20_000 + n));
                phone.deliver(town, &body).await.status
            });
            assert!(join(all.collect()).await.iter().all(|status| *status != 200));
        }
        let seq = town.ask_vault("SELECT seq FROM pin_state WHERE state = 'revoked'").await;
        assert_eq!(seq, 5, "five attempts were ever counted, and the phone is no more");
    })
    .await;
}
