//! A person logs in to a service: number typed, request on the phone, code to the service, tokens.

use domain::approval::{
    Approval, Asked, CredentialFacts, Crowd, LoginRequest, Progress, REDEEM_SECONDS, State, WAIT_SECONDS, reaches,
};
use domain::number::MobileNumber;
use protocol::jose::{b64u, unb64u};
use protocol::oidc::authorize::{Answer, AuthorizationRequest};
use protocol::oidc::client_auth::Authenticated;
use protocol::oidc::code::{AccessToken, AuthCode};
use protocol::oidc::id_token::{IdToken, at_hash};
use protocol::oidc::partner::Partner;
use protocol::oidc::token::{TokenError, TokenRequest, TokenResponse};
use protocol::oidc::{attributes, subject};
use serde_json::{Map, Value};

use crate::{Failure, World};

/// An access token opens userinfo for so long.
const TOKEN_SECONDS: i64 = 600;

/// What the login page knows when the person presses the button.
pub struct Start {
    pub authorization: AuthorizationRequest,
    pub country: String,
    pub number: String,
    pub browser: String,
    /// Address of the browser, for the place on the phone, and its network, for the crowd.
    pub address: String,
    pub network: String,
    /// From the browser's cookie: its id, and the account that approved a login in it before.
    pub known: Option<(String, String)>,
}

/// A request that waits.
pub struct Started {
    pub approval: String,
    pub number: MobileNumber,
}

/// Starts a request. A number nobody has takes the same path to the same page.
pub async fn start(world: &World, start: Start) -> Result<Started, Failure> {
    let number = MobileNumber::read(&start.country, &start.number, &[])?;
    let hash = world.keys.number_hash(number.e164());
    let (lane, known_account) = match start.known {
        Some((browser, account)) => (format!("browser:{browser}"), Some(account)),
        None => (format!("place:{}", start.network), None),
    };
    let partner = world.partners.find(&start.authorization.client_id).ok_or(Failure::Malformed)?;
    let request = LoginRequest {
        claims: start.authorization.all_claims(partner).into_iter().map(str::to_owned).collect(),
        authorization: start.authorization,
        browser: start.browser,
        place: start.address,
        credential: None,
    };
    let now = world.now();
    let approval = Approval {
        id: world.id(domain::id::APPROVAL),
        device: None,
        account: None,
        partner: partner.id.clone(),
        match_number: two_digits(world),
        created_at: now,
        expires_at: now + WAIT_SECONDS,
        state: State::Waiting,
    };
    let id = approval.id.clone();
    let sealer = world.sealer.clone();
    let work = move |tx: &mut db::Tx<'_>| {
        let reached = store::approval::reach(tx, &hash, &approval.partner, &lane, now)?;
        let crowd =
            Crowd { known_browser: known_account.is_some() && reached.account == known_account, ..reached.crowd };
        let device = reaches(crowd, reached.device.filter(|_| !reached.muted));
        let account = reached.account.filter(|_| device.is_some());
        let credential = reached.credential.filter(|_| device.is_some());
        let approval = Approval { device: device.clone(), account, ..approval.clone() };
        let asked = Asked::Login(Box::new(LoginRequest { credential, ..request.clone() }));
        store::approval::insert(tx, &sealer, &approval, &hash, &lane, &asked)?;
        Ok::<_, Failure>(device)
    };
    if let Some(device) = world.db.run("sign_in.start", work).await? {
        world.signals.ring(&device);
    }
    Ok(Started { approval: id, number })
}

/// 10 to 99, each equally likely.
fn two_digits(world: &World) -> String {
    loop {
        // 180 is the largest multiple of 90 a byte holds.
        if let Some(byte) = world.entropy::<8>().into_iter().find(|b| *b < 180) {
            return (10 + byte % 90).to_string();
        }
    }
}

/// How a request stands, for its own browser.
pub struct Watch {
    pub approval: Approval,
    pub request: LoginRequest,
    pub progress: Progress,
    pub now: i64,
}

pub async fn watch(world: &World, approval: &str) -> Result<Watch, Failure> {
    let (sealer, id) = (world.sealer.clone(), approval.to_owned());
    let found = world.db.read("sign_in.watch", move |tx| store::approval::find(tx, &sealer, &id)).await?;
    let (approval, request) = found.ok_or(Failure::Gone)?;
    let now = world.now();
    Ok(Watch { progress: approval.progress(now), approval, request, now })
}

/// Until the request is no longer waiting, at most `seconds`.
pub async fn watch_until_decided(world: &World, approval: &str, seconds: u64) -> Result<Watch, Failure> {
    let listener = world.signals.listen(approval);
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(seconds);
    loop {
        let watch = watch(world, approval).await?;
        if watch.progress != Progress::Waiting || tokio::time::Instant::now() >= until {
            return Ok(watch);
        }
        listener.wait().await;
    }
}

/// The browser gives up.
pub async fn cancel(world: &World, approval: &str) -> Result<(), Failure> {
    let (id, now) = (approval.to_owned(), world.now());
    world.db.run("sign_in.cancel", move |tx| store::approval::cancel(tx, &id, now)).await?;
    world.signals.ring(approval);
    Ok(())
}

impl Watch {
    /// The answer that takes the browser back to the service with a code. Repeatable: the same request, the same code.
    pub fn granted(&self, world: &World) -> Result<Answer, Failure> {
        let code = AuthCode::make(&world.keys.code, &id_bytes(&self.approval.id)?, &self.approval.partner);
        Ok(self.request.authorization.grant(&code, &world.settings.issuer))
    }

    /// Whose login it was: what the browser is remembered by, once it was approved.
    pub fn account(&self) -> Option<&str> {
        self.approval.account.as_deref()
    }
}

/// The 16 bytes behind `apr_…` or `acc_…`.
fn id_bytes(id: &str) -> Result<[u8; 16], Failure> {
    let (_, text) = id.split_once('_').ok_or(Failure::Malformed)?;
    unb64u(text)?.try_into().map_err(|_| Failure::Malformed)
}

fn id_text(bytes: [u8; 16]) -> String {
    format!("{}_{}", domain::id::APPROVAL, b64u(bytes))
}

/// The token request of a partner that proved itself. The assertion and the code are burnt before the code is checked.
pub async fn exchange(
    world: &World,
    client: &Authenticated<'_>,
    request: &TokenRequest,
) -> Result<Result<TokenResponse, TokenError>, Failure> {
    let partner = client.partner;
    let now = world.now();
    let opened = AuthCode::open(&world.keys.code, &request.code, &partner.id).map(id_text);
    let single_use = client.single_use.as_ref().map(|s| (s.jti.clone(), s.expires));
    let (id, name, sealer) = (opened.unwrap_or_default(), partner.id.clone(), world.sealer.clone());
    let work = move |tx: &mut db::Tx<'_>| {
        if let Some((jti, expires)) = &single_use
            && !store::used_token::burn(tx, &name, jti, *expires)?
        {
            return Ok::<_, Failure>(Err(TokenError::INVALID_CLIENT));
        }
        if id.is_empty() {
            return Ok(Err(TokenError::INVALID_GRANT));
        }
        let redeemed = store::approval::redeem(tx, &sealer, &id, &name, now - REDEEM_SECONDS)?;
        if redeemed.is_none() {
            store::approval::revoke(tx, &id, &name)?;
        }
        Ok(redeemed.ok_or(TokenError::INVALID_GRANT))
    };
    let (approval, login) = match world.db.run("sign_in.exchange", work).await? {
        Ok(redeemed) => redeemed,
        Err(refused) => return Ok(Err(refused)),
    };
    let asked = &login.authorization;
    if !request.fits(&asked.redirect_uri, asked.code_challenge.as_deref()) {
        let (id, name) = (approval.id.clone(), partner.id.clone());
        world.db.run("sign_in.misfit", move |tx| store::approval::revoke(tx, &id, &name)).await?;
        return Ok(Err(TokenError::INVALID_GRANT));
    }
    tokens(world, partner, &approval, &login, now).await.map(Ok)
}

async fn tokens(
    world: &World,
    partner: &Partner,
    approval: &Approval,
    login: &LoginRequest,
    now: i64,
) -> Result<TokenResponse, Failure> {
    let State::Redeemed { at } = approval.state else {
        return Err(Failure::Internal("redeemed rows are redeemed".into()));
    };
    let access_token = AccessToken::make(&world.keys.token, &id_bytes(&approval.id)?, now + TOKEN_SECONDS);
    let subject = subject_of(world, partner, approval)?;
    let mut token = IdToken::new(&world.settings.issuer, &subject, &partner.id, at, now, now + TOKEN_SECONDS);
    token.nonce = login.authorization.nonce.as_deref();
    token.at_hash = Some(at_hash(&access_token));
    let wanted = login.authorization.id_token_claims(partner);
    if !wanted.is_empty() {
        token.attributes = profile_claims(world, approval, &wanted).await?;
    }
    if let Some(facts) = &login.credential {
        token.attributes.extend(risk(facts, at));
    }
    let id_token = world.keys.op.sign(partner.id_token_alg, &token)?;
    let scopes: Vec<&str> = login.authorization.scopes.iter().map(|s| s.as_str()).collect();
    Ok(TokenResponse {
        access_token,
        token_type: "Bearer",
        expires_in: TOKEN_SECONDS,
        id_token,
        scope: scopes.join(" "),
    })
}

/// What a service may weigh (docs/life.md §9), as of the approval.
fn risk(facts: &CredentialFacts, approved_at: i64) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("credential_age".into(), (approved_at - facts.since).max(0).into());
    if !facts.recovered_by.is_empty() {
        claims.insert("credential_recovered_by".into(), facts.recovered_by.clone().into());
    }
    claims.insert("credential_limited".into(), facts.limited.into());
    if facts.ongoing_call {
        claims.insert("ongoing_call".into(), true.into());
    }
    claims
}

async fn profile_claims(
    world: &World,
    approval: &Approval,
    wanted: &[&'static str],
) -> Result<Map<String, Value>, Failure> {
    let (sealer, account) = (world.sealer.clone(), approval.account.clone().unwrap_or_default());
    let found = world.db.read("sign_in.profile", move |tx| store::account::find(tx, &sealer, &account)).await?;
    let row = found.ok_or_else(|| Failure::Internal("an approval's account is gone".into()))?;
    Ok(attributes::pick(&row.profile.attributes(), wanted))
}

fn subject_of(world: &World, partner: &Partner, approval: &Approval) -> Result<String, Failure> {
    let account =
        approval.account.as_deref().ok_or_else(|| Failure::Internal("an approved request has an account".into()))?;
    Ok(subject::pairwise(&world.keys.pairwise, partner.sector(), &id_bytes(account)?))
}

/// What the access token opens; `None` for a token that opens nothing.
pub async fn userinfo(world: &World, access_token: &str) -> Result<Option<Value>, Failure> {
    let Some(id) = AccessToken::open(&world.keys.token, access_token, world.now()).map(id_text) else {
        return Ok(None);
    };
    let sealer = world.sealer.clone();
    let found = world.db.read("sign_in.userinfo", move |tx| store::approval::redeemed(tx, &sealer, &id)).await?;
    let Some((approval, login, profile)) = found else { return Ok(None) };
    let Some(partner) = world.partners.find(&approval.partner) else { return Ok(None) };
    let wanted = login.authorization.userinfo_claims(partner);
    let mut claims = attributes::pick(&profile.attributes(), &wanted);
    claims.insert("sub".into(), Value::String(subject_of(world, partner, &approval)?));
    Ok(Some(Value::Object(claims)))
}
