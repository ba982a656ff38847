//! Keys and the code. What this crate holds, the web tier never sees: the key that opens PIN proofs, the wrapped
//! verifiers, the keys that sign requests, receipts and device certificates.
//!
//! The order that everything rests on: count first (one conditional `UPDATE`, durable), only then check ([`attempt`]).

mod attempt;
mod attest;
mod bio;
mod change;
mod enrol;
mod issue;
mod keyring;
mod known;
pub mod row;
mod serve;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use db::{Db, DbError, Migration};
use protocol::phone::DeviceStatus;
use serde::{Deserialize, Serialize};

pub use attempt::{Attempt, Verdict};
pub use bio::BioCredential;
pub use change::StagedCode;
pub use enrol::Enrolment;
pub use issue::{Draft, Issued};
pub use keyring::{Keyring, KeyringError};
pub use serve::{Client, serve};

/// The vault's own tables; nobody else's statements name them.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_pin_state", sql: include_str!("../../../migrations/vault_0001_pin_state.sql") },
    Migration { name: "0002_another_code", sql: include_str!("../../../migrations/vault_0002_another_code.sql") },
];

/// Wrong codes in a row before the device locks (RTS 2018/389 Art. 4(3)(b)).
pub const MAX_TRIES: i64 = 5;

/// Why the vault did not do it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VaultError {
    /// No such device, or it was revoked.
    Unknown,
    /// Something in what was sent does not fit together; nothing was counted.
    Malformed,
    /// The request's time is over.
    Expired,
    /// `seq` or `prev` is not the next one; nothing was counted. The current `seq` follows.
    OutOfStep { seq: i64 },
    /// The same answer is being checked right now.
    Busy,
    /// The database failed; the text is for the log.
    Failed(String),
}

impl From<DbError> for VaultError {
    fn from(e: DbError) -> Self {
        VaultError::Failed(e.to_string())
    }
}

impl std::fmt::Display for VaultError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "vault: {self:?}")
    }
}

impl std::error::Error for VaultError {}

/// How things stand with a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Lock, tries left, wait.
    pub device: DeviceStatus,
    /// Of the code: 1, and one more with every change.
    pub generation: i64,
    /// Credential id of fingerprint or face, when it is on.
    pub bio: Option<String>,
}

impl std::ops::Deref for Standing {
    type Target = DeviceStatus;

    fn deref(&self) -> &DeviceStatus {
        &self.device
    }
}

/// The vault of one operator.
pub struct Vault {
    db: Db,
    keys: Keyring,
    /// Devices whose last attempt was right but whose counter on disk still says otherwise: `device → seq of that attempt`.
    /// Good news may be lost in a crash (it costs the citizen one try until the next right code), bad news never.
    forgiven: Mutex<HashMap<String, i64>>,
    known: known::Known,
    /// Answers being checked at this moment, by digest.
    checking: Mutex<HashSet<String>>,
}

impl Vault {
    /// Opens the vault over its own database.
    pub async fn open(db: Db, keys: Keyring, now: i64) -> Result<Arc<Vault>, VaultError> {
        db.migrate("vault", MIGRATIONS, now).await?;
        Ok(Arc::new(Vault {
            db,
            keys,
            forgiven: Mutex::default(),
            known: known::Known::default(),
            checking: Mutex::default(),
        }))
    }

    /// The signed list of keys (`zelf-keys+jws`) and the root's public key.
    pub fn keys_document(&self) -> (String, protocol::jose::Jwk) {
        (self.keys.document().to_owned(), self.keys.root().jwk())
    }

    pub async fn status(&self, device: String) -> Result<Standing, VaultError> {
        let row = self.db.read("vault.status", move |tx| row::find(tx, &device)).await?;
        let row = row.ok_or(VaultError::Unknown)?;
        Ok(Standing { device: self.status_of(&row), generation: row.generation, bio: row.bio })
    }

    /// Makes the device unusable for ever and forgets its verifier.
    pub async fn revoke(&self, device: String) -> Result<(), VaultError> {
        let (writing, ..) = self.known.writing(&device);
        let revoke = move |tx: &mut db::Tx<'_>| {
            let _writing = &writing;
            row::revoke(tx, &device)
        };
        self.db.run("vault.revoke", revoke).await?;
        Ok(())
    }

    /// Forgets a device altogether: its account is erased. Cut off before, it could come back only as a new phone.
    pub async fn erase(&self, device: String) -> Result<(), VaultError> {
        let (writing, ..) = self.known.writing(&device);
        let erase = move |tx: &mut db::Tx<'_>| {
            let _writing = &writing;
            row::erase(tx, &device)
        };
        self.db.run("vault.erase", erase).await?;
        Ok(())
    }

    /// Writes the good news of the last moments; called every second and at a clean stop.
    pub async fn settle(&self) -> Result<(), VaultError> {
        let news: Vec<(String, i64)> = lock(&self.forgiven).drain().collect();
        if news.is_empty() {
            return Ok(());
        }
        let taken: Vec<_> = news.iter().map(|(device, _)| self.known.writing(device)).collect();
        let (mut writing, mut rows) = (Vec::new(), Vec::new());
        for (guard, row, moment) in taken {
            writing.push(guard);
            rows.push((row, moment));
        }
        let told = news.clone();
        let write = move |tx: &mut db::Tx<'_>| {
            let _writing = &writing;
            row::forgive_all(tx, &told)
        };
        if let Err(error) = self.db.run("vault.settle", write).await {
            // Next time, unless something newer is known by then.
            let mut forgiven = lock(&self.forgiven);
            for (device, seq) in news {
                forgiven.entry(device).or_insert(seq);
            }
            return Err(error.into());
        }
        for ((_, seq), (row, moment)) in news.into_iter().zip(rows) {
            if let Some(row) = row.filter(|row| row.seq == seq) {
                self.known.put(row.forgiven(), moment);
            }
        }
        Ok(())
    }

    /// Rows of phones that never come, for measurements: copies of `device`, from the first up to but not
    /// including the last of how many there will be.
    pub async fn fill(&self, device: String, numbers: (i64, i64, i64)) -> Result<(), VaultError> {
        self.db.run("vault.fill", move |tx| row::fill::copies(tx, &device, numbers)).await?;
        Ok(())
    }

    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The row of a device in use, from memory where it was seen lately.
    async fn row(&self, device: &str) -> Result<row::PinRow, VaultError> {
        let moment = match self.known.get(device) {
            Ok(row) => return Ok(row),
            Err(moment) => moment,
        };
        let id = device.to_owned();
        let row = self.db.read("vault.issue", move |tx| row::find(tx, &id)).await?.ok_or(VaultError::Unknown)?;
        self.known.put(row.clone(), moment);
        Ok(row)
    }

    fn status_of(&self, row: &row::PinRow) -> DeviceStatus {
        let fresh = lock(&self.forgiven).get(&row.device) == Some(&row.seq);
        row.status(fresh)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
