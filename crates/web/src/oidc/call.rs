//! A partner's request at one of its machine doors.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header, request::Parts};
use protocol::oidc::mtls::{self, Certificate};

use super::pairs;
use crate::Doors;

/// Everything a door of partners looks at. Holds secrets: no `Debug`.
pub struct Call {
    /// `GET`, `POST`, …
    pub method: String,
    pub headers: HeaderMap,
    /// Empty when there is none.
    pub query: String,
    /// `None`: no form, or more of it than we read.
    pub form: Option<Vec<(String, String)>>,
    pub certificate: Option<Certificate>,
}

/// The certificates of a connection, the client's own first, in DER: the listener that asked for them puts them here. Whoever sent
/// them holds the key of the first. Empty: the listener asked, and none came.
#[derive(Clone, Default)]
pub struct PeerCertificates(pub Arc<Vec<Vec<u8>>>);

/// Says whether a chain of certificates (as in [`PeerCertificates`]) leads to an authority that the operator trusts, at this moment.
#[derive(Clone)]
pub struct Authorities(Arc<Trust>);

type Trust = dyn Fn(&[Vec<u8>], i64) -> bool + Send + Sync;

impl Authorities {
    pub fn new(trusts: impl Fn(&[Vec<u8>], i64) -> bool + Send + Sync + 'static) -> Authorities {
        Authorities(Arc::new(trusts))
    }

    /// Trusts nobody: certificates count by their own key alone.
    pub fn none() -> Authorities {
        Authorities::new(|_, _| false)
    }

    pub fn trusts(&self, chain: &[Vec<u8>], now: i64) -> bool {
        (self.0)(chain, now)
    }
}

impl std::fmt::Debug for Authorities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authorities")
    }
}

impl FromRequest<Doors> for Call {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, doors: &Doors) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let certificate = certificate(&parts, doors);
        let (method, query) = (parts.method.to_string(), parts.uri.query().unwrap_or_default().to_owned());
        let headers = parts.headers.clone();
        let bytes = Bytes::from_request(Request::from_parts(parts, body), doors).await;
        let form = bytes.ok().and_then(|bytes| form(&headers, &bytes));
        Ok(Call { method, headers, query, form, certificate })
    }
}

impl Call {
    pub fn authorization(&self) -> Option<&str> {
        self.headers.get(header::AUTHORIZATION)?.to_str().ok()
    }

    /// The form, or nothing.
    pub fn fields(&self) -> &[(String, String)] {
        self.form.as_deref().unwrap_or_default()
    }
}

fn form(headers: &HeaderMap, bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let media = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let is_form = media.split(';').next()?.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded");
    is_form.then(|| std::str::from_utf8(bytes).ok().map(pairs)).flatten()
}

/// Of the connection itself, or as the proxy in front tells it where the operator says that there is one.
fn certificate(parts: &Parts, doors: &Doors) -> Option<Certificate> {
    let chain = match parts.extensions.get::<PeerCertificates>() {
        Some(peer) => Arc::clone(&peer.0),
        None => {
            let name = doors.settings.client_certificate_header.as_deref().filter(|_| doors.settings.behind_proxy)?;
            // A proxy may add a line of its own below what the caller sent: only the very last entry is its word.
            let told = parts.headers.get_all(name).iter().next_back()?.to_str().ok()?;
            Arc::new(vec![mtls::from_header(told)?])
        }
    };
    let trusted = doors.settings.authorities.trusts(&chain, doors.world.now());
    Certificate::read(chain.first()?, trusted)
}
