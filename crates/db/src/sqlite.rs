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

/// One transaction that waits for the writer.
trait Work: Send {
    /// Runs it, in a savepoint of its own or not; `false` when it wants nothing written. May be called again after a rollback.
    fn run(&mut self, conn: &Connection, savepoint: bool) -> bool;
    /// Answers the waiting caller, once the fate of the group is known.
    fn answer(self: Box<Self>, fate: Result<(), DbError>);
}

type Job = Box<dyn Work>;

/// At most so many transactions share a commit: bounds what one failed commit undoes.
const GROUP: usize = 128;
/// How long the writer waits for company when transactions come faster than it commits: a commit costs the same for one as for
/// twenty. Whoever comes alone never waits.
const GATHER: Duration = Duration::from_millis(1);
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

    async fn write<T, E, F>(&self, name: &'static str, writes: bool, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (answer, waiting) = oneshot::channel::<Result<T, E>>();
        let run = Run { name, statements: 0, retries: 0, took: Duration::ZERO, ok: false, writes };
        let job = Transaction { work, result: None, run, answer, stats: Arc::clone(&self.stats) };
        self.jobs.send(Box::new(job)).map_err(|_| gone())?;
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
    let mut crowded = false;
    while let Ok(first) = inbox.recv() {
        if crowded {
            std::thread::sleep(GATHER);
        }
        let mut group = vec![first];
        let fate = commit_together(conn, inbox, &mut group);
        crowded = group.len() > 1;
        if fate.is_ok() {
            stats.commit();
        }
        for job in group {
            job.answer(fate.as_ref().map(|_| ()).map_err(|e| DbError::Failed(e.to_string())));
        }
    }
}

/// The first of `group` and whatever waits behind it, in one commit. Hardly any transaction fails, so they run without
/// savepoints, which copy every page that is written; when one does fail, all is rolled back and each runs again in its own.
fn commit_together(
    conn: &Connection,
    inbox: &mpsc::Receiver<Job>,
    group: &mut Vec<Job>,
) -> Result<(), rusqlite::Error> {
    let exec = |sql| conn.prepare_cached(sql).and_then(|mut s| s.raw_execute()).map(drop);
    // Outside a transaction each statement would commit by itself: nothing may run then.
    exec("BEGIN IMMEDIATE")?;
    let mut good = group.iter_mut().all(|job| job.run(conn, false));
    while good && group.len() < GROUP {
        let Ok(mut job) = inbox.try_recv() else { break };
        good = job.run(conn, false);
        group.push(job);
    }
    if !good {
        exec("ROLLBACK")?;
        exec("BEGIN IMMEDIATE")?;
        for job in &mut *group {
            job.run(conn, true);
            if conn.is_autocommit() {
                // A full disk took the whole transaction with it. Another job would commit by itself, whatever its caller is told.
                let lost = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT_ROLLBACK);
                return Err(rusqlite::Error::SqliteFailure(lost, None));
            }
        }
    }
    exec("COMMIT").inspect_err(|_| {
        // Nothing of this group may survive: each caller is told so.
        let _ = conn.execute_batch("ROLLBACK");
    })
}

/// A transaction and whoever waits for it. What `work` holds lives until its fate is known, also when nobody waits any more.
struct Transaction<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    run: Run,
    answer: oneshot::Sender<Result<T, E>>,
    stats: Arc<Stats>,
}

impl<T, E, F> Transaction<T, E, F>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<DbError> + Send,
{
    fn in_savepoint(&mut self, conn: &Connection) -> Result<T, E> {
        let exec = |sql| conn.prepare_cached(sql).and_then(|mut s| s.raw_execute()).map_err(sqlite_error);
        exec("SAVEPOINT job")?;
        let result = self.bare(conn);
        if result.is_err() {
            exec("ROLLBACK TO job")?;
        }
        exec("RELEASE job")?;
        result
    }

    fn bare(&mut self, conn: &Connection) -> Result<T, E> {
        let mut tx = Tx { conn: Conn::Sqlite(conn), statements: 0, conflict: false, stats: &self.stats };
        let result = guarded(|| (self.work)(&mut tx));
        self.run.statements = tx.statements;
        result
    }
}

impl<T, E, F> Work for Transaction<T, E, F>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<DbError> + Send,
{
    fn run(&mut self, conn: &Connection, savepoint: bool) -> bool {
        let started = Instant::now();
        let result = if savepoint { self.in_savepoint(conn) } else { self.bare(conn) };
        self.run.retries += u64::from(self.result.is_some());
        self.run.took += started.elapsed();
        self.run.ok = result.is_ok();
        self.result = Some(result);
        self.run.ok
    }

    fn answer(self: Box<Self>, fate: Result<(), DbError>) {
        let Transaction { work, result, mut run, answer, stats } = *self;
        run.ok &= fate.is_ok();
        stats.record(&run);
        drop(work);
        let result = match (fate, result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(DbError::Unavailable("a transaction did not run".into()).into()),
            (Err(e), result) => result
                .unwrap_or(Err(DbError::Unavailable("no transaction could be begun".into()).into()))
                .and(Err(e.into())),
        };
        // Nobody waiting any more is fine: the transaction stands or fell without them.
        let _ = answer.send(result);
    }
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
