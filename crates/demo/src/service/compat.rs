//! A relying party as integrations for the `/v2` contract are written: the request is an object, signed (RS256) and sealed to the
//! provider; the client proves itself with a signed assertion; ID token and userinfo come signed and sealed to it.

use std::sync::Arc;
use std::time::Duration;

use protocol::jose::jwe::{self, Decryptor, RsaPrivate};
use protocol::jose::jwt::Jwt;
use protocol::jose::{Enc, Encryption, JoseError, KeyAlg, KeySet, RsaKey, SigAlg, b64u};
use reqwest::{Client, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use words::Lang;

use super::ServiceConfig;
use super::relying_party::{Refused, ask, now};
use super::session::{Pending, Person, random};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const SEALED: Encryption = Encryption { alg: KeyAlg::RsaOaep256, enc: Enc::A128CbcHs256 };
const SKEW_SECONDS: i64 = 30;

/// One key to sign, one to open what is sealed.
pub struct CompatKeys {
    pub sign: RsaKey,
    pub open: RsaPrivate,
}

impl CompatKeys {
    /// The public halves (RFC 7517 §5).
    pub fn jwks(&self) -> Value {
        let (n, e) = self.sign.public();
        let (enc_n, enc_e) = self.open.public();
        json!({ "keys": [
            { "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.sign.kid(), "n": n, "e": e },
            { "kty": "RSA", "use": "enc", "alg": "RSA-OAEP-256", "kid": self.open.kid(), "n": enc_n, "e": enc_e },
        ] })
    }

    fn signed(&self, claims: &Value) -> Result<String, JoseError> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.sign.kid() });
        let input = format!("{}.{}", b64u(header.to_string()), b64u(claims.to_string()));
        let signature = self.sign.sign_bytes(SigAlg::RS256, input.as_bytes())?;
        Ok(format!("{input}.{}", b64u(signature)))
    }

    /// What stands in a JWT that was signed and then sealed to us.
    fn opened<T: DeserializeOwned>(&self, nested: &str, provider: &KeySet) -> Result<T, JoseError> {
        let plain = Decryptor { rsa: vec![&self.open], ec: vec![] }.decrypt(nested)?;
        let compact = String::from_utf8(plain).map_err(|_| JoseError::Malformed)?;
        let jwt = Jwt::parse(&compact)?;
        provider.claims(&jwt, &[SigAlg::RS256])
    }
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: String,
}

#[derive(Deserialize)]
struct IdToken {
    iss: String,
    sub: String,
    aud: Value,
    exp: i64,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    auth_time: i64,
    #[serde(default)]
    acr: String,
    #[serde(default)]
    amr: Vec<String>,
}

/// The service as a client of the `/v2` contract.
pub(super) struct CompatParty {
    config: ServiceConfig,
    keys: Arc<CompatKeys>,
    base: String,
    http: Client,
}

impl CompatParty {
    pub(super) fn new(config: ServiceConfig, keys: Arc<CompatKeys>) -> Self {
        let http = Client::builder()
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_merge(crate::front::certificates(&config.roots))
            .build()
            .unwrap_or_default();
        CompatParty { base: format!("{}/v2", config.issuer), config, keys, http }
    }

    pub(super) fn issuer(&self) -> &str {
        &self.base
    }

    pub(super) fn jwks(&self) -> Value {
        self.keys.jwks()
    }

    fn redirect_uri(&self) -> String {
        format!("{}/callback", self.config.base_url)
    }

    async fn discover(&self) -> Result<Discovery, Refused> {
        let found: Discovery = ask(self.http.get(format!("{}/.well-known/openid-configuration", self.base))).await?;
        if found.issuer == self.base { Ok(found) } else { Err(Refused::Token("issuer")) }
    }

    async fn provider_keys(&self, provider: &Discovery) -> Result<KeySet, Refused> {
        let set: Value = ask(self.http.get(&provider.jwks_uri)).await?;
        KeySet::from_value(&set).map_err(|_| Refused::Token("jwks"))
    }

    /// `client_id`, `response_type` and `scope` in the open, all of it in the object.
    pub(super) async fn authorization_url(&self, pending: &Pending, lang: Lang) -> Result<String, Refused> {
        let provider = self.discover().await?;
        let object = self.request_object(pending, lang, &self.provider_keys(&provider).await?);
        let object = object.map_err(|_| Refused::Token("request"))?;
        let parameters = [
            ("client_id", self.config.client_id.as_str()),
            ("response_type", "code"),
            ("scope", self.config.site.scope()),
            ("redirect_uri", &self.redirect_uri()),
            ("request", &object),
        ];
        Url::parse_with_params(&provider.authorization_endpoint, parameters)
            .map(String::from)
            .map_err(|_| Refused::Unreachable)
    }

    fn request_object(&self, pending: &Pending, lang: Lang, provider: &KeySet) -> Result<String, JoseError> {
        let (id, now) = (&self.config.client_id, now());
        let challenge = b64u(protocol::jose::sha256(pending.verifier.as_bytes()));
        let claims = json!({
            "iss": id, "aud": self.base, "iat": now, "exp": now + 300, "jti": random().ok_or(JoseError::BadKey)?,
            "client_id": id, "response_type": "code", "scope": self.config.site.scope(), "redirect_uri": self.redirect_uri(),
            "state": pending.state, "nonce": pending.nonce, "ui_locales": lang.code(),
            "acr_values": "http://itsme.services/v2/claim/acr_basic",
            "code_challenge": challenge, "code_challenge_method": "S256",
        });
        let key = provider.encryption_key(KeyAlg::RsaOaep256).ok_or(JoseError::BadKey)?;
        jwe::encrypt(&key, SEALED, Some("JWT"), self.keys.signed(&claims)?.as_bytes())
    }

    /// Code → tokens → who it is.
    pub(super) async fn redeem(&self, code: &str, pending: &Pending) -> Result<Person, Refused> {
        let provider = self.discover().await?;
        let assertion = self.assertion(&provider.token_endpoint).map_err(|_| Refused::Unreachable)?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri()),
            ("code_verifier", &pending.verifier),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        let tokens: Tokens = ask(self.http.post(&provider.token_endpoint).form(&form)).await?;
        let keys = self.provider_keys(&provider).await?;
        let id: IdToken = self.keys.opened(&tokens.id_token, &keys).map_err(|_| Refused::Token("id_token"))?;
        self.believe(&id, &pending.nonce, now())?;
        let sealed = self.http.get(&provider.userinfo_endpoint).bearer_auth(&tokens.access_token).send();
        let sealed = sealed.await.map_err(|_| Refused::Unreachable)?.text().await.map_err(|_| Refused::Unreachable)?;
        let mut claims: Map<String, Value> =
            self.keys.opened(sealed.trim(), &keys).map_err(|_| Refused::Token("userinfo"))?;
        if claims.remove("sub").as_ref().and_then(Value::as_str) != Some(&id.sub) {
            return Err(Refused::Token("sub"));
        }
        Ok(Person { sub: id.sub, acr: id.acr, amr: id.amr, auth_time: id.auth_time, ask: pending.ask, claims })
    }

    /// RFC 7523; the audience is the token endpoint.
    fn assertion(&self, endpoint: &str) -> Result<String, JoseError> {
        let (id, now) = (&self.config.client_id, now());
        let jti = random().ok_or(JoseError::BadKey)?;
        self.keys.signed(&json!({ "iss": id, "sub": id, "aud": endpoint, "jti": jti, "iat": now, "exp": now + 60 }))
    }

    fn believe(&self, token: &IdToken, nonce: &str, now: i64) -> Result<(), Refused> {
        let client = self.config.client_id.as_str();
        let for_us = match &token.aud {
            Value::String(one) => one == client,
            Value::Array(all) => matches!(all.as_slice(), [Value::String(one)] if one == client),
            _ => false,
        };
        let checks = [
            ("iss", token.iss == self.base),
            ("aud", for_us),
            ("nonce", token.nonce == nonce),
            ("exp", token.exp > now - SKEW_SECONDS),
        ];
        match checks.iter().find(|(_, holds)| !holds) {
            Some((claim, _)) => Err(Refused::Token(claim)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
