//! Parameters from browsers and partners, and what stands in them.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use protocol::jose::KeySet;
use protocol::oidc::authorize::{AuthorizationRequest, Found, parse};
use protocol::oidc::client_auth::claimed;
use protocol::oidc::code::{AccessToken, AuthCode, RefreshToken};
use protocol::oidc::compat::template;
use protocol::oidc::partner::{Partner, Partners};
use protocol::oidc::request_object;
use protocol::oidc::token::{Presented, TokenRequest, presented};

/// Registered on the compatible mount, and on the other.
static PARTNERS: LazyLock<[Partner; 2]> = LazyLock::new(|| {
    let name = r#"{"nl":"N","fr":"N","de":"N","en":"N"}"#;
    let digest = "0".repeat(64);
    let partner = |id: &str, more: &str| {
        let json = format!(
            r#"{{"id":"{id}","name":{name},"domain":"x.example","redirect_uris":["https://x.example/b"],"scopes":["profile"],
               "auth":{{"method":"client_secret","client_secret_sha256":"{digest}"}},"verified_claims":true,
               "authorization_details":["payment_initiation","confirm_text"]{more}}}"#
        );
        serde_json::from_str(&json).expect("a partner")
    };
    let service =
        r#","mount":"compat","service":[{"code":"S","kind":"confirmation","redirect_uris":["https://x.example/b"]}]"#;
    [partner("a", ""), partner("b", service)]
});

fuzz_target!(|input: (Vec<(String, String)>, Option<String>)| {
    let (mut pairs, header) = input;
    let partners = Partners::default();
    assert!(AuthorizationRequest::parse(&pairs, &partners).is_err(), "nobody is registered");
    let _ = TokenRequest::parse(&pairs);
    let _ = claimed(header.as_deref(), &pairs, None, |_| None);
    if let Ok(Some(Presented::Bearer(token) | Presented::Dpop(token))) = presented(header.as_deref(), &pairs) {
        assert!(AccessToken::open(&[7; 32], token, 0).is_none());
        assert!(AuthCode::open(&[7; 32], token, "x").is_none());
        assert!(RefreshToken::open(&[7; 32], token, "x").is_none());
    }
    if let Some(text) = &header {
        let keys = KeySet::from_keys(&[]).expect("no keys");
        for partner in PARTNERS.iter() {
            assert!(request_object::read(text, partner, &keys, &["x"], 0).is_err(), "nobody signed");
        }
        if let Ok(claims) = serde_json::from_str(text) {
            let _ = template::confirm(&claims);
        }
    }
    for partner in PARTNERS.iter() {
        pairs.retain(|(name, _)| name != "client_id" && name != "redirect_uri");
        pairs.push(("client_id".into(), partner.id.clone()));
        pairs.push(("redirect_uri".into(), "https://x.example/b".into()));
        let _ = parse(partner, &pairs, &Found { pushed: true, ..Found::default() });
    }
});
