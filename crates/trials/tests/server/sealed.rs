//! Statements for one partner alone: signed, encrypted, or told about signed.

use protocol::jose::jwe::Decryptor;
use protocol::jose::jwt::Jwt;
use protocol::jose::{KeySet, SigAlg, unb64u};
use serde_json::{Value, json};
use zelf_trials::town::partner::sealing_key;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Partner, Phone, Reply, Town};

use crate::{AN, HOME, each};

async fn tokens(town: &Town, phone: &mut Phone, partner: &Partner) -> Value {
    let mut browser = Browser::at(HOME);
    let login = browser.login(town, partner, AN).await;
    phone.approve(town, &login.number, CODE).await.ok();
    let code = browser.arrive(town, partner, &login).await;
    partner.exchange(town, &login, &code).await.ok()
}

async fn keys(town: &Town) -> KeySet {
    let request = town.http.get(format!("{}/jwks.json", town.issuer));
    KeySet::parse(&Reply::read(request.send().await.unwrap()).await.body).unwrap()
}

/// What the notary reads: decrypted with its key, verified with ours.
fn unsealed(keys: &KeySet, alg: SigAlg, jwe: &str) -> Value {
    let header: Value = serde_json::from_slice(&unb64u(jwe.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!(
        (&header["alg"], &header["enc"], &header["cty"]),
        (&json!("ECDH-ES+A256KW"), &json!("A256GCM"), &json!("JWT"))
    );
    let key = sealing_key();
    let jws = Decryptor { rsa: Vec::new(), ec: vec![&key] }.decrypt(jwe).unwrap();
    let jws = String::from_utf8(jws).unwrap();
    keys.claims(&Jwt::parse(&jws).unwrap(), &[alg]).unwrap()
}

#[tokio::test]
async fn the_notary_alone_reads_what_is_for_the_notary() {
    each(async |town| {
        let notary = town.partner("notaris");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let tokens = tokens(&town, &mut phone, &notary).await;
        let keys = keys(&town).await;
        let id_token = unsealed(&keys, SigAlg::ES256, tokens["id_token"].as_str().unwrap());
        let info = notary.userinfo(&town, tokens["access_token"].as_str().unwrap()).await;
        assert_eq!((info.status, info.header("content-type")), (200, "application/jwt"));
        let info = unsealed(&keys, SigAlg::PS256, &info.body);
        assert_eq!((&info["sub"], &info["iss"], &info["aud"]), (&id_token["sub"], &id_token["iss"], &json!("notaris")));
        assert_eq!((&info["iat"], &info["exp"]), (&json!(town.now()), &json!(town.now() + 600)));
        assert!(info.get("name").is_some(), "{info}");
        let token = tokens["access_token"].as_str().unwrap();
        let request = town.http.get(format!("{}/evidence", town.issuer)).bearer_auth(token);
        let evidence = Reply::read(request.send().await.unwrap()).await;
        let evidence = unsealed(&keys, SigAlg::ES256, &evidence.body);
        assert_eq!(evidence["rcp"], id_token["zelf_evidence"]);
        // Its own ID token, encrypted to it, is no hint that we can read.
        let hint = [("id_token_hint", tokens["id_token"].as_str().unwrap())];
        let refused = Browser::at(HOME).post(&town, "/logout", &hint).await;
        assert_eq!((refused.status, refused.text("error-code")), (400, "id_token_hint_invalid".into()));
    })
    .await;
}

#[tokio::test]
async fn what_a_token_is_worth_can_be_told_signed() {
    each(async |town| {
        let notary = town.partner("notaris");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let tokens = tokens(&town, &mut phone, &notary).await;
        let mut form = vec![("token", tokens["access_token"].as_str().unwrap().to_owned())];
        form.extend(notary.assertion_form(&notary.assertion(&town)));
        let request = town.http.post(format!("{}/introspect", town.issuer)).form(&form);
        let request = request.header("accept", "application/json;q=0.1, application/token-introspection+jwt");
        let reply = Reply::read(request.send().await.unwrap()).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, "application/token-introspection+jwt"));
        let jwt = Jwt::parse(&reply.body).unwrap();
        assert_eq!(jwt.header.typ.as_deref(), Some("token-introspection+jwt"));
        let told: Value = keys(&town).await.claims(&jwt, &[SigAlg::ES256]).unwrap();
        assert_eq!((&told["iss"], &told["aud"]), (&json!(town.issuer), &json!("notaris")));
        assert_eq!((&told["token_introspection"]["active"], told.get("exp")), (&json!(true), None));
    })
    .await;
}
