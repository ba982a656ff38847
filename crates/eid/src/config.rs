//! Which server this program works for.

use std::path::PathBuf;

use eid_session::{Failure, ServerAddress};

/// The server that was built in, for a program that a service hands out itself.
const BUILT_IN: Option<&str> = option_env!("ZELF_EID_SERVER");
const FOR_EVERYBODY: &str = "/etc/zelf-eid.toml";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    server: String,
}

/// The command line, else the person's own file, else the computer's, else the build.
///
/// # Errors
/// `server_none` when no address is given anywhere, or the first one found is not `https://host[:port]`.
pub fn server(flag: Option<&str>) -> Result<ServerAddress, Failure> {
    if let Some(text) = flag {
        return ServerAddress::parse(text).ok_or(Failure::SERVER_NONE);
    }
    for path in files() {
        if let Ok(text) = std::fs::read_to_string(path) {
            return parse(&text).ok_or(Failure::SERVER_NONE);
        }
    }
    BUILT_IN.and_then(ServerAddress::parse).ok_or(Failure::SERVER_NONE)
}

fn parse(text: &str) -> Option<ServerAddress> {
    toml::from_str::<File>(text).ok().and_then(|file| ServerAddress::parse(&file.server))
}

fn files() -> Vec<PathBuf> {
    folder().map(|own| own.join("zelf-eid").join("config.toml")).into_iter().chain([FOR_EVERYBODY.into()]).collect()
}

/// Where this person's settings live, by the custom of each system.
fn folder() -> Option<PathBuf> {
    let given = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if cfg!(windows) {
        return given("APPDATA");
    }
    if cfg!(target_os = "macos") {
        return given("HOME").map(|home| home.join("Library").join("Application Support"));
    }
    given("XDG_CONFIG_HOME").or_else(|| given("HOME").map(|home| home.join(".config")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_one_server_and_nothing_else() {
        let origin = |text: &str| parse(text).map(|a| a.origin().to_owned());
        assert_eq!(origin("server = \"https://zelf.example\"").as_deref(), Some("https://zelf.example"));
        assert_eq!(origin("server = \"http://zelf.example\""), None);
        assert_eq!(origin("server = \"https://zelf.example\"\nroot = \"/tmp/x\""), None);
        assert_eq!(origin("\u{0}"), None);
    }

    #[test]
    fn the_command_line_wins_and_is_judged() {
        assert_eq!(server(Some("https://here.example")).map(|a| a.host().to_owned()), Ok("here.example".to_owned()));
        assert_eq!(server(Some("javascript:alert(1)")), Err(Failure::SERVER_NONE));
    }
}
