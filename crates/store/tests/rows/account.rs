use db::args;
use zelf_store::account::Opening;
use zelf_store::{Sealer, account};

use crate::sample::{NOW, attempt, count, each, misfit, number, opening, person, profile, race, run, sealer, winners};

#[tokio::test]
async fn an_account_is_found_by_person_and_by_number() {
    each(async |db| {
        person(&db, 1).await;
        person(&db, 2).await;
        run(&db, |tx| {
            let found = account::find(tx, &sealer(), "acc_1")?.unwrap();
            assert_eq!((found.id.as_str(), found.profile.first_name(), found.activated_at), ("acc_1", "Person-1", NOW));
            assert!(account::find(tx, &sealer(), "acc_9")?.is_none());
            let both = account::known(tx, &[101; 32], &number(2))?;
            assert_eq!(both, (Some("acc_1".into()), Some("acc_2".into())));
            assert_eq!(account::known(tx, &number(1), &[101; 32])?, (None, None), "a number is no person");
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn one_account_for_a_person_and_one_for_a_number() {
    each(async |db| {
        person(&db, 1).await;
        run(&db, |tx| {
            let other = profile("Other", "+32468000009");
            for (id, number, person) in
                [("acc_8", number(1), [8; 32]), ("acc_8", number(8), [101; 32]), ("acc_1", number(8), [8; 32])]
            {
                assert!(!account::insert(tx, &sealer(), id, &person, opening(&number, &other))?);
            }
            assert_eq!(account::find(tx, &sealer(), "acc_1")?.unwrap().profile.first_name(), "Person-1");
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn of_twenty_who_open_one_persons_account_one_does() {
    each(async |db| {
        let results = race(&db, 20, |turn| {
            move |tx| {
                let profile = profile("An", "+32468000001");
                account::insert(tx, &sealer(), &format!("acc_{turn}"), &[1; 32], opening(&[turn as u8; 32], &profile))
            }
        });
        assert_eq!(winners(results.await), 1);
        assert_eq!(count(&db, "/* test */ SELECT COUNT(*) FROM account").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_person_again_keeps_the_account_and_frees_the_old_number() {
    each(async |db| {
        person(&db, 1).await;
        person(&db, 2).await;
        run(&db, |tx| {
            let newer = profile("An", "+32468000007");
            assert!(account::renew(tx, &sealer(), "acc_1", Opening { now: NOW + 5, ..opening(&number(7), &newer) })?);
            assert_eq!(account::known(tx, &[101; 32], &number(1))?, (Some("acc_1".into()), None));
            let found = account::find(tx, &sealer(), "acc_1")?.unwrap();
            assert_eq!((found.profile.first_name(), found.activated_at), ("An", NOW + 5));
            assert!(account::renew(tx, &sealer(), "acc_1", opening(&number(7), &newer))?, "the number may stay");
            assert!(!account::renew(tx, &sealer(), "acc_9", opening(&number(9), &newer))?);
            assert!(!account::renew(tx, &sealer(), "acc_1", opening(&number(2), &newer))?, "somebody else's number");
            assert_eq!(account::known(tx, &[101; 32], &number(2))?, (Some("acc_1".into()), Some("acc_2".into())));
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_profile_opens_only_in_its_own_row_and_with_its_own_key() {
    each(async |db| {
        person(&db, 1).await;
        person(&db, 2).await;
        let find = |key: [u8; 32], id: &'static str| {
            move |tx: &mut db::Tx<'_>| account::find(tx, &Sealer::new(&key).unwrap(), id).map(|_| ())
        };
        assert_eq!(misfit(attempt(&db, find([8; 32], "acc_1")).await), "account.profile acc_1");
        run(&db, |tx| {
            let swap =
                "/* test */ UPDATE account SET profile = (SELECT b.profile FROM account b WHERE b.id <> account.id)";
            assert_eq!(tx.execute(swap, args![])?, 2);
            Ok(())
        })
        .await;
        assert_eq!(misfit(attempt(&db, find([7; 32], "acc_1")).await), "account.profile acc_1");
        for bytes in [&b""[..], &[0; 11], &[0; 12], &[0; 200]] {
            run(&db, move |tx| Ok(tx.execute("/* test */ UPDATE account SET profile = $1", args![bytes])?)).await;
            assert_eq!(misfit(attempt(&db, find([7; 32], "acc_2")).await), "account.profile acc_2");
        }
        assert!(Sealer::new(&[7; 31]).is_none());
    })
    .await;
}
