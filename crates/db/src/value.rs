//! The five kinds of value both databases hold alike.

use crate::DbError;

/// An argument of a statement.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Text(&'a str),
    Int(i64),
    Bool(bool),
    Bytes(&'a [u8]),
    Null,
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(v: &'a str) -> Self {
        Value::Text(v)
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(v: &'a String) -> Self {
        Value::Text(v)
    }
}
impl From<i64> for Value<'_> {
    fn from(v: i64) -> Self {
        Value::Int(v)
    }
}
impl From<bool> for Value<'_> {
    fn from(v: bool) -> Self {
        Value::Bool(v)
    }
}
impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(v: &'a [u8]) -> Self {
        Value::Bytes(v)
    }
}
impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(v: &'a Vec<u8>) -> Self {
        Value::Bytes(v)
    }
}
impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(v: &'a [u8; N]) -> Self {
        Value::Bytes(v)
    }
}
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Value::Null, Into::into)
    }
}

/// `args![a, b]` = the arguments `$1`, `$2` of a statement.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] };
}

/// A value read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Int(i64),
    Bool(bool),
    Bytes(Vec<u8>),
    Null,
}

/// One row, read left to right through [`Columns`].
#[derive(Clone, Debug)]
pub struct Row(pub(crate) Vec<Cell>);

impl Row {
    pub fn columns(self) -> Columns {
        Columns { cells: self.0.into_iter(), index: 0 }
    }
}

/// Takes a row's columns in the order of the `SELECT`.
pub struct Columns {
    cells: std::vec::IntoIter<Cell>,
    index: usize,
}

impl Columns {
    fn next(&mut self, wanted: &'static str) -> Result<Cell, DbError> {
        self.index += 1;
        self.cells.next().ok_or(DbError::Column { index: self.index, wanted })
    }

    fn wrong<T>(&self, wanted: &'static str) -> Result<T, DbError> {
        Err(DbError::Column { index: self.index, wanted })
    }

    pub fn text(&mut self) -> Result<String, DbError> {
        match self.next("text")? {
            Cell::Text(v) => Ok(v),
            _ => self.wrong("text"),
        }
    }

    pub fn text_or_null(&mut self) -> Result<Option<String>, DbError> {
        match self.next("text or null")? {
            Cell::Text(v) => Ok(Some(v)),
            Cell::Null => Ok(None),
            _ => self.wrong("text or null"),
        }
    }

    pub fn int(&mut self) -> Result<i64, DbError> {
        match self.next("integer")? {
            Cell::Int(v) => Ok(v),
            _ => self.wrong("integer"),
        }
    }

    pub fn int_or_null(&mut self) -> Result<Option<i64>, DbError> {
        match self.next("integer or null")? {
            Cell::Int(v) => Ok(Some(v)),
            Cell::Null => Ok(None),
            _ => self.wrong("integer or null"),
        }
    }

    /// SQLite keeps booleans as 0 and 1.
    pub fn flag(&mut self) -> Result<bool, DbError> {
        match self.next("boolean")? {
            Cell::Bool(v) => Ok(v),
            Cell::Int(0) => Ok(false),
            Cell::Int(1) => Ok(true),
            _ => self.wrong("boolean"),
        }
    }

    pub fn bytes(&mut self) -> Result<Vec<u8>, DbError> {
        match self.next("bytes")? {
            Cell::Bytes(v) => Ok(v),
            _ => self.wrong("bytes"),
        }
    }

    pub fn bytes_or_null(&mut self) -> Result<Option<Vec<u8>>, DbError> {
        match self.next("bytes or null")? {
            Cell::Bytes(v) => Ok(Some(v)),
            Cell::Null => Ok(None),
            _ => self.wrong("bytes or null"),
        }
    }
}
