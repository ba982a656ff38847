//! A service that shows a certificate, and tokens that count beside it alone (RFC 8705).

use aws_lc_rs::digest;
use base64::Engine as _;
use protocol::jose::b64u;
use rcgen::SanType;
use serde_json::json;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Identity, Phone, Reply, Town, Wishes};

use crate::{AN, HOME, each, settled};

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

/// Where a tram company logs people in, known by a name in the certificates of an authority, or by its own key.
async fn opens(town: &Town, id: &'static str, auth: serde_json::Value, jwks: serde_json::Value) -> Member {
    let name = format!("Tram {id}");
    let address = format!("https://{id}.example/cb");
    let mut registered = json!({
        "id": id, "name": { "nl": name, "fr": name, "de": name, "en": name }, "domain": format!("{id}.example"),
        "redirect_uris": [address], "auth": auth, "bound_tokens": "mtls", "scopes": ["profile"],
        "grants": ["authorization_code", "refresh_token"],
    });
    if !jwks.is_null() {
        registered["jwks"] = jwks;
    }
    town.registers(registered).await;
    Member { id, address }
}

struct Member {
    id: &'static str,
    address: String,
}

impl Member {
    /// What the token door says to a code that nobody made: `invalid_grant` to whoever is believed.
    async fn knocks(&self, town: &Town, identity: Option<&Identity>) -> (u16, String) {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &"A".repeat(36)),
            ("redirect_uri", &self.address),
            ("code_verifier", &"v".repeat(43)),
            ("client_id", self.id),
        ];
        let mutual = town.mutual.as_ref().unwrap();
        let request = mutual.caller(identity).post(format!("{}/token", mutual.origin)).form(&form);
        Reply::read(request.send().await.unwrap()).await.refusal()
    }
}

async fn mutual() -> Town {
    settled(Town::with(Wishes { mutual: true, ..Wishes::default() }, None).await)
}

const SUBJECT: &str = "CN=tram.example,O=Tram\\, Bus & Cie,C=BE";

#[tokio::test]
async fn an_authority_vouches_for_exactly_one_name() {
    let town = mutual().await;
    let mutual = town.mutual.as_ref().unwrap();
    let (believed, refused) = ((400, "invalid_grant".to_owned()), (401, "invalid_client".to_owned()));
    let until = town.now() + 90 * 86_400;
    let ip = "10.7.7.7".parse().unwrap();
    let others = || {
        vec![
            SanType::DnsName("api.tram.example".try_into().unwrap()),
            SanType::URI("urn:tram:api".try_into().unwrap()),
            SanType::Rfc822Name("it@tram.example".try_into().unwrap()),
            SanType::IpAddress(ip),
        ]
    };
    let right = mutual.issues("tram.example", others(), until);
    let another = mutual.issues("bus.example", vec![SanType::DnsName("api.bus.example".try_into().unwrap())], until);
    let expired = mutual.issues("tram.example", others(), town.now() - 86_400);
    let own = Identity::self_signed("tram.example", until);
    let names = [
        ("t1", json!({ "method": "tls_client_auth", "subject_dn": SUBJECT })),
        ("t2", json!({ "method": "tls_client_auth", "subject_dn": "CN=tram.example, O=Tram\\, Bus & Cie, C=BE" })),
        ("t3", json!({ "method": "tls_client_auth", "san_dns": "API.tram.example" })),
        ("t4", json!({ "method": "tls_client_auth", "san_uri": "urn:tram:api" })),
        ("t5", json!({ "method": "tls_client_auth", "san_email": "it@tram.example" })),
        ("t6", json!({ "method": "tls_client_auth", "san_ip": "10.7.7.7" })),
    ];
    for (id, auth) in names {
        let tram = opens(&town, id, auth.clone(), json!(null)).await;
        assert_eq!(tram.knocks(&town, Some(&right)).await, believed, "{auth}");
        for (what, identity) in
            [("another name", Some(&another)), ("expired", Some(&expired)), ("self-signed", Some(&own)), ("none", None)]
        {
            assert_eq!(tram.knocks(&town, identity).await, refused, "{what}: {auth}");
        }
    }
    for (id, auth) in [
        ("f1", json!({ "method": "tls_client_auth", "subject_dn": "C=BE,O=Tram\\, Bus & Cie,CN=tram.example" })),
        ("f2", json!({ "method": "tls_client_auth", "subject_dn": "CN=tram.example" })),
        ("f3", json!({ "method": "tls_client_auth", "san_dns": "tram.example" })),
        ("f4", json!({ "method": "tls_client_auth", "san_dns": "it@tram.example" })),
        ("f5", json!({ "method": "tls_client_auth", "san_ip": "::ffff:10.7.7.7" })),
    ] {
        let tram = opens(&town, id, auth.clone(), json!(null)).await;
        assert_eq!(tram.knocks(&town, Some(&right)).await, refused, "nearly is not the same: {auth}");
    }
    // On the day after its last one, the same certificate is worth nothing.
    let tram =
        opens(&town, "late", json!({ "method": "tls_client_auth", "san_uri": "urn:tram:api" }), json!(null)).await;
    town.pass(90 * 86_400);
    assert_eq!(tram.knocks(&town, Some(&right)).await, refused);
}

#[tokio::test]
async fn a_certificate_of_ones_own_counts_by_its_key_while_it_lasts() {
    let town = mutual().await;
    let (believed, refused) = ((400, "invalid_grant".to_owned()), (401, "invalid_client".to_owned()));
    let until = town.now() + 90 * 86_400;
    let (own, other) = (Identity::self_signed("tram.example", until), Identity::self_signed("tram.example", until));
    let old = Identity::self_signed("tram.example", town.now() - 86_400);
    let keys = json!({ "keys": [own.jwk, old.jwk] });
    let tram = opens(&town, "tram2", json!({ "method": "self_signed_tls_client_auth" }), keys).await;
    assert_eq!(tram.knocks(&town, Some(&own)).await, believed);
    for (what, identity) in [("another key", Some(&other)), ("expired", Some(&old)), ("none", None)] {
        assert_eq!(tram.knocks(&town, identity).await, refused, "{what}");
    }
    // Behind the listener that asks, a header says nothing, whoever wrote it.
    let header = format!(":{}:", base64::engine::general_purpose::STANDARD.encode(&own.der));
    let form = [("grant_type", "authorization_code"), ("code", "A"), ("client_id", "tram2")];
    let mutual = town.mutual.as_ref().unwrap();
    for identity in [None, Some(&other)] {
        let request = mutual.caller(identity).post(format!("{}/token", mutual.origin)).form(&form);
        let reply = Reply::read(request.header("x-client-certificate", &header).send().await.unwrap()).await;
        assert_eq!(reply.refusal(), refused);
    }
}

#[tokio::test]
async fn under_fapi_a_certificate_is_proof_and_bond_in_one() {
    let town = mutual().await;
    let mutual = town.mutual.as_ref().unwrap();
    let identity = mutual.issues("tram.example", Vec::new(), town.now() + 86_400 * 30);
    let auth = json!({ "method": "tls_client_auth", "subject_dn": SUBJECT });
    let more = json!({ "auth": auth, "redirect_uris": ["https://tram4.example/cb"], "security": "fapi2",
                       "bound_tokens": "mtls", "grants": ["authorization_code"], "ciba": null });
    crate::firm::Firm::opens(&town, "tram4", "", more).await;
    let tram = Member { id: "tram4", address: "https://tram4.example/cb".into() };
    let verifier = "v".repeat(43);
    let challenge = b64u(digest::digest(&digest::SHA256, verifier.as_bytes()));
    let asks = [
        ("client_id", tram.id),
        ("redirect_uri", &tram.address),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let posts = async |identity: Option<&Identity>, path: &str, form: &[(&str, &str)]| {
        let request = mutual.caller(identity).post(format!("{}{path}", mutual.origin)).form(form);
        Reply::read(request.send().await.unwrap()).await
    };
    assert_eq!(posts(None, "/par", &asks).await.refusal(), (401, "invalid_client".into()));
    let pushed = posts(Some(&identity), "/par", &asks).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let mut browser = Browser::at(HOME);
    let name = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    let query = [("client_id", tram.id), ("request_uri", name.as_str())];
    let url = reqwest::Url::parse_with_params(&format!("{}/authorize", town.issuer), query).unwrap();
    let opened = browser.get(&town, url.as_str()).await.location().to_owned();
    let page = browser.get(&town, &opened).await;
    let waits = browser.type_number(&town, &page, AN).await.location().to_owned();
    let number = browser.get(&town, &waits).await.text("match");
    phone.approve(&town, &number, CODE).await.ok();
    let back = reqwest::Url::parse(browser.get(&town, &waits).await.location()).unwrap();
    let told = |name: &str| back.query_pairs().find(|(known, _)| known == name).unwrap().1.into_owned();
    assert_eq!(told("iss"), town.issuer);
    let code = told("code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &tram.address),
        ("code_verifier", &verifier),
        ("client_id", tram.id),
    ];
    let tokens = posts(Some(&identity), "/token", &form).await.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    let token = tokens["access_token"].as_str().unwrap();
    let info = async |caller: reqwest::Client| {
        let request = caller.get(format!("{}/userinfo", mutual.origin)).bearer_auth(token);
        Reply::read(request.send().await.unwrap()).await
    };
    info(mutual.caller(Some(&identity))).await.ok();
    assert_eq!(info(mutual.caller(None)).await.refusal(), (401, "invalid_token".into()));
    // At the plain listener it is a bearer token like any other, and worth nothing.
    let plain = town.http.get(format!("{}/userinfo", town.issuer)).bearer_auth(token).send().await.unwrap();
    assert_eq!(Reply::read(plain).await.refusal(), (401, "invalid_token".into()));
}

#[tokio::test]
async fn a_login_over_the_listener_that_asks_for_certificates() {
    let town = mutual().await;
    let mutual = town.mutual.as_ref().unwrap();
    let document =
        Reply::read(town.http.get(format!("{}/.well-known/openid-configuration", town.issuer)).send().await.unwrap())
            .await
            .ok();
    let at = |name: &str| document["mtls_endpoint_aliases"][name].as_str().unwrap().to_owned();
    assert_eq!(at("token_endpoint"), format!("{}/token", mutual.origin));
    let identity = mutual.issues("tram.example", Vec::new(), town.now() + 86_400 * 30);
    let newer = mutual.issues("tram.example", Vec::new(), town.now() + 86_400 * 60);
    let tram = opens(&town, "tram3", json!({ "method": "tls_client_auth", "subject_dn": SUBJECT }), json!(null)).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let mut browser = Browser::at(HOME);
    let verifier = "v".repeat(43);
    let challenge = b64u(digest::digest(&digest::SHA256, verifier.as_bytes()));
    let query = [
        ("client_id", tram.id),
        ("redirect_uri", &tram.address),
        ("response_type", "code"),
        ("scope", "openid profile offline_access"),
        ("prompt", "consent"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let page = browser
        .get(&town, reqwest::Url::parse_with_params(&format!("{}/authorize", town.issuer), query).unwrap().as_str())
        .await;
    let waits = browser.type_number(&town, &page, AN).await.location().to_owned();
    let number = browser.get(&town, &waits).await.text("match");
    phone.approve(&town, &number, CODE).await.ok();
    let back = reqwest::Url::parse(browser.get(&town, &waits).await.location()).unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let asks = async |identity: &Identity, form: &[(&str, &str)]| {
        let request = mutual.caller(Some(identity)).post(at("token_endpoint")).form(form);
        Reply::read(request.send().await.unwrap()).await
    };
    let tokens = asks(
        &identity,
        &[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &tram.address),
            ("code_verifier", &verifier),
            ("client_id", tram.id),
        ],
    )
    .await
    .ok();
    let info = async |identity: Option<&Identity>, token: &str| {
        let request = mutual.caller(identity).get(at("userinfo_endpoint")).bearer_auth(token);
        Reply::read(request.send().await.unwrap()).await
    };
    let text = |tokens: &serde_json::Value, name: &str| tokens[name].as_str().unwrap().to_owned();
    let token = text(&tokens, "access_token");
    assert_eq!(info(Some(&identity), &token).await.ok()["given_name"], "An");
    assert_eq!(info(None, &token).await.refusal(), (401, "invalid_token".into()));
    assert_eq!(info(Some(&newer), &token).await.refusal(), (401, "invalid_token".into()), "the same name, another key");
    // The company's certificate was renewed: its refresh token goes on, and what it gives is bound to the new one.
    let refresh = text(&tokens, "refresh_token");
    let again = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_id", tram.id)];
    let tokens = asks(&newer, &again).await.ok();
    let token = text(&tokens, "access_token");
    info(Some(&newer), &token).await.ok();
    assert_eq!(info(Some(&identity), &token).await.refusal(), (401, "invalid_token".into()));
}
