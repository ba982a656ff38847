//! A browser in which somebody logged in: for partners that wish it, the next login there needs no phone.
//!
//! The cookie holds ids and times, sealed; what counts is the approval behind it: when that is revoked (the account is blocked, the
//! person withdrew, a code came twice) the session is worth nothing.

use domain::approval::{Approval, Asked, LoginRequest, Start, State};
use protocol::oidc::authorize::{AuthorizationRequest, ErrorCode, Prompt};
use protocol::oidc::partner::Partner;
use serde::{Deserialize, Serialize};

use crate::sign_in::Watch;
use crate::tokens::subject_of;
use crate::{Failure, World};

/// Logins one browser is remembered for.
const MOST: usize = 8;

/// What the cookie of a browser holds.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrowserSession {
    pub logins: Vec<SessionLogin>,
}

/// One login of this browser.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionLogin {
    pub partner: String,
    /// The approval by the phone.
    pub approval: String,
    /// When the person approved.
    pub at: i64,
    pub until: i64,
}

/// What a session says to a request.
pub enum Answered {
    /// A code may go out for this approval.
    Approved(String),
    /// The phone must be asked.
    Ask,
    /// Nobody may be asked, so the service hears this.
    Refused(ErrorCode, &'static str),
}

impl BrowserSession {
    /// With a login that was just approved, if its partner wishes that it lasts.
    #[must_use]
    pub fn with(mut self, partner: &Partner, watch: &Watch) -> BrowserSession {
        let (State::Approved { at } | State::Redeemed { at }) = watch.approval.state else { return self };
        if partner.session_seconds <= 0 || watch.approval.start == Start::Silent {
            return self;
        }
        self.logins.retain(|login| login.partner != partner.id && login.until > watch.now);
        let excess = (self.logins.len() + 1).saturating_sub(MOST);
        self.logins.drain(..excess);
        let until = at + partner.session_seconds;
        self.logins.push(SessionLogin { partner: partner.id.clone(), approval: watch.approval.id.clone(), at, until });
        self
    }

    /// Without what it holds of this partner.
    #[must_use]
    pub fn without(mut self, partner: &str) -> BrowserSession {
        self.logins.retain(|login| login.partner != partner);
        self
    }

    fn of(&self, asked: &AuthorizationRequest, now: i64) -> Option<&SessionLogin> {
        let recent = |at: i64| asked.max_age.is_none_or(|age| at + i64::from(age) >= now);
        let fits = |l: &&SessionLogin| l.partner == asked.client_id && l.until > now && recent(l.at);
        self.logins.iter().find(fits)
    }
}

/// Whether a session may answer in the phone's place. A payment, a text, a new datum or a higher demand never is.
pub async fn answer(
    world: &World,
    asked: &AuthorizationRequest,
    session: &BrowserSession,
) -> Result<Answered, Failure> {
    let again = [Prompt::Login, Prompt::Consent, Prompt::SelectAccount];
    let now = world.now();
    let nobody = || match asked.silent() {
        true => Answered::Refused(ErrorCode::LoginRequired, "nobody is logged in here"),
        false => Answered::Ask,
    };
    if asked.confirm.is_some() || asked.wants_code() || again.iter().any(|prompt| asked.prompt.contains(prompt)) {
        return Ok(nobody());
    }
    let Some(partner) = world.partners.find(&asked.client_id).filter(|p| p.session_seconds > 0) else {
        return Ok(nobody());
    };
    let Some(login) = session.of(asked, now) else { return Ok(nobody()) };
    let (sealer, id) = (world.sealer.clone(), login.approval.clone());
    let found = world.db.read("session.find", move |tx| store::approval::find(tx, &sealer, &id)).await?;
    let alive = |a: &Approval| matches!(a.state, State::Approved { .. } | State::Redeemed { .. });
    let Some((before, request)) = found.filter(|(a, _)| alive(a) && a.partner == partner.id) else {
        return Ok(nobody());
    };
    if asked.sub.is_some() && asked.sub != Some(subject_of(world, &partner, &before)?) {
        return Ok(nobody());
    }
    let given = |claim: &str| request.claims.iter().any(|c| c == claim) && !request.without.iter().any(|c| c == claim);
    if !asked.all_claims(&partner).iter().all(|claim| given(claim)) {
        return Ok(match asked.silent() {
            true => Answered::Refused(ErrorCode::ConsentRequired, "more is asked than the person agreed to share"),
            false => Answered::Ask,
        });
    }
    let session = Some(before.id.clone());
    let request = LoginRequest { auth_time: Some(login.at), session, authorization: asked.clone(), ..request };
    renew(world, before, request, now).await.map(Answered::Approved)
}

/// A row of its own, so that the code is used once and everything that ends the first ends this one too.
async fn renew(world: &World, before: Approval, request: LoginRequest, now: i64) -> Result<String, Failure> {
    let id = world.id(domain::id::APPROVAL);
    let approval = Approval {
        id: id.clone(),
        start: Start::Silent,
        device: None,
        match_number: String::new(),
        created_at: now,
        expires_at: now,
        state: State::Approved { at: now },
        ..before
    };
    let sealer = world.sealer.clone();
    let insert = move |tx: &mut db::Tx<'_>| {
        let asked = Asked::Login(Box::new(request.clone()));
        store::approval::insert(tx, &sealer, &approval, &[], "", &asked)
    };
    world.db.run("session.renew", insert).await?;
    Ok(id)
}
