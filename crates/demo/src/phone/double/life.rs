//! The small operator's part in another code, a finger and a block.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use protocol::jose::{PublicKey, sha256, unb64u};
use protocol::phone::*;
use protocol::seal::Sealed;
use protocol::webauthn::{self, Credential, Expect};
use serde_json::{Value, json};

use super::super::unix_now;
use super::{Inner, World, open, say};

/// What an act brings about once it is approved.
enum Effect {
    Code(PublicKey),
    Finger(Option<Credential>),
}

pub(in super::super) struct Life {
    pub(in super::super) generation: i64,
    waits: Option<(String, Effect)>,
    finger: Option<Credential>,
    /// Shows another mark than that of the key it was sent.
    pub(in super::super) lies: bool,
}

impl Default for Life {
    fn default() -> Life {
        Life { generation: 1, waits: None, finger: None, lies: false }
    }
}

impl Inner {
    pub(super) fn biometric(&self) -> Option<String> {
        self.life.finger.as_ref().map(|c| protocol::jose::b64u(&c.id))
    }

    pub(super) fn finger_is_right(&self, address: &str, bio: &Bio, input: &[u8; 32]) -> bool {
        let Some(finger) = &self.life.finger else { return false };
        let challenge = bio_challenge(input);
        let [client, data, sig] =
            [&bio.client_data, &bio.authenticator_data, &bio.signature].map(|t| unb64u(t).unwrap());
        webauthn::assert(expect(address, &challenge), &finger.point, &client, &data, &sig).is_ok()
    }

    /// The answer to `rid` was a yes with the code.
    pub(super) fn carry_out(&mut self, rid: &str) {
        let Some((_, effect)) = self.life.waits.take_if(|(waits, _)| waits == rid) else { return };
        match effect {
            Effect::Code(key) => {
                self.verifier = Some(key);
                self.life.generation += 1;
            }
            Effect::Finger(credential) => self.life.finger = credential,
        }
    }
}

fn expect<'a>(address: &'a str, challenge: &'a [u8; 32]) -> Expect<'a> {
    Expect { origin: address, rp_id: "127.0.0.1", challenge }
}

pub(super) async fn act(State(world): State<Arc<World>>, Path(name): Path<String>, body: Bytes) -> Response {
    let jws = String::from_utf8(body.to_vec()).unwrap();
    let body = match open(&world, &format!("act/{name}"), &jws) {
        Ok(body) => body,
        Err((status, error)) => return say(&world, status, json!({ "error": error })),
    };
    let mut w = world.lock();
    let dev = w.device.as_ref().unwrap().name("dev");
    let (effect, value) = match name.as_str() {
        "code" => {
            let sealed: Sealed = serde_json::from_value(body["sealed"].clone()).unwrap();
            let key = pin::open_enrolment(&w.vs, &sealed, &dev, body["change"].as_str().unwrap()).unwrap();
            let hash = if w.life.lies { [0; 32] } else { sha256(key.point()) };
            (Effect::Code(key), hash[..4].iter().map(|b| format!("{b:02x}")).collect())
        }
        "biometrics" => (Effect::Finger(registered(&world.address, &dev, &body)), "aan".to_owned()),
        "new-phone" => {
            let text =
                format!("zelf:new:{}:{}", body["activation"].as_str().unwrap(), body["device"].as_str().unwrap());
            let said = if w.life.lies { words("another phone") } else { words(&text) };
            (Effect::Finger(None), said.join(" "))
        }
        _ => unreachable!("act/{name}"),
    };
    let rid = id("apr", &[200; 16]);
    let request = Request {
        kind: "admin".into(),
        purpose: None,
        text: None,
        wants_match: false,
        fields: vec![Field::line("Kenmerk", value)],
        claims: Vec::new(),
        ..w.login(rid.clone())
    };
    w.waiting.push(request);
    w.life.waits = Some((rid.clone(), effect));
    drop(w);
    say(&world, 200, json!({ "rid": rid }))
}

fn registered(address: &str, dev: &str, body: &Value) -> Option<Credential> {
    let told = body["on"].as_bool().unwrap().then(|| &body["credential"])?;
    let part = |name: &str| unb64u(told[name].as_str().unwrap()).unwrap();
    let challenge = bio_enrol_challenge(dev);
    let (client, data, spki) = (part("client_data"), part("authenticator_data"), part("public_key"));
    Some(webauthn::register(expect(address, &challenge), &client, &data, &spki).unwrap())
}

impl Inner {
    /// A login that waits.
    pub(super) fn login(&self, rid: String) -> Request {
        Request {
            v: 1,
            kind: "login".into(),
            dev: self.device.as_ref().unwrap().name("dev"),
            lang: "nl".into(),
            title: "Inloggen".into(),
            rp: RequestingParty { id: "g".into(), name: "Gemeente".into(), domain: "localhost".into() },
            from: "hier".into(),
            fields: vec![Field::line("Voornaam", "An")],
            claims: vec!["given_name".into()],
            uv: if self.life.finger.is_some() { UV_PIN_OR_BIO } else { UV_PIN }.into(),
            purpose: None,
            text: None,
            wants_match: true,
            head: self.head.clone(),
            seq: self.seq + 1,
            chal: protocol::jose::b64u(sha256(rid.as_bytes())),
            iat: unix_now(),
            exp: unix_now() + 180,
            rid,
        }
    }
}
