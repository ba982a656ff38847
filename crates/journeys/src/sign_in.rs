//! The browser of a login: it waits, it gives up, it goes back to the service.

use domain::approval::{Approval, LoginRequest, Progress};
use protocol::oidc::authorize::{Answer, ErrorCode};
use protocol::oidc::code::AuthCode;

use crate::tokens::{code_seconds, id_bytes, is_the_one};
use crate::{Failure, World, reply};

/// How a request stands, for its own browser.
pub struct Watch {
    pub approval: Approval,
    pub request: LoginRequest,
    pub progress: Progress,
    pub now: i64,
}

pub async fn watch(world: &World, approval: &str) -> Result<Watch, Failure> {
    let now = world.now();
    if let Some((approval, request)) = world.signals.lately.get(approval, now) {
        return Ok(Watch { progress: progress(world, &approval, now), approval, request, now });
    }
    let (sealer, id) = (world.sealer.clone(), approval.to_owned());
    let found = world.db.read("sign_in.watch", move |tx| store::approval::find(tx, &sealer, &id)).await?;
    let (approval, request) = found.ok_or(Failure::Gone)?;
    Ok(Watch { progress: progress(world, &approval, now), approval, request, now })
}

/// A code that would be too old when it arrives is not given.
fn progress(world: &World, approval: &Approval, now: i64) -> Progress {
    match world.partners.find(&approval.partner) {
        Some(partner) => approval.progress_within(now, code_seconds(world, &partner)),
        None => approval.progress(now),
    }
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

/// Until a phone has taken what the page offers, or it is decided, at most `millis`.
pub async fn watch_until_claimed(world: &World, approval: &str, millis: u64) -> Result<Watch, Failure> {
    let listener = world.signals.listen(approval);
    let until = tokio::time::Instant::now() + std::time::Duration::from_millis(millis);
    loop {
        let watch = watch(world, approval).await?;
        if watch.claimed() || watch.progress != Progress::Waiting || tokio::time::Instant::now() >= until {
            return Ok(watch);
        }
        let left = until.saturating_duration_since(tokio::time::Instant::now());
        // Late is as good as rung: the row is read again either way.
        let _ = tokio::time::timeout(left, listener.wait()).await;
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
    pub async fn granted(&self, world: &World) -> Result<Answer, Failure> {
        let partner = world.partners.find(&self.approval.partner).ok_or(Failure::Gone)?;
        if !is_the_one(world, &partner, &self.approval, &self.request.authorization)? {
            let wrong = "somebody else approved than the one who was asked for";
            return reply::answer(world, &self.request.authorization.refuse(ErrorCode::LoginRequired, wrong).reply())
                .await;
        }
        let code = AuthCode::make(&world.keys.code, &id_bytes(&self.approval.id)?, &self.approval.partner);
        reply::answer(world, &self.request.authorization.grant(&code)).await
    }

    /// True once a phone has taken what a page offered.
    pub fn claimed(&self) -> bool {
        self.approval.device.is_some()
    }

    /// Whose login it was: what the browser is remembered by, once it was approved.
    pub fn account(&self) -> Option<&str> {
        self.approval.account.as_deref()
    }
}
