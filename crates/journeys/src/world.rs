//! Everything a journey needs from outside itself.

use std::sync::Arc;

use db::Db;
use store::Sealer;

use crate::Signals;
use crate::keys::PlatformKeys;
use crate::partners::Registry;
use crate::ports::{BankConnector, Clock, Courier, Entropy, PartnerHttp, RevocationSource};
use crate::registry::Banks;
use crate::settings::Settings;

/// Shared by all journeys; cheap to clone.
#[derive(Clone)]
pub struct World(Arc<Parts>);

/// What a [`World`] is made of.
pub struct Parts {
    pub db: Db,
    pub sealer: Arc<Sealer>,
    pub vault: vault::Client,
    pub keys: PlatformKeys,
    pub settings: Settings,
    pub partners: Registry,
    pub partner_http: Box<dyn PartnerHttp>,
    pub partner_keys: crate::partner_keys::Cache,
    pub partner_logos: crate::partner_logo::Cache,
    pub banks: Banks,
    pub bank: Box<dyn BankConnector>,
    pub revocation: Box<dyn RevocationSource>,
    /// What a card must prove to be believed.
    pub cards: crate::enrol_with_eid::CardRules,
    pub courier: Box<dyn Courier>,
    pub clock: Box<dyn Clock>,
    pub entropy: Box<dyn Entropy>,
    pub signals: Signals,
}

impl World {
    pub fn new(parts: Parts) -> World {
        World(Arc::new(parts))
    }

    /// Unix seconds.
    pub fn now(&self) -> i64 {
        self.0.clock.now()
    }

    /// Fresh random bytes. Drawn before a transaction, never inside: a transaction may run twice.
    pub fn entropy<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.entropy.fill(&mut bytes);
        bytes
    }

    /// A fresh id, `prefix_…`.
    pub fn id(&self, prefix: &str) -> String {
        protocol::phone::id(prefix, &self.entropy())
    }

    /// `N` decimal digits, each value equally likely.
    pub fn digits<const N: usize>(&self) -> String {
        let mut out = String::with_capacity(N);
        while out.len() < N {
            let fair = self.entropy::<16>().into_iter().filter(|b| *b < 250);
            out.extend(fair.take(N - out.len()).map(|b| char::from(b'0' + b % 10)));
        }
        out
    }
}

impl std::ops::Deref for World {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
