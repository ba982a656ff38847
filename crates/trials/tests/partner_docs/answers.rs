//! Answers of the server itself, against the schemas of the OpenAPI file.

use serde_json::{Value, json};
use zelf_trials::town::partner::claims;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::openapi::document;
use crate::schema::faults;

const HOME: &str = "10.1.2.3";
const AN: &str = "0468 75 89 60";

/// What an answer must be: described with this status, this media type, and of the schema's shape.
fn holds(document: &Value, method: &str, path: &str, reply: &Reply) {
    let at = format!("{method} {path} {}", reply.status);
    let described = &document["paths"][path][method]["responses"][reply.status.to_string().as_str()];
    assert!(described.is_object(), "{at} is not described: {}", reply.body);
    let Some(content) = described.get("content") else {
        assert_eq!(reply.body, "", "{at}");
        return;
    };
    let media = reply.header("content-type").split(';').next().unwrap();
    let schema = content.get(media).unwrap_or_else(|| panic!("{at}: {media} is not described"));
    let value = if media.ends_with("json") { reply.json() } else { Value::String(reply.body.clone()) };
    let found = faults(document, &schema["schema"], &value);
    assert!(found.is_empty(), "{at}: {found:#?}\n{value:#}");
}

async fn get(town: &Town, path: &str, token: Option<&str>) -> Reply {
    let mut request = town.http.get(format!("{}{path}", town.issuer));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    Reply::read(request.send().await.unwrap()).await
}

async fn with_body(town: &Town, path: &str, body: &Value) -> Reply {
    Reply::read(town.http.post(format!("{}{path}", town.issuer)).json(body).send().await.unwrap()).await
}

#[tokio::test]
async fn what_anybody_may_read_is_as_described() {
    let (town, document) = (Town::on_sqlite().await, document());
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/v2/.well-known/openid-configuration",
        "/jwks.json",
    ] {
        let reply = get(&town, path, None).await;
        assert_eq!(reply.status, 200);
        holds(&document, "get", path, &reply);
    }
}

#[tokio::test]
async fn a_login_from_push_to_revocation_is_as_described() {
    let (town, document) = (Town::on_sqlite().await, document());
    town.bank.knows("an", zelf_trials::town::bank::an());
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let partner = town.partner("gemeente");
    let mut browser = Browser::at(HOME);
    let login = browser.login(&town, &partner, AN).await;
    phone.approve(&town, &login.number, CODE).await.ok();
    let code = browser.arrive(&town, &partner, &login).await;
    let reply = partner.exchange(&town, &login, &code).await;
    holds(&document, "post", "/token", &reply);
    let tokens = reply.ok();
    let said = claims(tokens["id_token"].as_str().unwrap());
    let found = faults(&document, &document["components"]["schemas"]["IdToken"], &said);
    assert!(found.is_empty(), "{found:#?}\n{said:#}");
    let access = tokens["access_token"].as_str().unwrap();
    for path in ["/userinfo", "/evidence"] {
        let reply = get(&town, path, Some(access)).await;
        assert_eq!(reply.status, 200, "{path}");
        holds(&document, "get", path, &reply);
        holds(&document, "get", path, &get(&town, path, Some("stranger")).await);
    }
    for (path, form) in [
        ("/introspect", vec![("token", access.to_owned())]),
        ("/introspect", vec![("token", "stranger".to_owned())]),
        ("/introspect", vec![]),
        ("/revoke", vec![("token", access.to_owned())]),
        ("/par", vec![("response_type", "code".to_owned())]),
        ("/par", pushable(&partner.redirect_uri)),
    ] {
        holds(&document, "post", path, &partner.ask_at(&town, path, form).await);
    }
    holds(&document, "post", "/token", &partner.exchange(&town, &login, &code).await);
    for path in ["/par", "/token", "/introspect", "/revoke"] {
        let form = [("client_id", "gemeente"), ("client_secret", "wrong"), ("token", "x")];
        let reply = town.http.post(format!("{}{path}", town.issuer)).form(&form).send().await.unwrap();
        let reply = Reply::read(reply).await;
        assert_eq!(reply.status, 401, "{path}");
        holds(&document, "post", path, &reply);
    }
}

fn pushable(redirect_uri: &str) -> Vec<(&'static str, String)> {
    let challenge = protocol::jose::b64u(protocol::jose::sha256(b"verifier"));
    let fields = [
        ("response_type", "code"),
        ("redirect_uri", redirect_uri),
        ("scope", "openid"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    fields.map(|(name, value)| (name, value.to_owned())).to_vec()
}

#[tokio::test]
async fn a_registration_and_its_refusals_are_as_described() {
    let (town, document) = (Town::on_sqlite().await, document());
    let good = json!({ "redirect_uris": ["https://shop.example/cb"], "client_name": "Shop" });
    for body in [good, json!({ "redirect_uris": [] }), json!([])] {
        let reply = with_body(&town, "/register", &body).await;
        holds(&document, "post", "/register", &reply);
    }
    let reply = get(&town, "/register/nobody", Some("stranger")).await;
    assert_eq!(reply.status, 401);
    holds(&document, "get", "/register/{client_id}", &reply);
}
