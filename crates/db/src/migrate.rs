//! Schemas grow by small dated steps; each is applied once and remembered.

use crate::{Db, DbError, args};

/// One step: one text for both databases. `BLOB` is written `BYTEA` for PostgreSQL, their only difference in what we use.
pub struct Migration {
    pub name: &'static str,
    pub sql: &'static str,
}

pub(crate) async fn apply(
    db: &Db,
    area: &'static str,
    migrations: &'static [Migration],
    now: i64,
) -> Result<(), DbError> {
    db.run("migrate", move |tx| {
        tx.batch("CREATE TABLE IF NOT EXISTS migration (area TEXT NOT NULL, name TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (area, name));")?;
        if tx.is_postgres() {
            // Two servers starting at once: the second waits, then finds nothing to do.
            tx.batch("LOCK TABLE migration IN EXCLUSIVE MODE")?;
        }
        for step in migrations {
            let known = tx.row("SELECT name FROM migration WHERE area = $1 AND name = $2", args![area, step.name])?;
            if known.is_some() {
                continue;
            }
            let text = if tx.is_postgres() { step.sql.replace("BLOB", "BYTEA") } else { step.sql.to_owned() };
            tx.batch(&text)?;
            tx.execute("INSERT INTO migration (area, name, applied_at) VALUES ($1, $2, $3)", args![area, step.name, now])?;
        }
        Ok(())
    })
    .await
}
