//! The keys that may change while the server runs.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use protocol::jose::SigningKey;
use protocol::oidc::keys::{Kind, OpKeys, Ring};
use zeroize::Zeroizing;

use super::file::{KeyFile, KeyRules, prefix};

/// One state of the rotating keys.
pub struct Rotating {
    pub(super) op: Arc<OpKeys>,
    pub(super) bank: Ring<SigningKey>,
    pub(super) bank_current: Arc<SigningKey>,
}

impl Rotating {
    pub(super) fn load(file: &KeyFile) -> Result<Rotating, String> {
        let bad = |_| "the key file is not one of ours".to_owned();
        let (Some(op), Some(bank)) = (&file.op, &file.bank) else {
            return Err("the key file is not one of ours".to_owned());
        };
        let prefix = prefix(Kind::BankClient, file.is_test());
        let secret = bank.current.secret().map_err(bad)?;
        Ok(Rotating {
            op: Arc::new(OpKeys::load(op, file.is_test()).map_err(bad)?),
            bank: Ring::load(bank, prefix).map_err(bad)?,
            bank_current: Arc::new(SigningKey::from_bare_scalar(&secret, prefix).map_err(bad)?),
        })
    }
}

/// Where they come from, and what they are now.
pub(super) struct Live {
    path: PathBuf,
    test_world: bool,
    now: RwLock<(Seen, Arc<Rotating>)>,
}

impl Live {
    pub(super) fn new(path: PathBuf, rules: KeyRules, file: &KeyFile) -> Result<Live, String> {
        let seen = written(&path);
        Ok(Live { path, test_world: rules.test_world, now: RwLock::new((seen, Arc::new(Rotating::load(file)?))) })
    }

    pub(super) fn get(&self) -> Arc<Rotating> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner).1)
    }

    /// Reads the file again when it was written since; true when it was.
    pub(super) fn refresh(&self) -> Result<bool, String> {
        let seen = written(&self.path);
        if self.now.read().unwrap_or_else(PoisonError::into_inner).0 == seen {
            return Ok(false);
        }
        let text = std::fs::read_to_string(&self.path).map_err(|e| format!("{}: {e}", self.path.display()))?;
        let file = KeyFile::read(&Zeroizing::new(text))?;
        if file.is_test() != self.test_world {
            return Err("the key file belongs to another world".into());
        }
        let fresh = Arc::new(Rotating::load(&file)?);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = (seen, fresh);
        Ok(true)
    }
}

/// Two writes within one tick of the file system's clock are still two files.
type Seen = Option<(u64, SystemTime)>;

fn written(path: &Path) -> Seen {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.ino(), meta.modified().ok()?))
}
