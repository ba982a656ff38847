//! SQLite: one writer thread that commits in groups, a few readers beside it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, oneshot};

use crate::DbError;
use crate::stats::{Run, Stats};
use crate::tx::{Conn, Tx, sqlite_error};

/// Called after the group's commit with its fate: answers the waiting caller.
type Done = Box<dyn FnOnce(Result<(), DbError>) + Send>;
/// One transaction: runs in its savepoint, returns how to answer. Without a connection it only says that it did not run.
type Job = Box<dyn FnOnce(Option<&Connection>) -> Done + Send>;

/// At most so many transactions share a commit: bounds what one failed commit undoes.
const GROUP: usize = 128;
const READERS: usize = 4;

pub(crate) struct Sqlite {
    jobs: mpsc::Sender<Job>,
    /// `None` for a database in memory, which only the writer can see.
    readers: Option<Readers>,
    stats: Arc<Stats>,
}

struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Sqlite {
    pub(crate) fn open(path: &str, stats: Arc<Stats>) -> Result<Self, DbError> {
        let memory = path == ":memory:";
        let writer = connect(path, OpenFlags::default())?;
        let (jobs, inbox) = mpsc::channel();
        let counters = Arc::clone(&stats);
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || write_loop(&writer, &inbox, &counters))
            .map_err(|e| DbError::Unavailable(e.to_string()))?;
        let readers = if memory { None } else { Some(Readers::open(path)?) };
        Ok(Sqlite { jobs, readers, stats })
    }

    pub(crate) async fn run<T, E, F>(&self, name: &'static str, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.write(name, true, work).await
    }

    async fn write<T, E, F>(&self, name: &'static str, writes: bool, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (answer, waiting) = oneshot::channel::<Result<T, E>>();
        let stats = Arc::clone(&self.stats);
        let job: Job = Box::new(move |conn| {
            let result = match conn {
                Some(conn) => in_savepoint(conn, &stats, name, writes, &mut work),
                None => Err(DbError::Unavailable("no transaction could be begun".into()).into()),
            };
            Box::new(move |commit| {
                // Nobody waiting any more is fine: the transaction stands or fell without them.
                let _ = answer.send(match commit {
                    Ok(()) => result,
                    Err(e) => result.and(Err(e.into())),
                });
            })
        });
        self.jobs.send(job).map_err(|_| gone())?;
        waiting.await.map_err(|_| gone())?
    }

    pub(crate) async fn read<T, E, F>(&self, name: &'static str, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let Some(readers) = &self.readers else { return self.write(name, false, work).await };
        let _permit = readers.permits.acquire().await.map_err(|_| gone())?;
        let conn = readers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or_else(gone)?;
        // Read here and now: our reads are a few rows by index, some tens of microseconds, and handing one to another thread
        // and back costs as much again.
        let result = read_once(&conn, &self.stats, name, &mut work);
        readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        result
    }
}

fn gone() -> DbError {
    DbError::Unavailable("the database is closing".into())
}

impl Readers {
    fn open(path: &str) -> Result<Readers, DbError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let idle = (0..READERS).map(|_| connect(path, flags)).collect::<Result<Vec<_>, _>>()?;
        Ok(Readers { idle: Mutex::new(idle), permits: Semaphore::new(READERS) })
    }
}

fn connect(path: &str, flags: OpenFlags) -> Result<Connection, DbError> {
    let conn = Connection::open_with_flags(path, flags).map_err(|e| DbError::Unavailable(e.to_string()))?;
    conn.busy_timeout(Duration::from_secs(10)).map_err(sqlite_error)?;
    conn.set_prepared_statement_cache_capacity(256);
    if !flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        // FULL: a commit is on the disk before anybody is answered; the count of wrong codes rests on it.
        conn.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;").map_err(sqlite_error)?;
    }
    // Plans that do not look at the bound values: otherwise a statement that could use a partial index is compiled anew at
    // nearly every call (a fourteenth of the CPU of a login).
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(sqlite_error)?;
    conn.execute_batch("PRAGMA foreign_keys=ON; PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY;")
        .map_err(sqlite_error)?;
    Ok(conn)
}

fn write_loop(conn: &Connection, inbox: &mpsc::Receiver<Job>, stats: &Stats) {
    while let Ok(first) = inbox.recv() {
        let begun = conn.prepare_cached("BEGIN IMMEDIATE").and_then(|mut s| s.raw_execute());
        // Outside a transaction each statement would commit by itself: nothing may run then.
        let open = begun.is_ok().then_some(conn);
        let mut done = vec![first(open)];
        while done.len() < GROUP {
            match inbox.try_recv() {
                Ok(job) => done.push(job(open)),
                Err(_) => break,
            }
        }
        let fate = begun.and_then(|_| conn.prepare_cached("COMMIT").and_then(|mut s| s.raw_execute()));
        if fate.is_ok() {
            stats.commit();
        } else if open.is_some() {
            // Nothing of this group may survive: each caller is told so below.
            let _ = conn.execute_batch("ROLLBACK");
        }
        let fate = fate.map_err(|e| e.to_string());
        for answer in done {
            answer(fate.as_ref().map(|_| ()).map_err(|e| DbError::Failed(e.clone())));
        }
    }
}

fn in_savepoint<T, E: From<DbError>>(
    conn: &Connection,
    stats: &Stats,
    name: &'static str,
    writes: bool,
    work: &mut dyn FnMut(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let exec = |sql| conn.prepare_cached(sql).and_then(|mut s| s.raw_execute()).map_err(sqlite_error);
    let started = Instant::now();
    exec("SAVEPOINT job")?;
    let mut tx = Tx { conn: Conn::Sqlite(conn), statements: 0, conflict: false, stats };
    let result = guarded(|| work(&mut tx));
    let statements = tx.statements;
    if result.is_err() {
        exec("ROLLBACK TO job")?;
    }
    exec("RELEASE job")?;
    stats.record(&Run { name, statements, retries: 0, took: started.elapsed(), ok: result.is_ok(), writes });
    result
}

fn read_once<T, E: From<DbError>>(
    conn: &Connection,
    stats: &Stats,
    name: &'static str,
    work: &mut dyn FnMut(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let exec = |sql| conn.prepare_cached(sql).and_then(|mut s| s.raw_execute()).map_err(sqlite_error);
    let started = Instant::now();
    exec("BEGIN")?;
    let mut tx = Tx { conn: Conn::Sqlite(conn), statements: 0, conflict: false, stats };
    let result = guarded(|| work(&mut tx));
    let statements = tx.statements;
    exec("COMMIT")?;
    stats.record(&Run { name, statements, retries: 0, took: started.elapsed(), ok: result.is_ok(), writes: false });
    result
}

/// A panic in a transaction's own code must not take the writer with it.
pub(crate) fn guarded<T, E: From<DbError>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_: Box<dyn Any + Send>| Err(DbError::Panicked.into()))
}
