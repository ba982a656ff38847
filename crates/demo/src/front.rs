//! What the demo's own sites share at the door: security headers, static files, the reader's language.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use pages::assets::{self, Asset};
use words::Lang;

/// Largest body any of these sites reads.
const MAX_BODY_BYTES: usize = 16 * 1024;
const LANG_COOKIE: &str = "lang";

/// What a site may show and who may show it.
pub(crate) struct Policy {
    pub referrer: &'static str,
    /// Origins it shows in frames.
    pub shows: Vec<String>,
    /// Origins that may show it in a frame.
    pub shown_by: Vec<String>,
}

impl Policy {
    fn content_security(&self) -> String {
        let sources = |origins: &[String]| if origins.is_empty() { "'none'".to_owned() } else { origins.join(" ") };
        format!(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src 'self'; base-uri 'none'; form-action 'self'; frame-src {}; frame-ancestors {}",
            sources(&self.shows),
            sources(&self.shown_by)
        )
    }
}

/// Puts the headers on every answer, those of errors included.
pub(crate) fn dress<S: Clone + Send + Sync + 'static>(router: Router<S>, policy: &Policy) -> Router<S> {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy.content_security()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::REFERRER_POLICY, policy.referrer.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let headers: Vec<(HeaderName, HeaderValue)> =
        headers.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?))).collect();
    let add = move |request: Request, next: Next| {
        let headers = headers.clone();
        async move {
            let mut response = next.run(request).await;
            for (name, value) in headers {
                response.headers_mut().entry(name).or_insert(value);
            }
            response
        }
    };
    router.layer(DefaultBodyLimit::max(MAX_BODY_BYTES)).layer(middleware::from_fn(add))
}

/// A file of the house, or one of the site's `own`.
pub(crate) fn asset(uri: &Uri, own: &[&'static Asset]) -> Response {
    let found = own.iter().copied().find(|asset| asset.path == uri.path()).or_else(|| assets::find(uri.path()));
    let Some(asset) = found else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, assets::CACHE_CONTROL)];
    (headers, asset.bytes).into_response()
}

/// The language just chosen, else the one chosen before, else the browser's.
pub(crate) fn language(chosen: Option<&str>, headers: &HeaderMap) -> Lang {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    chosen
        .and_then(Lang::parse)
        .or_else(|| cookie(headers, LANG_COOKIE).and_then(Lang::parse))
        .unwrap_or_else(|| Lang::negotiate(accepted))
}

/// A page in `lang`, which is remembered.
pub(crate) fn page(status: StatusCode, lang: Lang, markup: maud::Markup) -> Response {
    let remember = set_cookie(LANG_COOKIE, lang.code(), 31_536_000);
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (header::SET_COOKIE, remember)];
    (status, headers, markup.into_string()).into_response()
}

/// Authorities to believe; a text that is none is told and left out.
pub(crate) fn certificates(pems: &[String]) -> Vec<reqwest::Certificate> {
    let read = |pem: &String| {
        let read = reqwest::Certificate::from_pem(pem.as_bytes());
        read.inspect_err(|error| tracing::error!(%error, "not a certificate")).ok()
    };
    pems.iter().filter_map(read).collect()
}

/// The value of cookie `name`.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
}

/// A cookie of this site; the demo speaks plain HTTP on loopback, so without `Secure`.
pub(crate) fn set_cookie(name: &str, value: &str, max_age_seconds: u32) -> String {
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_seconds}")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn sent(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_language_is_the_one_chosen_last() {
        let headers = sent(&[(header::ACCEPT_LANGUAGE, "en"), (header::COOKIE, "other=1; lang=fr")]);
        assert_eq!(language(Some("de"), &headers), Lang::De);
        assert_eq!(language(Some("xx"), &headers), Lang::Fr);
        assert_eq!(language(None, &sent(&[(header::ACCEPT_LANGUAGE, "en-GB")])), Lang::En);
        assert_eq!(language(None, &HeaderMap::new()), Lang::Nl);
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers = sent(&[(header::COOKIE, "xlang=1; nonsense; lang=nl; lang=fr")]);
        assert_eq!(cookie(&headers, "lang"), Some("nl"));
        assert_eq!(cookie(&headers, "ang"), None);
    }
}
