//! Card, reader and issuer together.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use super::card::{AID, BITMAP, Card, Memory, Personalisation};
use super::issuer::{Issuer, Refused};
use super::key::{CardNumber, Key, Suite, card_key};
use super::reader::{Mode, ReaderError, response};

const ISSUER_KEY: [u8; 16] =
    [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10];

fn number(pan: &str) -> CardNumber {
    CardNumber::new(pan, 1).unwrap()
}

fn issuer(suite: Suite) -> Issuer {
    Issuer { key: Key::new(ISSUER_KEY), suite, derivation_key_index: 1, bitmap: BITMAP.to_vec(), psn_first: false }
}

fn made(suite: Suite, pan: &str) -> Personalisation {
    let number = number(pan);
    Personalisation {
        key: card_key(suite, &Key::new(ISSUER_KEY), &number),
        number,
        suite,
        derivation_key_index: 1,
        bitmap: BITMAP.to_vec(),
        psn_first: false,
        pin: "1234".into(),
    }
}

fn sign(challenge: &str) -> Mode {
    Mode::Sign(vec![challenge.into()])
}

const PAN: &str = "6703000012345678";

/// One insertion, one code; the memory is carried on.
fn code(memory: &mut Memory, suite: Suite, mode: &Mode, pin: &str) -> Result<String, ReaderError> {
    let mut card = Card::insert(made(suite, PAN), *memory);
    let code = response(&mut card, &[b"\xA0\0\0\0\x04\x80\x02", &AID], mode, pin);
    *memory = card.memory();
    code
}

#[test]
fn the_twelve_digits_of_the_seed_are_signed_as_measured() {
    let mut memory = Memory { counter: 65, ..Memory::NEW };
    let code = code(&mut memory, Suite::TripleDes, &sign("375826546989"), "1234").unwrap();
    assert_eq!(code, "17447534");
    let check = |challenge: &str, last| issuer(Suite::TripleDes).check(&number(PAN), &sign(challenge), &code, last);
    assert_eq!(check("375826546989", 60), Ok(66));
    assert_eq!(check("375826546989", 66), Err(Refused), "a replay");
    assert_eq!(check("375826546980", 60), Err(Refused), "a foreign challenge");
    assert_eq!(check("375826546989", 1), Err(Refused), "a counter too far ahead");
}

#[test]
fn every_mode_and_suite_is_accepted() {
    for suite in [Suite::TripleDes, Suite::Aes] {
        let mut memory = Memory::NEW;
        let mut last = 0;
        let modes = [
            Mode::Identify,
            Mode::Respond("1234".into()),
            Mode::Respond("12345678".into()),
            sign("375826546989"),
            Mode::Sign(vec!["1".into(), "23".into(), "0530026806".into()]),
        ];
        for round in 0..300 {
            let mode = &modes[round % modes.len()];
            let code = code(&mut memory, suite, mode, "1234").unwrap();
            last = issuer(suite).check(&number(PAN), mode, &code, last).unwrap();
        }
        assert_eq!((last, memory.counter), (300, 300));
    }
}

#[test]
fn longer_card_numbers_and_sequence_numbers_work() {
    for pan in ["67030000123456785", "6703000012345678901", "67030000"] {
        let mut made = made(Suite::TripleDes, pan);
        (made.psn_first, made.bitmap) = (true, vec![7, 0, 0, 0x7F, 0xFF, 0xFF]);
        let mut card = Card::insert(made, Memory::NEW);
        let code = response(&mut card, &[&AID], &sign("375826546989"), "1234").unwrap();
        let issuer = Issuer { psn_first: true, bitmap: vec![7, 0, 0, 0x7F, 0xFF, 0xFF], ..issuer(Suite::TripleDes) };
        assert_eq!(issuer.check(&number(pan), &sign("375826546989"), &code, 0), Ok(1));
    }
}

#[test]
fn guesses_and_other_cards_codes_are_refused() {
    let mut memory = Memory::NEW;
    let real = code(&mut memory, Suite::TripleDes, &sign("375826546989"), "1234").unwrap();
    let issuer = issuer(Suite::TripleDes);
    let value: u64 = real.parse().unwrap();
    for guess in (0..2000).map(|n| value ^ (n + 1)) {
        assert_eq!(issuer.check(&number(PAN), &sign("375826546989"), &format!("{guess:08}"), 0), Err(Refused));
    }
    assert_eq!(issuer.check(&number("6703000012345679"), &sign("375826546989"), &real, 0), Err(Refused));
    assert_eq!(issuer.check(&number(PAN), &Mode::Identify, &real, 0), Err(Refused));
    for bad in ["", "abc", "1744 7534", "-1", "+17447534", "99999999999999999999999", "１２３４５６７８"] {
        assert_eq!(issuer.check(&number(PAN), &sign("375826546989"), bad, 0), Err(Refused));
    }
}

#[test]
fn three_wrong_pins_block_the_card_for_good() {
    let mut memory = Memory::NEW;
    let mode = sign("375826546989");
    assert_eq!(code(&mut memory, Suite::TripleDes, &mode, "9999"), Err(ReaderError::PinWrong { left: 2 }));
    assert_eq!(code(&mut memory, Suite::TripleDes, &mode, "9998"), Err(ReaderError::PinWrong { left: 1 }));
    assert_eq!(code(&mut memory, Suite::TripleDes, &mode, "9997"), Err(ReaderError::CardBlocked));
    assert_eq!(code(&mut memory, Suite::TripleDes, &mode, "1234"), Err(ReaderError::CardBlocked));
    assert_eq!(memory.pin_tries, 0);
}

#[test]
fn the_right_pin_gives_the_tries_back() {
    let mut memory = Memory::NEW;
    let mode = sign("375826546989");
    assert_eq!(code(&mut memory, Suite::TripleDes, &mode, "9999"), Err(ReaderError::PinWrong { left: 2 }));
    assert!(code(&mut memory, Suite::TripleDes, &mode, "1234").is_ok());
    assert_eq!(memory.pin_tries, 3);
}

#[test]
fn what_does_not_fit_the_keys_never_reaches_the_card() {
    let mut memory = Memory::NEW;
    let bad = [sign("1234567890123"), sign(""), sign("12a4"), Mode::Sign(vec![]), Mode::Respond("123456789".into())];
    for mode in bad {
        assert_eq!(code(&mut memory, Suite::TripleDes, &mode, "1234"), Err(ReaderError::Input));
    }
    for pin in ["", "123", "1234567890123", "12 4", "12a4"] {
        assert_eq!(code(&mut memory, Suite::TripleDes, &sign("1"), pin), Err(ReaderError::Input));
    }
    assert_eq!(memory, Memory::NEW);
}

fn status(card: &mut Card, command: &[u8]) -> u16 {
    let answer = card.transmit(command);
    let [.., high, low] = answer[..] else { return 0 };
    u16::from_be_bytes([high, low])
}

const SELECT: &[u8] = b"\x00\xA4\x04\x00\x08\xF0zelfCAP\x00";
const START: &[u8] = &[0x80, 0xA8, 0, 0, 3, 0x83, 1, 0x34, 0];
const RIGHT_PIN: &[u8] = &[0, 0x20, 0, 0x80, 8, 0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

#[test]
fn bad_commands_are_answered_and_change_nothing() {
    let mut card = Card::insert(made(Suite::TripleDes, PAN), Memory::NEW);
    for (command, expected) in [
        (&[][..], 0x6700),
        (&[0, 0xA4, 4], 0x6700),
        (&[0, 0xA4, 4, 0], 0x6700),
        (&[0, 0xA4, 4, 0, 7, 1], 0x6700),
        (&[0, 0xA4, 0, 0, 2, 0x3F, 0], 0x6A86),
        (&[0, 0xA4, 4, 0, 7, 0xA0, 0, 0, 0, 4, 0x80, 2], 0x6A82),
        (&[0xFF, 0xA4, 4, 0, 1, 1], 0x6E00),
        (&[0, 0x88, 0, 0, 1, 1], 0x6D00),
        (&[0, 0xB2, 1, 0x0C, 0], 0x6985),
        (START, 0x6985),
        (RIGHT_PIN, 0x6985),
        (SELECT, 0x9000),
        (&[0, 0xB2, 2, 0x0C, 0], 0x6A83),
        (&[0, 0xB2, 1, 0x14, 0], 0x6A82),
        (&[0x80, 0xCA, 0x9F, 0x13, 0], 0x6A88),
        (&[0x80, 0xA8, 0, 0, 2, 0x83, 0], 0x6A80),
        (RIGHT_PIN, 0x6985),
    ] {
        assert_eq!(status(&mut card, command), expected, "{command:02X?}");
    }
    assert_eq!(card.memory(), Memory::NEW);
    assert_eq!(status(&mut card, START), 0x9000);
    assert_eq!(status(&mut card, START), 0x6985, "one transaction at a time");
    assert_eq!(status(&mut card, &[0, 0x20, 0, 0x80, 2, 0x24, 0x12]), 0x6700);
    assert_eq!(status(&mut card, &[0x80, 0xAE, 0x80, 0, 1, 0]), 0x6700);
    assert_eq!(card.memory(), Memory { counter: 1, pin_tries: 3 });
}

#[test]
fn without_the_pin_the_card_declines() {
    let mut card = Card::insert(made(Suite::TripleDes, PAN), Memory::NEW);
    assert_eq!((status(&mut card, SELECT), status(&mut card, START)), (0x9000, 0x9000));
    let ask = [&[0x80, 0xAE, 0x80, 0, 29][..], &[0; 29], &[0]].concat();
    let answer = card.transmit(&ask);
    assert_eq!(super::tlv::find(&answer[..answer.len() - 2], 0x9F27), Some(&[0][..]), "AAC, not ARQC");
    assert_eq!(status(&mut card, &ask), 0x6985, "no second cryptogram in one transaction");
}

#[test]
fn a_worn_out_counter_stops_the_card() {
    let mut card = Card::insert(made(Suite::TripleDes, PAN), Memory { counter: u16::MAX, ..Memory::NEW });
    assert_eq!(status(&mut card, SELECT), 0x9000);
    assert_eq!(status(&mut card, START), 0x6985);
    assert_eq!(issuer(Suite::TripleDes).check(&number(PAN), &Mode::Identify, "00000001", u16::MAX), Err(Refused));
}

#[test]
fn a_card_that_talks_nonsense_is_an_error_not_a_crash() {
    struct Nonsense(Vec<u8>);
    impl super::reader::Slot for Nonsense {
        fn transmit(&mut self, _: &[u8]) -> Vec<u8> {
            self.0.clone()
        }
    }
    for answer in [&[][..], &[0x90], &[0x90, 0], &[0x77, 0x90, 0], &[0x94, 1, 0xFF, 0x90, 0], &[0x6A, 0x82]] {
        let error = response(&mut Nonsense(answer.to_vec()), &[&AID], &Mode::Identify, "1234").unwrap_err();
        assert!(matches!(error, ReaderError::Card | ReaderError::NoApplication));
    }
}
