//! Logs: one line per event on standard error. `ZELF_LOG` chooses how much (`info` by default).

use tracing_subscriber::EnvFilter;

/// Starts logging; harmless when it runs already.
pub fn start(quiet: bool) {
    let default = if quiet { "warn" } else { "info" };
    let filter = EnvFilter::try_from_env("ZELF_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
