//! A request begins: somebody typed a number, a page shows a code to scan, or the app is on the same device.

use domain::approval::{Approval, Asked, Crowd, LoginRequest, Start, State, WAIT_SECONDS, reaches};
use domain::number::MobileNumber;
use protocol::oidc::authorize::AuthorizationRequest;

use crate::{Failure, World};

/// What the login page knows when the person presses the button.
pub struct Typed {
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
pub async fn by_number(world: &World, start: Typed) -> Result<Started, Failure> {
    let number = MobileNumber::read(&start.country, &start.number, &[])?;
    let hash = world.keys.number_hash(number.e164());
    let (lane, known_account) = match start.known {
        Some((browser, account)) => (format!("browser:{browser}"), Some(account)),
        None => (format!("place:{}", start.network), None),
    };
    let partner = world.partners.find(&start.authorization.client_id).ok_or(Failure::Malformed)?;
    let request = LoginRequest {
        claims: start.authorization.all_claims(&partner).into_iter().map(str::to_owned).collect(),
        authorization: start.authorization,
        browser: start.browser,
        place: start.address,
        credential: None,
        without: Vec::new(),
    };
    let now = world.now();
    let approval = Approval {
        start: Start::Number,
        uv: String::new(),
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
