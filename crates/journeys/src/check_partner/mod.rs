//! What may go wrong with a partner's registration, before a person finds out: plain sentences for whoever runs the server.

mod choices;
mod hosts;
mod keys;
mod request;
mod uris;

use std::time::Duration;

use protocol::oidc::partner::Partner;
use serde::Serialize;

use crate::ports::{PartnerAnswer, PartnerCallError};
use crate::{Failure, World};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Something of it does not work, or will be refused.
    Breaks,
    /// It works today; look at it.
    Care,
}

/// One thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub weight: Weight,
    /// The member of the registration that it is about.
    pub about: String,
    /// What is the matter.
    pub what: String,
    /// What to do.
    pub todo: String,
}

/// How to look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// Look at the registration alone, call nobody.
    pub offline: bool,
    /// Hosts need certificates of checked organisations (`[policy] partner_certificates`).
    pub vetted: bool,
}

/// Findings as they are collected.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn breaks(&mut self, about: &str, what: impl Into<String>, todo: impl Into<String>) {
        self.push(Weight::Breaks, about, what.into(), todo.into());
    }

    fn care(&mut self, about: &str, what: impl Into<String>, todo: impl Into<String>) {
        self.push(Weight::Care, about, what.into(), todo.into());
    }

    fn push(&mut self, weight: Weight, about: &str, what: String, todo: String) {
        let finding = Finding { weight, about: about.to_owned(), what, todo };
        if !self.0.contains(&finding) {
            self.0.push(finding);
        }
    }
}

/// An answer that takes longer is told; after three seconds nobody waits any more.
const SLOW: Duration = Duration::from_secs(2);

/// Calls an address of the partner's, and tells when it is slow.
async fn call(world: &World, about: &str, url: &str, found: &mut Findings) -> Result<PartnerAnswer, PartnerCallError> {
    let answer = world.partner_http.get(url).await;
    if let Ok(PartnerAnswer { took, .. }) = &answer
        && *took > SLOW
    {
        found.care(
            about,
            format!("{url} took {:.1} seconds to answer.", took.as_secs_f64()),
            "Make it answer within a second: people wait meanwhile, and after three seconds we give up.",
        );
    }
    answer
}

/// Looks at a registration from all sides: the worst first. Its row need not be there yet.
///
/// # Errors
/// When the database does not answer.
pub async fn check(world: &World, partner: &Partner, rules: Rules) -> Result<Vec<Finding>, Failure> {
    let mut found = Findings::default();
    if let Err(error) = partner.validate() {
        found.breaks("partner", error.problem, "Correct it: the server leaves this partner out as it stands.");
    }
    choices::judge(partner, &mut found);
    uris::judge(partner, world.settings.test_world, &mut found);
    choices::secret(world, partner, &mut found).await?;
    keys::judge(world, partner, rules, &mut found).await;
    if !rules.offline {
        hosts::judge(world, partner, rules, &mut found).await;
    }
    Ok(sorted(found))
}

/// Looks at a request of this partner, as its software sends it: an authorization URL, a request object, or its members as JSON.
pub async fn check_request(world: &World, partner: &Partner, request: &str, rules: Rules) -> Vec<Finding> {
    let mut found = Findings::default();
    request::judge(world, partner, request, rules, &mut found).await;
    sorted(found)
}

fn sorted(found: Findings) -> Vec<Finding> {
    let mut found = found.0;
    found.sort_by_key(|finding| finding.weight);
    found
}
