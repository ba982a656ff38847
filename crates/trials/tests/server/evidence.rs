//! What a service can show of a person's yes.

use protocol::jose::jwt::{Jwks, Jwt};
use protocol::jose::{PublicKey, SigningKey, b64u, digest, sha256, unb64u};
use protocol::phone::{KeysDocument, Proof, Role};
use serde_json::Value;
use zelf_trials::town::partner::claims;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::{AN, HOME, each};

async fn evidence(town: &Town, token: &str) -> Reply {
    let request = town.http.get(format!("{}/evidence", town.issuer)).bearer_auth(token);
    Reply::read(request.send().await.unwrap()).await
}

/// What a partner writes down on the day it integrates.
async fn pinned_root(town: &Town) -> PublicKey {
    let known =
        Reply::read(town.http.get(format!("{}/.well-known/zelf", town.issuer)).send().await.unwrap()).await.ok();
    PublicKey::from_jwk(&serde_json::from_value(known["root"].clone()).unwrap()).unwrap()
}

/// Years later: the keys of the JWT are gone, the root is known, nobody is asked.
fn checked_without_us(told: &Value, root: &PublicKey) {
    let text = |member: &str| told[member].as_str().unwrap();
    let keys = KeysDocument::verify(text("keys"), root).unwrap();
    let kid = Proof::kid(text("proof")).unwrap();
    let proof = Proof::verify(text("proof"), &kid, &keys.key(Role::Rc, &kid).unwrap()).unwrap();
    let lines: Vec<&str> = told["lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert_eq!(proof.shown, b64u(sha256(lines.join("\n").as_bytes())), "the lines are those that were drawn");
    let signed = serde_json::to_value(&proof).unwrap();
    for same in ["rid", "sub", "kind", "lang", "dec", "uv", "rq", "apr", "rcp"] {
        assert_eq!(signed[same], told[same], "{same}");
    }
    assert_eq!(told["aud"], proof.rp.as_str());
    let stranger = SigningKey::generate("root").unwrap();
    assert!(KeysDocument::verify(text("keys"), stranger.public()).is_err(), "another root");
    let (head, signature) = text("proof").rsplit_once('.').unwrap();
    let (header, _) = head.split_once('.').unwrap();
    let bent = serde_json::to_vec(&Proof { sub: "somebody-else".into(), ..proof }).unwrap();
    let bent = format!("{header}.{}.{signature}", b64u(bent));
    assert!(Proof::verify(&bent, &kid, &keys.key(Role::Rc, &kid).unwrap()).is_err(), "another person");
}

#[tokio::test]
async fn a_service_gets_the_lines_that_were_shown_and_nobody_elses() {
    each(async |town| {
        let (town_hall, club) = (town.partner("gemeente"), town.partner("club"));
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &town_hall, AN).await;
        let waiting = phone.waiting(&town).await;
        let body = phone.approval(&waiting, &login.number, CODE);
        let reply = phone.deliver(&town, &body).await;
        phone.keep(&body, &reply);
        let code = browser.arrive(&town, &town_hall, &login).await;
        let tokens = town_hall.exchange(&town, &login, &code).await.ok();
        let token = tokens["access_token"].as_str().unwrap();
        let shown = evidence(&town, token).await;
        assert_eq!((shown.status, shown.header("content-type")), (200, "application/jwt"));
        let jwt = Jwt::parse(&shown.body).unwrap();
        assert_eq!(jwt.header.typ.as_deref(), Some("zelf-evidence+jwt"));
        let keys = Reply::read(town.http.get(format!("{}/jwks.json", town.issuer)).send().await.unwrap()).await.ok();
        let keys: Jwks = serde_json::from_value(keys).unwrap();
        let told: Value = keys.verify(&jwt).unwrap();
        let id_token = claims(tokens["id_token"].as_str().unwrap());
        for same in ["iss", "aud", "sub"] {
            assert_eq!(told[same], id_token[same], "{same}");
        }
        let lines: Vec<&str> = told["lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        assert_eq!(lines, waiting.verified.payload.lines());
        assert!(lines.iter().any(|line| line.contains("gemeente.example")), "{lines:?}");
        assert_eq!(
            (&told["kind"], &told["dec"], &told["uv"], &told["lang"]),
            (&waiting.verified.payload.kind.as_str().into(), &"approve".into(), &"pin".into(), &"nl".into())
        );
        let m3 = reply.json()["m3"].as_str().unwrap().to_owned();
        assert_eq!(told["rq"], digest(&body.m1));
        assert_eq!(told["apr"], digest(&body.m2));
        assert_eq!(told["rcp"], digest(&m3));
        assert_eq!(told["rcp"], id_token["zelf_evidence"], "what the ID token promised");
        assert_eq!(told["zelf_test_world"], true);
        checked_without_us(&told, &pinned_root(&town).await);
        let inside = |jws: &str| String::from_utf8(unb64u(jws.split('.').nth(1).unwrap()).unwrap()).unwrap();
        let whole =
            format!("{told}{}{}", inside(told["proof"].as_str().unwrap()), inside(told["keys"].as_str().unwrap()));
        for private in [phone.id(), "acc_", "dev_", "+32"] {
            assert!(
                !whole.contains(private) || lines.iter().any(|line| line.contains(private)),
                "{private} in {whole}"
            );
        }

        // Another service's token shows its own.
        let login = browser.login(&town, &club, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &club, &login).await;
        let tokens = club.exchange(&town, &login, &code).await.ok();
        let other = claims(&evidence(&town, tokens["access_token"].as_str().unwrap()).await.body);
        assert_ne!((&other["sub"], &other["rid"]), (&told["sub"], &told["rid"]));
        assert_eq!(evidence(&town, "AAAA").await.refusal(), (401, "invalid_token".into()));
        town.pass(600);
        assert_eq!(evidence(&town, token).await.refusal(), (401, "invalid_token".into()));
    })
    .await;
}
