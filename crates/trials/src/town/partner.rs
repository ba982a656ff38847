//! Services that let people log in: how they ask, how they prove themselves, what they get.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
    throws: AtomicU64,
}

enum Proof {
    Secret(String),
    Key(SigningKey),
}

/// The municipality (secret, ES256), the health fund (key, RS256, takes fingerprints), the club (no more than who it is), the savings
/// bank (wants a phone that is a day old).
pub(super) fn all() -> Vec<Arc<Partner>> {
    let secret = |id: &str| Proof::Secret(format!("{id}-secret-0123456789abcdef"));
    let make = |id: &str, proof, alg, scope| {
        let redirect_uri = format!("https://{id}.example/login/zelf");
        Arc::new(Partner { id: id.into(), redirect_uri, proof, alg, scope, throws: AtomicU64::new(0) })
    };
    vec![
        make("gemeente", secret("gemeente"), "ES256", "openid profile email phone"),
        make("ziekenfonds", Proof::Key(SigningKey::generate("kf").unwrap()), "RS256", "openid profile"),
        make("club", secret("club"), "ES256", "openid"),
        make("spaarkas", secret("spaarkas"), "ES256", "openid"),
    ]
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
        };
        let name = format!("De {}", self.id);
        let scopes: Vec<&str> = self.scope.split(' ').filter(|s| *s != "openid").collect();
        serde_json::from_value(json!({
            "id": self.id, "name": { "nl": name, "fr": name, "de": name, "en": name },
            "domain": format!("{}.example", self.id), "redirect_uris": [self.redirect_uri], "auth": auth,
            "id_token_alg": self.alg, "scopes": scopes, "claims": ["nationalities"],
            "biometrics": self.id == "ziekenfonds", "min_credential_age": if self.id == "spaarkas" { 86_400 } else { 0 },
        }))
        .unwrap()
    }

    /// Sends the browser to us with fresh state, nonce and PKCE.
    pub fn ask(&self) -> Login {
        let throw = self.throws.fetch_add(1, Ordering::Relaxed);
        let secret = |what: &str| b64u(sha256(format!("{}-{what}-{throw}", self.id).as_bytes()));
        Login { verifier: secret("verifier"), state: secret("state"), nonce: secret("nonce"), ..Login::default() }
    }

    /// The address of [`Partner::ask`].
    pub fn authorize_url(&self, town: &Town, login: &Login) -> String {
        let challenge = b64u(sha256(login.verifier.as_bytes()));
        let query = [
            ("client_id", self.id.as_str()),
            ("redirect_uri", &self.redirect_uri),
            ("response_type", "code"),
            ("scope", self.scope),
            ("state", &login.state),
            ("nonce", &login.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("ui_locales", "nl"),
        ];
        let url = format!("{}/authorize", town.issuer);
        reqwest::Url::parse_with_params(&url, query).unwrap().into()
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
        let Proof::Key(key) = &self.proof else { panic!("{} has no key", self.id) };
        let throw = self.throws.fetch_add(1, Ordering::Relaxed);
        let claims = json!({ "iss": self.id, "sub": self.id, "aud": town.issuer, "jti": format!("jti-{throw}"),
                             "iat": town.now(), "exp": town.now() + 60 });
        key.sign_with(&json!({ "alg": "ES256", "kid": key.kid() }), &claims).unwrap()
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
