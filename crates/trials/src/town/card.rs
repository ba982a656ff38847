//! Somebody at a computer with an identity card: a browser on the activation pages, and a card program in a few lines, so that
//! a test can make either misbehave. `eid_session` is the grown-up program.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::{SHA256, SHA384, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use eid_card::{Card, Pin, SignatureAlgorithm};
use eid_virtual::person::Person;
use eid_virtual::personalise::Fault;
use eid_virtual::pki::TestPki;
use eid_virtual::{Applet, VirtualCard, personalise};
use journeys::ports::{Boxed, RevocationSource};
use protocol::eid::{Claimed, ProofBody, WebEidToken};
use protocol::jose::{b64u, sha256, unb64u};
use serde_json::{Value, json};

use super::{Browser, Reply, Town};

/// Where certificates of the trials' cards send those who ask.
pub const REGISTER: &str = "http://register.example/eid";

/// One test PKI for the whole process: RSA keys take a while.
pub fn pki() -> Arc<TestPki> {
    static PKI: OnceLock<Arc<TestPki>> = OnceLock::new();
    let make = || {
        let folder = tempfile::tempdir().unwrap().keep();
        Arc::new(TestPki::load_or_create(&folder, REGISTER).unwrap())
    };
    Arc::clone(PKI.get_or_init(make))
}

/// The National Register's responders, unless they are on strike.
pub(super) struct Register {
    pub(super) clock: Arc<AtomicI64>,
    pub(super) strike: Arc<AtomicBool>,
    /// Seconds that the responders' clock is ahead of ours.
    pub(super) ahead: Arc<AtomicI64>,
}

impl RevocationSource for Register {
    fn fetch(&self, url: String, body: Option<Vec<u8>>) -> Boxed<'_, Result<Vec<u8>, String>> {
        let now = self.clock.load(Ordering::SeqCst) + self.ahead.load(Ordering::SeqCst);
        let path = url.strip_prefix(REGISTER).map(str::to_owned);
        let answer = match path {
            _ if self.strike.load(Ordering::SeqCst) => Err("on strike".to_owned()),
            Some(path) => pki().serve(&path, &body.unwrap_or_default(), now).map(|(_, der)| der).ok_or(url),
            None => Err(url),
        };
        Box::pin(async move { answer })
    }
}

/// An, whom the bank knows too.
pub fn an() -> Person {
    let number = super::bank::an().attributes.national_number.unwrap();
    let sex = eid_virtual::person::Sex::Female;
    let (street, town) = ("Blekersdijk 14", "Gent");
    Person::from_parts("An Maria", "Van Linden", sex, "1955-03-12", &number, "Gent", street, "9000", town)
}

/// A card made today.
pub fn card(town: &Town, person: &Person, applet: Applet, fault: Option<Fault>) -> VirtualCard {
    VirtualCard::new(personalise::card(person, applet, &pki(), fault, town.now()).unwrap())
}

/// A browser on the activation pages.
pub struct Computer {
    pub browser: Browser,
}

impl Computer {
    /// From nothing to the page that waits for the card program.
    pub async fn begin(town: &Town, at: &str, number: &str, email: Option<&str>) -> Computer {
        let mut browser = Browser::at(at);
        let begun = fill_in(town, &mut browser, number, email).await;
        assert_eq!((begun.status, begun.location()), (303, "/activate/reader"), "{}", begun.body);
        Computer { browser }
    }

    /// As [`Computer::begin`], for a card that shall block.
    pub async fn begin_to_block(town: &Town, at: &str, number: &str) -> Computer {
        let mut browser = Browser::at(at);
        let form = browser.get(town, "/block/card").await.field("form");
        let altcha = solved(town, &mut browser).await;
        let fields = [("form", form.as_str()), ("country", "BE"), ("phone", number), ("altcha", &altcha)];
        let begun = browser.post(town, "/block/card", &fields).await;
        assert_eq!((begun.status, begun.location()), (303, "/activate/reader"), "{}", begun.body);
        Computer { browser }
    }

    /// The card program reads this person's card for this page; its answer.
    pub async fn reads(&mut self, town: &Town, person: &Person, applet: Applet) -> Value {
        let program = Program::claim(town, &self.code(town).await).await;
        program.prove(town, &mut card(town, person, applet, None)).await.ok()
    }

    /// The code on the page, for typing.
    pub async fn code(&mut self, town: &Town) -> String {
        let page = self.browser.get(town, "/activate/reader").await;
        let text = page.text("code");
        assert!(!text.is_empty(), "{}", page.body);
        text
    }

    /// The session in the link.
    pub async fn session(&mut self, town: &Town) -> String {
        let page = self.browser.get(town, "/activate/reader").await;
        page.attribute("start", "href").rsplit("s=").next().unwrap().to_owned()
    }

    /// The code on the page that says how it ended.
    pub async fn ended(&mut self, town: &Town) -> String {
        self.browser.get(town, "/activate/ended").await.text("error-code")
    }

    /// The card program's address comes back in this browser.
    pub async fn comes_back(&mut self, town: &Town, url: &str) -> Reply {
        let secret = url.rsplit('#').next().unwrap().to_owned();
        self.browser.post(town, "/activate/finish", &[("secret", &secret)]).await
    }

    /// The token on the screen.
    pub async fn token(&mut self, town: &Town) -> String {
        let page = self.browser.get(town, "/activate/token").await;
        let token = page.attribute("token", "data-token");
        assert_eq!(token.len(), 6, "{}", page.body);
        token
    }

    /// From nothing to a token, with this person's card.
    pub async fn with_token(
        town: &Town,
        at: &str,
        number: &str,
        person: &Person,
        applet: Applet,
    ) -> (Computer, String) {
        let mut computer = Computer::begin(town, at, number, Some("an@voorbeeld.be")).await;
        let told = computer.reads(town, person, applet).await;
        assert_eq!(computer.comes_back(town, told["return"].as_str().unwrap()).await.location(), "/activate/token");
        let token = computer.token(town).await;
        (computer, token)
    }
}

/// The form, its robot check solved.
pub async fn fill_in(town: &Town, browser: &mut Browser, number: &str, email: Option<&str>) -> Reply {
    let form = browser.get(town, "/activate").await.field("form");
    let altcha = solved(town, browser).await;
    let mut fields = vec![("form", form.as_str()), ("country", "BE"), ("phone", number), ("location", "1")];
    fields.push(email.map_or(("no_email", "1"), |email| ("email", email)));
    fields.extend([("terms", "1"), ("altcha", &altcha)]);
    browser.post(town, "/activate", &fields).await
}

/// What a browser with scripts does for us.
pub async fn solved(town: &Town, browser: &mut Browser) -> String {
    solve(&browser.get(town, "/activate/challenge").await.ok())
}

fn solve(challenge: &Value) -> String {
    let salt = challenge["salt"].as_str().unwrap();
    let hex = |number: u64| -> String {
        sha256(format!("{salt}{number}").as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
    };
    let most = challenge["maxnumber"].as_u64().unwrap();
    let number = (0..=most).find(|n| challenge["challenge"] == hex(*n)).unwrap();
    let mut answer = challenge.clone();
    answer["number"] = json!(number);
    BASE64_STANDARD.encode(answer.to_string())
}

/// A card program that holds a ticket.
pub struct Program {
    pub claimed: Claimed,
}

/// Posts JSON to one of the card program's doors.
pub async fn post(town: &Town, door: &str, body: &Value) -> Reply {
    let url = format!("{}/eid/v1/{door}", town.issuer);
    Reply::read(town.http.post(url).json(body).send().await.unwrap()).await
}

impl Program {
    pub async fn try_claim(town: &Town, code: &str) -> Reply {
        post(town, "claim", &json!({ "v": 1, "program": "trial", "code": code })).await
    }

    pub async fn claim(town: &Town, code: &str) -> Program {
        Program { claimed: serde_json::from_value(Program::try_claim(town, code).await.ok()).unwrap() }
    }

    pub async fn says(&self, town: &Town, progress: &str) -> Reply {
        post(town, "progress", &json!({ "ticket": self.claimed.ticket, "progress": progress })).await
    }

    pub async fn state(&self, town: &Town) -> Value {
        post(town, "state", &json!({ "ticket": self.claimed.ticket })).await.json()
    }

    /// Everything that the card says, signed for this session.
    pub fn read(&self, card: &mut VirtualCard) -> ProofBody {
        let mut card = Card::open(card).unwrap();
        let files = card.read_all(&mut |_| ()).unwrap();
        let serial = b64u(card.data().serial);
        let algorithm = card.algorithm();
        let (name, hash) = match algorithm {
            SignatureAlgorithm::RsaSha256 => ("RS256", &SHA256),
            SignatureAlgorithm::EcdsaSha384 => ("ES384", &SHA384),
        };
        let challenge = digest(&SHA384, &unb64u(&self.claimed.challenge).unwrap());
        let challenge: [u8; 48] = challenge.as_ref().try_into().unwrap();
        let chip = (name == "ES384").then(|| b64u(card.internal_authenticate(&challenge).unwrap()));
        card.verify(&Pin::new("1234").unwrap()).unwrap();
        let parts = [&self.claimed.origin, &self.claimed.nonce].map(|part| digest(hash, part.as_bytes()));
        let signed = digest(hash, &parts.each_ref().map(AsRef::as_ref).concat());
        let signature = card.sign_authentication(algorithm, signed.as_ref()).unwrap();
        ProofBody {
            ticket: self.claimed.ticket.clone(),
            token: WebEidToken {
                unverified_certificate: BASE64_STANDARD.encode(&files.authentication),
                algorithm: name.into(),
                signature: BASE64_STANDARD.encode(signature),
                format: "web-eid:1.0".into(),
                app_version: String::new(),
            },
            files: eid_proof::files::encode(&files),
            serial,
            chip_signature: chip,
        }
    }

    pub async fn send(&self, town: &Town, body: &ProofBody) -> Reply {
        post(town, "proof", &serde_json::to_value(body).unwrap()).await
    }

    pub async fn prove(&self, town: &Town, card: &mut VirtualCard) -> Reply {
        let body = self.read(card);
        self.send(town, &body).await
    }
}
