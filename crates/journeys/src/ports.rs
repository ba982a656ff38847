//! What journeys need of the outside, as small traits: the real ones are wired in `zelf`, doubles in tests.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use domain::identity::Identity;
use store::outbox::Message;

/// A boxed future, so that ports can be trait objects.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The time. Journeys never look at a clock themselves.
pub trait Clock: Send + Sync {
    /// Unix seconds.
    fn now(&self) -> i64;
}

/// Chance. A cryptographic source in the program, a seeded one in tests.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// What a bank is asked to confirm (docs/protocol.md §6).
#[derive(Clone)]
pub struct BankRequest {
    pub issuer: String,
    pub phone_masked: String,
    pub device: String,
    /// First 22 characters of the device key's thumbprint.
    pub device_thumbprint: String,
    pub terms: String,
    pub session: String,
    pub lang: String,
    pub state: String,
    /// Fresh and secret: nonce, PKCE verifier and the DPoP key come from it.
    pub entropy: [u8; 32],
    pub now: i64,
}

/// The bank took it: where the person goes, and what finishing needs (opaque, sealed by the caller).
pub struct BankOpened {
    pub url: String,
    pub pending: String,
}

/// Why the bank did not confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankFailure {
    /// No answer, or one that says "later".
    Unreachable,
    /// The bank refused, or what it said does not hold; for the log.
    Refused(String),
}

/// A bank's OpenID provider, as its client sees it.
pub trait BankConnector: Send + Sync {
    fn open(&self, request: BankRequest) -> Boxed<'_, Result<BankOpened, BankFailure>>;
    /// Exchanges the code; the identity's `source` is left for the caller to fill.
    fn finish(
        &self,
        pending: String,
        code: String,
        iss: String,
        now: i64,
        entropy: [u8; 32],
    ) -> Boxed<'_, Result<Identity, BankFailure>>;
}

/// Where certificates are asked about: OCSP (with a body, POST) and revocation lists (without, GET). Only addresses that the
/// proof allows come here.
pub trait RevocationSource: Send + Sync {
    /// # Errors
    /// No usable answer; the text is for the log.
    fn fetch(&self, url: String, body: Option<Vec<u8>>) -> Boxed<'_, Result<Vec<u8>, String>>;
}

/// Sends SMS (`kind` = `sms`) and mail (`mail`). `id` lets the gateway drop repeats.
pub trait Courier: Send + Sync {
    fn send<'a>(&'a self, kind: &'a str, id: &'a str, message: &'a Message) -> Boxed<'a, Result<(), String>>;
}

/// What a partner's machine answered, whatever its status.
#[derive(Clone, Debug, Default)]
pub struct PartnerAnswer {
    pub status: u16,
    /// Media type without parameters, lower case.
    pub content_type: String,
    /// Seconds it may be kept (RFC 9111 §5.2.2.1); 0 for `no-store` and `no-cache`.
    pub max_age: Option<i64>,
    /// At most 112 KiB.
    pub body: Vec<u8>,
    /// Of its host; none over plain `http`.
    pub certificate: Option<HostCertificate>,
    /// From the question to the answer's last byte.
    pub took: Duration,
}

/// What a host's certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCertificate {
    /// Unix seconds.
    pub ends_at: i64,
    /// Its authority checked who the organisation is (OV, EV).
    pub vetted: bool,
}

/// Why a partner's machine was not called, or did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartnerCallError {
    /// Not an address that is called; says why.
    Forbidden(String),
    /// No answer in time; the text is for the log.
    Unreachable(String),
    /// More than 112 KiB.
    TooLarge,
}

impl std::fmt::Display for PartnerCallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PartnerCallError::Forbidden(why) => write!(f, "the address {why}"),
            PartnerCallError::Unreachable(why) => f.write_str(why),
            PartnerCallError::TooLarge => f.write_str("the answer is longer than 112 KiB"),
        }
    }
}

/// Calls to addresses that partners chose: `https` on the public internet only, no redirects, three seconds. A test world also calls
/// this machine.
pub trait PartnerHttp: Send + Sync {
    /// # Errors
    /// [`PartnerCallError`].
    fn get<'a>(&'a self, url: &'a str) -> Boxed<'a, Result<PartnerAnswer, PartnerCallError>>;
    /// The status that came back.
    ///
    /// # Errors
    /// [`PartnerCallError`], never `TooLarge`.
    fn post<'a>(
        &'a self,
        url: &'a str,
        content_type: &'a str,
        bearer: Option<&'a str>,
        body: Vec<u8>,
    ) -> Boxed<'a, Result<u16, PartnerCallError>>;
}
