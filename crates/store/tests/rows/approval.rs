use db::{Db, Tx, args};
use domain::approval::{Asked, FLOOD_SECONDS, Room, State, WAIT_SECONDS};
use zelf_store::grant::{self, Granted};
use zelf_store::summon::Origin;
use zelf_store::{StoreError, approval, device, summon};

use crate::sample::{
    NOW, ask, attempt, each, evidence, login, misfit, number, person, phone, race, request, run, sealer, stranger,
    waiting, winners,
};

fn decide(tx: &mut Tx<'_>, id: &str, state: State, now: i64) -> Result<bool, StoreError> {
    approval::decide(tx, &sealer(), id, state, "pin", &evidence(), now)
}

fn redeem(tx: &mut Tx<'_>, id: &str, partner: &str, after: i64) -> Result<Option<Granted>, StoreError> {
    grant::redeem(tx, &sealer(), id, partner, after)
}

async fn put(db: &Db, word: &'static str, decided_at: Option<i64>) {
    let text = "/* test */ UPDATE approval SET state = $1, decided_at = $2 WHERE id = 'apr_a'";
    run(db, move |tx| Ok(tx.execute(text, args![word, decided_at])?)).await;
}

fn place_of(asked: &Asked) -> &str {
    match asked {
        Asked::Login(login) => &login.place,
        Asked::NewPhone(phone) => &phone.place,
        Asked::Act(act) => act.word(),
    }
}

#[tokio::test]
async fn a_request_comes_back_as_it_went() {
    each(async |db| {
        person(&db, 1).await;
        ask(&db, "apr_a", 1, NOW).await;
        run(&db, |tx| {
            approval::insert(
                tx,
                &sealer(),
                &waiting("apr_nobody", None, None, NOW),
                &number(9),
                "lane",
                &request("p"),
            )?;
            let (found, asked) = approval::find(tx, &sealer(), "apr_a")?.unwrap();
            assert_eq!((found.device.as_deref(), found.account.as_deref()), (Some("dev_1"), Some("acc_1")));
            assert_eq!((found.created_at, found.expires_at, found.state), (NOW, NOW + WAIT_SECONDS, State::Waiting));
            assert_eq!((found.partner.as_str(), found.match_number.as_str()), ("gemeente", "47"));
            assert_eq!((asked.authorization, asked.place), (login("apr_a").authorization, "apr_a".to_owned()));
            let (nobody, _) = approval::find(tx, &sealer(), "apr_nobody")?.unwrap();
            assert_eq!((nobody.device, nobody.account), (None, None));
            assert!(approval::find(tx, &sealer(), "apr_z")?.is_none());
            Ok(())
        })
        .await;
        let twice = attempt(&db, |tx| {
            approval::insert(tx, &sealer(), &waiting("apr_a", None, None, NOW), &number(9), "lane", &request("p"))
        });
        assert!(twice.await.is_err(), "an id is used once");
    })
    .await;
}

/// Which moves each state allows: decide, cancel, redeem, revoke.
#[tokio::test]
async fn every_move_is_made_only_from_its_own_state() {
    const STATES: [(&str, [bool; 4]); 7] = [
        ("waiting", [true, true, false, false]),
        ("approved", [false, false, true, false]),
        ("rejected", [false; 4]),
        ("fraud", [false; 4]),
        ("cancelled", [false; 4]),
        ("redeemed", [false, false, false, true]),
        ("revoked", [false; 4]),
    ];
    each(async |db| {
        person(&db, 1).await;
        ask(&db, "apr_a", 1, NOW).await;
        for (word, allowed) in STATES {
            for (turn, expected) in allowed.into_iter().enumerate() {
                put(&db, word, (word != "waiting").then_some(NOW)).await;
                let moved = run(&db, move |tx| match turn {
                    0 => decide(tx, "apr_a", State::Rejected, NOW + 1),
                    1 => approval::cancel(tx, "apr_a", NOW + 1),
                    2 => Ok(redeem(tx, "apr_a", "gemeente", NOW - 1)?.is_some()),
                    _ => approval::revoke(tx, "apr_a", "gemeente"),
                });
                assert_eq!(moved.await, expected, "move {turn} from {word}");
                let after = run(&db, |tx| Ok(approval::find(tx, &sealer(), "apr_a")?.unwrap().0.state)).await;
                let moved = ["rejected", "cancelled", "redeemed", "revoked"];
                assert_eq!(after.word(), if expected { moved.get(turn).unwrap() } else { word });
            }
        }
    })
    .await;
}

#[tokio::test]
async fn after_three_minutes_nothing_is_decided_any_more() {
    each(async |db| {
        person(&db, 1).await;
        ask(&db, "apr_a", 1, NOW).await;
        run(&db, |tx| {
            let approved = |at| State::Approved { at };
            assert!(!decide(tx, "apr_a", approved(NOW + WAIT_SECONDS), NOW + WAIT_SECONDS)?);
            assert!(!decide(tx, "apr_z", approved(NOW), NOW)?);
            assert!(decide(tx, "apr_a", approved(NOW + WAIT_SECONDS - 1), NOW + WAIT_SECONDS - 1)?);
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn of_fifty_decisions_one_stands_with_its_evidence() {
    each(async |db| {
        person(&db, 1).await;
        ask(&db, "apr_a", 1, NOW).await;
        let results = race(&db, 50, |turn| {
            move |tx: &mut Tx<'_>| match turn % 3 {
                0 => decide(tx, "apr_a", State::Approved { at: NOW + 1 }, NOW + 1),
                1 => decide(tx, "apr_a", State::Fraud, NOW + 1),
                _ => approval::cancel(tx, "apr_a", NOW + 1),
            }
        });
        assert_eq!(winners(results.await), 1);
    })
    .await;
}

#[tokio::test]
async fn of_fifty_who_redeem_one_gets_it() {
    each(async |db| {
        person(&db, 1).await;
        ask(&db, "apr_a", 1, NOW).await;
        run(&db, |tx| decide(tx, "apr_a", State::Approved { at: NOW + 9 }, NOW + 9)).await;
        run(&db, |tx| {
            assert!(redeem(tx, "apr_a", "other", NOW)?.is_none(), "another partner");
            assert!(redeem(tx, "apr_a", "gemeente", NOW + 9)?.is_none(), "too late");
            assert!(redeem(tx, "apr_z", "gemeente", NOW)?.is_none());
            assert!(approval::redeemed(tx, &sealer(), "apr_a")?.is_none());
            Ok(())
        })
        .await;
        let results = race(&db, 50, |_| |tx: &mut Tx<'_>| Ok(redeem(tx, "apr_a", "gemeente", NOW + 8)?.is_some()));
        assert_eq!(winners(results.await), 1);
        run(&db, |tx| {
            let (found, asked, profile, _) = approval::redeemed(tx, &sealer(), "apr_a")?.unwrap();
            assert_eq!(found.state, State::Redeemed { at: NOW + 9 });
            assert_eq!((asked.place.as_str(), profile.first_name()), ("apr_a", "Person-1"));
            assert!(!approval::revoke(tx, "apr_a", "other")?, "another partner");
            assert!(approval::revoke(tx, "apr_a", "gemeente")?);
            assert!(approval::redeemed(tx, &sealer(), "apr_a")?.is_none());
            Ok(())
        })
        .await;
    })
    .await;
}

/// Somebody starts one more for the number of person `n`: whether it rings.
fn rings(tx: &mut Tx<'_>, id: &str, n: u8, from: &Origin) -> Result<bool, StoreError> {
    let reached = summon::summon(tx, &sealer(), &waiting(id, None, None, NOW), &number(n), from, &request("p"))?;
    let found = approval::find(tx, &sealer(), id)?.unwrap().0;
    assert_eq!((&found.device, &found.account), (&reached.device, &reached.account));
    assert_eq!(reached.device.is_some(), reached.account.is_some());
    Ok(reached.device.is_some())
}

#[tokio::test]
async fn three_from_one_lane_and_six_from_all_strangers_and_no_more() {
    each(async |db| {
        person(&db, 1).await;
        for (id, age) in [("apr_a", 0), ("apr_b", 10), ("apr_c", FLOOD_SECONDS - 1), ("apr_d", FLOOD_SECONDS)] {
            ask(&db, id, 1, NOW - age).await;
        }
        run(&db, |tx| {
            for n in 0..9 {
                assert!(!rings(tx, &format!("apr_lane_{n}"), 1, &stranger("lane"))?, "{n}: three wait");
            }
            // Those that rang nobody are no crowd for others.
            assert!(rings(tx, "apr_e1", 1, &stranger("elsewhere"))?);
            assert!(rings(tx, "apr_e2", 1, &stranger("elsewhere"))?);
            assert!(rings(tx, "apr_e3", 1, &stranger("third"))?);
            assert!(!rings(tx, "apr_e4", 1, &stranger("third"))?, "six in all");
            // What was stopped has rung all the same; what rang nobody has not.
            assert!(approval::cancel(tx, "apr_e3", NOW)?);
            assert!(approval::cancel(tx, "apr_e4", NOW)?);
            assert!(!rings(tx, "apr_e5", 1, &stranger("fourth"))?);
            assert!(rings(tx, "apr_own", 1, &Origin { known: Some("acc_1".into()), ..stranger("fourth") })?);
            assert!(!rings(tx, "apr_not", 1, &Origin { known: Some("acc_2".into()), ..stranger("fourth") })?);
            // An answered request is no crowd.
            assert!(decide(tx, "apr_own", State::Rejected, NOW)? && decide(tx, "apr_e2", State::Rejected, NOW)?);
            assert!(rings(tx, "apr_e6", 1, &stranger("fourth"))?);
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_partner_that_names_somebody_does_not_stand_in_line_with_strangers() {
    each(async |db| {
        person(&db, 1).await;
        run(&db, |tx| {
            let partner = |id: &str| Origin { lane: format!("partner:{id}"), known: None, room: Room::PARTNER };
            for n in 0..3 {
                assert!(rings(tx, &format!("apr_p{n}"), 1, &partner("one"))?);
            }
            assert!(!rings(tx, "apr_p3", 1, &partner("one"))?, "no partner rings without end");
            for n in 0..6 {
                assert!(rings(tx, &format!("apr_s{n}"), 1, &stranger(&format!("lane {}", n / 3)))?);
            }
            assert!(!rings(tx, "apr_s6", 1, &stranger("lane 2"))?);
            assert!(rings(tx, "apr_q", 1, &partner("two"))?);
            let reached = summon::reach_account(tx, "acc_1", "one", "partner:one", NOW)?;
            assert_eq!((reached.in_lane, reached.device.as_deref()), (4, Some("dev_1")));
            assert_eq!(summon::reach_account(tx, "acc_1", "three", "partner:three", NOW)?.in_lane, 0);
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn many_at_once_are_counted_as_if_they_came_one_by_one() {
    each(async |db| {
        person(&db, 1).await;
        let reached = race(&db, 16, |n| move |tx: &mut Tx<'_>| rings(tx, &format!("apr_{n}"), 1, &stranger("lane")));
        assert_eq!(winners(reached.await), 3);
    })
    .await;
}

#[tokio::test]
async fn a_number_reaches_nobody_where_there_is_nobody_to_be_reached() {
    each(async |db| {
        person(&db, 1).await;
        run(&db, |tx| {
            assert!(!rings(tx, "apr_1", 9, &stranger("lane"))?);
            tx.execute("/* test */ UPDATE account SET by_number = FALSE", args![])?;
            assert!(!rings(tx, "apr_2", 1, &stranger("lane"))?, "not to be found by number");
            tx.execute("/* test */ UPDATE account SET by_number = TRUE", args![])?;
            // A person without a phone in use.
            tx.execute("/* test */ UPDATE device SET state = 'revoked'", args![])?;
            assert!(!rings(tx, "apr_3", 1, &stranger("lane"))?);
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_phone_sees_what_waits_for_it_oldest_first_and_nothing_else() {
    each(async |db| {
        person(&db, 1).await;
        person(&db, 2).await;
        run(&db, |tx| {
            let empty = approval::waiting_for(tx, &sealer(), "dev_1", NOW)?.unwrap();
            assert_eq!((empty.requests.len(), empty.profile.first_name()), (0, "Person-1"));
            assert!(approval::waiting_for(tx, &sealer(), "dev_9", NOW)?.is_none());
            Ok(())
        })
        .await;
        for (id, n, age) in
            [("apr_new", 1, 1), ("apr_old", 1, 99), ("apr_over", 1, 180), ("apr_gone", 1, 5), ("apr_other", 2, 1)]
        {
            ask(&db, id, n, NOW - age).await;
        }
        run(&db, |tx| {
            assert!(approval::cancel(tx, "apr_gone", NOW)?);
            let seen = approval::waiting_for(tx, &sealer(), "dev_1", NOW)?.unwrap();
            let ids: Vec<_> = seen.requests.iter().map(|(a, asked)| (a.id.as_str(), place_of(asked))).collect();
            assert_eq!(ids, [("apr_old", "apr_old"), ("apr_new", "apr_new")]);
            assert_eq!((seen.device.id.as_str(), seen.device.account.as_str()), ("dev_1", "acc_1"));

            let (own, found) = approval::for_answer(tx, "dev_1", "apr_new")?.unwrap();
            assert_eq!((own.id.as_str(), found.unwrap().approval.match_number.as_str()), ("dev_1", "47"));
            for foreign in ["apr_other", "apr_z", ""] {
                assert!(approval::for_answer(tx, "dev_1", foreign)?.unwrap().1.is_none(), "{foreign}");
            }
            device::replace(tx, &phone("dev_7", "acc_1"), "M4", "Firefox", NOW)?;
            assert!(approval::for_answer(tx, "dev_1", "apr_new")?.is_none(), "a phone that was cut off");
            assert!(approval::waiting_for(tx, &sealer(), "dev_1", NOW)?.is_none());
            assert!(approval::waiting_for(tx, &sealer(), "dev_7", NOW)?.unwrap().requests.is_empty());
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_row_that_fits_no_state_says_which() {
    each(async |db| {
        person(&db, 1).await;
        ask(&db, "apr_a", 1, NOW).await;
        ask(&db, "apr_b", 1, NOW).await;
        let find = |tx: &mut Tx<'_>| approval::find(tx, &sealer(), "apr_a").map(|_| ());
        let answer = |tx: &mut Tx<'_>| approval::for_answer(tx, "dev_1", "apr_a").map(|_| ());
        let pending = |tx: &mut Tx<'_>| approval::waiting_for(tx, &sealer(), "dev_1", NOW).map(|_| ());
        for (word, decided_at) in [("lost", Some(NOW)), ("", None), ("approved", None), ("waiting", Some(NOW))] {
            put(&db, word, decided_at).await;
            assert_eq!(misfit(attempt(&db, find).await), "approval.state apr_a", "{word}");
            assert_eq!(misfit(attempt(&db, answer).await), "approval.state apr_a", "{word}");
        }
        assert_eq!(misfit(attempt(&db, pending).await), "approval.state apr_a");

        put(&db, "waiting", None).await;
        let swap = "/* test */ UPDATE approval SET request = (SELECT b.request FROM approval b WHERE b.id = 'apr_b') WHERE id = 'apr_a'";
        run(&db, move |tx| Ok(tx.execute(swap, args![])?)).await;
        assert_eq!(misfit(attempt(&db, find).await), "approval.request apr_a");
        assert_eq!(misfit(attempt(&db, pending).await), "approval.request apr_a");
        // A redemption of such a row is undone with it.
        put(&db, "approved", Some(NOW)).await;
        let redeemed = attempt(&db, |tx| redeem(tx, "apr_a", "gemeente", NOW - 1).map(|_| ())).await;
        assert_eq!(misfit(redeemed), "approval.request apr_a");
        let stays = "/* test */ SELECT COUNT(*) FROM approval WHERE state = 'approved'";
        assert_eq!(crate::sample::count(&db, stays).await, 1);

        // One row's own evidence is no request either.
        run(&db, |tx| decide(tx, "apr_b", State::Approved { at: NOW }, NOW)).await;
        let moved = "/* test */ UPDATE approval SET request = evidence WHERE id = 'apr_b'";
        run(&db, move |tx| Ok(tx.execute(moved, args![])?)).await;
        let find = attempt(&db, |tx| approval::find(tx, &sealer(), "apr_b").map(|_| ())).await;
        assert_eq!(misfit(find), "approval.request apr_b");
    })
    .await;
}
