//! A browser in which somebody logged in: for partners that wish it, the next login there needs no phone.
//!
//! The cookie holds ids and times, sealed; what counts is the approval behind it: when that is revoked (the account is blocked, the
//! person withdrew, a code came twice) the session is worth nothing.

use domain::approval::{Approval, Asked, LoginRequest, Start, State};
use protocol::oidc::authorize::{AuthorizationRequest, ErrorCode};
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
    /// The phone must be asked.
    Ask,
    /// Nobody may be asked, so the service hears this.
    Refused(ErrorCode, &'static str),
    /// It may go on with [`renew`].
    Known(Box<Known>),
}

/// A login that counts, and what is asked of it now.
pub struct Known {
    before: Approval,
    request: LoginRequest,
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

    /// True where a hint for this approval needs no question: it is one of this browser's, or there is nothing else to end.
    pub(crate) fn is_of(&self, approval: &str, now: i64) -> bool {
        self.logins.iter().any(|login| login.approval == approval) || self.logins.iter().all(|login| login.until <= now)
    }

    fn of(&self, asked: &AuthorizationRequest, partner: &Partner, now: i64) -> Option<&SessionLogin> {
        let recent = |at: i64| asked.max_age.is_none_or(|age| at + i64::from(age) >= now);
        // The operator may have shortened it since.
        let lasts = |l: &SessionLogin| l.until.min(l.at + partner.session_seconds) > now;
        self.logins.iter().find(|l| l.partner == partner.id && lasts(l) && recent(l.at))
    }
}

/// Whether a session may answer in the phone's place: only a request that says `prompt=none`. A payment, a text, details, a new datum or
/// a higher demand is never answered so.
pub async fn answer(
    world: &World,
    asked: &AuthorizationRequest,
    session: &BrowserSession,
) -> Result<Answered, Failure> {
    if !asked.silent() {
        return Ok(Answered::Ask);
    }
    const NOBODY: Answered = Answered::Refused(ErrorCode::LoginRequired, "nobody is logged in here");
    let partner = world.partners.find(&asked.client_id).filter(|p| p.session_seconds > 0);
    let Some(partner) = partner else { return Ok(NOBODY) };
    let Some(login) = session.of(asked, &partner, world.now()) else { return Ok(NOBODY) };
    let (sealer, id, name) = (world.sealer.clone(), login.approval.clone(), partner.id.clone());
    let found = world.db.read("session.find", move |tx| store::session::find(tx, &sealer, &id, &name)).await?;
    let same_service = |request: &LoginRequest| request.authorization.service == asked.service;
    let Some((before, request)) = found.filter(|(_, request)| same_service(request)) else { return Ok(NOBODY) };
    if asked.sub.is_some() && asked.sub != Some(subject_of(world, &partner, &before)?) {
        return Ok(Answered::Refused(ErrorCode::LoginRequired, "somebody else is logged in here"));
    }
    if let Some((error, why)) = more(asked, &partner, &request) {
        return Ok(Answered::Refused(error, why));
    }
    let session = Some(before.id.clone());
    let request = LoginRequest { auth_time: Some(login.at), session, authorization: asked.clone(), ..request };
    Ok(Answered::Known(Box::new(Known { before, request })))
}

/// What is asked beyond the login of before: the person must see it.
fn more(asked: &AuthorizationRequest, partner: &Partner, before: &LoginRequest) -> Option<(ErrorCode, &'static str)> {
    if asked.confirm.is_some() || asked.wants_code() {
        return Some((ErrorCode::InteractionRequired, "the person must answer on the phone"));
    }
    if !asked.authorization_details.is_empty() {
        return Some((ErrorCode::ConsentRequired, "authorization_details are agreed to on the phone, each time"));
    }
    let given = |claim: &str| before.claims.iter().any(|c| c == claim) && !before.without.iter().any(|c| c == claim);
    if !asked.all_claims(partner).iter().all(|claim| given(claim)) {
        return Some((ErrorCode::ConsentRequired, "more is asked than the person agreed to share"));
    }
    // How we know somebody is more than who they are.
    let proof =
        |r: &AuthorizationRequest| !r.claims.id_token_verified.is_empty() || !r.claims.userinfo_verified.is_empty();
    if proof(asked) && !proof(&before.authorization) {
        return Some((ErrorCode::ConsentRequired, "verified_claims are asked for the first time"));
    }
    if asked.offline && !before.authorization.offline {
        return Some((ErrorCode::ConsentRequired, "the person did not agree to offline_access"));
    }
    None
}

/// A row of its own, so that its code is used once and blocking or withdrawing ends it too. `None` when the login of before was ended
/// meanwhile.
pub async fn renew(world: &World, known: Known) -> Result<Option<String>, Failure> {
    let (id, now) = (world.id(domain::id::APPROVAL), world.now());
    let Known { before, request } = known;
    let parent = before.id.clone();
    let approval = Approval {
        id,
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
        if !store::session::hold(tx, &parent)? {
            return Ok::<_, store::StoreError>(None);
        }
        // No phone stands in the row: what services may weigh of it is taken from the one that approved.
        let credential = match &request.credential {
            Some(facts) => Some(facts.clone()),
            None => store::summon::credential_of(tx, &parent)?,
        };
        let asked = Asked::Login(Box::new(LoginRequest { credential, ..request.clone() }));
        store::approval::insert(tx, &sealer, &approval, &[], "", &asked)?;
        Ok(Some(approval.id.clone()))
    };
    Ok(world.db.run("session.renew", insert).await?)
}
