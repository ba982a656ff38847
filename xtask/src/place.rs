//! Where things are, and how a command of ours starts.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Cargo's target folder: `CARGO_TARGET_DIR` or `target`.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The server as the dev profile leaves it.
pub fn zelf() -> PathBuf {
    target().join("debug").join("zelf")
}

/// A command in the repository's root, without what `cargo run` told *us* about our own package.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let own = name.to_str().is_some_and(|n| {
            n.starts_with("CARGO_PKG_")
                || n.starts_with("CARGO_MANIFEST")
                || n == "CARGO_PRIMARY_PACKAGE"
                || n == "CARGO"
        });
        if own {
            command.env_remove(name);
        }
    }
    command
}

/// `program arg arg`, split at spaces: for command lines without anything to quote.
pub fn line(text: &str) -> Command {
    let mut words = text.split_whitespace();
    let mut command = command(words.next().unwrap_or_default());
    command.args(words);
    command
}

/// Time of the newest file under `path` (or of the file itself); `None` when there is none.
pub fn newest(path: &Path) -> Option<SystemTime> {
    let meta = std::fs::metadata(path).ok()?;
    if !meta.is_dir() {
        return meta.modified().ok();
    }
    std::fs::read_dir(path).ok()?.flatten().filter_map(|entry| newest(&entry.path())).max()
}

/// Whether `made` is there and not older than any of `from`.
pub fn up_to_date(made: &Path, from: &[PathBuf]) -> bool {
    newest(made).is_some_and(|at| from.iter().filter_map(|p| newest(p)).all(|source| source <= at))
}
