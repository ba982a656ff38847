//! Issuer application data in the format of the Common Core Definitions (EMV Book 3, annex C7): 32 bytes.

use super::key::Suite;

/// Card verification results: what the card remembers of this transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Results {
    /// ARQC in the first GENERATE AC (false: AAC).
    pub online: bool,
    /// AAC in the second GENERATE AC (false: not asked yet).
    pub closed: bool,
    pub pin_verified: bool,
    pub pin_failed: bool,
    pub pin_blocked: bool,
}

impl Results {
    /// The only results an issuer accepts: ARQC first, second not asked, PIN verified by the card.
    pub const EXPECTED: Results =
        Results { online: true, closed: false, pin_verified: true, pin_failed: false, pin_blocked: false };

    fn bytes(self) -> [u8; 5] {
        let first = if self.closed { 0x00 } else { 0x80 } | if self.online { 0x20 } else { 0 };
        let second =
            u8::from(self.pin_verified) << 3 | u8::from(self.pin_failed) << 2 | u8::from(self.pin_blocked) << 1;
        [first, second, 0, 0, 0]
    }
}

/// `0F ‖ CCI ‖ DKI ‖ CVR(5) ‖ counters(8) ‖ 0F ‖ discretionary(15)`; counters and discretionary data are unused, zero.
pub fn build(suite: Suite, derivation_key_index: u8, results: Results) -> Vec<u8> {
    let identifier = match suite {
        Suite::TripleDes => 0xA5,
        Suite::Aes => 0xA6,
    };
    let mut out = vec![0x0F, identifier, derivation_key_index];
    out.extend(results.bytes());
    out.extend([0; 8]);
    out.push(0x0F);
    out.extend([0; 15]);
    out
}
