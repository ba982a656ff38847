//! Key sets of partners: what is read is public, and can be used for what it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::jose::jwe::encrypt;
use protocol::jose::{Enc, Encryption, KeyAlg, KeySet};

fuzz_target!(|text: &str| {
    let Ok(set) = KeySet::parse(text) else { return };
    assert!(set.len() <= 32 && set.kids().len() <= set.len());
    for key in set.iter() {
        assert_eq!(key.thumbprint().len(), 43);
    }
    for alg in KeyAlg::ALL {
        if let Some(key) = set.encryption_key(alg) {
            let _ = encrypt(&key, Encryption { alg, enc: Enc::A128Gcm }, None, b"x");
        }
    }
});
