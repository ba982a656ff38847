//! How a service proves itself, rule by rule.

use protocol::jose::{Enc, Encryption, KeyAlg, KeySet, jwe};
use serde_json::{Value, json};
use zelf_trials::town::{Partner, Reply, Town};

use crate::{each, once};

async fn knock(town: &Town, partner: &Partner, claims: &Value) -> Reply {
    let mut form = vec![("token", "AAAA".to_owned())];
    form.extend(partner.assertion_form(&partner.assertion_of(claims)));
    Reply::read(town.http.post(format!("{}/introspect", town.issuer)).form(&form).send().await.unwrap()).await
}

/// Claims with one changed.
fn changed(town: &Town, partner: &Partner, member: &str, value: &Value) -> Value {
    let mut claims = partner.assertion_claims(town);
    claims[member] = value.clone();
    claims
}

#[tokio::test]
async fn an_assertion_is_for_us_now_and_once() {
    each(async |town| {
        let archive = town.partner("archief");
        let at = |path: &str| json!(format!("{}{path}", town.issuer));
        for (member, value) in [
            ("aud", at("")),
            ("aud", at("/token")),
            ("aud", at("/introspect")),
            ("aud", json!(["https://other.example", at("/token")])),
            ("exp", json!(town.now() + 3600)),
            ("iat", json!(town.now() + 10)),
            ("nbf", json!(town.now() + 10)),
            ("jti", json!("j".repeat(255))),
        ] {
            let claims = changed(&town, &archive, member, &value);
            assert_eq!(knock(&town, &archive, &claims).await.status, 200, "{member} {value}");
            let again = knock(&town, &archive, &claims).await;
            assert_eq!(again.refusal(), (401, "invalid_client".into()), "an assertion counts once");
        }
        for (member, value) in [
            ("aud", at("/v2")),
            ("aud", at("/")),
            ("aud", at("/userinfo")),
            ("aud", json!([])),
            ("aud", Value::Null),
            ("exp", json!(town.now())),
            ("exp", json!(town.now() + 3611)),
            ("exp", Value::Null),
            ("iat", json!(town.now() + 61)),
            ("nbf", json!(town.now() + 61)),
            ("jti", json!("j".repeat(256))),
            ("jti", Value::Null),
            ("iss", json!("club")),
            ("sub", json!("club")),
        ] {
            let reply = knock(&town, &archive, &changed(&town, &archive, member, &value)).await;
            assert_eq!(reply.refusal(), (401, "invalid_client".into()), "{member} {value}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_assertion_may_be_signed_and_then_encrypted() {
    let town = once().await;
    let archive = town.partner("archief");
    let keys = Reply::read(town.http.get(format!("{}/jwks.json", town.issuer)).send().await.unwrap()).await.ok();
    let key = KeySet::from_value(&keys).unwrap().encryption_key(KeyAlg::RsaOaep256).unwrap();
    let how = Encryption { alg: KeyAlg::RsaOaep256, enc: Enc::A128CbcHs256 };
    let sealed = |text: &str| jwe::encrypt(&key, how, Some("JWT"), text.as_bytes()).unwrap();
    let sends = async |assertion: &str| {
        let mut form = vec![("token", "AAAA".to_owned())];
        form.extend(archive.assertion_form(assertion));
        Reply::read(town.http.post(format!("{}/introspect", town.issuer)).form(&form).send().await.unwrap()).await
    };
    let good = archive.assertion(&town);
    assert_eq!(sends(&sealed(&good)).await.status, 200);
    let unsigned = archive.assertion_claims(&town).to_string();
    let twice = sealed(&sealed(&archive.assertion(&town)));
    let stranger = jwe::EcPrivate::generate("x").unwrap();
    let ec = Encryption { alg: KeyAlg::EcdhEs, enc: Enc::A128CbcHs256 };
    let to_another = jwe::EncryptionKey::ec(stranger.public().clone(), None);
    let to_another = jwe::encrypt(&to_another, ec, Some("JWT"), archive.assertion(&town).as_bytes()).unwrap();
    for (what, assertion) in [
        ("the one that was used", sealed(&good)),
        ("encrypted, not signed", sealed(&unsigned)),
        ("encrypted twice", twice),
        ("encrypted to somebody else", to_another),
        ("torn", sealed(&archive.assertion(&town))[..300].to_owned()),
    ] {
        assert_eq!(sends(&assertion).await.refusal(), (401, "invalid_client".into()), "{what}");
    }
}

#[tokio::test]
async fn fapi_knows_one_audience_only() {
    each(async |town| {
        let exchange = town.partner("beurs");
        let at = |path: &str| json!(format!("{}{path}", town.issuer));
        for (member, value) in [("aud", at("")), ("iat", json!(town.now() + 10)), ("nbf", json!(town.now() + 8))] {
            let claims = changed(&town, &exchange, member, &value);
            assert_eq!(knock(&town, &exchange, &claims).await.status, 200, "{member} {value}");
        }
        for (member, value) in [
            ("aud", at("/token")),
            ("aud", at("/par")),
            ("aud", at("/introspect")),
            ("aud", json!([at("")])),
            ("aud", json!([at(""), at("/token")])),
            ("iat", json!(town.now() + 61)),
            ("nbf", json!(town.now() + 61)),
            ("exp", json!(town.now() - 1)),
            ("exp", json!(town.now() + 900)),
        ] {
            let reply = knock(&town, &exchange, &changed(&town, &exchange, member, &value)).await;
            assert_eq!(reply.refusal(), (401, "invalid_client".into()), "{member} {value}");
        }
    })
    .await;
}
