//! What a service can show of a person's yes.

use protocol::jose::digest;
use protocol::jose::jwt::{Jwks, Jwt};
use serde_json::Value;
use zelf_trials::town::partner::claims;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::{AN, HOME, each};

async fn evidence(town: &Town, token: &str) -> Reply {
    let request = town.http.get(format!("{}/evidence", town.issuer)).bearer_auth(token);
    Reply::read(request.send().await.unwrap()).await
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
        let whole = told.to_string();
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
