//! From nothing to an active phone, one step of the server's view after another. Goes on wherever an earlier run stopped.

use std::time::Duration;

use protocol::phone::{Step, View, pin};
use serde_json::{Value, json};

use super::bank::{self, Customer};
use super::inbox::Inbox;
use super::state::{Account, Activation};
use super::{Phone, PhoneError, code};

/// Version of the terms a robot agrees to when the plan names none.
const TERMS: &str = "2026-11";

/// Between two looks at whether the old phone has vouched.
const VOUCH_PAUSE: Duration = Duration::from_secs(1);

/// What the person would type and choose on the way.
#[derive(Clone, Default)]
pub struct Plan {
    pub country: Option<String>,
    pub number: Option<String>,
    pub email: Option<String>,
    pub bank: Option<String>,
    /// Who goes to the bank; `None` stops at the hand-over.
    pub customer: Option<Customer>,
    /// The identification token from the computer, on the way with an identity card.
    pub token: Option<String>,
    /// The SMS code, when there is no inbox to read it from.
    pub sms: Option<String>,
    pub inbox: Option<String>,
    pub code: Option<String>,
    /// Version of the terms it agrees to, when not ours.
    pub terms: Option<String>,
    /// Takes a code that everybody chooses.
    pub any_code: bool,
}

impl Phone {
    /// Activates; answers the account. An active phone answers at once.
    pub async fn activate(&mut self, plan: &Plan) -> Result<&Account, PhoneError> {
        let mut view = if self.is_active() { None } else { Some(self.start(plan).await?) };
        while let Some(at) = view.take() {
            view = self.step(plan, at).await?;
        }
        if self.account()?.number.is_empty() {
            // The view of an active phone names no number.
            let number = self.home().await?.number;
            if let Some(account) = &mut self.state.account {
                account.number = e164(&number);
            }
            self.save()?;
        }
        self.account()
    }

    pub(super) async fn start(&mut self, plan: &Plan) -> Result<View, PhoneError> {
        // The key goes to disk before the server hears of it: a lost key would be a lost activation.
        self.save()?;
        let body = json!({
            "jwk": self.device.key().public().jwk(), "lang": self.state.lang,
            "terms": plan.terms.as_deref().unwrap_or(TERMS),
            "device": concat!("zelf phone ", env!("CARGO_PKG_VERSION")),
        });
        let view = self.activation("start", &body).await?;
        let known = self.state.activation.as_ref().is_some_and(|a| a.id == view.activation);
        if !known {
            self.state.activation = Some(Activation { id: view.activation.clone(), ..Activation::default() });
            self.save()?;
        }
        Ok(view)
    }

    /// Does what this step asks; `None` when the phone is active.
    async fn step(&mut self, plan: &Plan, view: View) -> Result<Option<View>, PhoneError> {
        let next = match view.step {
            Step::Number => {
                let number = plan.number.as_ref().ok_or(PhoneError::InputNeeded("number"))?;
                let country = plan.country.as_deref().unwrap_or("BE");
                self.activation("number", &json!({ "country": country, "number": number })).await?
            }
            Step::Vouch => self.wait_for_the_old_phone(&view).await?,
            Step::Email if plan.token.is_some() => self.bring_token(plan, &view).await?,
            Step::Email => self.activation("email", &json!({ "email": plan.email })).await?,
            Step::Bank => {
                let bank = plan.bank.as_ref().ok_or(PhoneError::InputNeeded("bank"))?;
                self.activation("bank", &json!({ "bank": bank })).await?
            }
            Step::Handover => self.hand_over(plan, &view).await?,
            Step::Sms => self.hand_in_sms(plan, &view).await?,
            Step::Token => {
                let token = plan.token.as_ref().ok_or(PhoneError::InputNeeded("token"))?;
                self.activation("token", &json!({ "token": token })).await?
            }
            Step::Code => self.enrol(plan, &view).await?,
            Step::Active => return self.activated(&view).map(|()| None),
            Step::Refused => return Err(refusal(&view)),
            Step::Expired => return Err(PhoneError::Expired),
        };
        Ok(Some(next))
    }

    /// The old phone scans, asks its person and vouches: nothing to do here but look.
    async fn wait_for_the_old_phone(&self, view: &View) -> Result<View, PhoneError> {
        if view.now >= view.expires {
            return Err(PhoneError::Expired);
        }
        tokio::time::sleep(VOUCH_PAUSE).await;
        self.activation("get", &json!({})).await
    }

    pub(super) async fn activation(&self, command: &str, body: &Value) -> Result<View, PhoneError> {
        self.door.command(self.device.key(), &format!("activation/{command}"), body).await
    }

    /// To the bank and back, unless the way back is already known; then hands in its proof.
    async fn hand_over(&mut self, plan: &Plan, view: &View) -> Result<View, PhoneError> {
        let handover = view.handover.as_ref().ok_or_else(|| odd("no hand-over in the view"))?;
        let mut progress = self.state.activation.clone().unwrap_or_default();
        if progress.proof.is_none() {
            if handover.returned {
                return self.start_over(plan).await;
            }
            let customer = plan.customer.as_ref().ok_or(PhoneError::InputNeeded("customer"))?;
            progress.seen = match self.inbox(plan, view)? {
                Some(inbox) => inbox.seen().await?,
                None => Vec::new(),
            };
            progress.proof = bank::visit(self.door.http(), &handover.url, self.door.app(), customer).await?;
            if progress.proof.is_none() {
                return self.after_a_no().await;
            }
            self.state.activation = Some(progress.clone());
            self.save()?;
        }
        self.activation("return", &json!({ "proof": progress.proof })).await
    }

    /// "I have a token": what lies in the inbox now is not the code that comes.
    async fn bring_token(&mut self, plan: &Plan, view: &View) -> Result<View, PhoneError> {
        let seen = match self.inbox(plan, view)? {
            Some(inbox) => inbox.seen().await?,
            None => Vec::new(),
        };
        self.state.activation.get_or_insert_default().seen = seen;
        self.save()?;
        self.activation("eid", &json!({})).await
    }

    /// The way back held no proof: the attempt is refused, or the person may choose a bank again, which a robot does not.
    async fn after_a_no(&self) -> Result<View, PhoneError> {
        let view = self.activation("get", &json!({})).await?;
        match view.step {
            Step::Bank | Step::Handover => Err(PhoneError::Bank("sent_back".into())),
            _ => Ok(view),
        }
    }

    /// The bank has confirmed, but the proof of the return died with an earlier run: nobody can hand it in any more.
    async fn start_over(&mut self, plan: &Plan) -> Result<View, PhoneError> {
        let _: Value = self.door.command(self.device.key(), "activation/cancel", &json!({})).await?;
        self.start(plan).await
    }

    async fn hand_in_sms(&mut self, plan: &Plan, view: &View) -> Result<View, PhoneError> {
        let seen = self.state.activation.as_ref().map(|a| a.seen.clone()).unwrap_or_default();
        let code = match (&plan.sms, self.inbox(plan, view)?) {
            (Some(code), _) => code.clone(),
            (None, Some(inbox)) => inbox.code(&seen).await?,
            (None, None) => return Err(PhoneError::InputNeeded("sms")),
        };
        let token = plan.token.as_ref().filter(|_| view.method.as_deref() == Some("eid"));
        let body = match token {
            Some(token) => json!({ "code": code, "token": token }),
            None => json!({ "code": code }),
        };
        self.activation("sms", &body).await
    }

    /// The plan's inbox, else the test world's own.
    fn inbox(&self, plan: &Plan, view: &View) -> Result<Option<Inbox>, PhoneError> {
        let world = self.operator.known.inbox.as_ref().filter(|_| self.operator.known.test_world);
        let Some(address) = plan.inbox.as_ref().or(world) else { return Ok(None) };
        let number = e164(view.number.as_deref().unwrap_or_default());
        Inbox::new(self.door.http().clone(), address, &number).map(Some)
    }

    async fn enrol(&mut self, plan: &Plan, view: &View) -> Result<View, PhoneError> {
        let chosen = plan.code.as_ref().ok_or(PhoneError::InputNeeded("code"))?;
        if !plan.any_code {
            code::check(chosen, view.birthdate.as_deref(), view.number.as_deref().unwrap_or_default())?;
        }
        let (kid, key) = self.operator.seal_to()?;
        let pin_key = self.device.pin_key(chosen)?;
        let sealed = pin::seal_enrolment(&pin_key, self.device.id(), &view.activation, &key, kid)?;
        self.activation("finish", &json!({ "sealed": sealed })).await
    }

    /// Believes the server only with a certificate for this very key.
    fn activated(&mut self, view: &View) -> Result<(), PhoneError> {
        let certificate = view.certificate.clone().ok_or_else(|| odd("no certificate in the view"))?;
        self.operator.certificate(&certificate, self.device.key().public())?;
        self.state.account = Some(Account {
            number: e164(view.number.as_deref().unwrap_or_default()),
            first_name: view.first_name.clone().unwrap_or_default(),
            certificate,
            head: view.head.clone().unwrap_or_default(),
            seq: view.seq.unwrap_or_default(),
        });
        self.state.activation = None;
        self.save()
    }

    /// Where an activation stands, or `None` when the phone is active.
    pub async fn where_am_i(&mut self) -> Result<Option<View>, PhoneError> {
        match self.is_active() {
            true => Ok(None),
            false => self.activation("get", &json!({})).await.map(Some),
        }
    }
}

/// `+32 468 75 89 60` as programs write it.
fn e164(number: &str) -> String {
    number.chars().filter(|c| *c == '+' || c.is_ascii_digit()).collect()
}

fn refusal(view: &View) -> PhoneError {
    match &view.refusal {
        Some(r) => PhoneError::ActivationRefused { code: r.code.clone(), until: r.until },
        None => odd("refused without a reason"),
    }
}

fn odd(what: &str) -> PhoneError {
    PhoneError::Network(what.to_owned())
}
