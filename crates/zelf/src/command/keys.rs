//! `zelf keys`: what signs our tokens and opens what partners encrypt. A running server takes over a rotation by itself.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use journeys::keys::{KeyFile, KeyState, Listed, day, due, due_certificate};
use protocol::oidc::keys::{Kind, Rotated};

use crate::config::Config;
use crate::{expiry, wire};

/// Options of `zelf keys`.
#[derive(Args)]
pub struct KeysArgs {
    /// The configuration file.
    #[arg(long, default_value = "zelf.toml", global = true)]
    config: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// All keys and until when they are good.
    List,
    /// Announce a next key; the one announced before takes over.
    Rotate {
        /// sig-ec, sig-rsa, sig-ed, enc-rsa, enc-ec or bank-client, several with commas; all when left out.
        #[arg(long, value_delimiter = ',', value_parser = kind)]
        kind: Vec<Kind>,
        /// After a theft: a fresh key takes over at once, and what the others signed is believed no more. Partners may see an unknown
        /// key for minutes.
        #[arg(long)]
        now: bool,
    },
    /// Fails when a key or the certificate ends within 30 days, and says what to do.
    Check,
}

fn kind(name: &str) -> Result<Kind, String> {
    let all = Kind::ALL.map(Kind::as_str).join(", ");
    Kind::parse(name).ok_or_else(|| format!("a kind of key is one of {all}"))
}

pub fn run(args: &KeysArgs) -> ExitCode {
    match act(args) {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("zelf keys: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn act(args: &KeysArgs) -> Result<String, String> {
    let config = Config::read(&args.config)?;
    let path = config.data.join("platform.keys");
    let mut file = open(&path, &config)?;
    match &args.what {
        What::List => Ok(table(&file.list()?)),
        What::Rotate { kind, now } => {
            let chosen = if kind.is_empty() { &Kind::ALL[..] } else { kind };
            rotate(&mut file, &path, &config, chosen, *now)
        }
        What::Check => check(&file.list()?, &config),
    }
}

fn open(path: &Path, config: &Config) -> Result<KeyFile, String> {
    let text = std::fs::read_to_string(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => format!("{}: no keys yet, start `zelf serve` once", path.display()),
        _ => format!("{}: {e}", path.display()),
    })?;
    let mut file = KeyFile::read(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    if file.complete(wire::key_rules(config))? {
        file.write(path)?;
    }
    Ok(file)
}

fn rotate(file: &mut KeyFile, path: &Path, config: &Config, kinds: &[Kind], at_once: bool) -> Result<String, String> {
    let rules = wire::key_rules(config);
    let mut told = Vec::new();
    for kind in kinds {
        let what = match file.rotate(*kind, at_once, rules)? {
            Rotated::Announced => "a next key is published; run this again in a day, then it takes over",
            Rotated::Replaced => "another key is in use; the one before stays published for two days",
            Rotated::Withdrawn if kind.opens() => {
                "a fresh key is in use; those of before are published no more, and open for two days"
            }
            Rotated::Withdrawn => "a fresh key is in use; those of before are published and believed no more",
        };
        told.push(format!("{:<12} {what}", kind.as_str()));
    }
    file.write(path)?;
    Ok(told.join("\n"))
}

fn table(keys: &[Listed]) -> String {
    let mut rows = vec![format!("{:<12} {:<8} {:<34} {:<11} ends", "kind", "state", "name", "made")];
    rows.extend(keys.iter().map(|key| {
        let state = match key.state {
            KeyState::Next => "next",
            KeyState::Current => "current",
            KeyState::Old => "old",
        };
        let (kind, made, ends) = (key.kind.as_str(), day(key.created_at), day(key.not_after));
        format!("{kind:<12} {state:<8} {:<34} {made:<11} {ends}", key.kid)
    }));
    rows.join("\n")
}

fn check(keys: &[Listed], config: &Config) -> Result<String, String> {
    let now = wire::key_rules(config).now;
    let used = keys.iter().filter(|key| key.state != KeyState::Old);
    let ends: Vec<(Kind, String, i64)> = used.map(|key| (key.kind, key.kid.clone(), key.not_after)).collect();
    let mut told = due(&ends, now);
    if let Some(tls) = &config.tls {
        let end = expiry::of_certificate(&tls.certificate)?;
        told.extend(due_certificate(&tls.certificate.display().to_string(), end, now));
    }
    match (told.is_empty(), ends.iter().map(|(_, _, end)| *end).min()) {
        (true, Some(first)) => Ok(format!("all keys are good until {}", day(first))),
        _ => Err(told.join("\n")),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Words {
        #[command(flatten)]
        keys: KeysArgs,
    }

    fn say(config: &Path, words: &str) -> Result<String, String> {
        let words = ["zelf", "--config"].into_iter().chain(config.to_str()).chain(words.split(' '));
        act(&Words::try_parse_from(words).map_err(|e| e.to_string())?.keys)
    }

    fn states(config: &Path, kind: &str) -> Vec<String> {
        let table = say(config, "list").unwrap();
        let rows = table.lines().filter(|row| row.starts_with(&format!("{kind} ")));
        rows.filter_map(|row| row.split_whitespace().nth(1)).map(str::to_owned).collect()
    }

    #[test]
    fn an_operator_announces_a_key_and_lets_it_take_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("zelf.toml");
        let lines = "issuer = \"http://localhost:1\"\napp = \"http://localhost:2\"\ndata = \"data\"\n";
        std::fs::write(&file, lines).unwrap();
        assert!(say(&file, "list").unwrap_err().contains("start `zelf serve` once"));
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let rules = wire::key_rules(&Config::read(&file).unwrap());
        let path = folder.path().join("data/platform.keys");
        KeyFile::fresh(rules, wire::fill).unwrap().write(&path).unwrap();

        assert!(say(&file, "check").unwrap().contains("all keys are good until"));
        say(&file, "rotate --kind sig-rsa,bank-client").unwrap();
        assert_eq!(
            (states(&file, "sig-rsa"), states(&file, "sig-ec")),
            (vec!["next".into(), "current".into()], vec!["current".into()])
        );
        assert!(say(&file, "rotate --kind sig-rsa").unwrap().contains("in use"));
        assert_eq!(states(&file, "sig-rsa"), ["current", "old"]);
        assert!(say(&file, "rotate --now").unwrap().contains("believed no more"));
        assert_eq!(
            (states(&file, "enc-ec"), states(&file, "bank-client"), states(&file, "sig-rsa")),
            (vec!["current".into(), "old".into()], vec!["current".into()], vec!["current".into()])
        );
        assert!(say(&file, "rotate --kind rsa").unwrap_err().contains("sig-ec"));

        let secret = std::fs::read_to_string(&path).unwrap();
        assert!(!say(&file, "list").unwrap().contains(secret.split('"').nth(7).unwrap()));
        std::fs::write(&file, format!("{lines}[rules]\nkey_days = 30\n")).unwrap();
        assert!(say(&file, "check").unwrap_err().contains("key_days"));
    }
}
