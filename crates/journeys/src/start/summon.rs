//! One person is called to their phone.

use domain::approval::{Approval, Asked, LoginRequest, Room, Start, State, WAIT_SECONDS};
use protocol::oidc::partner::Partner;
use store::summon::Origin;

use super::{Begun, lane_of, request};
use crate::{Failure, World};

/// Who is called.
pub enum Whom {
    /// HMAC of a number, whether or not anybody has it.
    Number(Vec<u8>),
    /// Somebody the partner knows.
    Account(String),
    /// Somebody who scanned the partner's code a moment ago, and waits.
    Awaiting(String),
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
    let from = origin(partner, &begun, &whom, how);
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
    let work = move |tx: &mut db::Tx<'_>| match &whom {
        Whom::Number(hash) => {
            let asked = Asked::Login(Box::new(request.clone()));
            let reached = store::summon::summon(tx, &sealer, &approval, hash, &from, &asked)?;
            Ok(Approval { device: reached.device, account: reached.account, ..approval.clone() })
        }
        Whom::Account(id) | Whom::Awaiting(id) => {
            let reached = store::summon::reach_account(tx, id, &approval.partner, &from.lane, now)?;
            let open = reached.in_lane < from.room.in_lane && (!reached.muted || from.room == Room::AWAITED);
            let device = reached.device.filter(|_| open);
            let account = reached.account.filter(|_| device.is_some());
            let credential = reached.credential.filter(|_| device.is_some());
            let approval = Approval { device, account, ..approval.clone() };
            let asked = Asked::Login(Box::new(LoginRequest { credential, ..request.clone() }));
            store::approval::insert(tx, &sealer, &approval, &reached.number, &from.lane, &asked)?;
            Ok::<_, Failure>(approval)
        }
    };
    let approval = world.db.run("sign_in.start", work).await?;
    world.signals.lately.begun(&approval, asked, now);
    if let Some(device) = &approval.device {
        world.signals.ring(device);
    }
    Ok(approval)
}

/// A partner that names somebody comes in lanes of its own, whatever browser brings it; but a browser in which that very person
/// approved before has its own.
fn origin(partner: &Partner, begun: &Begun, whom: &Whom, how: How) -> Origin {
    let known = begun.known.as_ref().map(|(_, account)| account.clone());
    let (lane, room) = match whom {
        _ if how.start == Start::Ciba => (format!("partner:{}", partner.id), Room::PARTNER),
        Whom::Account(id) | Whom::Awaiting(id) if known.as_ref() != Some(id) => {
            (format!("partner:{}/browser", partner.id), Room::PARTNER)
        }
        Whom::Account(_) | Whom::Awaiting(_) => (lane_of(begun), Room::PARTNER),
        Whom::Number(_) => (lane_of(begun), Room::STRANGER),
    };
    let room = if matches!(whom, Whom::Awaiting(_)) { Room::AWAITED } else { room };
    Origin { lane, known, room }
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
