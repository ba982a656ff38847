//! The machines behind a registration: whether they answer, and how long their certificates still hold.

use std::collections::BTreeMap;

use protocol::oidc::partner::Partner;

use super::{Findings, Rules, call, uris};
use crate::ports::PartnerCallError;
use crate::{World, partner_logo};

/// A certificate that ends within so many seconds is told: three weeks.
const SOON: i64 = 21 * 86_400;
const DAY: i64 = 86_400;

pub(super) async fn judge(world: &World, partner: &Partner, rules: Rules, found: &mut Findings) {
    for (origin, host) in hosts(partner) {
        one(world, &origin, host, rules, found).await;
    }
    logo(world, partner, found).await;
    sector(world, partner, found).await;
}

/// What a host is for.
#[derive(Clone, Copy)]
struct Host {
    about: &'static str,
    /// We call it ourselves; else only people's browsers go there.
    called: bool,
}

fn hosts(partner: &Partner) -> BTreeMap<String, Host> {
    let mut all = BTreeMap::new();
    let redirects = partner.redirect_uris.iter().chain(partner.services.iter().flat_map(|s| &s.redirect_uris));
    for origin in redirects.filter_map(|uri| uris::origin(uri)) {
        all.insert(origin.to_owned(), Host { about: "redirect_uris", called: false });
    }
    let requests = partner.request_uris.iter().map(|uri| ("request_uris", uri));
    for (about, uri) in uris::named(partner).chain(requests) {
        let called = matches!(about, "ciba.notification_endpoint" | "backchannel_logout_uri" | "request_uris");
        // Keys, logo and sector are fetched where they are looked at.
        if let Some(origin) = uris::origin(uri).filter(|_| called) {
            all.insert(origin.to_owned(), Host { about, called });
        }
    }
    all
}

async fn one(world: &World, origin: &str, host: Host, rules: Rules, found: &mut Findings) {
    let certificate = match call(world, host.about, &format!("{origin}/"), found).await {
        Ok(answer) => {
            if answer.status >= 500 {
                let what = format!("{origin} answers with status {}.", answer.status);
                found.care(host.about, what, "Look at what is wrong with the machine.");
            }
            answer.certificate
        }
        Err(PartnerCallError::TooLarge) => None,
        Err(error) if host.called => {
            found.breaks(
                host.about,
                format!("{origin} cannot be called: {error}."),
                "Make it answer over HTTPS from the internet.",
            );
            return;
        }
        Err(error) => {
            let what = format!("{origin} did not answer from here: {error}.");
            found.care(
                host.about,
                what,
                "Fine inside a network of one's own; else look whether people's browsers reach it.",
            );
            return;
        }
    };
    let Some(certificate) = certificate else { return };
    let left = certificate.ends_at - world.now();
    if left < SOON {
        let what = format!("The certificate of {origin} ends in {} days.", left.max(0) / DAY);
        found.care(host.about, what, "Renew it.");
    }
    if rules.vetted && !certificate.vetted {
        let what = format!("The certificate of {origin} names no checked organisation.");
        found.breaks(
            host.about,
            what,
            "Here partners need certificates of the kind OV or EV ([policy] partner_certificates).",
        );
    }
}

async fn logo(world: &World, partner: &Partner, found: &mut Findings) {
    let Some(url) = &partner.logo_uri else { return };
    let trouble = match call(world, "logo_uri", url, found).await {
        Err(error) => format!("The logo cannot be fetched: {error}."),
        Ok(answer) if answer.status != 200 => format!("The logo's address answers with status {}.", answer.status),
        Ok(answer) if partner_logo::media(&answer.body).is_none() => {
            format!("The logo's address gives {:?}, not an image that is shown.", answer.content_type)
        }
        Ok(_) => return,
    };
    found.care("logo_uri", trouble, "Publish a PNG, JPEG or WebP of at most 64 KiB there; an SVG is not shown.");
}

/// OpenID Core §8.1: the list there must hold every address that people return to.
async fn sector(world: &World, partner: &Partner, found: &mut Findings) {
    let Some(url) = &partner.sector_identifier_uri else { return };
    let trouble = match call(world, "sector_identifier_uri", url, found).await {
        Err(error) => Err(format!("The list cannot be fetched: {error}.")),
        Ok(answer) if answer.status != 200 => Err(format!("The list's address answers with status {}.", answer.status)),
        Ok(answer) => serde_json::from_slice::<Vec<String>>(&answer.body)
            .map_err(|_| format!("What {url} gives is no list of addresses.")),
    };
    let listed = match trouble {
        Ok(listed) => listed,
        Err(what) => {
            found.breaks("sector_identifier_uri", what, "Publish it: a JSON array of addresses.");
            return;
        }
    };
    for uri in partner.redirect_uris.iter().filter(|uri| !listed.contains(uri)) {
        found.breaks(
            "sector_identifier_uri",
            format!("{uri} is not in the list at {url}."),
            "Add it there: a JSON array of addresses.",
        );
    }
}
