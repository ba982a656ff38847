//! Requests without a browser that only we can read, how they are signed, and the call when the answer is there.

use protocol::jose::jwe;
use protocol::jose::{EdKey, Enc, Encryption, KeyAlg, KeySet, SigAlg, b64u};
use serde_json::{Value, json};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Phone, Reply, Town};

use crate::compat::{self, discovered};
use crate::firm::{CIBA_GRANT, Firm, text};
use crate::{AN, AN_E164, HOME, each, once};

const PING: &str = "https://desk.example/zelf/ping";
const BEARER: &str = "8d67dc78-7faa-4d41-aabd-67707b374255";

const WAYS: [Encryption; 3] = [
    Encryption { alg: KeyAlg::RsaOaep256, enc: Enc::A128CbcHs256 },
    Encryption { alg: KeyAlg::EcdhEs, enc: Enc::A256Gcm },
    Encryption { alg: KeyAlg::EcdhEsA256kw, enc: Enc::A256Gcm },
];

/// Encrypted to a key that this mount publishes.
async fn sealed(town: &Town, firm: &Firm, how: Encryption, inside: &str) -> String {
    let path = if firm.path.is_empty() { "/jwks.json" } else { "/v2/jwkSet" };
    let keys = Reply::read(town.http.get(format!("{}{path}", town.issuer)).send().await.unwrap()).await;
    let key = KeySet::parse(&keys.body).unwrap().encryption_key(how.alg).unwrap();
    jwe::encrypt(&key, how, Some("JWT"), inside.as_bytes()).unwrap()
}

fn door(firm: &Firm) -> &'static str {
    if firm.path.is_empty() { "/bc-authorize" } else { "/backchannel/authentication" }
}

async fn sends(town: &Town, firm: &Firm, request: &str) -> Reply {
    firm.posts(town, door(firm), &[("request", request)]).await
}

/// What the desk asks of An.
fn asks(town: &Town, firm: &Firm) -> Value {
    json!({ "iss": firm.id, "aud": firm.issuer(town), "iat": town.now(), "nbf": town.now(), "exp": town.now() + 60,
            "jti": format!("r{}", firm.throw()), "scope": "openid profile", "login_hint": AN_E164 })
}

#[tokio::test]
async fn a_request_that_only_we_can_read_is_answered_at_both_mounts() {
    each(async |town| {
        let ciba = json!({ "delivery": "ping", "notification_endpoint": PING });
        let desk = Firm::opens(&town, "desk", "", json!({ "ciba": ciba, "request_alg": "ES256" })).await;
        let services = json!([{ "code": "SHOP_LOGIN", "kind": "authentication", "scopes": ["profile"] }]);
        let shop = Firm::opens(&town, "shop", "/v2", json!({ "ciba": ciba, "service": services })).await;
        town.web.takes(PING, 204);
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        for (firm, how) in [(&desk, WAYS[0]), (&desk, WAYS[1]), (&shop, WAYS[0]), (&shop, WAYS[2])] {
            let mut request = match firm.path {
                "" => asks(&town, firm),
                _ => {
                    let token = discovered(&town, firm, &phone).await;
                    compat::request(&town, firm, &token, "openid service:SHOP_LOGIN profile")
                }
            };
            request["client_notification_token"] = json!(BEARER);
            let asked = sends(&town, firm, &sealed(&town, firm, how, &firm.signs(&request)).await).await.ok();
            let number = asked["match_number"].as_str().unwrap_or_default();
            let before = town.web.posted().len();
            phone.approve(&town, number, CODE).await.ok();
            journeys::call_partners::once(&town.world).await.unwrap();
            let posted = town.web.posted();
            let ping = &posted[before];
            assert_eq!((posted.len(), ping.url.as_str()), (before + 1, PING));
            assert_eq!((ping.bearer.as_deref(), ping.content_type.as_str()), (Some(BEARER), "application/json"));
            assert_eq!(
                serde_json::from_str::<Value>(&ping.body).unwrap(),
                json!({ "auth_req_id": asked["auth_req_id"] })
            );
            town.pass(5);
            let tokens = firm.looks(&town, &text(&asked, "auth_req_id")).await.ok();
            assert_eq!(firm.userinfo(&town, &tokens).await.ok()["family_name"], "Van Linden");
            town.settle().await;
            // The same once more: a request counts once, however it is wrapped.
            let again = sends(&town, firm, &sealed(&town, firm, WAYS[0], &firm.signs(&request)).await).await;
            assert_eq!(again.refusal(), (400, "invalid_request".into()));
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_sealed_must_be_signed_inside_and_sealed_to_us() {
    let town = once().await;
    let desk = Firm::opens(&town, "desk", "", json!({})).await;
    let other = Firm::opens(&town, "other", "", json!({})).await;
    let phone = Phone::activate(&town, HOME, AN, "an").await;
    let claims = asks(&town, &desk);
    let signed = desk.signs(&claims);
    let bare = format!("{}.{}.", b64u(json!({ "alg": "none" }).to_string()), b64u(claims.to_string()));
    let good = sealed(&town, &desk, WAYS[0], &signed).await;
    let header = |header: Value| format!("{}.{}", b64u(header.to_string()), good.split_once('.').unwrap().1);
    let strangers = zelf_trials::town::partner::sealing_key();
    let jwk = strangers.public().jwk();
    let theirs =
        KeySet::from_keys(&[json!({ "kty": "EC", "crv": "P-256", "x": jwk.x, "y": jwk.y, "use": "enc" })]).unwrap();
    let to_them = jwe::encrypt(&theirs.encryption_key(WAYS[1].alg).unwrap(), WAYS[1], Some("JWT"), signed.as_bytes());
    for (what, request) in [
        ("nothing signed", sealed(&town, &desk, WAYS[0], &claims.to_string()).await),
        ("no signature", sealed(&town, &desk, WAYS[0], &bare).await),
        ("twice sealed", sealed(&town, &desk, WAYS[0], &good).await),
        ("sealed to somebody else", to_them.unwrap()),
        ("torn", good[..good.len() - 4].to_owned()),
        ("compressed", header(json!({ "alg": "RSA-OAEP-256", "enc": "A128CBC-HS256", "zip": "DEF" }))),
        ("a password", header(json!({ "alg": "PBES2-HS256+A128KW", "enc": "A128CBC-HS256", "p2c": 2_000_000_000 }))),
        ("an old padding", header(json!({ "alg": "RSA1_5", "enc": "A128CBC-HS256" }))),
    ] {
        assert_eq!(sends(&town, &desk, &request).await.refusal(), (400, "invalid_request".into()), "{what}");
    }
    let forged = sealed(&town, &desk, WAYS[0], &other.signs(&claims)).await;
    assert_eq!(sends(&town, &desk, &forged).await.refusal(), (400, "invalid_request_object".into()));
    assert!(phone.pending(&town).await.is_empty());
    sends(&town, &desk, &good).await.ok();
}

#[tokio::test]
async fn whoever_registered_how_it_signs_signs_and_so() {
    let town = once().await;
    let ed = EdKey::generate("ed").unwrap();
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": ed.public(), "kid": "ed-1", "use": "sig" });
    let keys = json!({ "keys": [jwk] });
    let grants = json!([CIBA_GRANT, "authorization_code"]);
    let back = "https://desk.example/cb";
    let more = |alg: Value| json!({ "jwks": keys, "request_alg": alg, "grants": grants, "redirect_uris": [back] });
    let any = Firm::opens(&town, "any", "", more(Value::Null)).await;
    let strict = Firm::opens(&town, "strict", "", more(json!("ES256"))).await;
    let modern = Firm::opens(&town, "modern", "", more(json!("EdDSA"))).await;
    Phone::activate(&town, HOME, AN, "an").await;
    let with_ed = |claims: &Value| {
        let header = json!({ "alg": "EdDSA", "kid": "ed-1" }).to_string();
        let input = format!("{}.{}", b64u(header), b64u(claims.to_string()));
        format!("{input}.{}", b64u(ed.sign_bytes(input.as_bytes())))
    };
    let bare = [("scope", "openid"), ("login_hint", AN_E164)];
    for (firm, unsigned, ec, okp) in [(&any, 200, 200, 200), (&strict, 400, 200, 400), (&modern, 400, 400, 200)] {
        assert_eq!(firm.posts(&town, "/bc-authorize", &bare).await.status, unsigned, "{}", firm.id);
        assert_eq!(sends(&town, firm, &firm.signs(&asks(&town, firm))).await.status, ec, "ES256: {}", firm.id);
        assert_eq!(sends(&town, firm, &with_ed(&asks(&town, firm))).await.status, okp, "EdDSA: {}", firm.id);
        // In a browser the same: another algorithm is refused (OpenID Registration §2).
        let asks = json!({ "iss": firm.id, "aud": town.issuer, "exp": town.now() + 60, "client_id": firm.id,
                           "redirect_uri": back, "response_type": "code", "scope": "openid",
                           "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256" });
        for (object, fine) in [(firm.signs(&asks), ec == 200), (with_ed(&asks), okp == 200)] {
            let reply = firm.posts(&town, "/par", &[("request", &object)]).await;
            let expected = if fine { (201, String::new()) } else { (400, "invalid_request_object".to_owned()) };
            assert_eq!(reply.refusal(), expected, "{}", firm.id);
        }
    }
    // A secret signs no request, and FAPI knows no RS256: such a registration is none.
    let registered = |alg: SigAlg, security: &str| {
        let name = json!({ "nl": "x", "fr": "x", "de": "x", "en": "x" });
        let partner: protocol::oidc::partner::Partner = serde_json::from_value(json!({
            "id": "x", "name": name, "domain": "x.example", "redirect_uris": ["https://x.example/cb"], "jwks": keys,
            "auth": { "method": "private_key_jwt" }, "request_alg": alg, "security": security,
        }))
        .unwrap();
        partner.validate().is_ok()
    };
    assert!(registered(SigAlg::RS256, "standard") && registered(SigAlg::PS256, "fapi2"));
    assert!(!registered(SigAlg::HS256, "standard") && !registered(SigAlg::RS256, "fapi2"));
}
