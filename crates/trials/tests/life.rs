//! The walk: from every state that an account can be in there is a short way back, and none for a thief. The states are found by
//! doing, not listed; the drawing in the documentation is made from the same law.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

use domain::life::{Act, By, Life, Need, Phone, Standing};

/// Screens that a known person passes at most.
const LONGEST_WAY: u32 = 6;

/// What is true outside our tables: the phone may be lost, the card stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Situation {
    life: Life,
    /// The phone that acts for the account is in its person's hand, with its keys.
    in_hand: bool,
}

const FIRST: Situation = Situation { life: Life { standing: Standing::Open, phone: Phone::Works }, in_hand: true };

fn usable(s: Situation) -> bool {
    s.life.usable() && s.in_hand
}

/// What follows from one act by somebody who has what it needs.
fn after(s: Situation, act: Act) -> Option<Situation> {
    let life = s.life.after(act).ok()?;
    let fresh = matches!(act, Act::Activate | Act::Reactivate { .. } | Act::NewPhone);
    Some(Situation { life, in_hand: if fresh { true } else { s.in_hand && life.phone != Phone::None } })
}

/// Every situation that can come about, by any act of anybody, and by losing the phone (or its storage).
fn reachable() -> BTreeSet<Situation> {
    let mut found = BTreeSet::from([FIRST]);
    let mut queue = VecDeque::from([FIRST]);
    while let Some(now) = queue.pop_front() {
        let lost = Situation { in_hand: false, ..now };
        for next in Act::ALL.iter().filter_map(|act| after(now, *act)).chain([lost]) {
            if found.insert(next) {
                queue.push_back(next);
            }
        }
    }
    found
}

/// Fewest screens from `start` to a usable account with these means; `None`: there is no way.
fn way_back(start: Situation, means: &[Need]) -> Option<u32> {
    let mut best = BTreeMap::from([(start, 0)]);
    let mut queue = VecDeque::from([start]);
    while let Some(now) = queue.pop_front() {
        let so_far = best.get(&now).copied().unwrap_or_default();
        for act in Act::ALL {
            let has = |need: &Need| match need {
                Need::Phone | Need::Code => now.in_hand && means.contains(need),
                need => means.contains(need),
            };
            let Some(next) = after(now, act).filter(|_| act.needs().iter().all(has)) else { continue };
            let screens = so_far + act.screens();
            if best.get(&next).is_none_or(|known| screens < *known) {
                best.insert(next, screens);
                queue.push_back(next);
            }
        }
    }
    best.into_iter().filter(|(s, _)| usable(*s)).map(|(_, screens)| screens).min()
}

#[test]
fn from_every_state_there_is_a_short_way_back_with_bank_or_card() {
    let all = reachable();
    assert!(all.len() >= 12, "{} situations", all.len());
    for s in all {
        let alone = way_back(s, &[Need::Card, Need::Sim, Need::Time]);
        let helped = way_back(s, &[Need::Card, Need::Sim, Need::Time, Need::TwoOfStaff]);
        let screens = helped.unwrap_or_else(|| panic!("no way back from {s:?}"));
        assert!(screens <= LONGEST_WAY, "{screens} screens from {s:?}");
        // Only a hold needs the helpdesk, which comes back to the person by itself.
        assert_eq!(alone.is_none(), s.life.standing == Standing::Held, "{s:?}");
    }
}

#[test]
fn without_card_or_phone_there_is_no_way_in() {
    let without = [Need::Sim, Need::BlockCode, Need::StopCode, Need::Time, Need::OneOfStaff, Need::TwoOfStaff];
    for s in reachable().into_iter().filter(|s| !usable(*s)) {
        // The helpdesk itself, all of it, with the SIM and every code of paper.
        assert_eq!(way_back(Situation { in_hand: false, ..s }, &without), None, "{s:?}");
    }
}

#[test]
fn a_thief_with_the_phone_but_not_its_code_can_only_block() {
    for s in reachable().into_iter().filter(|s| s.in_hand) {
        for act in Act::ALL.into_iter().filter(|act| act.needs().iter().all(|need| *need == Need::Phone)) {
            if let Some(next) = after(s, act) {
                assert!(matches!(next.life.standing, Standing::Blocked(_)), "{act:?} from {s:?}");
            }
        }
    }
}

#[test]
fn what_a_stopped_comeback_was_made_with_opens_nothing() {
    let stopped = Life { standing: Standing::Blocked(By::StopCode), phone: Phone::None };
    for vouched in [false, true] {
        assert!(stopped.after(Act::Reactivate { distrusted: true, vouched }).is_err());
    }
    assert!(stopped.after(Act::Reactivate { distrusted: false, vouched: false }).is_ok(), "another card does");
    assert!(stopped.after(Act::Release).is_ok(), "or the helpdesk, by two");
}

#[test]
fn limited_accounts_log_in_and_nothing_else() {
    let limited = Life { standing: Standing::Open, phone: Phone::Limited };
    assert!(limited.usable());
    for act in [Act::NewPhone, Act::Change, Act::ChangeNumber { by_helpdesk: false }, Act::Close] {
        assert!(limited.after(act).is_err(), "{act:?}");
    }
    assert!(limited.after(Act::ChangeNumber { by_helpdesk: true }).is_err());
    assert!(limited.after(Act::Block(By::Citizen)).is_ok(), "blocking always works");
}

/// Names of states and acts in the drawing.
fn state(life: Life) -> String {
    match (life.standing, life.phone) {
        (Standing::Open, Phone::Works) => "open".into(),
        (Standing::Open, Phone::Limited) => "limited".into(),
        (Standing::Open, Phone::None) => "without phone".into(),
        (Standing::Blocked(By::StopCode), _) => "stopped".into(),
        (Standing::Blocked(_), _) => "blocked".into(),
        (Standing::Held, _) => "held".into(),
        (Standing::Closed, _) => "closed".into(),
    }
}

fn name(act: Act) -> &'static str {
    match act {
        Act::Activate => "activate",
        Act::Block(By::Citizen) => "block in the app",
        Act::Block(By::BlockCode) => "block with the block code",
        Act::Block(By::Card) => "block with the identity card",
        Act::Block(By::WrongCodes) => "fifth wrong code",
        Act::Block(By::StopCode) => "stop (72 h)",
        Act::Block(By::Helpdesk) => "block by the helpdesk",
        Act::Hold => "hold",
        Act::Release => "release",
        Act::Reactivate { distrusted: false, vouched: false } => "reactivate",
        Act::Reactivate { distrusted: false, vouched: true } => "reactivate, the old phone says yes",
        Act::Reactivate { distrusted: true, .. } => "reactivate with the stopped document",
        Act::NewPhone => "new phone, scanned by the old one",
        Act::Change => "change mail, code or fingerprint",
        Act::ChangeNumber { by_helpdesk: false } => "change number",
        Act::ChangeNumber { by_helpdesk: true } => "number changed by the helpdesk",
        Act::Day => "24 hours pass",
        Act::Close => "close",
    }
}

fn need(need: Need) -> &'static str {
    match need {
        Need::Phone => "the phone",
        Need::Code => "its code",
        Need::Card => "bank card with reader, or identity card with PIN",
        Need::Sim => "SMS on the number",
        Need::BlockCode => "the block code",
        Need::StopCode => "a stop code",
        Need::OneOfStaff => "somebody of the helpdesk",
        Need::TwoOfStaff => "two people of the helpdesk",
        Need::Time => "nothing",
    }
}

fn drawing() -> String {
    let mut arrows = BTreeMap::<(String, String), BTreeSet<&str>>::new();
    for s in reachable() {
        for act in Act::ALL {
            if let Ok(next) = s.life.after(act) {
                arrows.entry((state(s.life), state(next))).or_default().insert(name(act));
            }
        }
    }
    let mut out = String::from(
        "# States of an account\n\nMade by `cargo xtask gen` from `domain::life`, the code that decides; the law is explained in [life.md](life.md).\n\n```mermaid\nstateDiagram-v2\n    [*] --> open: activate\n",
    );
    let id = |state: &str| state.replace(' ', "_");
    for ((from, to), acts) in &arrows {
        let acts = acts.iter().copied().collect::<Vec<_>>().join(" / ");
        let _ = writeln!(out, "    {} --> {}: {acts}", id(from), id(to));
    }
    out.push_str("```\n\n| Act | Who must have | Screens |\n|---|---|---|\n");
    let mut told = BTreeSet::new();
    for act in Act::ALL.into_iter().filter(|act| !matches!(act, Act::Reactivate { distrusted: true, .. })) {
        if told.insert(name(act)) {
            let needs = act.needs().iter().map(|n| need(*n)).collect::<Vec<_>>().join(" + ");
            let _ = writeln!(out, "| {} | {needs} | {} |", name(act), act.screens());
        }
    }
    out
}

const DRAWING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/life-states.md");

#[test]
fn the_drawing_is_the_law_of_today() {
    assert_eq!(std::fs::read_to_string(DRAWING).unwrap_or_default(), drawing(), "run `cargo xtask gen`");
}

#[test]
#[ignore = "writes a file of the repository: cargo xtask gen"]
fn draw() {
    std::fs::write(DRAWING, drawing()).unwrap();
}
