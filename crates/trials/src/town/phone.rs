//! A citizen's phone in a few lines, so that a test can also make it misbehave. `demo::phone` is the grown-up one.

use std::sync::atomic::{AtomicU64, Ordering};

use protocol::jose::{Jws, PublicKey, SigningKey, b64u, sha256};
use protocol::label::{TYP_ANSWER, TYP_COMMAND};
use protocol::phone::{Answer, AnswerBody, Decision, KeysDocument, Receipt, Request, Role, Verified, pin};
use protocol::seal::Sealed;
use serde_json::{Value, json};

use super::{Reply, TERMS, Town};

mod finger;
mod life;

pub use life::Change;

pub const CODE: &str = "27935";

/// One phone at one address.
pub struct Phone {
    pub key: SigningKey,
    pub pepper: [u8; 32],
    /// The address it calls from.
    pub at: String,
    /// `act_…` of the attempt under way.
    pub activation: String,
    pub head: String,
    pub seq: i64,
    /// Of the code on this phone.
    pub generation: i64,
    /// The next code, until the server says that it counts.
    pub change: Option<Change>,
    pub finger: Option<demo::phone::Authenticator>,
    keys: KeysDocument,
}

/// A request as it waits on the phone.
#[derive(Clone)]
pub struct Waiting {
    pub m1: String,
    pub verified: Verified<Request>,
}

/// The page of a person who came back from the bank.
pub struct CameBack {
    pub page: Reply,
    pub proof: String,
    pub digits: String,
}

/// A fresh `jti`.
pub fn jti() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    b64u(&sha256(&next.to_be_bytes())[..16])
}

impl Phone {
    /// A phone out of the box.
    pub fn new(town: &Town, at: &str) -> Phone {
        let mut pepper = [0; 32];
        aws_lc_rs::rand::fill(&mut pepper).unwrap();
        let (document, root) = town.vault.keys_document();
        let keys = KeysDocument::verify(&document, &PublicKey::from_jwk(&root).unwrap()).unwrap();
        let key = SigningKey::generate("dev").unwrap();
        Phone {
            key,
            pepper,
            at: at.into(),
            activation: String::new(),
            head: String::new(),
            seq: 0,
            generation: 1,
            change: None,
            finger: None,
            keys,
        }
    }

    pub fn id(&self) -> &str {
        self.key.kid()
    }

    /// The payload of a command that is in order.
    pub fn payload(&self, town: &Town, command: &str, body: Value) -> Value {
        json!({ "v": 1, "htm": "POST", "htu": format!("{}/api/v1/{command}", town.app),
                "nonce": town.world.keys.command_nonce(town.now()), "jti": jti(), "body": body })
    }

    pub fn sign(&self, payload: &Value) -> String {
        self.key.sign(TYP_COMMAND, payload).unwrap()
    }

    /// Posts a signed command as it is.
    pub async fn post(&self, town: &Town, command: &str, signed: String) -> Reply {
        let url = format!("{}/api/v1/{command}", town.app);
        let request = town.http.post(url).header("content-type", "application/jose");
        Reply::read(request.header("x-forwarded-for", &self.at).body(signed).send().await.unwrap()).await
    }

    pub async fn command(&self, town: &Town, command: &str, body: Value) -> Reply {
        self.post(town, command, self.sign(&self.payload(town, command, body))).await
    }

    pub async fn start(&mut self, town: &Town) -> Value {
        let body = self.start_body();
        let view = self.command(town, "activation/start", body).await.ok();
        self.activation = view["activation"].as_str().unwrap().to_owned();
        view
    }

    pub fn start_body(&self) -> Value {
        json!({ "jwk": self.key.public().jwk(), "lang": "nl", "terms": TERMS, "device": "Chrome on Linux" })
    }

    /// Where the server thinks we are.
    pub async fn view(&self, town: &Town) -> Value {
        self.command(town, "activation/get", json!({})).await.ok()
    }

    pub async fn type_number(&self, town: &Town, number: &str) -> Reply {
        self.command(town, "activation/number", json!({ "country": "BE", "number": number })).await
    }

    /// From nothing to the hand-over.
    pub async fn to_bank(&mut self, town: &Town, number: &str) -> Value {
        self.start(town).await;
        self.type_number(town, number).await.ok();
        self.command(town, "activation/email", json!({ "email": null })).await.ok();
        self.command(town, "activation/bank", json!({ "bank": "belfius" })).await.ok()
    }

    /// The person signed at the bank as `who` and the browser comes back.
    pub async fn sign_at_bank(&self, town: &Town, who: &str) -> CameBack {
        let request = town.bank.asked_for(&self.activation);
        come_back(town, &[("code", who), ("state", &request.state), ("iss", &request.issuer)]).await
    }

    /// From nothing to the SMS on its way.
    pub async fn to_sms(&mut self, town: &Town, number: &str, who: &str) -> Value {
        self.to_bank(town, number).await;
        let back = self.sign_at_bank(town, who).await;
        self.command(town, "activation/return", json!({ "proof": back.proof })).await.ok()
    }

    pub async fn type_sms(&self, town: &Town, code: &str) -> Reply {
        self.command(town, "activation/sms", json!({ "code": code })).await
    }

    /// From nothing to the choice of a code.
    pub async fn to_code(&mut self, town: &Town, number: &str, who: &str) -> Value {
        let view = self.to_sms(town, number, who).await;
        let e164 = e164(view["number"].as_str().unwrap());
        let code = town.sms_code(&e164).await;
        self.type_sms(town, &code).await.ok()
    }

    /// The chosen code, sealed for the vault.
    pub fn enrolment(&self, code: &str) -> Sealed {
        let (kid, vs) = self.vs();
        let key = pin::key(&self.pepper, self.id(), code).unwrap();
        pin::seal_enrolment(&key, self.id(), &self.activation, &vs, &kid).unwrap()
    }

    pub async fn finish(&self, town: &Town, code: &str) -> Reply {
        self.command(town, "activation/finish", json!({ "sealed": self.enrolment(code) })).await
    }

    /// From nothing to an active phone.
    pub async fn activate(town: &Town, at: &str, number: &str, who: &str) -> Phone {
        let mut phone = Phone::new(town, at);
        phone.to_code(town, number, who).await;
        let view = phone.finish(town, CODE).await.ok();
        assert_eq!(view["step"], "active", "{view}");
        phone
    }

    fn vs(&self) -> (String, PublicKey) {
        let kid = self.keys.current(Role::Vs).unwrap().kid.clone();
        let key = self.keys.key(Role::Vs, &kid).unwrap();
        (kid, key)
    }

    /// What waits, verified.
    pub async fn pending(&self, town: &Town) -> Vec<Waiting> {
        self.read_all(&self.command(town, "pending", json!({ "lang": "nl" })).await)
    }

    /// The requests in an answer to `pending`, verified.
    pub fn read_all(&self, reply: &Reply) -> Vec<Waiting> {
        reply.ok()["requests"].as_array().unwrap().iter().map(|m1| self.read(m1.as_str().unwrap())).collect()
    }

    /// The only request that waits.
    pub async fn waiting(&self, town: &Town) -> Waiting {
        let mut all = self.pending(town).await;
        assert_eq!(all.len(), 1, "exactly one request waits");
        all.remove(0)
    }

    fn read(&self, m1: &str) -> Waiting {
        let kid = Request::kid(m1).unwrap();
        let verified = Request::verify(m1, &kid, &self.keys.key(Role::Rq, &kid).unwrap()).unwrap();
        assert_eq!(verified.payload.dev, self.id());
        Waiting { m1: m1.into(), verified }
    }

    /// M2 in the clear.
    pub fn say(&self, waiting: &Waiting, dec: Decision, number: &str) -> Answer {
        let r = &waiting.verified.payload;
        let approve = dec == Decision::Approve;
        Answer {
            v: 1,
            rid: r.rid.clone(),
            rq: waiting.verified.digest.clone(),
            shown: r.shown(),
            lang: r.lang.clone(),
            dec,
            matched: number.into(),
            without: Vec::new(),
            chal: r.chal.clone(),
            seq: r.seq,
            prev: self.head.clone(),
            uv: if approve { "pin" } else { "none" }.into(),
            ts: r.iat,
            app: "trial 1".into(),
        }
    }

    /// `answer` signed, with the proof of `code` beside it.
    pub fn compose(&self, waiting: &Waiting, answer: &Answer, code: Option<&str>) -> AnswerBody {
        let m2 = answer.sign(&self.key).unwrap();
        let (kid, vs) = self.vs();
        let input = Jws::parse(&m2, TYP_ANSWER).unwrap().input_digest();
        let prove = |code: &str| {
            let key = pin::key(&self.pepper, self.id(), code).unwrap();
            pin::seal_proof(&key, &input, &vs, &kid).unwrap()
        };
        AnswerBody { m1: waiting.m1.clone(), pin: code.map(prove), bio: None, m2 }
    }

    pub fn approval(&self, waiting: &Waiting, number: &str, code: &str) -> AnswerBody {
        self.compose(waiting, &self.say(waiting, Decision::Approve, number), Some(code))
    }

    pub async fn deliver(&self, town: &Town, body: &AnswerBody) -> Reply {
        let url = format!("{}/api/v1/answer", town.app);
        let request = town.http.post(url).header("x-forwarded-for", &self.at).json(body);
        Reply::read(request.send().await.unwrap()).await
    }

    /// Approves what waits.
    pub async fn approve(&mut self, town: &Town, number: &str, code: &str) -> Reply {
        let body = self.approval(&self.waiting(town).await, number, code);
        let reply = self.deliver(town, &body).await;
        self.keep(&body, &reply);
        reply
    }

    /// Says no.
    pub async fn decline(&mut self, town: &Town, dec: Decision) -> Reply {
        let waiting = self.waiting(town).await;
        let body = self.compose(&waiting, &self.say(&waiting, dec, ""), None);
        let reply = self.deliver(town, &body).await;
        self.keep(&body, &reply);
        reply
    }

    /// Checks the receipt of a `200` and hangs it on the chain.
    pub fn keep(&mut self, body: &AnswerBody, reply: &Reply) {
        if reply.status != 200 {
            return;
        }
        let m3 = reply.json()["m3"].as_str().unwrap().to_owned();
        let kid = Receipt::kid(&m3).unwrap();
        let receipt = Receipt::verify(&m3, &kid, &self.keys.key(Role::Rc, &kid).unwrap()).unwrap();
        assert_eq!(receipt.payload.apr, protocol::jose::digest(&body.m2), "a receipt for another answer");
        assert_eq!(receipt.payload.prev, self.head, "the chain has a gap");
        self.seq = receipt.payload.seq;
        self.head = receipt.digest;
    }
}

/// The browser comes back from the bank with these parameters.
pub async fn come_back(town: &Town, query: &[(&str, &str)]) -> CameBack {
    let url = reqwest::Url::parse_with_params(&format!("{}/bank/return", town.app), query).unwrap();
    let page = Reply::read(town.http.get(url).send().await.unwrap()).await;
    let href = page.attribute("to-app", "href");
    let proof = href.split_once("#return=").map(|(_, proof)| proof.to_owned()).unwrap_or_default();
    CameBack { digits: page.text("return-code"), proof, page }
}

/// `+32 468 75 89 60` as the gateway dials it.
pub fn e164(grouped: &str) -> String {
    grouped.chars().filter(|c| *c == '+' || c.is_ascii_digit()).collect()
}
