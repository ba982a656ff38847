//! The other side of the fund's integration, played by hand.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use super::super::site::{Ask, Site};
use super::super::{Auth, ServiceConfig};
use super::*;

fn keys() -> CompatKeys {
    CompatKeys { sign: RsaKey::generate("cs").unwrap(), open: RsaPrivate::generate("ce").unwrap() }
}

fn party(keys: Arc<CompatKeys>) -> CompatParty {
    let config = ServiceConfig {
        base_url: "http://localhost:8413".into(),
        issuer: "http://localhost:8401".into(),
        client_id: "fonds".into(),
        auth: Auth::Compat(Arc::clone(&keys)),
        frame_ancestors: vec![],
        roots: vec![],
        site: Site::Fund,
    };
    CompatParty::new(config, keys)
}

#[test]
fn the_request_is_signed_by_us_and_sealed_to_the_provider() {
    let (ours, provider) = (Arc::new(keys()), keys());
    let pending = Pending::fresh(Ask::Login, None).unwrap();
    let theirs = KeySet::from_value(&provider.jwks()).unwrap();
    let object = party(Arc::clone(&ours)).request_object(&pending, Lang::Nl, &theirs).unwrap();
    assert_eq!(object.split('.').count(), 5, "a JWE");
    let our_keys = KeySet::from_value(&ours.jwks()).unwrap();
    let read: Value = provider.opened(&object, &our_keys).unwrap();
    assert_eq!((&read["state"], &read["aud"]), (&json!(pending.state), &json!("http://localhost:8401/v2")));
    assert!(ours.opened::<Value>(&object, &our_keys).is_err(), "sealed to the provider alone");
    assert!(provider.opened::<Value>(&object, &theirs).is_err(), "signed by us and by nobody else");
}

#[test]
fn a_token_for_another_place_person_or_time_is_not_believed() {
    let party = party(Arc::new(keys()));
    let token = |change: fn(&mut IdToken)| {
        let mut token = IdToken {
            iss: "http://localhost:8401/v2".into(),
            sub: "s".into(),
            aud: json!("fonds"),
            exp: 1000,
            iat: 900,
            nonce: "n".into(),
            auth_time: 0,
            acr: String::new(),
            amr: vec![],
            zelf_evidence: None,
        };
        change(&mut token);
        token.believe(&party.base, &party.config.client_id, "n", 900)
    };
    assert!(token(|_| {}).is_ok());
    let lies: [fn(&mut IdToken); 4] = [
        |t| t.iss = "http://localhost:8401".into(),
        |t| t.aud = json!(["fonds", "other"]),
        |t| t.nonce = "m".into(),
        |t| t.exp = 869,
    ];
    for lie in lies {
        assert!(matches!(token(lie), Err(Refused::Token(_))));
    }
}
