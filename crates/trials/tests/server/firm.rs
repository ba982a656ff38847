//! A partner that signs what it sends: a client of either mount, registered while the server runs.

use std::sync::atomic::{AtomicU64, Ordering};

use journeys::partners::Secret;
use protocol::jose::SigningKey;
use protocol::oidc::client_auth::ASSERTION_TYPE;
use serde_json::{Value, json};
use zelf_trials::town::{Reply, Town};

pub const CIBA_GRANT: &str = "urn:openid:params:grant-type:ciba";

pub struct Firm {
    pub id: String,
    /// What stands behind the issuer: empty, or `/v2`.
    pub path: &'static str,
    key: SigningKey,
    throws: AtomicU64,
}

impl Firm {
    /// Registers one; `more` is laid over what is the same for all.
    pub async fn opens(town: &Town, id: &str, path: &'static str, more: Value) -> Firm {
        Firm::opens_with(town, id, path, more, Secret::Forget).await
    }

    /// As [`Firm::opens`], with a secret that things are signed with.
    pub async fn opens_with(town: &Town, id: &str, path: &'static str, more: Value, secret: Secret) -> Firm {
        let key = SigningKey::generate(&format!("{id}-1")).unwrap();
        let jwk = key.public().jwk();
        let jwk = json!({ "kty": jwk.kty, "crv": jwk.crv, "x": jwk.x, "y": jwk.y, "kid": key.kid(), "alg": "ES256" });
        let name = format!("Firma {id}");
        let mut registered = json!({
            "id": id, "name": { "nl": name, "fr": name, "de": name, "en": name }, "domain": format!("{id}.example"),
            "redirect_uris": [], "auth": { "method": "private_key_jwt", "jwks": [jwk] }, "grants": [CIBA_GRANT],
            "scopes": ["profile", "phone"], "claims": [], "ciba": { "delivery": "poll" }, "id_token_alg": "ES256",
            "mount": if path.is_empty() { "standard" } else { "compat" },
        });
        for (name, value) in more.as_object().unwrap() {
            registered[name] = value.clone();
        }
        town.registers_with(registered, secret).await;
        Firm { id: id.to_owned(), path, key, throws: AtomicU64::new(0) }
    }

    pub fn throw(&self) -> u64 {
        self.throws.fetch_add(1, Ordering::Relaxed)
    }

    pub fn issuer(&self, town: &Town) -> String {
        format!("{}{}", town.issuer, self.path)
    }

    /// A JWT with the firm's key.
    pub fn signs(&self, claims: &Value) -> String {
        self.key.sign_with(&json!({ "alg": "ES256", "kid": self.key.kid() }), claims).unwrap()
    }

    pub fn assertion(&self, town: &Town, audience: &str) -> String {
        self.signs(&json!({
            "iss": self.id, "sub": self.id, "aud": format!("{}{audience}", self.issuer(town)),
            "jti": format!("jti-{}-{}", self.id, self.throw()), "iat": town.now(), "exp": town.now() + 60,
        }))
    }

    /// A form, with an assertion for the mount's issuer.
    pub async fn posts(&self, town: &Town, path: &str, form: &[(&str, &str)]) -> Reply {
        self.posts_for(town, path, "", form).await
    }

    /// A form, with an assertion for this address.
    pub async fn posts_for(&self, town: &Town, path: &str, audience: &str, form: &[(&str, &str)]) -> Reply {
        let assertion = self.assertion(town, audience);
        let proof = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion.as_str())];
        let form: Vec<(&str, &str)> = form.iter().copied().chain(proof).collect();
        let request = town.http.post(format!("{}{path}", self.issuer(town))).form(&form);
        Reply::read(request.send().await.unwrap()).await
    }

    /// Looks for the answer.
    pub async fn looks(&self, town: &Town, auth_req_id: &str) -> Reply {
        self.posts(town, "/token", &[("grant_type", CIBA_GRANT), ("auth_req_id", auth_req_id)]).await
    }

    pub async fn userinfo(&self, town: &Town, tokens: &Value) -> Reply {
        let request = town.http.get(format!("{}/userinfo", self.issuer(town)));
        Reply::read(request.bearer_auth(tokens["access_token"].as_str().unwrap()).send().await.unwrap()).await
    }
}

/// A text member of an answer.
pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}")).to_owned()
}
