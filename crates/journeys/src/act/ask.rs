//! The phone asks: a request of kind `admin` for this same phone.

use domain::act::{Act, Credential, WAIT_SECONDS};
use domain::activation::Stage;
use domain::approval::{Approval, Asked, Start, State};
use domain::refusal::Refusal;
use protocol::jose::{b64u, unb64u};
use protocol::seal::Sealed;
use protocol::webauthn::{self, Expect};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Sealer, StoreError};

use crate::own_phone::{Nothing, Own, own};
use crate::{Failure, Signed, World};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmailBody {
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BiometricsBody {
    on: bool,
    #[serde(default)]
    credential: Option<Registered>,
}

/// What the authenticator made; base64url.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Registered {
    id: String,
    public_key: String,
    authenticator_data: String,
    client_data: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    change: String,
    sealed: Sealed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPhoneBody {
    activation: String,
    device: String,
}

/// A request about the account itself, ready to be written.
pub(crate) struct Asking {
    pub(crate) approval: Approval,
    pub(crate) device: String,
    act: Act,
}

impl Asking {
    pub(crate) fn new(world: &World, account: &str, device: &str, act: Act, seconds: i64) -> Asking {
        let now = world.now();
        let approval = Approval {
            start: Start::Number,
            uv: String::new(),
            id: world.id(domain::id::APPROVAL),
            device: Some(device.to_owned()),
            account: Some(account.to_owned()),
            partner: String::new(),
            match_number: String::new(),
            created_at: now,
            expires_at: now + seconds,
            state: State::Waiting,
        };
        Asking { approval, device: device.to_owned(), act }
    }

    /// One of a kind waits at a time. Not counted among the logins before this number's door: its key is the account.
    pub(crate) fn insert(&self, tx: &mut db::Tx<'_>, sealer: &Sealer) -> Result<(), StoreError> {
        let lane = format!("act:{}", self.act.word());
        store::approval::supersede(tx, &self.device, &lane, self.approval.created_at)?;
        let account = self.approval.account.as_deref().unwrap_or_default();
        let asked = Asked::Act(self.act.clone());
        store::approval::insert(tx, sealer, &self.approval, account.as_bytes(), &lane, &asked)
    }
}

/// Writes the request; its id goes back to the phone.
pub(crate) async fn ask(world: &World, own: &Own, act: Act) -> Result<Value, Failure> {
    if let Some(in_life) = act.in_life() {
        own.may(in_life, world.now())?;
    }
    let asking = Asking::new(world, &own.account.id, &own.device.id, act, WAIT_SECONDS);
    let (rid, device, sealer) = (asking.approval.id.clone(), asking.device.clone(), world.sealer.clone());
    world.db.run("act.ask", move |tx| asking.insert(tx, &sealer)).await?;
    world.signals.ring(&device);
    Ok(json!({ "rid": rid }))
}

/// Another mail address, or none.
pub async fn email(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, body, _) = own::<EmailBody>(world, signed).await?;
    let email = body.email.map(|email| email.trim().to_owned());
    if email.as_deref().is_some_and(|email| !domain::account::email_holds(email)) {
        return Err(Refusal::EmailInvalid.into());
    }
    ask(world, &own, Act::Email { email }).await
}

/// Fingerprint or face, on or off.
pub async fn biometrics(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, body, _) = own::<BiometricsBody>(world, signed).await?;
    let credential = match (body.on, body.credential) {
        (true, Some(made)) => Some(registered(world, &own.device.id, &made)?),
        (false, None) => None,
        _ => return Err(Failure::Malformed),
    };
    ask(world, &own, Act::Biometrics { credential }).await
}

fn registered(world: &World, device: &str, made: &Registered) -> Result<Credential, Failure> {
    let origin = world.settings.app.as_str();
    let challenge = protocol::phone::bio_enrol_challenge(device);
    let expect = Expect { origin, rp_id: &host(origin), challenge: &challenge };
    let bytes = |text: &str| unb64u(text).map_err(|_| Failure::Malformed);
    let (client, data) = (bytes(&made.client_data)?, bytes(&made.authenticator_data)?);
    let credential = webauthn::register(expect, &client, &data, &bytes(&made.public_key)?).map_err(|error| {
        tracing::info!(?error, "a fingerprint was not registered");
        Failure::Refused(Refusal::BioRejected)
    })?;
    if b64u(&credential.id) != made.id {
        return Err(Failure::Malformed);
    }
    Ok(Credential {
        id: made.id.clone(),
        point: b64u(credential.point),
        sign_count: credential.sign_count,
        backup_eligible: credential.backup_eligible,
    })
}

/// The host that WebAuthn binds to.
pub(crate) fn host(origin: &str) -> String {
    let host = origin.split("://").nth(1).unwrap_or_default();
    host.split([':', '/']).next().unwrap_or_default().to_owned()
}

/// Another code: staged beside the one in use.
pub async fn code(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, body, _) = own::<CodeBody>(world, signed).await?;
    let act = Act::Code { change: body.change.clone(), mark: String::new() };
    if let Some(in_life) = act.in_life() {
        own.may(in_life, world.now())?;
    }
    let staged = world.vault.stage_code(own.device.id.clone(), body.change.clone(), body.sealed).await;
    let staged = match staged {
        Ok(staged) => staged,
        Err(vault::VaultError::Malformed) => return Err(Refusal::CodeRejected.into()),
        Err(other) => return Err(other.into()),
    };
    ask(world, &own, Act::Code { change: body.change, mark: staged.mark }).await
}

/// A new phone that this one scanned.
pub async fn new_phone(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, body, _) = own::<NewPhoneBody>(world, signed).await?;
    let (sealer, device) = (world.sealer.clone(), body.device.clone());
    let row = world.db.read("act.new_phone", move |tx| store::activation::of_device(tx, &sealer, &device)).await?;
    let waiting = |row: &store::activation::ActivationRow| {
        row.activation.id == body.activation
            && matches!(row.activation.stage, Stage::Vouch)
            && !row.activation.over(world.now())
    };
    let Some(row) = row.filter(waiting) else { return Err(Failure::Gone) };
    let text = qr_text(&body.activation, &body.device);
    let words = protocol::phone::words(&text).map(str::to_owned).to_vec();
    let name = row.activation.device_name;
    ask(world, &own, Act::Vouch { activation: body.activation, device: body.device, name, words }).await
}

/// What the new phone draws as a QR code: no link, so that none in an SMS does anything.
pub(crate) fn qr_text(activation: &str, device: &str) -> String {
    format!("zelf:new:{activation}:{device}")
}

/// The end of this account.
pub async fn close(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, Nothing {}, _) = own(world, signed).await?;
    let (id, now) = (own.account.id.clone(), world.now());
    own.may(domain::life::Act::Close, now)?;
    // Whoever took the account over must not close it before its contacts could stop that.
    if let Some(until) = world.db.read("act.close", move |tx| store::stop::until(tx, &id, now)).await? {
        return Err(Refusal::Limited { until }.into());
    }
    ask(world, &own, Act::Close {}).await
}
