//! Keys of a partner: whether they are to be had, and whether they serve what it chose.

use std::collections::BTreeSet;

use protocol::jose::{Encryption, KeyAlg, KeySet, SigAlg};
use protocol::oidc::partner::{Bound, ClientAuth, Partner, ServiceKind};
use serde_json::Value;

use super::{Findings, Rules, call};
use crate::{World, partner_keys};

const HALF_AN_HOUR: i64 = 1800;

pub(super) async fn judge(world: &World, partner: &Partner, rules: Rules, found: &mut Findings) {
    let about = if partner.jwks_uri.is_some() { "jwks_uri" } else { "jwks" };
    let keys = match &partner.jwks_uri {
        None => partner_keys::inline(partner),
        Some(_) if rules.offline => return,
        Some(url) => match fetched(world, url, found).await {
            Some(keys) => keys,
            None => return,
        },
    };
    sound(about, &keys, found);
    signs(about, partner, &keys, found);
    seals(about, partner, &keys, found);
}

async fn fetched(world: &World, url: &str, found: &mut Findings) -> Option<KeySet> {
    const TODO: &str =
        "Publish a JSON Web Key Set there: public, without login or redirect, at most 64 KiB, within a second.";
    let answer = match call(world, "jwks_uri", url, found).await {
        Ok(answer) => answer,
        Err(error) => {
            found.breaks("jwks_uri", format!("The keys cannot be fetched: {error}."), TODO);
            return None;
        }
    };
    match answer.max_age {
        Some(age) if age < HALF_AN_HOUR => {
            let what = format!("The address says max-age={age}; keys are kept for half an hour at least.");
            found.care("jwks_uri", what, "After a change of keys, keep the old ones usable for half an hour.");
        }
        None => found.care(
            "jwks_uri",
            "The address does not say how long its keys may be kept (Cache-Control: max-age); they are kept for an hour.",
            "Send max-age, 1800 or more.",
        ),
        _ => {}
    }
    // Stricter than the server, which goes on with the keys that it can use.
    match partner_keys::read(&answer, KeySet::parse) {
        Ok(keys) => {
            unnamed("jwks_uri", &answer.body, found);
            Some(keys)
        }
        Err(why) => {
            found.breaks("jwks_uri", format!("The keys cannot be used: {why}."), TODO);
            None
        }
    }
}

/// Members that our reading leaves out.
fn unnamed(about: &str, body: &[u8], found: &mut Findings) {
    let set: Value = serde_json::from_slice(body).unwrap_or_default();
    let keys = set.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if keys.iter().any(|key| key.get("use").is_none() && key.get("key_ops").is_none()) {
        found.care(about, "A key does not say what it is for.", "Add \"use\": \"sig\" or \"enc\" to each key.");
    }
}

/// True of a set as such.
fn sound(about: &str, keys: &KeySet, found: &mut Findings) {
    let kids = keys.kids();
    if kids.len() < keys.len() {
        found.care(
            about,
            "A key has no kid: when keys change, nobody can say which one is meant.",
            "Add a kid to each key.",
        );
    }
    if kids.iter().collect::<BTreeSet<_>>().len() < kids.len() {
        found.care(about, "Two keys have the same kid.", "Give each key a kid of its own.");
    }
}

fn takes(keys: &KeySet, algs: &[SigAlg]) -> bool {
    algs.iter().any(|alg| keys.iter().any(|key| key.takes(*alg)))
}

/// Whoever proves itself or signs its requests needs a key that may sign.
fn signs(about: &str, partner: &Partner, keys: &KeySet, found: &mut Findings) {
    let confirms = partner.services.iter().any(|s| s.kind == ServiceKind::Confirmation);
    let needed = match &partner.auth {
        ClientAuth::PrivateKeyJwt { .. } => Some("proves itself with a key (private_key_jwt)"),
        ClientAuth::SelfSignedTlsClientAuth {} => Some("proves itself with a certificate of its own"),
        _ if partner.signed_requests || partner.request_alg.is_some() => Some("signs its requests"),
        _ if confirms => Some("signs what people confirm"),
        _ => None,
    };
    let Some(needed) = needed else { return };
    let asymmetric = [SigAlg::ES256, SigAlg::ES384, SigAlg::PS256, SigAlg::RS256, SigAlg::EdDSA];
    if !takes(keys, &asymmetric) {
        let what = format!("This partner {needed}, and none of its keys may sign (use: sig).");
        found.breaks(about, what, "Add a signing key: P-256, Ed25519, or RSA with 2048 bits or more.");
    } else if partner.fapi() && !takes(keys, &SigAlg::FAPI) {
        found.breaks(
            about,
            "FAPI 2.0 takes PS256, ES256 and EdDSA, and no key of this partner can make one of them.",
            "Add such a key; an RSA key must not say alg: RS256.",
        );
    }
    if let Some(alg) = partner.request_alg.filter(|alg| !takes(keys, &[*alg])) {
        let what = format!("Its requests are to be signed with {}, and no key of this partner can.", alg.as_str());
        found.breaks("request_alg", what, "Add such a key, or register the algorithm that you use.");
    }
    if partner.binding() == Some(Bound::Mtls) && matches!(partner.auth, ClientAuth::ClientSecret { .. }) {
        found.care(
            "bound_tokens",
            "Tokens are bound to a certificate, but the partner proves itself with a secret.",
            "Use tls_client_auth, or bind to DPoP.",
        );
    }
}

/// What is encrypted to it needs a key that may encrypt.
fn seals(about: &str, partner: &Partner, keys: &KeySet, found: &mut Findings) {
    let sealed = [
        ("ID tokens", partner.id_token_encryption),
        ("userinfo answers", partner.userinfo.encrypt),
        ("authorization responses", partner.response.encrypt),
    ];
    for (what, Encryption { alg, .. }) in sealed.into_iter().filter_map(|(what, e)| Some((what, e?))) {
        if alg != KeyAlg::Dir && keys.encryption_key(alg).is_none() {
            let what = format!(
                "{what} are to be encrypted with {}, and no key of this partner fits (use: enc).",
                alg.as_str()
            );
            found.breaks(about, what, "Add an encryption key, or leave the encryption out.");
        }
    }
}
