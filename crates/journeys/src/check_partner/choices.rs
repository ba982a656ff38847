//! Choices that do not go together.

use protocol::jose::{Encryption, KeyAlg, SigAlg};
use protocol::oidc::partner::{ClientAuth, Delivery, Grant, Mount, Partner, Service, ServiceKind};

use super::Findings;
use crate::{Failure, World, partner_secret, partners};

/// Everything that the registration alone tells.
pub(super) fn judge(partner: &Partner, found: &mut Findings) {
    fapi(partner, found);
    ciba(partner, found);
    services(partner, found);
    moved(partner, found);
    yesterday(partner, found);
    starts(partner, found);
    let refreshes = partner.grants.contains(&Grant::RefreshToken);
    if refreshes && !partner.grants.contains(&Grant::AuthorizationCode) && partner.ciba.is_none() {
        found.breaks(
            "grants",
            "refresh_token is allowed, but no grant that could give the first one.",
            "Add \"authorization_code\" to grants.",
        );
    }
}

fn has_secret(partner: &Partner) -> bool {
    matches!(partner.auth, ClientAuth::ClientSecret { .. })
}

fn fapi(partner: &Partner, found: &mut Findings) {
    if !partner.fapi() {
        return;
    }
    if partner.require_pkce == Some(false) {
        found.breaks("require_pkce", "FAPI 2.0 always asks PKCE.", "Leave require_pkce out.");
    }
}

fn ciba(partner: &Partner, found: &mut Findings) {
    let granted = partner.grants.contains(&Grant::Ciba);
    match &partner.ciba {
        None if granted => found.breaks(
            "ciba",
            "The CIBA grant is allowed, but nothing says how results are delivered.",
            "Add [partner.ciba] with delivery = \"poll\" or \"ping\".",
        ),
        Some(_) if !granted => found.breaks(
            "grants",
            "CIBA is set up, but its grant is not allowed.",
            "Add \"urn:openid:params:grant-type:ciba\" to grants.",
        ),
        Some(ciba) => {
            if ciba.delivery == Delivery::Ping && ciba.notification_endpoint.is_none() {
                found.breaks(
                    "ciba",
                    "Pings have nowhere to go.",
                    "Add notification_endpoint, or use delivery = \"poll\".",
                );
            }
            if ciba.delivery == Delivery::Poll && ciba.notification_endpoint.is_some() {
                found.care(
                    "ciba",
                    "With polling, notification_endpoint is never called.",
                    "Leave it out, or use delivery = \"ping\".",
                );
            }
            if has_secret(partner) {
                found.care(
                    "auth",
                    "Requests that a partner starts by itself should rest on a key, not on a secret.",
                    "Use private_key_jwt.",
                );
            }
            if !ciba.typed_match {
                found.care(
                    "ciba",
                    "Without typed digits a person may approve a request that somebody else started.",
                    "Leave typed_match out once the partner can show two digits.",
                );
            }
        }
        None => {}
    }
}

fn services(partner: &Partner, found: &mut Findings) {
    if partner.mount == Mount::Standard {
        if !partner.services.is_empty() {
            found.care(
                "service",
                "Services count on the compatible mount only.",
                "Set mount = \"compat\", or remove them.",
            );
        }
        return;
    }
    if partner.services.is_empty() {
        found.breaks(
            "service",
            "A partner of the compatible mount needs at least one service: every request names one.",
            format!("zelf service add {} CODE --kind authentication", partner.id),
        );
    }
    for (at, service) in partner.services.iter().enumerate() {
        if partner.services.iter().take(at).any(|before| before.code == service.code) {
            found.breaks(
                "service",
                format!("Service {} is there twice: the first one counts.", service.code),
                "Remove one.",
            );
        }
        one_service(partner, service, found);
    }
}

fn one_service(partner: &Partner, service: &Service, found: &mut Findings) {
    let about = format!("service {}", service.code);
    let code_char = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    if service.code.is_empty() || service.code.len() > 45 || !service.code.bytes().all(code_char) {
        found.breaks(
            &about,
            "The code is not 1 to 45 letters, digits, dots, dashes or underscores.",
            "Choose another code.",
        );
    }
    if service.redirect_uris.is_empty() && partner.ciba.is_none() {
        found.breaks(
            &about,
            "It has no redirect_uris, and the partner does not use CIBA: no request can reach it.",
            "Add the address people return to.",
        );
    }
    for claim in service.claims.iter().filter(|claim| !known(Mount::Compat, claim)) {
        found.breaks(
            &about,
            format!("\"{claim}\" is not a claim we know: it will never be answered."),
            "Correct the name; docs/partners/reference.md lists them all.",
        );
    }
    let asks =
        !service.claims.is_empty() || service.scopes.iter().any(|scope| !scope.claims_of(Mount::Compat).is_empty());
    match service.kind {
        ServiceKind::Identification if !asks => found.breaks(
            &about,
            "An identification must ask at least one thing of the person, and this service may ask nothing.",
            "Add scopes or claims.",
        ),
        ServiceKind::Confirmation if has_secret(partner) => found.breaks(
            &about,
            "What a person confirms must be signed by the partner, and this partner has no key.",
            "Give it jwks or jwks_uri.",
        ),
        _ => {}
    }
}

/// True for a claim that this mount gives.
pub(super) fn known(mount: Mount, claim: &str) -> bool {
    protocol::oidc::release::claim(mount, claim).is_some()
}

/// What software that was built for itsme® does not understand.
fn moved(partner: &Partner, found: &mut Findings) {
    if partner.mount != Mount::Compat {
        return;
    }
    let secret = has_secret(partner);
    let (sign, seal) = match secret {
        true => ("RS256 or HS256", "dir with A256GCM"),
        false => ("RS256", "RSA-OAEP-256 with A128CBC-HS256"),
    };
    let usual = partner.id_token_alg() == SigAlg::RS256 || (secret && partner.id_token_alg() == SigAlg::HS256);
    if !usual {
        found.care(
            "id_token_alg",
            format!(
                "ID tokens are signed with {}: software that moves from itsme® knows {sign} alone.",
                partner.id_token_alg().as_str()
            ),
            "Leave id_token_alg out, unless the partner asked for it.",
        );
    }
    let todo = match secret {
        true => "Register it again without `none`, or leave it when the partner asked for it.",
        false => {
            "Have it publish an encryption key (use: enc), then register it again; or leave it when the partner asked for it."
        }
    };
    if partner.id_token_encryption.is_none() {
        let what = format!(
            "ID tokens are not encrypted: software that moves from itsme® expects {sign} inside {seal}, and refuses anything else."
        );
        found.care("id_token_encryption", what, todo);
    }
    if partner.userinfo.sign.is_none() || partner.userinfo.encrypt.is_none() {
        let what = format!(
            "Userinfo is not signed and encrypted: software that moves from itsme® expects {sign} inside {seal} there too."
        );
        found.care("userinfo", what, todo);
    }
}

fn yesterday(partner: &Partner, found: &mut Findings) {
    let sealed = [
        ("id_token_encryption", partner.id_token_encryption),
        ("userinfo", partner.userinfo.encrypt),
        ("response", partner.response.encrypt),
    ];
    for (about, Encryption { alg, .. }) in sealed.into_iter().filter_map(|(about, e)| Some((about, e?))) {
        if alg == KeyAlg::RsaOaep {
            found.care(
                about,
                "RSA-OAEP hashes with SHA-1, as older software does.",
                "Choose RSA-OAEP-256 once its software can.",
            );
        }
    }
    if partner.legacy {
        found.care(
            "legacy",
            "Choices of yesterday are open to this partner.",
            "Remove legacy = true once its software allows.",
        );
    }
    if partner.require_pkce == Some(false) && !partner.fapi() && partner.mount == Mount::Standard {
        found.care(
            "require_pkce",
            "Without PKCE a stolen code is worth more.",
            "Remove require_pkce = false once its software sends code_challenge.",
        );
    }
}

fn starts(partner: &Partner, found: &mut Findings) {
    let code = partner.grants.contains(&Grant::AuthorizationCode);
    if code
        && !partner.starts.is_empty()
        && partner.starts.iter().all(|way| matches!(way, protocol::oidc::partner::StartWay::Link))
    {
        found.care(
            "starts",
            "Only people who have the app on the very device can log in.",
            "Add \"qr\" or \"number\" to starts.",
        );
    }
    if partner.session_seconds > 12 * 3600 {
        found.care(
            "session_seconds",
            "One login counts for more than twelve hours, without the phone.",
            "Choose less, unless the computers are nobody else's.",
        );
    }
}

/// What is signed or sealed with a secret needs one that we can read.
pub(super) async fn secret(world: &World, partner: &Partner, found: &mut Findings) -> Result<(), Failure> {
    if !partners::needs_secret(partner) {
        return Ok(());
    }
    if !has_secret(partner) {
        found.breaks(
            "auth",
            "HS256 and \"dir\" use the client secret, and this partner has none.",
            "Use method = \"client_secret\", or other algorithms.",
        );
    } else if world.partners.in_file(&partner.id) {
        found.breaks(
            "auth",
            "HS256 and \"dir\" need the secret itself; zelf.toml holds only its digest.",
            "Register the partner with `zelf partner add`, which keeps the secret sealed.",
        );
    } else if partner_secret::of(world, partner).await?.is_none() {
        found.breaks(
            "auth",
            "HS256 and \"dir\" need the secret itself, and only its digest is kept.",
            format!("zelf partner rotate-secret {}", partner.id),
        );
    }
    Ok(())
}
