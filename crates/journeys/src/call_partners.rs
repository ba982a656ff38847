//! Tells partners what they must hear: a result that waits for them (CIBA ping), a login that is over (back-channel logout). Runs beside
//! the doors; a call is written with its event, so nothing is lost.

use std::collections::BTreeMap;
use std::time::Duration;

use protocol::oidc::logout;
use serde_json::json;
use store::partner_call::{Due, Logout, Ping, Said};
use tokio::task::JoinSet;

use crate::ports::PartnerCallError;
use crate::tokens::seal_jwt;
use crate::{Failure, World, tokens};

/// A caller that dies gives its calls back after this, seconds: twice as long as a whole batch to one partner that lets each call wait
/// for the three seconds that `outbound` is patient.
const LEASE_SECONDS: i64 = 30;
const BATCH: i64 = 20;
/// So many calls to one partner at the same time.
pub const AT_ONCE: usize = 4;
/// Pauses before the second, third, … try.
const BACK_OFF_SECONDS: [i64; 5] = [2, 10, 60, 600, 3600];

/// What became of a call.
enum Heard {
    Yes,
    /// The partner will never take it; why, for the log.
    Never(String),
    NotNow(String),
}

/// Makes the calls that are due, those to different partners side by side; how many were.
pub async fn once(world: &World) -> Result<usize, Failure> {
    let (now, sealer) = (world.now(), world.sealer.clone());
    let work = move |tx: &mut db::Tx<'_>| store::partner_call::claim(tx, &sealer, now, LEASE_SECONDS, BATCH);
    let due = world.db.run("call_partners.claim", work).await?;
    let many = due.len();
    let mut tasks = JoinSet::new();
    for queue in queues(due) {
        let world = world.clone();
        tasks.spawn(async move {
            for call in queue {
                make(&world, call).await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        if let Err(error) = done {
            tracing::error!(%error, "calls to a partner stopped");
        }
    }
    Ok(many)
}

/// At most [`AT_ONCE`] queues for each partner: one that lets us wait delays nobody else.
fn queues(due: Vec<Due>) -> Vec<Vec<Due>> {
    let mut queues: BTreeMap<(String, usize), Vec<Due>> = BTreeMap::new();
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for call in due {
        let nth = met.entry(call.partner.clone()).or_default();
        queues.entry((call.partner.clone(), *nth % AT_ONCE)).or_default().push(call);
        *nth += 1;
    }
    queues.into_values().collect()
}

/// What cannot be written down is tried again when the lease is over.
async fn make(world: &World, call: Due) {
    let heard = match &call.said {
        Said::Ping(said) => ping(world, said).await,
        Said::Logout(said) => log_out(world, &call.partner, said).await,
    };
    if let Err(failure) = settle(world, call, heard).await {
        tracing::error!(?failure, "what became of a call was not written");
    }
}

async fn settle(world: &World, call: Due, heard: Heard) -> Result<(), Failure> {
    let (now, id, partner) = (world.now(), call.id, call.partner);
    match heard {
        Heard::NotNow(why) => {
            let tried = usize::try_from(call.tries - 1).ok();
            let pause = tried.and_then(|n| BACK_OFF_SECONDS.get(n)).unwrap_or(&3600);
            tracing::warn!(partner, why, again_in_s = pause, "a partner could not be told");
            Ok(world.db.run("call_partners.again", move |tx| store::partner_call::again(tx, &id, now + pause)).await?)
        }
        Heard::Never(why) => {
            tracing::warn!(partner, why, "a partner will not be told");
            Ok(world.db.run("call_partners.done", move |tx| store::partner_call::done(tx, &id)).await?)
        }
        Heard::Yes => Ok(world.db.run("call_partners.done", move |tx| store::partner_call::done(tx, &id)).await?),
    }
}

fn unreached(error: &PartnerCallError) -> Heard {
    match error {
        PartnerCallError::Forbidden(_) => Heard::Never(error.to_string()),
        _ => Heard::NotNow(error.to_string()),
    }
}

/// CIBA Core §10.2: the answer means nothing, and whoever answered is not called again.
async fn ping(world: &World, said: &Ping) -> Heard {
    let body = json!({ "auth_req_id": said.auth_req_id }).to_string().into_bytes();
    match world.partner_http.post(&said.address, "application/json", Some(&said.bearer), body).await {
        Ok(_) => Heard::Yes,
        Err(error) => unreached(&error),
    }
}

/// Back-Channel Logout §2.5 to §2.8. The token is made now: it counts for two minutes only.
async fn log_out(world: &World, partner: &str, said: &Logout) -> Heard {
    let Some(partner) = world.partners.find(partner) else { return Heard::Never("is gone".into()) };
    let Some(address) = &partner.backchannel_logout_uri else { return Heard::Yes };
    let sid = said.approval.as_deref().and_then(|approval| tokens::sid(world, approval).ok());
    let Ok(sub) = tokens::subject(world, &partner, &said.account) else { return Heard::Never("nobody".into()) };
    let issuer = world.settings.issuer_of(partner.mount);
    let jti = protocol::jose::b64u(world.entropy::<16>());
    let claims = logout::token(&issuer, &partner.id, &sub, sid.as_deref(), &jti, world.now());
    // As its ID tokens are (Back-Channel Logout §2.4).
    let token = match seal_jwt(world, &partner, Some(partner.id_token_alg()), None, logout::TYP, &claims).await {
        Ok(token) => token,
        Err(error) => return Heard::NotNow(format!("{error:?}")),
    };
    let body = format!("logout_token={token}").into_bytes();
    match world.partner_http.post(address, "application/x-www-form-urlencoded", None, body).await {
        Ok(200..=299) => Heard::Yes,
        Ok(status @ 400..=499) if status != 429 => Heard::Never(format!("status {status}")),
        Ok(status) => Heard::NotNow(format!("status {status}")),
        Err(error) => unreached(&error),
    }
}

/// Calls until the task is dropped.
pub async fn run(world: World) {
    loop {
        let pause = match once(&world).await {
            Ok(0) => 300,
            Ok(_) => 10,
            Err(error) => {
                tracing::error!(?error, "calls to partners could not be read");
                2000
            }
        };
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}
