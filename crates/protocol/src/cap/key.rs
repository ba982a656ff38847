//! Keys: from the issuer's master key to the card's, and from the card's to one for each transaction (EMV Book 2, A1).

use aes::Aes128;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use des::TdesEde2;
use des::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize as _;

use super::bcd;

/// Which cryptography a card was issued with; the two common core identifiers of the CCD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// Triple DES with the common session key (CCI A5).
    TripleDes,
    /// AES-128 with CMAC (CCI A6).
    Aes,
}

/// A sixteen-byte secret key: no `Debug`, wiped when dropped.
#[derive(Clone)]
pub struct Key([u8; 16]);

impl Key {
    pub fn new(bytes: [u8; 16]) -> Self {
        Key(bytes)
    }

    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Triple DES of one block.
    pub fn des3(&self, block: [u8; 8]) -> [u8; 8] {
        let mut block = block.into();
        TdesEde2::new(&self.0.into()).encrypt_block(&mut block);
        block.into()
    }

    /// AES-128 of one block.
    pub fn aes(&self, block: [u8; 16]) -> [u8; 16] {
        let mut block = block.into();
        Aes128::new(&self.0.into()).encrypt_block(&mut block);
        block.into()
    }

    /// Left and right half.
    pub fn halves(&self) -> ([u8; 8], [u8; 8]) {
        halves(self.0)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

fn halves(bytes: [u8; 16]) -> ([u8; 8], [u8; 8]) {
    let (mut left, mut right) = ([0; 8], [0; 8]);
    let (l, r) = bytes.split_at(8);
    left.copy_from_slice(l);
    right.copy_from_slice(r);
    (left, right)
}

fn joined(left: [u8; 8], right: [u8; 8]) -> [u8; 16] {
    let mut out = [0; 16];
    let (l, r) = out.split_at_mut(8);
    l.copy_from_slice(&left);
    r.copy_from_slice(&right);
    out
}

/// DES keys carry odd parity in each byte's lowest bit.
fn odd_parity(bytes: [u8; 16]) -> Key {
    Key(bytes.map(|b| if (b & 0xFE).count_ones() % 2 == 0 { b | 1 } else { b & 0xFE }))
}

/// A card's number and its sequence number: what its keys are derived from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardNumber {
    pan: String,
    psn: u8,
}

impl CardNumber {
    /// `pan`: 8 to 19 digits; `psn`: 0 to 99. `None` for anything else.
    pub fn new(pan: &str, psn: u8) -> Option<Self> {
        let fits = (8..=19).contains(&pan.len()) && pan.bytes().all(|b| b.is_ascii_digit()) && psn < 100;
        fits.then(|| CardNumber { pan: pan.to_owned(), psn })
    }

    pub fn pan(&self) -> &str {
        &self.pan
    }

    /// One packed digit pair, as tag 5F34 carries it.
    pub fn psn_bcd(&self) -> u8 {
        ((self.psn / 10) << 4) | (self.psn % 10)
    }

    /// PAN ‖ PSN in digits.
    fn digits(&self) -> String {
        format!("{}{:02}", self.pan, self.psn)
    }
}

/// The card's master key: option A up to 16 digits of PAN, option B above (A1.4.1, A1.4.2), option C for AES (A1.4.3).
pub fn card_key(suite: Suite, issuer_key: &Key, card: &CardNumber) -> Key {
    match suite {
        Suite::TripleDes if card.pan.len() > 16 => option_b(issuer_key, card),
        Suite::TripleDes => option_a(issuer_key, card),
        Suite::Aes => option_c(issuer_key, card),
    }
}

/// Option A: the last 16 digits of PAN ‖ PSN.
pub fn option_a(issuer_key: &Key, card: &CardNumber) -> Key {
    from_sixteen(issuer_key, &last_digits(&card.digits(), 16))
}

/// Option B: SHA-1 of PAN ‖ PSN, decimalised to 16 digits.
pub fn option_b(issuer_key: &Key, card: &CardNumber) -> Key {
    let digits = card.digits();
    let padded = if digits.len().is_multiple_of(2) { digits } else { format!("0{digits}") };
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &bcd(&padded).unwrap_or_default());
    let nibbles: Vec<u8> = hash.as_ref().iter().flat_map(|b| [b >> 4, b & 15]).collect();
    // First the decimal digits in order; only if they run out, A–F read as 0–5.
    let decimal = nibbles.iter().filter(|n| **n < 10).copied();
    let letters = nibbles.iter().filter(|n| **n > 9).map(|n| n - 10);
    let sixteen: String = decimal.chain(letters).take(16).map(|n| char::from(b'0' + n)).collect();
    from_sixteen(issuer_key, &sixteen)
}

/// Option C: AES over PAN ‖ PSN, zeros on the left to 16 bytes.
pub fn option_c(issuer_key: &Key, card: &CardNumber) -> Key {
    let digits = last_digits(&card.digits(), 32);
    let mut block = [0; 16];
    block.iter_mut().zip(bcd(&digits).unwrap_or_default()).for_each(|(slot, byte)| *slot = byte);
    Key(issuer_key.aes(block))
}

/// The last `n` of `digits`, with zeros on the left when there are fewer.
fn last_digits(digits: &str, n: usize) -> String {
    let padded = format!("{digits:0>n$}");
    padded.get(padded.len() - n..).unwrap_or_default().to_owned()
}

fn from_sixteen(issuer_key: &Key, digits: &str) -> Key {
    let mut y = [0; 8];
    y.iter_mut().zip(bcd(digits).unwrap_or_default()).for_each(|(slot, byte)| *slot = byte);
    odd_parity(joined(issuer_key.des3(y), issuer_key.des3(y.map(|b| !b))))
}

/// The key of one transaction: common session key (A1.3.1), with the counter as its diversifier.
pub fn session_key(suite: Suite, card_key: &Key, atc: u16) -> Key {
    let [high, low] = atc.to_be_bytes();
    match suite {
        Suite::TripleDes => {
            let half = |third: u8| card_key.des3([high, low, third, 0, 0, 0, 0, 0]);
            odd_parity(joined(half(0xF0), half(0x0F)))
        }
        Suite::Aes => Key(card_key.aes([high, low, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
    }
}

/// The older session key of EMV 2000: a tree with `branch` children at each node, `height` levels, initial value zero.
pub fn tree_session_key(card_key: &Key, atc: u16, branch: u16, height: u32) -> Key {
    let node = |parent: &[u8; 16], grandparent: &[u8; 16], j: u16| -> [u8; 16] {
        let (mut left, mut right) = halves(*grandparent);
        let child = (j % branch.max(2)) as u8;
        if let (Some(l), Some(r)) = (left.last_mut(), right.last_mut()) {
            *l ^= child;
            *r ^= child ^ 0xF0;
        }
        let key = Key(*parent);
        joined(key.des3(left), key.des3(right))
    };
    let (mut parent, mut grandparent) = (*card_key.bytes(), [0; 16]);
    for level in (1..height).rev() {
        let j = u32::from(atc) / u32::from(branch.max(2)).saturating_pow(level);
        let next = node(&parent, &grandparent, u16::try_from(j).unwrap_or(0));
        grandparent = parent;
        parent = next;
    }
    let leaf = node(&parent, &grandparent, atc);
    let mut mixed = leaf;
    mixed.iter_mut().zip(grandparent).for_each(|(byte, g)| *byte ^= g);
    odd_parity(mixed)
}
