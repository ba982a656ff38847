//! Tokens that are used once, waits, and the audit line.

use db::Tx;
use domain::approval::State;
use zelf_store::audit::{self, Line};
use zelf_store::{approval, used_token, waiting_time};

use crate::sample::{NOW, ask, attempt, each, evidence, person, race, run, sealer, winners};

#[tokio::test]
async fn a_token_burns_once_for_its_partner() {
    each(async |db| {
        let results = race(&db, 50, |_| |tx: &mut Tx<'_>| used_token::burn(tx, "gemeente", "jti", NOW + 60));
        assert_eq!(winners(results.await), 1);
        run(&db, |tx| {
            assert!(used_token::burn(tx, "school", "jti", NOW + 60)?, "another partner's token of that name");
            assert!(used_token::burn(tx, "gemeente", "jti2", NOW + 60)?);
            assert!(!used_token::burn(tx, "gemeente", "jti", NOW + 999)?);
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_longer_wait_stays_whoever_sets_a_shorter_one() {
    each(async |db| {
        run(&db, |tx| {
            assert_eq!(waiting_time::until(tx, &[1; 32], NOW)?, None);
            for (set, stands) in [(100, 100), (50, 100), (100, 100), (200, 200)] {
                waiting_time::set(tx, &[1; 32], NOW + set)?;
                assert_eq!(waiting_time::until(tx, &[1; 32], NOW)?, Some(NOW + stands));
            }
            assert_eq!(waiting_time::until(tx, &[1; 32], NOW + 199)?, Some(NOW + 200));
            assert_eq!(waiting_time::until(tx, &[1; 32], NOW + 200)?, None);
            assert_eq!(waiting_time::until(tx, &[2; 32], NOW)?, None, "only that key waits");
            waiting_time::lift(tx, &[1; 32], NOW + 199)?;
            assert_eq!(waiting_time::until(tx, &[1; 32], NOW)?, Some(NOW + 200), "another attempt's wait stays");
            waiting_time::lift(tx, &[1; 32], NOW + 200)?;
            assert_eq!(waiting_time::until(tx, &[1; 32], NOW)?, None);
            Ok(())
        })
        .await;
        let set = |turn: i64| {
            move |tx: &mut Tx<'_>| waiting_time::set(tx, &[3; 32], NOW + (turn * 37) % 50 + 1).map(|()| true)
        };
        assert_eq!(winners(race(&db, 50, set).await), 50);
        assert_eq!(run(&db, |tx| waiting_time::until(tx, &[3; 32], NOW)).await, Some(NOW + 50));
    })
    .await;
}

#[tokio::test]
async fn what_happened_to_somebody_is_told_newest_first() {
    each(async |db| {
        let line = |id: &'static str, at: i64, action: &'static str, subject: &'static str| {
            move |tx: &mut Tx<'_>| audit::append(tx, &Line { id, at, action, actor: "dev_1", subject, detail: "apr_a" })
        };
        run(&db, line("aud_1", NOW, "activated", "acc_1")).await;
        run(&db, line("aud_2", NOW + 1, "exported", "acc_1")).await;
        run(&db, line("aud_3", NOW + 3, "exported", "acc_2")).await;
        person(&db, 1).await;
        ask(&db, "apr_a", 1, NOW).await;
        run(&db, |tx| {
            let approved = State::Approved { at: NOW + 2 };
            assert!(approval::decide(tx, &sealer(), "apr_a", approved, "pin", &evidence(), NOW + 2)?);
            let told: Vec<_> = audit::about(tx, "acc_1", 2)?.into_iter().map(|(at, action, _)| (at, action)).collect();
            assert_eq!(
                told,
                [(NOW + 2, "approved".to_owned()), (NOW + 1, "exported".to_owned())],
                "an answer is its own record"
            );
            assert_eq!(audit::about(tx, "acc_1", 10)?.len(), 3);
            assert!(audit::about(tx, "acc_3", 10)?.is_empty());
            Ok(())
        })
        .await;
        assert!(attempt(&db, line("aud_1", NOW, "activated", "acc_1")).await.is_err(), "a line is never overwritten");
    })
    .await;
}
