//! A relying party as integrations for the `/v2` contract are written: the request is an object, signed (RS256) and sealed to the
//! provider; the client proves itself with a signed assertion; ID token and userinfo come signed and sealed to it.

use std::sync::Arc;

use protocol::jose::jwe::{self, Decryptor, RsaPrivate};
use protocol::jose::jwt::Jwt;
use protocol::jose::{Enc, Encryption, JoseError, KeyAlg, KeySet, RsaKey, SigAlg, b64u};
use reqwest::{Client, Url};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use words::Lang;

use super::ServiceConfig;
use super::provider::{Discovery, IdToken, Refused, Tokens, ask, client, discover, now, text};
use super::session::{Pending, Person, random};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const SEALED: Encryption = Encryption { alg: KeyAlg::RsaOaep256, enc: Enc::A128CbcHs256 };

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

/// The service as a client of the `/v2` contract.
pub(super) struct CompatParty {
    config: ServiceConfig,
    keys: Arc<CompatKeys>,
    base: String,
    http: Client,
}

impl CompatParty {
    pub(super) fn new(config: ServiceConfig, keys: Arc<CompatKeys>) -> Self {
        let http = client(&config);
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
        discover(&self.http, &self.base).await
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
        id.believe(&self.base, &self.config.client_id, &pending.nonce, now())?;
        let sealed = text(self.http.get(&provider.userinfo_endpoint).bearer_auth(&tokens.access_token)).await?;
        let claims = self.keys.opened(&sealed, &keys).map_err(|_| Refused::Token("userinfo"))?;
        id.person(claims, pending)
    }

    /// RFC 7523; the audience is the token endpoint.
    fn assertion(&self, endpoint: &str) -> Result<String, JoseError> {
        let (id, now) = (&self.config.client_id, now());
        let jti = random().ok_or(JoseError::BadKey)?;
        self.keys.signed(&json!({ "iss": id, "sub": id, "aud": endpoint, "jti": jti, "iat": now, "exp": now + 60 }))
    }
}

#[cfg(test)]
mod tests;
