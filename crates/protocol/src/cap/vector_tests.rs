//! Every row of `vectors/emv-cap.json`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use serde_json::Value;

use super::key::{CardNumber, Key, Suite, option_a, option_b, session_key, tree_session_key};
use super::otp::{self, Answer};
use super::{card, mac, tds};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../vectors/emv-cap.json")).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    super::nibbles(text.chars(), |c| c.to_digit(16)).unwrap()
}

fn upper_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02X}")).collect()
}

fn text<'a>(row: &'a Value, member: &str) -> &'a str {
    row[member].as_str().unwrap_or_else(|| panic!("{member} in {row}"))
}

fn fields(row: &Value) -> Option<Vec<String>> {
    Some(row["tds_fields"].as_array()?.iter().map(|f| f.as_str().unwrap().to_owned()).collect())
}

#[test]
fn response_codes_are_those_of_real_cards() {
    let vectors = vectors();
    let rows = vectors["otp"].as_array().unwrap();
    assert_eq!(rows.len(), 12);
    for row in rows {
        let atc = u16::from_str_radix(text(row, "atc"), 16).unwrap();
        let mut cryptogram: [u8; 8] = hex(text(row, "ac")).try_into().unwrap();
        if row["ipb"].is_null() {
            assert_eq!(otp::belgian_fixed(atc, cryptogram), text(row, "otp"), "{row}");
            continue;
        }
        if let Some(fields) = fields(row) {
            assert_eq!(upper_hex(&tds::block(&fields).unwrap()), text(row, "tds_block"));
            cryptogram = tds::fold(cryptogram, &fields).unwrap();
            assert_eq!(upper_hex(&cryptogram), text(row, "tds_ac"));
        }
        let answer = Answer {
            psn: row["psn"].as_str().map(|psn| hex(psn)[0]),
            cid: hex(text(row, "cid"))[0],
            atc,
            cryptogram,
            iad: hex(text(row, "iad")),
        };
        let bitmap: String = text(row, "ipb").split('(').next().unwrap().split_whitespace().collect();
        let bitmap = hex(&bitmap);
        let expected = text(row, "otp");
        assert_eq!(otp::code(&answer, &bitmap).unwrap(), format!("{expected:0>8}"), "{row}");

        let value = otp::number(&answer, &bitmap).unwrap();
        let (mask, bits) = otp::counter_bits(value, &bitmap, answer.psn.is_some());
        assert_eq!(atc & mask, bits, "counter bits of {row}");
    }
}

#[test]
fn keys_and_macs_are_those_of_the_books() {
    let vectors = vectors();
    let rows = vectors["kdf_mac"].as_array().unwrap();
    assert_eq!(rows.len(), 8);
    for row in rows {
        assert_eq!(computed(row), text(row, "out"), "{row}");
    }
}

fn computed(row: &Value) -> String {
    let key = |member: &str| Key::new(hex(text(row, member)).try_into().unwrap());
    let number = || CardNumber::new(text(row, "pan"), text(row, "psn").parse().unwrap()).unwrap();
    let data = || hex(text(row, "data"));
    match text(row, "what").split([',', ' ']).next().unwrap() {
        "card" if text(row, "what").ends_with('A') => upper_hex(option_a(&key("imk"), &number()).bytes()),
        "card" => upper_hex(option_b(&key("imk"), &number()).bytes()),
        "common" => {
            let atc = hex(text(row, "r"));
            upper_hex(session_key(Suite::TripleDes, &key("mk"), u16::from_be_bytes([atc[0], atc[1]])).bytes())
        }
        "EMV2000" => {
            let atc = u16::from_str_radix(text(row, "atc"), 16).unwrap();
            upper_hex(tree_session_key(&key("mk"), atc, 4, 8).bytes())
        }
        "MAC" => upper_hex(&mac::retail(&key("sk"), &data(), mac::Padding::Marked)),
        "AES-CMAC" => upper_hex(&mac::cmac(&key("sk"), &data())),
        "whole" => {
            let objects = terminal_data(text(row, "cdol_data"));
            let card_key = option_a(&key("imk"), &number());
            let atc = u16::from_str_radix(text(row, "atc"), 16).unwrap();
            upper_hex(&card::application_cryptogram(Suite::TripleDes, &card_key, atc, &objects, &hex(text(row, "iad"))))
        }
        other => panic!("a row nobody checks: {other}"),
    }
}

/// `(9F02 0*6)(95 8000000000)…`: tag and value, zeros counted.
fn terminal_data(notation: &str) -> Vec<u8> {
    let entries = notation.split(['(', ')']).filter(|entry| !entry.is_empty());
    entries
        .flat_map(|entry| match entry.split_once(' ').unwrap().1.split_once('*') {
            Some(("0", count)) => vec![0; count.parse().unwrap()],
            _ => hex(entry.split_once(' ').unwrap().1),
        })
        .collect()
}
