use db::args;
use domain::activation::Ended;
use zelf_store::activation;

use crate::sample::{NOW, attempt, count, each, misfit, race, run, sealer, start, winners};

#[tokio::test]
async fn an_attempt_is_found_by_its_phone_and_by_its_bank_request() {
    each(async |db| {
        run(&db, |tx| {
            assert!(activation::begin(tx, &sealer(), &start("act_a", "dev_a"), None)?);
            assert!(activation::begin(tx, &sealer(), &start("act_b", "dev_b"), None)?);
            let row = activation::of_device(tx, &sealer(), "dev_a")?.unwrap();
            assert!(row.activation == start("act_a", "dev_a"));
            assert!(activation::of_device(tx, &sealer(), "dev_c")?.is_none());
            assert!(activation::of_bank_state(tx, &sealer(), "st")?.is_none());

            assert!(activation::save(tx, &sealer(), &row.activation, row.version, Some("st"))?);
            let back = activation::of_bank_state(tx, &sealer(), "st")?.unwrap();
            assert_eq!((back.activation.id.as_str(), back.version), ("act_a", row.version + 1));
            // Finished with the bank: its state leads nowhere any more.
            assert!(activation::save(tx, &sealer(), &back.activation, back.version, None)?);
            assert!(activation::of_bank_state(tx, &sealer(), "st")?.is_none());
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_phone_has_one_attempt_and_only_the_version_that_was_seen_is_replaced() {
    each(async |db| {
        run(&db, |tx| {
            assert!(activation::begin(tx, &sealer(), &start("act_a", "dev_a"), None)?);
            assert!(!activation::begin(tx, &sealer(), &start("act_b", "dev_a"), None)?);
            assert!(!activation::begin(tx, &sealer(), &start("act_b", "dev_a"), Some(9))?);
            let seen = activation::of_device(tx, &sealer(), "dev_a")?.unwrap();
            assert_eq!(seen.activation.id, "act_a");
            // Two saw the same finished attempt; the second must not throw away what the first began.
            assert!(activation::begin(tx, &sealer(), &start("act_c", "dev_a"), Some(seen.version))?);
            assert!(!activation::begin(tx, &sealer(), &start("act_d", "dev_a"), Some(seen.version))?);
            assert_eq!(activation::of_device(tx, &sealer(), "dev_a")?.unwrap().activation.id, "act_c");
            Ok(())
        })
        .await;
        let results = race(&db, 30, |turn| {
            move |tx| activation::begin(tx, &sealer(), &start(&format!("act_{turn}"), "dev_new"), None)
        });
        assert_eq!(winners(results.await), 1);
    })
    .await;
}

#[tokio::test]
async fn of_fifty_who_save_over_one_version_one_does() {
    each(async |db| {
        run(&db, |tx| activation::begin(tx, &sealer(), &start("act_a", "dev_a"), None)).await;
        let results = race(&db, 50, |turn| {
            move |tx| {
                let next = start("act_a", "dev_a").end(Ended::BankRefused, NOW + turn);
                activation::save(tx, &sealer(), &next, 1, None)
            }
        });
        assert_eq!(winners(results.await), 1);
        run(&db, |tx| {
            let row = activation::of_device(tx, &sealer(), "dev_a")?.unwrap();
            assert_eq!((row.version, row.activation.stage.word()), (2, "refused"));
            assert!(!activation::save(tx, &sealer(), &start("act_z", "dev_z"), 1, None)?, "saving makes no row");
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn two_attempts_never_share_a_bank_request() {
    each(async |db| {
        run(&db, |tx| {
            activation::begin(tx, &sealer(), &start("act_a", "dev_a"), None)?;
            activation::begin(tx, &sealer(), &start("act_b", "dev_b"), None)?;
            activation::save(tx, &sealer(), &start("act_a", "dev_a"), 1, Some("st"))
        })
        .await;
        let second = attempt(&db, |tx| activation::save(tx, &sealer(), &start("act_b", "dev_b"), 1, Some("st")));
        assert!(second.await.is_err());
        run(&db, |tx| {
            assert_eq!(activation::of_bank_state(tx, &sealer(), "st")?.unwrap().activation.id, "act_a");
            assert_eq!(activation::of_device(tx, &sealer(), "dev_b")?.unwrap().version, 1);
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_row_that_fits_no_stage_says_which() {
    each(async |db| {
        run(&db, |tx| {
            activation::begin(tx, &sealer(), &start("act_a", "dev_a"), None)?;
            activation::begin(tx, &sealer(), &start("act_b", "dev_b"), None)?;
            activation::save(tx, &sealer(), &start("act_b", "dev_b"), 1, Some("st"))?;
            tx.execute("/* test */ UPDATE activation SET stage = 'active' WHERE id = 'act_a'", args![])?;
            let swap = "/* test */ UPDATE activation SET body = (SELECT a.body FROM activation a WHERE a.id = 'act_a') WHERE id = 'act_b'";
            tx.execute(swap, args![])?;
            Ok(())
        })
        .await;
        let of = |device: &'static str| move |tx: &mut db::Tx<'_>| activation::of_device(tx, &sealer(), device).map(|_| ());
        assert_eq!(misfit(attempt(&db, of("dev_a")).await), "activation.stage act_a");
        assert_eq!(misfit(attempt(&db, of("dev_b")).await), "activation.body act_b");
        let by_state = attempt(&db, |tx| activation::of_bank_state(tx, &sealer(), "st").map(|_| ())).await;
        assert_eq!(misfit(by_state), "activation.body act_b");
        assert_eq!(count(&db, "/* test */ SELECT COUNT(*) FROM activation").await, 2);
    })
    .await;
}
