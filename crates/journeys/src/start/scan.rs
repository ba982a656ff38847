//! The phone comes to the request: it scanned what a page shows, or was opened by the page's link.

use domain::approval::{
    Approval, Asked, CredentialFacts, LoginRequest, SCAN_STEP_SECONDS, SCAN_STEPS_BACK, Start, WAIT_SECONDS,
};
use domain::refusal::Refusal;
use protocol::jose::b64u;
use protocol::label::{LOGIN_RETURN, QR};
use protocol::phone::{Decision, ScanBody, ScanOk};

use super::is_own_url;
use crate::keys::PlatformKeys;
use crate::own_phone::{Own, own};
use crate::{Failure, Signed, World, discover};

/// What the code or link says.
struct Scanned<'a> {
    rid: &'a str,
    /// Step and MAC of a code that changes; a link has none.
    frame: Option<(i64, &'a str)>,
}

impl<'a> Scanned<'a> {
    /// `{app}/q#apr_….step.mac` or `{app}/r#apr_…`.
    fn read(app: &str, text: &'a str) -> Option<Scanned<'a>> {
        let rest = is_own_url(app, text)?;
        let (kind, fragment) = rest.split_once('#')?;
        let mut parts = fragment.split('.');
        let rid = parts.next().filter(|rid| protocol::phone::is_id(domain::id::APPROVAL, rid))?;
        match (kind, parts.next(), parts.next(), parts.next()) {
            ("q", Some(step), Some(mac), None) => Some(Scanned { rid, frame: Some((step.parse().ok()?, mac)) }),
            ("r", None, None, None) => Some(Scanned { rid, frame: None }),
            _ => None,
        }
    }

    fn fits(&self, start: Start) -> bool {
        matches!((start, self.frame), (Start::Qr, Some(_)) | (Start::Link, None))
    }
}

/// The text of the code that the page shows now. It changes every two seconds, so that a picture of it is soon worth nothing.
pub fn frame(world: &World, approval: &Approval, now: i64) -> String {
    let step = (now - approval.created_at).max(0) / SCAN_STEP_SECONDS;
    format!("{}/q#{}.{step}.{}", world.settings.app, approval.id, mac(&world.keys, &approval.id, step))
}

/// 16 bytes over request and step.
pub(crate) fn mac(keys: &PlatformKeys, id: &str, step: i64) -> String {
    let whole = keys.derived(QR, &[id.as_bytes(), &step.to_be_bytes()]);
    b64u(whole.get(..16).unwrap_or_default())
}

/// True for a code that was on the page within the last eight seconds.
pub(crate) fn fresh(keys: &PlatformKeys, id: &str, created_at: i64, frame: (i64, &str), now: i64) -> bool {
    let current = (now - created_at).max(0) / SCAN_STEP_SECONDS;
    let (step, theirs) = frame;
    (current - SCAN_STEPS_BACK..=current).contains(&step) && PlatformKeys::same(theirs, &mac(keys, id, step))
}

/// What only the phone that answered learns: with it, and with its own cookie, the browser that began may go on. Yes and no have
/// each a token of their own, so that what leads to a refusal never leads to a login. Whoever reports fraud is led nowhere.
fn return_token(world: &World, approval: &str, answered: Decision) -> Option<String> {
    let whole = match answered {
        Decision::Approve => world.keys.derived(LOGIN_RETURN, &[approval.as_bytes()]),
        Decision::Reject => world.keys.derived(LOGIN_RETURN, &[approval.as_bytes(), b"refused"]),
        Decision::Fraud => return None,
    };
    Some(b64u(whole.get(..16).unwrap_or_default()))
}

/// The answer to this request that the token stands for.
pub fn returns(world: &World, approval: &str, token: &str) -> Option<Decision> {
    let stands_for = |answered: &Decision| {
        return_token(world, approval, *answered).is_some_and(|ours| PlatformKeys::same(token, &ours))
    };
    [Decision::Approve, Decision::Reject].into_iter().find(stands_for)
}

/// Where the phone sends its browser after an answer on the same device.
pub(crate) fn return_to(world: &World, approval: &str, answered: Decision) -> Option<String> {
    let token = return_token(world, approval, answered)?;
    Some(format!("{}/login/return/{approval}?rt={token}", world.settings.issuer))
}

/// The phone that signed takes the request: the first one to come has it.
///
/// # Errors
/// `Expired` for a picture of the code, `Taken` when another phone was first, `Gone` when it waits no more.
pub async fn scan(world: &World, signed: &Signed) -> Result<ScanOk, Failure> {
    let (own, body, _) = own::<ScanBody>(world, signed).await?;
    if let Some(code) = discover::Scanned::read(&world.settings.app, &body.text) {
        return discover::scanned(world, &own, &code).await;
    }
    let Own { device, account } = own;
    let scanned = Scanned::read(&world.settings.app, &body.text).ok_or(Failure::Gone)?;
    let (sealer, id) = (world.sealer.clone(), scanned.rid.to_owned());
    let found = world.db.read("scan.find", move |tx| store::approval::find(tx, &sealer, &id)).await?;
    let (approval, request) = found.filter(|(a, _)| scanned.fits(a.start)).ok_or(Failure::Gone)?;
    let now = world.now();
    if let Some(frame) = scanned.frame
        && !fresh(&world.keys, &approval.id, approval.created_at, frame, now)
    {
        return Err(Refusal::Expired.into());
    }
    if approval.device.as_deref() == Some(device.id.as_str()) {
        return Ok(ScanOk { rid: approval.id });
    }
    if approval.device.is_some() {
        return Err(Refusal::Taken.into());
    }
    let credential = CredentialFacts {
        since: account.activated_at,
        recovered_by: account.recovered_by.clone(),
        limited: account.limited_until > now,
        ongoing_call: device.careful_until > now,
        ip: None,
    };
    let request = LoginRequest { credential: Some(credential), ..request };
    take(world, approval.id, device.id, account.id, request, now).await
}

async fn take(
    world: &World,
    id: String,
    device: String,
    account: String,
    request: LoginRequest,
    now: i64,
) -> Result<ScanOk, Failure> {
    let (sealer, rid, phone) = (world.sealer.clone(), id.clone(), device.clone());
    let taken = world.db.run("scan.take", move |tx| {
        let asked = Asked::Login(Box::new(request.clone()));
        let claim = store::approval::Claim { id: &rid, device: &phone, account: &account, until: now + WAIT_SECONDS };
        store::approval::claim(tx, &sealer, claim, &asked, now)
    });
    if !taken.await? {
        return Err(Refusal::Taken.into());
    }
    world.signals.ring(&id);
    world.signals.ring(&device);
    Ok(ScanOk { rid: id })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const RID: &str = "apr_AAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn only_our_own_codes_and_links_are_read() {
        let app = "https://app.example";
        let read = |text: &str| Scanned::read(app, text).map(|s| (s.rid.to_owned(), s.frame.map(|f| f.0)));
        assert_eq!(read(&format!("{app}/q#{RID}.7.mac")).unwrap(), (RID.into(), Some(7)));
        assert_eq!(read(&format!("{app}/r#{RID}")).unwrap(), (RID.into(), None));
        for wrong in [
            format!("https://app.example.evil/q#{RID}.7.mac"),
            format!("http://app.example/q#{RID}.7.mac"),
            format!("{app}/q#{RID}.7"),
            format!("{app}/q#{RID}.x.mac"),
            format!("{app}/q#{RID}.7.mac.more"),
            format!("{app}/r#{RID}.7.mac"),
            format!("{app}/x#{RID}"),
            format!("{app}/r#acc_AAAAAAAAAAAAAAAAAAAAAA"),
            String::new(),
        ] {
            assert_eq!(read(&wrong), None, "{wrong}");
        }
    }
}
