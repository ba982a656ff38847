//! What a stranger starts does not stay.

use db::{Db, Tx, args};
use domain::approval::State;
use zelf_store::outbox::{Envelope, Message};
use zelf_store::{StoreError, activation, approval, outbox, used_token, waiting_time};

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
                assert!(approval::redeem(tx, &sealer(), id, "gemeente", NOW - 1)?.is_some());
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
