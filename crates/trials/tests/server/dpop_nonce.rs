//! A server that wants fresh proofs: it says a word, and the next proof must hold it (RFC 9449 §8, §9).

use protocol::jose::SigningKey;
use serde_json::{Value, json};
use zelf_trials::town::partner::{dpop, dpop_claims};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Partner, Phone, Reply, Town, Wishes};

use crate::{AN, HOME, settled};

/// On both databases.
async fn each(story: impl AsyncFn(Town)) {
    for url in [None, Some(pg_in_a_folder::database())] {
        story(settled(Town::with(Wishes { dpop_nonce: true, ..Wishes::default() }, url).await)).await;
    }
}

struct Railway<'a> {
    town: &'a Town,
    partner: &'a Partner,
    key: SigningKey,
}

/// A proof's claims with this nonce in them.
fn with(mut claims: Value, nonce: &str) -> Value {
    claims["nonce"] = json!(nonce);
    claims
}

impl Railway<'_> {
    async fn asks(&self, form: &[(&'static str, String)], claims: &Value) -> Reply {
        self.partner.token_with_proof(self.town, form.to_vec(), &dpop(&self.key, claims)).await
    }

    fn for_token(&self) -> Value {
        dpop_claims(self.town, "POST", "/token", None)
    }

    fn for_userinfo(&self, token: &str) -> Value {
        dpop_claims(self.town, "GET", "/userinfo", Some(token))
    }

    async fn userinfo(&self, token: &str, claims: &Value) -> Reply {
        let request = self.town.http.get(format!("{}/userinfo", self.town.issuer));
        let request = request.header("authorization", format!("DPoP {token}")).header("dpop", dpop(&self.key, claims));
        Reply::read(request.send().await.unwrap()).await
    }
}

/// The word that an answer brought.
fn told(reply: &Reply) -> String {
    let nonce = reply.header("dpop-nonce").to_owned();
    assert!(!nonce.is_empty() && nonce.bytes().all(|b| b.is_ascii_graphic()), "{nonce:?}: {}", reply.body);
    nonce
}

#[tokio::test]
async fn a_proof_without_the_servers_word_is_asked_for_again() {
    each(async |town| {
        let partner = town.partner("spoor");
        let railway = Railway { town: &town, partner: &partner, key: SigningKey::generate("pk").unwrap() };
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &partner, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &partner, &login).await;
        let form = partner.token_form(&login, &code);
        let wants = (400, "use_dpop_nonce".to_owned());

        let first = railway.asks(&form, &railway.for_token()).await;
        assert_eq!(first.refusal(), wants);
        assert!(first.json()["error_description"].is_string());
        assert_eq!(first.header("cache-control"), "no-store");
        let nonce = told(&first);
        for wrong in ["", "x", &nonce[1..], &format!("{nonce}A")] {
            let again = railway.asks(&form, &with(railway.for_token(), wrong)).await;
            assert_eq!((again.refusal(), told(&again)), (wants.clone(), nonce.clone()), "{wrong:?}");
        }
        // A proof that does not hold is none, whatever word is in it; and whoever brings none is not told to repeat it.
        let mut bent = with(railway.for_token(), &nonce);
        bent["htm"] = json!("GET");
        assert_eq!(railway.asks(&form, &bent).await.refusal(), (400, "invalid_dpop_proof".into()));
        assert_eq!(partner.ask_at(&town, "/token", form.clone()).await.refusal(), (400, "invalid_dpop_proof".into()));

        // None of it spent the code.
        let good = railway.asks(&form, &with(railway.for_token(), &nonce)).await;
        let tokens = good.ok();
        assert_eq!((tokens["token_type"].as_str(), told(&good)), (Some("DPoP"), nonce.clone()));
        let token = tokens["access_token"].as_str().unwrap();

        let shut = railway.userinfo(token, &railway.for_userinfo(token)).await;
        assert_eq!(shut.refusal(), (401, "use_dpop_nonce".into()));
        assert_eq!(told(&shut), nonce);
        let challenges: Vec<_> =
            shut.headers.get_all("www-authenticate").iter().map(|line| line.to_str().unwrap()).collect();
        assert!(
            challenges.iter().any(|c| c.starts_with("DPoP ") && c.contains("error=\"use_dpop_nonce\"")),
            "{challenges:?}"
        );
        railway.userinfo(token, &with(railway.for_userinfo(token), &nonce)).await.ok();
    })
    .await;
}

#[tokio::test]
async fn the_word_changes_and_the_one_of_before_counts_a_little_longer() {
    each(async |town| {
        let partner = town.partner("spoor");
        let railway = Railway { town: &town, partner: &partner, key: SigningKey::generate("pk").unwrap() };
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &partner, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &partner, &login).await;
        let form = partner.token_form(&login, &code);
        let old = told(&railway.asks(&form, &railway.for_token()).await);
        let tokens = railway.asks(&form, &with(railway.for_token(), &old)).await.ok();
        let token = tokens["access_token"].as_str().unwrap();

        town.pass(120);
        let still = railway.userinfo(token, &with(railway.for_userinfo(token), &old)).await;
        assert_eq!(still.status, 200, "{}", still.body);
        let new = told(&still);
        assert_ne!(new, old, "a good answer brings the next one");
        town.pass(120);
        let late = railway.userinfo(token, &with(railway.for_userinfo(token), &old)).await;
        assert_eq!(late.refusal(), (401, "use_dpop_nonce".into()), "four minutes are too many");
        railway.userinfo(token, &with(railway.for_userinfo(token), &new)).await.ok();

        // With refresh tokens, and where requests are pushed, it is the same word.
        let refresh = [
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", tokens["refresh_token"].as_str().unwrap().to_owned()),
        ];
        let asked = railway.asks(&refresh, &with(railway.for_token(), &old)).await;
        assert_eq!(asked.refusal(), (400, "use_dpop_nonce".into()));
        let nonce = told(&asked);
        railway.asks(&refresh, &with(railway.for_token(), &nonce)).await.ok();
        let pushes = async |claims: &Value| {
            let mut form = partner.push_form(&partner.ask());
            form.extend(partner.assertion_form(&partner.assertion(&town)));
            let request = town.http.post(format!("{}/par", town.issuer)).header("dpop", dpop(&railway.key, claims));
            Reply::read(request.form(&form).send().await.unwrap()).await
        };
        let claims = || dpop_claims(&town, "POST", "/par", None);
        let asked = pushes(&claims()).await;
        assert_eq!((asked.refusal(), told(&asked)), ((400, "use_dpop_nonce".into()), nonce.clone()));
        assert_eq!(pushes(&with(claims(), &nonce)).await.status, 201);
    })
    .await;
}
