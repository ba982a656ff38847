//! Stylesheet, scripts and fonts: bytes with their address. A name carries a hash of its content, so it may be cached for ever.

use std::sync::LazyLock;

/// `Cache-Control` for every asset.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// One static file.
#[derive(Debug)]
pub struct Asset {
    /// Path from the root of the site, e.g. `/static/site.0123456789abcdef.css`.
    pub path: String,
    pub content_type: &'static str,
    pub bytes: &'static [u8],
}

impl Asset {
    /// `/static/{name}.{hash of bytes}.{ext}`.
    pub fn hashed(name: &str, ext: &str, bytes: &'static [u8]) -> Asset {
        Asset {
            path: format!("/static/{name}.{:016x}.{ext}", fingerprint(bytes)),
            content_type: media_type(ext),
            bytes,
        }
    }
}

/// The asset at `path`, the address a page links to.
pub fn find(path: &str) -> Option<&'static Asset> {
    all().find(|asset| asset.path == path)
}

/// Every asset of the pages in this crate.
pub fn all() -> impl Iterator<Item = &'static Asset> {
    [
        &*SITE_CSS,
        &*WAIT_JS,
        &*RETURN_JS,
        &*FORM_POST_JS,
        &*ACTIVATE_JS,
        &*ROBOT_JS,
        &*ARRIVE_JS,
        &*CONSOLE_CSS,
        &*CONSOLE_JS,
        &*CONTACT_JS,
        &*ICON,
    ]
    .into_iter()
    .chain(FONTS.iter())
}

/// Address of the stylesheet with tokens, type and patterns; other sites of the house build on it.
pub fn site_css() -> &'static str {
    &SITE_CSS.path
}

/// Address of the script of the waiting page.
pub fn wait_js() -> &'static str {
    &WAIT_JS.path
}

/// Address of the script of the page after the bank.
pub fn return_js() -> &'static str {
    &RETURN_JS.path
}

/// Address of the script that sends the form of `response_mode=form_post`.
pub fn form_post_js() -> &'static str {
    &FORM_POST_JS.path
}

/// Address of the script of the pages that follow an activation: live state, clock, Web eID.
pub fn activate_js() -> &'static str {
    &ACTIVATE_JS.path
}

/// Address of the script that does the sum of the robot check.
pub fn robot_js() -> &'static str {
    &ROBOT_JS.path
}

/// Address of the script of the page that the card program opens.
pub fn arrive_js() -> &'static str {
    &ARRIVE_JS.path
}

/// Address of the stylesheet of the helpdesk's console.
pub fn console_css() -> &'static str {
    &CONSOLE_CSS.path
}

/// Address of the script that speaks with security keys.
pub fn console_js() -> &'static str {
    &CONSOLE_JS.path
}

/// Address of the script of the contact form.
pub fn contact_js() -> &'static str {
    &CONTACT_JS.path
}

/// Address of the icon shown in a browser tab.
pub fn icon() -> &'static str {
    &ICON.path
}

static SITE_CSS: LazyLock<Asset> = LazyLock::new(|| Asset::hashed("site", "css", include_bytes!("../assets/site.css")));
static WAIT_JS: LazyLock<Asset> = LazyLock::new(|| Asset::hashed("wait", "js", include_bytes!("../assets/wait.js")));
static RETURN_JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::hashed("return", "js", include_bytes!("../assets/return.js")));
static FORM_POST_JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::hashed("form-post", "js", include_bytes!("../assets/form-post.js")));
static ACTIVATE_JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::hashed("activate", "js", include_bytes!("../assets/activate.js")));
static ROBOT_JS: LazyLock<Asset> = LazyLock::new(|| Asset::hashed("robot", "js", include_bytes!("../assets/robot.js")));
static ARRIVE_JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::hashed("arrive", "js", include_bytes!("../assets/arrive.js")));
static CONSOLE_CSS: LazyLock<Asset> =
    LazyLock::new(|| Asset::hashed("console", "css", include_bytes!("../assets/console.css")));
static CONSOLE_JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::hashed("console", "js", include_bytes!("../assets/console.js")));
static CONTACT_JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::hashed("contact", "js", include_bytes!("../assets/contact.js")));
static ICON: LazyLock<Asset> = LazyLock::new(|| Asset::hashed("icon", "svg", include_bytes!("../assets/icon.svg")));

// The stylesheet names the fonts, so their names are fixed; the version is the typeface's.
static FONTS: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    [
        font("latin-400", include_bytes!("../assets/fonts/atkinson-hyperlegible-next-latin-400.woff2")),
        font("latin-700", include_bytes!("../assets/fonts/atkinson-hyperlegible-next-latin-700.woff2")),
        font("latin-ext-400", include_bytes!("../assets/fonts/atkinson-hyperlegible-next-latin-ext-400.woff2")),
        font("latin-ext-700", include_bytes!("../assets/fonts/atkinson-hyperlegible-next-latin-ext-700.woff2")),
    ]
});

fn font(name: &str, bytes: &'static [u8]) -> Asset {
    Asset { path: format!("/static/atkinson-hyperlegible-next-{name}.woff2"), content_type: media_type("woff2"), bytes }
}

fn media_type(ext: &str) -> &'static str {
    match ext {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// FNV-1a, 64 bits: tells versions apart, nothing more.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_font_the_stylesheet_names_is_served() {
        let css = include_str!("../assets/site.css");
        let named: Vec<_> = css.split("url(atkinson").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert_eq!(named.len(), 4);
        for name in named {
            assert!(find(&format!("/static/atkinson{name}")).is_some(), "{name}");
        }
    }

    #[test]
    fn another_content_is_another_address() {
        assert_ne!(Asset::hashed("a", "css", b"one").path, Asset::hashed("a", "css", b"two").path);
    }
}
