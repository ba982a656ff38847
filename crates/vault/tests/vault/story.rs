//! The days on which nothing goes wrong, and the small slips of honest people.

use protocol::phone::{Decision, DeviceCertificate, DeviceState, Outcome, Role};
use zelf_vault::{VaultError, Verdict};

use crate::phone::{CODE, Phone, WRONG};
use crate::world::{NOW, draft, each, not_accepted};

#[tokio::test]
async fn a_new_phone_gets_its_certificate_and_its_answers_chain() {
    each(async |world| {
        let mut phone = Phone::new(&world.keys);
        let m4 = world.vault.enrol(phone.enrolment(CODE), NOW).await.unwrap();
        let kid = DeviceCertificate::kid(&m4).unwrap();
        let certificate = DeviceCertificate::verify(&m4, &kid, &world.keys.key(Role::Dc, &kid).unwrap()).unwrap();
        assert_eq!(certificate.payload.dev, phone.device);
        assert_eq!(certificate.payload.jwk, phone.key.public().jwk());
        assert_eq!(certificate.payload.cap, "substantial");

        for seq in 1..=3 {
            let attempt = phone.approve(&world.ask(&phone, NOW).await, CODE);
            let verdict = world.vault.attempt(attempt.clone(), NOW).await.unwrap();
            let receipt = phone.keep(&attempt, &verdict);
            assert_eq!((receipt.seq, receipt.res, receipt.uv.m.as_str()), (seq, Outcome::Ok, "pin"));
            assert_eq!(receipt.dc, certificate.digest);
        }
        assert_eq!(world.status(&phone).await.left, 5);
    })
    .await;
}

#[tokio::test]
async fn every_request_that_waits_is_signed_with_the_next_number() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        let drafts = vec![draft("apr_a", NOW), draft("apr_b", NOW)];
        let issued = world.vault.issue(phone.device.clone(), String::new(), drafts).await.unwrap();
        assert_eq!((issued.seq, issued.requests.len()), (0, 2));
        let (a, b) = (
            phone.answer(&issued.requests[0], Decision::Approve),
            phone.answer(&issued.requests[1], Decision::Approve),
        );
        assert_eq!((a.seq, b.seq), (1, 1));
        assert_ne!(a.chal, b.chal);
        let attempt = phone.send(&issued.requests[1], &b, Some(CODE));
        let verdict = world.vault.attempt(attempt.clone(), NOW).await.unwrap();
        phone.keep(&attempt, &verdict);
        // The other one died with that answer; fetched again it can be answered.
        let stale = world.vault.attempt(phone.approve(&issued.requests[0], CODE), NOW).await;
        assert!(stale.is_err(), "{stale:?}");
        world.log_in(&mut phone, CODE, NOW).await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_to_enrolment_may_be_repeated_until_the_phone_was_used() {
    each(async |world| {
        let mut phone = world.phone("11592").await;
        world.vault.enrol(phone.enrolment(CODE), NOW).await.unwrap();
        world.log_in(&mut phone, CODE, NOW).await;
        let late = world.vault.enrol(phone.enrolment(WRONG), NOW).await;
        assert!(matches!(late, Err(VaultError::OutOfStep { .. })), "{late:?}");
        world.log_in(&mut phone, CODE, NOW).await;
    })
    .await;
}

#[tokio::test]
async fn the_same_body_again_gets_the_same_answer_and_costs_nothing() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        let mut now = NOW;
        for left in [4, 3, 2, 1, 0] {
            let attempt = phone.approve(&world.ask(&phone, now).await, WRONG);
            let first = world.vault.attempt(attempt.clone(), now).await;
            let row = world.row(&phone).await;
            for later in [0, 30] {
                assert_eq!(world.vault.attempt(attempt.clone(), now + later).await, first);
            }
            assert_eq!(world.row(&phone).await, row);
            assert_eq!(not_accepted(first).left, left);
            now += 1_000;
        }
    })
    .await;
}

#[tokio::test]
async fn the_same_body_while_it_is_being_checked_is_told_so() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        let attempt = phone.approve(&world.ask(&phone, NOW).await, CODE);
        let held = world.hold(&phone).await;
        let mut first = Box::pin(world.vault.attempt(attempt.clone(), NOW));
        tokio::select! {
            biased;
            verdict = &mut first => panic!("answered before it was counted: {verdict:?}"),
            () = std::future::ready(()) => {}
        }
        assert_eq!(world.vault.attempt(attempt.clone(), NOW).await, Err(VaultError::Busy));
        held.let_go().await;
        phone.keep(&attempt, &first.await.unwrap());
        assert_eq!(world.on_disk(&phone).await.0, 1);
    })
    .await;
}

#[tokio::test]
async fn refusing_burns_the_challenge_and_costs_no_try() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        assert_eq!(not_accepted(world.try_code(&phone, WRONG, NOW).await).left, 4);
        for (dec, outcome) in [(Decision::Reject, Outcome::Rejected), (Decision::Fraud, Outcome::Fraud)] {
            let m1 = world.ask(&phone, NOW).await;
            let attempt = phone.refuse(&m1, dec);
            let verdict = world.vault.attempt(attempt.clone(), NOW).await.unwrap();
            let prev = phone.head.clone();
            let receipt = phone.keep(&attempt, &verdict);
            assert_eq!((receipt.dec, receipt.res, receipt.uv.m.as_str()), (dec, outcome, "none"));
            assert_eq!(world.status(&phone).await.left, 4);
            // Once refused it cannot be approved any more, not even by its own phone.
            let head = std::mem::replace(&mut phone.head, prev);
            let seq = world.on_disk(&phone).await.0;
            let late = world.vault.attempt(phone.approve(&m1, CODE), NOW).await;
            assert_eq!(late, Err(VaultError::OutOfStep { seq }));
            phone.head = head;
        }
    })
    .await;
}

#[tokio::test]
async fn a_refusal_whose_receipt_was_lost_gets_one_again() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        let attempt = phone.refuse(&world.ask(&phone, NOW).await, Decision::Fraud);
        world.vault.attempt(attempt.clone(), NOW).await.unwrap();
        let row = world.row(&phone).await;
        let again = world.vault.attempt(attempt.clone(), NOW + 1).await.unwrap();
        assert_eq!(phone.keep(&attempt, &again).res, Outcome::Fraud);
        assert_eq!(world.row(&phone).await, row);
        world.log_in(&mut phone, CODE, NOW).await;
        // Long past: the chain has moved on.
        let late = world.vault.attempt(attempt, NOW + 2).await;
        assert_eq!(late, Err(VaultError::OutOfStep { seq: 2 }));
    })
    .await;
}

#[tokio::test]
async fn a_locked_phone_can_still_say_that_it_was_not_me() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        for turn in 0..5 {
            not_accepted(world.try_code(&phone, WRONG, NOW + turn * 1_000).await);
        }
        for dec in [Decision::Reject, Decision::Fraud] {
            let attempt = phone.refuse(&world.ask(&phone, NOW + 9_000).await, dec);
            let verdict = world.vault.attempt(attempt.clone(), NOW + 9_000).await.unwrap();
            phone.keep(&attempt, &verdict);
        }
        assert_eq!(world.status(&phone).await.state, DeviceState::Locked);
        assert!(matches!(world.try_code(&phone, CODE, NOW + 9_000).await, Ok(Verdict::Locked(_))));
    })
    .await;
}

#[tokio::test]
async fn a_wrong_number_fails_exactly_like_a_wrong_code() {
    each(async |world| {
        let (by_number, by_code) = (world.phone(CODE).await, world.phone(CODE).await);
        let mut now = NOW;
        for _ in 0..5 {
            let mut attempt = by_number.approve(&world.ask(&by_number, now).await, CODE);
            attempt.matched = false;
            let number = world.vault.attempt(attempt, now).await;
            assert_eq!(number, world.try_code(&by_code, WRONG, now).await);
            not_accepted(number);
            assert_eq!(world.on_disk(&by_number).await, world.on_disk(&by_code).await);
            now += 1_000;
        }
        assert!(matches!(world.try_code(&by_number, CODE, now).await, Ok(Verdict::Locked(_))));
    })
    .await;
}

#[tokio::test]
async fn a_revoked_phone_is_a_stranger() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        let m1 = world.ask(&phone, NOW).await;
        world.vault.revoke(phone.device.clone()).await.unwrap();
        world.vault.revoke(phone.device.clone()).await.unwrap();
        let row = world.row(&phone).await;
        assert_eq!(world.vault.attempt(phone.approve(&m1, CODE), NOW).await, Err(VaultError::Unknown));
        assert_eq!(world.vault.attempt(phone.refuse(&m1, Decision::Fraud), NOW).await, Err(VaultError::Unknown));
        assert_eq!(world.vault.status(phone.device.clone()).await, Err(VaultError::Unknown));
        let issued = world.vault.issue(phone.device.clone(), String::new(), vec![draft("apr_x", NOW)]).await;
        assert_eq!(issued.map(|_| ()), Err(VaultError::Unknown));
        // Nor does it come back by enrolling again.
        assert!(world.vault.enrol(phone.enrolment(CODE), NOW).await.is_err());
        assert_eq!(world.row(&phone).await, row);
    })
    .await;
}
