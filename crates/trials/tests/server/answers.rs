//! How a request comes and how its answer travels: in a form, in a signed form; and what a page says when a yes led nowhere.

use protocol::jose::jwt::{Jwks, Jwt};
use serde_json::{Value, json};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::client::{BACK, Client};
use crate::{AN, HOME, each, once};

/// `POST /authorize`, as a page of the service sends its visitor (OpenID Core §3.1.2.1).
async fn posted(town: &Town, browser: &mut Browser, client: &Client, more: &[(&str, &str)]) -> Reply {
    let form = client.form(more);
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(town, "/authorize", &form).await
}

/// The page has one form and lets it go wherever the service leads its people: browsers hold `form-action` against every redirect.
fn leads_away(reply: &Reply) -> bool {
    !reply.header("content-security-policy").contains("form-action") && reply.body.matches("<form").count() == 1
}

#[tokio::test]
async fn a_request_in_a_form_gets_its_answer_in_a_form() {
    each(async |town| {
        let client = Client::opens(&town, "bureau", json!({})).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let page = posted(&town, &mut browser, &client, &[("response_mode", "form_post")]).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("form-action 'self';"), "the login page's forms end here: {policy}");
        let answer = client.approved(&town, &mut browser, &mut phone, &page).await;
        assert_eq!((answer.status, answer.header("location")), (200, ""), "nothing in an address");
        assert_eq!(answer.attribute("answer", "action"), BACK);
        assert!(answer.body.contains(r#"method="post""#) && answer.body.contains("/static/form-post."));
        assert!(leads_away(&answer), "{}", answer.header("content-security-policy"));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!((answer.field("state"), answer.field("iss")), ("s1".into(), town.issuer.clone()));
        client.exchanges(&town, &answer.field("code")).await.ok();

        let page = posted(&town, &mut browser, &client, &[("response_mode", "form_post")]).await;
        let stopped = browser.post(&town, "/login/cancel", &[("req", &page.field("req"))]).await;
        assert_eq!(stopped.attribute("answer", "action"), BACK);
        assert_eq!((stopped.field("error"), stopped.field("state")), ("access_denied".into(), "s1".into()));
        assert!(leads_away(&stopped), "{}", stopped.header("content-security-policy"));
    })
    .await;
}

#[tokio::test]
async fn a_signed_answer_in_a_form_holds_nothing_beside_its_signature() {
    let town = once().await;
    let client = Client::opens(&town, "bureau", json!({})).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let mut browser = Browser::at(HOME);
    let page = posted(&town, &mut browser, &client, &[("response_mode", "form_post.jwt")]).await;
    let answer = client.approved(&town, &mut browser, &mut phone, &page).await;
    assert_eq!((answer.status, answer.attribute("answer", "action")), (200, BACK.to_owned()));
    assert!(leads_away(&answer), "{}", answer.header("content-security-policy"));
    assert_eq!(answer.body.matches("<input").count(), 1, "{}", answer.body);
    let response = answer.field("response");
    let keys = Reply::read(town.http.get(format!("{}/jwks.json", town.issuer)).send().await.unwrap()).await.ok();
    let keys: Jwks = serde_json::from_value(keys).unwrap();
    let claims: Value = keys.verify(&Jwt::parse(&response).unwrap()).unwrap();
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(town.issuer), &json!("bureau")));
    assert_eq!((&claims["state"], &claims["exp"]), (&json!("s1"), &json!(town.now() + 600)));
    client.exchanges(&town, claims["code"].as_str().unwrap()).await.ok();
}

#[tokio::test]
async fn whoever_approved_is_not_told_that_nothing_was_approved() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let late = browser.login(&town, &gemeente, AN).await;
        phone.approve(&town, &late.number, CODE).await.ok();
        town.pass(180);
        let page = browser.look(&town, &late).await;
        assert_eq!((page.status, page.text("title")), (200, "U ging te laat verder".into()));
        assert!(page.has("retry"), "another try is a button away");

        let login = browser.login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        gemeente.exchange(&town, &login, &code).await.ok();
        let page = browser.look(&town, &login).await;
        assert_eq!(
            (page.status, page.text("title")),
            (200, "Dit was al afgerond".into()),
            "no used code is sent again"
        );
        assert_eq!(gemeente.exchange(&town, &login, &code).await.refusal(), (400, "invalid_grant".into()));
        assert_eq!(browser.look(&town, &login).await.text("title"), "Dit was al afgerond");
    })
    .await;
}
