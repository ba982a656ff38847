//! Card files from good and bad chips.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use zelf_eid_card::address::signed_part;
use zelf_eid_card::{Address, BirthDate, Day, FileError, Identity, Sex, der, tlv};

/// An's card as fields; `changed` replaces or removes some.
fn identity(changed: &[(u8, Option<&[u8]>)]) -> Vec<u8> {
    let mut fields: std::collections::BTreeMap<u8, Vec<u8>> = [
        (0x01, &b"592123456789"[..]),
        (0x02, &[7; 16]),
        (0x03, b"01.02.2023"),
        (0x04, b"01.02.2033"),
        (0x05, b"Gent"),
        (0x06, b"85073003328"),
        (0x07, b"Specimen"),
        (0x08, "An Zoë".as_bytes()),
        (0x09, b"M"),
        (0x0A, b"Belg"),
        (0x0B, b"Gent"),
        (0x0C, b"30 JUL  1985"),
        (0x0D, b"V"),
        (0x0E, b""),
        (0x0F, b"1"),
        (0x10, b"0"),
        (0x11, &[9; 48]),
        (0x1A, &[8; 48]),
    ]
    .into_iter()
    .map(|(tag, value)| (tag, value.to_vec()))
    .collect();
    for (tag, value) in changed {
        match value {
            Some(value) => fields.insert(*tag, value.to_vec()),
            None => fields.remove(tag),
        };
    }
    let mut file = Vec::new();
    fields.iter().for_each(|(tag, value)| tlv::push(&mut file, *tag, value));
    file
}

#[test]
fn a_card_says_who_holds_it() {
    let who = Identity::parse(&identity(&[])).unwrap();
    assert_eq!((who.surname.as_str(), who.given_names.as_str()), ("Specimen", "An Zoë"));
    assert_eq!(who.national_number, "85073003328");
    assert_eq!(who.birth_date.to_string(), "1985-07-30");
    assert_eq!(who.valid_to, Day::new(2033, 2, 1).unwrap());
    assert_eq!((who.sex, who.document_type, who.special_status), (Sex::Woman, 1, 0));
    assert_eq!(who.chip_key_hash.as_deref(), Some(&[8; 48][..]));
    assert_eq!(who.structure, None);
    assert_eq!(format!("{who:?}"), "Identity(document type 1)");
}

#[test]
fn structure_version_unknown_tags_and_padding_are_no_trouble() {
    let mut file = vec![0x00, 0x02, 0x00, 0x03];
    file.extend(identity(&[(0xEE, Some(b"new")), (0x1F, Some(b""))]));
    file.extend([0; 90]);
    let who = Identity::parse(&file).unwrap();
    assert_eq!(who.structure.as_deref(), Some(&[0, 3][..]));
    assert_eq!(who.extras.registration_date, "");
}

#[test]
fn what_a_file_lacks_is_named() {
    let told = |changed: &[(u8, Option<&[u8]>)]| Identity::parse(&identity(changed)).unwrap_err();
    for tag in [0x01, 0x02, 0x03, 0x04, 0x06, 0x07, 0x0C, 0x0D, 0x0F, 0x11] {
        assert_eq!(told(&[(tag, None)]), FileError::Missing(tag));
    }
    for (tag, wrong) in [
        (0x02, &b"short"[..]),
        (0x03, b"2023-02-01"),
        (0x04, b"31.02.2033"),
        (0x07, b"\xFFabc"),
        (0x08, b"An\x1B[2J"),
        (0x0C, b"30 FEB  1985"),
        (0x0F, b"one"),
        (0x10, b"999"),
    ] {
        assert_eq!(told(&[(tag, Some(wrong))]), FileError::Value(tag));
    }
    let twice = [identity(&[]), identity(&[])].concat();
    assert_eq!(Identity::parse(&twice).unwrap_err(), FileError::Repeated(0x01));
    assert_eq!(Identity::parse(&[0; 5000]).unwrap_err(), FileError::TooLarge);
    assert_eq!(Identity::parse(&[]).unwrap_err(), FileError::Missing(0x02));
}

#[test]
fn an_address_or_none() {
    let mut file = Vec::new();
    tlv::push(&mut file, 1, b"Veldstraat 1");
    tlv::push(&mut file, 2, b"9000");
    tlv::push(&mut file, 3, b"Gent");
    let bare = file.clone();
    file.resize(117, 0);
    let address = Address::parse(&file).unwrap();
    assert_eq!(
        (address.street.as_str(), address.postcode.as_str(), address.municipality.as_str()),
        ("Veldstraat 1", "9000", "Gent")
    );
    assert_eq!(signed_part(&file), bare);
    for none in [&[][..], &[0; 117]] {
        assert!(Address::parse(none).unwrap().is_empty());
        assert!(signed_part(none).is_empty());
    }
    assert_eq!(Address::parse(&[1, 1, 65, 1, 1, 66]), Err(FileError::Repeated(1)));
    assert_eq!(Address::parse(&[1, 9, 65]), Err(FileError::Truncated));
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_fall(bytes in proptest::collection::vec(any::<u8>(), 0..600), text in ".{0,30}") {
        let _ = Identity::parse(&bytes);
        let _ = Address::parse(&bytes);
        let _ = der::element(&bytes);
        let _ = signed_part(&bytes);
        let _ = Day::parse(&text);
        if let Some(date) = BirthDate::parse(&text) {
            let _ = (date.latest(), date.to_string());
        }
        prop_assert!(tlv::fields(&bytes).count() <= bytes.len());
    }

    #[test]
    fn no_change_to_a_card_makes_a_parser_fall(at in 0_usize..200, byte in any::<u8>()) {
        let mut file = identity(&[]);
        if let Some(place) = file.get_mut(at) {
            *place = byte;
        }
        let _ = Identity::parse(&file);
    }

    #[test]
    fn fields_come_back_as_written(values in proptest::collection::vec((1_u8.., proptest::collection::vec(any::<u8>(), 0..700)), 0..8)) {
        let mut file = Vec::new();
        values.iter().for_each(|(tag, value)| tlv::push(&mut file, *tag, value));
        file.extend([0; 40]);
        let read: Vec<(u8, Vec<u8>)> = tlv::fields(&file).map(|f| f.map(|(t, v)| (t, v.to_vec()))).collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(read, values);
    }
}
