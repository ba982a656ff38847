//! Parameters from browsers and partners.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::oidc::authorize::AuthorizationRequest;
use protocol::oidc::client_auth::authenticate;
use protocol::oidc::code::{AccessToken, AuthCode};
use protocol::oidc::partner::Partners;
use protocol::oidc::token::{TokenRequest, bearer};

fuzz_target!(|input: (Vec<(String, String)>, Option<String>)| {
    let (pairs, header) = input;
    let partners = Partners::default();
    assert!(AuthorizationRequest::parse(&pairs, &partners).is_err(), "nobody is registered");
    let _ = TokenRequest::parse(&pairs);
    assert!(authenticate(header.as_deref(), &pairs, &partners, &["http://x"], 0).is_err());
    if let Some(token) = bearer(header.as_deref(), &pairs) {
        assert!(AccessToken::open(&[7; 32], token, 0).is_none());
        assert!(AuthCode::open(&[7; 32], token, "x").is_none());
    }
});
