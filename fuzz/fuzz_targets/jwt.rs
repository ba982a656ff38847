//! Other people's tokens and key sets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::jose::jwt::{Jwks, Jwt};

fuzz_target!(|text: &str| {
    if let Ok(jwt) = Jwt::parse(text) {
        let _ = jwt.unverified::<serde_json::Value>();
    }
    if let Ok(jwks) = serde_json::from_str::<Jwks>(text) {
        let _ = jwks.candidates(None);
    }
});
