//! The OpenID side: where to send the browser, how to redeem the code, and the proof to keep.

use protocol::jose::jwt::{Jwks, Jwt};
use protocol::jose::{JoseError, b64u, sha256};
use reqwest::{Client, RequestBuilder, Url};
use serde::Deserialize;
use serde_json::{Value, json};
use words::Lang;

use super::provider::{Discovery, IdToken, Refused, Tokens, ask, client, discover, now, text};
use super::session::{Pending, Person};
use super::site::Ask;
use super::{Auth, ServiceConfig};

/// The service as a client of the provider.
pub(super) struct RelyingParty {
    config: ServiceConfig,
    http: Client,
}

impl RelyingParty {
    pub(super) fn new(config: ServiceConfig) -> Self {
        let http = client(&config);
        RelyingParty { config, http }
    }

    pub(super) fn issuer(&self) -> &str {
        &self.config.issuer
    }

    fn redirect_uri(&self) -> String {
        format!("{}/callback", self.config.base_url)
    }

    /// Where the browser goes to log in.
    pub(super) async fn authorization_url(&self, pending: &Pending, lang: Lang) -> Result<String, Refused> {
        let endpoint = self.discover().await?.authorization_endpoint;
        let redirect_uri = self.redirect_uri();
        let challenge = b64u(sha256(pending.verifier.as_bytes()));
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", &self.config.client_id),
            ("redirect_uri", &redirect_uri),
            ("scope", self.config.site.scope()),
            ("state", &pending.state),
            ("nonce", &pending.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("ui_locales", lang.code()),
        ];
        let claims = self.config.site.claims(pending.sub.as_deref()).map(|claims| claims.to_string());
        let details = self.config.site.details(pending.ask, lang).map(|details| details.to_string());
        parameters.extend(claims.as_deref().map(|claims| ("claims", claims)));
        parameters.extend(details.as_deref().map(|details| ("authorization_details", details)));
        if details.is_some() {
            return self.pushed(&endpoint, &parameters).await;
        }
        Url::parse_with_params(&endpoint, parameters).map(String::from).map_err(|_| Refused::Unreachable)
    }

    /// RFC 9126: what is confirmed goes from server to server, so that no address bar carries it.
    async fn pushed(&self, endpoint: &str, parameters: &[(&'static str, &str)]) -> Result<String, Refused> {
        #[derive(Deserialize)]
        struct Pushed {
            request_uri: String,
        }
        let provider = self.discover().await?;
        let form = parameters.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let pushed: Pushed = ask(self.authenticate(&provider.pushed_authorization_request_endpoint, form)?).await?;
        let short = [("client_id", self.config.client_id.as_str()), ("request_uri", pushed.request_uri.as_str())];
        Url::parse_with_params(endpoint, short).map(String::from).map_err(|_| Refused::Unreachable)
    }

    /// Code → tokens → who it is.
    pub(super) async fn redeem(&self, code: &str, pending: &Pending) -> Result<Person, Refused> {
        let provider = self.discover().await?;
        let redirect_uri = self.redirect_uri();
        let form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", redirect_uri),
            ("code_verifier", pending.verifier.clone()),
        ];
        let request = self.authenticate(&provider.token_endpoint, form)?;
        let tokens: Tokens = ask(request).await?;
        let jwks: Jwks = ask(self.http.get(&provider.jwks_uri)).await?;
        let id = self.believe(&tokens.id_token, &jwks, &pending.nonce, now())?;
        let claims = ask(self.http.get(&provider.userinfo_endpoint).bearer_auth(&tokens.access_token)).await?;
        let evidence = match pending.ask {
            Ask::Login => None,
            Ask::Pay | Ask::Confirm => self.evidence(&provider, &tokens, &id, &jwks).await?,
        };
        Ok(Person { evidence, ..id.person(claims, pending)? })
    }

    async fn discover(&self) -> Result<Discovery, Refused> {
        discover(&self.http, &self.config.issuer).await
    }

    fn authenticate(&self, endpoint: &str, mut form: Vec<(&'static str, String)>) -> Result<RequestBuilder, Refused> {
        let post = self.http.post(endpoint);
        let client_id = &self.config.client_id;
        let request = match &self.config.auth {
            Auth::ClientSecretBasic(secret) => post.basic_auth(client_id, Some(secret)),
            Auth::ClientSecretPost(secret) => {
                form.retain(|(name, _)| *name != "client_id");
                form.extend([("client_id", client_id.clone()), ("client_secret", secret.clone())]);
                post
            }
            // Another contract, another party.
            Auth::Compat(_) => return Err(Refused::Unreachable),
            Auth::PrivateKeyJwt(key) => {
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                let assertion = self.assertion(key).map_err(|_| Refused::Unreachable)?;
                form.extend([("client_assertion_type", kind.to_owned()), ("client_assertion", assertion)]);
                post
            }
        };
        Ok(request.form(&form))
    }

    /// RFC 7523 §3; the audience is the issuer.
    fn assertion(&self, key: &protocol::jose::SigningKey) -> Result<String, JoseError> {
        let mut jti = [0; 16];
        aws_lc_rs::rand::fill(&mut jti).map_err(|_| JoseError::BadKey)?;
        let (id, now) = (&self.config.client_id, now());
        let claims =
            json!({ "iss": id, "sub": id, "aud": self.config.issuer, "jti": b64u(jti), "iat": now, "exp": now + 60 });
        key.sign_with(&json!({ "alg": "ES256", "typ": "JWT", "kid": key.kid() }), &claims)
    }

    fn believe(&self, compact: &str, jwks: &Jwks, nonce: &str, now: i64) -> Result<IdToken, Refused> {
        let jwt = Jwt::parse(compact).map_err(|_| Refused::Token("form"))?;
        let token: IdToken = jwks.verify(&jwt).map_err(|_| Refused::Token("signature"))?;
        token.believe(&self.config.issuer, &self.config.client_id, nonce, now)?;
        Ok(token)
    }

    /// The proof of what was paid or confirmed, to keep: signed by the provider, for us, of this very answer.
    async fn evidence(
        &self,
        provider: &Discovery,
        tokens: &Tokens,
        id: &IdToken,
        jwks: &Jwks,
    ) -> Result<Option<String>, Refused> {
        let Some(promised) = &id.zelf_evidence else { return Ok(None) };
        let request = self.http.get(&provider.zelf_evidence_endpoint).bearer_auth(&tokens.access_token);
        let proof = text(request).await?;
        self.keeps(&proof, jwks, &id.sub, promised)?;
        Ok(Some(proof))
    }

    /// # Errors
    /// What is wrong with the proof.
    fn keeps(&self, proof: &str, jwks: &Jwks, sub: &str, promised: &str) -> Result<(), Refused> {
        let jwt = Jwt::parse(proof).map_err(|_| Refused::Token("evidence"))?;
        let told: Value = jwks.verify(&jwt).map_err(|_| Refused::Token("evidence"))?;
        let says = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
        let ours = jwt.header.typ.as_deref() == Some(EVIDENCE)
            && says("iss") == self.config.issuer
            && says("aud") == self.config.client_id
            && (says("sub"), says("rcp")) == (sub, promised);
        if ours { Ok(()) } else { Err(Refused::Token("evidence")) }
    }
}

/// `typ` of a proof.
const EVIDENCE: &str = "zelf-evidence+jwt";

#[cfg(test)]
mod tests;
