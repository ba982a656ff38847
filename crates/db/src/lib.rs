//! Two databases as one. Nobody else in the house knows that there is SQLite and PostgreSQL.
//!
//! One statement text with `$1…`, five kinds of value (text, integer, boolean, bytes, null), one way in:
//! [`Db::run`] = begin, do, commit, under a name that is counted and timed. Closures are synchronous: SQLite answers in
//! microseconds and an async hop per statement would cost more than the statement.
//!
//! SQLite has one writer thread. Transactions that queue while it waits for the disk share the next commit
//! ([`sqlite`]); one that fails takes none of the others with it, and each is answered only after that commit is durable.

mod migrate;
mod postgres_pool;
mod sqlite;
mod stats;
mod tx;
mod value;

use std::sync::Arc;

pub use migrate::Migration;
pub use stats::{NameStats, Stats, Totals};
pub use tx::Tx;
pub use value::{Cell, Columns, Row, Value};

/// What went wrong below the statements. The text is for the log, never for a stranger.
#[derive(Debug)]
pub enum DbError {
    /// The database refused or failed; the inner text names no values.
    Failed(String),
    /// Could not be opened or reached.
    Unavailable(String),
    /// A column did not hold what the caller reads there.
    Column { index: usize, wanted: &'static str },
    /// A transaction's own code panicked; it was rolled back.
    Panicked,
}

impl std::fmt::Display for DbError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DbError::Failed(why) => write!(f, "database failed: {why}"),
            DbError::Unavailable(why) => write!(f, "database unavailable: {why}"),
            DbError::Column { index, wanted } => write!(f, "column {index} is not {wanted}"),
            DbError::Panicked => write!(f, "a transaction panicked and was rolled back"),
        }
    }
}

impl std::error::Error for DbError {}

#[expect(clippy::large_enum_variant, reason = "one of them per process, behind an Arc")]
enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres_pool::Pool),
}

/// A database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    engine: Arc<Engine>,
    stats: Arc<Stats>,
}

impl Db {
    /// Opens `sqlite:/path/to/file`, `sqlite::memory:` or `postgres://…`. A PostgreSQL URL may carry
    /// `?search_path=schema` handling through libpq's `options`. Blocks: call it at start, outside the runtime's workers.
    pub fn open(url: &str) -> Result<Db, DbError> {
        let stats = Arc::new(Stats::default());
        let engine = if let Some(path) = url.strip_prefix("sqlite:") {
            Engine::Sqlite(sqlite::Sqlite::open(path, Arc::clone(&stats))?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") || url.contains("host=") {
            Engine::Postgres(postgres_pool::Pool::open(url, Arc::clone(&stats))?)
        } else {
            return Err(DbError::Unavailable("a database URL begins with sqlite: or postgres://".into()));
        };
        Ok(Db { engine: Arc::new(engine), stats })
    }

    /// A read-write transaction called `name`. `work` may run twice (conflict), so it must not draw randomness or time
    /// itself. An `Err` from `work` rolls back. What `work` holds is dropped only when the transaction's fate is known, whether
    /// or not somebody still waits for it. The answer arrives only after a durable commit.
    pub async fn run<T, E, F>(&self, name: &'static str, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.run(name, work).await,
            Engine::Postgres(pool) => pool.run(name, true, work).await,
        }
    }

    /// As [`Db::run`] for reading only: never waits for a writer on SQLite.
    pub async fn read<T, E, F>(&self, name: &'static str, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(name, work).await,
            Engine::Postgres(pool) => pool.run(name, false, work).await,
        }
    }

    /// Brings the schema of `area` up to date; each migration is applied once, in order.
    pub async fn migrate(&self, area: &'static str, migrations: &'static [Migration], now: i64) -> Result<(), DbError> {
        migrate::apply(self, area, migrations, now).await
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.read("ping", |tx| tx.row("SELECT 1", args![]).map(drop)).await
    }

    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    pub fn is_postgres(&self) -> bool {
        matches!(&*self.engine, Engine::Postgres(_))
    }
}
