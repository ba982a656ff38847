//! One person is called to their phone.

use domain::approval::{Approval, Asked, Crowd, LoginRequest, Start, State, WAIT_SECONDS, reaches};
use protocol::oidc::partner::Partner;

use super::{Begun, lane_of, request};
use crate::{Failure, World};

/// Who is called.
pub enum Whom {
    /// HMAC of a number, whether or not anybody has it.
    Number(Vec<u8>),
    /// Somebody the partner knows.
    Account(String),
}

/// In which way.
#[derive(Clone, Copy)]
pub struct How {
    pub start: Start,
    /// The person types two digits that stand elsewhere.
    pub typed_match: bool,
    /// Seconds until it is too late.
    pub wait: i64,
}

impl How {
    /// Three minutes, with two digits to type.
    pub fn typed_match(start: Start) -> How {
        How { start, typed_match: true, wait: WAIT_SECONDS }
    }
}

/// Makes the request, and rings the phone when there is one and no crowd before it. The row is the same for nobody.
pub async fn summon(world: &World, partner: &Partner, begun: Begun, whom: Whom, how: How) -> Result<Approval, Failure> {
    let (lane, known_account) = (lane_of(&begun), begun.known.as_ref().map(|(_, account)| account.clone()));
    let request = request(begun, partner);
    let now = world.now();
    let approval = Approval {
        id: world.id(domain::id::APPROVAL),
        start: how.start,
        uv: String::new(),
        device: None,
        account: None,
        partner: partner.id.clone(),
        match_number: if how.typed_match { two_digits(world) } else { String::new() },
        created_at: now,
        expires_at: now + how.wait,
        state: State::Waiting,
    };
    let (sealer, asked) = (world.sealer.clone(), request.clone());
    let work = move |tx: &mut db::Tx<'_>| {
        let known = |crowd: Crowd, account: &Option<String>| Crowd {
            known_browser: known_account.is_some() && *account == known_account,
            ..crowd
        };
        match &whom {
            Whom::Number(hash) => {
                let asked = Asked::Login(Box::new(request.clone()));
                let reached = store::summon::summon(tx, &sealer, &approval, hash, &lane, &asked)?;
                if known(reached.crowd, &reached.account).bars() {
                    // Also where there is nobody: a full door looks the same from outside.
                    store::summon::turn_away(tx, &approval.id)?;
                    return Ok(approval.clone());
                }
                Ok(Approval { device: reached.device, account: reached.account, ..approval.clone() })
            }
            Whom::Account(id) => {
                let reached = store::summon::reach_account(tx, id, &approval.partner, &lane, now)?;
                let crowd = known(reached.crowd, &reached.account);
                let device = reaches(crowd, reached.device.filter(|_| !reached.muted));
                let account = reached.account.filter(|_| device.is_some());
                let credential = reached.credential.filter(|_| device.is_some());
                let approval = Approval { device, account, ..approval.clone() };
                let asked = Asked::Login(Box::new(LoginRequest { credential, ..request.clone() }));
                store::approval::insert(tx, &sealer, &approval, &reached.number, &lane, &asked)?;
                Ok::<_, Failure>(approval)
            }
        }
    };
    let approval = world.db.run("sign_in.start", work).await?;
    world.signals.lately.begun(&approval, asked, now);
    if let Some(device) = &approval.device {
        world.signals.ring(device);
    }
    Ok(approval)
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
