//! A hundred thousand abandoned starts: nothing of them stays, and the file does not grow the second time.

use db::{DbError, args};
use zelf_trials::town::{Browser, Phone, Town};

use crate::{AN, HOME, each};

const ROUND: i64 = 50_000;

/// Copies of one abandoned activation and one abandoned login, as many strangers would leave them.
const ACTIVATIONS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
    INSERT INTO activation (id, device, stage, version, body, bank_state, expires_at)
    SELECT 'act_' || i, 'dev_' || i, stage, version, body, 'state_' || i, expires_at
    FROM n, (SELECT * FROM activation WHERE stage <> 'active' ORDER BY id LIMIT 1) one";
const LOGINS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
    INSERT INTO approval (id, device, account, partner, number_hash, lane, match_number, state, request, evidence, created_at, expires_at, decided_at)
    SELECT 'apr_' || i, device, account, partner, number_hash, 'place:' || i, match_number, state, request, evidence, created_at, expires_at, decided_at
    FROM n, (SELECT * FROM approval WHERE state = 'waiting' ORDER BY id LIMIT 1) one";

async fn abandon(town: &Town) {
    let gemeente = town.partner("gemeente");
    for n in 0..100 {
        let at = format!("10.{}.{}.1", 50 + n / 50, n % 50);
        let mut phone = Phone::new(town, &at);
        phone.start(town).await;
        let number = format!("0470 {:02} 00 {:02}", n / 10, n % 100);
        phone.type_number(town, &number).await.ok();
        Browser::at(&at).login(town, &gemeente, &number).await;
    }
    let made: Result<u64, DbError> =
        town.world.db.run("test.bulk", |tx| Ok(tx.execute(ACTIVATIONS, args![])? + tx.execute(LOGINS, args![])?)).await;
    assert_eq!(made.unwrap(), 2 * ROUND.unsigned_abs());
}

/// Bytes of the platform's database, and of its log, which is written over and over and does not count.
fn bytes(town: &Town) -> (u64, u64) {
    let size = |name: &str| std::fs::metadata(town.folder.join(name)).map_or(0, |m| m.len());
    (size("platform.db"), size("platform.db-wal"))
}

#[tokio::test]
async fn nothing_of_a_hundred_thousand_abandoned_starts_stays() {
    each(async |town| {
        Phone::activate(&town, HOME, AN, "an").await;
        let mut sizes = Vec::new();
        for _ in 0..2 {
            abandon(&town).await;
            assert!(town.tidy().await < 100, "what may still be answered stays");
            town.pass(31 * 60);
            let mut sweeps = 0;
            while town.tidy().await > 0 {
                sweeps += 1;
            }
            assert!(sweeps >= 25, "in small bites, so that people get their turn: {sweeps}");
            for table in ["activation", "approval", "waiting_time", "used_token"] {
                assert_eq!(town.count(table).await, 0, "{table}");
            }
            sizes.push(bytes(&town));
        }
        if !town.world.db.is_postgres() {
            let [(first, _), (second, log)] = sizes[..] else { panic!("two rounds") };
            assert!(second <= first + first / 50 && log < 128 << 20, "the file grew: {sizes:?}");
        }
        assert_eq!((town.count("account").await, town.count("device").await), (1, 1), "people stay");
        town.pass(26 * 3600);
        while town.tidy().await > 0 {}
        assert_eq!(town.count("outbox").await, 0, "messages go after a day");
    })
    .await;
}
