//! Our own signed messages: no input may panic, and nothing that nobody signed may verify.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::jose::{PublicKey, SigningKey};
use protocol::phone::{Answer, Command, DeviceCertificate, KeysDocument, Receipt, Request};

fuzz_target!(|text: &str| {
    let scalar = [7; 32];
    let Ok(key) = SigningKey::from_bare_scalar(&scalar, "dev") else { return };
    let public: &PublicKey = key.public();
    let kid = key.kid();
    assert!(Request::verify(text, kid, public).is_err());
    assert!(Answer::verify(text, kid, public).is_err());
    assert!(Receipt::verify(text, kid, public).is_err());
    assert!(DeviceCertificate::verify(text, kid, public).is_err());
    assert!(KeysDocument::verify(text, public).is_err());
    let _ = Request::unverified(text);
    if let Ok(command) = Command::parse(text) {
        let _ = command.unverified::<serde_json::Value>();
        assert!(command.verify::<serde_json::Value>(public, "http://x").is_err());
    }
});
