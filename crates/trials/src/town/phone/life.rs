//! What a phone asks in the life of its account (docs/life.md): block, acts that the code approves, its own data.

use protocol::phone::{Decision, pin};
use serde_json::{Value, json};

use super::{Phone, Waiting, e164};
use crate::town::{Reply, Town};

/// A new code that the old one has not approved yet.
pub struct Change {
    /// `chg_…`
    pub name: String,
    pub pepper: [u8; 32],
}

/// A fresh `chg_…`.
fn change_name() -> String {
    let mut entropy = [0; 16];
    aws_lc_rs::rand::fill(&mut entropy).unwrap();
    protocol::phone::id("chg", &entropy)
}

/// Commands without a code.
impl Phone {
    pub async fn home(&self, town: &Town) -> Value {
        self.command(town, "home", json!({})).await.ok()
    }

    pub async fn block(&self, town: &Town) -> Reply {
        self.command(town, "block", json!({})).await
    }

    /// The code for the site, `7KQ2-M4XD-9RTB-H3FW`.
    pub async fn block_code(&self, town: &Town) -> String {
        let told = self.command(town, "block-code", json!({})).await.ok();
        told["code"].as_str().unwrap().to_owned()
    }

    /// "Somebody is on the phone with me."
    pub async fn careful(&self, town: &Town, on: bool) -> Reply {
        self.command(town, "careful", json!({ "on": on })).await
    }

    /// No more requests from where `rid` came from.
    pub async fn mute(&self, town: &Town, rid: &str) -> Reply {
        self.command(town, "mute", json!({ "rid": rid })).await
    }

    pub async fn language(&self, town: &Town, lang: &str) -> Reply {
        self.command(town, "language", json!({ "lang": lang })).await
    }

    /// `my/<what>`.
    pub async fn my(&self, town: &Town, what: &str, body: Value) -> Reply {
        self.command(town, &format!("my/{what}"), body).await
    }

    pub async fn history(&self, town: &Town) -> Vec<Value> {
        let body = json!({ "before": null, "state": null, "partner": null });
        let told = self.my(town, "history", body).await.ok();
        told["entries"].as_array().unwrap().clone()
    }
}

/// Acts: each leaves a request of kind `admin`, and `rid` names it.
impl Phone {
    /// `act/<what>` that must be taken; gives the `rid`.
    pub async fn act(&self, town: &Town, what: &str, body: Value) -> String {
        let told = self.command(town, &format!("act/{what}"), body).await.ok();
        told["rid"].as_str().unwrap_or_else(|| panic!("act/{what}: {told}")).to_owned()
    }

    /// The request of this name, verified.
    pub async fn asked(&self, town: &Town, rid: &str) -> Waiting {
        let all = self.pending(town).await;
        let found = all.into_iter().find(|w| w.verified.payload.rid == rid);
        found.unwrap_or_else(|| panic!("{rid} does not wait"))
    }

    /// Approves the act `rid` with `code`.
    pub async fn approve_act(&mut self, town: &Town, rid: &str, code: &str) -> Reply {
        let waiting = self.asked(town, rid).await;
        assert_eq!(waiting.verified.payload.kind, "admin");
        let body = self.approval(&waiting, "", code);
        let reply = self.deliver(town, &body).await;
        self.keep(&body, &reply);
        reply
    }

    /// Says no to `rid`.
    pub async fn decline_act(&mut self, town: &Town, rid: &str, dec: Decision) -> Reply {
        let waiting = self.asked(town, rid).await;
        let body = self.compose(&waiting, &self.say(&waiting, dec, ""), None);
        let reply = self.deliver(town, &body).await;
        self.keep(&body, &reply);
        reply
    }

    /// A new number up to its request: the SMS is read from the outbox.
    pub async fn act_number(&self, town: &Town, number: &str) -> String {
        let told = self.command(town, "act/number", json!({ "country": "BE", "number": number })).await.ok();
        let code = town.sms_code(&e164(told["number"].as_str().unwrap())).await;
        self.act(town, "number/code", json!({ "code": code })).await
    }

    pub async fn act_email(&self, town: &Town, email: Option<&str>) -> String {
        self.act(town, "email", json!({ "email": email })).await
    }

    pub async fn act_close(&self, town: &Town) -> String {
        self.act(town, "close", json!({})).await
    }

    /// Body of `act/code`: a second pepper is made and written down before anything leaves.
    pub fn new_code(&mut self, code: &str) -> Value {
        let mut pepper = [0; 32];
        aws_lc_rs::rand::fill(&mut pepper).unwrap();
        let change = Change { name: change_name(), pepper };
        let (kid, vs) = self.vs();
        let key = pin::key(&change.pepper, self.id(), code).unwrap();
        let sealed = pin::seal_enrolment(&key, self.id(), &change.name, &vs, &kid).unwrap();
        let body = json!({ "change": change.name, "sealed": sealed });
        self.change = Some(change);
        body
    }

    /// Another code, all of it.
    pub async fn change_code(&mut self, town: &Town, old: &str, new: &str) -> Reply {
        let body = self.new_code(new);
        let rid = self.act(town, "code", body).await;
        let reply = self.approve_act(town, &rid, old).await;
        self.settle_code(town).await;
        reply
    }

    /// Which pepper counts: `home` tells by the generation.
    pub async fn settle_code(&mut self, town: &Town) {
        let generation = self.home(town).await["generation"].as_i64().unwrap();
        if generation > self.generation {
            self.pepper = self.change.take().unwrap().pepper;
            self.generation = generation;
        }
    }
}

/// A new phone with the old one in hand.
impl Phone {
    /// The new phone shows what the old one scans: `zelf:new:<act>:<dev>` and six words.
    pub async fn to_vouch(&mut self, town: &Town) -> (String, Vec<String>) {
        self.start(town).await;
        let view = self.command(town, "activation/vouch", json!({})).await.ok();
        assert_eq!(view["step"], "vouch");
        let words = view["vouch"]["words"].as_array().unwrap().iter().map(|w| w.as_str().unwrap().to_owned());
        (view["vouch"]["text"].as_str().unwrap().to_owned(), words.collect())
    }

    /// The old phone has scanned `text`.
    pub async fn act_new_phone(&self, town: &Town, text: &str) -> String {
        let (activation, device) = text.strip_prefix("zelf:new:").unwrap().split_once(':').unwrap();
        self.act(town, "new-phone", json!({ "activation": activation, "device": device })).await
    }

    /// From a box to an active phone, vouched for by `old`.
    pub async fn vouched(town: &Town, at: &str, old: &mut Phone, code: &str) -> Phone {
        let mut new = Phone::new(town, at);
        let (text, words) = new.to_vouch(town).await;
        assert_eq!(words, protocol::phone::words(&text));
        let rid = old.act_new_phone(town, &text).await;
        let said = old.asked(town, &rid).await.verified.payload.lines().join(" ");
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
        old.approve_act(town, &rid, code).await.ok();
        assert_eq!(new.view(town).await["step"], "code");
        assert_eq!(new.finish(town, code).await.ok()["step"], "active");
        new
    }
}
