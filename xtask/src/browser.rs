//! Opens the story page once the world stands.

use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::place;

/// Leaves a helper behind that waits for `demo.json`, then opens the page it names; it ends with this process's id.
///
/// # Errors
/// When no shell starts.
pub fn later(demo_json: &Path) -> Result<(), String> {
    let me = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut shell = place::command("sh");
    // The shell ends at once, so the helper is nobody's child and leaves no zombie with the server.
    shell.args(["-c", "\"$0\" open-when-ready \"$1\" \"$2\" >/dev/null 2>&1 &"]).arg(me).arg(demo_json);
    shell.arg(std::process::id().to_string()).status().map(|_| ()).map_err(|e| e.to_string())
}

/// `open-when-ready DEMO_JSON PID`.
///
/// # Errors
/// When the world ended or did not answer within two minutes.
pub fn open_when_ready(words: &[String]) -> Result<(), String> {
    let [file, pid] = words else { return Err("open-when-ready DEMO_JSON PID".into()) };
    for _ in 0..1200 {
        std::thread::sleep(Duration::from_millis(100));
        if !Path::new("/proc").join(pid).exists() {
            return Err("the world ended".into());
        }
        if let Some(story) = std::fs::read_to_string(file).ok().as_deref().and_then(story).filter(|url| answers(url)) {
            return open(&story);
        }
    }
    Err("no answer".into())
}

/// The value of `"story"`: an address of our own making, without escapes.
fn story(json: &str) -> Option<String> {
    let after = json.split_once("\"story\"")?.1.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    Some(after.split_once('"')?.0.to_owned())
}

fn answers(url: &str) -> bool {
    let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let reached = |address| TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok();
    host.to_socket_addrs().is_ok_and(|mut all| all.any(reached))
}

fn open(url: &str) -> Result<(), String> {
    let programs = ["xdg-open", "open", "sensible-browser"];
    let opened = |program: &&str| {
        Command::new(program).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
    };
    programs.iter().find(|p| opened(p)).map(|_| ()).ok_or_else(|| "no program to open a browser".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_is_found_in_what_the_world_wrote() {
        let json = "{\n  \"issuer\": \"http://localhost:8401\",\n  \"story\" : \"http://localhost:8400/\"\n}";
        assert_eq!(story(json).as_deref(), Some("http://localhost:8400/"));
        for broken in ["", "{\"story\"", "{\"story\": 3}", "{\"story\": \"http://lo"] {
            assert_eq!(story(broken), None, "{broken}");
        }
    }

    #[test]
    fn nobody_answers_at_an_address_that_is_none() {
        assert!(!answers("http://"));
        assert!(!answers("nonsense"));
    }
}
