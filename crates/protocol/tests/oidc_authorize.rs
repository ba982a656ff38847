//! What a partner may ask, rule by rule, on both mounts.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use zelf_protocol::jose::{b64u, sha256};
use zelf_protocol::oidc::Mount;
use zelf_protocol::oidc::authorize::{
    AuthorizationRequest, AuthorizeError, Confirm, ErrorCode, Found, PageError, Prompt, ResponseMode, Source, opening,
    parse,
};
use zelf_protocol::oidc::partner::{Partner, Partners};

type Pairs = Vec<(String, String)>;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn pairs(list: &[(&str, &str)]) -> Pairs {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// With these in place of those of the same name; an empty value takes one away.
fn with(base: &Pairs, changes: &[(&str, &str)]) -> Pairs {
    let kept = base.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name)).cloned();
    kept.chain(pairs(changes)).filter(|(_, value)| !value.is_empty()).collect()
}

fn registered(more: Value) -> Partner {
    let mut json = json!({
        "id": "town", "name": { "nl": "Gemeente", "fr": "Commune", "de": "Gemeinde", "en": "Town" },
        "domain": "town.example", "redirect_uris": ["https://town.example/cb"],
        "auth": { "method": "client_secret", "client_secret_sha256": "ab".repeat(32) },
        "scopes": ["profile", "email"],
    });
    json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let partner: Partner = serde_json::from_value(json).unwrap();
    assert_eq!(partner.validate(), Ok(()));
    partner
}

fn mtls() -> Value {
    json!({ "method": "self_signed_tls_client_auth" })
}

fn compat() -> Partner {
    let service = |code: &str, kind: &str, scopes: &[&str]| json!({ "code": code, "kind": kind, "redirect_uris": [format!("https://town.example/{code}")], "scopes": scopes });
    registered(json!({
        "mount": "compat", "redirect_uris": [],
        "service": [
            service("LOGIN", "authentication", &["profile"]),
            service("SHARE", "identification", &["profile", "email"]),
            service("PAY", "confirmation", &[]),
        ],
    }))
}

fn request() -> Pairs {
    pairs(&[
        ("client_id", "town"),
        ("redirect_uri", "https://town.example/cb"),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "s"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ])
}

fn compat_request(service: &str) -> Pairs {
    pairs(&[
        ("client_id", "town"),
        ("redirect_uri", &format!("https://town.example/{service}")),
        ("response_type", "code"),
        ("scope", &format!("openid service:{service}")),
        ("state", "s"),
    ])
}

fn read(partner: &Partner, pairs: &Pairs) -> AuthorizationRequest {
    parse(partner, pairs, &Found::default()).unwrap()
}

fn refusal(partner: &Partner, pairs: &Pairs) -> (ErrorCode, &'static str) {
    match parse(partner, pairs, &Found::default()) {
        Err(AuthorizeError::Redirect(error)) => (error.error, error.description),
        other => panic!("{other:?}"),
    }
}

// ---- the profile

#[test]
fn who_signs_messages_takes_signed_answers_alone() {
    let key = json!([{ "kty": "EC", "crv": "P-256", "kid": "a",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" }]);
    let of = |security: &str| {
        registered(json!({ "security": security, "auth": { "method": "private_key_jwt", "jwks": key } }))
    };
    let signer = of("fapi2_signed");
    for mode in ["", "query", "form_post"] {
        assert_eq!(
            refusal(&signer, &with(&request(), &[("response_mode", mode)])).0,
            ErrorCode::InvalidRequest,
            "{mode}"
        );
        assert!(
            parse(&of("fapi2"), &with(&request(), &[("response_mode", mode)]), &Found::default()).is_ok(),
            "{mode}"
        );
    }
    for mode in ["jwt", "query.jwt", "form_post.jwt"] {
        assert!(read(&signer, &with(&request(), &[("response_mode", mode)])).response_mode.signed(), "{mode}");
    }
}

#[test]
fn what_a_profile_does_not_allow_is_not_registered() {
    let judged = |more: Value| {
        let mut json = serde_json::to_value(registered(json!({}))).unwrap();
        json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value::<Partner>(json).unwrap().validate().map_err(|error| error.problem)
    };
    let old = json!({ "alg": "RSA-OAEP", "enc": "A128CBC-HS256" });
    let mtls = mtls();
    for (more, why) in [
        (json!({ "security": "fapi2" }), "client secret"),
        (json!({ "security": "fapi2", "auth": mtls, "id_token_alg": "RS256" }), "id_token_alg: RS256"),
        (json!({ "security": "fapi2_signed", "auth": mtls, "userinfo": { "sign": "RS256" } }), "userinfo: RS256"),
        (json!({ "security": "fapi2_signed", "auth": mtls, "response": { "sign": "RS256" } }), "response: RS256"),
        (json!({ "id_token_encryption": old }), "id_token_encryption: RSA-OAEP"),
        (json!({ "userinfo": { "encrypt": old } }), "userinfo: RSA-OAEP"),
    ] {
        let told = judged(more.clone()).unwrap_err();
        assert!(told.contains(why), "{more}: {told}");
        let mut legacy = more.clone();
        legacy["legacy"] = true.into();
        assert_eq!(judged(legacy), Ok(()), "{more}");
    }
    assert_eq!(judged(json!({ "mount": "compat", "id_token_encryption": old })), Ok(()));
}

// ---- the person

#[test]
fn a_silent_request_goes_through_alone() {
    let town = registered(json!({}));
    let silent = read(&town, &with(&request(), &[("prompt", "none")]));
    assert!(silent.silent());
    assert_eq!(silent.prompt, BTreeSet::from([Prompt::None]));
    assert_eq!(refusal(&town, &with(&request(), &[("prompt", "none consent")])).0, ErrorCode::InvalidRequest);
}

#[test]
fn of_several_classes_the_most_constraining_counts() {
    let town = registered(json!({}));
    let wants = |acr: &str| read(&town, &with(&request(), &[("acr_values", acr)])).wants_code();
    let v2 = |name: &str| format!("http://itsme.services/v2/claim/{name}");
    assert!(wants(&v2("acr_advanced")));
    assert!(wants(&format!("{} {}", v2("acr_basic"), v2("acr_advanced"))));
    assert!(wants("tag:sixdots.be,2016-06:acr_advanced"));
    assert!(!wants(&v2("acr_basic")));
    assert!(!wants("evil_acr_advanced"), "an ending is not a name");
}

#[test]
fn a_class_may_be_asked_as_a_claim_and_be_essential() {
    let town = registered(json!({}));
    let asked = |acr: Value| with(&request(), &[("claims", &json!({ "id_token": { "acr": acr } }).to_string())]);
    let advanced = json!({ "essential": true, "value": "http://itsme.services/v2/claim/acr_advanced" });
    assert!(read(&town, &asked(advanced)).wants_code());
    let either = json!({ "essential": true, "values": ["urn:other", "http://eidas.europa.eu/LoA/substantial"] });
    assert!(!read(&town, &asked(either)).wants_code());
    let never = json!({ "essential": true, "value": "http://eidas.europa.eu/LoA/high" });
    assert_eq!(refusal(&town, &asked(never)).0, ErrorCode::UnmetAuthenticationRequirements);
    let wish = json!({ "value": "http://eidas.europa.eu/LoA/high" });
    assert!(!read(&town, &asked(wish)).wants_code(), "a wish that is not essential is only a wish");
}

#[test]
fn the_person_is_named_once_by_claim_or_hint() {
    let town = registered(json!({}));
    let claims = json!({ "userinfo": { "sub": { "value": "abc" } } }).to_string();
    assert_eq!(read(&town, &with(&request(), &[("claims", &claims)])).sub.as_deref(), Some("abc"));
    let hint = |sub: &str| Found { hint: Some(sub.into()), ..Found::default() };
    assert_eq!(parse(&town, &request(), &hint("abc")).unwrap().sub.as_deref(), Some("abc"));
    assert!(parse(&town, &with(&request(), &[("claims", &claims)]), &hint("abc")).is_ok());
    assert!(parse(&town, &with(&request(), &[("claims", &claims)]), &hint("xyz")).is_err());
    let two = json!({ "userinfo": { "sub": { "value": "a" } }, "id_token": { "sub": { "value": "b" } } }).to_string();
    assert_eq!(refusal(&town, &with(&request(), &[("claims", &two)])).1, "claims name different people");
    let number = json!({ "userinfo": { "sub": { "value": 7 } } }).to_string();
    assert_eq!(refusal(&town, &with(&request(), &[("claims", &number)])).0, ErrorCode::InvalidRequest);
}

#[test]
fn what_is_essential_or_of_a_scope_cannot_be_left_out() {
    let town = registered(json!({ "claims": ["nationalities", "birthdate", "address"] }));
    let claims = json!({ "userinfo": { "nationalities": null, "email": { "essential": true }, "given_name": null } });
    let asked = read(&town, &with(&request(), &[("claims", &claims.to_string())]));
    assert!(asked.optional("nationalities"));
    assert!(!asked.optional("email"), "essential");
    assert!(!asked.optional("given_name"), "the scope asks it too");
    assert!(!asked.optional("address"), "nobody asks it");
}

#[test]
fn requests_of_before_are_still_read() {
    let old = json!({ "id_token": ["given_name"], "userinfo": [] });
    let claims: zelf_protocol::oidc::claims_request::ClaimsRequest = serde_json::from_value(old).unwrap();
    assert_eq!(claims.id_token_names(), BTreeSet::from(["given_name".to_owned()]));
}

// ---- ways back

#[test]
fn an_answer_may_be_signed() {
    let town = registered(json!({}));
    for (asked, mode) in [
        ("jwt", ResponseMode::QueryJwt),
        ("query.jwt", ResponseMode::QueryJwt),
        ("form_post.jwt", ResponseMode::FormPostJwt),
    ] {
        let request = read(&town, &with(&request(), &[("response_mode", asked)]));
        assert_eq!(request.response_mode, mode);
        let reply = request.grant("C");
        assert_eq!(reply.plain("https://id.example"), None, "never in the open");
        let claims = reply.claims("https://id.example", 1000);
        assert_eq!(
            json!(claims),
            json!({ "iss": "https://id.example", "aud": "town", "exp": 1600, "code": "C", "state": "s" })
        );
    }
    assert_eq!(refusal(&town, &with(&request(), &[("response_mode", "fragment.jwt")])).0, ErrorCode::InvalidRequest);
    let denied = read(&town, &with(&request(), &[("response_mode", "jwt")])).refuse(ErrorCode::AccessDenied, "no");
    assert_eq!(json!(denied.reply().claims("i", 0))["error"], "access_denied");
}

// ---- what binds

#[test]
fn pkce_is_optional_only_where_it_says_so() {
    let bare = |partner: &Partner, base: &Pairs| {
        parse(partner, &with(base, &[("code_challenge", ""), ("code_challenge_method", "")]), &Found::default()).is_ok()
    };
    assert!(!bare(&registered(json!({})), &request()));
    assert!(bare(&registered(json!({ "legacy": true })), &request()));
    assert!(bare(&registered(json!({ "require_pkce": false })), &request()));
    assert!(
        !bare(&registered(json!({ "require_pkce": false, "security": "fapi2", "auth": mtls() })), &request()),
        "FAPI always"
    );
    assert!(bare(&compat(), &compat_request("LOGIN")));
}

#[test]
fn a_dpop_key_is_said_by_parameter_or_proof_and_both_alike() {
    let town = registered(json!({}));
    let jkt = b64u(sha256(b"key"));
    let proven = |jkt: &str| Found { dpop_jkt: Some(jkt.into()), ..Found::default() };
    let said = with(&request(), &[("dpop_jkt", &jkt)]);
    assert_eq!(read(&town, &said).dpop_jkt.as_deref(), Some(jkt.as_str()));
    assert_eq!(parse(&town, &request(), &proven(&jkt)).unwrap().dpop_jkt, Some(jkt.clone()));
    assert!(parse(&town, &said, &proven(&jkt)).is_ok());
    assert!(parse(&town, &said, &proven(&b64u(sha256(b"another")))).is_err());
    assert_eq!(refusal(&town, &with(&request(), &[("dpop_jkt", "short")])).0, ErrorCode::InvalidRequest);
}

#[test]
fn a_login_lasts_only_with_grant_and_consent() {
    let offline = |more: Value, prompt: &str| {
        let changes = [("scope", "openid offline_access"), ("prompt", prompt)];
        read(&registered(more), &with(&request(), &changes)).offline
    };
    let grants = json!({ "grants": ["authorization_code", "refresh_token"] });
    assert!(offline(grants.clone(), "consent"));
    assert!(offline(grants.clone(), "login consent"));
    assert!(!offline(grants, ""), "ignored without consent (OpenID Core §11)");
    assert!(!offline(json!({}), "consent"), "not registered");
    assert!(offline(json!({ "grants": ["authorization_code", "refresh_token"], "legacy": true }), ""));
}

// ---- rich requests

fn details(value: &Value) -> Pairs {
    with(&request(), &[("authorization_details", &value.to_string())])
}

#[test]
fn details_are_objects_of_registered_types() {
    let town = registered(json!({ "authorization_details": ["account_information"] }));
    let good = json!([{ "type": "account_information", "actions": ["list"] }]);
    assert_eq!(read(&town, &details(&good)).authorization_details, good.as_array().unwrap().clone());
    let long = json!([{ "type": "account_information", "x": "x".repeat(16 * 1024) }]);
    for bad in
        [json!({}), json!([]), json!([1]), json!([{}]), json!([{ "type": 1 }]), json!([{ "type": "other" }]), long]
    {
        assert_eq!(refusal(&town, &details(&bad)).0, ErrorCode::InvalidAuthorizationDetails, "{bad}");
    }
    for unseen in [json!({ "x": "a\u{200b}b" }), json!({ "a\u{202e}b": 1 }), json!({ "x": [{ "y\u{2066}": "z" }] })] {
        let mut detail = good.clone();
        detail[0]["more"] = unseen;
        let refused = refusal(&town, &details(&detail)).0;
        assert_eq!(refused, ErrorCode::InvalidAuthorizationDetails, "the phone would not draw {detail}");
    }
    let torn = with(&request(), &[("authorization_details", "[{")]);
    assert_eq!(refusal(&town, &torn).0, ErrorCode::InvalidAuthorizationDetails);
}

fn payment(member: &str, value: Value) -> Value {
    let mut detail = json!({
        "type": "payment_initiation", "instructedAmount": { "currency": "EUR", "amount": "123.50" },
        "creditorName": "Bakkerij Peeters", "creditorAccount": { "iban": "BE68 5390 0754 7034" },
        "remittanceInformationUnstructured": "Factuur 12",
    });
    *detail.pointer_mut(member).unwrap() = value;
    json!([detail])
}

#[test]
fn a_payment_among_the_details_is_what_the_person_confirms() {
    let town = registered(json!({ "authorization_details": ["payment_initiation", "confirm_text"] }));
    let pushed = Found { pushed: true, ..Found::default() };
    let confirm = |detail: Value| parse(&town, &details(&detail), &pushed).unwrap().confirm;
    let paid = |amount: u64, currency: &str| {
        Some(Confirm::Payment {
            amount,
            currency: currency.into(),
            iban: "BE68539007547034".into(),
            payee: Some("Bakkerij Peeters".into()),
            communication: Some("Factuur 12".into()),
        })
    };
    assert_eq!(confirm(payment("/type", "payment_initiation".into())), paid(12350, "EUR"));
    assert_eq!(confirm(payment("/instructedAmount/amount", "7".into())), paid(700, "EUR"));
    let yen = json!({ "currency": "JPY", "amount": "123" });
    assert_eq!(confirm(payment("/instructedAmount", yen)), paid(123, "JPY"));
    for (member, value) in [
        ("/instructedAmount/amount", json!("0")),
        ("/instructedAmount/amount", json!("-1")),
        ("/instructedAmount/amount", json!("1.")),
        ("/instructedAmount/amount", json!("1.234")),
        ("/instructedAmount/amount", json!("1e3")),
        ("/instructedAmount/amount", json!("99999999999999999999")),
        ("/instructedAmount/amount", json!(12)),
        ("/instructedAmount/currency", json!("EURO")),
        ("/creditorAccount/iban", json!("BE68 5390 0754 7035")),
        ("/creditorName", json!("two\nlines")),
        ("/creditorName", json!("x".repeat(71))),
        ("/creditorName", json!("Банк")),
        ("/creditorName", json!("Bank\u{ad}")),
        ("/remittanceInformationUnstructured", json!(1)),
        ("/remittanceInformationUnstructured", json!("Factuur\u{202e}12")),
        ("/instructedAmount", json!({ "currency": "EUR", "amount": "1", "fees": "900" })),
        ("/creditorAccount", json!({ "iban": "BE68 5390 0754 7034", "bic": "GKCCBEBB" })),
    ] {
        let refused = refusal(&town, &details(&payment(member, value.clone())));
        assert_eq!(refused.0, ErrorCode::InvalidAuthorizationDetails, "{member} {value}");
    }
    for more in ["actions", "debtorAccount", "endToEndId"] {
        let mut detail = payment("/type", "payment_initiation".into());
        detail[0][more] = json!(["unseen"]);
        let refused = refusal(&town, &details(&detail)).0;
        assert_eq!(refused, ErrorCode::InvalidAuthorizationDetails, "{more}: nobody saw it");
    }
    let more = json!([{ "type": "confirm_text", "text": "Ja", "and": "everything" }]);
    assert_eq!(refusal(&town, &details(&more)).0, ErrorCode::InvalidAuthorizationDetails);
    let bare = refusal(&town, &details(&payment("/type", "payment_initiation".into())));
    assert_eq!(bare.0, ErrorCode::InvalidRequest, "what binds a person does not pass through a browser bare");
    let lines = json!([{ "type": "confirm_text", "text": "Ik ga\nakkoord" }]);
    assert_eq!(confirm(lines), Some(Confirm::Text { text: "Ik ga akkoord".into() }), "a new line is a space");
    let text = json!([{ "type": "confirm_text", "text": "Ik ga <b>akkoord</b><script>" }]);
    assert_eq!(confirm(text.clone()), Some(Confirm::Text { text: "Ik ga <b>akkoord</b>".into() }));
    let both = json!([text[0], payment("/type", "payment_initiation".into())[0]]);
    assert_eq!(refusal(&town, &details(&both)).0, ErrorCode::InvalidAuthorizationDetails, "one thing at a time");
}

// ---- where it lies

fn open(partner: Partner, pairs: &Pairs) -> Result<Source, AuthorizeError> {
    let mount = partner.mount;
    opening(pairs, mount, &Partners::new([partner]).unwrap()).map(|opening| opening.source)
}

#[test]
fn only_a_registered_address_is_fetched() {
    let town =
        || registered(json!({ "request_uris": ["https://town.example:443/r.jwt", "https://town.example:8443/r"] }));
    let asked = |uri: &str| open(town(), &with(&request(), &[("request_uri", uri)]));
    let found = Source::Address("https://town.example/r.jwt".into());
    for same in [
        "https://town.example:443/r.jwt",
        "https://town.example/r.jwt",
        "https://town.example/r.jwt#v2",
        "https://town.example:443/r.jwt#GkurKxf5T0Y",
    ] {
        assert_eq!(asked(same).unwrap(), found, "{same}");
    }
    for other in [
        "https://town.example/r.jwt?x=1",
        "https://town.example:8443/r.jwt",
        "http://town.example/r.jwt",
        "https://town.example.evil.example/r.jwt",
        "https://town.example:443@evil.example/r.jwt",
        "https://127.0.0.1/r.jwt",
        "http://169.254.169.254/latest/meta-data",
        "https://[::1]/r.jwt",
        "file:///etc/passwd",
        "urn:other",
    ] {
        match asked(other) {
            Err(AuthorizeError::Redirect(error)) => assert_eq!(error.error, ErrorCode::InvalidRequestUri, "{other}"),
            found => panic!("{other}: {found:?}"),
        }
    }
    let pushed = asked("urn:ietf:params:oauth:request_uri:abc").unwrap();
    assert_eq!(pushed, Source::Pushed("abc".into()));
}

#[test]
fn whoever_must_push_or_sign_does() {
    let refused = |more: Value, changes: &[(&str, &str)]| match open(registered(more), &with(&request(), changes)) {
        Err(AuthorizeError::Redirect(error)) => Some(error.description),
        Err(AuthorizeError::Page(page)) => panic!("{page:?}"),
        Ok(_) => None,
    };
    let push = Some("this client must push its requests");
    assert_eq!(refused(json!({ "require_par": true }), &[]), push);
    assert_eq!(refused(json!({ "security": "fapi2", "auth": mtls() }), &[]), push);
    assert_eq!(refused(json!({ "security": "fapi2", "auth": mtls() }), &[("request", "a.b.c")]), push);
    assert_eq!(
        refused(
            json!({ "security": "fapi2", "auth": mtls() }),
            &[("request_uri", "urn:ietf:params:oauth:request_uri:x")]
        ),
        None
    );
    assert_eq!(refused(json!({ "signed_requests": true }), &[]), Some("this client must sign its requests"));
    assert_eq!(refused(json!({ "signed_requests": true }), &[("request", "a.b.c")]), None);
    let both = [("request", "a.b.c"), ("request_uri", "urn:ietf:params:oauth:request_uri:x")];
    assert_eq!(refused(json!({}), &both), Some("request and request_uri are both there"));
    let twice: Pairs = [request(), pairs(&[("request", "a"), ("request", "b")])].concat();
    assert!(open(registered(json!({})), &twice).is_err());
}

#[test]
fn a_refusal_before_the_request_is_known_goes_nowhere_unchecked() {
    let bad =
        with(&request(), &[("request_uri", "https://evil.example/"), ("redirect_uri", "https://evil.example/cb")]);
    assert_eq!(open(registered(json!({})), &bad), Err(AuthorizeError::Page(PageError::RequestInvalid)));
    let none = with(&request(), &[("request_uri", "https://evil.example/"), ("redirect_uri", "")]);
    assert_eq!(open(registered(json!({})), &none), Err(AuthorizeError::Page(PageError::RequestInvalid)));
}

#[test]
fn a_partner_belongs_to_one_mount() {
    let partners = Partners::new([registered(json!({}))]).unwrap();
    let other = opening(&request(), Mount::Compat, &partners);
    assert_eq!(other.unwrap_err(), AuthorizeError::Page(PageError::ClientUnknown));
}

// ---- the compatible mount

#[test]
fn a_service_has_its_own_addresses_and_scopes() {
    let partner = compat();
    let asked = read(&partner, &compat_request("LOGIN"));
    assert_eq!((asked.service.as_deref(), asked.mount), (Some("LOGIN"), Mount::Compat));
    assert_eq!(
        asked.grant("C").plain("i"),
        Some(zelf_protocol::oidc::authorize::Answer::Redirect {
            to: "https://town.example/LOGIN?code=C&state=s".into(),
            mount: Mount::Compat
        })
    );
    let elsewhere = with(&compat_request("LOGIN"), &[("redirect_uri", "https://town.example/SHARE")]);
    let page = Err(AuthorizeError::Page(PageError::RedirectUriNotRegistered));
    assert_eq!(parse(&partner, &elsewhere, &Found::default()), page, "another service's address");
    let foreign = with(&compat_request("LOGIN"), &[("scope", "openid service:LOGIN email")]);
    assert_eq!(refusal(&partner, &foreign).0, ErrorCode::InvalidScope, "another service's scope");
    for scope in
        ["openid", "openid service:NONE", "openid service:LOGIN service:SHARE", "openid service:", "service:LOGIN"]
    {
        let refused = refusal(&partner, &with(&compat_request("LOGIN"), &[("scope", scope)]));
        assert_eq!(refused.0, ErrorCode::InvalidScope, "{scope}");
    }
    let evil = with(&compat_request("LOGIN"), &[("scope", "openid"), ("redirect_uri", "https://evil.example/")]);
    assert_eq!(parse(&partner, &evil, &Found::default()), page, "without a service no address is better than another");
}

#[test]
fn the_compatible_mount_is_lenient_where_integrations_were() {
    let partner = compat();
    let asked = |changes: &[(&str, &str)]| with(&compat_request("LOGIN"), changes);
    assert_eq!(read(&partner, &asked(&[("response_mode", "form_post")])).response_mode, ResponseMode::Query);
    let hint = |text: &str| read(&partner, &asked(&[("login_hint", text)])).login_hint;
    assert_eq!(hint("32+470123456").as_deref(), Some("+32470123456"));
    assert_eq!(hint("+32470123456").as_deref(), Some("+32470123456"));
    assert_eq!(hint(&"9".repeat(200)), None, "ignored in silence");
    assert!(parse(&partner, &asked(&[("display", "page")]), &Found::default()).is_ok());
    assert_eq!(refusal(&partner, &asked(&[("display", "popup")])).0, ErrorCode::UnsupportedDisplay);
    assert_eq!(ErrorCode::TemporarilyUnavailable.name(Mount::Compat), "temporary_unavailable");
}

#[test]
fn each_service_does_the_one_thing_it_is_for() {
    let partner = compat();
    assert_eq!(refusal(&partner, &compat_request("SHARE")).1, "a service for identification asks at least one claim");
    let share = with(&compat_request("SHARE"), &[("scope", "openid service:SHARE email")]);
    assert!(parse(&partner, &share, &Found::default()).is_ok());
    let only_sub = json!({ "userinfo": { "sub": { "value": "abc" } } }).to_string();
    let nobody = with(&compat_request("SHARE"), &[("claims", &only_sub)]);
    assert_eq!(refusal(&partner, &nobody).0, ErrorCode::InvalidRequest, "whom it is about is no datum");

    let v2 = |name: &str| format!("http://itsme.services/v2/claim/claim_approval_{name}");
    let template = json!({ "userinfo": {
        v2("template_name"): { "essential": true, "value": "adv_payment" }, v2("amount_key"): { "value": "1234" },
        v2("currency_key"): { "value": "EUR" }, v2("iban_key"): { "value": "BE68539007547034" },
        "sub": { "value": "abc" } } });
    let pay = with(&compat_request("PAY"), &[("claims", &template.to_string())]);
    assert_eq!(refusal(&partner, &pay).1, "a service for confirmation needs a request object");
    let signed = Found { object: Some("h".into()), ..Found::default() };
    let paid = parse(&partner, &pay, &signed).unwrap();
    assert!(matches!(paid.confirm, Some(Confirm::Payment { amount: 1234, .. })));
    assert_eq!((paid.sub.as_deref(), paid.request_object.as_deref()), (Some("abc"), Some("h")));
    assert!(paid.claims.userinfo.is_empty(), "a template asks nothing");
    assert!(parse(&partner, &compat_request("PAY"), &signed).is_err(), "nothing to confirm");
    let wrong_service = with(&compat_request("LOGIN"), &[("claims", &template.to_string())]);
    assert!(parse(&partner, &wrong_service, &signed).is_err());
}

#[test]
fn the_known_person_is_read_from_userinfo_alone() {
    let claims = json!({ "id_token": { "sub": { "value": "abc" } } }).to_string();
    let asked = read(&compat(), &with(&compat_request("LOGIN"), &[("claims", &claims)]));
    assert_eq!(asked.sub, None, "in the ID token set it is ignored");
}
