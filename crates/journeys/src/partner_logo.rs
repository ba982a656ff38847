//! The logo of a partner: fetched from where it says, judged by its bytes, kept, and shown from our own address. The partner's
//! machine never learns who looks at a login page, and nothing of its choosing runs there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::oidc::partner::Partner;

use crate::World;

/// A logo is kept so long; where there was none to be had, the address is asked again sooner. Seconds.
const KEPT: i64 = 24 * 3600;
const PAUSE: i64 = 600;
/// At 64 KiB each, 16 MiB; when more partners have one, all are fetched anew.
const MOST: usize = 256;

/// Logos by address.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<String, Arc<Slot>>>);

/// One address. Whoever fetches holds it; everybody else waits there.
type Slot = tokio::sync::Mutex<Option<Kept>>;

struct Kept {
    logo: Option<Arc<Logo>>,
    until: i64,
}

/// A picture that a browser may be shown.
pub struct Logo {
    /// `image/png`, `image/jpeg` or `image/webp`: what the bytes are, whatever was said of them.
    pub media: &'static str,
    pub bytes: Vec<u8>,
}

/// The logo, if the partner has one that may be shown. An SVG may not: it is a document, with scripts and addresses of its own.
pub async fn of(world: &World, partner: &Partner) -> Option<Arc<Logo>> {
    let url = partner.logo_uri.as_deref()?;
    let slot = world.partner_logos.slot(url);
    let mut kept = slot.lock().await;
    let now = world.now();
    if let Some(kept) = kept.as_ref().filter(|kept| now < kept.until) {
        return kept.logo.clone();
    }
    let logo = fetch(world, url).await.map(Arc::new);
    *kept = Some(Kept { logo: logo.clone(), until: now + if logo.is_some() { KEPT } else { PAUSE } });
    logo
}

async fn fetch(world: &World, url: &str) -> Option<Logo> {
    let answer = world.partner_http.get(url).await.inspect_err(|why| tracing::info!(url, %why, "no logo")).ok()?;
    let media = media(&answer.body).filter(|_| answer.status == 200)?;
    Some(Logo { media, bytes: answer.body })
}

/// What these bytes are, by how they begin.
pub fn media(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

impl Cache {
    fn slot(&self, url: &str) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST && !slots.contains_key(url) {
            slots.clear();
        }
        Arc::clone(slots.entry(url.to_owned()).or_default())
    }
}
