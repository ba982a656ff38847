//! What the program takes from the computer around it: the time and the person's language.

use words::Lang;

/// Unix seconds.
#[expect(clippy::disallowed_methods, reason = "the one place where the real clock is read")]
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Language of the desktop, as POSIX tells it; Dutch where nothing is told.
pub fn lang() -> Lang {
    let told =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    told.as_deref().and_then(Lang::parse).unwrap_or(Lang::Nl)
}

/// A crash must not write the PIN and the card's files to disk.
pub fn leave_no_core() {
    #[cfg(unix)]
    let _ = rustix::process::setrlimit(
        rustix::process::Resource::Core,
        rustix::process::Rlimit { current: Some(0), maximum: Some(0) },
    );
}
