//! What people read: complete in four languages, filled alike, and all of it used.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const LANGS: [&str; 4] = ["nl", "fr", "de", "en"];
const PREFIXES: &[&str] = &[
    "app", "site", "bank", "service", "story", "inbox", "sms", "mail", "claim", "approval", "ops", "card", "help",
    "console",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn book(lang: &str) -> (String, BTreeMap<String, String>) {
    let text = std::fs::read_to_string(root().join(format!("texts/{lang}.json"))).unwrap();
    let book = serde_json::from_str(&text).unwrap();
    (text, book)
}

/// Names in braces.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

#[test]
fn every_text_stands_in_every_language_and_is_filled_alike() {
    let (_, dutch) = book("nl");
    assert!(dutch.len() > 400);
    for lang in LANGS {
        let (_, other) = book(lang);
        let keys = |book: &BTreeMap<String, String>| book.keys().cloned().collect::<BTreeSet<_>>();
        let (own, theirs) = (keys(&dutch), keys(&other));
        let apart: Vec<_> = own.symmetric_difference(&theirs).collect();
        assert!(apart.is_empty(), "{lang}: {apart:?}");
        for (key, text) in &other {
            assert!(!text.trim().is_empty(), "{lang} {key} is empty");
            assert_eq!(
                places(text),
                dutch.get(key).map(|t| places(t)).unwrap_or_default(),
                "{lang} {key}: other places to fill than in Dutch"
            );
        }
    }
}

#[test]
fn nobody_is_shouted_at() {
    for lang in LANGS {
        for (key, text) in book(lang).1 {
            assert!(!text.contains('!'), "{lang} {key}: {text}");
        }
    }
}

#[test]
fn the_files_are_sorted_so_that_changes_are_readable() {
    for lang in LANGS {
        let (text, book) = book(lang);
        let lines =
            text.lines().filter_map(|line| line.trim_start().strip_prefix('"')?.split_once('"').map(|(key, _)| key));
        assert!(lines.eq(book.keys().map(String::as_str)), "{lang}.json is not in alphabetical order");
    }
}

#[test]
fn every_text_is_used_and_every_used_text_exists() {
    let (_, dutch) = book("nl");
    let (whole, built) = literals();
    let used = |key: &str| {
        whole.contains(key)
            || built
                .iter()
                .any(|(head, tail)| key.starts_with(head) && key.ends_with(tail) && key.len() > head.len() + tail.len())
    };
    let unused: Vec<_> = dutch.keys().filter(|key| !used(key)).collect();
    assert!(unused.is_empty(), "no source names {unused:#?}");
    let missing: Vec<_> = whole.iter().filter(|name| is_key(name) && !dutch.contains_key(*name)).collect();
    assert!(missing.is_empty(), "no text for {missing:#?}");
}

fn is_key(name: &str) -> bool {
    let mut parts = name.split('.');
    let known = parts.next().is_some_and(|prefix| PREFIXES.contains(&prefix));
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let rest: Vec<&str> = parts.collect();
    // A file's or a host's name is no text's name.
    let file = rest.last().is_some_and(|last| {
        ["css", "js", "json", "rs", "ts", "svg", "png", "html", "sock", "sqlite", "db", "key", "example"].contains(last)
    });
    known && !rest.is_empty() && !file && rest.iter().all(|part| word(part))
}

/// String literals of all sources: whole ones, and head and tail of those with one place to fill (`"claim.{}"`).
fn literals() -> (BTreeSet<String>, BTreeSet<(String, String)>) {
    let (mut whole, mut built) = (BTreeSet::new(), BTreeSet::new());
    for source in sources() {
        for quote in ['"', '\'', '`'] {
            for line in source.lines() {
                for literal in line.split(quote) {
                    let inside = literal.find('{').zip(literal.rfind('}'));
                    match inside {
                        Some((start, end)) if start < end => {
                            let head = literal[..start].trim_end_matches('$');
                            // TypeScript names whole families as a type (`app.${string}`): that is no use.
                            let family = quote == '`' && head.matches('.').count() == 1 && head.ends_with('.');
                            if !family && PREFIXES.iter().any(|p| head.starts_with(&format!("{p}."))) {
                                let (head, tail) = (head.to_owned(), literal[end + 1..].to_owned());
                                built.insert((head, tail));
                            }
                        }
                        _ => {
                            whole.insert(literal.to_owned());
                        }
                    }
                }
            }
        }
    }
    (whole, built)
}

fn sources() -> Vec<String> {
    fn walk(at: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(at).unwrap().flatten() {
            let path = entry.path();
            let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            if path.is_dir() && !path.ends_with("tests") {
                walk(&path, found);
            } else if ["rs", "ts", "tsx", "mjs"].contains(&ending) {
                found.push(std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut found = Vec::new();
    // The printed guides are made by a script.
    for folder in ["crates", "phone/src", "e2e/guides"] {
        walk(&root().join(folder), &mut found);
    }
    found
}

#[test]
fn every_misfortune_has_its_sentence_and_its_test() {
    let page = std::fs::read_to_string(root().join("docs/life.md")).unwrap();
    let (_, table) = page.split_once("## 10. Misfortunes").unwrap();
    let stories = std::fs::read_to_string(root().join("crates/trials/tests/server/misfortune.rs")).unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    assert_eq!(rows.len(), 11);
    for row in rows {
        let key = row.rsplit('`').nth(1).unwrap();
        for lang in LANGS {
            assert!(book(lang).1.contains_key(key), "{lang}: {key}");
        }
    }
    for story in [
        "sim_swapped_number",
        "stolen_phone_unlocked",
        "stolen_eid_with_pin",
        "shared_email",
        "two_reactivations_racing",
        "reactivation_while_blocked_by_helpdesk",
        "number_recycled_to_another_person",
        "a_closed_account_returning",
        "a_device_restored_from_backup",
        "storage_evicted_by_the_browser",
        "clock_off_by_a_day",
    ] {
        assert!(stories.contains(&format!("async fn {story}()")), "{story}");
    }
}
