//! A request begins: somebody typed a number, a page shows a code to scan, the app is on the same device, or the partner names
//! the person.

mod scan;
mod summon;

use domain::approval::{Approval, Asked, LoginRequest, OFFER_SECONDS, Start, State};
use domain::number::MobileNumber;
use protocol::oidc::authorize::AuthorizationRequest;
use protocol::oidc::partner::{Partner, StartWay};

pub use scan::{frame, returns, scan};
pub(crate) use scan::{fresh, mac, return_to};
pub use summon::{How, Whom, summon};

use crate::{Failure, World};

/// Where a request comes from.
#[derive(Clone)]
pub struct Begun {
    pub authorization: AuthorizationRequest,
    pub browser: String,
    /// Address of the browser, for the place on the phone, and its network, for the crowd.
    pub address: String,
    pub network: String,
    /// From the browser's cookie: its id, and the account that approved a login in it before.
    pub known: Option<(String, String)>,
}

/// What the login page knows when the person presses the button.
pub struct Typed {
    pub begun: Begun,
    pub country: String,
    pub number: String,
}

/// A request that waits.
pub struct Started {
    pub approval: String,
    pub number: MobileNumber,
}

/// Starts a request. A number nobody has takes the same path to the same page.
pub async fn by_number(world: &World, typed: Typed) -> Result<Started, Failure> {
    let number = MobileNumber::read(&typed.country, &typed.number, &[])?;
    let partner = partner_of(world, &typed.begun, StartWay::Number)?;
    let whom = Whom::Number(world.keys.number_hash(number.e164()));
    let approval = summon(world, &partner, typed.begun, whom, How::typed_match(Start::Number)).await?;
    Ok(Started { approval: approval.id, number })
}

/// Starts a request for the one person it may be, when the partner knows them; `None` when it does not, and a number must be typed.
pub async fn by_subject(world: &World, begun: Begun) -> Result<Option<Approval>, Failure> {
    let Some(subject) = begun.authorization.sub.clone() else { return Ok(None) };
    let partner = partner_of(world, &begun, StartWay::Number)?;
    let Some(account) = account_of(world, &partner.id, subject).await? else { return Ok(None) };
    summon(world, &partner, begun, Whom::Account(account), How::typed_match(Start::Number)).await.map(Some)
}

/// The account that a partner calls so.
pub(crate) async fn account_of(world: &World, partner: &str, subject: String) -> Result<Option<String>, Failure> {
    let id = partner.to_owned();
    Ok(world.db.read("start.subject", move |tx| store::consent::of_subject(tx, &id, &subject)).await?)
}

/// A request that the page shows as a code to scan; whichever phone comes first has it.
pub async fn by_qr(world: &World, begun: Begun) -> Result<Approval, Failure> {
    offer(world, begun, Start::Qr, StartWay::Qr).await
}

/// A request for the app on the device that shows the page.
pub async fn by_link(world: &World, begun: Begun) -> Result<Approval, Failure> {
    offer(world, begun, Start::Link, StartWay::Link).await
}

async fn offer(world: &World, begun: Begun, start: Start, way: StartWay) -> Result<Approval, Failure> {
    let partner = partner_of(world, &begun, way)?;
    let now = world.now();
    let approval = Approval {
        id: world.id(domain::id::APPROVAL),
        start,
        uv: String::new(),
        device: None,
        account: None,
        partner: partner.id.clone(),
        match_number: String::new(),
        created_at: now,
        expires_at: now + OFFER_SECONDS,
        state: State::Waiting,
    };
    let lane = lane_of(&begun);
    let request = request(begun, &partner);
    let (sealer, row) = (world.sealer.clone(), approval.clone());
    let insert = move |tx: &mut db::Tx<'_>| {
        let asked = Asked::Login(Box::new(request.clone()));
        store::approval::insert(tx, &sealer, &row, &[], &lane, &asked)
    };
    world.db.run("start.offer", insert).await?;
    Ok(approval)
}

fn partner_of(world: &World, begun: &Begun, way: StartWay) -> Result<std::sync::Arc<Partner>, Failure> {
    let partner = world.partners.find(&begun.authorization.client_id).ok_or(Failure::Malformed)?;
    if partner.allows_start(way) { Ok(partner) } else { Err(Failure::Malformed) }
}

fn request(begun: Begun, partner: &Partner) -> LoginRequest {
    LoginRequest {
        claims: begun.authorization.all_claims(partner).into_iter().map(str::to_owned).collect(),
        authorization: begun.authorization,
        browser: begun.browser,
        place: begun.address,
        credential: None,
        without: Vec::new(),
        auth_time: None,
        session: None,
    }
}

fn lane_of(begun: &Begun) -> String {
    match &begun.known {
        Some((browser, _)) => format!("browser:{browser}"),
        None => format!("place:{}", begun.network),
    }
}

/// What stands behind our app's address.
fn is_own_url<'a>(app: &str, text: &'a str) -> Option<&'a str> {
    text.strip_prefix(app)?.strip_prefix('/')
}
