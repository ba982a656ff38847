//! The walls of the house: which room may lean on which, and what may not be said in which room.
//! The picture is in ARCHITECTURE.md; `floor` is the same picture for the compiler's eyes.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Floors from the ground up. A room leans only on rooms below its own floor.
const FLOORS: &[&[&str]] = &[
    &["protocol", "words", "db", "eid-card"],
    &["domain", "vault", "pages", "eid-proof", "eid-virtual"],
    &["store", "outbound", "eid-session"],
    &["journeys"],
    &["web"],
    &["demo"],
    &["zelf", "eid"],
    &["trials"],
];

/// Rooms that may know only these, whatever their floor.
const NARROW: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("words", &[]),
    ("db", &[]),
    ("domain", &["protocol"]),
    ("pages", &["words"]),
    // The vault must not see the platform's rows; other people, played by us, know what strangers know.
    ("vault", &["protocol", "db"]),
    ("demo", &["protocol", "words", "pages", "eid-card", "eid-virtual", "eid-session"]),
    // The card program sees what a stranger's computer sees.
    ("eid-card", &[]),
    ("eid-proof", &["protocol", "eid-card"]),
    ("eid-virtual", &["protocol", "eid-card"]),
    ("eid-session", &["protocol", "words", "eid-card", "eid-proof"]),
    ("eid", &["protocol", "words", "eid-card", "eid-proof", "eid-session"]),
    ("web", &["protocol", "domain", "journeys", "db", "words", "pages"]),
];

/// Rooms that hold SQL. The demo's bank is other people: it keeps its own rows.
const SQL: &[&str] =
    &["crates/db/", "crates/store/", "crates/vault/", "crates/demo/src/bank/", "crates/pg-in-a-folder/"];

/// Longer than 400 lines because they are one table each.
const TABLES: &[&str] = &["crates/demo/src/customers.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    fn walk(at: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(at).unwrap().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() {
                if !["node_modules", "target", "dist"].iter().any(|skipped| name == *skipped) {
                    walk(&path, found);
                }
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.retain(|path| endings.iter().any(|ending| path.extension().is_some_and(|e| e == *ending)));
    found.sort();
    let name = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
    found.iter().filter_map(|path| Some((name(path), std::fs::read_to_string(path).ok()?))).collect()
}

/// Source lines of `text` with their numbers, without comment lines.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Product text of a Rust file: its tests at the foot are left out.
fn product(text: &str) -> &str {
    text.split_once("#[cfg(test)]").map_or(text, |(before, _)| before)
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// Room → rooms it leans on, tests' own dependencies left out.
fn arrows() -> BTreeMap<String, Vec<String>> {
    let out = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let told: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let room = |package: &serde_json::Value| package["name"].as_str().unwrap().trim_start_matches("zelf-").to_owned();
    let leans = |package: &serde_json::Value| {
        let all = package["dependencies"].as_array().unwrap();
        all.iter().filter(|d| d["kind"] != "dev" && !d["path"].is_null()).map(room).collect()
    };
    told["packages"].as_array().unwrap().iter().map(|package| (room(package), leans(package))).collect()
}

#[test]
fn every_arrow_points_down() {
    let arrows = arrows();
    assert!(arrows.len() >= 13, "the rooms were not read: {arrows:?}");
    for (room, below) in &arrows {
        let Some(at) = floor(room) else {
            assert!(below.is_empty(), "{room} stands on no floor and leans on {below:?}: give it a floor here");
            continue;
        };
        for other in below {
            assert!(floor(other).is_some_and(|f| f < at), "{room} leans on {other}, which is not below it");
        }
        if let Some((_, known)) = NARROW.iter().find(|(narrow, _)| narrow == room) {
            let stranger = below.iter().find(|other| !known.contains(&other.as_str()));
            assert!(stranger.is_none(), "{room} may know {known:?}, not {stranger:?}");
        }
    }
}

#[test]
fn sql_lives_on_one_shelf() {
    let starts =
        ["SELECT ", "INSERT INTO ", "DELETE FROM ", "UPDATE ", "CREATE TABLE "].map(|word| format!("\"{word}"));
    for (name, text) in files("crates", &["rs"]) {
        let shelf = SQL.iter().any(|room| name.starts_with(room))
            || name.contains("/tests/")
            || name.starts_with("crates/trials/");
        if shelf {
            continue;
        }
        for (at, line) in code(product(&text)) {
            assert!(!starts.iter().any(|start| line.contains(start)), "{name}:{at}: SQL belongs to db, store or vault");
        }
    }
}

#[test]
fn rules_and_bytes_do_no_work_of_their_own() {
    let foreign = [
        "tokio::",
        "axum::",
        "reqwest::",
        "rusqlite::",
        "SystemTime",
        "Instant::now",
        "std::fs",
        "std::net",
        "std::env",
    ];
    for room in
        ["crates/domain/src", "crates/protocol/src", "crates/pages/src", "crates/eid-card/src", "crates/eid-proof/src"]
    {
        for (name, text) in files(room, &["rs"]) {
            for (at, line) in code(product(&text)) {
                let found = foreign.iter().find(|word| line.contains(*word));
                assert!(found.is_none(), "{name}:{at}: no I/O and no clock here, but {}", found.unwrap_or(&""));
            }
        }
    }
}

#[test]
fn rules_take_no_chances() {
    for (name, text) in files("crates/domain/src", &["rs"]) {
        for (at, line) in code(product(&text)) {
            assert!(!line.contains("rand::") && !line.contains("aws_lc_rs"), "{name}:{at}: chance is an argument");
        }
    }
}

#[test]
fn exceptions_carry_their_reason() {
    let word = ["#[al", "low("].concat();
    let whole = ["#![al", "low("].concat();
    for (name, text) in ["crates", "xtask"].iter().flat_map(|folder| files(folder, &["rs"])) {
        for (at, line) in code(&text) {
            assert!(!line.contains(&word) && !line.contains(&whole), "{name}:{at}: use #[expect(…, reason = \"…\")]");
        }
    }
}

#[test]
fn a_file_answers_one_question() {
    let mut long = Vec::new();
    for (name, text) in
        ["crates", "xtask", "phone/src", "e2e"].iter().flat_map(|folder| files(folder, &["rs", "ts", "tsx", "mjs"]))
    {
        let lines = product(&text).lines().count();
        if lines > 400 && !name.contains("/tests/") && !TABLES.contains(&name.as_str()) {
            long.push(format!("{name}: {lines} lines"));
        }
    }
    assert!(long.is_empty(), "which second question moved in?\n{}", long.join("\n"));
}

#[test]
fn no_other_scheme_is_named() {
    let name = ["its", "me"].concat();
    for (file, text) in ["crates", "phone/src", "texts"]
        .iter()
        .flat_map(|folder| files(folder, &["rs", "ts", "tsx", "json", "css", "js"]))
    {
        // What stands in the claims of existing integrations, and the word for what the mount under /v2 is compatible with.
        let told = text.to_lowercase().replace(&format!("{name}.services"), "").replace(&format!("{name}®"), "");
        assert!(!told.contains(&name), "{file} names another scheme");
    }
}
