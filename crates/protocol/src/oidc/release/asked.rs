//! Which claims a request comes to: asked by a scope or one by one, and allowed to this partner or this service of it.

use std::collections::BTreeSet;

use super::names;
use crate::oidc::attributes::Scope;
use crate::oidc::authorize::AuthorizationRequest;
use crate::oidc::partner::Partner;

impl AuthorizationRequest {
    /// Claims that userinfo will give: those of the scopes (OpenID Core §5.4) and those asked there one by one.
    pub fn userinfo_claims(&self, partner: &Partner) -> Vec<&'static str> {
        self.allowed(partner, &self.scopes, |name| self.claims.userinfo.contains_key(name))
    }

    /// Claims that the ID token will give: only those asked there one by one.
    pub fn id_token_claims(&self, partner: &Partner) -> Vec<&'static str> {
        self.allowed(partner, &BTreeSet::new(), |name| self.claims.id_token.contains_key(name))
    }

    /// Everything the partner will learn, verified claims too: what the phone shows.
    pub fn all_claims(&self, partner: &Partner) -> Vec<&'static str> {
        let (id_token, userinfo) = (self.claims.id_token_names(), self.claims.userinfo_names());
        self.allowed(partner, &self.scopes, |name| id_token.contains(name) || userinfo.contains(name))
    }

    fn allowed(
        &self,
        partner: &Partner,
        scopes: &BTreeSet<Scope>,
        one_by_one: impl Fn(&str) -> bool,
    ) -> Vec<&'static str> {
        let of_scope = |name: &str| scopes.iter().any(|scope| scope.claims_of(partner.mount).contains(&name));
        let service = self.service.as_deref();
        names(partner.mount)
            .filter(|name| (of_scope(name) || one_by_one(name)) && partner.service_may_ask(service, name))
            .collect()
    }
}
