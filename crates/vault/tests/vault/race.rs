//! Many guesses at once: at most five codes are ever checked, one for each number of the sequence.

use std::sync::Arc;

use protocol::phone::{Decision, DeviceState};
use zelf_vault::{Attempt, Vault, VaultError, Verdict};

use crate::phone::{CODE, Phone};
use crate::world::{NOW, World, draft, each, not_accepted};

/// How many codes were looked at; panics when one was right.
fn checked(verdicts: &[Result<Verdict, VaultError>]) -> usize {
    assert!(!verdicts.iter().any(|v| matches!(v, Ok(Verdict::Accepted { .. }))));
    verdicts.iter().filter(|v| matches!(v, Ok(Verdict::NotAccepted(_)))).count()
}

async fn all_at_once(vault: &Arc<Vault>, attempts: Vec<(Attempt, i64)>) -> Vec<Result<Verdict, VaultError>> {
    let racers: Vec<_> = attempts
        .into_iter()
        .map(|(attempt, now)| {
            let vault = Arc::clone(vault);
            tokio::spawn(async move { vault.attempt(attempt, now).await })
        })
        .collect();
    let mut verdicts = Vec::new();
    for racer in racers {
        verdicts.push(racer.await.unwrap());
    }
    verdicts
}

/// 200 wrong codes, none of them the right one.
fn codes() -> impl Iterator<Item = String> {
    (0..200).map(|i| format!("{:05}", 50_000 + i))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_guesses_at_one_challenge_one_is_checked() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        let m1 = world.ask(&phone, NOW).await;
        let guesses = codes().map(|code| (phone.approve(&m1, &code), NOW)).collect();
        let verdicts = all_at_once(&world.vault, guesses).await;
        assert_eq!(checked(&verdicts), 1);
        let late = verdicts.iter().filter(|v| matches!(v, Err(VaultError::OutOfStep { seq: 1 }))).count();
        assert_eq!(late, 199);
        assert_eq!(world.on_disk(&phone).await.1, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_requests_share_the_one_next_number() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        let drafts = (0..200).map(|i| draft(&format!("apr_{i}"), NOW)).collect();
        let issued = world.vault.issue(phone.device.clone(), String::new(), drafts).await.unwrap();
        let guesses = issued.requests.iter().zip(codes()).map(|(m1, code)| (phone.approve(m1, &code), NOW)).collect();
        assert_eq!(checked(&all_at_once(&world.vault, guesses).await), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn numbers_that_were_not_given_out_are_refused_uncounted() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        let m1 = world.ask(&phone, NOW).await;
        let mut answer = phone.answer(&m1, Decision::Approve);
        let mut guesses = Vec::new();
        for (seq, code) in (1..).zip(codes()) {
            answer.seq = seq;
            guesses.push((phone.send(&m1, &answer, Some(&code)), NOW));
        }
        let verdicts = all_at_once(&world.vault, guesses).await;
        assert_eq!(checked(&verdicts), 1);
        assert_eq!(verdicts.iter().filter(|v| **v == Err(VaultError::Malformed)).count(), 199);
    })
    .await;
}

/// A thief with the whole phone: fetches a fresh challenge for each guess, at all times of the future at once.
async fn storm(world: &World, phone: Arc<Phone>) -> usize {
    let racers: Vec<_> = (0..)
        .zip(codes())
        .map(|(turn, code)| {
            let (vault, phone) = (Arc::clone(&world.vault), Arc::clone(&phone));
            tokio::spawn(async move {
                let now = NOW + 10_000 + (turn % 7) * 1_000;
                let mut verdicts = Vec::new();
                loop {
                    let drafts = vec![draft("apr_storm", now)];
                    let issued = vault.issue(phone.device.clone(), phone.head.clone(), drafts).await.unwrap();
                    let verdict = vault.attempt(phone.approve(&issued.requests[0], &code), now).await;
                    let again = matches!(verdict, Err(VaultError::OutOfStep { .. }));
                    verdicts.push(verdict);
                    if !again {
                        return verdicts;
                    }
                }
            })
        })
        .collect();
    let mut verdicts = Vec::new();
    for racer in racers {
        // Meanwhile the second passes in which good news is written.
        world.vault.settle().await.unwrap();
        verdicts.extend(racer.await.unwrap());
    }
    checked(&verdicts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_of_fresh_challenges_gets_five_codes_checked() {
    each(async |world| {
        let phone = Arc::new(world.phone(CODE).await);
        let count = storm(&world, Arc::clone(&phone)).await;
        assert!((3..=5).contains(&count), "{count} codes were checked");
        // Whoever waits in between gets the rest of the five, and no more.
        for turn in 0..10 {
            let _ = world.try_code(&phone, "99999", NOW + 100_000 + turn * 1_000).await;
        }
        assert_eq!(world.status(&phone).await.state, DeviceState::Locked);
        let (seq, tries, ..) = world.on_disk(&phone).await;
        assert_eq!((seq, tries), (5, 5));
    })
    .await;
}

/// The owner has just logged in and that good news is still on its way to the disk.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn good_news_on_its_way_gives_a_storm_no_sixth_guess() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        not_accepted(world.try_code(&phone, "11592", NOW).await);
        world.log_in(&mut phone, CODE, NOW).await;
        world.log_in(&mut phone, CODE, NOW).await;
        let phone = Arc::new(phone);
        let count = storm(&world, Arc::clone(&phone)).await;
        assert!((2..=5).contains(&count), "{count} codes were checked");
        let (seq, ..) = world.on_disk(&phone).await;
        assert_eq!(seq, 3 + i64::try_from(count).unwrap(), "one number for each check");
    })
    .await;
}
