//! No order of events reaches an active phone without number, bank, join, SMS and code.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;
use protocol::jose::Jwk;
use protocol::oidc::attributes::Attributes;
use zelf_domain::activation::*;
use zelf_domain::identity::{Identity, Unfit};
use zelf_domain::number::MobileNumber;
use zelf_domain::refusal::Refusal;

fn number() -> MobileNumber {
    MobileNumber::from_e164("+32468758960").unwrap()
}

fn identity() -> Identity {
    Identity {
        method: "bank".into(),
        source: "kbc".into(),
        source_subject: "s".into(),
        attributes: Attributes { given_name: Some("An".into()), ..Attributes::default() },
        document_number: "1".into(),
        document_expiry: "2031-01-01".into(),
        document: None,
        evidence_sha256: "e".into(),
        proven_at: 0,
    }
}

fn back() -> Return {
    Return { identity: identity(), proof_mac: "p".into(), typed_mac: "t".into(), left: RETURN_TRIES }
}

fn fresh() -> Activation {
    let jwk = Jwk { kty: "EC".into(), crv: "P-256".into(), x: String::new(), y: String::new() };
    let start = Start {
        device: "dev_x".into(),
        jwk,
        lang: "nl".into(),
        terms: "t".into(),
        device_name: "d".into(),
        place: "10.0.0".into(),
    };
    Activation::start("act_x".into(), start, 0)
}

fn at_sms() -> Activation {
    let a = fresh().number(number(), 1).unwrap().email(None, 1).unwrap();
    let a = a.hand_over("kbc".into(), "u".into(), "p".into(), 1).unwrap().bank_confirmed(back(), Ok(()), 2).unwrap();
    a.take_return_try(3).unwrap().0.joined("m1".into(), false, 3).unwrap()
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Number,
    Email,
    HandOver,
    Cancelled,
    Confirmed,
    Minor,
    Join,
    WrongReturn,
    Resend,
    RightSms,
    WrongSms,
    Finish,
    Later(i64),
}

fn event() -> impl Strategy<Value = Event> {
    use Event::*;
    const PLAIN: [Event; 12] =
        [Number, Email, HandOver, Cancelled, Confirmed, Minor, Join, WrongReturn, Resend, RightSms, WrongSms, Finish];
    prop_oneof![6 => proptest::sample::select(&PLAIN[..]), 1 => (1_i64..200).prop_map(Later)]
}

proptest! {
    #[test]
    fn only_the_whole_path_activates(events in proptest::collection::vec(event(), 0..40)) {
        let (mut a, mut now) = (fresh(), 0);
        let (mut confirmed, mut joined, mut proven) = (false, false, false);
        for e in events {
            let before = a.clone();
            let next = match e {
                Event::Later(seconds) => { now += seconds; Ok(a) }
                Event::Number => a.number(number(), now),
                Event::Email => a.email(Some("a@b.be".into()), now),
                Event::HandOver => a.hand_over("kbc".into(), "u".into(), "p".into(), now).inspect(|_| confirmed = false),
                Event::Cancelled => a.bank_cancelled(),
                Event::Confirmed => a.bank_confirmed(back(), Ok(()), now).inspect(|_| confirmed = true),
                Event::Minor => a.bank_confirmed(back(), Err(Unfit::TooYoung), now),
                Event::Join => a.take_return_try(now).and_then(|(n, b)| {
                    if b.left < 0 { Ok(n) } else { n.joined("m".into(), false, now).inspect(|_| joined = true) }
                }),
                Event::WrongReturn => a.take_return_try(now).map(|(n, _)| n),
                Event::Resend => a.resend("m".into(), now),
                Event::RightSms => a.take_sms_try(now).map(|(n, check)| { proven = true; n.sms_proven(check, None) }),
                Event::WrongSms => a.take_sms_try(now).map(|(n, _)| n),
                Event::Finish => { a.choosing(now).cloned().and_then(|_| a.finish("acc_x".into(), "m4".into())) }
            };
            a = next.unwrap_or(before);
        }
        if let Stage::Active { first_name, .. } = &a.stage {
            prop_assert!(confirmed && joined && proven);
            prop_assert_eq!(first_name, "An");
        }
    }
}

#[test]
fn nine_wrong_sms_codes_end_the_attempt_with_twenty_minutes_wait() {
    let mut a = at_sms();
    let mut now = 3;
    for sent in 1..=MAX_SMS {
        for _ in 0..SMS_TRIES {
            a = a.take_sms_try(now).unwrap().0;
        }
        if sent < MAX_SMS {
            assert!(matches!(a.clone().take_sms_try(now), Err(Refusal::SmsWrong { left: 0 })));
            now += 61;
            a = a.resend("m".into(), now).unwrap();
        }
    }
    let Stage::Refused { ended, until, .. } = a.stage else { panic!("still going") };
    assert_eq!((ended, until), (Ended::SmsExhausted, Some(now + FAILED_WAIT_SECONDS)));
}

#[test]
fn a_new_sms_waits_its_turn_and_an_old_code_dies() {
    let a = at_sms();
    assert!(matches!(a.clone().resend("m2".into(), 10), Err(Refusal::Wait { until: 33, .. })));
    let a = a.resend("m2".into(), 33).unwrap();
    let (_, check) = a.take_sms_try(34).unwrap();
    assert_eq!(check.code_mac, "m2");
    assert!(matches!(at_sms().take_sms_try(3 + SMS_SECONDS), Err(Refusal::SmsWrong { left: 0 })));
}

#[test]
fn guessing_the_return_ends_the_attempt() {
    let a = fresh().number(number(), 1).unwrap().email(None, 1).unwrap();
    let mut a =
        a.hand_over("kbc".into(), "u".into(), "p".into(), 1).unwrap().bank_confirmed(back(), Ok(()), 2).unwrap();
    for _ in 0..RETURN_TRIES {
        a = a.take_return_try(3).unwrap().0;
    }
    let (a, taken) = a.take_return_try(3).unwrap();
    assert!(taken.left < 0);
    assert!(matches!(a.stage, Stage::Refused { ended: Ended::ReturnExhausted, until: Some(_), .. }));
}

#[test]
fn a_child_is_refused_without_a_wait() {
    let a = fresh().number(number(), 1).unwrap().email(None, 1).unwrap();
    let a = a.hand_over("kbc".into(), "u".into(), "p".into(), 1).unwrap();
    let a = a.bank_confirmed(back(), Err(Unfit::TooYoung), 2).unwrap();
    assert!(matches!(a.stage, Stage::Refused { ended: Ended::TooYoung, until: None, .. }));
    assert!(a.over(3));
}

#[test]
fn nothing_moves_after_half_an_hour() {
    let a = fresh().number(number(), 1).unwrap();
    assert_eq!(a.clone().email(None, TTL_SECONDS).err(), Some(Refusal::Expired));
    assert!(a.over(TTL_SECONDS));
}

#[test]
fn a_slip_in_the_address_is_told_and_no_address_is_fine() {
    let a = fresh().number(number(), 1).unwrap();
    assert_eq!(a.clone().email(Some("an@be".into()), 1).err(), Some(Refusal::EmailInvalid));
    assert!(a.email(None, 1).is_ok());
}

#[test]
fn a_sixth_visit_to_the_bank_is_one_too_many() {
    let mut a = fresh().number(number(), 1).unwrap().email(None, 1).unwrap();
    for _ in 0..MAX_HANDOVERS {
        a = a.hand_over("kbc".into(), "u".into(), "p".into(), 1).unwrap().bank_cancelled().unwrap();
    }
    assert!(matches!(a.hand_over("kbc".into(), "u".into(), "p".into(), 1), Err(Refusal::Wait { .. })));
}
