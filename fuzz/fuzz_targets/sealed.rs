//! HPKE envelopes: nothing opens that was not sealed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::jose::SigningKey;
use protocol::seal::{SealKey, Sealed};

fuzz_target!(|text: &str| {
    let Ok(sealed) = serde_json::from_str::<Sealed>(text) else { return };
    let Ok(key) = SigningKey::from_bare_scalar(&[7; 32], "vs") else { return };
    let Ok(scalar) = key.scalar() else { return };
    let vs = SealKey::new(&scalar, key.public().clone(), sealed.kid.clone());
    assert!(vs.open(&sealed, "info", b"aad").is_err());
});
