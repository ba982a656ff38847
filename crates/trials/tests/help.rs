//! The help pages and those who link to them: no link leads nowhere.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pages::help::{ANSWERS, Local, find};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// What stands between single quotes and looks like a slug.
fn quoted(source: &str) -> BTreeSet<&str> {
    let word = |text: &&str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split('\'').skip(1).step_by(2))
        .filter(word)
        .collect()
}

#[test]
fn every_answer_that_the_app_links_to_is_there() {
    let source = std::fs::read_to_string(root().join("phone/src/help.ts")).unwrap();
    // Every other link of the file has this type, so that its compiler checks the rest.
    let kind = source.split_once("export type Slug =").and_then(|(_, rest)| rest.split_once("\n\n")).unwrap().0;
    let slugs = quoted(kind);
    assert!(slugs.len() > 20, "the app's links were not found: {slugs:?}");
    let lost: Vec<_> = slugs.into_iter().filter(|slug| find(slug).is_none()).collect();
    assert!(lost.is_empty(), "no answer for {lost:?}");
}

#[test]
fn every_answer_that_a_page_links_to_is_there() {
    let mut links = 0;
    for lang in words::Lang::ALL {
        for (name, page) in pages::samples(lang) {
            let page = page.into_string();
            for slug in page
                .split("/help/a/")
                .skip(1)
                .filter_map(|rest| rest.split(['?', '"']).next())
                .filter(|s| !s.is_empty())
            {
                links += 1;
                assert!(find(slug).is_some(), "{name} links to {slug}");
            }
        }
    }
    assert!(links > ANSWERS.len() * 4, "the links were not found");
}

#[test]
fn the_sample_of_help_points_can_be_used_and_names_nobody_real() {
    let text = std::fs::read_to_string(root().join("deploy/help-points.toml")).unwrap();
    let local: Local = toml::from_str(&text).unwrap();
    local.check().unwrap();
    assert!(local.points.len() >= 5);
    for point in &local.points {
        let addresses = point.mail.iter().chain(&point.site);
        assert!(addresses.into_iter().all(|a| a.contains(".example")), "{}: an address of somebody", point.name);
    }
    assert!(toml::from_str::<Local>("report = \"a@b.be\"").is_err(), "a slip must not pass for a setting");
    assert!(toml::from_str::<Local>("[[point]]\nname = \"x\"").is_err());
}
