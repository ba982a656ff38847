use db::{Tx, args};
use protocol::phone::Settings;
use zelf_store::device;

use crate::sample::{NOW, attempt, count, each, misfit, person, phone, race, run, sealer, winners};

#[tokio::test]
async fn a_new_phone_cuts_off_the_one_before_it() {
    each(async |db| {
        person(&db, 1).await;
        person(&db, 2).await;
        run(&db, |tx| {
            assert_eq!(device::replace(tx, &phone("dev_7", "acc_1"), "M4", "Firefox", NOW)?, ["dev_1"]);
            assert!(device::find(tx, "dev_1")?.is_none());
            assert!(device::with_profile(tx, &sealer(), "dev_1")?.is_none());
            assert!(!device::advance(tx, "dev_1", "", "h", "M3", "M2")?);
            assert!(!device::set(tx, "dev_1", Settings { sharing: true, ..Settings::default() })?);
            assert!(device::find(tx, "dev_2")?.is_some(), "a neighbour keeps hers");
            let (new, profile, _) = device::with_profile(tx, &sealer(), "dev_7")?.unwrap();
            assert_eq!((new.account.as_str(), new.head.as_str(), new.last_receipt), ("acc_1", "", None));
            assert_eq!((new.point, new.settings), (vec![4; 65], Settings::default()));
            assert_eq!(profile.first_name(), "Person-1");
            Ok(())
        })
        .await;
        // A key that was cut off does not come back as a new phone.
        let again = attempt(&db, |tx| device::replace(tx, &phone("dev_1", "acc_1"), "M4", "Chrome", NOW)).await;
        assert!(again.is_err());
        assert!(run(&db, |tx| device::find(tx, "dev_7")).await.is_some(), "and cuts nobody off");
        let orphan = attempt(&db, |tx| device::replace(tx, &phone("dev_8", "acc_9"), "M4", "Chrome", NOW)).await;
        assert!(orphan.is_err(), "no phone without an account");
    })
    .await;
}

#[tokio::test]
async fn however_many_arrive_at_once_one_phone_stays() {
    each(async |db| {
        person(&db, 1).await;
        let results = race(&db, 12, |turn| {
            move |tx: &mut Tx<'_>| {
                device::replace(tx, &phone(&format!("dev_new{turn}"), "acc_1"), "M4", "Chrome", NOW).map(|_| true)
            }
        });
        // Where two stood in one another's way, one was sent back with an error and left nothing.
        assert!(results.await.iter().any(Result::is_ok));
        let active = "/* test */ SELECT COUNT(*) FROM device WHERE account = 'acc_1' AND state = 'active'";
        assert_eq!(count(&db, active).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_chain_grows_by_one_receipt_at_a_time() {
    each(async |db| {
        person(&db, 1).await;
        let results = race(&db, 50, |turn| {
            move |tx: &mut Tx<'_>| device::advance(tx, "dev_1", "", &format!("head{turn}"), "M3", "M2")
        });
        assert_eq!(winners(results.await), 1);
        run(&db, |tx| {
            let first = device::find(tx, "dev_1")?.unwrap();
            assert_eq!((first.last_receipt.as_deref(), first.last_answer.as_str()), (Some("M3"), "M2"));
            assert!(!device::advance(tx, "dev_1", "", "x", "M3", "M2")?, "the old head is gone");
            assert!(device::advance(tx, "dev_1", &first.head, "second", "M3b", "M2b")?);
            assert!(!device::advance(tx, "dev_9", "", "x", "M3", "M2")?);
            assert_eq!(device::find(tx, "dev_1")?.unwrap().head, "second");
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn choices_are_kept_each_for_itself() {
    each(async |db| {
        person(&db, 1).await;
        let choices = [(true, false, false), (false, true, false), (false, false, true), (true, true, true)];
        for (biometrics, notifications, sharing) in choices {
            run(&db, move |tx| {
                let settings = Settings { biometrics, notifications, sharing };
                assert!(device::set(tx, "dev_1", settings)?);
                assert_eq!(device::find(tx, "dev_1")?.unwrap().settings, settings);
                Ok(())
            })
            .await;
        }
        assert!(!run(&db, |tx| device::set(tx, "dev_9", Settings::default())).await);
    })
    .await;
}

#[tokio::test]
async fn a_phone_is_not_shown_with_somebody_elses_profile() {
    each(async |db| {
        person(&db, 1).await;
        person(&db, 2).await;
        run(&db, |tx| {
            let swap = "/* test */ UPDATE account SET profile = (SELECT b.profile FROM account b WHERE b.id = 'acc_2') WHERE id = 'acc_1'";
            Ok(tx.execute(swap, args![])?)
        })
        .await;
        let read = attempt(&db, |tx| device::with_profile(tx, &sealer(), "dev_1").map(|_| ())).await;
        assert_eq!(misfit(read), "account.profile acc_1");
    })
    .await;
}
