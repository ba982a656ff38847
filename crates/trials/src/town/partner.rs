//! Services that let people log in: how they ask, how they prove themselves, what they get.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use protocol::jose::jwe::EcPrivate;
use protocol::jose::{SigningKey, b64u, sha256};
use protocol::oidc::client_auth::ASSERTION_TYPE;
use protocol::oidc::partner::Partner as Registered;
use serde_json::{Value, json};

use super::{Login, Reply, Town};

/// A service of another operator.
pub struct Partner {
    pub id: String,
    pub redirect_uri: String,
    proof: Proof,
    alg: &'static str,
    scope: &'static str,
    /// Members of its registration that the others do without.
    more: Value,
    throws: AtomicU64,
}

enum Proof {
    Secret(String),
    Key(SigningKey),
    /// Of the connection, as the proxy tells it.
    Certificate(Certificate),
}

/// A certificate that its owner signed itself.
struct Certificate {
    der: Vec<u8>,
    jwk: Value,
}

impl Certificate {
    fn new(name: &str) -> Certificate {
        let key = rcgen::KeyPair::generate().unwrap();
        let point = rcgen::PublicKeyData::der_bytes(&key).to_vec();
        let made = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap();
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": b64u(&point[1..33]), "y": b64u(&point[33..]) });
        Certificate { der: made.der().to_vec(), jwk }
    }
}

/// The municipality (secret, ES256), the health fund (key, RS256, takes fingerprints), the club (no more than who it is), the savings
/// bank (wants a phone that is a day old), the archive (keeps its access with refresh tokens), the railway (tokens bound to its DPoP
/// key), the exchange (FAPI 2.0), the tram
/// (a certificate of its own), the notary (everything sealed to its key), the pharmacy (the same, with the key at its own address).
pub(super) fn all() -> Vec<Arc<Partner>> {
    let secret = |id: &str| Proof::Secret(format!("{id}-secret-0123456789abcdef"));
    let make = |id: &str, proof, alg, scope| {
        let redirect_uri = format!("https://{id}.example/login/zelf");
        Arc::new(Partner { id: id.into(), redirect_uri, proof, alg, scope, more: json!({}), throws: AtomicU64::new(0) })
    };
    let key = || Proof::Key(SigningKey::generate("kf").unwrap());
    let with = |partner: Arc<Partner>, more: Value| {
        let partner = Arc::into_inner(partner).unwrap();
        Arc::new(Partner { more, ..partner })
    };
    let refreshed = json!({ "grants": ["authorization_code", "refresh_token"], "session_seconds": 3600,
        "authorization_details": ["account_information"],
        "post_logout_redirect_uris": ["https://archief.example/uit"],
        "backchannel_logout_uri": "https://archief.example/logout" });
    let key_jwk = sealing_key().public().jwk();
    let kid = sealing_key().kid().to_owned();
    let enc = json!({ "kty": "EC", "crv": "P-256", "x": key_jwk.x, "y": key_jwk.y, "kid": kid, "use": "enc" });
    let how = json!({ "alg": "ECDH-ES+A256KW", "enc": "A256GCM" });
    let sealed = json!({ "jwks": { "keys": [enc] }, "id_token_encryption": how,
        "userinfo": { "sign": "PS256", "encrypt": how } });
    let bound = json!({ "bound_tokens": "dpop", "grants": ["authorization_code", "refresh_token"] });
    vec![
        make("gemeente", secret("gemeente"), "ES256", "openid profile email phone"),
        make("ziekenfonds", Proof::Key(SigningKey::generate("kf").unwrap()), "RS256", "openid profile"),
        make("club", secret("club"), "ES256", "openid"),
        make("spaarkas", secret("spaarkas"), "ES256", "openid"),
        with(make("archief", key(), "EdDSA", "openid profile email offline_access"), refreshed),
        with(make("spoor", key(), "PS256", "openid profile offline_access"), bound),
        with(
            make("tram", Proof::Certificate(Certificate::new("tram.example")), "ES256", "openid profile"),
            json!({ "bound_tokens": "mtls" }),
        ),
        with(make("notaris", key(), "ES256", "openid profile"), sealed),
        with(
            make("apotheek", secret("apotheek"), "ES256", "openid profile offline_access"),
            json!({ "jwks_uri": "https://apotheek.example/keys", "id_token_encryption": how,
                "grants": ["authorization_code", "refresh_token"] }),
        ),
        with(make("beurs", key(), "ES256", "openid"), json!({ "security": "fapi2" })),
    ]
}

/// To whose key the notary has its statements encrypted.
pub fn sealing_key() -> EcPrivate {
    EcPrivate::from_scalar(&[7; 32], "nt").unwrap()
}

/// How a service authenticates at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Basic,
    Post,
    Assertion,
}

impl Partner {
    /// As `zelf.toml` would register it.
    pub(super) fn registered(&self) -> Registered {
        let auth = match &self.proof {
            Proof::Secret(secret) => json!({ "method": "client_secret", "client_secret_sha256": hex(secret) }),
            Proof::Key(key) => {
                let jwk = key.public().jwk();
                let jwk =
                    json!({ "kty": jwk.kty, "crv": jwk.crv, "x": jwk.x, "y": jwk.y, "kid": key.kid(), "alg": "ES256" });
                json!({ "method": "private_key_jwt", "jwks": [jwk] })
            }
            Proof::Certificate(_) => json!({ "method": "self_signed_tls_client_auth" }),
        };
        let name = format!("De {}", self.id);
        let scopes: Vec<&str> = self.scope.split(' ').filter(|s| !["openid", "offline_access"].contains(s)).collect();
        let mut members = json!({
            "id": self.id, "name": { "nl": name, "fr": name, "de": name, "en": name },
            "domain": format!("{}.example", self.id), "redirect_uris": [self.redirect_uri], "auth": auth,
            "id_token_alg": self.alg, "scopes": scopes, "claims": ["nationalities"],
            "biometrics": self.id == "ziekenfonds", "min_credential_age": if self.id == "spaarkas" { 86_400 } else { 0 },
        });
        if let Proof::Certificate(certificate) = &self.proof {
            members["jwks"] = json!({ "keys": [certificate.jwk] });
        }
        members.as_object_mut().unwrap().extend(self.more.as_object().unwrap().clone());
        serde_json::from_value(members).unwrap()
    }

    /// Sends the browser to us with fresh state, nonce and PKCE.
    pub fn ask(&self) -> Login {
        let throw = self.throws.fetch_add(1, Ordering::Relaxed);
        let secret = |what: &str| b64u(sha256(format!("{}-{what}-{throw}", self.id).as_bytes()));
        Login { verifier: secret("verifier"), state: secret("state"), nonce: secret("nonce"), ..Login::default() }
    }

    /// The parameters of [`Partner::ask`], as they are pushed.
    pub fn push_form(&self, login: &Login) -> Vec<(&'static str, String)> {
        vec![
            ("client_id", self.id.clone()),
            ("redirect_uri", self.redirect_uri.clone()),
            ("response_type", "code".into()),
            ("scope", self.scope.into()),
            ("state", login.state.clone()),
            ("nonce", login.nonce.clone()),
            ("code_challenge", b64u(sha256(login.verifier.as_bytes()))),
            ("code_challenge_method", "S256".into()),
            ("ui_locales", "nl".into()),
            // Whoever wants to come back says so (OpenID Core §11).
            ("prompt", if self.scope.contains("offline_access") { "consent" } else { "" }.into()),
        ]
    }

    /// The address of [`Partner::ask`].
    pub fn authorize_url(&self, town: &Town, login: &Login) -> String {
        let url = format!("{}/authorize", town.issuer);
        reqwest::Url::parse_with_params(&url, self.push_form(login)).unwrap().into()
    }

    /// As [`Partner::authorize_url`], with these parameters in place of its own.
    pub fn authorize_url_with(&self, town: &Town, login: &Login, other: &[(&str, &str)]) -> String {
        let mut url = reqwest::Url::parse(&self.authorize_url(town, login)).unwrap();
        let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        pairs.retain(|(name, _)| other.iter().all(|(other, _)| other != name));
        url.query_pairs_mut().clear().extend_pairs(pairs).extend_pairs(other);
        url.into()
    }

    /// The form of a token request that is in order.
    pub fn token_form(&self, login: &Login, code: &str) -> Vec<(&'static str, String)> {
        vec![
            ("grant_type", "authorization_code".into()),
            ("code", code.into()),
            ("redirect_uri", self.redirect_uri.clone()),
            ("code_verifier", login.verifier.clone()),
        ]
    }

    /// Exchanges the code in the service's own way.
    pub async fn exchange(&self, town: &Town, login: &Login, code: &str) -> Reply {
        let way = if matches!(self.proof, Proof::Key(_)) { Way::Assertion } else { Way::Basic };
        self.post_token(town, way, self.token_form(login, code)).await
    }

    /// Posts any form, authenticated one way or another.
    pub async fn post_token(&self, town: &Town, way: Way, mut form: Vec<(&'static str, String)>) -> Reply {
        let mut request = town.http.post(format!("{}/token", town.issuer));
        match (way, &self.proof) {
            (Way::Basic, Proof::Secret(secret)) => request = request.basic_auth(&self.id, Some(secret)),
            (Way::Post, Proof::Secret(secret)) => {
                form.push(("client_id", self.id.clone()));
                form.push(("client_secret", secret.clone()));
            }
            (Way::Assertion, Proof::Key(_)) => form.extend(self.assertion_form(&self.assertion(town))),
            _ => panic!("{} does not authenticate by {way:?}", self.id),
        }
        Reply::read(request.form(&form).send().await.unwrap()).await
    }

    pub fn assertion_form(&self, assertion: &str) -> Vec<(&'static str, String)> {
        vec![("client_assertion_type", ASSERTION_TYPE.into()), ("client_assertion", assertion.to_owned())]
    }

    /// A fresh client assertion (RFC 7523).
    pub fn assertion(&self, town: &Town) -> String {
        self.assertion_of(&self.assertion_claims(town))
    }

    /// Claims of an assertion that is in order.
    pub fn assertion_claims(&self, town: &Town) -> Value {
        let throw = self.throws.fetch_add(1, Ordering::Relaxed);
        json!({ "iss": self.id, "sub": self.id, "aud": town.issuer, "jti": format!("jti-{throw}"),
                "iat": town.now(), "exp": town.now() + 60 })
    }

    pub fn assertion_of(&self, claims: &Value) -> String {
        let Proof::Key(key) = &self.proof else { panic!("{} has no key", self.id) };
        key.sign_with(&json!({ "alg": "ES256", "kid": key.kid() }), claims).unwrap()
    }

    /// Posts to a door of the provider, authenticated in the service's own way.
    pub async fn ask_at(&self, town: &Town, door: &str, mut form: Vec<(&'static str, String)>) -> Reply {
        let mut request = town.http.post(format!("{}{door}", town.issuer));
        match &self.proof {
            Proof::Secret(secret) => request = request.basic_auth(&self.id, Some(secret)),
            Proof::Key(_) => form.extend(self.assertion_form(&self.assertion(town))),
            Proof::Certificate(_) => {
                form.push(("client_id", self.id.clone()));
                request = request.header("x-client-certificate", self.certificate());
            }
        }
        Reply::read(request.form(&form).send().await.unwrap()).await
    }

    /// Its certificate, as a proxy writes it into a header (RFC 9440).
    pub fn certificate(&self) -> String {
        let Proof::Certificate(certificate) = &self.proof else { panic!("{} has no certificate", self.id) };
        format!(":{}:", base64::engine::general_purpose::STANDARD.encode(&certificate.der))
    }

    /// As [`Partner::ask_at`] the token endpoint, with this DPoP proof.
    pub async fn token_with_proof(&self, town: &Town, mut form: Vec<(&'static str, String)>, proof: &str) -> Reply {
        form.extend(self.assertion_form(&self.assertion(town)));
        let request = town.http.post(format!("{}/token", town.issuer)).header("dpop", proof);
        Reply::read(request.form(&form).send().await.unwrap()).await
    }

    /// Userinfo with this access token.
    pub async fn userinfo(&self, town: &Town, token: &str) -> Reply {
        let request = town.http.get(format!("{}/userinfo", town.issuer)).bearer_auth(token);
        Reply::read(request.send().await.unwrap()).await
    }

    /// The whole way from code to person: ID token claims and userinfo.
    pub async fn who(&self, town: &Town, login: &Login, code: &str) -> (Value, Value) {
        let tokens = self.exchange(town, login, code).await.ok();
        let claims = claims(tokens["id_token"].as_str().unwrap());
        let info = self.userinfo(town, tokens["access_token"].as_str().unwrap()).await.ok();
        (claims, info)
    }
}

/// Claims of a JWT, its signature not looked at.
pub fn claims(jwt: &str) -> Value {
    let payload = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&protocol::jose::unb64u(payload).unwrap()).unwrap()
}

fn hex(secret: &str) -> String {
    sha256(secret.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// Claims of a DPoP proof that is in order (RFC 9449 §4.2).
pub fn dpop_claims(town: &Town, method: &str, path: &str, token: Option<&str>) -> Value {
    static THROWS: AtomicU64 = AtomicU64::new(0);
    let jti = format!("proof-{}", THROWS.fetch_add(1, Ordering::Relaxed));
    let mut claims = json!({ "jti": jti, "htm": method, "htu": format!("{}{path}", town.issuer), "iat": town.now() });
    if let Some(token) = token {
        claims["ath"] = b64u(sha256(token.as_bytes())).into();
    }
    claims
}

/// A DPoP proof.
pub fn dpop(key: &SigningKey, claims: &Value) -> String {
    key.sign_with(&json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.public().jwk() }), claims).unwrap()
}

/// The certificate of somebody nobody registered.
pub fn stranger_certificate() -> String {
    let made = Certificate::new("stranger.example");
    format!(":{}:", base64::engine::general_purpose::STANDARD.encode(made.der))
}
