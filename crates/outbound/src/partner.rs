//! Calls to partners: the addresses are theirs to choose, so whom we really call is ours to judge. `https` only, no redirects, no proxy;
//! a name is resolved once, every address it has is judged, and the connection goes to what was judged. Answers end at 112 KiB and 3 s.

mod address;
mod certificate;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use reqwest::tls::TlsInfo;
use reqwest::{Method, RequestBuilder, Response, Url};

pub use address::public;
pub use certificate::HostCertificate;

/// A whole call takes at most this long.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// Largest answer read, in bytes.
pub const MAX_ANSWER_BYTES: usize = protocol::jose::jwe::MAX_JWE_BYTES;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// Not an address that is called; the reason is for the operator.
    Forbidden(&'static str),
    /// No connection, no certificate that holds, or no answer in time; the text is for the log.
    Unreachable(String),
    /// The answer was longer than [`MAX_ANSWER_BYTES`].
    TooLarge,
}

/// What came back, whatever its status.
pub struct Answer {
    pub status: u16,
    /// Media type without parameters, lower case.
    pub content_type: String,
    /// Seconds it may be kept (RFC 9111 §5.2.2.1); 0 for `no-store` and `no-cache`.
    pub max_age: Option<i64>,
    pub body: Vec<u8>,
    /// None over plain `http`.
    pub certificate: Option<HostCertificate>,
    /// From the question to the answer's last byte.
    pub took: Duration,
}

/// The client; one for the whole server.
pub struct PartnerClient {
    client: reqwest::Client,
    rules: Rules,
}

/// Whom the client calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// A test world also calls this machine, over plain `http` too.
    pub test_world: bool,
    /// What is fetched must come from a host whose certificate names an organisation that was checked (OV or EV).
    pub vetted: bool,
}

impl PartnerClient {
    /// Believes these authorities (PEM) besides the system's.
    ///
    /// # Errors
    /// When TLS cannot be set up, or a text is no certificate.
    pub fn new(roots: &[String], rules: Rules) -> Result<PartnerClient, reqwest::Error> {
        let roots =
            roots.iter().map(|pem| reqwest::Certificate::from_pem(pem.as_bytes())).collect::<Result<Vec<_>, _>>()?;
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(Judged { test_world: rules.test_world }))
            .pool_idle_timeout(Duration::from_secs(20))
            .user_agent("zelf/0.1")
            .tls_info(true)
            .tls_certs_merge(roots)
            .build()?;
        Ok(PartnerClient { client, rules })
    }

    /// # Errors
    /// [`CallError`].
    pub async fn get(&self, url: &str) -> Result<Answer, CallError> {
        self.send(self.request(Method::GET, url)?).await
    }

    /// Posts `body`; the answer's body is not read.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn post(
        &self,
        url: &str,
        content_type: &str,
        bearer: Option<&str>,
        body: Vec<u8>,
    ) -> Result<u16, CallError> {
        let mut request = self.request(Method::POST, url)?.header(CONTENT_TYPE, content_type).body(body);
        if let Some(token) = bearer {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        Ok(request.send().await.map_err(why)?.status().as_u16())
    }

    fn request(&self, method: Method, url: &str) -> Result<RequestBuilder, CallError> {
        Ok(self.client.request(method, callable(url, self.rules.test_world).map_err(CallError::Forbidden)?))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, CallError> {
        let begun = Instant::now();
        let mut response = request.send().await.map_err(why)?;
        let mut answer = head(&response);
        if self.rules.vetted && answer.certificate.as_ref().is_some_and(|c| !c.vetted) {
            return Err(CallError::Forbidden("has a certificate that names no checked organisation (OV or EV)"));
        }
        while let Some(chunk) = response.chunk().await.map_err(why)? {
            answer.body.extend_from_slice(&chunk);
            if answer.body.len() > MAX_ANSWER_BYTES {
                return Err(CallError::TooLarge);
            }
        }
        answer.took = begun.elapsed();
        Ok(answer)
    }
}

fn head(response: &Response) -> Answer {
    let text = |name| response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let content_type = text(CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let tls = response.extensions().get::<TlsInfo>();
    Answer {
        status: response.status().as_u16(),
        content_type,
        max_age: max_age(text(CACHE_CONTROL)),
        body: Vec::new(),
        certificate: tls.and_then(TlsInfo::peer_certificate).and_then(certificate::read),
        took: Duration::ZERO,
    }
}

fn max_age(control: &str) -> Option<i64> {
    let directives = control.split(',').map(|d| d.trim().to_ascii_lowercase());
    let mut age = None;
    for directive in directives {
        match directive.as_str() {
            "no-store" | "no-cache" => return Some(0),
            other => {
                age = age.or(other.strip_prefix("max-age=").and_then(|seconds| seconds.trim_matches('"').parse().ok()))
            }
        }
    }
    age
}

/// The innermost reason; one of ours if there is one.
fn why(error: reqwest::Error) -> CallError {
    if error.is_timeout() {
        return CallError::Unreachable("no answer within 3 seconds".into());
    }
    let mut deepest: &dyn std::error::Error = &error;
    while let Some(source) = deepest.source() {
        deepest = source;
        if let Some(Refused(why)) = deepest.downcast_ref() {
            return CallError::Forbidden(why);
        }
    }
    CallError::Unreachable(deepest.to_string())
}

/// The address, if it is one that is called at all. Names are judged again when they are resolved.
///
/// # Errors
/// The reason, for the operator.
pub fn callable(url: &str, test_world: bool) -> Result<Url, &'static str> {
    let url = Url::parse(url).map_err(|_| "is not an address")?;
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
    let here = host == "localhost" || literal.is_some_and(|ip| ip.is_loopback());
    if host.is_empty() || !url.username().is_empty() || url.password().is_some() {
        return Err("has no plain host name");
    }
    match url.scheme() {
        "https" => {}
        "http" if test_world && here => {}
        _ => return Err("does not begin with https://"),
    }
    if literal.is_some() && !(test_world && here) {
        return Err("names a number in place of a host");
    }
    Ok(url)
}

/// Resolves a name and gives its addresses only if every one of them may be called.
struct Judged {
    test_world: bool,
}

/// Travels through the client as the reason of a failed connection.
#[derive(Debug)]
struct Refused(&'static str);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Refused {}

impl Resolve for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        let test_world = self.test_world;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed = |ip: IpAddr| public(ip) || (test_world && ip.is_loopback());
            if found.is_empty() || !found.iter().all(|at| allowed(at.ip())) {
                return Err(Refused("leads into a network that partners have no part in").into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
#[path = "partner/tests.rs"]
mod tests;
