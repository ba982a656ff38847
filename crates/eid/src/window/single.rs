//! One window at a time: two of them would fight over the card.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;

/// Held as long as an activation runs; the system lets go of it even when the program is killed.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// `None` when another window of this person holds it. A folder that cannot be written to is no reason to stay closed.
    pub fn take() -> Option<Lock> {
        take_at(folder().join(".zelf-eid.lock"))
    }
}

fn take_at(path: PathBuf) -> Option<Lock> {
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = opened.or_else(|_| File::open(std::env::current_exe()?)).ok()?;
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => None,
        Ok(()) | Err(std::fs::TryLockError::Error(_)) => Some(Lock { _file: file }),
    }
}

fn folder() -> PathBuf {
    let own = std::env::var_os("XDG_RUNTIME_DIR").filter(|v| !v.is_empty()).map(PathBuf::from);
    // A folder of this person: in a shared one the lock would be the first person's.
    let home = || std::env::var_os("HOME").filter(|v| !v.is_empty()).map(PathBuf::from);
    own.or_else(home).unwrap_or_else(std::env::temp_dir)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_second_window_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = take_at(path.clone());
        assert!(first.is_some());
        assert!(take_at(path.clone()).is_none());
        drop(first);
        assert!(take_at(path).is_some());
    }
}
