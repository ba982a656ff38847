#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::number::MobileNumber;
use protocol::oidc::attributes::Attributes;

const NOW: i64 = 1_000_000;

fn begun() -> Enrolment {
    begun_to(Purpose::Activate)
}

fn begun_to(purpose: Purpose) -> Enrolment {
    let number = MobileNumber::read("BE", "0468 75 89 60", &[]).unwrap();
    let start = Start {
        browser_mac: "b".into(),
        contact: Contact { number, email: None },
        lang: "nl".into(),
        place: "p".into(),
        terms: "2026-11".into(),
        purpose,
    };
    Enrolment::start("enr_x".into(), start, NOW)
}

fn proof() -> Proof {
    let identity = Identity {
        method: "eid".into(),
        source: "be".into(),
        source_subject: String::new(),
        attributes: Attributes { given_name: Some("An".into()), ..Attributes::default() },
        document_number: "592".into(),
        document_expiry: "2031-01-01".into(),
        document: None,
        evidence_sha256: String::new(),
        proven_at: NOW,
    };
    Proof { identity, data: CardData::default() }
}

fn shown() -> Enrolment {
    let claimed = begun().claim("r".into(), NOW).unwrap();
    let (judged, _) = claimed.take_nonce(NOW).unwrap();
    judged.proven(proof(), NOW).unwrap().returned(None, NOW).unwrap()
}

#[test]
fn a_second_program_ends_it_and_the_person_may_start_again() {
    let twice = begun().claim("a".into(), NOW).unwrap().claim("b".into(), NOW).unwrap();
    assert_eq!(twice.stage.word(), "ended");
    let again = twice.again(None, NOW).unwrap();
    assert_eq!((again.stage.word(), again.sessions), ("waiting", 2));
}

#[test]
fn a_nonce_is_good_for_one_proof() {
    let (once, random) = begun().claim("r".into(), NOW).unwrap().take_nonce(NOW).unwrap();
    assert_eq!(random, "r");
    assert_eq!(once.take_nonce(NOW).err(), Some(Refusal::Expired));
}

#[test]
fn a_program_that_comes_too_late_finds_nothing() {
    assert_eq!(begun().claim("r".into(), NOW + SESSION_SECONDS).err(), Some(Refusal::Expired));
    let claimed = begun().claim("r".into(), NOW).unwrap();
    assert_eq!(claimed.take_nonce(NOW + SESSION_SECONDS).err(), Some(Refusal::Expired));
}

#[test]
fn three_wrong_sets_of_digits_and_no_fourth() {
    let claimed = begun().claim("r".into(), NOW).unwrap();
    let mut proven = claimed.proven(proof(), NOW).unwrap();
    for left in [2, 1, 0] {
        let (next, told) = proven.take_digits_try(NOW).unwrap();
        assert_eq!(told, left);
        proven = next;
    }
    let (ended, _) = proven.take_digits_try(NOW).unwrap();
    let expected = Stage::Ended { ended: Ended::DigitsExhausted, until: Some(NOW + FAILED_WAIT_SECONDS) };
    assert!(ended.stage == expected);
    let waits = Refusal::Wait { until: NOW + FAILED_WAIT_SECONDS, reason: WaitReason::FailedAttempt };
    assert_eq!(ended.again(None, NOW).err(), Some(waits));
}

#[test]
fn a_taken_token_takes_the_card_data_with_it() {
    let (taken, proof) = shown().taken("act_1".into(), "Chrome".into(), false, NOW + 60).unwrap();
    assert_eq!(proof.identity.first_name(), "An");
    assert!(taken.clone().new_token(NOW).is_err(), "no second phone");
    assert!(taken.clone().active("act_2").is_err(), "another phone's");
    assert_eq!(taken.active("act_1").unwrap().stage.word(), "active");
}

#[test]
fn a_card_read_to_block_shows_no_token_until_the_person_asks_for_one() {
    let claimed = begun_to(Purpose::Block).claim("r".into(), NOW).unwrap();
    let blocked = claimed.proven(proof(), NOW).unwrap().returned(None, NOW).unwrap().found(true);
    assert_eq!(blocked.stage.word(), "blocked");
    assert!(blocked.clone().new_token(NOW).is_err() && blocked.clone().again(None, NOW).is_err());
    assert!(shown().activates("t".into(), NOW).is_err(), "only after blocking");
    let back = blocked.clone().activates("2027-01".into(), NOW + 100).unwrap();
    assert_eq!((back.stage.word(), back.purpose, &*back.terms), ("token", Purpose::Activate, "2027-01"));
    assert_eq!(blocked.clone().activates("t".into(), blocked.expires_at).err(), Some(Refusal::Expired));
}

#[test]
fn a_row_of_before_was_made_to_activate() {
    let mut row = serde_json::to_value(begun()).unwrap();
    row.as_object_mut().unwrap().remove("purpose");
    assert_eq!(serde_json::from_value::<Enrolment>(row).unwrap().purpose, Purpose::Activate);
}

#[test]
fn a_new_token_has_its_own_five_minutes() {
    let next = shown().new_token(NOW + 299).unwrap();
    let Stage::Token(t) = next.stage else { panic!() };
    assert_eq!((t.generation, t.expires_at), (2, NOW + 299 + TOKEN_SECONDS));
}

#[test]
fn only_what_a_person_cannot_help_makes_them_wait() {
    assert!(Ended::Card("identity_signature".into()).earns_wait());
    assert!(!Ended::Card("card_expired".into()).earns_wait());
    assert!(!Ended::OtherBrowser.earns_wait());
}

#[test]
fn the_alphabet_has_no_two_signs_alike() {
    for pair in ["0O", "1lI", "5S", "2Z", "8B", "cC", "oO", "sS", "uU", "vV", "wW", "xX", "zZ", "kK", "pP", "iI"] {
        let there = pair.bytes().filter(|b| TOKEN_ALPHABET.contains(b)).count();
        assert!(there <= 1, "{pair}");
    }
    let mut signs = TOKEN_ALPHABET.to_vec();
    signs.sort_unstable();
    signs.dedup();
    assert_eq!(signs.len(), 32);
    assert_eq!(token(&[31; 32]), "777777");
}
