//! Addresses in a registration, as text.

use std::collections::BTreeSet;

use protocol::oidc::partner::{Mount, Partner, redirect_problem};

use super::Findings;

/// Every address that stands in a registration.
pub(super) fn judge(partner: &Partner, test_world: bool, found: &mut Findings) {
    let mut lists = vec![("redirect_uris".to_owned(), &partner.redirect_uris)];
    lists.extend(partner.services.iter().map(|s| (format!("service {}", s.code), &s.redirect_uris)));
    for (about, list) in &lists {
        for (at, uri) in list.iter().enumerate() {
            one(about, uri, test_world, found);
            twins(about, uri, list.iter().take(at), found);
        }
    }
    let out: Vec<_> = partner.post_logout_redirect_uris.iter().map(|uri| ("post_logout_redirect_uris", uri)).collect();
    for (about, uri) in out.into_iter().chain(named(partner)) {
        if let Some(why) = redirect_problem(uri) {
            found.breaks(about, format!("{uri} {why}."), "Correct it.");
        }
    }
    if partner.mount == Mount::Standard && partner.sector.is_none() && partner.sector_identifier_uri.is_none() {
        let hosts = hosts(&partner.redirect_uris);
        if hosts.len() == 1 && partner.redirect_uris.len() > 1 {
            found.care(
                "sector",
                format!(
                    "What people are called here hangs on the host {}.",
                    hosts.into_iter().next().unwrap_or_default()
                ),
                "Write it down as sector before it moves: with another host everybody would be somebody new.",
            );
        }
    }
}

/// Single addresses, with their names.
pub(super) fn named(partner: &Partner) -> impl Iterator<Item = (&'static str, &String)> {
    let endpoint = partner.ciba.as_ref().and_then(|ciba| ciba.notification_endpoint.as_ref());
    let all = [
        ("jwks_uri", partner.jwks_uri.as_ref()),
        ("ciba.notification_endpoint", endpoint),
        ("backchannel_logout_uri", partner.backchannel_logout_uri.as_ref()),
        ("sector_identifier_uri", partner.sector_identifier_uri.as_ref()),
        ("logo_uri", partner.logo_uri.as_ref()),
        ("policy_uri", partner.policy_uri.as_ref()),
        ("tos_uri", partner.tos_uri.as_ref()),
        ("initiate_login_uri", partner.initiate_login_uri.as_ref()),
    ];
    all.into_iter().filter_map(|(about, uri)| Some((about, uri?)))
}

fn one(about: &str, uri: &str, test_world: bool, found: &mut Findings) {
    if let Some(why) = redirect_problem(uri) {
        found.breaks(about, format!("{uri} {why}."), "Correct it: no request with this address will be taken.");
    } else if uri.starts_with("http://") && !test_world {
        found.care(
            about,
            format!("{uri} leads to the person's own machine."),
            "Right for development only: remove it from what people use.",
        );
    }
}

/// Addresses are compared character by character: two that nearly agree are one slip.
fn twins<'a>(about: &str, uri: &str, before: impl Iterator<Item = &'a String>, found: &mut Findings) {
    for other in before {
        let todo = "Keep the one that the partner's software sends: addresses are compared character by character.";
        if other == uri {
            found.breaks(about, format!("{uri} is there twice."), "Remove one.");
        } else if other.trim_end_matches('/') == uri.trim_end_matches('/') {
            found.care(about, format!("{other} and {uri} differ in a slash at the end."), todo);
        } else if other.eq_ignore_ascii_case(uri) {
            found.care(about, format!("{other} and {uri} differ in capitals."), todo);
        }
    }
}

/// `https://host[:port]` of an address.
pub(super) fn origin(uri: &str) -> Option<&str> {
    let rest = uri.strip_prefix("https://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    uri.get(.."https://".len() + end)
}

fn hosts(uris: &[String]) -> BTreeSet<String> {
    uris.iter().filter_map(|uri| origin(uri)).map(|o| o.trim_start_matches("https://").to_owned()).collect()
}
