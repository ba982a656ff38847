//! Opens an address in the person's own browser: one program, one argument, no shell.

use std::process::{Command, Stdio};

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
    // `xdg-open` may stay as long as the browser does: it is waited for elsewhere, only a quick failure counts.
    std::thread::sleep(std::time::Duration::from_millis(300));
    match child.try_wait() {
        Ok(Some(status)) => status.success(),
        Ok(None) => {
            std::thread::spawn(move || child.wait());
            true
        }
        Err(_) => false,
    }
}
