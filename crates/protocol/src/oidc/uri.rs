//! The little of RFC 3986 that redirect URIs and form encoding need.

use core::net::Ipv6Addr;

/// `https://host[:port]` of an address that a partner may register; its length does not matter.
pub fn origin(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once("://")?;
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let origin = uri.get(..scheme.len() + "://".len() + authority)?;
    RedirectUri::parse(origin).ok().map(|_| origin)
}

/// A redirect URI we accept: absolute, `https`, or `http` on this machine; no fragment, no user part.
pub(super) struct RedirectUri<'a> {
    pub host: &'a str,
    pub loopback: bool,
}

impl<'a> RedirectUri<'a> {
    /// # Errors
    /// A short English reason for the operator who wrote it.
    pub(super) fn parse(uri: &'a str) -> Result<Self, &'static str> {
        if uri.len() > 1024 {
            return Err("is longer than 1024 characters");
        }
        if uri.contains('#') {
            return Err("has a fragment (#)");
        }
        if !uri.bytes().all(|b| b.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&b)) {
            return Err("has a character that is not allowed in a URI");
        }
        let (scheme, rest) = uri.split_once("://").ok_or("is not an absolute URI")?;
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let host = host(authority)?;
        let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        match scheme {
            "https" => Ok(RedirectUri { host, loopback }),
            "http" if loopback => Ok(RedirectUri { host, loopback }),
            "http" => Err("uses http, which is only for localhost"),
            _ => Err("does not start with https://"),
        }
    }
}

/// The host of `host[:port]`.
fn host(authority: &str) -> Result<&str, &'static str> {
    if authority.contains('@') {
        return Err("has a user name before the host");
    }
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.find(']')) {
        Some(end) => authority.split_at(end + 2),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    if !port.is_empty() && port.strip_prefix(':').and_then(|p| p.parse::<u16>().ok()).is_none() {
        return Err("has a bad port");
    }
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(ip) if ip.parse::<Ipv6Addr>().is_ok() => Ok(host),
        Some(_) => Err("has a bad IPv6 address"),
        None => domain(host),
    }
}

/// A host name in lower case: letters, digits, `-` and dots.
pub(super) fn domain(host: &str) -> Result<&str, &'static str> {
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    if host.len() <= 253 && host.split('.').all(label) {
        Ok(host)
    } else {
        Err("has a bad host name (write it in lower case)")
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3: right in a query and in a form.
pub(super) fn encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.extend(HEX.get(usize::from(nibble)).map(|b| char::from(*b)));
            }
        }
    }
    out
}

/// Reads one form-encoded value (RFC 6749 appendix B): `+` is a space, `%XX` a byte, the whole UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

/// The value of one hexadecimal digit.
pub(super) fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// `uri` with `fields` added to its query.
pub(super) fn with_query(uri: &str, fields: &[(&'static str, String)]) -> String {
    let mut out = uri.to_owned();
    for (name, value) in fields {
        match (out.contains('?'), out.ends_with(['?', '&'])) {
            (false, _) => out.push('?'),
            (true, false) => out.push('&'),
            (true, true) => {}
        }
        out.push_str(name);
        out.push('=');
        out.push_str(&encode(value));
    }
    out
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn redirect_uris_are_https_or_this_machine() {
        for good in [
            "https://a.example/cb",
            "https://a.example:8443/cb?x=1",
            "https://a.example",
            "http://localhost:8404/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:80/cb",
        ] {
            assert!(RedirectUri::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://a.example/cb",
            "http://localhost.evil.example/cb",
            "http://localhost@evil.example/cb",
            "https://a.example/cb#x",
            "https://a.example:99999/",
            "https://a.example:/",
            "https://A.example/",
            "https:///cb",
            "https://a..b/",
            "https://[::1/",
            "https://[;sandbox;]/",
            "https://[]/",
            "https://x;frame-ancestors",
            "https://é.example/",
            "https://a.example/a b",
            "https://a.example\\@evil.example/",
            "//a.example",
            "/cb",
            "javascript://a.example/",
            "app.example:/cb",
            "",
        ] {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_encoded_decodes_to_the_same() {
        for text in ["", "a b+c&d=e%f", "é€𝄞", "\0\r\n", "-._~"] {
            assert_eq!(decode(&encode(text)).unwrap(), text);
        }
        assert_eq!(encode("a b&é"), "a%20b%26%C3%A9");
        for bad in ["%", "%4", "%zz", "%+1", "%ff"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_query_that_is_already_there_stays() {
        let fields = [("a", "1 2".to_owned()), ("b", "&".to_owned())];
        assert_eq!(with_query("https://x/cb", &fields), "https://x/cb?a=1%202&b=%26");
        assert_eq!(with_query("https://x/cb?y=z", &fields), "https://x/cb?y=z&a=1%202&b=%26");
        assert_eq!(with_query("https://x/cb?", &fields), "https://x/cb?a=1%202&b=%26");
    }
}
