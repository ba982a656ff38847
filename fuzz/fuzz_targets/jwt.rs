//! Other people's tokens: no input may panic, and nothing that nobody signed may verify.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use protocol::jose::jwt::{Jwks, Jwt, verify_hs256};
use protocol::jose::{EdKey, KeySet, RsaKey, SigAlg, SigningKey};
use protocol::oidc::keys::Made;
use serde_json::Value;

/// One key of each kind, new at each start.
static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    let made = [
        SigningKey::generate("x").ok().map(|key| key.jwk()),
        RsaKey::generate("x").ok().map(|key| key.jwk()),
        EdKey::generate("x").ok().map(|key| key.jwk()),
    ];
    let keys: Vec<Value> = made.into_iter().flatten().collect();
    assert_eq!(keys.len(), 3);
    KeySet::from_keys(&keys).unwrap_or_default()
});

fuzz_target!(|text: &str| {
    if let Ok(jwt) = Jwt::parse(text) {
        let _ = jwt.unverified::<Value>();
        assert!(KEYS.verify(&jwt, &SigAlg::ASYMMETRIC).is_err());
    }
    assert!(verify_hs256::<Value>(text, &[7; 32]).is_err());
    if let Ok(jwks) = serde_json::from_str::<Jwks>(text) {
        let _ = jwks.candidates(None);
    }
});
