//! A service registers itself: what it may choose, who may change it.

use serde_json::{Value, json};
use zelf_trials::town::{REGISTRATION, Reply, Town};

use crate::{each, once};

async fn call(town: &Town, method: &str, path: &str, token: &str, body: Option<&Value>) -> Reply {
    let request = town.http.request(method.parse().unwrap(), format!("{}{path}", town.issuer)).bearer_auth(token);
    let request = body.map_or(request.try_clone().unwrap(), |body| request.json(body));
    Reply::read(request.send().await.unwrap()).await
}

fn metadata() -> Value {
    json!({ "client_name": "Het nieuwe loket", "redirect_uris": ["https://loket.example/cb"], "scope": "openid email",
            "post_logout_redirect_uris": ["https://loket.example/uit"], "contacts": ["an@loket.example"] })
}

#[tokio::test]
async fn a_service_registers_reads_changes_and_removes_itself() {
    each(async |town| {
        let made = call(&town, "POST", "/register", REGISTRATION, Some(&metadata())).await;
        assert_eq!((made.status, made.header("cache-control")), (201, "no-store"), "{}", made.body);
        let made = made.json();
        let text = |name: &str| made[name].as_str().unwrap_or_else(|| panic!("no {name} in {made}")).to_owned();
        let (id, secret, token) = (text("client_id"), text("client_secret"), text("registration_access_token"));
        assert_eq!(made["client_secret_expires_at"], 0);
        assert_eq!(made["id_token_signed_response_alg"], "RS256");
        let path = text("registration_client_uri").strip_prefix(&town.issuer).unwrap().to_owned();
        let introspect = async |secret: &str| {
            let request = town.http.post(format!("{}/introspect", town.issuer)).basic_auth(&id, Some(secret));
            Reply::read(request.form(&[("token", "AAAA")]).send().await.unwrap()).await
        };
        assert_eq!(introspect(&secret).await.status, 200, "it is known at once");
        assert_eq!(town.world.partners.find(&id).unwrap().session_seconds, 900, "as the operator says");
        let asked = format!("{}/authorize?client_id={id}&redirect_uri=https://loket.example/cb", town.issuer);
        assert_eq!(town.http.get(asked).send().await.unwrap().status(), 303, "sent back to its address with an error");
        let read = call(&town, "GET", &path, &token, None).await.ok();
        assert_eq!((&read["client_id"], read.get("client_secret")), (&json!(id), None));
        for wrong in ["", "guess", REGISTRATION] {
            for method in ["GET", "PUT", "DELETE"] {
                let body = (method == "PUT").then(metadata);
                let reply = call(&town, method, &path, wrong, body.as_ref()).await;
                assert_eq!(reply.refusal(), (401, "invalid_token".into()), "{method} {wrong}");
            }
        }
        let mut other = metadata();
        other["redirect_uris"] = json!(["https://loket.example/elsewhere"]);
        other["session_seconds"] = json!(86_400);
        let changed = call(&town, "PUT", &path, &token, Some(&other)).await.ok();
        assert_eq!(changed["redirect_uris"], other["redirect_uris"]);
        assert_eq!(town.world.partners.find(&id).unwrap().session_seconds, 900, "nobody gives itself more");
        assert_eq!(introspect(&secret).await.refusal(), (401, "invalid_client".into()), "the secret is a new one");
        assert_eq!(introspect(changed["client_secret"].as_str().unwrap()).await.status, 200);
        assert_eq!(call(&town, "DELETE", &path, &token, None).await.status, 204);
        assert_eq!(call(&town, "GET", &path, &token, None).await.status, 401);
        assert_eq!(introspect(changed["client_secret"].as_str().unwrap()).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn metadata_that_does_not_hold_registers_nobody() {
    each(async |town| {
        let reply = call(&town, "POST", "/register", "guess", Some(&metadata())).await;
        assert_eq!(reply.refusal(), (401, "invalid_token".into()));
        let before = town.count("partner").await;
        for (member, value, error) in [
            ("redirect_uris", json!([]), "invalid_redirect_uri"),
            ("redirect_uris", json!(["http://loket.example/cb"]), "invalid_redirect_uri"),
            ("redirect_uris", json!(["https://loket.example/cb#x"]), "invalid_redirect_uri"),
            ("redirect_uris", json!(["https://a.example/", "https://b.example/"]), "invalid_client_metadata"),
            ("redirect_uris", json!("https://loket.example/cb"), "invalid_client_metadata"),
            ("redirect_uris", json!(["https://loket.example/", "http://localhost:9/"]), "invalid_client_metadata"),
            ("redirect_uris", json!(["https://loket.example/", "http://[::1]:9/"]), "invalid_client_metadata"),
            ("post_logout_redirect_uris", json!(["javascript://loket.example/%0aalert(1)"]), "invalid_client_metadata"),
            ("post_logout_redirect_uris", json!(["https://x; frame-ancestors *"]), "invalid_client_metadata"),
            ("initiate_login_uri", json!("javascript:alert(1)"), "invalid_client_metadata"),
            ("backchannel_logout_uri", json!("http://127.0.0.1.example/"), "invalid_client_metadata"),
            ("request_uris", json!(["https://loket.example@evil.example/"]), "invalid_client_metadata"),
            ("authorization_signed_response_alg", json!("HS256"), "invalid_client_metadata"),
            ("response_types", json!(["token"]), "invalid_client_metadata"),
            ("response_types", json!(["code id_token"]), "invalid_client_metadata"),
            ("grant_types", json!(["implicit"]), "invalid_client_metadata"),
            ("grant_types", json!(["urn:openid:params:grant-type:ciba"]), "invalid_client_metadata"),
            ("token_endpoint_auth_method", json!("none"), "invalid_client_metadata"),
            ("token_endpoint_auth_method", json!("private_key_jwt"), "invalid_client_metadata"),
            ("token_endpoint_auth_method", json!("tls_client_auth"), "invalid_client_metadata"),
            ("id_token_signed_response_alg", json!("none"), "invalid_client_metadata"),
            ("request_object_signing_alg", json!("none"), "invalid_client_metadata"),
            ("request_object_signing_alg", json!("HS256"), "invalid_client_metadata"),
            ("client_name", json!("a\nb"), "invalid_client_metadata"),
            ("sector_identifier_uri", json!("https://nobody.example/sector"), "invalid_client_metadata"),
            ("sector_identifier_uri", json!("http://127.0.0.1/sector"), "invalid_client_metadata"),
        ] {
            let mut wrong = metadata();
            wrong[member] = value.clone();
            let reply = call(&town, "POST", "/register", REGISTRATION, Some(&wrong)).await;
            assert_eq!(reply.refusal(), (400, error.into()), "{member} {value}: {}", reply.body);
        }
        assert_eq!(town.count("partner").await, before);
    })
    .await;
}

#[tokio::test]
async fn a_certificate_has_exactly_one_name() {
    let town = once().await;
    let with = |names: &Value| {
        let mut asked = metadata();
        asked["token_endpoint_auth_method"] = json!("tls_client_auth");
        asked["request_object_signing_alg"] = json!("PS256");
        asked.as_object_mut().unwrap().extend(names.as_object().unwrap().clone());
        asked
    };
    for (names, status) in [
        (json!({ "tls_client_auth_subject_dn": "CN=loket.example,O=Loket,C=BE" }), 201),
        (json!({ "tls_client_auth_san_dns": "loket.example" }), 201),
        (json!({ "tls_client_auth_san_uri": "urn:loket" }), 201),
        (json!({ "tls_client_auth_san_ip": "2001:db8::7" }), 201),
        (json!({ "tls_client_auth_san_email": "it@loket.example" }), 201),
        (json!({ "tls_client_auth_san_dns": "loket.example", "tls_client_auth_san_uri": "urn:loket" }), 400),
        (json!({ "tls_client_auth_subject_dn": "loket" }), 400),
        (json!({ "tls_client_auth_subject_dn": "" }), 400),
        (json!({ "tls_client_auth_san_dns": "*.loket.example" }), 400),
        (json!({ "tls_client_auth_san_ip": "10.1.2" }), 400),
        (json!({ "tls_client_auth_san_uri": "loket" }), 400),
        (json!({ "tls_client_auth_san_email": "loket" }), 400),
    ] {
        let reply = call(&town, "POST", "/register", REGISTRATION, Some(&with(&names))).await;
        assert_eq!(reply.status, status, "{names}: {}", reply.body);
        if status == 201 {
            let partner = town.world.partners.find(reply.json()["client_id"].as_str().unwrap()).unwrap();
            assert_eq!(partner.auth.name(), "tls_client_auth");
            assert_eq!(partner.request_alg, Some(protocol::jose::SigAlg::PS256));
        }
    }
}

#[tokio::test]
async fn a_sector_is_what_its_document_lists() {
    each(async |town| {
        let (a, b) = ("https://a.example/cb", "https://b.example/cb");
        let document = "https://sector.example/list.json";
        town.web.serves(document, json!([a, b]));
        let mut asked = metadata();
        asked["sector_identifier_uri"] = json!(document);
        asked["redirect_uris"] = json!([a, b]);
        let made = call(&town, "POST", "/register", REGISTRATION, Some(&asked)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let id = made.json()["client_id"].as_str().unwrap().to_owned();
        let partner = town.world.partners.find(&id).unwrap();
        assert_eq!((partner.sector(), partner.domain.as_str()), ("sector.example", "sector.example"));
        // Whoever runs on everybody's machine does not choose whose name the phone shows.
        let here = "http://127.0.0.1:9/cb";
        town.web.serves(document, json!([a, here]));
        asked["redirect_uris"] = json!([a, here]);
        let made = call(&town, "POST", "/register", REGISTRATION, Some(&asked)).await;
        let partner = town.world.partners.find(made.json()["client_id"].as_str().unwrap()).unwrap();
        assert_eq!(partner.domain, "sector.example");
        asked["redirect_uris"] = json!([a, b]);
        town.web.serves(document, json!([a]));
        let reply = call(&town, "POST", "/register", REGISTRATION, Some(&asked)).await;
        assert_eq!(reply.refusal(), (400, "invalid_client_metadata".into()));
    })
    .await;
}

#[tokio::test]
async fn what_was_registered_is_read_again() {
    each(async |town| {
        let mut asked = metadata();
        let more = json!({
            "token_endpoint_auth_method": "client_secret_post", "client_uri": "https://loket.example/",
            "userinfo_signed_response_alg": "ES256", "application_type": "web", "software_version": "7",
            "client_secret": "mine", "zelf_admin": true,
        });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = call(&town, "POST", "/register", REGISTRATION, Some(&asked)).await.json();
        let token = made["registration_access_token"].as_str().unwrap().to_owned();
        let path = made["registration_client_uri"].as_str().unwrap().strip_prefix(&town.issuer).unwrap().to_owned();
        let told = |answer: &Value, asked: &Value| {
            for name in
                asked.as_object().unwrap().keys().filter(|name| *name != "client_secret" && *name != "zelf_admin")
            {
                assert_eq!(answer[name], asked[name], "{name}");
            }
            assert!(answer.get("zelf_admin").is_none(), "{answer}");
        };
        told(&made, &asked);
        assert_ne!(made["client_secret"], "mine");
        let read = call(&town, "GET", &path, &token, None).await.ok();
        told(&read, &asked);
        assert!(read.get("client_secret").is_none());
        asked["contacts"] = json!(["jan@loket.example"]);
        asked.as_object_mut().unwrap().remove("token_endpoint_auth_method");
        call(&town, "PUT", &path, &token, Some(&asked)).await.ok();
        let read = call(&town, "GET", &path, &token, None).await.ok();
        told(&read, &asked);
        assert_eq!(read["token_endpoint_auth_method"], "client_secret_basic");
    })
    .await;
}
