//! The `openidconnect` crate, as a service written in Rust would use it, logs a person in.

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse as _, http,
};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone};

use crate::{AN, HOME, each};

/// Our HTTP client, as the crate wants one.
async fn send(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let mut out = client.request(parts.method.as_str().parse().unwrap(), parts.uri.to_string()).body(body);
    for (name, value) in &parts.headers {
        out = out.header(name.as_str(), value.as_bytes());
    }
    let answer = out.send().await?;
    let mut made = http::Response::builder().status(answer.status().as_u16());
    for (name, value) in answer.headers() {
        made = made.header(name.as_str(), value.as_bytes());
    }
    Ok(made.body(answer.bytes().await?.to_vec()).unwrap())
}

#[tokio::test]
async fn the_openidconnect_crate_logs_a_person_in() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let http = |request| send(town.http.clone(), request);
        let issuer = IssuerUrl::new(town.issuer.clone()).unwrap();
        let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.unwrap();
        let secret = ClientSecret::new("gemeente-secret-0123456789abcdef".into());
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(gemeente.id.clone()), Some(secret))
            .set_redirect_uri(RedirectUrl::new(gemeente.redirect_uri.clone()).unwrap());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("profile".into()))
            .set_pkce_challenge(challenge)
            .url();

        let mut browser = Browser::at(HOME);
        let page = browser.get(&town, url.as_str()).await;
        let sent = browser.type_number(&town, &page, AN).await;
        let waiting = browser.get(&town, sent.location()).await;
        phone.approve(&town, &waiting.text("match"), CODE).await.ok();
        let back = browser.get(&town, sent.location()).await;
        let back = reqwest::Url::parse(back.location()).unwrap();
        let parameter = |name: &str| back.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        assert_eq!(parameter("state"), *state.secret());

        let code = AuthorizationCode::new(parameter("code"));
        let tokens =
            client.exchange_code(code).unwrap().set_pkce_verifier(verifier).request_async(&http).await.unwrap();
        let id_token = tokens.id_token().unwrap();
        let judge = client.id_token_verifier().set_time_fn(|| openidconnect_now(town.now()));
        let claims = id_token.claims(&judge, &nonce).unwrap();
        let hash = AccessTokenHash::from_token(
            tokens.access_token(),
            id_token.signing_alg().unwrap(),
            id_token.signing_key(&judge).unwrap(),
        );
        assert_eq!(hash.unwrap(), *claims.access_token_hash().unwrap());
        let subject = Some(claims.subject().clone());
        let request = client.user_info(tokens.access_token().clone(), subject).unwrap();
        let info: CoreUserInfoClaims = request.request_async(&http).await.unwrap();
        assert_eq!(info.given_name().unwrap().get(None).unwrap().as_str(), "An");
    })
    .await;
}

/// The town's clock, as the crate counts time.
fn openidconnect_now(now: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(now, 0).unwrap()
}
