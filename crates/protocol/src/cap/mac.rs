//! Application cryptograms: eight bytes of MAC (EMV Book 2, A1.2).

use aes::Aes128;
use cmac::{Cmac, KeyInit as _, Mac as _};
use des::Des;
use des::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _};

use super::key::{Key, Suite};

/// How a message is brought to whole blocks (ISO/IEC 9797-1 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Zeros only (method 1).
    Zeros,
    /// One byte 80, then zeros (method 2).
    Marked,
}

/// The cryptogram over `message` with one transaction's key.
pub fn cryptogram(suite: Suite, key: &Key, message: &[u8]) -> [u8; 8] {
    match suite {
        Suite::TripleDes => retail(key, message, Padding::Marked),
        Suite::Aes => cmac(key, message),
    }
}

/// ISO/IEC 9797-1 algorithm 3: single DES along the chain, triple DES at its end.
pub fn retail(key: &Key, message: &[u8], padding: Padding) -> [u8; 8] {
    let (left, right) = key.halves();
    let chained = cbc_last(left, message, padding);
    let mut block = chained.into();
    Des::new(&right.into()).decrypt_block(&mut block);
    Des::new(&left.into()).encrypt_block(&mut block);
    block.into()
}

/// AES-CMAC (RFC 4493), its first eight bytes.
pub fn cmac(key: &Key, message: &[u8]) -> [u8; 8] {
    let mut mac = Cmac::<Aes128>::new(&(*key.bytes()).into());
    mac.update(message);
    let tag: [u8; 16] = mac.finalize().into_bytes().into();
    let mut out = [0; 8];
    out.iter_mut().zip(tag).for_each(|(slot, byte)| *slot = byte);
    out
}

/// Last block of single-DES CBC with a zero initial vector.
pub(super) fn cbc_last(key: [u8; 8], message: &[u8], padding: Padding) -> [u8; 8] {
    let des = Des::new(&key.into());
    padded(message, padding).chunks(8).fold([0; 8], |mut chain, chunk| {
        chain.iter_mut().zip(chunk).for_each(|(c, m)| *c ^= m);
        let mut block = chain.into();
        des.encrypt_block(&mut block);
        block.into()
    })
}

pub(super) fn padded(message: &[u8], padding: Padding) -> Vec<u8> {
    let mut out = message.to_vec();
    if padding == Padding::Marked {
        out.push(0x80);
    }
    out.resize(out.len().next_multiple_of(8).max(8), 0);
    out
}
