//! Headers that every answer carries, and cookies.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::{Doors, timing};

fn frame_ancestors(doors: &Doors) -> String {
    if doors.settings.frame_ancestors.is_empty() { "'none'".into() } else { doors.settings.frame_ancestors.join(" ") }
}

fn set(response: &mut Response, name: HeaderName, value: &'static str) {
    response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
}

fn policy(response: &mut Response, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().entry(header::CONTENT_SECURITY_POLICY).or_insert(value);
    }
}

fn opened_by_nobody(response: &mut Response) {
    set(response, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
}

fn common(doors: &Doors, response: &mut Response) {
    set(response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(response, header::REFERRER_POLICY, "no-referrer");
    set(response, header::CACHE_CONTROL, "no-store");
    set(response, HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    if doors.secure() {
        set(response, header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
}

/// On a page whose one form is the service's: browsers apply `form-action` to every redirect that follows, and where the service
/// leads its people next is nobody's business here. No other page has a form that leaves us.
#[derive(Clone, Copy)]
pub struct LeavingForm;

/// Pages that a service opens in a window of its own may keep the tie to the page that opened it: it waits there for the answer.
fn may_be_a_window(path: &str) -> bool {
    path == "/authorize" || path == "/v2/authorization" || path == "/login" || path.starts_with("/login/")
}

/// Headers of the login site.
pub async fn site(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let timing = timing::start(&request);
    let window = may_be_a_window(request.uri().path());
    let mut response = next.run(request).await;
    timing.end();
    common(&doors, &mut response);
    if !window {
        opened_by_nobody(&mut response);
    }
    let forms = if response.extensions_mut().remove::<LeavingForm>().is_some() { "" } else { "form-action 'self'; " };
    let csp = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         base-uri 'none'; {forms}frame-ancestors {}",
        frame_ancestors(&doors)
    );
    policy(&mut response, &csp);
    response
}

/// What the phone app may use: its camera reads the code of a new phone, and fingerprint or face may stand for the code.
const APP_PERMISSIONS: &str = "camera=(self), microphone=(), geolocation=(), publickey-credentials-get=(self), publickey-credentials-create=(self)";

/// Headers of the helpdesk's console: nobody shows it in a frame.
pub async fn console(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let timing = timing::start(&request);
    let mut response = next.run(request).await;
    timing.end();
    common(&doors, &mut response);
    opened_by_nobody(&mut response);
    let csp = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'none'; \
               base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    set(&mut response, header::CONTENT_SECURITY_POLICY, csp);
    response
}

/// Headers of the phone app: the code is typed here, so nothing foreign runs.
pub async fn app(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let timing = timing::start(&request);
    let mut response = next.run(request).await;
    timing.end();
    set(&mut response, HeaderName::from_static("permissions-policy"), APP_PERMISSIONS);
    common(&doors, &mut response);
    opened_by_nobody(&mut response);
    let csp = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; \
         manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
         trusted-types zelf; frame-ancestors {}",
        frame_ancestors(&doors)
    );
    policy(&mut response, &csp);
    response
}

/// A cookie for this site alone. Over TLS it carries the `__Host-` prefix.
pub fn cookie(doors: &Doors, name: &str, value: &str, max_age_seconds: i64) -> String {
    let (prefix, secure) = if doors.secure() { ("__Host-", "; Secure") } else { ("", "") };
    format!("{prefix}{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_seconds}{secure}")
}

/// Reads a cookie that [`cookie`] made.
pub fn read_cookie<'a>(doors: &Doors, headers: &'a axum::http::HeaderMap, name: &str) -> Option<&'a str> {
    let wanted = if doors.secure() { format!("__Host-{name}") } else { name.to_owned() };
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value)
}
