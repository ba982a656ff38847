//! A small operator, bank and inbox for the tests of the phone: one account, strict about what the phone signs.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use protocol::jose::{PublicKey, SigningKey, b64u, digest, sha256};
use protocol::phone::*;
use protocol::seal::{SealKey, Sealed};
use serde_json::{Value, json};

use super::unix_now;

mod life;
mod offers;

pub(super) const CUSTOMER_PIN: &str = "1357";
pub(super) const MATCH: &str = "47";

pub(super) struct World {
    pub(super) address: String,
    inner: Mutex<Inner>,
}

pub(super) struct Inner {
    root: SigningKey,
    rq: SigningKey,
    rc: SigningKey,
    dc: SigningKey,
    vs: SealKey,
    nonces: u64,
    live_nonces: HashSet<String>,
    step: Step,
    device: Option<PublicKey>,
    verifier: Option<PublicKey>,
    number: String,
    pub(super) waiting: Vec<Request>,
    pub(super) head: String,
    pub(super) seq: i64,
    pub(super) tries: i64,
    /// Answers that the server counted.
    pub(super) counted: usize,
    receipts: Vec<(String, String)>,
    /// Says nothing useful to the next so many answers, after having done the work.
    pub(super) mute: usize,
    /// Signs requests with a key that may not.
    pub(super) wrong_key: bool,
    pub(super) proof: String,
    pub(super) life: life::Life,
    /// Requests that wait for a phone to take them.
    pub(super) offered: Vec<Request>,
    /// What the last answer kept back.
    pub(super) kept: Vec<String>,
}

impl World {
    pub(super) async fn start() -> Arc<World> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let key = |role| SigningKey::generate(role).unwrap();
        let vs = key("vs");
        let inner = Inner {
            root: key("root"),
            rq: key("rq"),
            rc: key("rc"),
            dc: key("dc"),
            vs: SealKey::new(&vs.scalar().unwrap(), vs.public().clone(), vs.kid().into()),
            nonces: 0,
            live_nonces: HashSet::new(),
            step: Step::Number,
            device: None,
            verifier: None,
            number: String::new(),
            waiting: Vec::new(),
            head: String::new(),
            seq: 0,
            tries: 0,
            counted: 0,
            receipts: Vec::new(),
            mute: 0,
            wrong_key: false,
            proof: "proof-proof-proof-22ch".into(),
            life: life::Life::default(),
            offered: Vec::new(),
            kept: Vec::new(),
        };
        let address = format!("http://{}", listener.local_addr().unwrap());
        let world = Arc::new(World { address, inner: Mutex::new(inner) });
        let doors = Router::new()
            .route("/.well-known/zelf", get(well_known))
            .route("/api/v1/nonce", get(nonce))
            .route("/api/v1/answer", post(answer))
            .route("/api/v1/{command}", post(command))
            .route("/api/v1/act/{command}", post(life::act))
            .route("/api/v1/activation/{command}", post(activation))
            .route("/bank/authorize", get(async || Redirect::to("/bank/sign/1")))
            .route("/bank/sign/1", get(async || "<html>sign</html>"))
            .route("/bank/sign/1/card", post(async || Json(json!({ "challenge": "1234 5678 9012" }))))
            .route("/bank/sign/1/response", post(response))
            .route("/bank/sign/1/refuse", post(refuse))
            .route("/demo/customers", get(customers))
            .route("/demo/reader", post(reader))
            .route("/bank/return", get(bank_return))
            .route("/messages", get(messages))
            .with_state(Arc::clone(&world));
        tokio::spawn(async move { axum::serve(listener, doors).await });
        world
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Somebody wants to log in.
    pub(super) fn ask(&self) -> String {
        let mut w = self.lock();
        let rid = id("apr", &[u8::try_from(w.waiting.len() + w.counted).unwrap(); 16]);
        let request = w.login(rid.clone());
        w.waiting.push(request);
        rid
    }
}

impl Inner {
    fn fresh_nonce(&mut self) -> String {
        self.nonces += 1;
        let nonce = format!("n{}", self.nonces);
        self.live_nonces.insert(nonce.clone());
        nonce
    }

    fn keys(&self) -> String {
        let entry = |key: &SigningKey, role| KeyEntry { kid: key.kid().into(), role, jwk: key.public().jwk() };
        let vs = KeyEntry { kid: self.vs.kid().into(), role: Role::Vs, jwk: self.vs.public().jwk() };
        let keys = vec![entry(&self.rq, Role::Rq), entry(&self.rc, Role::Rc), entry(&self.dc, Role::Dc), vs];
        KeysDocument { v: 1, iat: 1, keys }.sign(&self.root).unwrap()
    }

    fn certificate(&self) -> String {
        let device = self.device.as_ref().unwrap();
        let proof = IdentityProof { method: "bank".into(), evidence_sha256: b64u([0; 32]), ts: 1 };
        let (att, cap) = ("none".into(), "substantial".into());
        let (dev, jwk) = (device.name("dev"), device.jwk());
        DeviceCertificate { v: 1, dev, acctc: b64u([1; 32]), jwk, att, cap, proof, nbf: 1, exp: 9_999_999_999 }
            .sign(&self.dc)
            .unwrap()
    }

    fn status(&self) -> Value {
        json!({ "state": if self.tries >= 5 { "locked" } else { "active" }, "left": 5 - self.tries, "not_before": 0 })
    }

    fn view(&self, address: &str) -> Value {
        let mut view = json!({
            "activation": "act_AAAAAAAAAAAAAAAAAAAAAA", "step": self.step, "now": unix_now(), "expires": unix_now() + 900,
            "number": (self.step != Step::Active).then_some(&self.number), "email": null, "bank": null,
        });
        let more = match self.step {
            Step::Handover => {
                json!({ "handover": { "url": format!("{address}/bank/authorize"), "expires": 1, "returned": false } })
            }
            Step::Code => json!({ "birthdate": "1955-03-12", "account_known": false }),
            Step::Active => {
                json!({ "first_name": "An", "certificate": self.certificate(), "seq": self.seq, "head": self.head })
            }
            Step::Refused => json!({ "refusal": { "code": "bank_refused", "until": null } }),
            _ => json!({}),
        };
        view.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        view
    }
}

async fn well_known(State(world): State<Arc<World>>) -> Json<Value> {
    let (w, at) = (world.lock(), &world.address);
    Json(json!({
        "issuer": at, "app": at, "name": "zelf", "keys": w.keys(), "root": w.root.public().jwk(),
        "test_world": true, "inbox": at,
    }))
}

async fn nonce(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "nonce": world.lock().fresh_nonce(), "now": unix_now() }))
}

fn say(world: &World, status: u16, body: Value) -> Response {
    let nonce = world.lock().fresh_nonce();
    (StatusCode::from_u16(status).unwrap(), [("Zelf-Nonce", nonce)], Json(body)).into_response()
}

/// Checks a command as the contract says; the first one brings its own key.
fn open(world: &World, path: &str, jws: &str) -> Result<Value, (u16, &'static str)> {
    let mut w = world.lock();
    let command = Command::parse(jws).map_err(|_| (400, "malformed"))?;
    if w.device.is_none() {
        let start: Payload<Value> = command.unverified().map_err(|_| (400, "malformed"))?;
        let jwk = serde_json::from_value(start.body["jwk"].clone()).map_err(|_| (400, "malformed"))?;
        w.device = Some(PublicKey::from_jwk(&jwk).unwrap());
    }
    let key = w.device.clone().unwrap();
    if command.device() != key.name("dev") {
        return Err((401, "device_unknown"));
    }
    let htu = format!("{}/api/v1/{path}", world.address);
    let payload: Payload<Value> = command.verify(&key, &htu).map_err(|_| (401, "bad_signature"))?;
    // Each nonce once, and every fifth is too old: the phone must be ready to sign again.
    if !w.live_nonces.remove(&payload.nonce) || payload.nonce.ends_with('5') {
        return Err((401, "use_nonce"));
    }
    Ok(payload.body)
}

async fn activation(State(world): State<Arc<World>>, Path(name): Path<String>, body: Bytes) -> Response {
    let jws = String::from_utf8(body.to_vec()).unwrap();
    let body = match open(&world, &format!("activation/{name}"), &jws) {
        Ok(body) => body,
        Err((status, error)) => return say(&world, status, json!({ "error": error })),
    };
    let mut w = world.lock();
    w.step = match (name.as_str(), w.step) {
        ("start" | "get", step) => step,
        ("number", Step::Number) => {
            assert_eq!(body["number"], "+32468758960");
            w.number = "+32 468 75 89 60".into();
            Step::Email
        }
        ("email", Step::Email) => Step::Bank,
        ("bank", Step::Bank) => Step::Handover,
        ("return", Step::Handover) if body["proof"] == w.proof.as_str() => Step::Sms,
        ("sms", Step::Sms) if body["code"] == "30899" => Step::Code,
        ("finish", Step::Code) => {
            let sealed: Sealed = serde_json::from_value(body["sealed"].clone()).unwrap();
            let dev = w.device.as_ref().unwrap().name("dev");
            w.verifier = Some(pin::open_enrolment(&w.vs, &sealed, &dev, "act_AAAAAAAAAAAAAAAAAAAAAA").unwrap());
            Step::Active
        }
        _ => {
            drop(w);
            return say(&world, 409, json!({ "error": "wrong_step" }));
        }
    };
    let view = w.view(&world.address);
    drop(w);
    say(&world, 200, view)
}

async fn command(State(world): State<Arc<World>>, Path(name): Path<String>, body: Bytes) -> Response {
    let jws = String::from_utf8(body.to_vec()).unwrap();
    let body = match open(&world, &name, &jws) {
        Ok(body) => body,
        Err((status, error)) => return say(&world, status, json!({ "error": error })),
    };
    if name == "scan" {
        let (status, answer) = world.lock().scan(body["text"].as_str().unwrap());
        return say(&world, status, answer);
    }
    let w = world.lock();
    let signer = if w.wrong_key { &w.rc } else { &w.rq };
    let answer = match name.as_str() {
        "pending" => json!({
            "requests": w.waiting.iter().map(|r| r.sign(signer).unwrap()).collect::<Vec<_>>(),
            "device": w.status(), "head": w.head, "seq": w.seq, "now": unix_now(),
        }),
        "home" => json!({
            "first_name": "An", "number": w.number, "email": null,
            "settings": { "biometrics": false, "notifications": false, "sharing": false },
            "device": w.status(), "head": w.head, "seq": w.seq, "now": unix_now(),
            "generation": w.life.generation, "biometric": w.biometric(),
            "last_receipt": w.receipts.last().map(|(_, m3)| m3),
        }),
        _ => json!({ "settings": { "biometrics": true, "notifications": false, "sharing": false } }),
    };
    drop(w);
    say(&world, 200, answer)
}

async fn answer(State(world): State<Arc<World>>, Json(body): Json<AnswerBody>) -> Response {
    let (status, reply) = judge(&mut world.lock(), &world.address, &body);
    let mut w = world.lock();
    if w.mute > 0 {
        w.mute -= 1;
        return StatusCode::BAD_GATEWAY.into_response();
    }
    drop(w);
    say(&world, status, reply)
}

fn judge(w: &mut Inner, address: &str, body: &AnswerBody) -> (u16, Value) {
    let apr = digest(&body.m2);
    if let Some((_, m3)) = w.receipts.iter().find(|(known, _)| *known == apr) {
        return (200, json!({ "m3": m3 }));
    }
    let device = w.device.clone().unwrap();
    let answer = Answer::verify(&body.m2, &device.name("dev"), &device).unwrap();
    let a = &answer.payload;
    let Some(at) = w.waiting.iter().position(|r| r.rid == a.rid && r.chal == a.chal) else {
        return (410, json!({ "error": "request_gone" }));
    };
    let r = w.waiting[at].clone();
    assert_eq!((&a.rq, &a.shown), (&digest(&body.m1), &r.shown()));
    assert!(a.without.is_sorted());
    assert_eq!((a.seq, &a.prev), (r.seq, &w.head));
    w.counted += 1;
    w.seq = a.seq;
    if a.dec == Decision::Approve {
        let verifier = w.verifier.as_ref().unwrap();
        let right = match (&body.pin, &body.bio) {
            (Some(sealed), None) => pin::check_proof(&w.vs, sealed, &answer.input_digest, verifier).is_ok(),
            (None, Some(bio)) => r.allows_bio() && w.finger_is_right(address, bio, &answer.input_digest),
            _ => false,
        };
        if !right || (r.wants_match && a.matched != MATCH) {
            w.tries += 1;
            w.waiting[at].seq += 1;
            w.waiting[at].chal = b64u(sha256(r.chal.as_bytes()));
            let left = 5 - w.tries;
            return (422, json!({ "error": "not_accepted", "left": left, "wait": 0, "locked": left <= 0 }));
        }
    }
    w.tries = 0;
    w.kept.clone_from(&a.without);
    w.waiting.remove(at);
    let (res, m) = match a.dec {
        Decision::Approve => (Outcome::Ok, a.uv.as_str()),
        Decision::Reject => (Outcome::Rejected, "none"),
        Decision::Fraud => (Outcome::Fraud, "none"),
    };
    let receipt = Receipt {
        v: 1,
        rid: a.rid.clone(),
        rq: a.rq.clone(),
        apr: apr.clone(),
        dec: a.dec,
        res,
        uv: UserVerification { m: m.into(), generation: 1 },
        dc: b64u([0; 32]),
        seq: a.seq,
        prev: a.prev.clone(),
        ts: unix_now(),
    };
    let m3 = receipt.sign(&w.rc).unwrap();
    if a.dec == Decision::Approve {
        w.carry_out(&a.rid);
    }
    w.head = digest(&m3);
    w.receipts.push((apr, m3.clone()));
    for other in &mut w.waiting {
        (other.head, other.seq) = (w.head.clone(), w.seq + 1);
    }
    (200, json!({ "m3": m3 }))
}

async fn customers() -> Json<Value> {
    Json(json!([{ "id": "an", "card": "67034200000000017", "pin": CUSTOMER_PIN }]))
}

async fn reader(Json(keys): Json<Value>) -> Response {
    match keys["pin"] == CUSTOMER_PIN && keys["challenge"] == "1234 5678 9012" {
        true => Json(json!({ "response": "1234 5678" })).into_response(),
        false => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": "pin_wrong", "left": 2 }))).into_response(),
    }
}

async fn response(State(world): State<Arc<World>>, headers: HeaderMap, body: String) -> Redirect {
    assert_eq!((headers[header::ACCEPT].to_str().unwrap(), body.as_str()), ("application/json", "response=1234+5678"));
    Redirect::to(&format!("{}/bank/return?code=c&state=s&iss=b", world.address))
}

async fn refuse(State(world): State<Arc<World>>) -> Redirect {
    Redirect::to(&format!("{}/bank/return?error=access_denied", world.address))
}

async fn bank_return(State(world): State<Arc<World>>, uri: axum::http::Uri) -> Html<String> {
    let mut w = world.lock();
    if uri.query().unwrap().contains("error") {
        w.step = Step::Refused;
        return Html("<p>geweigerd</p>".into());
    }
    Html(format!(r#"<p>terug</p><a class="button" id="to-app" href="{}/#return={}">app</a>"#, world.address, w.proof))
}

async fn messages() -> Json<Value> {
    Json(json!([{ "id": 1, "kind": "sms", "to": "+32468758960", "text": "zelf-code 30899", "at": 1 }]))
}
