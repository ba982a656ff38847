//! The real program, killed with -9 while people use it. `ZELF_BIN` names another than this build's.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::net::TcpListener as StdListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use demo::bank::{BankConfig, BankName, ClientRegistration};
use demo::phone::web::{Browser, Page};
use demo::phone::{Customer, Home, Phone, PhoneError, Plan, Verdict, unix_now};
use protocol::jose::{b64u, sha256};
use reqwest::Url;

const CODE: &str = "27935";
const NUMBER: &str = "0468 75 89 60";
const REDIRECT: &str = "https://gemeente.example/login/zelf";

/// The program and everybody around it.
struct Scene {
    binary: PathBuf,
    folder: tempfile::TempDir,
    issuer: String,
    app: String,
    child: Child,
    sms: Arc<Mutex<Vec<String>>>,
}

fn free_address() -> String {
    StdListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    base
}

async fn gateway(sms: Arc<Mutex<Vec<String>>>) -> String {
    let take = async |State(sms): State<Arc<Mutex<Vec<String>>>>, axum::Json(m): axum::Json<serde_json::Value>| {
        sms.lock().unwrap().push(m["text"].as_str().unwrap_or_default().to_owned());
        axum::http::StatusCode::ACCEPTED
    };
    serve(Router::new().route("/sms", post(take)).with_state(sms)).await
}

impl Scene {
    async fn open(binary: PathBuf) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let [issuer, app, ops] = [free_address(), free_address(), free_address()];
        let sms = Arc::new(Mutex::new(Vec::new()));
        let gateway = gateway(Arc::clone(&sms)).await;
        let bank_address = free_address();
        let bank = BankConfig {
            base: format!("http://{bank_address}"),
            database: folder.path().join("bank.db"),
            banks: vec![BankName { id: "belfius".into(), name: "Belfius".into() }],
            clients: vec![ClientRegistration {
                client_id: "zelf".into(),
                jwks_uri: format!("http://{issuer}/bank/jwks.json"),
                redirect_uris: vec![format!("http://{app}/bank/return")],
            }],
            roots: vec![],
            gateway: None,
            frame_ancestors: Vec::new(),
            clock: Arc::new(unix_now),
        };
        let router = demo::bank::router(bank).unwrap();
        let listener = tokio::net::TcpListener::bind(&bank_address).await.unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let banks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/banks.toml").canonicalize().unwrap();
        let secret: String = sha256(b"secret").iter().map(|b| format!("{b:02x}")).collect();
        let config = format!(
            "issuer = \"http://{issuer}\"\napp = \"http://{app}\"\n\
             [listen]\nissuer = \"{issuer}\"\napp = \"{app}\"\nops = \"{ops}\"\n\
             [banks]\nfile = \"{}\"\nbase = \"http://{bank_address}\"\n\
             [gateway]\nurl = \"{gateway}\"\ntoken = \"t\"\n\
             [[partner]]\nid = \"gemeente\"\nname = {{ nl = \"G\", fr = \"G\", de = \"G\", en = \"G\" }}\n\
             domain = \"gemeente.example\"\nredirect_uris = [\"{REDIRECT}\"]\nscopes = [\"profile\"]\n\
             [partner.auth]\nmethod = \"client_secret\"\nclient_secret_sha256 = \"{secret}\"\n",
            banks.display()
        );
        std::fs::write(folder.path().join("zelf.toml"), config).unwrap();
        let child = start(&binary, folder.path());
        let scene =
            Scene { binary, issuer: format!("http://{issuer}"), app: format!("http://{app}"), folder, child, sms };
        scene.up().await;
        scene
    }

    async fn up(&self) {
        for _ in 0..200 {
            let asked = demo::phone::http().unwrap().get(format!("{}/health", self.issuer)).send().await;
            if asked.is_ok_and(|r| r.status() == 200) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("zelf serve does not answer");
    }

    /// `kill -9`, and at once another one.
    fn kill_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = start(&self.binary, self.folder.path());
    }

    async fn activate(&self) -> Phone {
        let mut phone = Phone::open(Some(&self.app), Home::Memory, None).await.unwrap();
        let mut plan = Plan {
            number: Some(NUMBER.into()),
            bank: Some("belfius".into()),
            customer: Some(Customer::new("an")),
            code: Some(CODE.into()),
            ..Plan::default()
        };
        assert!(matches!(phone.activate(&plan).await.err(), Some(PhoneError::InputNeeded("sms"))));
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let text = self.sms.lock().unwrap().last().cloned();
            plan.sms = text.and_then(|t| t.rsplit(" #").next().map(|code| code.trim().to_owned()));
            if plan.sms.is_some() {
                break;
            }
        }
        phone.activate(&plan).await.unwrap();
        phone
    }

    /// A browser that waits: the browser, its page and the two digits.
    async fn log_in(&self) -> (Browser, Url, String) {
        let mut browser = Browser::new(demo::phone::http().unwrap());
        let challenge = b64u(sha256(b"a-verifier-that-nobody-will-ever-be-asked-for"));
        let query = [
            ("client_id", "gemeente"),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "openid"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let url = Url::parse_with_params(&format!("{}/authorize", self.issuer), query).unwrap();
        let page = browser.get(&url).await.unwrap();
        let req = page.field("req").unwrap();
        let form = [("req", req.as_str()), ("country", "BE"), ("phone", NUMBER)];
        let sent = browser.post_form(&url.join("/login").unwrap(), &form).await.unwrap();
        let wait = sent.location.unwrap();
        let number = browser.get(&wait).await.unwrap().text("match").unwrap();
        (browser, wait, number)
    }
}

fn start(binary: &Path, folder: &Path) -> Child {
    Command::new(binary)
        .args(["serve", "--config"])
        .arg(folder.join("zelf.toml"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn let_in(page: &Page) -> bool {
    page.location.as_ref().is_some_and(|to| to.as_str().starts_with(REDIRECT))
}

/// The program of this build: `cargo test --workspace` puts it beside the folder of the tests.
fn built() -> PathBuf {
    let named = std::env::var_os("ZELF_BIN").map(PathBuf::from);
    let beside = || std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("zelf");
    let binary = named.unwrap_or_else(beside);
    assert!(binary.exists(), "{} is not built: cargo build -p zelf", binary.display());
    binary
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_answered_keeps_the_answer() {
    let mut scene = Scene::open(built()).await;
    let mut phone = scene.activate().await;
    scene.kill_and_restart();
    scene.up().await;
    assert_eq!(phone.home().await.unwrap().first_name, "An", "an acknowledged activation stays");

    for round in 0..5_u64 {
        let (mut browser, wait, number) = scene.log_in().await;
        let yes = Verdict::Approve { code: CODE.into(), matched: Some(number.clone()) };
        let answering = tokio::spawn(async move {
            let answered = phone.answer(None, &yes).await;
            (phone, answered)
        });
        tokio::time::sleep(Duration::from_millis(6 * round)).await;
        scene.kill_and_restart();
        scene.up().await;
        let (back, answered) = answering.await.unwrap();
        phone = back;
        if answered.is_err() {
            // The attempt may be lost to the person, who types the code again.
            assert!(!let_in(&browser.get(&wait).await.unwrap()) || phone.settle().await.is_ok(), "{answered:?}");
            let yes = Verdict::Approve { code: CODE.into(), matched: Some(number) };
            if !let_in(&browser.get(&wait).await.unwrap()) {
                phone.answer(None, &yes).await.unwrap_or_else(|e| panic!("round {round}: {answered:?}, then {e:?}"));
            }
        }
        assert!(let_in(&browser.get(&wait).await.unwrap()), "round {round}: {answered:?}");
    }

    let (_, _, number) = scene.log_in().await;
    for left in [4, 3] {
        let before = phone.home().await.unwrap().device.left;
        let no = Verdict::Approve { code: "40618".into(), matched: Some(number.clone()) };
        let told = phone.answer(None, &no).await.err().unwrap();
        assert_eq!(told.code(), "not_accepted");
        scene.kill_and_restart();
        scene.up().await;
        let after = phone.home().await.unwrap().device.left;
        assert!(after < before && after <= left, "a wrong code is not forgotten: {before} then {after}");
    }
}
