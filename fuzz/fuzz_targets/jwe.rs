//! Sealed things: nothing opens that nobody sealed, and every refusal is the same.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use protocol::jose::jwe::{Decryptor, EcPrivate, RsaPrivate, decrypt_with_secret};
use protocol::jose::{Enc, JoseError, KeyAlg, b64u};

/// New at each start.
static KEYS: LazyLock<Option<(RsaPrivate, EcPrivate)>> =
    LazyLock::new(|| RsaPrivate::generate("x").ok().zip(EcPrivate::generate("x").ok()));

fn closed(text: &str) {
    let Some((rsa, ec)) = &*KEYS else { panic!("no keys") };
    let ours = Decryptor { rsa: vec![rsa], ec: vec![ec] };
    for opened in [ours.decrypt(text), decrypt_with_secret(&[7; 32], text)] {
        assert!(matches!(opened, Err(JoseError::Unreadable | JoseError::TooLarge)));
    }
}

fuzz_target!(|input: (u8, &str)| {
    let (way, text) = input;
    closed(text);
    // The same behind a header that is believed so far.
    let (alg, enc) = (KeyAlg::ALL[usize::from(way) % 6], Enc::ALL[usize::from(way / 6) % 4]);
    let header = format!(r#"{{"alg":"{}","enc":"{}"{text}"#, alg.as_str(), enc.as_str());
    let (header, rest) = header.split_once('|').unwrap_or((&header, "..."));
    closed(&format!("{}.{rest}", b64u(header)));
});
