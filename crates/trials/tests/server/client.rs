//! A service at the standard issuer that asks in every way there is: in a link, in a form, pushed, signed.

use protocol::jose::{b64u, sha256};
use serde_json::{Value, json};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::AN;
use crate::firm::Firm;

pub const BACK: &str = "https://bureau.example/cb";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// Parameters, as a form holds them.
pub type Form = Vec<(String, String)>;

pub struct Client {
    pub firm: Firm,
}

impl Client {
    /// Registers one; `more` is laid over what is the same for all.
    pub async fn opens(town: &Town, id: &str, more: Value) -> Client {
        let mut registered =
            json!({ "redirect_uris": [BACK], "grants": ["authorization_code"], "scopes": ["profile"] });
        for (name, value) in more.as_object().unwrap() {
            registered[name] = value.clone();
        }
        Client { firm: Firm::opens(town, id, "", registered).await }
    }

    /// A request that is in order, with these parameters changed or added.
    pub fn form(&self, more: &[(&str, &str)]) -> Form {
        let challenge = b64u(sha256(VERIFIER.as_bytes()));
        let usual = [
            ("client_id", self.firm.id.as_str()),
            ("redirect_uri", BACK),
            ("response_type", "code"),
            ("scope", "openid profile"),
            ("state", "s1"),
            ("nonce", "n1"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("ui_locales", "nl"),
        ];
        let kept = usual.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
        kept.chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// The same as a request object.
    pub fn object(&self, town: &Town, more: &Value) -> String {
        let mut claims = json!({ "iss": self.firm.id, "aud": town.issuer, "nbf": town.now(), "exp": town.now() + 300 });
        for (name, value) in self.form(&[]) {
            claims[name] = value.into();
        }
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        self.firm.signs(&claims)
    }

    pub async fn pushes(&self, town: &Town, form: &Form) -> Reply {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.firm.posts(town, "/par", &form).await
    }

    /// The address of a request in the open.
    pub fn link(&self, town: &Town, form: &Form) -> String {
        reqwest::Url::parse_with_params(&format!("{}/authorize", town.issuer), form).unwrap().into()
    }

    /// Pushes a request and opens it: the page that asks for a number.
    pub async fn opened(&self, town: &Town, browser: &mut Browser, form: &Form) -> Reply {
        let pushed = self.pushes(town, form).await;
        assert_eq!(pushed.status, 201, "{}", pushed.body);
        let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let named = self.link(town, &vec![("client_id".into(), self.firm.id.clone()), ("request_uri".into(), uri)]);
        let there = browser.get(town, &named).await;
        assert_eq!(there.status, 303, "{}", there.body);
        browser.get(town, there.location()).await
    }

    /// What waits on the phone after the number was typed on that page, and where the browser waits.
    pub async fn asked(&self, town: &Town, browser: &mut Browser, page: &Reply) -> (String, String) {
        assert_eq!(page.status, 200, "{}", page.body);
        let sent = browser.type_number(town, page, AN).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        let number = browser.get(town, sent.location()).await.text("match");
        (sent.location().to_owned(), number)
    }

    /// From that page to the answer: the phone says yes.
    pub async fn approved(&self, town: &Town, browser: &mut Browser, phone: &mut Phone, page: &Reply) -> Reply {
        let (waits, number) = self.asked(town, browser, page).await;
        phone.approve(town, &number, CODE).await.ok();
        browser.get(town, &waits).await
    }

    pub async fn exchanges(&self, town: &Town, code: &str) -> Reply {
        let form =
            [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK), ("code_verifier", VERIFIER)];
        self.firm.posts(town, "/token", &form).await
    }
}

/// A parameter of the address that a reply leads to.
pub fn told(reply: &Reply, name: &str) -> String {
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert!(reply.location().starts_with(BACK), "{}", reply.location());
    let to = reqwest::Url::parse(reply.location()).unwrap();
    let found = to.query_pairs().find(|(other, _)| other == name).map(|(_, value)| value.into_owned());
    found.unwrap_or_else(|| panic!("no {name}: {to}"))
}
