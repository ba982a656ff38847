//! One schema, two databases: the same tables, columns, keys and indexes.

use std::collections::BTreeSet;

use db::{Db, DbError, Migration, args};

use crate::sample::{NOW, each};

const VAULT: &[Migration] = &[
    Migration { name: "0001_pin_state", sql: include_str!("../../../../migrations/vault_0001_pin_state.sql") },
    Migration { name: "0002_another_code", sql: include_str!("../../../../migrations/vault_0002_another_code.sql") },
];

const SQLITE_COLUMNS: &str = "/* test */
    SELECT m.name || '.' || p.name || ' ' || REPLACE(LOWER(p.type), 'blob', 'bytea')
           || CASE WHEN p.\"notnull\" = 1 OR p.pk > 0 THEN ' not null' ELSE '' END
           || CASE WHEN p.pk > 0 THEN ' key' ELSE '' END
    FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'";
const POSTGRES_COLUMNS: &str = "/* test */
    SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
           || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
           || CASE WHEN k.indrelid IS NULL THEN '' ELSE ' key' END
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary AND a.attnum = ANY (k.indkey)
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace";

const SQLITE_INDEXES: &str = "/* test */
    SELECT m.name || ' on ' || m.tbl_name || ' (' || (SELECT group_concat(i.name, ', ' ORDER BY i.seqno) FROM pragma_index_info(m.name) i) || ')'
           || CASE WHEN l.\"unique\" = 1 THEN ' unique' ELSE '' END || CASE WHEN l.partial = 1 THEN ' partial' ELSE '' END
    FROM sqlite_master m JOIN pragma_index_list(m.tbl_name) l ON l.name = m.name WHERE m.type = 'index' AND m.sql IS NOT NULL";
const POSTGRES_INDEXES: &str = "/* test */
    SELECT i.relname || ' on ' || t.relname || ' ('
           || (SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY AS k (num, n)
               JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num) || ')'
           || CASE WHEN x.indisunique THEN ' unique' ELSE '' END || CASE WHEN x.indpred IS NULL THEN '' ELSE ' partial' END
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE NOT x.indisprimary AND t.relnamespace = 'public'::regnamespace";

const SQLITE_REFERENCES: &str = "/* test */
    SELECT m.name || '.' || f.\"from\" || ' to ' || f.\"table\" || '.' || f.\"to\"
    FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
const POSTGRES_REFERENCES: &str = "/* test */
    SELECT f.relname || '.' || fa.attname || ' to ' || t.relname || '.' || ta.attname
    FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
    JOIN pg_attribute fa ON fa.attrelid = f.oid AND fa.attnum = k.conkey[1]
    JOIN pg_attribute ta ON ta.attrelid = t.oid AND ta.attnum = k.confkey[1] WHERE k.contype = 'f'";

async fn lines(db: &Db, sqlite: &'static str, postgres: &'static str) -> BTreeSet<String> {
    let text = if db.is_postgres() { postgres } else { sqlite };
    let rows: Result<_, DbError> = db.read("schema", move |tx| tx.rows(text, args![])).await;
    rows.unwrap().into_iter().map(|row| row.columns().text().unwrap()).collect()
}

#[tokio::test]
async fn both_databases_hold_the_same_tables_columns_and_indexes() {
    let seen = std::sync::Mutex::new(Vec::new());
    each(async |db| {
        db.migrate("vault", VAULT, NOW).await.unwrap();
        let all = [
            lines(&db, SQLITE_COLUMNS, POSTGRES_COLUMNS).await,
            lines(&db, SQLITE_INDEXES, POSTGRES_INDEXES).await,
            lines(&db, SQLITE_REFERENCES, POSTGRES_REFERENCES).await,
        ];
        seen.lock().unwrap().push(all);
    })
    .await;
    let [sqlite, postgres] = <[_; 2]>::try_from(seen.into_inner().unwrap()).unwrap();
    for (ours, theirs) in sqlite.iter().zip(&postgres) {
        let only: Vec<_> = ours.symmetric_difference(theirs).collect();
        assert!(only.is_empty(), "on one side only: {only:#?}");
    }
    let [columns, indexes, references] = sqlite;
    for column in ["account.id text not null key", "pin_state.verifier bytea not null", "approval.decided_at bigint"] {
        assert!(columns.contains(column), "{column} not in {columns:#?}");
    }
    assert!(indexes.contains("device_active on device (account) unique partial"), "{indexes:#?}");
    assert!(references.contains("device.account to account.id"), "{references:#?}");
}
