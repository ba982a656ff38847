//! The virtual card, in memory, against the program's own reader.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, SHA384, digest};
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use eid_card::{
    Address, Card, CardError, CardFile, Generation, Identity, Pin, PinState, Transport, TransportError, apdu,
};
use zelf_eid_virtual::person::Person;
use zelf_eid_virtual::personalise::{self, Fault};
use zelf_eid_virtual::pki::TestPki;
use zelf_eid_virtual::{Applet, Pad, VirtualCard};

const NOW: i64 = 1_795_000_000;

fn pki() -> &'static TestPki {
    static PKI: OnceLock<TestPki> = OnceLock::new();
    PKI.get_or_init(|| TestPki::load_or_create(&tempfile::tempdir().unwrap().keep(), "http://127.0.0.1:1").unwrap())
}

fn chip(applet: Applet, fault: Option<Fault>) -> VirtualCard {
    VirtualCard::new(personalise::card(&Person::default(), applet, pki(), fault, NOW).unwrap())
}

fn pin(digits: &str) -> Pin {
    Pin::new(digits).ok().unwrap()
}

/// Sends; the status word alone.
fn word(card: &mut VirtualCard, command: &[u8]) -> u16 {
    apdu::Status::split(&card.transmit(command)).unwrap().1.0
}

/// The public key in a certificate: the BIT STRING of its SubjectPublicKeyInfo.
fn public_key(certificate: &[u8]) -> Vec<u8> {
    use der::Decode as _;
    let certificate = x509_cert::Certificate::from_der(certificate).unwrap();
    certificate.tbs_certificate.subject_public_key_info.subject_public_key.raw_bytes().to_vec()
}

#[test]
fn both_generations_are_read_and_sign() {
    for (applet, generation) in [(Applet::V1_7, Generation::V1_7), (Applet::V1_8, Generation::V1_8)] {
        let mut card = Card::open(chip(applet, None)).ok().unwrap();
        assert_eq!((card.data().generation, card.data().activated), (generation, true));
        let mut steps = Vec::new();
        let files = card.read_all(&mut |step| steps.push((step.step, step.of))).unwrap();
        assert_eq!(steps.last().map(|(step, of)| step == of), Some(true));
        let who = Identity::parse(&files.identity).unwrap();
        assert_eq!((who.surname.as_str(), who.national_number), ("Voorbeeld", Person::default().national_number()));
        assert_eq!(who.chip_number, card.data().serial);
        assert_eq!(Address::parse(&files.address).unwrap().municipality, "Leuven");
        assert!(files.signature.is_some());

        let text = b"origin and nonce";
        assert_eq!(card.pin_tries(), Ok(PinState::Left(3)));
        let algorithm = card.algorithm();
        let hash = if applet == Applet::V1_7 { digest(&SHA256, text) } else { digest(&SHA384, text) };
        assert_eq!(card.sign_authentication(algorithm, hash.as_ref()), Err(CardError::PinNeeded));
        card.verify(&pin("1234")).unwrap();
        let key = public_key(&files.authentication);
        for _ in 0..2 {
            let signature = card.sign_authentication(algorithm, hash.as_ref()).unwrap();
            match applet {
                Applet::V1_7 => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key).verify(text, &signature),
                Applet::V1_8 => UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, &key).verify(text, &signature),
            }
            .unwrap();
        }
        assert_eq!(card.pin_tries(), Ok(PinState::Verified));
        card.log_off().unwrap();
        assert_eq!(card.sign_authentication(algorithm, hash.as_ref()), Err(CardError::PinNeeded));
    }
}

#[test]
fn the_chip_proves_itself_with_the_key_in_its_file() {
    let mut card = Card::open(chip(Applet::V1_8, None)).ok().unwrap();
    let spki = card.read(CardFile::ChipKey).unwrap().unwrap();
    let challenge = [5; 48];
    let hash: [u8; 48] = digest(&SHA384, &challenge).as_ref().try_into().unwrap();
    let signature = card.internal_authenticate(&hash).unwrap();
    let key = &spki[spki.len() - 97..];
    UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, key).verify(&challenge, &signature).unwrap();
    let mut old = Card::open(chip(Applet::V1_7, None)).ok().unwrap();
    assert_eq!(old.internal_authenticate(&hash), Err(CardError::Unsupported));
}

#[test]
fn three_wrong_pins_block_and_a_right_one_in_time_forgives() {
    let mut card = Card::open(chip(Applet::V1_8, None)).ok().unwrap();
    assert_eq!(card.verify(&pin("9999")), Err(CardError::PinWrong(2)));
    assert_eq!(card.verify(&pin("123400")), Err(CardError::PinWrong(1)));
    card.verify(&pin("1234")).unwrap();
    for left in [CardError::PinWrong(2), CardError::PinWrong(1), CardError::PinBlocked, CardError::PinBlocked] {
        assert_eq!(card.verify(&pin("0000")), Err(left));
    }
    assert_eq!(card.verify(&pin("1234")), Err(CardError::PinBlocked));
    assert_eq!(card.pin_tries(), Ok(PinState::Blocked));
    let mut chip = card.into_transport();
    chip.reset();
    let card = Card::open(chip).ok().unwrap();
    assert_eq!(card.data().pin_tries, Some(0), "power off does not help");
}

#[test]
fn the_signature_key_wants_the_pin_just_before() {
    let mut card = chip(Applet::V1_7, None);
    let verify = apdu::verify(&pin("1234"));
    let (environment, sign) = (apdu::set_environment(0x08, 0x83), apdu::sign(&[7; 32]));
    let mut play = |commands: &[&[u8]]| commands.iter().map(|command| word(&mut card, command)).last().unwrap();
    assert_eq!(play(&[&apdu::select_path(&[0xDF, 0x00]), &environment, &verify, &sign]), 0x6100);
    assert_eq!(play(&[&sign]), 0x6982, "once is once");
    assert_eq!(play(&[&verify, &environment, &sign]), 0x6100, "MSE may stand between");
    assert_eq!(play(&[&verify, &environment, &environment, &sign]), 0x6982);
    assert_eq!(play(&[&environment, &verify, &apdu::verify_status(), &sign]), 0x6982);
    assert_eq!(play(&[&apdu::set_environment(0x08, 0x82), &sign]), 0x6100, "the other key is content");
}

#[test]
fn commands_are_answered_as_t0_does() {
    let mut card = chip(Applet::V1_8, None);
    let mut aid = apdu::select_applet();
    for p2 in [0x00, 0x0C] {
        aid[3] = p2;
        assert_eq!(word(&mut card, &aid), 0x9000);
    }
    for path in [&[0x3F, 0, 0xDF, 1, 0x40, 0x31][..], &[0xDF, 1, 0x40, 0x31], &[0x3F, 0, 0x2F, 0], &[0xDF, 0]] {
        assert_eq!(word(&mut card, &apdu::select_path(path)), 0x9000, "{path:02X?}");
    }
    assert_eq!(word(&mut card, &[0, 0xB0, 0, 0, 1]), 0x6986, "a directory is not read");
    assert_eq!(word(&mut card, &[0, 0xA4, 2, 0x0C, 2, 0x50, 0x38]), 0x9000, "by its name below DF00");
    assert_eq!(word(&mut card, &[0, 0xA4, 0, 0, 2, 0x3F, 0]), 0x9000);
    assert_eq!(word(&mut card, &[0, 0xA4, 2, 0x0C, 2, 0xDF, 1]), 0x9000);
    assert_eq!(word(&mut card, &[0, 0xA4, 2, 0x0C, 2, 0x40, 0x33]), 0x9000);
    let address = card.transmit(&[0, 0xB0, 0, 0, 0]);
    assert_eq!((address.len(), address[0]), (2, 0x6C), "longer than the file");
    let length = address[1];
    assert_eq!(card.transmit(&[0, 0xB0, 0, 0, length]).len(), usize::from(length) + 2);
    assert_eq!(word(&mut card, &[0, 0xB0, 0, length, 1]), 0x6B00);
    assert_eq!(word(&mut card, &[0, 0xB0, 0, length - 1, 2]), 0x6C01);
    assert_eq!(word(&mut card, &apdu::select_path(&[0xDF, 1, 0x40, 0x99])), 0x6A82);
    assert_eq!(card.transmit(&[0, 0x84, 0, 0, 8]).len(), 10);
    assert_eq!(word(&mut card, &[0x80, 0xE4, 0, 0, 0]), 0x6C1C);
    assert_eq!(word(&mut card, &apdu::get_response(5)), 0x6985);
    for (command, status) in [
        (&[][..], 0x6700),
        (&[0, 0xA4, 8], 0x6700),
        (&[0, 0xA4, 8, 0, 9, 1], 0x6700),
        (&[0x90, 0xA4, 8, 0], 0x6E00),
        (&[0, 0x44, 0, 0], 0x6D00),
        (&[0, 0x20, 0, 2, 0], 0x6A88),
        (&[0, 0x20, 0, 1, 1, 5], 0x6700),
        (&[0, 0x2A, 0x9E, 0x9A, 1, 5], 0x6985),
        (&[0, 0x22, 0x41, 0xB6, 1, 5], 0x6A80),
        (&[0, 0x22, 0x41, 0xB6, 5, 4, 0x80, 2, 0x84, 0x81], 0x6A88),
        (&[0, 0x88, 2, 0x81, 1, 5], 0x6A80),
    ] {
        assert_eq!(word(&mut card, command), status, "{command:02X?}");
    }
}

#[test]
fn the_pin_can_be_changed() {
    let mut card = chip(Applet::V1_7, None);
    let change = |old: &str, new: &str| [&[0, 0x24, 0, 1, 16][..], pin(old).block(), pin(new).block()].concat();
    assert_eq!(word(&mut card, &change("9999", "5678")), 0x63C2);
    assert_eq!(word(&mut card, &change("1234", "56789")), 0x9000);
    assert_eq!(word(&mut card, &apdu::verify(&pin("56789"))), 0x9000);
    assert_eq!(word(&mut card, &apdu::verify(&pin("1234"))), 0x63C2);
    let mut nonsense = change("56789", "1234");
    nonsense[20] = 0;
    assert_eq!(word(&mut card, &nonsense), 0x6A80);
}

#[test]
fn cards_with_something_wrong() {
    let mut card = Card::open(chip(Applet::V1_8, Some(Fault::WrongState))).ok().unwrap();
    assert!(!card.data().activated);
    assert_eq!(card.verify(&pin("1234")), Err(CardError::NotActivated));
    assert_eq!(card.pin_tries(), Err(CardError::NotActivated));

    let mut card = Card::open(chip(Applet::V1_7, Some(Fault::BlockedPin))).ok().unwrap();
    assert_eq!(card.pin_tries(), Ok(PinState::Blocked));

    let mut card = Card::open(chip(Applet::V1_8, Some(Fault::Minor))).ok().unwrap();
    assert_eq!(card.read_all(&mut |_| {}).unwrap().signature, None);

    let mut card = Card::open(chip(Applet::V1_8, Some(Fault::NoAddress))).ok().unwrap();
    let files = card.read_all(&mut |_| {}).unwrap();
    assert!(Address::parse(&files.address).unwrap().is_empty());

    let mut card = Card::open(chip(Applet::V1_8, None).pulled_out_after(20)).ok().unwrap();
    assert_eq!(card.read_all(&mut |_| {}), Err(CardError::Removed));
}

#[test]
fn a_reader_with_keys_of_its_own() {
    let typed = |pad: Pad| Card::open(chip(Applet::V1_8, None).on_pad(pad)).ok().unwrap().verify_on_pad();
    assert_eq!(typed(Pad::Types("1234".to_owned().into())), Ok(()));
    assert_eq!(typed(Pad::Types("4321".to_owned().into())), Err(CardError::PinWrong(2)));
    assert_eq!(typed(Pad::Cancels), Err(CardError::Cancelled));
    assert_eq!(typed(Pad::Waits), Err(CardError::TimedOut));
}

/// Counts what crosses the wire.
struct Counting<T>(T, usize);

impl<T: Transport> Transport for Counting<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.1 += 1;
        self.0.transmit(command)
    }
}

#[test]
fn a_card_is_read_with_few_commands() {
    for (applet, most) in [(Applet::V1_7, 90), (Applet::V1_8, 90)] {
        let mut card = Card::open(Counting(chip(applet, None), 0)).ok().unwrap();
        card.read_all(&mut |_| {}).unwrap();
        let commands = card.into_transport().1;
        println!("{applet:?}: {commands} commands");
        assert!(commands <= most, "{applet:?}: {commands} commands");
    }
}
