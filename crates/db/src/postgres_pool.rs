//! PostgreSQL: a few synchronous connections, each with its prepared statements, used on blocking threads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use postgres::{Client, Config, NoTls, Statement};
use tokio::sync::Semaphore;

use crate::DbError;
use crate::sqlite::guarded;
use crate::stats::{Run, Stats};
use crate::tx::{Conn, Tx, pg_error};

const CONNECTIONS: usize = 12;
/// A conflict (SQLSTATE 40001, 40P01) is tried again so often.
const RETRIES: u64 = 5;

struct Connection {
    client: Client,
    prepared: HashMap<&'static str, Statement>,
}

pub(crate) struct Pool {
    config: Config,
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
    stats: Arc<Stats>,
}

impl Pool {
    pub(crate) fn open(url: &str, stats: Arc<Stats>) -> Result<Self, DbError> {
        let mut config: Config =
            url.parse().map_err(|_| DbError::Unavailable("the database URL does not parse".into()))?;
        config.application_name("zelf").connect_timeout(std::time::Duration::from_secs(10));
        let idle = Arc::new(Mutex::new(Vec::new()));
        let pool = Pool { config, idle, permits: Arc::new(Semaphore::new(CONNECTIONS)), stats };
        // A wrong URL shows now, not at the first citizen. The client owns a small runtime, so it lives off ours.
        let config = pool.config.clone();
        let first = std::thread::spawn(move || connect(&config)).join().map_err(|_| DbError::Panicked)??;
        pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(first);
        Ok(pool)
    }

    pub(crate) async fn run<T, E, F>(&self, name: &'static str, writes: bool, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| DbError::Unavailable("the database is closing".into()))?;
        let (config, idle, stats) = (self.config.clone(), Arc::clone(&self.idle), Arc::clone(&self.stats));
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let parked = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = match parked {
                Some(connection) if !connection.client.is_closed() => connection,
                _ => connect(&config)?,
            };
            let result = attempt(&mut connection, &stats, name, writes, &mut work);
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            result
        });
        task.await.map_err(|_| DbError::Panicked)?
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // A synchronous client may not be dropped inside an asynchronous runtime: not those parked now, nor one that a
        // transaction still under way parks in a moment.
        let idle = std::mem::take(&mut self.idle);
        let _ = std::thread::spawn(move || drop(idle)).join();
    }
}

fn connect(config: &Config) -> Result<Connection, DbError> {
    let client = config.connect(NoTls).map_err(|e| DbError::Unavailable(e.to_string()))?;
    Ok(Connection { client, prepared: HashMap::new() })
}

fn attempt<T, E: From<DbError>>(
    connection: &mut Connection,
    stats: &Stats,
    name: &'static str,
    writes: bool,
    work: &mut dyn FnMut(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let started = Instant::now();
    let mut retries = 0;
    loop {
        let Connection { client, prepared } = &mut *connection;
        let begun = client.build_transaction().read_only(!writes).start().map_err(pg_error)?;
        let mut tx = Tx { conn: Conn::Postgres { tx: begun, prepared }, statements: 0, conflict: false, stats };
        let mut result = guarded(|| work(&mut tx));
        let Tx { conn, statements, mut conflict, .. } = tx;
        let Conn::Postgres { tx: open, .. } = conn else { return Err(DbError::Panicked.into()) };
        if result.is_ok() {
            if let Err(e) = open.commit() {
                conflict |= e.code().is_some_and(|c| c.code() == "40001");
                result = Err(pg_error(e).into());
            } else if writes {
                stats.commit();
            }
        } else {
            let _ = open.rollback();
        }
        if result.is_err() && conflict && retries < RETRIES {
            retries += 1;
            continue;
        }
        stats.record(&Run { name, statements, retries, took: started.elapsed(), ok: result.is_ok(), writes });
        return result;
    }
}
