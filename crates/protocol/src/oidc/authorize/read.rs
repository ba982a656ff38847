//! The parameters that count, one by one.

use super::super::rar;
use super::super::{LANGUAGES, Mount, Pairs, Repeated, single};
use super::{AuthorizationRequest, AuthorizeError, ErrorCode, PageError, ResponseMode, claims, prompt, proof, scope};
use crate::oidc::partner::{Partner, ServiceKind};

/// Longest `state`, in bytes: frameworks keep their whole way back in it.
pub const MAX_STATE: usize = 4096;
const MAX_NONCE: usize = 512;

/// What the caller found out beside the parameters.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// `h` of the request object that the parameters come from; its signature holds.
    pub object: Option<String>,
    /// That object may be of any age.
    pub undated: bool,
    /// `sub` of an `id_token_hint` that is believed.
    pub hint: Option<String>,
    /// Thumbprint of the key of a DPoP proof that came with a pushed request.
    pub dpop_jkt: Option<String>,
    /// The partner sent it itself (RFC 9126), so no browser could bend it.
    pub pushed: bool,
}

/// Reads the parameters of a request. Those we do not know are ignored.
///
/// # Errors
/// The first refusal, in the order: redirect URI, repeated parameters, the rest.
pub fn parse(partner: &Partner, pairs: &Pairs, found: &Found) -> Result<AuthorizationRequest, AuthorizeError> {
    let required = |name| single(pairs, name).ok().flatten().ok_or(AuthorizeError::Page(PageError::RequestInvalid));
    if required("client_id")? != partner.id {
        return Err(AuthorizeError::Page(PageError::RequestInvalid));
    }
    let redirect_uri = required("redirect_uri")?;
    let service = scope::service(pairs, partner);
    let known = match &service {
        // Which service is not known, or not only: the answer is a refusal, and goes where any of them may be sent back.
        None => scope::any_redirect(partner, redirect_uri),
        Some(code) => partner.redirects(code.as_deref()).iter().any(|registered| registered == redirect_uri),
    };
    if !known {
        return Err(AuthorizeError::Page(PageError::RedirectUriNotRegistered));
    }
    let mut request = AuthorizationRequest {
        client_id: partner.id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        response_mode: mode(pairs, partner.mount).unwrap_or_default(),
        state: single(pairs, "state").ok().flatten().filter(|s| short_line(s, MAX_STATE)).map(str::to_owned),
        mount: partner.mount,
        service: service.flatten(),
        ..AuthorizationRequest::default()
    };
    match request.fill(pairs, partner, found) {
        Ok(()) => Ok(request),
        Err(Wrong(error, description)) => Err(AuthorizeError::Redirect(request.refuse(error, description))),
    }
}

impl AuthorizationRequest {
    fn fill(&mut self, pairs: &Pairs, partner: &Partner, found: &Found) -> Result<(), Wrong> {
        self.request_object.clone_from(&found.object);
        response(pairs, partner)?;
        line(pairs, "state", MAX_STATE, "state is longer than 4096 bytes or has control characters")?;
        let nonce = line(pairs, "nonce", MAX_NONCE, "nonce is longer than 512 bytes or has control characters")?;
        self.nonce = nonce.map(str::to_owned);
        self.prompt = prompt::prompt(pairs)?;
        scope::scopes(self, pairs, partner)?;
        self.code_challenge = proof::code_challenge(pairs, partner)?;
        self.dpop_jkt = proof::dpop_jkt(pairs, found.dpop_jkt.as_deref())?;
        self.max_age = prompt::max_age(pairs)?;
        prompt::display(pairs, partner.mount)?;
        let locales = line(pairs, "ui_locales", 256, "ui_locales is too long")?;
        self.ui_locales = languages(locales.unwrap_or_default());
        self.login_hint = prompt::login_hint(pairs, partner.mount)?;
        self.acr_values = prompt::acr_values(pairs)?;
        claims::read(self, pairs, partner)?;
        self.whom(found)?;
        self.authorization_details = rar::read(single(pairs, "authorization_details")?, partner)?;
        self.suits(partner, found.pushed)?;
        // A copy of it must not call people for ever. The contract of the compatible mount names no times, so none are demanded.
        if partner.mount == Mount::Standard && self.confirm.is_some() && found.undated && !found.pushed {
            let why = "a payment or text needs exp in its request object, or an iat of the last hour";
            return Err(Wrong(ErrorCode::InvalidRequestObject, why));
        }
        Ok(())
    }

    /// What is asked is what partner and service are for.
    pub(super) fn suits(&mut self, partner: &Partner, pushed: bool) -> Result<(), Wrong> {
        match &self.service {
            Some(code) => self.suits_service(partner.service(code).map(|service| service.kind)),
            None => self.confirms_details(pushed),
        }
    }

    /// The hint and the `claims` parameter name one and the same person.
    pub(super) fn whom(&mut self, found: &Found) -> Result<(), Wrong> {
        if let (Some(sub), Some(hint)) = (&self.sub, &found.hint)
            && sub != hint
        {
            return Err(invalid("id_token_hint and claims name different people"));
        }
        self.sub = self.sub.take().or_else(|| found.hint.clone());
        Ok(())
    }

    /// What binds a person never passes through a browser unprotected.
    fn confirms_details(&mut self, pushed: bool) -> Result<(), Wrong> {
        self.confirm = rar::confirm(&self.authorization_details)?;
        if self.confirm.is_some() && !pushed && self.request_object.is_none() {
            return Err(invalid("a payment or text to confirm must be pushed or signed"));
        }
        Ok(())
    }

    /// Each service does the one thing it was registered for (reference §5).
    fn suits_service(&self, kind: Option<ServiceKind>) -> Result<(), Wrong> {
        let asks = self.scopes.len() > 1 || self.claims.asks_data();
        match kind {
            Some(ServiceKind::Identification) if !asks => {
                Err(invalid("a service for identification asks at least one claim"))
            }
            Some(ServiceKind::Confirmation) if self.request_object.is_none() => {
                Err(invalid("a service for confirmation needs a request object"))
            }
            Some(ServiceKind::Confirmation) if self.confirm.is_none() => {
                Err(invalid("a service for confirmation needs a template in its claims"))
            }
            Some(ServiceKind::Authentication | ServiceKind::Identification) if self.confirm.is_some() => {
                Err(invalid("this service is not one for confirmation"))
            }
            _ => Ok(()),
        }
    }
}

/// What is wrong, before it is known where to send it.
#[derive(Debug)]
pub(in crate::oidc) struct Wrong(pub(in crate::oidc) ErrorCode, pub(in crate::oidc) &'static str);

pub(in crate::oidc) const fn invalid(description: &'static str) -> Wrong {
    Wrong(ErrorCode::InvalidRequest, description)
}

impl From<Repeated> for Wrong {
    fn from(_: Repeated) -> Self {
        invalid("a parameter is sent more than once")
    }
}

pub(super) fn short_line(text: &str, max: usize) -> bool {
    text.len() <= max && !text.chars().any(char::is_control)
}

/// A parameter that is one line of at most `max` bytes.
pub(super) fn line<'a>(
    pairs: &'a Pairs,
    name: &str,
    max: usize,
    wrong: &'static str,
) -> Result<Option<&'a str>, Wrong> {
    match single(pairs, name)? {
        Some(text) if !short_line(text, max) => Err(invalid(wrong)),
        value => Ok(value),
    }
}

/// How the answer travels; `None` for a way we do not offer. The compatible mount always answers in the query.
pub(super) fn mode(pairs: &Pairs, mount: Mount) -> Option<ResponseMode> {
    let asked = single(pairs, "response_mode").ok()?;
    match (mount, asked) {
        (Mount::Compat, _) | (_, None | Some("query")) => Some(ResponseMode::Query),
        (_, Some("form_post")) => Some(ResponseMode::FormPost),
        // The default of the code flow is the query (JARM §2.3.4).
        (_, Some("jwt" | "query.jwt")) => Some(ResponseMode::QueryJwt),
        (_, Some("form_post.jwt")) => Some(ResponseMode::FormPostJwt),
        _ => None,
    }
}

/// `response_type` and `response_mode`, and the way of registering that we do not offer.
fn response(pairs: &Pairs, partner: &Partner) -> Result<(), Wrong> {
    if single(pairs, "registration")?.is_some() {
        return Err(Wrong(ErrorCode::RegistrationNotSupported, "send plain parameters"));
    }
    single(pairs, "response_mode")?;
    match mode(pairs, partner.mount) {
        None => return Err(invalid("response_mode must be query, form_post, jwt, query.jwt or form_post.jwt")),
        Some(mode) if partner.must_sign_answers() && !mode.signed() => {
            return Err(invalid("response_mode must be jwt, query.jwt or form_post.jwt for this client"));
        }
        Some(_) => {}
    }
    match single(pairs, "response_type")? {
        Some("code") => Ok(()),
        None => Err(invalid("response_type is missing")),
        Some(_) => Err(Wrong(ErrorCode::UnsupportedResponseType, "response_type must be code")),
    }
}

/// Of a list of BCP 47 tags, our languages in the same order, each once.
pub(super) fn languages(tags: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for tag in tags.split(' ') {
        let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        if LANGUAGES.contains(&primary.as_str()) && !out.contains(&primary) {
            out.push(primary);
        }
    }
    out
}
