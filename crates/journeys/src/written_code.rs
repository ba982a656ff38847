//! Codes that people write down and type somewhere else: the block code and the stop codes. Crockford's alphabet: no letter
//! that looks like another, case does not count.

use protocol::label;

use crate::World;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BLOCK_SIGNS: usize = 16;
const STOP_SIGNS: usize = 8;

/// What somebody typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    Block(String),
    Stop(String),
    Neither,
}

/// Signs of `bytes`, five bits each.
fn signs(bytes: &[u8], count: usize) -> String {
    let bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |i| (byte >> i) & 1));
    let bits: Vec<u8> = bits.collect();
    let sign = |five: &[u8]| five.iter().fold(0_usize, |n, bit| n << 1 | usize::from(*bit));
    bits.chunks(5).take(count).filter_map(|five| ALPHABET.get(sign(five))).map(|b| char::from(*b)).collect()
}

/// In groups of four, as people read it.
pub(crate) fn grouped(code: &str) -> String {
    let signs: Vec<char> = code.chars().collect();
    signs.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What was typed, forgiving what hands and eyes do.
pub(crate) fn read(typed: &str) -> Typed {
    let sign = |c: char| match c.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        c if c.is_ascii() && ALPHABET.contains(&(c as u8)) => Some(c),
        _ => None,
    };
    let separators = [' ', '-', '.', '\u{a0}'];
    let read: Option<String> = typed.trim().chars().take(64).filter(|c| !separators.contains(c)).map(sign).collect();
    match read {
        Some(code) if code.len() == BLOCK_SIGNS => Typed::Block(code),
        Some(code) if code.len() == STOP_SIGNS => Typed::Stop(code),
        _ => Typed::Neither,
    }
}

/// The block code of an account on its present phone: 80 bits, the same whenever it is shown.
pub(crate) fn block(world: &World, account: &str, device: &str) -> String {
    let secret = world.keys.derived(label::BLOCK_CODE, &[account.as_bytes(), device.as_bytes()]);
    signs(&secret, BLOCK_SIGNS)
}

/// A fresh stop code, 40 bits.
pub(crate) fn stop(world: &World) -> String {
    signs(&world.entropy::<5>(), STOP_SIGNS)
}

pub(crate) fn block_mac(world: &World, code: &str) -> String {
    world.keys.code_mac(label::BLOCK_CODE, "", code)
}

pub(crate) fn stop_mac(world: &World, code: &str) -> String {
    world.keys.code_mac(label::STOP_CODE, "", code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hands_and_eyes_do_is_forgiven_and_nothing_else() {
        assert_eq!(read(" 7kq2-m4xd-9rtb-h3fw "), Typed::Block("7KQ2M4XD9RTBH3FW".into()));
        assert_eq!(read("k7qm 4txp"), Typed::Stop("K7QM4TXP".into()));
        assert_eq!(read("ol1o-0000"), Typed::Stop("01100000".into()));
        for bad in ["", "K7QM-4TX", "K7QM-4TXU", "K7QM-4TXP-1", "' OR 1=1 --", "K7QM\u{202e}4TXP"] {
            assert_eq!(read(bad), Typed::Neither, "{bad}");
        }
    }

    #[test]
    fn signs_are_five_bits_each() {
        assert_eq!(signs(&[0, 0, 0, 0, 0], 8), "00000000");
        assert_eq!(signs(&[0xff; 5], 8), "ZZZZZZZZ");
        assert_eq!(signs(&[0b0000_1000, 0b1000_0110, 0b0100_0010, 0b1001_1000, 0b1110_1000], 8), "12345678");
        assert_eq!(grouped("K7QM4TXP"), "K7QM-4TXP");
    }
}
