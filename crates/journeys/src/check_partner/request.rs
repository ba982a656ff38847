//! A request of the partner's own, before a person is sent on it: an authorization URL, a request object, or its members as JSON.

use std::collections::BTreeSet;

use protocol::jose::jwt::Jwt;
use protocol::oidc::attributes::Scope;
use protocol::oidc::authorize::{self, AuthorizeError, Found};
use protocol::oidc::partner::{Mount, Partner};
use protocol::oidc::{Pairs, query_pairs, release};
use serde_json::{Map, Value};

use super::{Findings, Rules, Weight};
use crate::World;
use crate::read_request::{self, Misread};

/// Members of `claims` that are no data of a person.
const PROTOCOL: [&str; 4] = ["sub", "acr", "auth_time", "verified_claims"];
const SERVICE: &str = "service:";

type Parameters = Vec<(String, String)>;

pub(super) async fn judge(world: &World, partner: &Partner, text: &str, rules: Rules, found: &mut Findings) {
    let Some(request) = read(text.trim()) else {
        found.breaks(
            "request",
            "This is neither an authorization URL nor a request object nor JSON.",
            "Give the whole address a browser is sent to, or a file with the object.",
        );
        return;
    };
    let Request { mut parameters, in_browser } = request;
    if in_browser && value(&parameters, "client_id") != Some(&partner.id) {
        found.breaks(
            "client_id",
            format!("The request is not by {}: its client_id is another, or missing, or there twice.", partner.id),
            "Send the client_id as registered.",
        );
        return;
    }
    let object = value(&parameters, "request").map(str::to_owned);
    if let Some(compact) = &object {
        parameters = opened(world, partner, compact, parameters, rules, found).await;
    } else if value(&parameters, "request_uri").is_some() {
        found.care(
            "request_uri",
            "What lies at request_uri was not looked at.",
            "Give the request object itself, in a file, to have it looked at.",
        );
    }
    let service = service(partner, &parameters, found);
    if value(&parameters, "request_uri").is_none() {
        address(partner, service.as_deref(), &parameters, found);
        scopes(partner, service.as_deref(), &parameters, found);
        claims(partner, service.as_deref(), &parameters, found);
        challenge(partner, &parameters, found);
    }
    if found.0.iter().all(|finding| finding.weight != Weight::Breaks) {
        verdict(world, partner, &parameters, object.is_some(), in_browser, found);
    }
}

struct Request {
    parameters: Parameters,
    /// It comes through a browser; else it is what the partner itself sends.
    in_browser: bool,
}

fn read(text: &str) -> Option<Request> {
    if text.starts_with("https://") || text.starts_with("http://") {
        let (_, query) = text.split_once('?')?;
        let parameters = query_pairs(query.split('#').next().unwrap_or_default())?;
        return Some(Request { parameters, in_browser: true });
    }
    if text.starts_with('{') {
        let members: Map<String, Value> = serde_json::from_str(text).ok()?;
        return Some(Request { parameters: pairs(members), in_browser: false });
    }
    let parts = text.split('.').count();
    let parameters = vec![("request".to_owned(), text.to_owned())];
    (parts == 3 || parts == 5).then_some(Request { parameters, in_browser: false })
}

fn pairs(members: Map<String, Value>) -> Parameters {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    members.into_iter().map(|(name, value)| (name, text(value))).collect()
}

/// The one value of a parameter.
fn value<'a>(parameters: &'a Pairs, name: &str) -> Option<&'a str> {
    let mut values = parameters.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let first = values.next().filter(|value| !value.is_empty());
    first.filter(|_| values.next().is_none())
}

/// What stands in the object and beside it; where it is not believed, what it says all the same, so that the rest can be looked at.
async fn opened(
    world: &World,
    partner: &Partner,
    compact: &str,
    beside: Parameters,
    rules: Rules,
    found: &mut Findings,
) -> Parameters {
    if !(rules.offline && partner.jwks_uri.is_some()) {
        match read_request::object(world, partner, compact, &beside, partner.must_sign()).await {
            Ok((parameters, _)) => return parameters,
            Err(Misread::Refused(error, why)) => {
                let what = format!("The request object is refused ({}): {why}.", error.name(partner.mount));
                found.breaks(
                    "request",
                    what,
                    "Sign it with a registered key, for the right audience, and send it in time.",
                );
            }
            Err(Misread::Failed(failure)) => {
                let what = format!("The request object could not be looked at: {failure:?}.");
                found.care("request", what, "Try again.");
            }
        }
    }
    let decrypted = world.keys.op().decrypt(compact, world.now()).ok().and_then(|plain| String::from_utf8(plain).ok());
    let jws = decrypted.as_deref().unwrap_or(compact);
    let inside: Option<Map<String, Value>> = Jwt::parse(jws).ok().and_then(|jwt| jwt.unverified().ok());
    let mut parameters = inside.map(pairs).unwrap_or_default();
    let known: BTreeSet<String> = parameters.iter().map(|(name, _)| name.clone()).collect();
    parameters.extend(beside.into_iter().filter(|(name, _)| name != "request" && !known.contains(name)));
    parameters
}

/// The service that the scope names, on the mount that has them.
fn service(partner: &Partner, parameters: &Pairs, found: &mut Findings) -> Option<String> {
    if partner.mount == Mount::Standard {
        return None;
    }
    let scope = value(parameters, "scope").unwrap_or_default();
    let codes: Vec<&str> = scope.split(' ').filter_map(|word| word.strip_prefix(SERVICE)).collect();
    let [code] = codes.as_slice() else {
        let what = format!("The scope names {} services; it must name exactly one.", codes.len());
        found.breaks("scope", what, "Add service:CODE with the code of a service that is registered.");
        return None;
    };
    if partner.service(code).is_none() {
        let what = format!("Service {code} is not registered for {}.", partner.id);
        found.breaks("scope", what, format!("zelf service add {} {code}", partner.id));
        return None;
    }
    Some((*code).to_owned())
}

fn address(partner: &Partner, service: Option<&str>, parameters: &Pairs, found: &mut Findings) {
    let Some(uri) = value(parameters, "redirect_uri") else {
        found.breaks("redirect_uri", "redirect_uri is missing, or there twice.", "Send one.");
        return;
    };
    if (partner.mount == Mount::Compat && service.is_none())
        || partner.redirects(service).iter().any(|known| known == uri)
    {
        return;
    }
    let todo = "Register it, or send a registered one: addresses are compared character by character.";
    let near = partner
        .redirects(service)
        .iter()
        .find(|known| known.trim_end_matches('/').eq_ignore_ascii_case(uri.trim_end_matches('/')));
    let what = match near {
        Some(near) => format!("{uri} is not registered; {near} is, and differs in a slash or in capitals."),
        None => {
            format!("{uri} is not registered{}.", service.map_or(String::new(), |code| format!(" for service {code}")))
        }
    };
    found.breaks("redirect_uri", what, todo);
}

fn scopes(partner: &Partner, service: Option<&str>, parameters: &Pairs, found: &mut Findings) {
    let words: Vec<&str> =
        value(parameters, "scope").unwrap_or_default().split(' ').filter(|w| !w.is_empty()).collect();
    if !words.contains(&"openid") {
        found.breaks("scope", "The scope does not hold openid.", "Add openid.");
    }
    for word in words.into_iter().filter(|word| !word.starts_with(SERVICE) && *word != "offline_access") {
        match Scope::parse(word).filter(|scope| Scope::of(partner.mount).contains(scope)) {
            None => found.care("scope", format!("\"{word}\" is not a scope we know: it is ignored."), "Leave it out."),
            Some(Scope::Openid) => {}
            Some(scope) if partner.scopes_of(service).contains(&scope) => {}
            Some(_) => found.breaks(
                "scope",
                format!("The scope \"{word}\" is asked and not registered: the request is refused (invalid_scope)."),
                "Register it, or leave it out.",
            ),
        }
    }
}

/// Claims asked but not registered, and those that nobody knows.
fn claims(partner: &Partner, service: Option<&str>, parameters: &Pairs, found: &mut Findings) {
    let Some(text) = value(parameters, "claims") else { return };
    let Ok(Value::Object(sets)) = serde_json::from_str::<Value>(text) else {
        found.breaks("claims", "claims is not a JSON object.", "Send JSON with the members userinfo and id_token.");
        return;
    };
    for (set, members) in &sets {
        if !["userinfo", "id_token"].contains(&set.as_str()) {
            let what = format!("claims has a member \"{set}\", which nobody reads.");
            found.care("claims", what, "Ask under userinfo or id_token.");
            continue;
        }
        for name in members.as_object().into_iter().flat_map(Map::keys) {
            claim(partner, service, name, found);
        }
    }
}

fn claim(partner: &Partner, service: Option<&str>, name: &str, found: &mut Findings) {
    if name == "verified_claims" && !partner.verified_claims {
        let what = "verified_claims is asked and not registered: it will never be answered.";
        found.breaks("claims", what, "Set verified_claims = true, or leave it out.");
    }
    // Members of a template are what is confirmed, not what is asked.
    let template = partner.mount == Mount::Compat && name.contains("claim_approval_");
    if PROTOCOL.contains(&name) || template {
        return;
    }
    // An older `#language` or another mount's name is unknown here.
    if release::claim(partner.mount, name).is_none() {
        let what = format!("\"{name}\" is not a claim we know: it will never be answered.");
        found.breaks("claims", what, "Correct the name; docs/partners/reference.md lists them all.");
    } else if !partner.service_may_ask(service, name) {
        let what = format!("The claim \"{name}\" is asked and not registered: it will never be answered.");
        let todo = "Register it (claims, or a scope that holds it), or leave it out.";
        found.breaks("claims", what, todo);
    }
}

fn challenge(partner: &Partner, parameters: &Pairs, found: &mut Findings) {
    match (value(parameters, "code_challenge"), value(parameters, "code_challenge_method")) {
        (Some(_), Some("S256")) => {}
        (Some(_), _) => {
            found.breaks("code_challenge", "code_challenge_method is not S256.", "Send S256: plain proves nothing.");
        }
        (None, _) if partner.needs_pkce() => found.breaks(
            "code_challenge",
            "There is no code_challenge, and this partner must send one (PKCE).",
            "Send code_challenge and code_challenge_method=S256.",
        ),
        (None, _) => found.care(
            "code_challenge",
            "There is no code_challenge: a stolen code is worth more.",
            "Send code_challenge and code_challenge_method=S256 once the software can.",
        ),
    }
}

/// What the server itself would say.
fn verdict(world: &World, partner: &Partner, parameters: &Pairs, signed: bool, in_browser: bool, found: &mut Findings) {
    let mut parameters = parameters.to_vec();
    if value(&parameters, "client_id").is_none() {
        parameters.push(("client_id".into(), partner.id.clone()));
    }
    let opening = authorize::opening(&parameters, partner.mount, &world.partners.all());
    let looked_at = value(&parameters, "request_uri").is_none();
    let result = match opening {
        Err(error) if in_browser && !signed => Err(error),
        _ if looked_at => {
            let object = signed.then(String::new);
            let how = Found { object, pushed: !in_browser, ..Found::default() };
            authorize::parse(partner, &parameters, &how).map(|_| ())
        }
        _ => Ok(()),
    };
    let what = match result {
        Ok(()) => return,
        Err(AuthorizeError::Page(error)) => {
            format!("The person would see a page with {} and not come back.", error.code(partner.mount))
        }
        Err(AuthorizeError::Redirect(error)) => {
            format!("The request is refused ({}): {}.", error.error.name(partner.mount), error.description)
        }
    };
    found.breaks("request", what, "Correct the request.");
}
