//! What a stranger starts does not stay.

use db::{Db, Tx, args};
use domain::approval::{Approval, Start, State};
use zelf_store::outbox::{Envelope, Message};
use zelf_store::refresh::{self, Chain};
use zelf_store::{StoreError, activation, approval, grant, outbox, session, used_token, waiting_time};

use crate::sample::{NOW, ask, count, each, evidence, number, person, request, run, sealer, start, waiting};

type Sweep = fn(&mut Tx<'_>, i64, i64) -> Result<u64, StoreError>;

/// Of seven rows five are over, by seconds; `left` names the other two.
async fn takes_the_five(db: &Db, what: &'static str, sweep: Sweep, left: &'static str) {
    let took = async |now, limit| run(db, move |tx| sweep(tx, now, limit)).await;
    assert_eq!(took(NOW - 5, 100).await, 0, "{what}: the oldest is over only after its second");
    assert_eq!(took(NOW, 2).await, 2, "{what}: the limit");
    assert_eq!(took(NOW, 100).await, 3, "{what}: the rest");
    assert_eq!(took(NOW, 100).await, 0, "{what}: again");
    assert_eq!(count(db, left).await, 2, "{what}: who stays");
}

#[tokio::test]
async fn sweeps_take_exactly_what_is_over() {
    each(async |db| {
        run(&db, |tx| {
            // Five that ended before NOW, one that ends now, one that lives on.
            for end in [-5, -4, -3, -2, -1, 0, 60] {
                let (name, end) = (format!("x{end}"), NOW + end);
                used_token::burn(tx, "gemeente", &name, end)?;
                waiting_time::set(tx, name.as_bytes(), end)?;
                let mut begun = start(&format!("act_{name}"), &format!("dev_{name}"));
                begun.expires_at = end;
                activation::begin(tx, &sealer(), &begun, None)?;
                let message = Message { to: "+32468000001".into(), subject: None, text: name.clone() };
                let envelope = Envelope { id: &name, kind: "sms", recipient: &[5; 32], now: end, expires_at: end };
                outbox::insert(tx, &sealer(), envelope, &message)?;
                let mut asked = waiting(&format!("apr_{name}"), None, None, end - 180);
                asked.expires_at = end;
                approval::insert(tx, &sealer(), &asked, &number(1), "lane", &request("p"))?;
            }
            Ok(())
        })
        .await;
        let stay = "/* test */ SELECT COUNT(*) FROM used_token WHERE expires_at >= 2222222222";
        takes_the_five(&db, "used tokens", used_token::sweep, stay).await;
        let stay = "/* test */ SELECT COUNT(*) FROM waiting_time WHERE expires_at >= 2222222222";
        takes_the_five(&db, "waits", waiting_time::sweep, stay).await;
        let stay = "/* test */ SELECT COUNT(*) FROM activation WHERE expires_at >= 2222222222";
        takes_the_five(&db, "activations", activation::sweep, stay).await;
        let stay = "/* test */ SELECT COUNT(*) FROM outbox WHERE created_at >= 2222222222";
        takes_the_five(&db, "messages", outbox::sweep, stay).await;
        let stay = "/* test */ SELECT COUNT(*) FROM approval WHERE expires_at >= 2222222222";
        takes_the_five(&db, "requests", approval::sweep, stay).await;
    })
    .await;
}

#[tokio::test]
async fn answered_requests_are_history_and_stay() {
    each(async |db| {
        person(&db, 1).await;
        for id in ["apr_yes", "apr_no", "apr_fraud", "apr_used", "apr_void", "apr_stopped", "apr_ignored"] {
            ask(&db, id, 1, NOW).await;
        }
        run(&db, |tx| {
            let evidence = evidence();
            let yes = State::Approved { at: NOW };
            let decided = [
                ("apr_yes", yes),
                ("apr_no", State::Rejected),
                ("apr_fraud", State::Fraud),
                ("apr_used", yes),
                ("apr_void", yes),
            ];
            for (id, state) in decided {
                assert!(approval::decide(tx, &sealer(), id, state, "pin", &evidence, NOW)?);
            }
            for id in ["apr_used", "apr_void"] {
                assert!(grant::redeem(tx, &sealer(), id, "gemeente", NOW - 1)?.is_some());
            }
            assert!(approval::revoke(tx, "apr_void", "gemeente")?);
            assert!(approval::cancel(tx, "apr_stopped", NOW)?);
            assert_eq!(approval::sweep(tx, NOW + 1_000_000, 100)?, 0, "they reached somebody");
            assert_eq!(approval::sweep_unanswered(tx, NOW + 1_000_000, 100)?, 2);
            for gone in ["apr_stopped", "apr_ignored"] {
                assert!(approval::find(tx, &sealer(), gone)?.is_none(), "{gone}");
            }
            Ok(())
        })
        .await;
        assert_eq!(count(&db, "/* test */ SELECT COUNT(*) FROM approval").await, 5);
    })
    .await;
}

#[tokio::test]
async fn what_a_session_answered_stays_as_long_as_something_of_it_counts() {
    each(async |db| {
        person(&db, 1).await;
        run(&db, |tx| {
            for (id, at, chain) in [
                ("apr_old", -10, None),
                ("apr_new", 10, None),
                ("apr_chain", -10, Some((None, 100))),
                ("apr_over", -10, Some((None, 0))),
                ("apr_ended", -10, Some((Some(NOW - 1), 100))),
            ] {
                let asked = Approval {
                    start: Start::Silent,
                    state: State::Redeemed { at: NOW + at },
                    ..waiting(id, None, Some("acc_1"), NOW + at)
                };
                approval::insert(tx, &sealer(), &asked, &[], "", &request("p"))?;
                let Some((ended, left)) = chain else { continue };
                let chain = Chain {
                    id: format!("rft_{id}"),
                    approval: id.into(),
                    partner: asked.partner.clone(),
                    account: "acc_1".into(),
                    generation: 0,
                    bound: String::new(),
                    created_at: NOW - 10,
                    used_at: NOW - 10,
                    ended_at: None,
                    expires_at: NOW + left,
                };
                refresh::insert(tx, &chain)?;
                if let Some(at) = ended {
                    refresh::end_of_approval(tx, id, "another", at)?;
                    assert!(refresh::find(tx, &chain.id, &chain.partner)?.unwrap().ended_at.is_none());
                    refresh::end_of_approval(tx, id, &chain.partner, at)?;
                }
            }
            let asked = waiting("apr_asked", None, Some("acc_1"), NOW - 10);
            approval::insert(tx, &sealer(), &asked, &[], "", &request("p"))?;
            assert_eq!((session::sweep(tx, NOW, 2)?, session::sweep(tx, NOW, 100)?), (2, 1));
            for stays in ["apr_new", "apr_chain", "apr_asked"] {
                assert!(approval::state(tx, stays)?.is_some(), "{stays}");
            }
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_session_is_ended_once() {
    each(async |db| {
        person(&db, 1).await;
        ask(&db, "apr_a", 1, NOW).await;
        run(&db, |tx| {
            let partner = approval::find(tx, &sealer(), "apr_a")?.unwrap().0.partner;
            assert!(!session::hold(tx, "apr_a")?, "nobody answered");
            assert!(approval::decide(tx, &sealer(), "apr_a", State::Approved { at: NOW }, "pin", &evidence(), NOW)?);
            assert!(session::hold(tx, "apr_a")? && session::find(tx, &sealer(), "apr_a", &partner)?.is_some());
            assert!(session::find(tx, &sealer(), "apr_a", "another")?.is_none());
            assert!(session::end(tx, "apr_a")?.is_some());
            assert!(session::end(tx, "apr_a")?.is_none() && session::end(tx, "apr_b")?.is_none());
            assert!(!session::hold(tx, "apr_a")? && session::find(tx, &sealer(), "apr_a", &partner)?.is_none());
            assert!(grant::redeem(tx, &sealer(), "apr_a", &partner, NOW - 1)?.is_some(), "its code still counts");
            Ok(())
        })
        .await;
    })
    .await;
}

/// Half of `many` approvals nobody answers, half activations nobody finishes; one transaction for 10,000.
async fn abandon(db: &Db, round: i64, many: i64) {
    let each = 5_000.min(many / 2);
    for batch in 0..many / 2 / each {
        run(db, move |tx| {
            let sealer = sealer();
            for i in 0..each {
                let name = format!("{round}_{batch}_{i}");
                let asked = waiting(&format!("apr_{name}"), None, None, NOW);
                approval::insert(tx, &sealer, &asked, &number((i % 250) as u8), "lane", &request("p"))?;
                activation::begin(tx, &sealer, &start(&format!("act_{name}"), &format!("dev_{name}")), None)?;
            }
            Ok(())
        })
        .await;
    }
}

async fn sweep_all(db: &Db) {
    loop {
        let swept =
            run(db, |tx| Ok(approval::sweep(tx, NOW + 10_000, 2_000)? + activation::sweep(tx, NOW + 10_000, 2_000)?));
        if swept.await == 0 {
            return;
        }
    }
}

#[tokio::test]
async fn a_hundred_thousand_abandoned_starts_leave_nothing_behind() {
    each(async |db| {
        let many = if db.is_postgres() { 4_000 } else { 100_000 };
        let mut pages = Vec::new();
        for round in 0..2 {
            abandon(&db, round, many).await;
            assert_eq!(count(&db, "/* test */ SELECT COUNT(*) FROM approval").await, many / 2);
            assert_eq!(count(&db, "/* test */ SELECT COUNT(*) FROM activation").await, many / 2);
            sweep_all(&db).await;
            assert_eq!(count(&db, "/* test */ SELECT COUNT(*) FROM approval").await, 0);
            assert_eq!(count(&db, "/* test */ SELECT COUNT(*) FROM activation").await, 0);
            if !db.is_postgres() {
                pages.push(count(&db, "/* test */ SELECT page_count FROM pragma_page_count()").await);
            }
        }
        if let [first, second] = pages[..] {
            // The second flood lives in the pages the first one left.
            assert!(second <= first + first / 50, "the file grew from {first} to {second} pages");
            let free =
                run(&db, |tx| Ok(tx.row("/* test */ SELECT freelist_count FROM pragma_freelist_count()", args![])?))
                    .await;
            assert!(free.unwrap().columns().int().unwrap() > second / 2, "the swept pages are free");
        }
    })
    .await;
}
