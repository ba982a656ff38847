//! From a cryptogram to the digits on the reader's display: the issuer's bitmap says which bits are kept.

/// What a card answered to GENERATE AC, as far as a response code is made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// PAN sequence number in BCD, only for cards whose flags (9F55, bit 40) put it in front.
    pub psn: Option<u8>,
    pub cid: u8,
    pub atc: u16,
    pub cryptogram: [u8; 8],
    pub iad: Vec<u8>,
}

impl Answer {
    fn bytes(&self) -> Vec<u8> {
        let mut out: Vec<u8> = self.psn.into_iter().collect();
        out.push(self.cid);
        out.extend(self.atc.to_be_bytes());
        out.extend(self.cryptogram);
        out.extend(&self.iad);
        out
    }
}

/// The kept bits as one number; `None` when the bitmap keeps more than 63.
pub fn number(answer: &Answer, bitmap: &[u8]) -> Option<u64> {
    let mut kept = 0_u32;
    let mut value = 0_u64;
    for (byte, mask) in answer.bytes().into_iter().zip(bitmap) {
        for bit in (0..8).rev().filter(|bit| mask >> bit & 1 == 1) {
            kept += 1;
            value = value << 1 | u64::from(byte >> bit & 1);
        }
    }
    (kept <= 63).then_some(value)
}

/// The response code: the number in decimal, at least eight digits.
pub fn code(answer: &Answer, bitmap: &[u8]) -> Option<String> {
    number(answer, bitmap).map(|n| format!("{n:08}"))
}

/// The bits of the counter that a code made with `bitmap` gives away, given in place: (mask, value).
pub fn counter_bits(value: u64, bitmap: &[u8], psn: bool) -> (u16, u16) {
    let total: u32 = bitmap.iter().map(|b| b.count_ones()).sum();
    let (mut seen, mut mask, mut bits) = (0_u32, 0_u16, 0_u16);
    let first = if psn { 2 } else { 1 };
    for (at, byte) in bitmap.iter().enumerate() {
        for bit in (0..8_u32).rev().filter(|bit| byte >> bit & 1 == 1) {
            seen += 1;
            let set = value.checked_shr(total - seen).unwrap_or(0) & 1 == 1;
            let place = match at.checked_sub(first) {
                Some(0) => bit + 8,
                Some(1) => bit,
                _ => continue,
            };
            mask |= 1 << place;
            bits |= u16::from(set) << place;
        }
    }
    (mask, bits)
}

/// The rule of old Belgian debit cards, which had no bitmap.
pub fn belgian_fixed(atc: u16, cryptogram: [u8; 8]) -> String {
    let ac = u64::from_be_bytes(cryptogram);
    let v = (ac >> 8 & 0x3FF) << 16 | u64::from(atc & 0xFF) << 8 | ac & 0xFF;
    format!("{:08}", (v + v % 10 * 10_000_000) % 100_000_000)
}
