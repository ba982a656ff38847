//! The demo bank on loopback behind a wire that can lie, a clock in hand, a connector, and a customer with a card.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use outbound::bank::{BankClient, OpenRequest, Opened};
use outbound::client::Http;
use protocol::jose::{SigningKey, unb64u};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use zelf_demo::bank::{BankConfig, BankName, ClientRegistration};
use zelf_demo::customers::{Customer, customer};

pub const CLIENT: &str = "zelf-demo";
pub const NOW: i64 = 1_795_000_000;

/// Changes one answer of the bank on its way: path, status, JSON (a token's payload when the answer is signed).
pub type Lie = Box<dyn Fn(&str, &mut Value) + Send + Sync>;

pub struct Town {
    pub base: String,
    pub issuer: String,
    pub redirect_uri: String,
    pub clock: Arc<AtomicI64>,
    pub connector: BankClient,
    pub client_key: Arc<SigningKey>,
    pub http: reqwest::Client,
    pub database: PathBuf,
    wire: Arc<Wire>,
    draws: AtomicU8,
    _folder: tempfile::TempDir,
}

struct Wire {
    bank: Mutex<String>,
    lie: Mutex<Option<Lie>>,
    /// Replaces a whole answer: path → (content type, body).
    forgery: Mutex<Option<(String, String, String)>>,
    database: PathBuf,
    http: reqwest::Client,
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    (listener, base)
}

fn serve(listener: TcpListener, router: Router) {
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
}

fn plain() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

impl Town {
    pub async fn start() -> Town {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("bank.db");
        let clock = Arc::new(AtomicI64::new(NOW));
        let client_key = Arc::new(SigningKey::generate("rq").unwrap());

        let (client_listener, client_base) = listen().await;
        let mut jwk = serde_json::to_value(client_key.public().jwk()).unwrap();
        jwk["kid"] = client_key.kid().into();
        let keys = json!({ "keys": [jwk] }).to_string();
        serve(client_listener, Router::new().route("/bank/jwks.json", axum::routing::get(move || async move { keys })));

        let (wire_listener, base) = listen().await;
        let (bank_listener, bank_base) = listen().await;
        let wire = Arc::new(Wire {
            bank: Mutex::new(bank_base),
            lie: Mutex::default(),
            forgery: Mutex::default(),
            database: database.clone(),
            http: plain(),
        });
        serve(wire_listener, Router::new().fallback(carry).with_state(Arc::clone(&wire)));

        let redirect_uri = "http://localhost:8402/bank/return".to_owned();
        let ticking = Arc::clone(&clock);
        let config = BankConfig {
            base: base.clone(),
            database: database.clone(),
            banks: ["belfius", "kbc"].map(|id| BankName { id: id.into(), name: id.to_uppercase() }).to_vec(),
            clients: vec![ClientRegistration {
                client_id: CLIENT.into(),
                jwks_uri: format!("{client_base}/bank/jwks.json"),
                redirect_uris: vec![redirect_uri.clone()],
            }],
            roots: vec![],
            gateway: None,
            frame_ancestors: vec![],
            clock: Arc::new(move || ticking.load(Ordering::Relaxed)),
        };
        serve(bank_listener, zelf_demo::bank::router(config).unwrap());
        let signing = Arc::clone(&client_key);
        let key = move || Arc::clone(&signing);
        let connector = BankClient::new(Http::new().unwrap(), CLIENT, key, redirect_uri.as_str());
        Town {
            issuer: format!("{base}/belfius"),
            base,
            redirect_uri,
            clock,
            connector,
            client_key,
            http: plain(),
            database,
            wire,
            draws: AtomicU8::new(0),
            _folder: folder,
        }
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    pub fn entropy(&self) -> [u8; 32] {
        let mut entropy = [7; 32];
        entropy[0] = self.draws.fetch_add(1, Ordering::Relaxed);
        entropy
    }

    pub fn lie(&self, lie: impl Fn(&str, &mut Value) + Send + Sync + 'static) {
        *self.wire.lie.lock().unwrap() = Some(Box::new(lie));
    }

    pub fn forge(&self, path: &str, content_type: &str, body: &str) {
        *self.wire.forgery.lock().unwrap() = Some((path.into(), content_type.into(), body.into()));
    }

    pub fn honest(&self) {
        *self.wire.lie.lock().unwrap() = None;
        *self.wire.forgery.lock().unwrap() = None;
    }

    /// The bank's address, for breaking the wire.
    pub fn unplug(&self) {
        *self.wire.bank.lock().unwrap() = "http://127.0.0.1:1".into();
    }

    pub fn request() -> OpenRequest {
        OpenRequest {
            phone_masked: "+32 ••• •• 89 60".into(),
            device: "Chrome on Linux".into(),
            device_thumbprint: "abcdefghijklmnopqrstuv".into(),
            terms: "2026-11".into(),
            session: "act_0123456789abcdefghijkl".into(),
            locale: "nl".into(),
            state: "st-1 &=".into(),
        }
    }

    pub async fn open(&self) -> Opened {
        self.connector.open(&self.issuer, &Town::request(), self.now(), self.entropy()).await.unwrap()
    }

    /// Loads the address the connector gave; the place of the session's page.
    pub async fn arrive(&self, url: &str) -> String {
        let answer = self.http.get(url).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        location(&answer)
    }

    pub fn customer(&self, id: &str) -> Customer {
        let today = jiff::Timestamp::from_second(self.now()).unwrap().to_zoned(jiff::tz::TimeZone::UTC).date();
        customer(id, today).unwrap()
    }

    pub async fn page(&self, place: &str) -> Value {
        self.http.get(place).header("Accept", "application/json").send().await.unwrap().json().await.unwrap()
    }

    pub async fn post(&self, place: &str, step: &str, form: &[(&str, &str)]) -> reqwest::Response {
        let call = self.http.post(format!("{place}/{step}")).header("Accept", "application/json");
        call.form(form).send().await.unwrap()
    }

    /// The reader on the page: insert, SIGN, challenge, PIN.
    pub async fn read(&self, card: &str, challenge: &str, pin: &str) -> Value {
        let body = json!({ "card": card, "challenge": challenge, "pin": pin });
        let call = self.http.post(format!("{}/demo/reader", self.base));
        let call = call.header("Content-Type", "application/json").body(body.to_string());
        serde_json::from_slice(&call.send().await.unwrap().bytes().await.unwrap()).unwrap()
    }

    /// Everything a customer does, up to the address the browser is sent back to.
    pub async fn sign(&self, url: &str, id: &str) -> String {
        let place = self.arrive(url).await;
        let customer = self.customer(id);
        let chosen = self.post(&place, "card", &[("card", &customer.card)]).await;
        let page: Value = chosen.json().await.unwrap();
        let code = self.read(&customer.card, page["challenge"].as_str().unwrap(), &customer.pin).await;
        let done = self.post(&place, "response", &[("response", code["response"].as_str().unwrap())]).await;
        assert_eq!(done.status(), StatusCode::SEE_OTHER);
        location(&done)
    }
}

pub fn location(answer: &reqwest::Response) -> String {
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// A parameter of the address somebody was sent back to.
pub fn parameter(url: &str, name: &str) -> Option<String> {
    let url = reqwest::Url::parse(url).unwrap();
    url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
}

/// Passes a request on, and tells the lie of the day about the answer.
async fn carry(State(wire): State<Arc<Wire>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let forged = wire.forgery.lock().unwrap().clone();
    if let Some((_, content_type, body)) = forged.filter(|(path, ..)| uri.path().ends_with(path.as_str())) {
        return ([(header::CONTENT_TYPE, content_type)], body).into_response();
    }
    let url = format!("{}{uri}", wire.bank.lock().unwrap());
    let mut call = wire.http.request(method, url).body(body);
    for (name, value) in headers.iter().filter(|(name, _)| *name != header::HOST) {
        call = call.header(name, value);
    }
    let Ok(answer) = call.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let status = answer.status();
    let kept = [header::CONTENT_TYPE, header::LOCATION, header::WWW_AUTHENTICATE, header::CONTENT_SECURITY_POLICY];
    let mut out = HeaderMap::new();
    for name in kept {
        if let Some(value) = answer.headers().get(&name) {
            out.insert(name, value.clone());
        }
    }
    let body = answer.bytes().await.unwrap();
    match std::str::from_utf8(&body) {
        Ok(text) => (status, out, twisted(&wire, uri.path(), text)).into_response(),
        Err(_) => (status, out, body).into_response(),
    }
}

fn twisted(wire: &Wire, path: &str, body: &str) -> String {
    let lie = wire.lie.lock().unwrap();
    let Some(lie) = lie.as_ref() else { return body.to_owned() };
    if let Ok(json) = serde_json::from_str::<Value>(body) {
        let mut changed = json.clone();
        lie(path, &mut changed);
        // Untouched JSON keeps its bytes: the connector compares them.
        let body = if changed == json { body.to_owned() } else { changed.to_string() };
        let Some(token) = json.get("id_token").and_then(Value::as_str) else { return body };
        return body.replace(token, &signed_again(wire, "id_token", token, lie));
    }
    if path.ends_with("/userinfo") { signed_again(wire, "userinfo", body, lie) } else { body.to_owned() }
}

/// A lying bank signs its lies with its own key.
fn signed_again(wire: &Wire, what: &str, token: &str, lie: &Lie) -> String {
    let payload = token.split('.').nth(1).unwrap();
    let mut payload: Value = serde_json::from_slice(&unb64u(payload).unwrap()).unwrap();
    let before = payload.clone();
    lie(what, &mut payload);
    if payload == before {
        return token.to_owned();
    }
    let kept = rusqlite::Connection::open(&wire.database).unwrap();
    let scalar: Vec<u8> =
        kept.query_row("SELECT value FROM secrets WHERE name = 'key/belfius'", [], |row| row.get(0)).unwrap();
    let key = SigningKey::from_bare_scalar(&scalar, "bank").unwrap();
    key.sign_with(&json!({ "alg": "ES256", "kid": key.kid() }), &payload).unwrap()
}
