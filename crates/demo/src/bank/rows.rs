//! The bank's rows: keys, requests, sessions, codes, tokens. Everything but the keys expires and is swept.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::jose::{SigningKey, b64u, sha256};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::{Deserialize, Serialize};

use super::BankName;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS secrets  (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cards    (pan TEXT PRIMARY KEY, counter INTEGER NOT NULL, pin_tries INTEGER NOT NULL,
                                     accepted INTEGER NOT NULL, wrong INTEGER NOT NULL, wrong_day INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen     (what TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS requests (uri TEXT PRIMARY KEY, bank TEXT NOT NULL, asked TEXT NOT NULL, session TEXT,
                                     expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, bank TEXT NOT NULL, asked TEXT NOT NULL, step TEXT NOT NULL,
                                     card TEXT, nonce TEXT NOT NULL, wrong INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS codes    (code TEXT PRIMARY KEY, bank TEXT NOT NULL, granted TEXT NOT NULL, used INTEGER NOT NULL,
                                     expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens   (token TEXT PRIMARY KEY, code TEXT NOT NULL, bank TEXT NOT NULL, granted TEXT NOT NULL,
                                     expires INTEGER NOT NULL) WITHOUT ROWID;
";

/// Kept a while after they expire, so that a late customer reads why.
const GRACE_SECONDS: i64 = 600;

/// What the client asked for by PAR, checked.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) ui_locales: String,
    pub(super) code_challenge: String,
    pub(super) dpop_jkt: Option<String>,
    /// `authorization_details`, its exact bytes.
    pub(super) details: String,
    /// Names of the verified claims wanted, and whether the phone number is.
    pub(super) claims: Vec<String>,
    pub(super) phone_number: bool,
}

impl Asked {
    pub(super) fn details_hash(&self) -> [u8; 32] {
        sha256(self.details.as_bytes())
    }
}

/// What the customer signed for.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Granted {
    pub(super) asked: Asked,
    pub(super) card: String,
    pub(super) time: i64,
    pub(super) txn: String,
    /// DPoP key the access token is bound to; set when the code is exchanged.
    pub(super) jkt: String,
}

/// Where the customer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Card,
    Sign,
    Locked,
    Done,
}

impl Step {
    pub(super) fn word(self) -> &'static str {
        match self {
            Step::Card => "card",
            Step::Sign => "sign",
            Step::Locked => "locked",
            Step::Done => "done",
        }
    }

    fn read(word: &str) -> Step {
        [Step::Card, Step::Sign, Step::Locked].into_iter().find(|s| s.word() == word).unwrap_or(Step::Done)
    }
}

/// One customer in front of one bank's page.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) asked: Asked,
    pub(super) step: Step,
    pub(super) card: Option<String>,
    pub(super) nonce: String,
    pub(super) wrong: i64,
    pub(super) expires: i64,
}

pub(super) struct Rows {
    connection: Mutex<Connection>,
    keys: HashMap<String, Arc<SigningKey>>,
    card_key: [u8; 16],
    salt: Vec<u8>,
}

impl Rows {
    pub(super) fn open(path: &Path, banks: &[BankName]) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(SCHEMA)?;
        let mut keys = HashMap::new();
        for bank in banks {
            let scalar = secret(&connection, &format!("key/{}", bank.id), || {
                Ok(SigningKey::generate("bank")?.scalar()?.to_vec())
            })?;
            keys.insert(bank.id.clone(), Arc::new(SigningKey::from_bare_scalar(&scalar, "bank")?));
        }
        let chance = |n: usize| {
            move || {
                let mut bytes = vec![0; n];
                aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "no randomness")?;
                Ok(bytes)
            }
        };
        let card_key = secret(&connection, "cards", chance(16))?;
        let card_key = card_key.try_into().map_err(|_| "the cards' key has another length")?;
        let salt = secret(&connection, "subjects", chance(32))?;
        Ok(Rows { connection: Mutex::new(connection), keys, card_key, salt })
    }

    pub(super) fn key(&self, bank: &str) -> Option<&Arc<SigningKey>> {
        self.keys.get(bank)
    }

    pub(super) fn card_key(&self) -> [u8; 16] {
        self.card_key
    }

    /// The bank's own name for a customer towards one client.
    pub(super) fn subject(&self, bank: &str, client: &str, customer: &str) -> String {
        let parts = [&self.salt[..], bank.as_bytes(), client.as_bytes(), customer.as_bytes()];
        b64u(sha256(&protocol::label::join("demo-bank/sub/v1", &parts)))
    }

    /// One database transaction: all of it or nothing.
    pub(super) fn run<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

fn secret(
    connection: &Connection,
    name: &str,
    make: impl FnOnce() -> Result<Vec<u8>, Fault>,
) -> Result<Vec<u8>, Fault> {
    let kept =
        |c: &Connection| c.query_row("SELECT value FROM secrets WHERE name = ?1", [name], |row| row.get(0)).optional();
    if let Some(value) = kept(connection)? {
        return Ok(value);
    }
    let made = make()?;
    connection.execute("INSERT INTO secrets VALUES (?1, ?2) ON CONFLICT DO NOTHING", params![name, made])?;
    Ok(kept(connection)?.unwrap_or(made))
}

/// Codes and tokens are kept as their hash: a copied database opens nothing.
fn hashed(secret: &str) -> String {
    b64u(sha256(secret.as_bytes()))
}

/// JSON of ours in a text column.
fn json<T: for<'de> Deserialize<'de>>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(e)))
}

fn text<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}

/// Throws away what nobody can use any more.
pub(super) fn sweep(tx: &Transaction<'_>, now: i64) -> rusqlite::Result<()> {
    for table in ["seen", "requests", "sessions", "codes", "tokens"] {
        tx.prepare_cached(&format!("DELETE FROM {table} WHERE expires < ?1"))?.execute([now - GRACE_SECONDS])?;
    }
    Ok(())
}

/// Remembers a single-use value; false when it was seen before.
pub(super) fn first_use(tx: &Transaction<'_>, what: &str, expires: i64) -> rusqlite::Result<bool> {
    Ok(tx.execute("INSERT INTO seen VALUES (?1, ?2) ON CONFLICT DO NOTHING", params![what, expires])? == 1)
}

pub(super) fn put_request(
    tx: &Transaction<'_>,
    uri: &str,
    bank: &str,
    asked: &Asked,
    expires: i64,
) -> rusqlite::Result<()> {
    tx.execute("INSERT INTO requests VALUES (?1, ?2, ?3, NULL, ?4)", params![uri, bank, text(asked)?, expires])?;
    Ok(())
}

/// A pushed request that has not expired, and the session it already opened.
pub(super) fn request(
    tx: &Transaction<'_>,
    uri: &str,
    bank: &str,
    now: i64,
) -> rusqlite::Result<Option<(Asked, Option<String>)>> {
    let found: Option<(String, Option<String>)> = tx
        .query_row(
            "SELECT asked, session FROM requests WHERE uri = ?1 AND bank = ?2 AND expires > ?3",
            params![uri, bank, now],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    found.map(|(asked, session)| Ok((json(&asked)?, session))).transpose()
}

pub(super) fn open_session(tx: &Transaction<'_>, uri: &str, bank: &str, session: &Session) -> rusqlite::Result<()> {
    tx.execute("UPDATE requests SET session = ?2 WHERE uri = ?1", params![uri, session.id])?;
    tx.execute(
        "INSERT INTO sessions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            session.id,
            bank,
            text(&session.asked)?,
            session.step.word(),
            session.card,
            session.nonce,
            session.wrong,
            session.expires
        ],
    )?;
    Ok(())
}

pub(super) fn session(tx: &Transaction<'_>, id: &str, bank: &str) -> rusqlite::Result<Option<Session>> {
    tx.query_row(
        "SELECT asked, step, card, nonce, wrong, expires FROM sessions WHERE id = ?1 AND bank = ?2",
        params![id, bank],
        |row| {
            Ok(Session {
                id: id.to_owned(),
                asked: json(&row.get::<_, String>(0)?)?,
                step: Step::read(&row.get::<_, String>(1)?),
                card: row.get(2)?,
                nonce: row.get(3)?,
                wrong: row.get(4)?,
                expires: row.get(5)?,
            })
        },
    )
    .optional()
}

pub(super) fn keep_session(tx: &Transaction<'_>, session: &Session) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE sessions SET step = ?2, card = ?3, wrong = ?4 WHERE id = ?1",
        params![session.id, session.step.word(), session.card, session.wrong],
    )?;
    Ok(())
}

pub(super) fn put_code(
    tx: &Transaction<'_>,
    code: &str,
    bank: &str,
    granted: &Granted,
    expires: i64,
) -> rusqlite::Result<()> {
    tx.execute("INSERT INTO codes VALUES (?1, ?2, ?3, 0, ?4)", params![hashed(code), bank, text(granted)?, expires])?;
    Ok(())
}

/// What became of a code that was presented.
pub(super) enum Code {
    Fresh(Box<Granted>),
    /// Presented before: whatever it gave is taken back (RFC 6749 §4.1.2).
    Used,
    None,
}

/// Burns the code, whatever is checked afterwards.
pub(super) fn take_code(tx: &Transaction<'_>, code: &str, bank: &str, now: i64) -> rusqlite::Result<Code> {
    let code = hashed(code);
    let found: Option<(String, bool, i64)> = tx
        .query_row(
            "SELECT granted, used, expires FROM codes WHERE code = ?1 AND bank = ?2",
            params![code, bank],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    match found {
        Some((_, true, _)) => {
            tx.execute("DELETE FROM tokens WHERE code = ?1", [code])?;
            Ok(Code::Used)
        }
        Some((granted, false, expires)) => {
            tx.execute("UPDATE codes SET used = 1 WHERE code = ?1", [code])?;
            if expires > now { Ok(Code::Fresh(Box::new(json(&granted)?))) } else { Ok(Code::None) }
        }
        None => Ok(Code::None),
    }
}

pub(super) fn put_token(
    tx: &Transaction<'_>,
    token: &str,
    code: &str,
    bank: &str,
    granted: &Granted,
    expires: i64,
) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO tokens VALUES (?1, ?2, ?3, ?4, ?5)",
        params![hashed(token), hashed(code), bank, text(granted)?, expires],
    )?;
    Ok(())
}

pub(super) fn token(tx: &Transaction<'_>, token: &str, bank: &str, now: i64) -> rusqlite::Result<Option<Granted>> {
    let found: Option<String> = tx
        .query_row(
            "SELECT granted FROM tokens WHERE token = ?1 AND bank = ?2 AND expires > ?3",
            params![hashed(token), bank, now],
            |row| row.get(0),
        )
        .optional()?;
    found.map(|granted| json(&granted)).transpose()
}
