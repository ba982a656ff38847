use std::collections::BTreeSet;

use db::{Tx, args};
use zelf_store::StoreError;
use zelf_store::outbox::{self, Due, Envelope, Message};

use crate::sample::{NOW, attempt, each, misfit, race, run, sealer};

fn put(tx: &mut Tx<'_>, id: &str, kind: &'static str, now: i64) -> Result<(), StoreError> {
    let envelope = Envelope { id, kind, recipient: &[5; 32], now, expires_at: now + 300 };
    let message = Message { to: "+32468000001".into(), subject: None, text: format!("zelf code {id}") };
    outbox::insert(tx, &sealer(), envelope, &message)
}

fn claim(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<Vec<Due>, StoreError> {
    outbox::claim(tx, &sealer(), now, 30, limit)
}

fn ids(due: &[Due]) -> BTreeSet<String> {
    due.iter().map(|d| d.id.clone()).collect()
}

#[tokio::test]
async fn a_message_leaves_once_and_is_leased_meanwhile() {
    each(async |db| {
        run(&db, |tx| {
            put(tx, "m1", "sms", NOW)?;
            assert!(claim(tx, NOW - 1, 10)?.is_empty(), "not due yet");
            let due = claim(tx, NOW, 10)?;
            let first = due.first().unwrap();
            assert_eq!((first.kind.as_str(), first.tries, first.message.text.as_str()), ("sms", 1, "zelf code m1"));
            assert!(claim(tx, NOW + 29, 10)?.is_empty(), "leased");
            assert_eq!(claim(tx, NOW + 30, 10)?.first().unwrap().tries, 2, "the deliverer died");
            outbox::again(tx, "m1", NOW + 100)?;
            assert!(claim(tx, NOW + 99, 10)?.is_empty());
            assert_eq!(claim(tx, NOW + 100, 10)?.first().unwrap().tries, 3);
            outbox::sent(tx, "m1", NOW + 101)?;
            assert!(claim(tx, NOW + 200, 10)?.is_empty(), "sent");
            put(tx, "m2", "sms", NOW)?;
            assert!(claim(tx, NOW + 300, 10)?.is_empty(), "a code that is over is not sent");
            Ok(())
        })
        .await;
        let twice = attempt(&db, |tx| put(tx, "m1", "sms", NOW)).await;
        assert!(twice.is_err(), "an id is used once");
    })
    .await;
}

#[tokio::test]
async fn the_oldest_leave_first_and_no_more_than_asked() {
    each(async |db| {
        run(&db, |tx| {
            for (id, age) in [("m1", 1), ("m2", 3), ("m3", 2)] {
                put(tx, id, "mail", NOW - age)?;
            }
            assert_eq!(ids(&claim(tx, NOW, 2)?), BTreeSet::from(["m2".into(), "m3".into()]));
            assert_eq!(ids(&claim(tx, NOW, 2)?), BTreeSet::from(["m1".into()]));
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn two_deliverers_never_hold_the_same_message() {
    each(async |db| {
        run(&db, |tx| (0..100).try_for_each(|i| put(tx, &format!("m{i:03}"), "sms", NOW))).await;
        let mut seen = BTreeSet::new();
        // A claimer that meets another's locks may get fewer; the next round brings the rest.
        for _ in 0..5 {
            for claimed in race(&db, 10, |_| |tx: &mut Tx<'_>| claim(tx, NOW, 10)).await {
                for id in ids(&claimed.unwrap()) {
                    assert!(seen.insert(id.clone()), "{id} was claimed twice");
                }
            }
        }
        assert_eq!(seen.len(), 100);
    })
    .await;
}

#[tokio::test]
async fn messages_to_one_recipient_are_counted_by_kind_and_time() {
    each(async |db| {
        run(&db, |tx| {
            put(tx, "m1", "sms", NOW - 100)?;
            put(tx, "m2", "sms", NOW)?;
            put(tx, "m3", "mail", NOW)?;
            outbox::sent(tx, "m2", NOW)?;
            assert_eq!(outbox::sent_since(tx, "sms", &[5; 32], NOW - 101)?, 2, "sent ones count too");
            assert_eq!(outbox::sent_since(tx, "sms", &[5; 32], NOW - 100)?, 1);
            assert_eq!(outbox::sent_since(tx, "mail", &[5; 32], 0)?, 1);
            assert_eq!(outbox::sent_since(tx, "sms", &[6; 32], 0)?, 0);
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_message_moved_to_another_row_is_not_sent() {
    each(async |db| {
        run(&db, |tx| {
            put(tx, "m1", "sms", NOW)?;
            put(tx, "m2", "sms", NOW + 1_000)?;
            let swap =
                "/* test */ UPDATE outbox SET body = (SELECT b.body FROM outbox b WHERE b.id = 'm2') WHERE id = 'm1'";
            Ok(tx.execute(swap, args![])?)
        })
        .await;
        let read = attempt(&db, |tx| claim(tx, NOW, 10).map(|_| ())).await;
        assert_eq!(misfit(read), "outbox.body m1");
    })
    .await;
}
