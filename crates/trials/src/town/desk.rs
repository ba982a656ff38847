//! People of the helpdesk: a browser at the console, and a security key made of software.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use domain::helpdesk::Role;
use journeys::helpdesk::invite::{self, By};
use protocol::jose::{b64u, sha256};

use super::{Browser, Reply, Town};

/// Flags of authenticator data: somebody was there, and was checked.
pub const PRESENT: u8 = 0x01;
pub const VERIFIED: u8 = 0x04;
const NEW_KEY: u8 = 0x40;

/// A security key.
pub struct Authenticator {
    pair: EcdsaKeyPair,
    id: Vec<u8>,
    pub count: u32,
    /// What it claims about who was there.
    pub flags: u8,
}

impl Default for Authenticator {
    fn default() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let id = sha256(pair.public_key().as_ref()).to_vec();
        Authenticator { pair, id, count: 0, flags: PRESENT | VERIFIED }
    }
}

impl Authenticator {
    fn header(&self, rp: &str, flags: u8) -> Vec<u8> {
        [&sha256(rp.as_bytes())[..], &[flags], &self.count.to_be_bytes()].concat()
    }

    /// The form that a registration sends.
    pub fn create(&self, origin: &str, rp: &str, challenge: &str) -> Vec<(&'static str, String)> {
        let point = self.pair.public_key().as_ref();
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let cose = [b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", &point[1..33], b"\x22\x58\x20", &point[33..]].concat();
        let data = [&self.header(rp, self.flags | NEW_KEY)[..], &[0; 16], &length, &self.id, &cose].concat();
        let spki = [
            &b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"[..],
            point,
        ]
        .concat();
        vec![
            ("client_data", b64u(client_data("webauthn.create", origin, challenge))),
            ("authenticator_data", b64u(data)),
            ("spki", b64u(spki)),
        ]
    }

    /// The form that a login sends. Each use counts.
    pub fn get(&mut self, origin: &str, rp: &str, challenge: &str) -> Vec<(&'static str, String)> {
        self.count += 1;
        let (client, data) = (client_data("webauthn.get", origin, challenge), self.header(rp, self.flags));
        let signed = [&data[..], &sha256(client.as_bytes())].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        vec![
            ("id", b64u(&self.id)),
            ("client_data", b64u(client)),
            ("authenticator_data", b64u(data)),
            ("signature", b64u(signature.as_ref())),
        ]
    }
}

fn client_data(kind: &str, origin: &str, challenge: &str) -> String {
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#)
}

/// One person at the console.
pub struct Worker {
    pub name: String,
    pub password: String,
    pub key: Authenticator,
    pub browser: Browser,
}

impl Worker {
    /// Somebody with an invitation's code, at a desk.
    pub async fn invited(town: &Town, name: &str, role: Role) -> (Worker, String) {
        let code = invite::add(&town.world, By::Operator, name, role).await.unwrap();
        let password = format!("losse woorden van {}", name.len());
        let browser = Browser::at("10.7.0.1");
        (Worker { name: name.into(), password, key: Authenticator::default(), browser }, code)
    }

    /// Invited, registered, inside.
    pub async fn joined(town: &Town, name: &str, role: Role) -> Worker {
        let (mut worker, code) = Worker::invited(town, name, role).await;
        let reply = worker.join(town, &code).await;
        assert_eq!((reply.status, reply.location()), (303, "/"), "{}", reply.body);
        worker
    }

    /// Uses the invitation: code and password, then the key.
    pub async fn join(&mut self, town: &Town, code: &str) -> Reply {
        let (name, password) = (self.name.clone(), self.password.clone());
        let form = [("name", name.as_str()), ("code", code), ("password", &password)];
        let reply = self.post(town, "/invitation", &form).await;
        if reply.status != 303 {
            return reply;
        }
        let page = self.get(town, "/invitation/key").await;
        let (origin, rp) = (town.console.clone(), page.attribute("key", "data-rp"));
        let fields = self.key.create(&origin, &rp, &page.attribute("key", "data-challenge"));
        self.send(town, "/invitation/key", &fields).await
    }

    /// The first step of a login.
    pub async fn gives_password(&mut self, town: &Town) -> Reply {
        let (name, password) = (self.name.clone(), self.password.clone());
        self.post(town, "/login", &[("name", &name), ("password", &password)]).await
    }

    /// The second.
    pub async fn uses_key(&mut self, town: &Town) -> Reply {
        let page = self.get(town, "/login/key").await;
        let (origin, rp) = (town.console.clone(), page.attribute("key", "data-rp"));
        let fields = self.key.get(&origin, &rp, &page.attribute("key", "data-challenge"));
        self.send(town, "/login/key", &fields).await
    }

    pub async fn logs_in(&mut self, town: &Town) {
        let reply = self.gives_password(town).await;
        assert_eq!((reply.status, reply.location()), (303, "/login/key"), "{}", reply.body);
        let reply = self.uses_key(town).await;
        assert_eq!((reply.status, reply.location()), (303, "/"), "{}", reply.body);
    }

    pub async fn get(&mut self, town: &Town, path: &str) -> Reply {
        self.browser.get(town, &format!("{}{path}", town.console)).await
    }

    /// Posts as it is, without the session's value.
    pub async fn post(&mut self, town: &Town, path: &str, form: &[(&str, &str)]) -> Reply {
        self.browser.post(town, &format!("{}{path}", town.console), form).await
    }

    async fn send(&mut self, town: &Town, path: &str, fields: &[(&str, String)]) -> Reply {
        let form: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.post(town, path, &form).await
    }

    /// The value that goes with every form of this session.
    pub async fn csrf(&mut self, town: &Town) -> String {
        for page in ["/cases", "/log", "/staff"] {
            let page = self.get(town, page).await;
            if page.status == 200 {
                return page.field("csrf");
            }
        }
        String::new()
    }

    /// Posts a form of the session.
    pub async fn submit(&mut self, town: &Town, path: &str, form: &[(&str, &str)]) -> Reply {
        let csrf = self.csrf(town).await;
        let form: Vec<_> = form.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        self.post(town, path, &form).await
    }

    /// Looks at the account of this number; the address of the page.
    pub async fn looks(&mut self, town: &Town, number: &str, reason: &str) -> String {
        let form = [("query", "number"), ("typed", number), ("reason", reason)];
        let reply = self.submit(town, "/search", &form).await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        reply.location().to_owned()
    }
}
