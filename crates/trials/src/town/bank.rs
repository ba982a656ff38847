//! Banks: a double that says what the test wants, and the demo bank behind the real connector.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use demo::bank::{BankConfig, BankName, ClientRegistration};
use domain::identity::Identity;
use journeys::keys::PlatformKeys;
use journeys::ports::{BankConnector, BankFailure, BankOpened, BankRequest, Boxed};
use outbound::bank::{BankClient, BankError, OpenRequest, Pending};
use outbound::client::Http;
use protocol::oidc::attributes::{Address, Attributes};
use protocol::oidc::facts::Document;
use tokio::task::JoinSet;

/// The bank in a test's hands: the code it hands out is the name of the person it confirms.
#[derive(Clone, Default)]
pub struct DoubleBank(Arc<Mutex<Desk>>);

#[derive(Default)]
struct Desk {
    people: HashMap<String, Identity>,
    asked: Vec<BankRequest>,
    unreachable: bool,
}

impl DoubleBank {
    /// From now on the code `who` proves this person.
    pub fn knows(&self, who: &str, identity: Identity) {
        self.0.lock().unwrap().people.insert(who.to_owned(), identity);
    }

    /// The line to the bank is cut, or mended.
    pub fn unplug(&self, cut: bool) {
        self.0.lock().unwrap().unreachable = cut;
    }

    /// Everything the bank was asked, oldest first.
    pub fn asked(&self) -> Vec<BankRequest> {
        self.0.lock().unwrap().asked.clone()
    }

    /// The last request of this activation.
    pub fn asked_for(&self, activation: &str) -> BankRequest {
        self.asked().into_iter().rfind(|r| r.session == activation).unwrap()
    }
}

impl BankConnector for DoubleBank {
    fn open(&self, request: BankRequest) -> Boxed<'_, Result<BankOpened, BankFailure>> {
        let mut desk = self.0.lock().unwrap();
        let answer = match desk.unreachable {
            true => Err(BankFailure::Unreachable),
            false => Ok(BankOpened { url: format!("{}/sign", request.issuer), pending: request.state.clone() }),
        };
        desk.asked.push(request);
        Box::pin(async move { answer })
    }

    fn finish(
        &self,
        _pending: String,
        code: String,
        _iss: String,
        now: i64,
        _entropy: [u8; 32],
    ) -> Boxed<'_, Result<Identity, BankFailure>> {
        let desk = self.0.lock().unwrap();
        let answer = match desk.people.get(&code) {
            _ if desk.unreachable => Err(BankFailure::Unreachable),
            Some(identity) => Ok(Identity { proven_at: now, ..identity.clone() }),
            None => Err(BankFailure::Refused("no such code".into())),
        };
        Box::pin(async move { answer })
    }
}

/// Somebody with a valid national number; `serial` tells people of one birthday apart.
pub fn person(given: &str, family: &str, born: &str, serial: u32) -> Identity {
    Identity {
        method: "bank".into(),
        source: String::new(),
        source_subject: format!("sub-{given}"),
        attributes: Attributes {
            given_name: Some(given.into()),
            family_name: Some(family.into()),
            birthdate: Some(born.into()),
            gender: Some("female".into()),
            nationalities: vec!["BEL".into()],
            address: Some(Address {
                street_address: Some("Grote Markt 1".into()),
                postal_code: Some("1000".into()),
                locality: Some("Brussel".into()),
                country: Some("BEL".into()),
            }),
            national_number: Some(national_number(born, serial)),
            ..Attributes::default()
        },
        document_number: "592-0000000-12".into(),
        document_expiry: "2031-05-01".into(),
        document: Some(Document {
            number: "592-0000000-12".into(),
            kind: "I".into(),
            country: "BEL".into(),
            valid_until: Some("2031-05-01".into()),
            ..Document::default()
        }),
        evidence_sha256: protocol::jose::b64u([3; 32]),
        proven_at: 0,
    }
}

fn national_number(born: &str, serial: u32) -> String {
    let digits = born.replace('-', "");
    let head = format!("{}{serial:03}", &digits[2..]);
    let century = if digits.starts_with("20") { 2_000_000_000_u64 } else { 0 };
    let number = century + head.parse::<u64>().unwrap();
    format!("{head}{:02}", 97 - number % 97)
}

/// The seeds' own An, and a neighbour.
pub fn an() -> Identity {
    person("An", "Van Linden", "1955-03-12", 998)
}

pub fn jan() -> Identity {
    person("Jan", "Waterschoot", "1948-11-02", 997)
}

/// Serves the demo bank; gives its base address.
pub(super) async fn serve_demo_bank(
    tasks: &mut JoinSet<()>,
    folder: &Path,
    clock: &Arc<AtomicI64>,
    issuer: &str,
    app: &str,
) -> String {
    let (listener, base) = super::listen("127.0.0.1:0").await;
    let clock = Arc::clone(clock);
    let config = BankConfig {
        base: base.clone(),
        database: folder.join("bank.db"),
        banks: vec![BankName { id: "belfius".into(), name: "Belfius".into() }],
        clients: vec![ClientRegistration {
            client_id: "zelf".into(),
            jwks_uri: format!("{issuer}/bank/jwks.json"),
            redirect_uris: vec![format!("{app}/bank/return")],
        }],
        roots: vec![],
        gateway: None,
        frame_ancestors: Vec::new(),
        clock: Arc::new(move || clock.load(Ordering::SeqCst)),
    };
    super::serve(tasks, listener, demo::bank::router(config).unwrap());
    base
}

/// The real connector, as the program wires it.
pub(super) fn connector(keys: &PlatformKeys, app: &str) -> Box<dyn BankConnector> {
    let redirect = format!("{app}/bank/return");
    Box::new(Wired(BankClient::new(Http::new().unwrap(), "zelf", keys.bank_signer(), redirect)))
}

struct Wired(BankClient);

impl BankConnector for Wired {
    fn open(&self, r: BankRequest) -> Boxed<'_, Result<BankOpened, BankFailure>> {
        Box::pin(async move {
            let ask = OpenRequest {
                phone_masked: r.phone_masked,
                device: r.device,
                device_thumbprint: r.device_thumbprint,
                terms: r.terms,
                session: r.session,
                locale: r.lang,
                state: r.state,
            };
            let opened = self.0.open(&r.issuer, &ask, r.now, r.entropy).await.map_err(failure)?;
            Ok(BankOpened { url: opened.url, pending: serde_json::to_string(&opened.pending).unwrap() })
        })
    }

    fn finish(
        &self,
        pending: String,
        code: String,
        iss: String,
        now: i64,
        entropy: [u8; 32],
    ) -> Boxed<'_, Result<Identity, BankFailure>> {
        Box::pin(async move {
            let pending: Pending = serde_json::from_str(&pending).unwrap();
            let proof = self.0.finish(&pending, &code, &iss, now, entropy).await.map_err(failure)?;
            let attributes = Attributes {
                given_name: Some(proof.given_name),
                family_name: Some(proof.family_name),
                birthdate: Some(proof.birthdate),
                national_number: Some(proof.national_number),
                ..Attributes::default()
            };
            Ok(Identity {
                method: "bank".into(),
                source: String::new(),
                source_subject: proof.sub,
                attributes,
                document: Some(Document {
                    number: proof.document_number.clone(),
                    kind: "I".into(),
                    country: proof.document_country.unwrap_or_default(),
                    valid_until: Some(proof.date_of_expiry.clone()),
                    ..Document::default()
                }),
                document_number: proof.document_number,
                document_expiry: proof.date_of_expiry,
                evidence_sha256: protocol::jose::b64u(protocol::jose::sha256(proof.evidence.as_bytes())),
                proven_at: now,
            })
        })
    }
}

fn failure(error: BankError) -> BankFailure {
    match error {
        BankError::Unreachable => BankFailure::Unreachable,
        other => BankFailure::Refused(other.to_string()),
    }
}
