//! One open transaction, whichever database it is in.

use std::collections::HashMap;

use postgres::Statement;
use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::stats::Stats;
use crate::{Cell, DbError, Row, Value};

pub(crate) enum Conn<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres { tx: postgres::Transaction<'a>, prepared: &'a mut HashMap<&'static str, Statement> },
}

/// Statements run here; begin and commit belong to [`crate::Db`].
pub struct Tx<'a> {
    pub(crate) conn: Conn<'a>,
    pub(crate) statements: u64,
    /// The database asked to try again (SQLSTATE 40001, 40P01).
    pub(crate) conflict: bool,
    pub(crate) stats: &'a Stats,
}

impl Tx<'_> {
    /// Rows of a query or of a `… RETURNING`.
    pub fn rows(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
        self.count(sql);
        match &mut self.conn {
            Conn::Sqlite(conn) => sqlite_rows(conn, sql, args),
            Conn::Postgres { tx, prepared } => {
                let result = pg_prepare(tx, prepared, sql).and_then(|s| tx.query(&s, &pg_args(args)));
                let rows = note(&mut self.conflict, result)?;
                rows.iter().map(pg_row).collect()
            }
        }
    }

    /// At most one row: the first.
    pub fn row(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<Option<Row>, DbError> {
        Ok(self.rows(sql, args)?.into_iter().next())
    }

    /// Runs a statement; how many rows it touched.
    pub fn execute(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<u64, DbError> {
        self.count(sql);
        match &mut self.conn {
            Conn::Sqlite(conn) => {
                let mut statement = conn.prepare_cached(sql).map_err(sqlite_error)?;
                sqlite_bind(&mut statement, args)?;
                statement.raw_execute().map(|n| n as u64).map_err(sqlite_error)
            }
            Conn::Postgres { tx, prepared } => {
                let result = pg_prepare(tx, prepared, sql).and_then(|s| tx.execute(&s, &pg_args(args)));
                note(&mut self.conflict, result)
            }
        }
    }

    /// Several statements without arguments (migrations).
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.execute_batch(sql).map_err(sqlite_error),
            Conn::Postgres { tx, .. } => tx.batch_execute(sql).map_err(pg_error),
        }
    }

    /// Where the two dialects truly differ, the two texts stand side by side at the caller.
    pub fn is_postgres(&self) -> bool {
        matches!(self.conn, Conn::Postgres { .. })
    }

    /// Until the end of this transaction nobody else has the lock of this name: who counts and then writes is not overtaken.
    /// SQLite has one writer anyway. Reads and writes nothing, so it counts as no statement.
    pub fn lock(&mut self, name: &[u8]) -> Result<(), DbError> {
        let Conn::Postgres { tx, prepared } = &mut self.conn else { return Ok(()) };
        // Names that meet by chance wait for each other, and that is all.
        let key = name.iter().fold(0i64, |key, byte| key.wrapping_mul(0x0100_0000_01b3) ^ i64::from(*byte));
        let sql = "SELECT pg_advisory_xact_lock($1)";
        let result = pg_prepare(tx, prepared, sql).and_then(|s| tx.execute(&s, &[&key]));
        note(&mut self.conflict, result).map(drop)
    }

    fn count(&mut self, sql: &'static str) {
        self.statements += 1;
        self.stats.text(sql);
    }
}

pub(crate) fn sqlite_error(e: rusqlite::Error) -> DbError {
    DbError::Failed(e.to_string())
}

pub(crate) fn pg_error(e: postgres::Error) -> DbError {
    // `DbError`'s own message and constraint only: the detail line can carry values.
    let text = e.as_db_error().map(|d| format!("{} ({})", d.message(), d.code().code()));
    DbError::Failed(text.unwrap_or_else(|| e.to_string()))
}

fn note<T>(conflict: &mut bool, result: Result<T, postgres::Error>) -> Result<T, DbError> {
    result.map_err(|e| {
        let code = e.code().map(|c| c.code().to_owned()).unwrap_or_default();
        *conflict |= code == "40001" || code == "40P01";
        pg_error(e)
    })
}

fn sqlite_bind(statement: &mut rusqlite::Statement<'_>, args: &[Value<'_>]) -> Result<(), DbError> {
    for index in 1..=statement.parameter_count() {
        let position: usize = statement
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$'))
            .and_then(|n| n.parse().ok())
            .ok_or_else(|| DbError::Failed("arguments are written $1, $2, …".into()))?;
        let value = args.get(position - 1).ok_or_else(|| DbError::Failed(format!("argument ${position} missing")))?;
        statement.raw_bind_parameter(index, SqliteArg(value)).map_err(sqlite_error)?;
    }
    Ok(())
}

fn sqlite_rows(conn: &rusqlite::Connection, sql: &'static str, args: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
    let mut statement = conn.prepare_cached(sql).map_err(sqlite_error)?;
    sqlite_bind(&mut statement, args)?;
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    let mut out = Vec::new();
    while let Some(row) = rows.next().map_err(sqlite_error)? {
        let mut cells = Vec::with_capacity(width);
        for index in 0..width {
            cells.push(match row.get_ref(index).map_err(sqlite_error)? {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(v) => Cell::Int(v),
                ValueRef::Text(v) => Cell::Text(String::from_utf8_lossy(v).into_owned()),
                ValueRef::Blob(v) => Cell::Bytes(v.to_vec()),
                ValueRef::Real(_) => return Err(DbError::Column { index, wanted: "text, integer, bytes or null" }),
            });
        }
        out.push(Row(cells));
    }
    Ok(out)
}

struct SqliteArg<'a>(&'a Value<'a>);

impl rusqlite::ToSql for SqliteArg<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Text(v) => ValueRef::Text(v.as_bytes()),
            Value::Int(v) => ValueRef::Integer(*v),
            Value::Bool(v) => ValueRef::Integer(i64::from(*v)),
            Value::Bytes(v) => ValueRef::Blob(v),
            Value::Null => ValueRef::Null,
        }))
    }
}

fn pg_prepare(
    tx: &mut postgres::Transaction<'_>,
    prepared: &mut HashMap<&'static str, Statement>,
    sql: &'static str,
) -> Result<Statement, postgres::Error> {
    if let Some(statement) = prepared.get(sql) {
        return Ok(statement.clone());
    }
    let statement = tx.prepare(sql)?;
    prepared.insert(sql, statement.clone());
    Ok(statement)
}

fn pg_args<'a>(args: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    args.iter().map(|v| v as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Text(v) => v.to_sql(ty, out),
            // The planner may infer a narrower type beside a literal.
            Value::Int(v) if *ty == Type::INT4 => i32::try_from(*v)?.to_sql(ty, out),
            Value::Int(v) if *ty == Type::INT2 => i16::try_from(*v)?.to_sql(ty, out),
            Value::Int(v) => v.to_sql(ty, out),
            Value::Bool(v) => v.to_sql(ty, out),
            Value::Bytes(v) => v.to_sql(ty, out),
            Value::Null => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn pg_row(row: &postgres::Row) -> Result<Row, DbError> {
    let cells = row.columns().iter().enumerate().map(|(index, column)| {
        let ty = column.type_();
        let cell = if *ty == Type::BOOL {
            row.try_get::<_, Option<bool>>(index).map(|v| v.map(Cell::Bool))
        } else if *ty == Type::INT8 {
            row.try_get::<_, Option<i64>>(index).map(|v| v.map(Cell::Int))
        } else if *ty == Type::INT4 {
            row.try_get::<_, Option<i32>>(index).map(|v| v.map(|n| Cell::Int(n.into())))
        } else if *ty == Type::BYTEA {
            row.try_get::<_, Option<Vec<u8>>>(index).map(|v| v.map(Cell::Bytes))
        } else {
            row.try_get::<_, Option<String>>(index).map(|v| v.map(Cell::Text))
        };
        cell.map(|c| c.unwrap_or(Cell::Null)).map_err(|_| DbError::Column { index, wanted: "a kind we use" })
    });
    Ok(Row(cells.collect::<Result<_, _>>()?))
}
