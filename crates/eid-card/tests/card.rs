//! Cards that behave, and chips that do not.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::VecDeque;

use proptest::prelude::*;
use zelf_eid_card::scripted;
use zelf_eid_card::{
    Card, CardError, CardFile, Generation, Pin, PinState, SignatureAlgorithm, Transport, TransportError,
};

/// Answers in turn; remembers what was asked.
#[derive(Default)]
struct Told {
    answers: VecDeque<Result<Vec<u8>, TransportError>>,
    asked: Vec<Vec<u8>>,
    pad: Option<u16>,
}

impl Told {
    fn card(applet: u8, life_cycle: u8) -> Told {
        let mut data = vec![0; 28];
        data[..16].copy_from_slice(&[7; 16]);
        (data[21], data[27]) = (applet, life_cycle);
        let mut told = Told::default().then(&[], 0x9000).then(&data, 0x9000);
        if applet >= 0x18 {
            data.extend([3, 0, 0]);
            told = told.then(&data, 0x9000);
        }
        told
    }

    fn then(mut self, data: &[u8], status: u16) -> Told {
        self.answers.push_back(Ok([data, &status.to_be_bytes()].concat()));
        self
    }

    fn fails(mut self, error: TransportError) -> Told {
        self.answers.push_back(Err(error));
        self
    }
}

impl Transport for Told {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.asked.push(command.to_vec());
        self.answers.pop_front().unwrap_or(Err(TransportError::Removed))
    }

    fn verify_on_pad(&mut self) -> Option<Result<u16, TransportError>> {
        self.pad.map(Ok)
    }

    fn has_pad(&self) -> bool {
        self.pad.is_some()
    }
}

fn refused(transport: impl Transport) -> CardError {
    Card::open(transport).err().unwrap()
}

#[test]
fn cards_are_told_apart() {
    let card = Card::open(Told::card(0x18, 0x0F)).ok().unwrap();
    assert_eq!(
        (card.data().generation, card.data().pin_tries, card.data().activated),
        (Generation::V1_8, Some(3), true)
    );
    let card = Card::open(Told::card(0x17, 0x07)).ok().unwrap();
    assert_eq!((card.data().generation, card.data().pin_tries, card.data().activated), (Generation::V1_7, None, false));
    assert_eq!(refused(Told::card(0x11, 0x0F)), CardError::Outdated);
    assert_eq!(refused(Told::default().then(&[], 0x6A82)), CardError::NotAnEid);
    assert_eq!(refused(Told::default().then(&[], 0x9000).then(&[1, 2], 0x9000)), CardError::NotAnEid);
    assert_eq!(refused(Told::default().fails(TransportError::Reset)), CardError::Reset);
    assert_eq!(refused(Told::default()), CardError::Removed);
}

#[test]
fn lengths_that_the_card_corrects_and_answers_to_fetch() {
    let told = Told::card(0x18, 0x0F).then(&[], 0x9000).then(&[], 0x6C03).then(&[1, 2, 3], 0x9000);
    let mut card = Card::open(told).ok().unwrap();
    assert_eq!(card.read(CardFile::Photo).unwrap().unwrap(), [1, 2, 3]);
    let asked = card.into_transport().asked;
    assert_eq!(asked.last().unwrap(), &[0x00, 0xB0, 0, 0, 3]);

    let told = Told::card(0x18, 0x0F).then(&[], 0x6160).then(&[5; 50], 0x612E).then(&[6; 46], 0x9000);
    let mut card = Card::open(told).ok().unwrap();
    let signature = card.internal_authenticate(&[1; 48]).unwrap();
    assert_eq!((signature.len(), signature[95]), (96, 6));
    let asked = card.into_transport().asked;
    assert_eq!(asked[asked.len() - 2..], [[0x00, 0xC0, 0, 0, 0x60], [0x00, 0xC0, 0, 0, 0x2E]]);
}

#[test]
fn the_pin_and_its_counter() {
    let state = |status: u16| Card::open(Told::card(0x17, 0x0F).then(&[], status)).ok().unwrap().pin_tries();
    assert_eq!(state(0x9000), Ok(PinState::Verified));
    assert_eq!(state(0x63C2), Ok(PinState::Left(2)));
    assert_eq!(state(0x63C0), Ok(PinState::Blocked));
    assert_eq!(state(0x6983), Ok(PinState::Blocked));
    assert_eq!(state(0x6D00), Err(CardError::NotActivated));
    assert_eq!(state(0x6F00).unwrap_err().to_string(), "status 6F00 unknown");

    let pin = Pin::new("1234").ok().unwrap();
    let mut card =
        Card::open(Told::card(0x17, 0x0F).then(&[], 0x9000).then(&[], 0x63C1).then(&[], 0x9000).then(&[], 0x6983))
            .ok()
            .unwrap();
    assert_eq!(card.verify(&pin), Err(CardError::PinWrong(1)));
    assert_eq!(card.verify(&pin), Err(CardError::PinBlocked));
    assert_eq!(card.verify_on_pad(), Err(CardError::NoPad));
    let asked = card.into_transport().asked;
    assert_eq!(asked.last().unwrap(), &[0, 0x20, 0, 1, 8, 0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);

    let mut card = Card::open(Told::card(0x17, 0x07)).ok().unwrap();
    assert_eq!(card.verify(&pin), Err(CardError::NotActivated));
    assert_eq!(card.into_transport().asked.len(), 2, "the PIN stays here");
}

#[test]
fn the_pin_on_the_readers_own_keys() {
    let typed = |word: u16| {
        let told = Told { pad: Some(word), ..Told::card(0x17, 0x0F).then(&[], 0x9000) };
        let mut card = Card::open(told).ok().unwrap();
        assert!(card.has_pad());
        card.verify_on_pad()
    };
    assert_eq!(typed(0x9000), Ok(()));
    assert_eq!(typed(0x63C2), Err(CardError::PinWrong(2)));
    assert_eq!(typed(0x6983), Err(CardError::PinBlocked));
    assert_eq!(typed(0x6401), Err(CardError::Cancelled));
    assert_eq!(typed(0x6400), Err(CardError::TimedOut));
}

#[test]
fn signing_chooses_directory_and_key_first() {
    let told = Told::card(0x18, 0x0F).then(&[], 0x9000).then(&[], 0x9000).then(&[], 0x6160).then(&[1; 96], 0x9000);
    let mut card = Card::open(told).ok().unwrap();
    assert_eq!(card.sign_authentication(SignatureAlgorithm::RsaSha256, &[0; 32]), Err(CardError::Unsupported));
    assert_eq!(card.sign_authentication(card.algorithm(), &[0; 32]), Err(CardError::Unsupported));
    assert_eq!(card.sign_authentication(card.algorithm(), &[9; 48]).unwrap(), [1; 96]);
    let asked = card.into_transport().asked;
    assert_eq!(asked[3], [0, 0xA4, 8, 0x0C, 2, 0xDF, 0]);
    assert_eq!(asked[4], [0, 0x22, 0x41, 0xB6, 5, 4, 0x80, 2, 0x84, 0x82]);
    assert_eq!(asked[5][..5], [0, 0x2A, 0x9E, 0x9A, 48]);

    let told = Told::card(0x17, 0x0F).then(&[], 0x9000).then(&[], 0x9000).then(&[], 0x6982);
    let mut card = Card::open(told).ok().unwrap();
    assert_eq!(card.sign_authentication(card.algorithm(), &[9; 32]), Err(CardError::PinNeeded));
}

/// Says the same for ever.
struct Parrot {
    answer: Vec<u8>,
    asked: usize,
}

impl Transport for Parrot {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.asked += 1;
        assert!(self.asked < 1000, "no end to it");
        Ok(self.answer.clone())
    }
}

#[test]
fn a_chip_without_end_is_given_up() {
    for answer in [&[0x61, 0][..], &[0x6C, 9], &[0x90, 0], &[], &[0x90]] {
        let mut parrot = Parrot { answer: answer.to_vec(), asked: 0 };
        assert!(Card::open(&mut parrot).is_err(), "{answer:02X?}");
        assert!(parrot.asked <= 12);
    }
    // A whole card that answers everything with 252 bytes.
    let mut answer = vec![0x18; 252];
    answer[27] = 0x0F;
    answer.extend([0x90, 0]);
    let mut card = Card::open(Parrot { answer, asked: 0 }).ok().unwrap();
    assert_eq!(card.read_all(&mut |_| {}), Err(CardError::FileTooLarge(CardFile::Identity)));
}

#[test]
fn pulled_out_in_the_middle() {
    let mut card = Card::open(Told::card(0x17, 0x0F).then(&[], 0x9000).fails(TransportError::Removed)).ok().unwrap();
    let mut steps = Vec::new();
    assert_eq!(card.read_all(&mut |step| steps.push(step.file)), Err(CardError::Removed));
    assert_eq!(steps, [CardFile::Identity]);
    let mut card = Card::open(Told::card(0x17, 0x0F).then(&[], 0x6A82)).ok().unwrap();
    assert_eq!(card.read_all(&mut |_| {}), Err(CardError::FileMissing(CardFile::Identity)));
}

proptest! {
    #[test]
    fn no_answers_make_it_fall(answers in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..60), prop_oneof![Just(0x9000_u16), Just(0x6100), Just(0x6C20), Just(0x6A82), any::<u16>()]), 0..60)) {
        // The front door open, then chaos.
        let mut data = vec![0x18; 28];
        data[27] = 0x0F;
        let mut bytes = vec![2, 0x90, 0, 30];
        bytes.extend(data);
        bytes.extend([0x90, 0]);
        for (data, status) in answers {
            bytes.push(u8::try_from(data.len() + 2).unwrap());
            bytes.extend(data);
            bytes.extend(status.to_be_bytes());
        }
        scripted::play(&bytes);
    }

    #[test]
    fn no_bytes_make_it_fall(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        scripted::play(&bytes);
    }
}
