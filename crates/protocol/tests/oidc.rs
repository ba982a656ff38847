//! A relying party and its attackers, at the provider's doors.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use proptest::prelude::*;
use serde_json::{Value, json};
use zelf_protocol::jose::jwt::{Jwks, Jwt};
use zelf_protocol::jose::{KeySet, PublicKey, SigningKey, b64u, unb64u};
use zelf_protocol::label::{COOKIE, LOGIN_REQUEST};
use zelf_protocol::oidc::Mount;
use zelf_protocol::oidc::attributes::{Address, Attributes, NATIONAL_NUMBER, Scope, pick};
use zelf_protocol::oidc::authorize::{
    Answer, AuthorizationRequest, AuthorizeError, ErrorCode, PageError, Prompt, ResponseMode,
};
use zelf_protocol::oidc::client_auth::{ASSERTION_TYPE, Audiences, Authenticated, SingleUse, claimed, judge};
use zelf_protocol::oidc::code::{ALL_SCOPES, AccessToken, AuthCode, Binding, RefreshToken};
use zelf_protocol::oidc::discovery::{self, Offer};
use zelf_protocol::oidc::id_token::{IdToken, SigningAlg, at_hash};
use zelf_protocol::oidc::keys::{OpKeys, Stored};
use zelf_protocol::oidc::partner::{ClientAuth, Partner, PartnerError, Partners, SecretDigest};
use zelf_protocol::oidc::request_seal::{open, seal};
use zelf_protocol::oidc::subject::pairwise;
use zelf_protocol::oidc::token::{
    CodeRequest, Presented, TokenError, TokenErrorCode, TokenRequest, TokenResponse, presented, s256,
};

const ISSUER: &str = "https://id.example";
const NOW: i64 = 1_795_000_000;
const CALLBACK: &str = "https://town.example/cb";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

type Pairs = Vec<(String, String)>;
/// Parameters put in place of the good ones.
type Changes<'a> = &'a [(&'a str, &'a str)];

fn pairs(list: &[(&str, &str)]) -> Pairs {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// `base` with these parameters put in place of those of the same name; an empty value takes one away.
fn with(base: Pairs, changes: &[(&str, &str)]) -> Pairs {
    let kept = base.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let added = pairs(changes).into_iter().filter(|(_, value)| !value.is_empty());
    kept.chain(added).collect()
}

fn town_json() -> Value {
    json!({
        "id": "town",
        "name": { "nl": "Gemeente", "fr": "Commune", "de": "Gemeinde", "en": "Town" },
        "domain": "town.example",
        "redirect_uris": [CALLBACK, "https://town.example/cb?tenant=1"],
        "auth": { "method": "client_secret", "client_secret_sha256": SecretDigest::of("s3cret +%:é").hex() },
        "scopes": ["profile", "email"],
        "claims": ["nationalities"],
    })
}

fn town() -> Partner {
    serde_json::from_value(town_json()).unwrap()
}

/// A partner with a key of its own, and without PKCE.
fn bakery(key: &SigningKey) -> Partner {
    let jwk = key.public().jwk();
    let mut json = town_json();
    json["id"] = "bakery".into();
    json["require_pkce"] = false.into();
    json["auth"] = json!({ "method": "private_key_jwt", "jwks": [
        { "kty": jwk.kty, "crv": jwk.crv, "x": jwk.x, "y": jwk.y, "kid": "k1", "use": "sig", "alg": "ES256" }] });
    serde_json::from_value(json).unwrap()
}

fn partners() -> Partners {
    Partners::new([town(), bakery(&SigningKey::generate("rp").unwrap())]).unwrap()
}

fn request() -> Pairs {
    pairs(&[
        ("client_id", "town"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "a b&c"),
        ("nonce", "n1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ])
}

fn parse(pairs: &Pairs) -> Result<AuthorizationRequest, AuthorizeError> {
    AuthorizationRequest::parse(pairs, &partners())
}

// ---- configuration

#[test]
fn a_partner_is_read_from_toml() {
    let digest = SecretDigest::of("secret").hex();
    let text = format!(
        r#"
        id = "town"
        name = {{ nl = "Gemeente", fr = "Commune", de = "Gemeinde", en = "Town" }}
        domain = "localhost"
        redirect_uris = ["http://localhost:8404/cb"]
        id_token_alg = "RS256"
        [auth]
        method = "client_secret"
        client_secret_sha256 = "{digest}"
        "#
    );
    let partner: Partner = toml::from_str(&text).unwrap();
    assert_eq!(partner.validate(), Ok(()));
    assert!(partner.needs_pkce() && partner.scopes.is_empty());
    assert_eq!(partner.id_token_alg(), SigningAlg::RS256);
    assert_eq!(partner.sector(), "town", "this machine is no sector: its partners would share subjects");
    assert_eq!(partner.name.of("de"), "Gemeinde");
    assert!(!format!("{partner:?}").contains(&digest[..8]));
}

#[test]
fn a_partner_with_a_mistake_is_not_taken() {
    let key = json!(SigningKey::generate("rp").unwrap().public().jwk());
    let with_member = |name: &str, value: &str| {
        let mut key = key.clone();
        key[name] = value.into();
        json!({ "method": "private_key_jwt", "jwks": [key] })
    };
    let reads = |auth: Value| {
        let mut json = town_json();
        json["auth"] = auth;
        serde_json::from_value::<Partner>(json).is_ok_and(|partner| partner.validate().is_ok())
    };
    assert!(reads(with_member("kid", "k1")));
    assert!(!reads(with_member("d", "AAAA")), "a private key in the file");
    assert!(!reads(with_member("use", "enc")));
    assert!(!reads(with_member("alg", "RS256")));
    assert!(!reads(with_member("x", "AAAA")));
    assert!(!reads(with_member("y", &b64u([1; 32]))), "not on the curve");
    assert!(!reads(json!({ "method": "none" })));
    for digest in ["", "ab", &"g".repeat(64), &"a".repeat(63), &"a".repeat(66), &"é".repeat(32)] {
        assert!(!reads(json!({ "method": "client_secret", "client_secret_sha256": digest })), "{digest}");
    }
    let fine = SecretDigest::of("x").hex();
    assert!(!reads(json!({ "method": "client_secret", "client_secret_sha256": fine, "client_secret": "x" })));

    let mut unknown = town_json();
    unknown["redirect_url"] = "x".into();
    assert!(serde_json::from_value::<Partner>(unknown).is_err());
    let mut scope = town_json();
    scope["scopes"] = json!(["everything"]);
    assert!(serde_json::from_value::<Partner>(scope).is_err());
}

#[test]
fn a_partner_with_a_wrong_value_is_named() {
    let keys: Vec<Value> = (0..9).map(|_| json!(SigningKey::generate("rp").unwrap().public().jwk())).collect();
    let table: Vec<(&str, Value, &str)> = vec![
        ("id", json!(""), "id must be"),
        ("id", json!("a b"), "id must be"),
        ("id", json!("a".repeat(65)), "id must be"),
        ("name", json!({ "nl": "A\nB", "fr": "A", "de": "A", "en": "A" }), "name must be one line"),
        ("name", json!({ "nl": "A", "fr": " ", "de": "A", "en": "A" }), "name must be one line"),
        ("name", json!({ "nl": "Ba\u{200b}nk", "fr": "A", "de": "A", "en": "A" }), "name must be one line"),
        ("purpose", json!({ "nl": "A", "fr": "A", "de": "\u{202e}A", "en": "A" }), "purpose must be one line"),
        ("purpose", json!({ "nl": "A", "fr": "A", "de": "A", "en": "x".repeat(301) }), "purpose must be one line"),
        (
            "service",
            json!([{ "code": "S", "kind": "authentication", "name": { "nl": "\u{feff}", "fr": "A", "de": "A", "en": "A" } }]),
            "service \"S\": name must be one line",
        ),
        (
            "service",
            json!([{ "code": "S", "kind": "authentication", "purpose": { "nl": "A\nB", "fr": "", "de": "", "en": "" } }]),
            "service \"S\": purpose must be one line",
        ),
        ("domain", json!("Town.example"), "domain"),
        ("domain", json!("town.example/x"), "domain"),
        ("claims", json!(["shoe_size"]), "not a claim we know"),
        ("auth", json!({ "method": "private_key_jwt", "jwks": [] }), "1 to 8 keys"),
        ("auth", json!({ "method": "private_key_jwt", "jwks": keys }), "1 to 8 keys"),
        ("sector", json!(""), "sector must be"),
        ("redirect_uris", json!([]), "1 to 32 addresses"),
        ("redirect_uris", json!(["http://town.example/cb"]), "uses http"),
        ("redirect_uris", json!(["https://town.example/cb#x"]), "fragment"),
        ("redirect_uris", json!([CALLBACK, CALLBACK]), "there twice"),
        ("redirect_uris", json!([CALLBACK, "https://other.example/cb"]), "which sector"),
        ("redirect_uris", json!([CALLBACK, "http://localhost/cb"]), "which sector"),
        ("response", json!({ "sign": "HS256" }), "response.sign"),
        ("post_logout_redirect_uris", json!(["javascript://town.example/%0aalert(1)"]), "does not start with https"),
        ("post_logout_redirect_uris", json!(["https://x; frame-ancestors *"]), "not allowed in a URI"),
        ("post_logout_redirect_uris", json!(["https://x;sandbox/"]), "bad host name"),
        ("post_logout_redirect_uris", json!(["https://[;sandbox;]/"]), "bad IPv6 address"),
        ("backchannel_logout_uri", json!("http://town.example/out"), "backchannel_logout_uri: "),
        ("initiate_login_uri", json!("javascript:alert(1)"), "initiate_login_uri: "),
        ("sector_identifier_uri", json!("file:///etc/passwd"), "sector_identifier_uri: "),
        ("request_uris", json!(["http://169.254.169.254/"]), "request_uris: "),
        (
            "ciba",
            json!({ "delivery": "ping", "notification_endpoint": "ftp://town.example/" }),
            "notification_endpoint: ",
        ),
        ("request_uris", json!((0..33).map(|n| format!("https://town.example/{n}")).collect::<Vec<_>>()), "32"),
    ];
    for (member, value, problem) in table {
        let mut json = town_json();
        json[member] = value;
        let partner: Partner = serde_json::from_value(json.clone()).unwrap();
        let error = partner.validate().unwrap_err();
        assert!(error.to_string().contains(problem), "{json}: {error}");
    }
    let twice = Partners::new([town(), town()]).unwrap_err();
    assert_eq!(twice, PartnerError { partner: "town".into(), problem: "is there twice".into() });
}

#[test]
fn a_sector_is_said_or_is_the_one_host() {
    assert_eq!(town().sector(), "town.example");
    let mut json = town_json();
    json["redirect_uris"] = json!([CALLBACK, "https://other.example/cb"]);
    json["sector"] = "region.example".into();
    let partner: Partner = serde_json::from_value(json).unwrap();
    assert_eq!(partner.validate(), Ok(()));
    assert_eq!(partner.sector(), "region.example");
}

// ---- authorization

#[test]
fn a_full_request_is_read() {
    let claims = r#"{"id_token":{"given_name":{"essential":true},"acr":null,"x":{}},"userinfo":{"nationalities":null,"phone_number":null}}"#;
    let request = parse(&with(
        request(),
        &[
            ("scope", "openid profile email offline_access"),
            ("ui_locales", "pt-BR fr-BE de fr"),
            ("login_hint", "+32 470 00 00 01"),
            ("prompt", "login consent"),
            ("max_age", "0"),
            ("acr_values", "http://eidas.europa.eu/LoA/substantial x"),
            ("claims", claims),
            ("display", "popup"),
            ("shoe_size", "43"),
        ],
    ))
    .unwrap();
    assert_eq!(request.scopes, BTreeSet::from([Scope::Openid, Scope::Profile, Scope::Email]));
    assert_eq!((request.state.as_deref(), request.nonce.as_deref()), (Some("a b&c"), Some("n1")));
    assert_eq!(request.code_challenge.as_deref(), Some(CHALLENGE));
    assert_eq!(request.ui_locales, ["fr", "de"]);
    assert_eq!(request.language(), Some("fr"));
    assert_eq!(request.prompt, BTreeSet::from([Prompt::Login, Prompt::Consent]));
    assert_eq!(request.max_age, Some(0));
    assert_eq!(request.acr_values.len(), 2);
    assert_eq!(request.id_token_claims(&town()), ["given_name"]);
    let userinfo =
        ["name", "given_name", "family_name", "birthdate", "gender", "nationalities", "email", "email_verified"];
    assert_eq!(request.userinfo_claims(&town()), userinfo, "not the phone number, which this partner may not ask");
    assert_eq!(request.all_claims(&town()), userinfo);
}

#[test]
fn each_bad_request_has_its_one_error() {
    use ErrorCode::*;
    let long = "x".repeat(513);
    let deep = format!("{{\"userinfo\":{}", "{\"a\":".repeat(600));
    let big = format!("{{\"userinfo\":{{\"{}\":null}}}}", "a".repeat(50_000));
    let (short, plus) = (&CHALLENGE[..42], CHALLENGE.replace('-', "+"));
    let table: [(Changes<'_>, ErrorCode, &str); 35] = [
        (&[("response_type", "")], InvalidRequest, "response_type is missing"),
        (&[("response_type", "token")], UnsupportedResponseType, "must be code"),
        (&[("response_type", "code id_token")], UnsupportedResponseType, "must be code"),
        (&[("response_mode", "fragment")], InvalidRequest, "response_mode"),
        (&[("scope", "")], InvalidScope, "openid"),
        (&[("scope", "profile")], InvalidScope, "openid"),
        (&[("scope", "OPENID")], InvalidScope, "openid"),
        (&[("scope", "openid address")], InvalidScope, "not registered"),
        (&[("scope", &long)], InvalidRequest, "scope is too long"),
        (&[("nonce", &long)], InvalidRequest, "nonce is longer"),
        (&[("nonce", "a\nb")], InvalidRequest, "nonce is longer"),
        (&[("code_challenge", "")], InvalidRequest, "code_challenge is missing"),
        (&[("code_challenge", ""), ("code_challenge_method", "")], InvalidRequest, "code_challenge is missing"),
        (&[("code_challenge_method", "")], InvalidRequest, "must be S256"),
        (&[("code_challenge_method", "plain")], InvalidRequest, "must be S256"),
        (&[("code_challenge", short)], InvalidRequest, "43 characters"),
        (&[("code_challenge", &plus)], InvalidRequest, "43 characters"),
        (&[("prompt", "none login")], InvalidRequest, "stand alone"),
        (&[("prompt", "create")], InvalidRequest, "not one we know"),
        (&[("max_age", "-1")], InvalidRequest, "number of seconds"),
        (&[("max_age", "+1")], InvalidRequest, "number of seconds"),
        (&[("max_age", "4294967296")], InvalidRequest, "too large"),
        (&[("claims", "[]")], InvalidRequest, "JSON object"),
        (&[("claims", "{")], InvalidRequest, "JSON object"),
        (&[("claims", "{\"userinfo\":[]}")], InvalidRequest, "JSON object"),
        (&[("claims", &deep)], InvalidRequest, "JSON object"),
        (&[("claims", &big)], InvalidRequest, "JSON object"),
        (&[("login_hint", &long)], InvalidRequest, "login_hint"),
        (&[("ui_locales", &long)], InvalidRequest, "ui_locales"),
        (&[("acr_values", &long)], InvalidRequest, "acr_values"),
        (&[("request", "e30.e30.")], InvalidRequestObject, "was not read"),
        (&[("request_uri", "urn:x")], InvalidRequestUri, "not registered"),
        (&[("registration", "{}")], RegistrationNotSupported, "plain parameters"),
        (&[("nonce", "1"), ("nonce", "1")], InvalidRequest, "more than once"),
        (&[("scope", "openid"), ("scope", "openid email")], InvalidRequest, "more than once"),
    ];
    for (changes, error, words) in table {
        match parse(&with(request(), changes)) {
            Err(AuthorizeError::Redirect(found)) => {
                assert_eq!(found.error, error, "{changes:?}");
                assert!(found.description.contains(words), "{changes:?}: {}", found.description);
                assert_eq!((found.redirect_uri.as_str(), found.state.as_deref()), (CALLBACK, Some("a b&c")));
            }
            other => panic!("{changes:?}: {other:?}"),
        }
    }
}

#[test]
fn a_state_that_we_cannot_give_back_is_not_given_back() {
    let longest = "x".repeat(4096);
    assert_eq!(parse(&with(request(), &[("state", &longest)])).unwrap().state, Some(longest));
    for state in ["x".repeat(4097), "a\r\nb".to_owned()] {
        let Err(AuthorizeError::Redirect(error)) = parse(&with(request(), &[("state", &state)])) else {
            panic!("{state}")
        };
        assert_eq!((error.error, error.state), (ErrorCode::InvalidRequest, None));
    }
    let twice = with(request(), &[("state", "a"), ("state", "b")]);
    let Err(AuthorizeError::Redirect(error)) = parse(&twice) else { panic!() };
    assert_eq!((error.error, error.state), (ErrorCode::InvalidRequest, None));
}

#[test]
fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let table: [(Changes<'_>, PageError); 11] = [
        (&[("client_id", "")], PageError::RequestInvalid),
        (&[("client_id", "town"), ("client_id", "town")], PageError::RequestInvalid),
        (&[("client_id", "Town")], PageError::ClientUnknown),
        (&[("redirect_uri", "")], PageError::RequestInvalid),
        (&[("redirect_uri", CALLBACK), ("redirect_uri", "https://evil.example")], PageError::RequestInvalid),
        (&[("redirect_uri", "https://evil.example/cb")], PageError::RedirectUriNotRegistered),
        (&[("redirect_uri", "https://town.example/cb/")], PageError::RedirectUriNotRegistered),
        (&[("redirect_uri", "https://town.example/cb?x=1")], PageError::RedirectUriNotRegistered),
        (&[("redirect_uri", "https://town.example/CB")], PageError::RedirectUriNotRegistered),
        (&[("redirect_uri", "https://town.example:443/cb")], PageError::RedirectUriNotRegistered),
        (&[("redirect_uri", "https://town.example/cb "), ("scope", "")], PageError::RedirectUriNotRegistered),
    ];
    for (changes, error) in table {
        assert_eq!(parse(&with(request(), changes)), Err(AuthorizeError::Page(error)), "{changes:?}");
    }
    assert_eq!(PageError::RedirectUriNotRegistered.code(Mount::Standard), "redirect_uri_not_registered");
}

#[test]
fn parameters_we_do_not_know_may_come_twice() {
    assert!(parse(&with(request(), &[("resource", "https://a"), ("resource", "https://b")])).is_ok());
}

#[test]
fn pkce_is_left_out_only_by_a_partner_that_may() {
    let bare = with(request(), &[("code_challenge", ""), ("code_challenge_method", ""), ("client_id", "bakery")]);
    assert_eq!(parse(&bare).unwrap().code_challenge, None);
    assert!(parse(&with(bare.clone(), &[("code_challenge_method", "S256")])).is_err());
    assert!(parse(&with(bare, &[("code_challenge", CHALLENGE), ("code_challenge_method", "plain")])).is_err());
}

#[test]
fn the_answer_goes_where_and_how_it_was_asked() {
    let asked = parse(&request()).unwrap();
    let expected = "https://town.example/cb?code=C&state=a%20b%26c&iss=https%3A%2F%2Fid.example";
    assert_eq!(
        asked.grant("C").plain(ISSUER).unwrap(),
        Answer::Redirect { to: expected.into(), mount: Mount::Standard }
    );

    let tenant =
        parse(&with(request(), &[("redirect_uri", "https://town.example/cb?tenant=1"), ("state", "")])).unwrap();
    let expected = "https://town.example/cb?tenant=1&error=access_denied&error_description=the%20person%20said%20no&iss=https%3A%2F%2Fid.example";
    let refusal = tenant.refuse(ErrorCode::AccessDenied, "the person said no");
    assert_eq!(
        refusal.reply().plain(ISSUER).unwrap(),
        Answer::Redirect { to: expected.into(), mount: Mount::Standard }
    );

    let posted = parse(&with(request(), &[("response_mode", "form_post")])).unwrap();
    assert_eq!(posted.response_mode, ResponseMode::FormPost);
    let fields = vec![("code", "C".to_owned()), ("state", "a b&c".to_owned()), ("iss", ISSUER.to_owned())];
    assert_eq!(posted.grant("C").plain(ISSUER).unwrap(), Answer::FormPost { action: CALLBACK.into(), fields });
}

// ---- client authentication

fn basic(text: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
}

/// The two steps as a door takes them.
fn authenticate(header: Option<&str>, form: &Pairs, partners: &Partners) -> Result<Authenticated, TokenError> {
    let audiences = Audiences { issuer: ISSUER.into(), also: vec!["https://id.example/token".into()] };
    let claim = claimed(header, form, None, |_| None)?;
    let Some(partner) = partners.find(&claim.client_id) else { return Err(claim.of_nobody()) };
    let ours = match &partner.auth {
        ClientAuth::PrivateKeyJwt { jwks } => KeySet::from_keys(jwks).unwrap(),
        _ => KeySet::default(),
    };
    judge(&claim, &partner, &ours, &audiences, NOW).map_err(|_| TokenError::INVALID_CLIENT)
}

fn login(header: Option<&str>, form: &[(&str, &str)]) -> Result<String, TokenErrorCode> {
    let partners = partners();
    let known = authenticate(header, &pairs(form), &partners).map_err(|e| e.error)?;
    assert_eq!(known.single_use, None);
    Ok(known.partner.id.clone())
}

#[test]
fn a_secret_is_accepted_in_header_or_form() {
    let good = "town:s3cret+%2B%25%3A%C3%A9";
    assert_eq!(login(Some(&basic(good)), &[]), Ok("town".into()));
    assert_eq!(login(Some(&basic(good)), &[("client_id", "town")]), Ok("town".into()));
    assert_eq!(login(Some(&basic(good).replace("Basic", "bASIC")), &[]), Ok("town".into()));
    assert_eq!(login(Some(&basic("%74own:s3cret%20%2B%25%3A%C3%A9")), &[]), Ok("town".into()));
    assert_eq!(login(None, &[("client_id", "town"), ("client_secret", "s3cret +%:é")]), Ok("town".into()));
}

#[test]
fn every_other_header_or_form_is_the_same_refusal() {
    use TokenErrorCode::{InvalidClient, InvalidRequest};
    let good = basic("town:s3cret+%2B%25%3A%C3%A9");
    let headers = [
        basic("town:wrong"),
        basic("town:"),
        basic("town"),
        basic(":s3cret"),
        basic(""),
        basic("stranger:s3cret"),
        basic("bakery:s3cret"),
        basic("town:%zz"),
        basic("town:%ff"),
        basic("town:s3cret +%:é"),
        basic(&"a".repeat(2000)),
        "Basic".into(),
        "Basic !!!".into(),
        good.trim_end_matches('=').to_owned() + "!",
        good.replace("Basic", "Bearer"),
        String::new(),
    ];
    for header in headers {
        assert_eq!(login(Some(&header), &[]), Err(InvalidClient), "{header}");
    }
    let secret = ("client_secret", "s3cret +%:é");
    let table: [(Option<&str>, Changes<'_>, TokenErrorCode); 9] = [
        (None, &[], InvalidClient),
        (None, &[("client_id", "town")], InvalidClient),
        (None, &[secret], InvalidClient),
        (None, &[("client_id", "town"), ("client_secret", "s3cret")], InvalidClient),
        (Some(&good), &[("client_id", "bakery")], InvalidClient),
        (Some(&good), &[secret], InvalidRequest),
        (Some(&good), &[("client_assertion", "x"), ("client_assertion_type", ASSERTION_TYPE)], InvalidRequest),
        (None, &[("client_id", "town"), secret, ("client_assertion", "x")], InvalidRequest),
        (None, &[("client_id", "town"), ("client_id", "town"), secret], InvalidRequest),
    ];
    for (header, form, error) in table {
        assert_eq!(login(header, form), Err(error), "{header:?} {form:?}");
    }
    assert_eq!(TokenError::INVALID_CLIENT.status(), 401);
}

fn claims() -> Value {
    json!({ "iss": "bakery", "sub": "bakery", "aud": ISSUER, "exp": NOW + 60, "iat": NOW, "jti": "j1" })
}

/// Signs `claims` and knocks.
fn assert_with(
    key: &SigningKey,
    header: &Value,
    claims: &Value,
    form: &[(&str, &str)],
) -> Result<SingleUse, TokenError> {
    let partners = Partners::new([town(), bakery(key)]).unwrap();
    let jwt = key.sign_with(header, claims).unwrap();
    let form = with(pairs(&[("client_assertion", &jwt), ("client_assertion_type", ASSERTION_TYPE)]), form);
    let known = authenticate(None, &form, &partners)?;
    assert_eq!(known.partner.id, "bakery");
    Ok(known.single_use.unwrap())
}

#[test]
fn an_assertion_gives_its_name_to_burn() {
    let key = SigningKey::generate("rp").unwrap();
    let good: [(&str, Value); 8] = [
        ("aud", json!("https://id.example/token")),
        ("aud", json!(["https://other.example", ISSUER])),
        ("exp", json!(NOW + 3600)),
        ("exp", json!(NOW + 1)),
        ("iat", json!(NOW + 10)),
        ("iat", Value::Null),
        ("nbf", json!(NOW)),
        ("jti", json!("j".repeat(255))),
    ];
    for (member, value) in good {
        let mut claims = claims();
        claims[member] = value;
        let burn = assert_with(&key, &json!({ "alg": "ES256", "kid": "k1" }), &claims, &[]).unwrap();
        assert_eq!((json!(burn.jti), json!(burn.expires)), (claims["jti"].clone(), claims["exp"].clone()));
    }
    assert!(assert_with(&key, &json!({ "alg": "ES256", "typ": "JWT" }), &claims(), &[("client_id", "bakery")]).is_ok());
    // Fractions of seconds (RFC 7519 §2).
    let mut split = claims();
    (split["exp"], split["iat"], split["nbf"]) =
        (json!(NOW as f64 + 60.75), json!(NOW as f64 - 0.25), json!(NOW as f64));
    let burn = assert_with(&key, &json!({ "alg": "ES256", "kid": "k1" }), &split, &[]).unwrap();
    assert_eq!(burn.expires, NOW + 60);
}

#[test]
fn every_wrong_assertion_is_the_same_refusal() {
    let key = SigningKey::generate("rp").unwrap();
    let bad: [(&str, Value); 21] = [
        ("iss", json!("town")),
        ("sub", json!("town")),
        ("sub", json!("stranger")),
        ("aud", json!("https://id.example/")),
        ("aud", json!("https://evil.example")),
        ("aud", json!([])),
        ("aud", json!(7)),
        ("aud", Value::Null),
        ("exp", json!(NOW)),
        ("exp", json!(NOW - 1)),
        ("exp", json!(NOW + 3611)),
        ("exp", json!(i64::MAX)),
        ("exp", json!("soon")),
        ("exp", Value::Null),
        ("iat", json!(NOW + 11)),
        ("iat", json!(NOW - 3611)),
        ("iat", json!(i64::MIN)),
        ("nbf", json!(NOW + 11)),
        ("jti", json!("")),
        ("jti", json!("j".repeat(256))),
        ("jti", Value::Null),
    ];
    let header = json!({ "alg": "ES256", "kid": "k1" });
    for (member, value) in bad {
        let mut claims = claims();
        claims[member] = value;
        assert_eq!(assert_with(&key, &header, &claims, &[]), Err(TokenError::INVALID_CLIENT), "{claims}");
    }
    let headers = [
        json!({ "alg": "none", "kid": "k1" }),
        json!({ "alg": "RS256", "kid": "k1" }),
        json!({ "alg": "HS256", "kid": "k1" }),
        json!({ "alg": "ES256", "kid": "k2" }),
        json!({ "alg": "ES256", "kid": "k1", "typ": "dpop+jwt" }),
        json!({ "alg": "ES256", "kid": "k1", "crit": ["x"] }),
    ];
    for header in headers {
        assert_eq!(assert_with(&key, &header, &claims(), &[]), Err(TokenError::INVALID_CLIENT), "{header}");
    }
    let wrong_forms = [("client_id", "town"), ("client_assertion_type", "x"), ("client_assertion_type", "")];
    for change in wrong_forms {
        assert_eq!(assert_with(&key, &header, &claims(), &[change]), Err(TokenError::INVALID_CLIENT), "{change:?}");
    }
    let other = SigningKey::generate("rp").unwrap();
    let forged = other.sign_with(&header, &claims()).unwrap();
    assert_eq!(
        assert_with(&key, &header, &claims(), &[("client_assertion", &forged)]),
        Err(TokenError::INVALID_CLIENT)
    );
}

// ---- token endpoint

fn redeem() -> Pairs {
    pairs(&[
        ("grant_type", "authorization_code"),
        ("code", "C"),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ])
}

#[test]
fn pkce_follows_rfc_7636_appendix_b() {
    assert!(s256(CHALLENGE, VERIFIER));
    assert!(!s256(CHALLENGE, &VERIFIER.replace('X', "x")));
    assert!(!s256(VERIFIER, VERIFIER), "plain");
    assert!(!s256("", VERIFIER));
}

fn code_request(form: &Pairs) -> CodeRequest {
    let TokenRequest::Code(request) = TokenRequest::parse(form).ok().unwrap() else { panic!("no code") };
    request
}

#[test]
fn a_code_is_redeemed_with_its_address_and_verifier_only() {
    let request = code_request(&redeem());
    assert_eq!(request.code, "C");
    assert!(request.fits(CALLBACK, Some(CHALLENGE)));
    assert!(!request.fits("https://town.example/cb?tenant=1", Some(CHALLENGE)));
    assert!(!request.fits(CALLBACK, Some(VERIFIER)));
    assert!(!request.fits(CALLBACK, None), "a verifier whose challenge somebody took away");
    let bare = code_request(&with(redeem(), &[("code_verifier", "")]));
    assert!(bare.fits(CALLBACK, None));
    assert!(!bare.fits(CALLBACK, Some(CHALLENGE)));
}

#[test]
fn each_bad_token_request_has_its_one_error() {
    use TokenErrorCode::{InvalidRequest, UnsupportedGrantType};
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let table: [(Changes<'_>, TokenErrorCode); 10] = [
        (&[("grant_type", "")], InvalidRequest),
        (&[("grant_type", "refresh_token")], InvalidRequest),
        (&[("grant_type", "password")], UnsupportedGrantType),
        (&[("code", "")], InvalidRequest),
        (&[("code", "a"), ("code", "a")], InvalidRequest),
        (&[("redirect_uri", "")], InvalidRequest),
        (&[("code_verifier", &short)], InvalidRequest),
        (&[("code_verifier", &long)], InvalidRequest),
        (&[("code_verifier", &VERIFIER.replace('_', "+"))], InvalidRequest),
        (&[("code_verifier", VERIFIER), ("code_verifier", VERIFIER)], InvalidRequest),
    ];
    for (changes, error) in table {
        let found = TokenRequest::parse(&with(redeem(), changes)).err().unwrap();
        assert_eq!((found.error, found.status()), (error, 400), "{changes:?}");
    }
}

#[test]
fn answers_have_the_shape_of_rfc_6749() {
    let error = json!(TokenError::INVALID_GRANT);
    assert_eq!(error["error"], "invalid_grant");
    assert!(error["error_description"].as_str().unwrap().contains("code"));
    let answer = TokenResponse {
        access_token: "A".into(),
        token_type: "Bearer",
        expires_in: 300,
        id_token: Some("I".into()),
        refresh_token: None,
        scope: "openid".into(),
        authorization_details: Vec::new(),
    };
    let shape =
        json!({ "access_token": "A", "token_type": "Bearer", "expires_in": 300, "id_token": "I", "scope": "openid" });
    assert_eq!(json!(answer), shape);
}

#[test]
fn an_access_token_comes_one_way() {
    let (none, form) = (pairs(&[]), pairs(&[("access_token", "F")]));
    let found =
        |header: Option<&str>, form: &Pairs| presented(header, form).map_err(|e| e.error).map(|p| format!("{p:?}"));
    let bearer = |token| Ok(format!("{:?}", Some(Presented::Bearer(token))));
    assert_eq!(found(Some("Bearer H"), &none), bearer("H"));
    assert_eq!(found(Some("bearer  H"), &none), bearer("H"));
    assert_eq!(found(Some("Bearer"), &none), bearer(""));
    assert_eq!(found(Some("dPoP H"), &none), Ok(format!("{:?}", Some(Presented::Dpop("H")))));
    assert_eq!(found(None, &form), bearer("F"));
    assert_eq!(found(Some("Bearer H"), &form), Err(TokenErrorCode::InvalidRequest));
    assert_eq!(
        found(None, &pairs(&[("access_token", "F"), ("access_token", "F")])),
        Err(TokenErrorCode::InvalidRequest)
    );
    assert_eq!(found(Some("Basic H"), &none), Ok("None".into()));
    assert_eq!(found(None, &none), Ok("None".into()));
}

// ---- codes, tokens, seals, subjects

/// Every text that differs from `text` in one character, is one shorter or one longer.
fn tampered(text: &str) -> impl Iterator<Item = String> + '_ {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. é";
    let flipped = (0..text.len()).flat_map(move |at| {
        let others = alphabet.chars().filter(move |c| !text[at..].starts_with(*c));
        others.map(move |c| format!("{}{c}{}", &text[..at], &text[at + 1..]))
    });
    flipped.chain([
        text[1..].to_owned(),
        text[..text.len() - 1].to_owned(),
        format!("{text}A"),
        format!("{text}="),
        String::new(),
    ])
}

#[test]
fn a_code_opens_for_its_partner_and_not_one_character_otherwise() {
    let (key, id) = ([1; 32], [9; 16]);
    let code = AuthCode::make(&key, &id, "town");
    assert_eq!(code, "CQkJCQkJCQkJCQkJCQkJCedC8GY3n-sCf4UG", "computed apart");
    assert_eq!(AuthCode::open(&key, &code, "town"), Some(id));
    assert_eq!(AuthCode::open(&key, &code, "bakery"), None);
    assert_eq!(AuthCode::open(&[2; 32], &code, "town"), None);
    for text in tampered(&code) {
        assert_eq!(AuthCode::open(&key, &text, "town"), None, "{text}");
    }
}

fn access_token(exp: i64, binding: Binding) -> AccessToken {
    AccessToken { id: [9; 16], exp, scopes: ALL_SCOPES, binding }
}

#[test]
fn an_access_token_opens_until_it_expires_and_not_one_character_otherwise() {
    let key = [1; 32];
    let thumb = b64u([7; 32]);
    for binding in [Binding::Bearer, Binding::Dpop(thumb.clone()), Binding::Mtls(thumb)] {
        let made = access_token(NOW + 300, binding);
        let token = made.seal(&key).unwrap();
        assert!([58, 100].contains(&token.len()), "{token}");
        assert_eq!(AccessToken::open(&key, &token, NOW + 299), Some(made));
        assert_eq!(AccessToken::open(&key, &token, NOW + 300), None);
        assert_eq!(AccessToken::open(&[2; 32], &token, NOW), None);
        for text in tampered(&token) {
            assert_eq!(AccessToken::open(&key, &text, NOW), None, "{text}");
        }
    }
    assert_eq!(access_token(NOW, Binding::Dpop("short".into())).seal(&key), None);
    let code = AuthCode::make(&key, &[9; 16], "town");
    assert_eq!(AccessToken::open(&key, &code, NOW), None);
}

#[test]
fn a_refresh_token_opens_for_its_partner_and_not_one_character_otherwise() {
    let (key, made) = ([1; 32], RefreshToken { id: [9; 16], generation: 3 });
    let token = made.seal(&key, "town");
    assert_eq!(token.len(), 48);
    assert_eq!(RefreshToken::open(&key, &token, "town"), Some(made));
    assert_eq!(RefreshToken::open(&key, &token, "bakery"), None);
    assert_eq!(RefreshToken::open(&[2; 32], &token, "town"), None);
    for text in tampered(&token) {
        assert_eq!(RefreshToken::open(&key, &text, "town"), None, "{text}");
    }
    let access = access_token(NOW + 300, Binding::Bearer).seal(&key).unwrap();
    assert_eq!(RefreshToken::open(&key, &access, "town"), None);
}

#[test]
fn a_sealed_request_comes_back_whole_or_not_at_all() {
    let key = [3; 32];
    let asked = parse(&request()).unwrap();
    let text = seal(&key, LOGIN_REQUEST, &asked, NOW + 600, [7; 12]).unwrap();
    let back = |text: &str, label: &str, now: i64| open::<AuthorizationRequest>(&key, label, text, now);
    assert_eq!(back(&text, LOGIN_REQUEST, NOW), Some(asked));
    assert_eq!(back(&text, LOGIN_REQUEST, NOW + 600), None);
    assert_eq!(back(&text, COOKIE, NOW), None);
    assert_eq!(open::<AuthorizationRequest>(&[4; 32], LOGIN_REQUEST, &text, NOW), None);
    assert_eq!(open::<u32>(&key, LOGIN_REQUEST, &text, NOW), None, "another kind of value");
    let small = seal(&key, LOGIN_REQUEST, &7, NOW + 600, [7; 12]).unwrap();
    for text in tampered(&small) {
        assert_eq!(open::<u32>(&key, LOGIN_REQUEST, &text, NOW), None, "{text}");
    }
    assert!(!text.contains("town"));
}

#[test]
fn the_largest_request_still_fits_the_seal() {
    let path = "x".repeat(1024 - "https://town.example/".len());
    let redirect = format!("https://town.example/{path}");
    let mut json = town_json();
    json["redirect_uris"] = json!([redirect]);
    json["scopes"] = json!(["profile", "email", "phone", "address"]);
    let partners = Partners::new([serde_json::from_value::<Partner>(json).unwrap()]).unwrap();
    let quotes = "\"".repeat(512);
    let all: serde_json::Map<String, Value> =
        zelf_protocol::oidc::attributes::CLAIMS.iter().map(|c| ((*c).to_owned(), Value::Null)).collect();
    let claims = json!({ "id_token": all, "userinfo": all }).to_string();
    let largest = with(
        request(),
        &[
            ("redirect_uri", &redirect),
            ("scope", "openid profile email phone address"),
            ("state", &quotes.repeat(8)),
            ("nonce", &quotes),
            ("ui_locales", "nl fr de en"),
            ("login_hint", &quotes[..128]),
            ("prompt", "login consent select_account"),
            ("acr_values", &"\" ".repeat(256)),
            ("claims", &claims),
        ],
    );
    let asked = AuthorizationRequest::parse(&largest, &partners).unwrap();
    let text = seal(&[3; 32], LOGIN_REQUEST, &asked, i64::MAX, [7; 12]).unwrap();
    assert_eq!(open(&[3; 32], LOGIN_REQUEST, &text, NOW), Some(asked));
    assert!(seal(&[3; 32], LOGIN_REQUEST, &"x".repeat(24 * 1024), NOW, [7; 12]).is_err());
}

#[test]
fn a_person_is_somebody_else_to_each_sector() {
    let sub = pairwise(&[5; 32], "town.example", &[1; 16]);
    assert_eq!(sub, "NFDK5ooLQWAnKxrz-yQ9wMJ6iFTGyDwU0dKY480e8a0", "computed apart: it must never change");
    assert_eq!(sub, pairwise(&[5; 32], "town.example", &[1; 16]));
    assert_ne!(sub, pairwise(&[5; 32], "bakery.example", &[1; 16]));
    assert_ne!(sub, pairwise(&[5; 32], "town.example", &[2; 16]));
    assert_ne!(sub, pairwise(&[6; 32], "town.example", &[1; 16]));
}

// ---- ID token

fn an() -> Attributes {
    Attributes {
        given_name: Some("An".into()),
        family_name: Some("Peeters".into()),
        birthdate: Some("1955-03-12".into()),
        nationalities: vec!["BEL".into()],
        address: Some(Address {
            street_address: Some("Kerkstraat 1".into()),
            postal_code: Some("9000".into()),
            locality: Some("Gent".into()),
            country: None,
        }),
        phone_number: Some("+32470000001".into()),
        email: Some("an@mail.example".into()),
        national_number: Some("55031200123".into()),
        ..Attributes::default()
    }
}

#[test]
fn id_tokens_verify_with_the_published_keys() {
    let keys = OpKeys::load(&Stored::generate(NOW, 730).unwrap(), false).unwrap();
    let jwks = keys.jwks(NOW);
    let access = access_token(NOW, Binding::Bearer).seal(&[1; 32]).unwrap();
    let token = IdToken {
        nonce: Some("n1"),
        at_hash: Some(at_hash(SigningAlg::ES256, &access)),
        attributes: pick(&an(), &["given_name"]),
        ..IdToken::new(ISSUER, "SUB", "town", NOW - 5, NOW, NOW + 300)
    };
    let expected = json!({
        "iss": ISSUER, "sub": "SUB", "aud": "town", "exp": NOW + 300, "iat": NOW, "auth_time": NOW - 5, "nonce": "n1",
        "acr": "http://eidas.europa.eu/LoA/substantial", "amr": ["pin", "swk", "mfa"], "at_hash": at_hash(SigningAlg::ES256, &access),
        "given_name": "An",
    });

    let es256 = keys.sign(SigningAlg::ES256, "JWT", &token).unwrap();
    let set: Jwks = serde_json::from_value(jwks.clone()).unwrap();
    let jwt = Jwt::parse(&es256).unwrap();
    assert_eq!(jwt.header.typ.as_deref(), Some("JWT"));
    assert_eq!(set.verify::<Value>(&jwt).unwrap(), expected);

    let rs256 = keys.sign(SigningAlg::RS256, "JWT", &token).unwrap();
    let parts: Vec<&str> = rs256.split('.').collect();
    let header: Value = serde_json::from_slice(&unb64u(parts[0]).unwrap()).unwrap();
    let rsa = jwks["keys"].as_array().unwrap().iter().find(|key| key["kty"] == "RSA").unwrap();
    assert_eq!(header, json!({ "alg": "RS256", "typ": "JWT", "kid": rsa["kid"] }));
    assert_eq!(serde_json::from_slice::<Value>(&unb64u(parts[1]).unwrap()).unwrap(), expected);
    let number = |name: &str| unb64u(rsa[name].as_str().unwrap()).unwrap();
    let public = RsaPublicKeyComponents { n: number("n"), e: number("e") };
    assert_eq!((public.n.len(), public.e.as_slice()), (256, &[1, 0, 1][..]));
    let input = rs256.rsplit_once('.').unwrap().0;
    let signature = unb64u(parts[2]).unwrap();
    public.verify(&RSA_PKCS1_2048_8192_SHA256, input.as_bytes(), &signature).unwrap();
    assert!(public.verify(&RSA_PKCS1_2048_8192_SHA256, format!("{input}x").as_bytes(), &signature).is_err());
    for key in jwks["keys"].as_array().unwrap() {
        assert!(key["kid"].as_str().unwrap().starts_with("op_"));
        assert!(["d", "p", "q", "dp", "dq", "qi"].iter().all(|private| key.get(private).is_none()));
    }
}

#[test]
fn at_hash_is_the_left_half_of_the_hash_that_goes_with_the_signature() {
    // printf %s jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y | openssl sha256 -binary | head -c 16 | basenc --base64url
    assert_eq!(at_hash(SigningAlg::RS256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    assert_eq!(at_hash(SigningAlg::EdDSA, "x").len(), 43);
}

#[test]
fn the_national_number_leaves_only_when_asked_by_name_and_allowed() {
    let claims = format!(r#"{{"userinfo":{{"{NATIONAL_NUMBER}":null}}}}"#);
    let asked = parse(&with(request(), &[("claims", &claims)])).unwrap();
    assert!(!asked.userinfo_claims(&town()).contains(&NATIONAL_NUMBER));
    let mut allowed = town();
    allowed.claims.insert(NATIONAL_NUMBER.into());
    assert!(asked.userinfo_claims(&allowed).contains(&NATIONAL_NUMBER));
    assert!(!parse(&request()).unwrap().userinfo_claims(&allowed).contains(&NATIONAL_NUMBER));
}

#[test]
fn claims_say_what_we_know_and_leave_out_what_we_do_not() {
    let picked = pick(&an(), &zelf_protocol::oidc::attributes::CLAIMS);
    let expected = json!({
        "name": "An Peeters", "given_name": "An", "family_name": "Peeters", "birthdate": "1955-03-12",
        "nationalities": ["BEL"],
        "address": { "street_address": "Kerkstraat 1", "postal_code": "9000", "locality": "Gent",
                     "formatted": "Kerkstraat 1\n9000 Gent" },
        "phone_number": "+32470000001", "phone_number_verified": true, "email": "an@mail.example", "email_verified": false,
        NATIONAL_NUMBER: "55031200123",
    });
    assert_eq!(Value::Object(picked), expected);
    assert!(pick(&Attributes::default(), &zelf_protocol::oidc::attributes::CLAIMS).is_empty());
    assert!(pick(&an(), &["shoe_size", "sub"]).is_empty());
}

#[test]
fn the_metadata_says_what_we_do() {
    let document = discovery::metadata(Mount::Standard, &Offer { issuer: ISSUER.into(), ..Offer::default() });
    assert_eq!(document["issuer"], ISSUER);
    assert_eq!(document["token_endpoint"], "https://id.example/token");
    let rs256 = json!("RS256");
    assert!(document["id_token_signing_alg_values_supported"].as_array().unwrap().contains(&rs256));
    assert_eq!(document["subject_types_supported"], json!(["pairwise"]));
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    // Its default is false (OpenID Discovery §3), so it must be said.
    assert_eq!(document["require_request_uri_registration"], true);
}

// ---- anything at all

const NAMES: [&str; 20] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "claims",
    "ui_locales",
    "acr_values",
    "client_assertion",
    "client_assertion_type",
    "client_secret",
    "grant_type",
    "code",
    "code_verifier",
];

fn any_pair() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![prop::sample::select(&NAMES[..]).prop_map(str::to_owned), any::<String>()];
    let known = [
        "town",
        "bakery",
        CALLBACK,
        "code",
        "openid",
        CHALLENGE,
        "S256",
        VERIFIER,
        ASSERTION_TYPE,
        "{\"userinfo\":{}}",
    ];
    let value =
        prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), any::<String>(), "[ -~]{0,80}"];
    (name, value)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_makes_us_panic_or_leave_the_registered_address(
        extra in prop::collection::vec(any_pair(), 0..12), base in any::<bool>(), header in any::<Option<String>>(),
    ) {
        let partners = Partners::new([town()]).unwrap();
        let mut all = if base { request() } else { Vec::new() };
        all.extend(extra);
        let answer = match AuthorizationRequest::parse(&all, &partners) {
            Ok(asked) => Some(asked.grant("C")),
            Err(AuthorizeError::Redirect(error)) => Some(error.reply()),
            Err(AuthorizeError::Page(_)) => None,
        };
        // What is signed goes to the same address.
        let answer = answer.map(|reply| reply.plain(ISSUER).unwrap_or_else(|| reply.signed("a.b.c".into())));
        match answer {
            Some(Answer::Redirect { to, .. }) => prop_assert!(to.starts_with("https://town.example/cb?") && to.is_ascii()),
            Some(Answer::FormPost { action, .. }) => prop_assert!(action.starts_with("https://town.example/cb")),
            None => {}
        }
        let _ = TokenRequest::parse(&all);
        let _ = presented(header.as_deref(), &all);
        prop_assert!(authenticate(header.as_deref(), &all, &partners).is_err());
    }

    #[test]
    fn no_text_opens(text in "[A-Za-z0-9_-]{0,80}|.{0,80}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        for text in [text, b64u(&bytes)] {
            prop_assert_eq!(AuthCode::open(&[1; 32], &text, "town"), None);
            prop_assert_eq!(AccessToken::open(&[1; 32], &text, 0), None);
            prop_assert!(open::<Value>(&[1; 32], LOGIN_REQUEST, &text, 0).is_none());
        }
        prop_assert!(PublicKey::from_point(&bytes).is_err() || bytes.len() == 65);
        let header = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(&bytes));
        let partners = Partners::new([town()]).unwrap();
        prop_assert!(authenticate(Some(&header), &pairs(&[]), &partners).is_err());
    }

    #[test]
    fn state_comes_back_as_it_went(state in "[^\\p{Cc}]{1,120}") {
        let asked = parse(&with(request(), &[("state", &state), ("response_mode", "form_post")])).unwrap();
        let Answer::FormPost { fields, .. } = asked.grant("C").plain(ISSUER).unwrap() else { panic!() };
        prop_assert!(fields.contains(&("state", state.clone())));
    }
}
