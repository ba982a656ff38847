//! A service that shows a certificate, and tokens that count beside it alone (RFC 8705).

use aws_lc_rs::digest;
use base64::Engine as _;
use protocol::jose::b64u;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::{AN, HOME, each};

async fn userinfo(town: &Town, token: &str, certificate: Option<&str>) -> Reply {
    let request = town.http.get(format!("{}/userinfo", town.issuer)).bearer_auth(token);
    let request = certificate.map_or(request.try_clone().unwrap(), |told| request.header("x-client-certificate", told));
    Reply::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_certificate_proves_its_service_and_binds_its_tokens() {
    each(async |town| {
        let tram = town.partner("tram");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &tram, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &tram, &login).await;
        let other = zelf_trials::town::partner::stranger_certificate();
        let post = async |certificate: Option<&str>, id: &str| {
            let mut form = tram.token_form(&login, &code);
            form.push(("client_id", id.into()));
            let request = town.http.post(format!("{}/token", town.issuer)).form(&form);
            let request =
                certificate.map_or(request.try_clone().unwrap(), |c| request.header("x-client-certificate", c));
            Reply::read(request.send().await.unwrap()).await
        };
        let refused = (401, "invalid_client".to_owned());
        assert_eq!(post(None, "tram").await.refusal(), refused);
        assert_eq!(post(Some(&other), "tram").await.refusal(), refused, "somebody else's");
        assert_eq!(post(Some("AAAA"), "tram").await.refusal(), refused, "no certificate at all");
        assert_eq!(post(Some(&tram.certificate()), "club").await.refusal(), refused, "somebody else's name");
        let tokens = tram.ask_at(&town, "/token", tram.token_form(&login, &code)).await.ok();
        assert_eq!(tokens["token_type"], "Bearer");
        let token = tokens["access_token"].as_str().unwrap();
        userinfo(&town, token, Some(&tram.certificate())).await.ok();
        // As nginx and others write it.
        let base64 = tram.certificate().trim_matches(':').to_owned();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
        let escaped: String = reqwest::Url::parse_with_params("http://x/", [("c", pem)]).unwrap().query().unwrap()[2..]
            .replace('+', "%20");
        userinfo(&town, token, Some(&escaped)).await.ok();
        for wrong in [None, Some(other.as_str())] {
            assert_eq!(userinfo(&town, token, wrong).await.refusal(), (401, "invalid_token".into()));
        }
        let told = tram.ask_at(&town, "/introspect", vec![("token", token.to_owned())]).await.ok();
        let der = base64::engine::general_purpose::STANDARD.decode(base64).unwrap();
        let thumbprint = b64u(digest::digest(&digest::SHA256, &der));
        assert_eq!(told["cnf"]["x5t#S256"], thumbprint);
    })
    .await;
}
