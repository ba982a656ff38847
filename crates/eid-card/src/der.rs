//! Where a DER element ends, for files that are longer than what they hold.

/// Length of the DER element at the start of `bytes`, header included, as its header says it (X.690 §8.1.3, definite, at most
/// 65 535 bytes). `None` when there is no such header.
pub fn length(bytes: &[u8]) -> Option<usize> {
    let (&tag, rest) = bytes.split_first()?;
    if tag == 0 {
        return None;
    }
    match *rest {
        [short @ 0..=0x7F, ..] => Some(2 + usize::from(short)),
        [0x81, long, ..] => Some(3 + usize::from(long)),
        [0x82, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([high, low]))),
        _ => None,
    }
}

/// The DER element at the start of `bytes` without what follows it. `None` when there is none, or when it is cut.
pub fn element(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(..length(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_at_the_end_it_claims() {
        assert_eq!(element(&[0x30, 1, 5, 0, 0]), Some(&[0x30, 1, 5][..]));
        let mut long = vec![0x30, 0x82, 1, 0];
        long.resize(400, 9);
        assert_eq!(element(&long).map(<[u8]>::len), Some(260));
        for none in
            [&[][..], &[0x30], &[0x30, 2, 1], &[0; 2500], &[0x30, 0x80, 0], &[0x30, 0x83, 0, 0, 1, 1], &[0x30, 0x82, 1]]
        {
            assert_eq!(element(none), None);
        }
    }
}
