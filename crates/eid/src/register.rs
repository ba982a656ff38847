//! `zelf-eid register`: links of activation pages open this program. For this person only, without rights of an administrator.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use eid_session::SCHEME;
use words::t;

use crate::surroundings;

pub fn run() -> ExitCode {
    match std::env::current_exe().and_then(|program| register(&program)) {
        Ok(()) => {
            println!("{}", t(surroundings::lang(), "card.registered"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("zelf-eid: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(any(windows, target_os = "macos")))]
fn register(program: &Path) -> std::io::Result<()> {
    let folder = applications()?;
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("zelf-eid.desktop"), desktop_entry(program))?;
    // The file alone is enough where these two are missing.
    quietly(Command::new("update-desktop-database").arg(&folder));
    quietly(Command::new("xdg-mime").args(["default", "zelf-eid.desktop", &format!("x-scheme-handler/{SCHEME}")]));
    Ok(())
}

#[cfg(windows)]
fn register(program: &Path) -> std::io::Result<()> {
    let key = format!(r"HKCU\Software\Classes\{SCHEME}");
    let command = format!("\"{}\" open -- \"%1\"", program.display());
    let entries =
        [vec!["add", &key, "/ve", "/d", "URL:zelf-eid", "/f"], vec!["add", &key, "/v", "URL Protocol", "/d", "", "/f"]];
    for arguments in entries {
        quietly(Command::new("reg").args(arguments));
    }
    let key = format!(r"{key}\shell\open\command");
    quietly(Command::new("reg").args(["add", &key, "/ve", "/d", &command, "/f"]));
    Ok(())
}

/// On macOS the bundle's Info.plist says it (deploy/zelf-eid/Info.plist); Launch Services is asked to read it now.
#[cfg(target_os = "macos")]
fn register(program: &Path) -> std::io::Result<()> {
    const ASK: &str =
        "/System/Library/Frameworks/CoreServices.framework/Frameworks/LaunchServices.framework/Support/lsregister";
    let bundle = program.ancestors().find(|folder| folder.extension().is_some_and(|e| e == "app"));
    let bundle = bundle.ok_or_else(|| std::io::Error::other("not inside zelf-eid.app"))?;
    quietly(Command::new(ASK).arg("-f").arg(bundle));
    Ok(())
}

fn quietly(command: &mut Command) {
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

#[cfg(not(any(windows, target_os = "macos")))]
fn applications() -> std::io::Result<PathBuf> {
    let given = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let data = given("XDG_DATA_HOME").or_else(|| given("HOME").map(|home| home.join(".local").join("share")));
    data.map(|data| data.join("applications")).ok_or_else(|| std::io::Error::other("no home folder"))
}

/// The link comes as one argument, behind `--`: whatever it holds, it is never an option and never meets a shell.
#[cfg(not(any(windows, target_os = "macos")))]
fn desktop_entry(program: &Path) -> String {
    let template = include_str!("../../../deploy/zelf-eid/zelf-eid.desktop");
    template.replace("Exec=zelf-eid ", &format!("Exec={} ", quoted(&program.to_string_lossy())))
}

/// As the Desktop Entry Specification quotes an argument of `Exec`.
#[cfg(not(any(windows, target_os = "macos")))]
fn quoted(program: &str) -> String {
    let mut text = String::from("\"");
    for letter in program.chars() {
        match letter {
            // The string is unescaped twice: as a value of the file, and as an argument.
            '\\' => text.push_str("\\\\\\\\"),
            '"' | '`' | '$' => text.extend(["\\\\", letter.encode_utf8(&mut [0; 4])]),
            '%' => text.push_str("%%"),
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

#[cfg(all(test, not(any(windows, target_os = "macos"))))]
mod tests {
    use super::*;

    #[test]
    fn the_desktop_gives_the_link_as_one_argument() {
        let entry = desktop_entry(Path::new("/home/an/my programs/zelf-eid"));
        assert!(entry.contains("Exec=\"/home/an/my programs/zelf-eid\" open -- %u\n"), "{entry}");
        assert!(entry.contains("MimeType=x-scheme-handler/zelf-eid;\n"), "{entry}");
    }

    #[test]
    fn a_path_with_odd_characters_stays_a_path() {
        assert_eq!(quoted("/a\"b$c%d\\e"), r#""/a\\"b\\$c%%d\\\\e""#);
    }
}
