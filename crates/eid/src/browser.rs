//! Opens an address in the person's own browser: one program, one argument, no shell.

use std::process::{Command, Stdio};
use std::time::Duration;

/// Gives the address to the system. `false` when nothing could be started; the six digits are for that.
pub fn open(url: &str) -> bool {
    let (program, arguments): (&str, &[&str]) = if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler", url])
    } else if cfg!(target_os = "macos") {
        ("open", &[url])
    } else {
        ("xdg-open", &[url])
    };
    let started =
        Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = started else { return false };
    // `xdg-open` may stay as long as the browser does; a browser that cannot start ends soon.
    for _ in 0..30 {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(50)),
            Err(_) => return false,
        }
    }
    std::thread::spawn(move || child.wait());
    true
}
