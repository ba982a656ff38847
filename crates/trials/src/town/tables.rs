//! Every row of the platform and the vault, as text: what a refused knock must leave as it was.

use std::collections::BTreeMap;

use db::{Db, DbError, Tx, args};

use super::Town;

/// The tables there are; [`Town::tables`] fails when the databases hold others.
const PLATFORM: [(&str, &str); 29] = [
    ("account", "SELECT * FROM account ORDER BY 1"),
    ("activation", "SELECT * FROM activation ORDER BY 1"),
    ("approval", "SELECT * FROM approval ORDER BY 1"),
    ("audit", "SELECT * FROM audit ORDER BY 1"),
    ("card_data", "SELECT * FROM card_data ORDER BY 1"),
    ("consent", "SELECT * FROM consent ORDER BY 1, 2"),
    ("contact", "SELECT * FROM contact ORDER BY 1"),
    ("device", "SELECT * FROM device ORDER BY 1"),
    ("discovery_session", "SELECT * FROM discovery_session ORDER BY 1"),
    ("enrolment", "SELECT * FROM enrolment ORDER BY 1"),
    ("help_case", "SELECT * FROM help_case ORDER BY 1"),
    ("mute", "SELECT * FROM mute ORDER BY 1, 2, 3"),
    ("number_change", "SELECT * FROM number_change ORDER BY 1"),
    ("number_claim", "SELECT * FROM number_claim ORDER BY 1"),
    ("outbox", "SELECT * FROM outbox ORDER BY 1"),
    ("partner", "SELECT * FROM partner ORDER BY 1"),
    ("partner_call", "SELECT * FROM partner_call ORDER BY 1"),
    ("pushed_request", "SELECT * FROM pushed_request ORDER BY 1"),
    ("refresh_token", "SELECT * FROM refresh_token ORDER BY 1"),
    ("staff", "SELECT * FROM staff ORDER BY 1"),
    ("staff_key", "SELECT * FROM staff_key ORDER BY 1"),
    ("staff_log", "SELECT * FROM staff_log ORDER BY 1"),
    ("staff_log_end", "SELECT * FROM staff_log_end ORDER BY 1"),
    ("staff_session", "SELECT * FROM staff_session ORDER BY 1"),
    ("staff_try", "SELECT * FROM staff_try ORDER BY 1"),
    ("stop", "SELECT * FROM stop ORDER BY 1"),
    ("told", "SELECT * FROM told ORDER BY 1"),
    ("used_token", "SELECT * FROM used_token ORDER BY 1, 2"),
    ("waiting_time", "SELECT * FROM waiting_time ORDER BY 1"),
];
const VAULT: [(&str, &str); 3] = [
    ("bio", "SELECT * FROM bio ORDER BY 1"),
    ("pin_state", "SELECT * FROM pin_state ORDER BY 1"),
    ("staged_code", "SELECT * FROM staged_code ORDER BY 1"),
];

const SQLITE_NAMES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
const POSTGRES_NAMES: &str = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";

/// Table → its rows.
pub type Tables = BTreeMap<&'static str, Vec<String>>;

impl Town {
    /// Everything both databases hold.
    pub async fn tables(&self) -> Tables {
        let mut all = read(&self.world.db, &PLATFORM).await;
        all.extend(read(self.vault.db(), &VAULT).await);
        all
    }

    /// Rows of one table.
    pub async fn count(&self, table: &str) -> usize {
        self.tables().await.get(table).unwrap().len()
    }

    /// One number, by a query of the test's own.
    pub async fn ask(&self, sql: &'static str) -> i64 {
        let row: Result<_, DbError> = self.world.db.read("test.ask", move |tx| tx.row(sql, args![])).await;
        row.unwrap().unwrap().columns().int().unwrap()
    }

    /// One number from the vault.
    pub async fn ask_vault(&self, sql: &'static str) -> i64 {
        let row: Result<_, DbError> = self.vault.db().read("test.ask", move |tx| tx.row(sql, args![])).await;
        row.unwrap().unwrap().columns().int().unwrap()
    }
}

async fn read(db: &Db, tables: &'static [(&'static str, &'static str)]) -> Tables {
    let read: Result<_, DbError> = db.read("test.tables", move |tx| everything(tx, tables)).await;
    read.unwrap()
}

fn everything(tx: &mut Tx<'_>, tables: &'static [(&'static str, &'static str)]) -> Result<Tables, DbError> {
    let names = tx.rows(if tx.is_postgres() { POSTGRES_NAMES } else { SQLITE_NAMES }, args![])?;
    for name in names {
        let name = name.columns().text()?;
        let known = PLATFORM.iter().chain(&VAULT).any(|(table, _)| *table == name);
        assert!(known || name.contains("migration"), "table {name} is not looked at: name it here");
    }
    tables
        .iter()
        .map(|(name, sql)| Ok((*name, tx.rows(sql, args![])?.iter().map(|r| format!("{r:?}")).collect())))
        .collect()
}
