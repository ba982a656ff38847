//! The same promises on SQLite (memory, file) and PostgreSQL.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use zelf_db::{Db, DbError, Migration, Tx, args};

const SCHEMA: &[Migration] = &[Migration {
    name: "0001_thing",
    sql: "CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT NOT NULL, flag BOOLEAN NOT NULL, note TEXT, seal BLOB NOT NULL);",
}];

async fn each(check: impl AsyncFn(Db)) {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", folder.path().join("t.db").display());
    for url in ["sqlite::memory:".to_owned(), file, pg_in_a_folder::database()] {
        let db = Db::open(&url).unwrap();
        db.migrate("test", SCHEMA, 1).await.unwrap();
        db.migrate("test", SCHEMA, 2).await.unwrap();
        check(db).await;
    }
}

fn insert(tx: &mut Tx<'_>, id: &str, n: i64) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO thing (id, n, flag, note, seal) VALUES ($1, $2, $3, $4, $5)",
        args![id, n, true, None::<&str>, b"\x00\x01"],
    )
}

#[tokio::test]
async fn five_kinds_of_value_come_back_as_they_went() {
    each(async |db| {
        let row = db
            .run("insert", |tx| {
                insert(tx, "a", 1 << 40)?;
                tx.row(
                    "SELECT id, n, flag, note, seal FROM thing WHERE id = $1 AND (note IS NULL OR note = $1)",
                    args!["a"],
                )
            })
            .await
            .unwrap()
            .unwrap();
        let mut c = row.columns();
        assert_eq!(c.text().unwrap(), "a");
        assert_eq!(c.int().unwrap(), 1 << 40);
        assert!(c.flag().unwrap());
        assert_eq!(c.text_or_null().unwrap(), None);
        assert_eq!(c.bytes().unwrap(), [0, 1]);
        assert!(matches!(c.int(), Err(DbError::Column { .. })));
    })
    .await;
}

#[tokio::test]
async fn a_refused_transaction_leaves_nothing_and_its_neighbours_stand() {
    each(async |db| {
        let good = db.run("good", |tx| insert(tx, "good", 1));
        let bad = db.run("bad", |tx| {
            insert(tx, "bad", 1)?;
            Err::<(), _>(DbError::Failed("no".into()))
        });
        let broken = db.run("broken", |tx| {
            insert(tx, "broken", 1)?;
            panic!("a rule broke");
            #[expect(unreachable_code, reason = "gives the closure its type")]
            Ok::<(), DbError>(())
        });
        let (good, bad, broken) = tokio::join!(good, bad, broken);
        assert_eq!(good.unwrap(), 1);
        assert!(bad.is_err());
        assert!(matches!(broken, Err(DbError::Panicked)));
        let rows = db.read("all", |tx| tx.rows("SELECT id FROM thing ORDER BY id", args![])).await.unwrap();
        let ids: Vec<_> = rows.into_iter().map(|r| r.columns().text().unwrap()).collect();
        assert_eq!(ids, ["good"]);
    })
    .await;
}

#[tokio::test]
async fn of_two_hundred_who_race_for_five_places_five_win() {
    each(async |db| {
        db.run("seed", |tx| insert(tx, "lock", 0)).await.unwrap();
        let racers: Vec<_> = (0..200)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    db.run("race", |tx| {
                        tx.row("UPDATE thing SET n = n + 1 WHERE id = $1 AND n < 5 RETURNING n", args!["lock"])
                    })
                    .await
                })
            })
            .collect();
        let mut won = 0;
        for racer in racers {
            won += i32::from(racer.await.unwrap().unwrap().is_some());
        }
        assert_eq!(won, 5);
        let stats = db.stats().names();
        assert_eq!(stats.get("race").unwrap().runs, 200);
        assert!(db.stats().totals().commits <= db.stats().totals().transactions);
    })
    .await;
}

#[tokio::test]
async fn a_read_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", folder.path().join("t.db").display());
    for url in [file, pg_in_a_folder::database()] {
        let db = Db::open(&url).unwrap();
        db.migrate("test", SCHEMA, 1).await.unwrap();
        assert!(db.read("sneaky", |tx| insert(tx, "x", 1)).await.is_err());
    }
}

/// A full disk makes SQLite roll back by itself; here the transaction does it, the second time it runs.
#[tokio::test(flavor = "multi_thread")]
async fn what_runs_behind_a_transaction_that_was_lost_does_not_stand_alone() {
    let db = Db::open("sqlite::memory:").unwrap();
    db.migrate("test", SCHEMA, 1).await.unwrap();
    let writer = db.clone();
    // The writer is busy, so that the others come in one group.
    let busy = tokio::spawn(async move {
        let busy = |_: &mut Tx<'_>| {
            std::thread::sleep(std::time::Duration::from_millis(300));
            Ok::<_, DbError>(())
        };
        writer.run("busy", busy).await
    });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let mut again = false;
    let lost = db.run("lost", move |tx| {
        if !std::mem::replace(&mut again, true) {
            return Ok(());
        }
        tx.execute("ROLLBACK", args![])?;
        Err(DbError::Failed("disk full".into()))
    });
    let behind = db.run("behind", |tx| insert(tx, "b", 1));
    // Because of it all run once more, each by itself.
    let refused = db.run("refused", |_| Err::<(), _>(DbError::Failed("no".into())));
    let (lost, behind, refused) = tokio::join!(lost, behind, refused);
    assert!(lost.is_err() && behind.is_err() && refused.is_err());
    assert!(busy.await.unwrap().is_err(), "nothing of the group stands");
    let count = db.run("count", |tx| tx.row("SELECT COUNT(*) FROM thing", args![])).await.unwrap().unwrap();
    assert_eq!(count.columns().int().unwrap(), 0, "its caller was told that it does not");
    db.run("after", |tx| insert(tx, "c", 1)).await.unwrap();
}
