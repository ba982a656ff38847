//! Whether a registration holds together.

use std::collections::BTreeSet;

use super::{ClientAuth, Grant, Mount, Names, Partner, PartnerError, Service};
use crate::jose::{KeyAlg, KeySet, SigAlg, VerifyKey};
use crate::oidc::release;
use crate::oidc::uri::{self, RedirectUri};
use crate::plain;

/// Longest name and purpose, in characters.
const MAX_NAME: usize = 64;
const MAX_PURPOSE: usize = 300;

/// In one list.
const MOST_ADDRESSES: usize = 32;

impl Partner {
    /// # Errors
    /// The first mistake found.
    pub fn validate(&self) -> Result<(), PartnerError> {
        self.problem().map_or(Ok(()), |problem| Err(PartnerError { partner: self.id.clone(), problem }))
    }

    fn problem(&self) -> Option<String> {
        let id_char = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        if self.id.is_empty() || self.id.len() > 64 || !self.id.bytes().all(id_char) {
            return Some("id must be 1 to 64 letters, digits, dots, dashes or underscores".into());
        }
        if let Some(problem) = self.words_problem() {
            return Some(problem);
        }
        if let Err(why) = uri::domain(&self.domain) {
            return Some(format!("domain \"{}\" {why}", self.domain));
        }
        let mut asked = self.claims.iter().chain(self.services.iter().flat_map(|service| &service.claims));
        if let Some(unknown) = asked.find(|name| release::claim(self.mount, name).is_none()) {
            return Some(format!("claims: \"{unknown}\" is not a claim we know"));
        }
        let problem = self.fapi_problem().or_else(|| self.old_problem()).or_else(|| self.request_problem());
        if let Some(problem) = problem.or_else(|| self.key_problem()) {
            return Some(problem);
        }
        if self.response.sign == Some(SigAlg::HS256) {
            return Some(
                "response.sign cannot be HS256: answers that pass through a browser are signed with our keys".into(),
            );
        }
        if self
            .sector
            .as_ref()
            .is_some_and(|s| s.is_empty() || s.len() > 253 || !s.bytes().all(|b| b.is_ascii_graphic()))
        {
            return Some("sector must be a host name or an id".into());
        }
        self.redirect_problem()
    }

    /// Names and purposes are lines of what the phone draws and signs.
    fn words_problem(&self) -> Option<String> {
        let named =
            |names: &Names| names.all().iter().all(|name| !name.trim().is_empty() && plain::line(name, MAX_NAME));
        let said = |names: &Names| names.all().iter().all(|why| plain::line(why, MAX_PURPOSE));
        let of_services = |what: fn(&Service) -> Option<&Names>, fits: &dyn Fn(&Names) -> bool| {
            self.services.iter().find(|service| !what(service).is_none_or(fits)).map(|service| service.code.clone())
        };
        if !named(&self.name) {
            return Some("name must be one line of 1 to 64 visible characters in nl, fr, de and en".into());
        }
        if let Some(code) = of_services(|service| service.name.as_ref(), &named) {
            return Some(format!("service \"{code}\": name must be one line of 1 to 64 visible characters"));
        }
        if !self.purpose.as_ref().is_none_or(said) {
            return Some("purpose must be one line of at most 300 visible characters in nl, fr, de and en".into());
        }
        let code = of_services(|service| service.purpose.as_ref(), &said)?;
        Some(format!("service \"{code}\": purpose must be one line of at most 300 visible characters"))
    }

    /// FAPI 2.0 Security Profile §5.3.2.1 and §5.4.1.
    fn fapi_problem(&self) -> Option<String> {
        if !self.fapi() || self.legacy {
            return None;
        }
        if matches!(self.auth, ClientAuth::ClientSecret { .. }) {
            return Some("auth: FAPI 2.0 does not accept a client secret, unless legacy is set".into());
        }
        let signed = [
            ("id_token_alg", Some(self.id_token_alg())),
            ("userinfo", self.userinfo.sign),
            ("response", self.response.sign),
        ];
        let weak =
            signed.into_iter().find_map(|(member, alg)| Some((member, alg.filter(|a| !SigAlg::FAPI.contains(a))?)));
        weak.map(|(member, alg)| {
            format!("{member}: {} is not allowed under FAPI 2.0, unless legacy is set", alg.as_str())
        })
    }

    /// A secret signs no request, and FAPI knows no RS256.
    fn request_problem(&self) -> Option<String> {
        let known = if self.fapi() && !self.legacy { &SigAlg::FAPI[..] } else { &SigAlg::ASYMMETRIC };
        let alg = self.request_alg.filter(|alg| !known.contains(alg))?;
        Some(format!("request_alg: requests of this client are not signed with {}", alg.as_str()))
    }

    /// RSA-OAEP hashes with SHA-1. Software of the compatible mount may know nothing else.
    fn old_problem(&self) -> Option<String> {
        let sealed = [
            ("id_token_encryption", self.id_token_encryption),
            ("userinfo", self.userinfo.encrypt),
            ("response", self.response.encrypt),
        ];
        let old = sealed.into_iter().find(|(_, how)| how.is_some_and(|how| how.alg == KeyAlg::RsaOaep));
        let (member, _) = old.filter(|_| self.mount == Mount::Standard && !self.legacy)?;
        Some(format!("{member}: RSA-OAEP is for legacy partners only: choose RSA-OAEP-256, or set legacy"))
    }

    fn key_problem(&self) -> Option<String> {
        if self.jwks.is_some() && self.jwks_uri.is_some() {
            return Some("jwks and jwks_uri are both there: one of them".into());
        }
        if let Some(why) = self.jwks_uri.as_ref().and_then(|uri| RedirectUri::parse(uri).err()) {
            return Some(format!("jwks_uri {why}"));
        }
        if let Some(error) = self.jwks.as_ref().and_then(|set| KeySet::from_value(set).err()) {
            return Some(format!("jwks: {error}"));
        }
        let jwks = match &self.auth {
            ClientAuth::PrivateKeyJwt { jwks } => jwks,
            ClientAuth::TlsClientAuth(name) => return name.problem().map(str::to_owned),
            ClientAuth::ClientSecret { .. } | ClientAuth::SelfSignedTlsClientAuth {} => return None,
        };
        let elsewhere = self.jwks.is_some() || self.jwks_uri.is_some();
        if (jwks.is_empty() && !elsewhere) || jwks.len() > 8 {
            return Some("auth.jwks must hold 1 to 8 keys".into());
        }
        let own = match KeySet::from_keys(jwks) {
            Ok(own) => own,
            Err(error) => return Some(format!("auth.jwks: {error}")),
        };
        let set = self.jwks.as_ref().and_then(|set| KeySet::from_value(set).ok());
        let signs = own.iter().chain(set.iter().flat_map(KeySet::iter)).any(signs);
        (!signs && self.jwks_uri.is_none()).then(|| "its keys hold none to sign with".into())
    }

    fn redirect_problem(&self) -> Option<String> {
        let only_ciba = self.mount == Mount::Compat || !self.grants.contains(&Grant::AuthorizationCode);
        if (self.redirect_uris.is_empty() && !only_ciba) || self.redirect_uris.len() > MOST_ADDRESSES {
            return Some("redirect_uris must hold 1 to 32 addresses".into());
        }
        let mut seen = BTreeSet::new();
        for redirect in self.redirect_uris.iter().chain(self.services.iter().flat_map(|s| &s.redirect_uris)) {
            if let Err(why) = RedirectUri::parse(redirect) {
                return Some(format!("redirect_uris: \"{redirect}\" {why}"));
            }
            if !seen.insert(redirect) && self.redirect_uris.contains(redirect) {
                return Some(format!("redirect_uris: \"{redirect}\" is there twice"));
            }
        }
        // Otherwise adding an address would silently give everybody another `sub` (OpenID Core §8.1), and what runs on anybody's
        // own machine would learn the names that belong to a host.
        let here = self.redirect_uris.iter().any(|uri| RedirectUri::parse(uri).is_ok_and(|uri| uri.loopback));
        if self.sector.is_none() && self.hosts().len() + usize::from(here) > 1 {
            return Some(
                "redirect_uris are on several hosts (this machine is one): say which sector they belong to".into(),
            );
        }
        self.address_problem()
    }

    /// All other addresses that are called, or that people are led to.
    fn address_problem(&self) -> Option<String> {
        let endpoint = self.ciba.as_ref().and_then(|ciba| ciba.notification_endpoint.as_ref());
        let ways_out = self.post_logout_redirect_uris.iter().map(|uri| ("post_logout_redirect_uris", uri.as_str()));
        // A fragment only tells versions of an object apart (OpenID Core §6.2).
        let bare = |uri: &'_ String| uri.find('#').unwrap_or(uri.len());
        let objects = self.request_uris.iter().map(|uri| ("request_uris", uri.get(..bare(uri)).unwrap_or_default()));
        let single = [
            ("backchannel_logout_uri", self.backchannel_logout_uri.as_ref()),
            ("initiate_login_uri", self.initiate_login_uri.as_ref()),
            ("sector_identifier_uri", self.sector_identifier_uri.as_ref()),
            ("ciba.notification_endpoint", endpoint),
        ];
        let single = single.into_iter().filter_map(|(name, uri)| Some((name, uri?.as_str())));
        if self.post_logout_redirect_uris.len() > MOST_ADDRESSES || self.request_uris.len() > MOST_ADDRESSES {
            return Some("post_logout_redirect_uris and request_uris hold at most 32 addresses each".into());
        }
        let wrong =
            |(name, uri): (&str, &str)| RedirectUri::parse(uri).err().map(|why| format!("{name}: \"{uri}\" {why}"));
        ways_out.chain(objects).chain(single).find_map(wrong)
    }
}

/// True for a key whose signatures we read.
fn signs(key: &VerifyKey) -> bool {
    SigAlg::ASYMMETRIC.iter().any(|alg| key.takes(*alg))
}
