//! No statement reads a growing table from end to end: SQLite's planner is asked about each.

use std::collections::BTreeSet;
use std::path::Path;

use db::{Db, DbError, Value};

use crate::sample::each;

/// Asks the planner of a SQLite database about `texts`; a statement of a test itself says so in front.
pub async fn judge(db: &Db, texts: BTreeSet<&'static str>) {
    if db.is_postgres() {
        return;
    }
    for text in texts.into_iter().filter(|text| !text.starts_with("/* test */") && !text.starts_with("EXPLAIN")) {
        let steps = plan(db, text).await;
        // `SCAN CONSTANT ROW` reads no table, nor does whoever reads that one row by its name.
        let one_row = |name: &str| {
            steps.windows(2).any(|pair| pair[0].ends_with(&format!(" {name}")) && pair[1] == "SCAN CONSTANT ROW")
        };
        for step in &steps {
            let scans = step.strip_prefix("SCAN ").is_some_and(|name| name != "CONSTANT ROW" && !one_row(name));
            assert!(!scans, "{step}\n  in {text}");
        }
    }
}

async fn plan(db: &Db, text: &'static str) -> Vec<String> {
    let explain: &'static str = Box::leak(format!("EXPLAIN QUERY PLAN {text}").into_boxed_str());
    let rows = db.run("explain", move |tx| tx.rows(explain, &[Value::Null; 20])).await;
    let rows = rows.unwrap_or_else(|e: DbError| panic!("{e}\n  in {text}"));
    let detail = |row: db::Row| {
        let mut c = row.columns();
        c.int().and(c.int()).and(c.int()).unwrap();
        c.text().unwrap()
    };
    rows.into_iter().map(detail).collect()
}

/// String literals of `source` that are statements. None of ours holds a quote or an escape.
fn statements(source: &str) -> Vec<String> {
    let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE"];
    let literals = source.split('"').skip(1).step_by(2);
    // What locks rows is PostgreSQL's half of a pair; the other half stands beside it.
    let ours = literals.filter(|text| !text.contains("FOR UPDATE SKIP LOCKED") && !text.ends_with(" FOR SHARE"));
    ours.filter(|text| text.split_whitespace().next().is_some_and(|w| verbs.contains(&w))).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_statement_on_the_shelf_finds_its_rows_by_an_index() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut shelf = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let product = source.split("#[cfg(test)]").next().unwrap_or_default();
        let found = statements(product);
        let dense: String = product.split_whitespace().collect();
        let calls: usize = ["tx.execute(", "tx.row(", "tx.rows("].iter().map(|call| dense.matches(call).count()).sum();
        assert_eq!(found.len(), calls, "a statement was not found");
        shelf.extend(found.into_iter().map(|text| &*Box::leak(text.into_boxed_str())));
    }
    assert!(shelf.len() >= 30, "only {} statements were found", shelf.len());
    each(async |db| judge(&db, shelf.clone()).await).await;
}

#[tokio::test]
async fn the_judge_sees_a_scan() {
    each(async |db| {
        if db.is_postgres() {
            return;
        }
        for text in [
            "SELECT id FROM approval WHERE partner = $1",
            "DELETE FROM outbox WHERE kind = $1",
            "SELECT COUNT(*) FROM audit",
        ] {
            let steps = plan(&db, text).await;
            assert!(steps.iter().any(|step| step.starts_with("SCAN")), "{text}: {steps:?}");
        }
    })
    .await;
}
