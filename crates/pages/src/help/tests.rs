//! What people type finds its answer, in every language; and every answer leads somewhere.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// What people type for each question; the browser tests type it too.
fn asked() -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    serde_json::from_str(include_str!("asked.json")).unwrap()
}

/// The 22 questions that people at a help desk ask, in their order; the 21st is two.
const TWENTY_TWO: [&str; 23] = [
    "internet",
    "update",
    "pin-lost",
    "forgotten-code",
    "wait-20-minutes",
    "unblock",
    "bank-data-old",
    "bank-app-missing",
    "bank-not-listed",
    "authentication-stopped",
    "new-number",
    "new-phone",
    "already-account",
    "token-expired",
    "reader-not-seen",
    "bank-sms-other-number",
    "suspicious-message",
    "get-help",
    "no-email",
    "foreign-number",
    "too-young",
    "credit-card",
    "no-chip",
];

#[test]
fn what_people_type_finds_the_right_answer() {
    let (mut first, mut all, mut lost) = (0, 0, Vec::new());
    for (slug, by_language) in asked() {
        for lang in Lang::ALL {
            for query in by_language.get(lang.code()).unwrap() {
                let found: Vec<&str> = search(lang, query).iter().map(|answer| answer.slug).collect();
                all += 1;
                first += usize::from(found.first() == Some(&slug.as_str()));
                if !found.iter().take(3).any(|f| *f == slug) {
                    lost.push(format!("{} {query:?}: wanted {slug}, found {found:?}", lang.code()));
                }
            }
        }
    }
    assert!(lost.is_empty(), "{} of {all} not among the first three:\n{}", lost.len(), lost.join("\n"));
    println!("{first} of {all} first");
    assert!(first * 100 >= all * 85, "only {first} of {all} are the very first");
}

#[test]
fn every_question_was_typed_in_every_language_twice_and_the_twenty_two_with_a_slip_besides() {
    let asked = asked();
    assert_eq!(asked.keys().map(String::as_str).collect::<BTreeSet<_>>(), every_slug().into_iter().collect());
    for (slug, by_language) in &asked {
        let wanted = if TWENTY_TWO.contains(&slug.as_str()) && slug != "credit-card" { 3 } else { 2 };
        for lang in Lang::ALL {
            assert!(by_language.get(lang.code()).is_some_and(|typed| typed.len() >= wanted), "{slug} {lang:?}");
        }
    }
}

#[test]
fn nonsense_finds_nothing_and_harms_nobody() {
    for query in ["", "   ", "?!", "qqqqqqqqqq", "x", "\u{0}\u{202e}", "🙂🙂🙂", "<script>"] {
        assert!(search(Lang::Nl, query).is_empty(), "{query:?}");
    }
    let flood = "blokkeren ".repeat(10_000);
    assert!(!search(Lang::Nl, &flood).is_empty(), "the first words count");
}

#[test]
fn case_accents_and_order_do_not_matter() {
    let slugs = |query: &str| search(Lang::Fr, query).iter().map(|a| a.slug).collect::<Vec<_>>();
    assert_eq!(slugs("téléphone volé").first(), Some(&"lost-phone"));
    assert_eq!(slugs("VOLE TELEPHONE"), slugs("téléphone volé"));
}

#[test]
fn every_answer_has_its_words_and_steps_alike_in_every_language() {
    for answer in &ANSWERS {
        let steps = answer.text(Lang::Nl, "steps").lines().count();
        assert!((3..=5).contains(&steps), "{}: {steps} steps", answer.slug);
        for lang in Lang::ALL {
            for part in ["title", "what", "steps", "button", "words"] {
                assert!(!answer.text(lang, part).is_empty(), "{} has no {part} in {lang:?}", answer.slug);
            }
            assert_eq!(answer.text(lang, "steps").lines().count(), steps, "{} {lang:?}", answer.slug);
            assert!(answer.text(lang, "steps").lines().all(|step| !step.trim().is_empty()), "{}", answer.slug);
        }
        for alike in answer.alike {
            assert!(find(alike).is_some_and(|other| other.slug != answer.slug), "{} → {alike}", answer.slug);
        }
    }
    let slugs: BTreeSet<&str> = every_slug().into_iter().collect();
    assert_eq!(slugs.len(), ANSWERS.len(), "a slug stands twice");
    assert!(TWENTY_TWO.iter().all(|slug| slugs.contains(slug)));
}

#[test]
fn every_answer_ends_in_exactly_one_button() {
    for lang in Lang::ALL {
        for page in HelpAnswer::samples(lang) {
            let slug = page.answer.slug;
            let page = page.render().into_string();
            assert_eq!(page.matches("class=\"button\"").count(), 1, "{slug}");
            let (_, after) = page.split_once("id=\"next\" href=\"").unwrap_or_else(|| panic!("{slug} has no button"));
            let target = after.split_once('"').unwrap().0;
            assert!(target.starts_with('/') || target.starts_with("https://"), "{slug} leads to {target}");
        }
    }
}

#[test]
fn a_link_stands_in_no_advice() {
    for lang in Lang::ALL {
        for answer in &ANSWERS {
            assert!(!answer.text(lang, "steps").contains("http"), "{} {lang:?}", answer.slug);
        }
    }
}

fn point(name: &str, postcode: &str, town: &str) -> Point {
    Point {
        name: name.into(),
        street: "Lindestraat 1".into(),
        postcode: postcode.into(),
        town: town.into(),
        hours: vec![Opening { days: vec![Day::Mo], from: "09:30".into(), to: "12:00".into() }],
        phone: None,
        mail: None,
        site: None,
        kinds: vec![Kind::Visit],
        languages: vec!["nl".into()],
    }
}

#[test]
fn help_is_found_by_postcode_by_town_and_else_by_distance() {
    let points = vec![
        point("Zuid", "9000", "Gent"),
        point("Noord", "1000", "Brussel · Bruxelles"),
        point("Ost", "4700", "Eupen"),
    ];
    let local = Local { points, ..Local::default() };
    let first = |query: &str| {
        let (here, found) = local.near(query);
        assert_eq!(found.len(), 3, "nobody is left without an address");
        (here, found.first().unwrap().name.clone())
    };
    assert_eq!(first("1000"), (true, "Noord".into()));
    assert_eq!(first("bruxelles"), (true, "Noord".into()));
    assert_eq!(first("Gnet"), (true, "Zuid".into()));
    assert_eq!(first("4701"), (false, "Ost".into()));
    assert_eq!(first("9999"), (false, "Zuid".into()));
    assert!(!first("qqqq").0);
    assert!(!first("").0);
}

#[test]
fn a_slip_in_a_help_point_is_told_by_name() {
    let with = |change: fn(&mut Point)| {
        let mut wrong = point("Zuid", "9000", "Gent");
        change(&mut wrong);
        Local { points: vec![wrong], ..Local::default() }.check()
    };
    assert_eq!(with(|_| ()), Ok(()));
    let slips: [fn(&mut Point); 7] = [
        |p| p.town = " ".into(),
        |p| p.street = "a\nb".into(),
        |p| p.kinds.clear(),
        |p| p.site = Some("javascript:alert(1)".into()),
        |p| p.mail = Some("nobody".into()),
        |p| p.languages = vec!["nederlands".into()],
        |p| p.hours = vec![Opening { days: vec![Day::Mo], from: "9h".into(), to: "25:00".into() }],
    ];
    for slip in slips {
        assert!(with(slip).is_err_and(|why| why.contains("help point")));
    }
    assert!(Local { report_to: Some("a b@c.be".into()), ..Local::default() }.check().is_err());
    assert!(Local { new_pin: Some("http://pin.example".into()), ..Local::default() }.check().is_err());
}
