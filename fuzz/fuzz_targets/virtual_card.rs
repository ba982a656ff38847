//! Commands of any program to the virtual card, each behind its length byte: the card answers every one, and signs nothing with
//! a person's key unless the PIN was among them.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use eid_virtual::{Applet, CardImage, CardKey, VirtualCard};
use libfuzzer_sys::fuzz_target;

static KEY: LazyLock<Vec<u8>> = LazyLock::new(|| include_bytes!("../fixtures/virtual_card.key").to_vec());

fn card() -> VirtualCard {
    let key = || CardKey::P384(KEY.clone());
    let file = |path: [u8; 4], length: usize| (path.to_vec(), vec![0x30; length]);
    let files = [([0xDF, 1, 0x40, 0x31], 300), ([0xDF, 1, 0x40, 0x33], 117), ([0xDF, 0, 0x50, 0x38], 1100)];
    VirtualCard::new(CardImage {
        applet: Applet::V1_8,
        serial: [1; 16],
        files: BTreeMap::from(files.map(|(path, length)| file(path, length))),
        authentication: key(),
        signature: Some(key()),
        basic: Some(key()),
        pin: "1234".into(),
        pin_tries: 3,
        activated: true,
    })
}

/// VERIFY's block for PIN 1234.
const PIN: [u8; 8] = [0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

fuzz_target!(|bytes: &[u8]| {
    let knows_pin = bytes.windows(8).any(|window| window == PIN);
    let mut card = card();
    let mut rest = bytes;
    for _ in 0..64 {
        let Some((&length, after)) = rest.split_first() else { return };
        let (command, after) = after.split_at(usize::from(length).min(after.len()));
        rest = after;
        let answer = card.transmit(command);
        assert!((2..=258).contains(&answer.len()), "{}", answer.len());
        let signs = command.starts_with(&[0x00, 0x2A, 0x9E, 0x9A]);
        let given = matches!(answer.as_slice(), [.., 0x90, 0x00] | [.., 0x61, _]);
        assert!(!signs || !given || knows_pin, "a signature without the PIN");
    }
});
