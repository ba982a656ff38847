//! What becomes of the account (docs/life.md): block, another code, fingerprint or face, a new phone beside the old one.

use aws_lc_rs::rand;
use protocol::jose::{SigningKey, sha256};
use protocol::phone::{Step, View, pin, words};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::activate::Plan;
use super::answer::{Answered, Verdict};
use super::authenticator::Authenticator;
use super::request::{Waiting, choose};
use super::state::Change;
use super::{Phone, PhoneError, code};

impl Phone {
    /// Any command of docs/life.md §3: `block`, `careful`, `my/history` …
    pub async fn ask(&self, command: &str, body: &Value) -> Result<Value, PhoneError> {
        self.account()?;
        self.door.command(self.device.key(), command, body).await
    }

    /// Blocks the account, at once and without a code. This phone is a stranger from then on.
    pub async fn block(&self) -> Result<(), PhoneError> {
        self.ask("block", &json!({})).await.map(drop)
    }

    /// `act/<what>`: leaves a request of kind `admin`, which is given back as it waits.
    pub async fn act(&mut self, what: &str, body: &Value) -> Result<Waiting, PhoneError> {
        let told = self.ask(&format!("act/{what}"), body).await?;
        let rid = told.get("rid").and_then(Value::as_str);
        let rid = rid.ok_or_else(|| PhoneError::Network("no rid in the answer".into()))?;
        let pending = self.pending(0).await?;
        let waiting = choose(&pending.requests, Some(rid))?;
        if waiting.request().kind == "admin" { Ok(waiting.clone()) } else { Err(PhoneError::Untrusted("request")) }
    }

    /// Approves an act with the code.
    pub async fn approve_act(&mut self, act: &Waiting, code: &str) -> Result<Answered, PhoneError> {
        let verdict = Verdict::Approve { code: code.to_owned(), matched: None };
        self.answer(Some(act.rid()), &verdict).await
    }

    /// Another code. The new pepper is in the file before anything leaves; an interrupted change is finished by [`Phone::settle_code`].
    ///
    /// # Errors
    /// `CodeWeak`; `Untrusted` when M1 speaks of another key than ours.
    pub async fn change_code(&mut self, old: &str, new: &str) -> Result<Answered, PhoneError> {
        code::check(new, None, &self.account()?.number)?;
        self.settle_code().await?;
        let mut entropy = [0; 16];
        let mut pepper = Zeroizing::new(vec![0; 32]);
        let dry = |_| PhoneError::Internal("no entropy".into());
        rand::fill(&mut entropy).and_then(|()| rand::fill(&mut pepper)).map_err(dry)?;
        let change = Change::new(protocol::phone::id("chg", &entropy), &pepper);
        self.state.change = Some(change.clone());
        self.save()?;
        let key = pin::key(&pepper, self.device.id(), new)?;
        let (kid, vs) = self.operator.seal_to()?;
        let sealed = pin::seal_enrolment(&key, self.device.id(), &change.name, &vs, kid)?;
        let act = self.act("code", &json!({ "change": change.name, "sealed": sealed })).await?;
        shows(&act, &mark(&key))?;
        let answered = self.approve_act(&act, old).await?;
        self.settle_code().await?;
        Ok(answered)
    }

    /// Which pepper counts: a generation above our own means the new one.
    pub async fn settle_code(&mut self) -> Result<(), PhoneError> {
        if self.state.change.is_none() {
            return Ok(());
        }
        let generation = self.home().await?.generation;
        if generation > self.state.generation {
            let Some(change) = self.state.change.take() else { return Ok(()) };
            self.device.take_pepper(&change.pepper)?;
            self.state.device = self.device.store()?;
            self.state.generation = generation;
            self.save()?;
        }
        Ok(())
    }

    /// Switches fingerprint or face on (a new one each time) or off.
    pub async fn biometrics(&mut self, on: bool, code: &str) -> Result<Answered, PhoneError> {
        if !on {
            let act = self.act("biometrics", &json!({ "on": false })).await?;
            let answered = self.approve_act(&act, code).await?;
            self.state.finger = None;
            self.save()?;
            return Ok(answered);
        }
        let finger = Authenticator::new(self.door.app())?;
        let body = json!({ "on": true, "credential": finger.credential(self.device.id()) });
        let act = self.act("biometrics", &body).await?;
        let answered = self.approve_act(&act, code).await?;
        self.state.finger = Some(finger.store()?);
        self.save()?;
        Ok(answered)
    }

    /// On a new phone: shows what the old one scans. [`Phone::activate`] then waits for it.
    pub async fn ask_to_vouch(&mut self, plan: &Plan) -> Result<View, PhoneError> {
        let view = self.start(plan).await?;
        let view = if view.step == Step::Number { self.activation("vouch", &json!({})).await? } else { view };
        let ours = view.vouch.as_ref().is_none_or(|v| {
            v.text == format!("zelf:new:{}:{}", view.activation, self.device.id()) && v.words == words(&v.text)
        });
        if ours { Ok(view) } else { Err(PhoneError::Untrusted("vouch")) }
    }

    /// On the old phone: `text` was scanned. Approves only what shows the words that we make of it ourselves.
    pub async fn vouch(&mut self, text: &str, code: &str) -> Result<Answered, PhoneError> {
        let scanned = text.strip_prefix("zelf:new:").and_then(|rest| rest.split_once(':'));
        let (activation, device) = scanned.ok_or(PhoneError::InputNeeded("text"))?;
        let act = self.act("new-phone", &json!({ "activation": activation, "device": device })).await?;
        for word in words(text) {
            shows(&act, word)?;
        }
        self.approve_act(&act, code).await
    }
}

/// First 8 hex digits of SHA-256 of the public point.
fn mark(key: &SigningKey) -> String {
    sha256(key.public().point()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// What is approved must be what we asked for.
fn shows(act: &Waiting, what: &str) -> Result<(), PhoneError> {
    let shown = act.request().fields.iter().any(|field| field.v.contains(what));
    if shown { Ok(()) } else { Err(PhoneError::Untrusted("request")) }
}
