//! Web eID tokens: read or refused, and never a signature over something that was not signed.
#![no_main]

use eid_proof::web_eid;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(token) = serde_json::from_str(text) else { return };
    let Ok(token) = web_eid::read(&token) else { return };
    let _ = web_eid::purpose(&token.certificate);
    assert!(token.signed_by_holder("https://nobody.example", "nobody's nonce").is_err());
});
