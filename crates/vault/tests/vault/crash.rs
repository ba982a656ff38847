//! The process dies at the worst moments: an attempt may be lost to the citizen, never given back.

use std::time::Duration;

use zelf_vault::{VaultError, Verdict};

use crate::phone::{CODE, Phone, WRONG};
use crate::world::{NOW, World, each, not_accepted};

#[tokio::test]
async fn good_news_may_be_lost_and_then_one_try_shows_as_used() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        world.log_in(&mut phone, CODE, NOW).await;
        assert_eq!(world.status(&phone).await.left, 5);
        let world = world.after_a_crash().await;
        assert_eq!(world.status(&phone).await.left, 4);
        // The next right code puts it right, at once and on disk.
        world.log_in(&mut phone, CODE, NOW).await;
        assert_eq!(world.on_disk(&phone).await.1, 0);
        let world = world.after_a_crash().await;
        assert_eq!(world.status(&phone).await.left, 5);
    })
    .await;
}

#[tokio::test]
async fn settled_good_news_survives() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        for _ in 0..3 {
            world.log_in(&mut phone, CODE, NOW).await;
        }
        world.vault.settle().await.unwrap();
        world.vault.settle().await.unwrap();
        let world = world.after_a_crash().await;
        assert_eq!(world.status(&phone).await.left, 5);
        assert_eq!(world.on_disk(&phone).await.1, 0);
    })
    .await;
}

#[tokio::test]
async fn old_good_news_does_not_forgive_a_later_wrong_code() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        world.log_in(&mut phone, CODE, NOW).await;
        assert_eq!(not_accepted(world.try_code(&phone, WRONG, NOW).await).left, 4);
        world.vault.settle().await.unwrap();
        assert_eq!(world.status(&phone).await.left, 4);
        let world = world.after_a_crash().await;
        assert_eq!(world.status(&phone).await.left, 4);
    })
    .await;
}

/// A stale answer holds the good news for a moment, and meanwhile a wrong code is counted.
#[tokio::test]
async fn good_news_that_comes_too_late_gives_nothing_back() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        let old = world.ask(&phone, NOW).await;
        let stale = phone.approve(&old, WRONG);
        world.log_in(&mut phone, CODE, NOW).await;
        let wrong = phone.approve(&world.ask(&phone, NOW).await, WRONG);
        let (stale, wrong) = tokio::join!(world.vault.attempt(stale, NOW), world.vault.attempt(wrong, NOW));
        assert!(matches!(stale, Err(VaultError::OutOfStep { .. })), "{stale:?}");
        let left = not_accepted(wrong).left;
        assert!(left <= 4);
        world.vault.settle().await.unwrap();
        assert_eq!(world.status(&phone).await.left, left);
        assert_eq!(world.on_disk(&phone).await.1, 5 - left);
    })
    .await;
}

/// Starts an answer and lets go of it after the count has been sent to the database.
async fn torn(world: &World, phone: &Phone, m1: &str, code: &str, now: i64) {
    let seq = world.on_disk(phone).await.0;
    let held = world.hold(phone).await;
    let attempt = world.vault.attempt(phone.approve(m1, code), now);
    tokio::select! {
        biased;
        verdict = attempt => panic!("answered before it was counted: {verdict:?}"),
        () = std::future::ready(()) => {}
    }
    held.let_go().await;
    for _ in 0..500 {
        if world.on_disk(phone).await.0 > seq {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the count never reached the disk");
}

#[tokio::test]
async fn death_between_count_and_check_costs_a_try_even_with_the_right_code() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        let m1 = world.ask(&phone, NOW).await;
        torn(&world, &phone, &m1, CODE, NOW).await;
        let world = world.after_a_crash().await;
        assert_eq!(world.status(&phone).await.left, 4);
        // The challenge is gone with it: neither the same answer nor another one is checked.
        let again = world.vault.attempt(phone.approve(&m1, CODE), NOW).await;
        assert_eq!(again, Err(VaultError::OutOfStep { seq: 1 }));
        let next = world.try_code(&phone, CODE, NOW).await;
        assert!(matches!(next, Ok(Verdict::Accepted { .. })), "{next:?}");
        assert_eq!(world.status(&phone).await.left, 5);
    })
    .await;
}

#[tokio::test]
async fn five_deaths_lock_like_five_wrong_codes() {
    each(async |mut world| {
        let phone = world.phone(CODE).await;
        for turn in 1..=5 {
            let now = NOW + turn * 1_000;
            torn(&world, &phone, &world.ask(&phone, now).await, WRONG, now).await;
            world = world.after_a_crash().await;
            assert_eq!(world.status(&phone).await.left, 5 - turn);
        }
        assert!(matches!(world.try_code(&phone, CODE, NOW + 9_000).await, Ok(Verdict::Locked(_))));
    })
    .await;
}
