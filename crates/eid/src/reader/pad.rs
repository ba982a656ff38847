//! Readers with keys of their own: the PIN goes from finger to card and never through this computer (PC/SC part 10).

/// `CM_IOCTL_GET_FEATURE_REQUEST`, argument of `SCARD_CTL_CODE`.
pub(super) const FEATURE_REQUEST: u16 = 3400;
/// `FEATURE_VERIFY_PIN_DIRECT`.
const VERIFY_DIRECT: u8 = 0x06;

/// Seconds that the reader waits for the first key, and between keys.
const TIMEOUT: u8 = 30;

/// Control code of PIN verification in the reader's list of features (tag, length 4, code big-endian, repeated). `None` when
/// the reader has no keys, or its list is broken.
pub(super) fn verify_code(features: &[u8]) -> Option<u32> {
    let mut rest = features;
    while let [tag, length, value @ ..] = rest {
        let (code, next) = value.split_at_checked(usize::from(*length))?;
        if *tag == VERIFY_DIRECT {
            return Some(u32::from_be_bytes(code.try_into().ok()?));
        }
        rest = next;
    }
    None
}

/// `PIN_VERIFY_STRUCTURE` for this card: PIN reference 01, 4 to 12 digits, ISO 9564 format 2 in an 8-byte block. The reader puts
/// digits and their count into the template at its end.
pub(super) fn verify_structure() -> Vec<u8> {
    const TEMPLATE: [u8; 13] = [0x00, 0x20, 0x00, 0x01, 0x08, 0x20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    const SHORTEST_AND_LONGEST: u16 = 0x040C;
    // Dutch (Belgium); readers with a display of their own language ignore it.
    const LANGUAGE: u16 = 0x0813;
    let mut bytes = vec![TIMEOUT, TIMEOUT];
    // bmFormatString: BCD, left, length in bits; bmPINBlockString: 4 bits of length, 7 bytes; bmPINLengthFormat: length at bit 4.
    bytes.extend([0x89, 0x47, 0x04]);
    bytes.extend(SHORTEST_AND_LONGEST.to_ne_bytes());
    // Done when the OK key is pressed; one message.
    bytes.extend([0x02, 0x01]);
    bytes.extend(LANGUAGE.to_ne_bytes());
    // bMsgIndex, bTeoPrologue (T=1 only).
    bytes.extend([0x00, 0x00, 0x00, 0x00]);
    bytes.extend(13_u32.to_ne_bytes());
    bytes.extend(TEMPLATE);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pin_verification_is_found_among_the_features() {
        let list = [0x12, 4, 0x42, 0x33, 0x00, 0x12, 0x06, 4, 0x42, 0x33, 0x00, 0x06, 0x07, 4, 0x42, 0x33, 0x00, 0x07];
        assert_eq!(verify_code(&list), Some(0x4233_0006));
        assert_eq!(verify_code(&[0x07, 4, 1, 2, 3, 4]), None);
    }

    #[test]
    fn a_broken_list_means_no_keys() {
        for list in
            [&[][..], &[0x06], &[0x06, 4, 1, 2], &[0x06, 2, 1, 2], &[0x06, 0], &[0x01, 255, 0x06, 4, 1, 2, 3, 4]]
        {
            assert_eq!(verify_code(list), None, "{list:?}");
        }
    }

    #[test]
    fn the_structure_is_the_one_this_card_needs() {
        let bytes = verify_structure();
        assert_eq!(bytes.len(), 19 + 13);
        assert_eq!(bytes.get(..5), Some(&[30, 30, 0x89, 0x47, 0x04][..]));
        if cfg!(target_endian = "little") {
            assert_eq!(bytes.get(5..9), Some(&[0x0C, 0x04, 0x02, 0x01][..]));
            assert_eq!(bytes.get(15..19), Some(&[13, 0, 0, 0][..]));
        }
        assert_eq!(bytes.get(19..25), Some(&[0x00, 0x20, 0x00, 0x01, 0x08, 0x20][..]), "VERIFY, PIN 01, empty block");
        assert!(bytes.iter().skip(25).all(|b| *b == 0xFF));
    }
}
