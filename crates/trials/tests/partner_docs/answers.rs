//! Answers of the server itself, against the schemas of the OpenAPI file.

use protocol::jose::SigningKey;
use protocol::oidc::client_auth::ASSERTION_TYPE;
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
        "/v2/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration/v2",
        "/.well-known/oauth-authorization-server/v2",
        "/jwks.json",
        "/v2/jwkSet",
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

const BACK: &str = "https://winkel.example/cb";
const SECRET: &str = "winkel-secret-0123456789abcdef";

/// A shop with a secret that asks at either mount, in a browser or from its own side.
async fn shop(town: &Town, mount: &str) {
    town.registers(if mount == "compat" { compat_shop() } else { plain_shop() }).await;
}

fn plain_shop() -> Value {
    let digest: String = protocol::jose::sha256(SECRET.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    json!({
        "id": "winkel", "name": { "nl": "Winkel", "fr": "W", "de": "W", "en": "W" }, "domain": "winkel.example",
        "redirect_uris": [BACK], "scopes": ["profile"], "mount": "standard", "ciba": { "delivery": "poll" },
        "grants": ["authorization_code", "urn:openid:params:grant-type:ciba"],
        "auth": { "method": "client_secret", "client_secret_sha256": digest },
    })
}

fn compat_shop() -> Value {
    let mut body = plain_shop();
    let service = json!({ "code": "LOGIN", "kind": "authentication", "scopes": ["profile"], "redirect_uris": [BACK] });
    body["mount"] = json!("compat");
    body["service"] = json!([service]);
    body["redirect_uris"] = json!([]);
    body
}

async fn form(town: &Town, path: &str, secret: &str, more: &[(&str, &str)]) -> Reply {
    let own = [("client_id", "winkel"), ("client_secret", secret)];
    let all: Vec<_> = own.iter().chain(more).collect();
    Reply::read(town.http.post(format!("{}{path}", town.issuer)).form(&all).send().await.unwrap()).await
}

#[tokio::test]
async fn a_login_at_the_compatible_mount_is_as_described() {
    let (town, document) = (Town::on_sqlite().await, document());
    town.bank.knows("an", zelf_trials::town::bank::an());
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    shop(&town, "compat").await;
    let asks = |scope: &str| {
        let pairs = [("client_id", "winkel"), ("response_type", "code"), ("redirect_uri", BACK), ("scope", scope)];
        reqwest::Url::parse_with_params(&format!("{}/v2/authorization", town.issuer), pairs).unwrap().to_string()
    };
    let mut browser = Browser::at(HOME);
    let page = browser.get(&town, &asks("openid service:LOGIN profile")).await;
    holds(&document, "get", "/v2/authorization", &page);
    holds(&document, "get", "/v2/authorization", &browser.get(&town, &asks("openid")).await);
    let stranger = format!("{}/v2/authorization?client_id=nobody", town.issuer);
    holds(&document, "get", "/v2/authorization", &browser.get(&town, &stranger).await);
    let wait = browser.type_number(&town, &page, AN).await.location().to_owned();
    let number = browser.get(&town, &wait).await.text("match");
    phone.approve(&town, &number, CODE).await.ok();
    let back = reqwest::Url::parse(browser.get(&town, &wait).await.location()).unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let redeems = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", BACK)];
    let reply = form(&town, "/v2/token", SECRET, &redeems).await;
    holds(&document, "post", "/v2/token", &reply);
    let tokens = reply.ok();
    let said = claims(tokens["id_token"].as_str().unwrap());
    let found = faults(&document, &document["components"]["schemas"]["IdToken"], &said);
    assert!(found.is_empty(), "{found:#?}\n{said:#}");
    for path in ["/v2/userinfo", "/v2/evidence"] {
        let reply = get(&town, path, tokens["access_token"].as_str()).await;
        assert_eq!(reply.status, 200, "{path}");
        holds(&document, "get", path, &reply);
        holds(&document, "get", path, &get(&town, path, Some("stranger")).await);
        let put = town.http.put(format!("{}{path}", town.issuer)).send().await.unwrap();
        holds(&document, "get", path, &Reply::read(put).await);
    }
    holds(&document, "get", "/v2/jwkSet", &get(&town, "/v2/jwkSet", None).await);
    let basic = town.http.post(format!("{}/v2/token", town.issuer)).basic_auth("winkel", Some("guess")).form(&redeems);
    for reply in [
        form(&town, "/v2/token", SECRET, &redeems).await,
        form(&town, "/v2/token", "guess", &redeems).await,
        form(&town, "/v2/token", SECRET, &[]).await,
        Reply::read(basic.send().await.unwrap()).await,
        get(&town, "/v2/token", None).await,
    ] {
        assert!(reply.status >= 400);
        holds(&document, "post", "/v2/token", &reply);
    }
}

#[tokio::test]
async fn a_request_from_a_partners_own_side_is_as_described() {
    let (town, document) = (Town::on_sqlite().await, document());
    town.bank.knows("an", zelf_trials::town::bank::an());
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    shop(&town, "standard").await;
    let number = [("scope", "openid profile"), ("login_hint", "+32468758960")];
    let reply = form(&town, "/bc-authorize", SECRET, &number).await;
    holds(&document, "post", "/bc-authorize", &reply);
    let asked = reply.ok();
    let redeems =
        [("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", asked["auth_req_id"].as_str().unwrap())];
    holds(&document, "post", "/token", &form(&town, "/token", SECRET, &redeems).await);
    phone.approve(&town, asked["match_number"].as_str().unwrap(), CODE).await.ok();
    town.pass(10);
    let reply = form(&town, "/token", SECRET, &redeems).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    holds(&document, "post", "/token", &reply);
    for (secret, more) in [("guess", &number[..]), (SECRET, &[("scope", "openid")]), (SECRET, &number[1..])] {
        let reply = form(&town, "/bc-authorize", secret, more).await;
        assert!(reply.status >= 400);
        holds(&document, "post", "/bc-authorize", &reply);
    }
    // And with a code of its own, at the other mount, which no secret opens.
    let key = SigningKey::generate("kw").unwrap();
    let mut body = compat_shop();
    body["auth"] = json!({ "method": "private_key_jwt" });
    body["jwks"] = json!({ "keys": [key.public().jwk()] });
    town.registers(body).await;
    let ask = async |path: &str, jti: &str, more: &[(&str, &str)]| {
        let claims = json!({ "iss": "winkel", "sub": "winkel", "aud": format!("{}/v2", town.issuer), "jti": jti,
                             "iat": town.now(), "exp": town.now() + 60 });
        let assertion = key.sign_with(&json!({ "alg": "ES256", "kid": key.kid() }), &claims).unwrap();
        let own = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion.as_str())];
        let all: Vec<_> = own.iter().chain(more).collect();
        Reply::read(town.http.post(format!("{}{path}", town.issuer)).form(&all).send().await.unwrap()).await
    };
    let sessions = "/v2/user_discovery_sessions";
    let opened = ask(sessions, "1", &[]).await;
    holds(&document, "post", sessions, &opened);
    let one = format!("{sessions}/{}", opened.ok()["user_discovery_session_id"].as_str().unwrap());
    let described = "/v2/user_discovery_sessions/{id}";
    town.pass(5);
    let looked = ask(&one, "2", &[]).await;
    holds(&document, "post", described, &looked);
    assert_eq!(looked.ok()["status"], "PENDING_USER_DISCOVERY");
    for (path, jti) in [(&one, "3"), (&one, "3"), (&format!("{sessions}/x"), "4")] {
        let reply = ask(path, jti, &[]).await;
        assert!(reply.status >= 400, "{path}");
        holds(&document, "post", described, &reply);
    }
    let path = "/v2/backchannel/authentication";
    for reply in [
        ask(path, "5", &[("scope", "openid service:LOGIN")]).await,
        ask(path, "5", &[]).await,
        form(&town, path, SECRET, &[("scope", "openid service:LOGIN")]).await,
    ] {
        assert!(reply.status >= 400);
        holds(&document, "post", path, &reply);
    }
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
