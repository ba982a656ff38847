//! An account is blocked: by its person, by whoever holds one of its codes or its card, by the helpdesk, by five wrong codes.
//! At once and everywhere: the phone acts no more, what waits ends, what was granted opens nothing.

use domain::account::Device;
use domain::life::{Act, By, Standing};
use serde_json::{Value, json};
use store::account::AccountRow;
use store::audit::Line;

use crate::own_phone::{Nothing, own};
use crate::written_code::{self, Typed};
use crate::{Failure, Signed, World, notice};

/// What ended, to be told to the vault and to whoever waits.
#[derive(Default)]
pub(crate) struct Ended {
    pub(crate) devices: Vec<String>,
    pub(crate) requests: Vec<String>,
}

impl Ended {
    /// Verifiers are forgotten, waiting pages wake up.
    pub(crate) async fn settle(self, world: &World) -> Result<(), Failure> {
        for device in self.devices {
            world.signals.ring(&device);
            world.vault.revoke(device).await?;
        }
        self.requests.iter().for_each(|request| world.signals.ring(request));
        Ok(())
    }
}

/// Who did it, for the log.
struct Doer<'a> {
    act: Act,
    actor: &'a str,
    detail: &'a str,
    /// MAC of the stop code, which is used up by the transaction that blocks.
    stop: Option<String>,
}

/// In the app: one tap and one to confirm; no code, for whoever blocks does no harm.
pub async fn by_phone(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, Nothing {}, _) = own(world, signed).await?;
    let doer = Doer { act: Act::Block(By::Citizen), actor: &own.device.id, detail: "", stop: None };
    block(world, own.account.id.clone(), doer).await?;
    Ok(json!({}))
}

/// On the site, with a block code or a stop code. `false`: no account is blocked by what was typed.
pub async fn by_written_code(world: &World, typed: &str) -> Result<bool, Failure> {
    match written_code::read(typed) {
        Typed::Neither => Ok(false),
        Typed::Block(code) => {
            let mac = written_code::block_mac(world, &code);
            let found = world.db.read("block.code", move |tx| store::account::of_block_code(tx, &mac)).await?;
            let Some(account) = found else { return Ok(false) };
            let doer = Doer { act: Act::Block(By::BlockCode), actor: "block_code", detail: "", stop: None };
            block(world, account, doer).await?;
            Ok(true)
        }
        Typed::Stop(code) => by_stop_code(world, &code).await,
    }
}

async fn by_stop_code(world: &World, code: &str) -> Result<bool, Failure> {
    let (mac, now) = (written_code::stop_mac(world, code), world.now());
    let found = world.db.read("block.stop", {
        let mac = mac.clone();
        move |tx| store::stop::find(tx, &mac, now)
    });
    let Some(account) = found.await? else { return Ok(false) };
    let doer = Doer { act: Act::Block(By::StopCode), actor: "stop_code", detail: "", stop: Some(mac) };
    block(world, account, doer).await
}

/// On the site, with the identity card of this person. `false`: they have no account.
pub async fn by_person(world: &World, national_number: &str) -> Result<bool, Failure> {
    let person = world.keys.person_hash(national_number);
    let found = world.db.read("block.person", move |tx| store::account::of_person(tx, &person)).await?;
    let Some(account) = found else { return Ok(false) };
    let doer = Doer { act: Act::Block(By::Card), actor: "card", detail: "", stop: None };
    block(world, account, doer).await?;
    Ok(true)
}

/// The fifth wrong code.
pub(crate) async fn by_wrong_codes(world: &World, device: &Device) -> Result<(), Failure> {
    let doer = Doer { act: Act::Block(By::WrongCodes), actor: &device.id, detail: "", stop: None };
    block(world, device.account.clone(), doer).await.map(|_| ())
}

/// By one person of the helpdesk: blocking protects.
pub async fn by_helpdesk(world: &World, account: &str, staff: &str) -> Result<(), Failure> {
    let doer = Doer { act: Act::Block(By::Helpdesk), actor: "helpdesk", detail: staff, stop: None };
    block(world, account.to_owned(), doer).await.map(|_| ())
}

/// Suspected fraud: nothing opens it but two people of the helpdesk.
pub async fn hold(world: &World, account: &str, staff: &str) -> Result<(), Failure> {
    let doer = Doer { act: Act::Hold, actor: "helpdesk", detail: staff, stop: None };
    block(world, account.to_owned(), doer).await.map(|_| ())
}

/// Two people of the helpdesk agree (the caller has seen to that): the citizen may reactivate, with any card. Their case is settled
/// by the same transaction.
///
/// # Errors
/// `WrongStep` when there is nothing to release; `Gone` when somebody settled the case first.
pub async fn release(world: &World, account: &str, staff: &str, case: &str) -> Result<(), Failure> {
    let (sealer, id, now, audit) = (world.sealer.clone(), account.to_owned(), world.now(), world.id("aud"));
    let (staff, case) = (staff.to_owned(), case.to_owned());
    let done = world.db.run("block.release", move |tx| {
        store::account::take(tx, &id)?;
        let row = store::account::find(tx, &sealer, &id)?.ok_or(Failure::Gone)?;
        let life = crate::own_phone::allowed(&row, Act::Release, now)?;
        store::account::stand(tx, &id, life.standing, None, now)?;
        store::account::trust(tx, &id)?;
        if !store::case::done(tx, &case, now)? {
            return Err(Failure::Gone);
        }
        let line = Line { id: &audit, at: now, action: "released", actor: "helpdesk", subject: &id, detail: &staff };
        Ok::<_, Failure>(store::audit::append(tx, &line)?)
    });
    done.await
}

/// Blocks. `false`: the stop code was used meanwhile, or there is no such account. A second block tells nobody anew, but it counts:
/// whatever is under way to open the account ends.
async fn block(world: &World, account: String, doer: Doer<'_>) -> Result<bool, Failure> {
    let (sealer, id) = (world.sealer.clone(), account);
    // Texts and ids are made before the transaction: it may run twice.
    let found = world.db.read("block.find", {
        let (sealer, id) = (sealer.clone(), id.clone());
        move |tx| store::account::find(tx, &sealer, &id)
    });
    let Some(row) = found.await? else { return Ok(false) };
    let notices = notice::blocked(world, &row);
    let (now, audit) = (world.now(), world.id("aud"));
    // The vault first: whatever breaks off in between, the phone answers nothing any more and its verifier is gone.
    if let (Ok(_), Some(phone)) = (row.life(now).after(doer.act), row.phone.clone()) {
        world.vault.revoke(phone).await?;
    }
    let (act, actor, detail, stop) = (doer.act, doer.actor.to_owned(), doer.detail.to_owned(), doer.stop);
    let done = world.db.run("block", move |tx| {
        store::account::take(tx, &id)?;
        let Some(row) = store::account::find(tx, &sealer, &id)? else { return Ok(None) };
        let stopped = stop.as_ref().map(|mac| store::stop::take(tx, mac, now)).transpose()?;
        if matches!(stopped, Some(None)) {
            return Ok(None);
        }
        let stopped = stopped.flatten();
        let document = stopped.as_ref().map(|s| s.document.as_str()).filter(|document| !document.is_empty());
        let standing = match row.life(now).after(act) {
            Ok(life) => life.standing,
            // Blocked as hard already.
            Err(_) if matches!(row.standing, Standing::Blocked(_)) => row.standing,
            Err(_) => return Ok(Some(Ended::default())),
        };
        let why = why(standing);
        let ended = end(tx, &row, why, now)?;
        store::account::stand(tx, &id, standing, document, now)?;
        if standing != row.standing {
            // Of a second block the person knows already.
            if row.standing == Standing::Open {
                notices.iter().try_for_each(|notice| notice.insert(tx, &sealer, now))?;
            }
            let action = if standing == Standing::Held { "held" } else { "blocked" };
            let what = stopped.as_ref().map_or(detail.as_str(), |s| s.what.as_str());
            let detail = if what.is_empty() { why } else { what };
            let line = Line { id: &audit, at: now, action, actor: &actor, subject: &id, detail };
            store::audit::append(tx, &line)?;
        }
        Ok::<_, Failure>(Some(ended))
    });
    match done.await? {
        Some(ended) => ended.settle(world).await.map(|()| true),
        None => Ok(false),
    }
}

fn why(standing: Standing) -> &'static str {
    match standing {
        Standing::Blocked(by) => by.word(),
        Standing::Held => By::Helpdesk.word(),
        Standing::Closed => "closed",
        Standing::Open => "",
    }
}

/// Phones and requests of an account end.
pub(crate) fn end(tx: &mut db::Tx<'_>, row: &AccountRow, why: &str, now: i64) -> Result<Ended, store::StoreError> {
    let devices = store::device::end(tx, &row.id, why, now)?;
    let requests = store::approval::end_of(tx, &row.id, "", now)?;
    Ok(Ended { devices, requests })
}

/// The block code of this account, as people write it down; the same until the next activation.
pub async fn code(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, Nothing {}, _) = own(world, signed).await?;
    let code = written_code::block(world, &own.account.id, &own.device.id);
    Ok(json!({ "code": written_code::grouped(&code) }))
}
