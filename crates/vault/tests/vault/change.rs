//! Another code: whatever happens, and whenever, exactly one code works.

use protocol::phone::pin;
use protocol::seal::Sealed;
use zelf_vault::{VaultError, Verdict};

use crate::phone::{CODE, Phone, WRONG};
use crate::world::{NOW, World, draft, each, not_accepted};

pub const NEXT_CODE: &str = "83162";
pub const CHANGE: &str = "chg_AAAAAAAAAAAAAAAAAAAAAA";
const OTHER_CHANGE: &str = "chg_BBBBBBBBBBBBBBBBBBBBBB";

/// The pepper that comes with the new code.
const NEXT_PEPPER: [u8; 32] = [3; 32];

pub fn next_pin(phone: &Phone) -> protocol::jose::SigningKey {
    pin::key(&NEXT_PEPPER, &phone.device, NEXT_CODE).unwrap()
}

/// `code` under the next pepper, sealed for `change`.
pub fn sealed(phone: &Phone, code: &str, change: &str) -> Sealed {
    let (vs, kid) = phone.vs();
    let key = pin::key(&NEXT_PEPPER, &phone.device, code).unwrap();
    pin::seal_enrolment(&key, &phone.device, change, &vs, kid).unwrap()
}

async fn stage(world: &World, phone: &Phone, code: &str, change: &str) -> String {
    let sealed = sealed(phone, code, change);
    world.vault.stage_code(phone.device.clone(), change.into(), sealed).await.unwrap().mark
}

async fn promote(world: &World, phone: &Phone, change: &str) -> bool {
    world.vault.promote_code(phone.device.clone(), change.into()).await.unwrap()
}

async fn generation(world: &World, phone: &Phone) -> i64 {
    world.vault.status(phone.device.clone()).await.unwrap().generation
}

/// The phone as it is when the new pepper counts.
fn swapped(phone: &Phone) -> Phone {
    let mut next = Phone { device: phone.device.clone(), head: phone.head.clone(), ..Phone::new(&phone.keys) };
    next.key = protocol::jose::SigningKey::from_bare_scalar(&phone.key.scalar().unwrap(), "dev").unwrap();
    next.pepper = NEXT_PEPPER;
    next
}

#[tokio::test]
async fn the_old_code_works_until_the_new_one_is_promoted_and_then_no_more() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        let mark = stage(&world, &phone, NEXT_CODE, CHANGE).await;
        let point = pin::key(&NEXT_PEPPER, &phone.device, NEXT_CODE).unwrap();
        let hash = protocol::jose::sha256(point.public().point());
        assert_eq!(mark, hash[..4].iter().map(|b| format!("{b:02x}")).collect::<String>());
        assert_eq!(generation(&world, &phone).await, 1);
        // Staged only: the new one is a wrong code like any other.
        not_accepted(world.try_code(&swapped(&phone), NEXT_CODE, NOW).await);
        world.log_in(&mut phone, CODE, NOW).await;

        assert!(promote(&world, &phone, CHANGE).await);
        assert_eq!(generation(&world, &phone).await, 2);
        let mut next = swapped(&phone);
        let attempt = next.approve(&world.ask(&next, NOW).await, NEXT_CODE);
        let verdict = world.vault.attempt(attempt.clone(), NOW).await.unwrap();
        assert_eq!(next.keep(&attempt, &verdict).uv.generation, 2);
        not_accepted(world.try_code(&phone_of(&phone, &next), CODE, NOW).await);
        not_accepted(world.try_code(&next, CODE, NOW).await);
        assert_eq!(world.status(&next).await.left, 3);
    })
    .await;
}

/// The old pepper with the chain of `next`.
fn phone_of(old: &Phone, next: &Phone) -> Phone {
    let mut phone = swapped(next);
    phone.pepper = old.pepper;
    phone
}

#[tokio::test]
async fn promoting_again_promotes_nothing() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        assert!(!promote(&world, &phone, CHANGE).await, "nothing is staged");
        stage(&world, &phone, NEXT_CODE, CHANGE).await;
        assert!(!promote(&world, &phone, OTHER_CHANGE).await, "not this one");
        let once = promote(&world, &phone, CHANGE).await;
        let row = world.row(&phone).await;
        let again = promote(&world, &phone, CHANGE).await;
        assert_eq!((once, again), (true, false));
        assert_eq!(world.row(&phone).await, row);
        world.log_in(&mut swapped(&phone), NEXT_CODE, NOW).await;
        assert_eq!(generation(&world, &phone).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_promotions_at_once_one_counts() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        stage(&world, &phone, NEXT_CODE, CHANGE).await;
        let racers = (0..20).map(|_| {
            let (vault, device) = (std::sync::Arc::clone(&world.vault), phone.device.clone());
            tokio::spawn(async move { vault.promote_code(device, CHANGE.into()).await.unwrap() })
        });
        let mut promoted = 0;
        for racer in racers.collect::<Vec<_>>() {
            promoted += usize::from(racer.await.unwrap());
        }
        assert_eq!((promoted, generation(&world, &phone).await), (1, 2));
        world.log_in(&mut swapped(&phone), NEXT_CODE, NOW).await;
    })
    .await;
}

#[tokio::test]
async fn a_crash_anywhere_leaves_one_code_that_works() {
    for died_after in ["staging", "the answer", "promotion"] {
        each(async |world| {
            let mut phone = world.phone(CODE).await;
            stage(&world, &phone, NEXT_CODE, CHANGE).await;
            let attempt = phone.approve(&world.ask(&phone, NOW).await, CODE);
            if died_after != "staging" {
                world.vault.attempt(attempt.clone(), NOW).await.unwrap();
                world.vault.settle().await.unwrap();
            }
            if died_after == "promotion" {
                assert!(promote(&world, &phone, CHANGE).await);
            }
            let world = world.after_a_crash().await;
            // The phone sends its answer again; whoever records it promotes first.
            let verdict = world.vault.attempt(attempt.clone(), NOW + 1).await.unwrap();
            let promoted = promote(&world, &phone, CHANGE).await;
            assert_eq!(promoted, died_after != "promotion");
            let receipt = phone.keep(&attempt, &verdict);
            assert_eq!(receipt.uv.generation, 1, "it was the old code that approved: {died_after}");
            assert_eq!(generation(&world, &phone).await, 2);
            let mut next = swapped(&phone);
            world.log_in(&mut next, NEXT_CODE, NOW).await;
            not_accepted(world.try_code(&phone_of(&phone, &next), CODE, NOW).await);
        })
        .await;
    }
}

#[tokio::test]
async fn a_staged_code_that_nobody_promotes_changes_nothing() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        let row = world.row(&phone).await;
        stage(&world, &phone, NEXT_CODE, CHANGE).await;
        assert_eq!(world.row(&phone).await, row);
        world.vault.drop_staged(phone.device.clone()).await.unwrap();
        world.vault.drop_staged(phone.device.clone()).await.unwrap();
        assert!(!promote(&world, &phone, CHANGE).await);
        world.log_in(&mut phone, CODE, NOW).await;
    })
    .await;
}

#[tokio::test]
async fn of_two_staged_codes_the_last_counts() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        let first = stage(&world, &phone, WRONG, CHANGE).await;
        let second = stage(&world, &phone, NEXT_CODE, OTHER_CHANGE).await;
        assert_ne!(first, second);
        assert!(!promote(&world, &phone, CHANGE).await, "the first is gone");
        assert!(promote(&world, &phone, OTHER_CHANGE).await);
        world.log_in(&mut swapped(&phone), NEXT_CODE, NOW).await;
    })
    .await;
}

#[tokio::test]
async fn a_seal_that_was_made_for_something_else_is_refused() {
    each(async |world| {
        let (phone, other) = (world.phone(CODE).await, world.phone(CODE).await);
        let good = sealed(&phone, NEXT_CODE, CHANGE);
        let cut = Sealed { ct: good.ct[..good.ct.len() - 2].into(), ..good.clone() };
        let cases = [
            ("another phone's", &phone, CHANGE, sealed(&other, NEXT_CODE, CHANGE)),
            ("this one, for another phone", &other, CHANGE, good.clone()),
            ("another change's", &phone, OTHER_CHANGE, good.clone()),
            ("an enrolment", &phone, CHANGE, phone.enrolment(NEXT_CODE).sealed),
            ("a proof", &phone, CHANGE, phone.proof("a.b.c", CODE)),
            ("cut", &phone, CHANGE, cut),
            ("for another vault", &phone, CHANGE, Sealed { kid: "vs_other".into(), ..good.clone() }),
            ("under no name of a change", &phone, "act_AAAAAAAAAAAAAAAAAAAAAA", good.clone()),
        ];
        for (what, phone, change, sealed) in cases {
            let staged = world.vault.stage_code(phone.device.clone(), change.into(), sealed).await;
            assert_eq!(staged, Err(VaultError::Malformed), "{what}");
            assert!(!promote(&world, phone, change).await, "{what}");
        }
        let nobody = Phone::new(&world.keys);
        let staged = world.vault.stage_code(nobody.device.clone(), CHANGE.into(), sealed(&nobody, CODE, CHANGE)).await;
        assert_eq!(staged, Err(VaultError::Unknown));
    })
    .await;
}

#[tokio::test]
async fn a_staged_row_moved_to_another_phone_or_change_promotes_nothing() {
    each(async |world| {
        let (mut a, mut b) = (world.phone(CODE).await, world.phone(CODE).await);
        stage(&world, &a, NEXT_CODE, CHANGE).await;
        let (from, to) = (a.device.clone(), b.device.clone());
        let moved = world.vault.db().run("test.move", move |tx| {
            tx.execute("UPDATE staged_code SET device = $2 WHERE device = $1", db::args![&from, &to])
        });
        assert_eq!(moved.await.unwrap(), 1);
        assert!(world.vault.promote_code(b.device.clone(), CHANGE.into()).await.is_err());
        stage(&world, &a, NEXT_CODE, CHANGE).await;
        let from = a.device.clone();
        let renamed = world.vault.db().run("test.rename", move |tx| {
            tx.execute("UPDATE staged_code SET change = $2 WHERE device = $1", db::args![&from, OTHER_CHANGE])
        });
        assert_eq!(renamed.await.unwrap(), 1);
        assert!(world.vault.promote_code(a.device.clone(), OTHER_CHANGE.into()).await.is_err());
        for phone in [&mut a, &mut b] {
            world.log_in(phone, CODE, NOW).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_phone_that_was_cut_off_changes_no_code() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        stage(&world, &phone, NEXT_CODE, CHANGE).await;
        world.vault.revoke(phone.device.clone()).await.unwrap();
        assert!(!promote(&world, &phone, CHANGE).await);
        let sealed = sealed(&phone, NEXT_CODE, CHANGE);
        let staged = world.vault.stage_code(phone.device.clone(), CHANGE.into(), sealed).await;
        assert_eq!(staged, Err(VaultError::Unknown));
        let read = |tx: &mut db::Tx<'_>| tx.row("SELECT COUNT(*) FROM staged_code", db::args![]);
        let left = world.vault.db().read("test.left", read).await.unwrap().unwrap().columns().int().unwrap();
        assert_eq!(left, 0, "nothing of it is kept");
    })
    .await;
}

#[tokio::test]
async fn tries_belong_to_the_phone_and_not_to_the_code() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        not_accepted(world.try_code(&phone, WRONG, NOW).await);
        stage(&world, &phone, NEXT_CODE, CHANGE).await;
        assert!(promote(&world, &phone, CHANGE).await);
        assert_eq!(world.status(&phone).await.left, 4, "changing the code gives no tries back");
        let issued = world.vault.issue(phone.device.clone(), String::new(), vec![draft("apr_x", NOW)]).await.unwrap();
        assert_eq!(issued.generation, 2);
        let attempt = swapped(&phone).approve(&issued.requests[0], NEXT_CODE);
        assert!(matches!(world.vault.attempt(attempt, NOW).await, Ok(Verdict::Accepted { .. })));
        assert_eq!(world.status(&phone).await.left, 5);
    })
    .await;
}
