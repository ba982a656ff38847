//! The card reader of the story page, used as a visitor uses it: forms in, pages out. The server is a double; the card is whole.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use eid_session::{Failure, Server, Start};
use eid_virtual::pki::TestPki;
use jiff::civil::Date;
use protocol::eid::{Claimed, Progress, ProofBody, Purpose, Returned, State};
use tokio::net::TcpListener;
use zelf_demo::holders::holders;
use zelf_demo::reader::ReaderConfig;
use zelf_demo::story::{StoryConfig, router};

const ORIGIN: &str = "https://login.example";
const NOW: i64 = 1_795_000_000;

/// Takes the code it knows and notes what it is told.
#[derive(Clone, Default)]
struct Double {
    progress: Arc<Mutex<Vec<Progress>>>,
    proofs: Arc<Mutex<u32>>,
}

impl Server for Double {
    fn origin(&self) -> &str {
        ORIGIN
    }

    fn claim(&mut self, start: &Start) -> Result<Claimed, Failure> {
        if *start != Start::from_code("7KQ2M4XD").unwrap() {
            return Err(Failure::of_server("session_unknown", None));
        }
        Ok(Claimed {
            ticket: "t".repeat(22),
            name: "zelf".into(),
            origin: ORIGIN.into(),
            number: "+32 ••• •• 89 60".into(),
            email: None,
            terms: "2026-11".into(),
            lang: "en".into(),
            nonce: "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".into(),
            challenge: "C".repeat(64),
            expires: NOW + 600,
            now: NOW,
            test_world: true,
            purpose: Purpose::Activate,
        })
    }

    fn progress(&mut self, _: &str, progress: Progress, _: Option<u8>) -> Result<(), Failure> {
        self.progress.lock().unwrap().push(progress);
        Ok(())
    }

    fn proof(&mut self, _: &ProofBody) -> Result<Returned, Failure> {
        *self.proofs.lock().unwrap() += 1;
        let url = format!("{ORIGIN}/activate/finish#{}", "s".repeat(22));
        Ok(Returned { url, digits: "482913".into(), first_name: "An".into() })
    }

    fn state(&mut self, _: &str) -> Result<State, Failure> {
        Err(Failure::SERVER_UNREACHABLE)
    }
}

struct Visitor {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

impl Visitor {
    async fn arrives(double: Double) -> (Visitor, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let pki = TestPki::load_or_create(&folder.path().join("pki"), "http://localhost:1/eid").unwrap();
        let reader = ReaderConfig {
            pki: Arc::new(pki),
            holders: holders(Date::constant(2026, 11, 22)),
            server: ORIGIN.into(),
            connect: Arc::new(move || Ok(Box::new(double.clone()))),
            card_command: "zelf virtual-card".into(),
            clock: Arc::new(|| NOW),
        };
        let other = || "http://localhost:2".to_owned();
        let story = StoryConfig {
            issuer: ORIGIN.into(),
            app: other(),
            service: other(),
            services: vec![],
            inbox: other(),
            bank: other(),
            customers: vec![],
            reader,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router(story)).await.unwrap() });
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let first = http.get(format!("{base}/reader?lang=en")).send().await.unwrap();
        let cookies: Vec<_> = first.headers().get_all("set-cookie").iter().map(|v| v.to_str().unwrap()).collect();
        let pairs: Vec<_> = cookies.iter().map(|line| line.split(';').next().unwrap()).collect();
        let cookie = pairs.join("; ");
        (Visitor { http, base, cookie }, folder)
    }

    async fn does(&self, act: &str, form: &[(&str, &str)]) -> u16 {
        let url = format!("{}/reader/{act}", self.base);
        let answer = self.http.post(url).header("cookie", &self.cookie).form(form).send().await.unwrap();
        answer.status().as_u16()
    }

    async fn page(&self) -> String {
        let url = format!("{}/reader", self.base);
        self.http.get(url).header("cookie", &self.cookie).send().await.unwrap().text().await.unwrap()
    }

    /// Waits until the page shows `words`.
    async fn sees(&self, words: &str) -> String {
        for _ in 0..600 {
            let page = self.page().await;
            if page.contains(words) {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        unreachable!("never saw {words:?} in {}", self.page().await)
    }

    async fn opened(&self) -> Option<String> {
        let url = format!("{}/reader/state", self.base);
        let state = self.http.get(url).header("cookie", &self.cookie).send().await.unwrap();
        let state: serde_json::Value = serde_json::from_slice(&state.bytes().await.unwrap()).unwrap();
        state["open"].as_str().map(str::to_owned)
    }

    async fn puts_in(&self, holder: &str, applet: &str, fault: &str) {
        assert_eq!(self.does("card", &[("holder", holder), ("applet", applet), ("fault", fault)]).await, 303);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_plays_a_whole_activation_and_may_pull_the_card_out_half_way() {
    let double = Double::default();
    let (visitor, _folder) = Visitor::arrives(double.clone()).await;
    visitor.puts_in("an", "1.8", "").await;
    assert_eq!(visitor.does("code", &[("code", "7kq2-m4xd")]).await, 303);
    let asks = visitor.sees("Is this request yours?").await;
    assert!(asks.contains("+32 ••• •• 89 60") && asks.contains(ORIGIN), "who asks is shown before anything else");
    assert!(double.progress.lock().unwrap().is_empty(), "and nothing is done before the yes");

    visitor.does("yes", &[]).await;
    visitor.sees("We are reading your card").await;
    while !double.progress.lock().unwrap().contains(&Progress::Reading) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    visitor.does("out", &[]).await;
    visitor.sees("Put your identity card (eID) into the reader").await;
    visitor.puts_in("an", "1.8", "").await;

    visitor.sees("Card of An Van Linden").await;
    visitor.does("pin", &[("pin", "12")]).await;
    visitor.sees("A PIN has 4 to 12 digits").await;
    visitor.does("pin", &[("pin", "0000")]).await;
    let wrong = visitor.sees("This PIN is not right.").await;
    assert!(wrong.contains("(2 tries left)"), "the card counts: {wrong}");
    visitor.does("pin", &[("pin", "1357")]).await;
    let done = visitor.sees("Done, An").await;
    assert!(!done.contains("482913"), "the digits are shown on request only");
    let back = format!("{ORIGIN}/activate/finish#{}", "s".repeat(22));
    assert_eq!(visitor.opened().await, Some(back), "the browser beside it is sent on");
    assert_eq!(visitor.opened().await, None, "once");
    visitor.does("digits", &[]).await;
    visitor.sees("482913").await;
    assert_eq!(*double.proofs.lock().unwrap(), 1);
    let told = double.progress.lock().unwrap().clone();
    assert!(told.contains(&Progress::Removed) && told.contains(&Progress::PinWrong), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_card_stays_blocked_until_the_cards_are_made_anew() {
    let (visitor, _folder) = Visitor::arrives(Double::default()).await;
    visitor.puts_in("jan", "1.7", "").await;
    visitor.does("code", &[("code", "7KQ2M4XD")]).await;
    visitor.sees("Is this request yours?").await;
    visitor.does("yes", &[]).await;
    for (pin, then) in [("0001", "You can try 2 more times"), ("0002", "This is the last try"), ("0003", "is blocked")]
    {
        visitor.sees("Confirm with my PIN").await;
        visitor.does("pin", &[("pin", pin)]).await;
        visitor.sees(then).await;
    }
    visitor.does("out", &[]).await;
    visitor.puts_in("jan", "1.7", "").await;
    visitor.sees("(0 tries left)").await;
    visitor.does("new", &[]).await;
    visitor.puts_in("jan", "1.7", "").await;
    visitor.sees("(3 tries left)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_refused_and_a_wrong_code_is_said() {
    let (visitor, _folder) = Visitor::arrives(Double::default()).await;
    let card = |holder, applet, fault| [("holder", holder), ("applet", applet), ("fault", fault)];
    assert_eq!(visitor.does("card", &card("an", "1.9", "")).await, 400);
    assert_eq!(visitor.does("card", &card("an", "1.8", "no-such-fault")).await, 400);
    assert_eq!(visitor.does("card", &card("nobody", "1.8", "")).await, 422);
    assert_eq!(visitor.does("dance", &[]).await, 404);
    // Out of turn: nothing happens.
    for act in ["yes", "pin", "digits", "stop", "out"] {
        assert_eq!(visitor.does(act, &[("pin", "1234")]).await, 303, "{act}");
    }
    visitor.does("code", &[("code", "no code")]).await;
    visitor.sees("This code does not have the right form.").await;
    visitor.does("code", &[("code", "00000000")]).await;
    visitor.sees("session_unknown").await;
    let stranger = Visitor {
        cookie: "reader=AAAAAAAAAAAAAAAAAAAAAA".into(),
        http: visitor.http.clone(),
        base: visitor.base.clone(),
    };
    assert_eq!(stranger.does("out", &[]).await, 303);
    let url = format!("{}/reader/state", stranger.base);
    assert_eq!(stranger.http.get(url).header("cookie", &stranger.cookie).send().await.unwrap().status(), 404);
}
