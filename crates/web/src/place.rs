//! Who calls: the address, and the network it stands for.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;

use crate::Doors;

/// An address and its network: /24 of IPv4, /56 of IPv6, for people's addresses change within these.
#[derive(Clone, Debug)]
pub struct Caller {
    pub address: String,
    pub network: String,
}

impl Caller {
    pub fn of(address: IpAddr) -> Caller {
        let network = match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                format!("{a}.{b}.{c}")
            }
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{:x}", d & 0xff00)
            }
        };
        Caller { address: address.to_canonical().to_string(), network }
    }
}

impl FromRequestParts<Doors> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        let told = doors
            .settings
            .behind_proxy
            .then(|| {
                // A proxy may add a line of its own below what the caller sent: only the very last entry is its word.
                let last = parts.headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
                last.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
            })
            .flatten();
        Ok(Caller::of(told.or(peer).unwrap_or(IpAddr::from([0, 0, 0, 0]))))
    }
}

/// `Chrome on Linux`, from the User-Agent: enough for a person to recognise a browser, no more.
pub fn browser(user_agent: &str) -> String {
    let has = |needle: &str| user_agent.contains(needle);
    let name = match () {
        () if has("Edg/") => "Edge",
        () if has("OPR/") => "Opera",
        () if has("SamsungBrowser/") => "Samsung Internet",
        () if has("Firefox/") || has("FxiOS/") => "Firefox",
        () if has("Chrome/") || has("CriOS/") => "Chrome",
        () if has("Safari/") => "Safari",
        () => return String::new(),
    };
    let system = match () {
        () if has("Android") => "Android",
        () if has("iPhone") || has("iPad") => "iOS",
        () if has("Windows") => "Windows",
        () if has("Mac OS X") => "macOS",
        () if has("Linux") => "Linux",
        () => return name.to_owned(),
    };
    format!("{name} · {system}")
}

/// A phone or a tablet, by its User-Agent: only the order of the ways to start depends on it.
pub fn is_mobile(user_agent: &str) -> bool {
    ["Android", "iPhone", "iPad", "Mobile"].iter().any(|sign| user_agent.contains(sign))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_network() {
        let network = |a: &str| Caller::of(a.parse().unwrap()).network;
        assert_eq!(network("10.1.2.3"), network("10.1.2.99"));
        assert_ne!(network("10.1.2.3"), network("10.1.3.3"));
        assert_eq!(network("::ffff:10.1.2.3"), network("10.1.2.3"));
        assert_eq!(network("2001:db8:1:2300::1"), network("2001:db8:1:23ff::9"));
        assert_ne!(network("2001:db8:1:2300::1"), network("2001:db8:1:2400::1"));
    }

    #[test]
    fn a_browser_is_named_as_people_name_it() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";
        assert_eq!(browser(chrome), "Chrome · Linux");
        assert_eq!(browser("curl/8"), "");
        assert!(!is_mobile(chrome));
        assert!(is_mobile("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"));
    }
}
