//! The state file: one phone, JSON, readable by its owner only, replaced as a whole.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use protocol::jose::{Jwk, b64u};
use protocol::phone::AnswerBody;
use serde::{Deserialize, Serialize};

use super::PhoneError;
use super::authenticator::StoredAuthenticator;
use super::device::StoredDevice;

/// Everything a phone remembers between two commands.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    pub v: u8,
    /// Issuer or app address, as it was given first.
    pub server: String,
    /// The operator's root, pinned when the file was made.
    pub root: Jwk,
    pub lang: String,
    pub device: StoredDevice,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<Activation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// An answer that was sent and whose receipt has not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outstanding: Option<Outstanding>,
    /// A new code that the server may not know of yet, or may already use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Of the code that `device.pepper` belongs to.
    #[serde(default = "first")]
    pub generation: i64,
    /// The credential of fingerprint or face.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finger: Option<StoredAuthenticator>,
}

fn first() -> i64 {
    1
}

/// The next pepper, and the name of the change it belongs to.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// `chg_…`
    pub name: String,
    /// base64url of 32 bytes.
    pub pepper: String,
}

impl Change {
    pub fn new(name: String, pepper: &[u8]) -> Self {
        Change { name, pepper: b64u(pepper) }
    }
}

/// What a half-finished activation needs to go on.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activation {
    pub id: String,
    /// The bank has sent us back with this; not yet handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// Messages that lay in the inbox before the SMS was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
}

/// An activated phone.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    pub number: String,
    pub first_name: String,
    /// M4.
    pub certificate: String,
    /// h(last M3), or empty.
    pub head: String,
    /// Highest number an answer of this phone has carried.
    pub seq: i64,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outstanding {
    pub rid: String,
    pub body: AnswerBody,
}

/// Where the state is kept.
#[derive(Clone, Debug)]
pub enum Home {
    File(PathBuf),
    /// Nowhere: tests and load.
    Memory,
}

impl Home {
    /// The stored state, or `None` when there is no file yet.
    pub fn load(&self) -> Result<Option<State>, PhoneError> {
        let Home::File(path) = self else { return Ok(None) };
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(failed(path, &e)),
        };
        serde_json::from_slice(&text).map(Some).map_err(|e| failed(path, &e))
    }

    /// Writes beside the file, flushes, then renames: a crash leaves the old state or the new one.
    pub fn save(&self, state: &State) -> Result<(), PhoneError> {
        let Home::File(path) = self else { return Ok(()) };
        let json = serde_json::to_vec_pretty(state).map_err(|e| failed(path, &e))?;
        write_whole(path, &json).map_err(|e| failed(path, &e))
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn failed(path: &Path, why: &dyn std::fmt::Display) -> PhoneError {
    PhoneError::State(format!("{}: {why}", path.display()))
}
