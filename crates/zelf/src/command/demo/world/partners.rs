//! What a demo world registers beside the municipality: three more services with a page of their own, and clients for tests.

use std::sync::Arc;

use demo::service::{Auth, ServiceConfig, Site};
use serde_json::{Value, json};
use words::Lang;

use super::World;
use super::keys::{ec, private_jwks, public_jwk};

/// Where clients for tests are sent back to: nobody listens there.
const NOWHERE: &str = "http://localhost:9/callback";

fn names(key: &'static str) -> Value {
    let [nl, fr, de, en] = Lang::ALL.map(|lang| words::t(lang, key));
    json!({ "nl": nl, "fr": fr, "de": de, "en": en })
}

fn called(name: &str) -> Value {
    json!({ "nl": name, "fr": name, "de": name, "en": name })
}

/// RS256 signed, RSA-OAEP-256 sealed: what the `/v2` contract writes.
fn sealed() -> Value {
    json!({ "sign": "RS256", "encrypt": { "alg": "RSA-OAEP-256", "enc": "A128CBC-HS256" } })
}

impl World {
    fn callback(&self, port: u16) -> String {
        format!("{}/callback", self.url(port))
    }

    /// The rest of `[[partner]]`.
    pub(super) fn more_partners(&self) -> Result<String, String> {
        let partners = [self.energy()?, self.housing()?, self.fund()?, self.fapi()?, self.ciba()?, self.compat()?];
        toml::to_string(&json!({ "partner": partners })).map_err(|e| e.to_string())
    }

    fn energy(&self) -> Result<Value, String> {
        Ok(json!({
            "id": "stroom", "name": names("service.energy.name"), "domain": self.host(),
            "redirect_uris": [self.callback(self.ports.energy)],
            "claims": ["given_name", "family_name", "address", "email", "phone_number", "birthdate"],
            "purpose": names("service.energy.purpose"),
            "auth": { "method": "private_key_jwt", "jwks": [public_jwk(&ec(&self.keys.energy)?)] },
        }))
    }

    fn housing(&self) -> Result<Value, String> {
        Ok(json!({
            "id": "wonen", "name": names("service.housing.name"), "domain": self.host(),
            "redirect_uris": [self.callback(self.ports.housing)], "scopes": ["profile"],
            "authorization_details": ["payment_initiation", "confirm_text"],
            "auth": { "method": "private_key_jwt", "jwks": [public_jwk(&ec(&self.keys.housing)?)] },
        }))
    }

    fn fund(&self) -> Result<Value, String> {
        Ok(json!({
            "id": "ziekenfonds", "name": names("service.fund.name"), "domain": self.host(), "mount": "compat",
            "redirect_uris": [], "jwks": self.keys.fund.keys()?.jwks(), "id_token_alg": "RS256",
            "id_token_encryption": { "alg": "RSA-OAEP-256", "enc": "A128CBC-HS256" }, "userinfo": sealed(),
            "service": [{
                "code": "FONDS_LOKET", "kind": "identification", "purpose": names("service.fund.purpose"),
                "redirect_uris": [self.callback(self.ports.fund)], "scopes": ["profile", "address", "phone", "eid"],
            }],
            "auth": { "method": "private_key_jwt" },
        }))
    }

    fn fapi(&self) -> Result<Value, String> {
        Ok(json!({
            "id": "fapi", "name": called("FAPI test"), "domain": "localhost", "redirect_uris": [NOWHERE],
            "scopes": ["profile", "email", "phone", "address"], "security": "fapi2_signed",
            "grants": ["authorization_code", "refresh_token"], "response": { "sign": "ES256" },
            "auth": { "method": "private_key_jwt", "jwks": [public_jwk(&ec(&self.keys.fapi)?)] },
        }))
    }

    fn ciba(&self) -> Result<Value, String> {
        Ok(json!({
            "id": "ciba", "name": called("CIBA test"), "domain": "localhost", "redirect_uris": [NOWHERE],
            "scopes": ["profile", "email", "phone"], "ciba": { "delivery": "poll" },
            "grants": ["authorization_code", "urn:openid:params:grant-type:ciba"],
            "auth": { "method": "private_key_jwt", "jwks": [public_jwk(&ec(&self.keys.ciba)?)] },
        }))
    }

    fn compat(&self) -> Result<Value, String> {
        let service = |code: &str, kind: &str| {
            json!({ "code": code, "kind": kind, "redirect_uris": [NOWHERE],
                "scopes": ["profile", "email", "phone", "address", "eid", "idDocument"] })
        };
        Ok(json!({
            "id": "compat", "name": called("Compat test"), "domain": "localhost", "mount": "compat", "redirect_uris": [],
            "jwks": self.keys.compat.keys()?.jwks(), "id_token_alg": "RS256",
            "id_token_encryption": { "alg": "RSA-OAEP-256", "enc": "A128CBC-HS256" }, "userinfo": sealed(),
            "ciba": { "delivery": "poll" }, "grants": ["authorization_code", "urn:openid:params:grant-type:ciba"],
            "service": [service("TEST_LOGIN", "authentication"), service("TEST_SHARE", "identification"),
                service("TEST_APPROVAL", "confirmation")],
            "auth": { "method": "private_key_jwt" },
        }))
    }

    /// The same for `demo.json`, with the private keys.
    pub(super) fn more_services(&self) -> Result<Vec<Value>, String> {
        let page = |id: &str, key: &'static str, port: u16, jwks: Value| {
            json!({ "id": id, "name": words::t(Lang::En, key), "url": self.url(port), "client_id": id,
                "auth": "private_key_jwt", "redirect_uris": [self.callback(port)], "jwks": jwks })
        };
        let test = |id: &str, jwks: Value| {
            json!({ "id": id, "name": id, "url": "http://localhost:9", "client_id": id, "auth": "private_key_jwt",
                "redirect_uris": [NOWHERE], "jwks": jwks })
        };
        let (ports, keys) = (&self.ports, &self.keys);
        let compat = |mut told: Value, codes: &[&str]| {
            if let Some(members) = told.as_object_mut() {
                members.insert("mount".into(), "compat".into());
                members.insert("services".into(), json!(codes));
            }
            told
        };
        Ok(vec![
            page("stroom", "service.energy.name", ports.energy, private_jwks(&keys.energy)?),
            page("wonen", "service.housing.name", ports.housing, private_jwks(&keys.housing)?),
            compat(page("ziekenfonds", "service.fund.name", ports.fund, keys.fund.private_jwks()?), &["FONDS_LOKET"]),
            test("fapi", private_jwks(&keys.fapi)?),
            test("ciba", private_jwks(&keys.ciba)?),
            compat(test("compat", keys.compat.private_jwks()?), &["TEST_LOGIN", "TEST_SHARE", "TEST_APPROVAL"]),
        ])
    }

    /// The services with a page, each with the port it listens on.
    pub(super) fn pages(&self, issuer: &str) -> Result<Vec<(u16, ServiceConfig)>, String> {
        let make = |port: u16, client_id: &str, site: Site, auth: Auth| {
            let config = ServiceConfig {
                base_url: self.url(port),
                issuer: issuer.to_owned(),
                client_id: client_id.to_owned(),
                auth,
                frame_ancestors: vec![self.url(self.ports.story)],
                roots: self.roots(),
                site,
            };
            (port, config)
        };
        let key = |scalar: &str| ec(scalar).map(|key| Auth::PrivateKeyJwt(Arc::new(key)));
        let (ports, keys) = (&self.ports, &self.keys);
        Ok(vec![
            make(ports.service, super::SERVICE_ID, Site::Town, key(&self.secrets.service_key)?),
            make(ports.energy, "stroom", Site::Energy, key(&keys.energy)?),
            make(ports.housing, "wonen", Site::Housing, key(&keys.housing)?),
            make(ports.fund, "ziekenfonds", Site::Fund, Auth::Compat(Arc::new(keys.fund.keys()?))),
        ])
    }
}
