//! The one server this program works for. It comes from the build, a configuration file or the command line, never from a link.

use reqwest::Url;

/// Origin of the server, `https://host[:port]`; `http` only for this machine itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress {
    origin: String,
    loopback: bool,
}

impl ServerAddress {
    /// Reads `https://host[:port]` with at most a slash behind it. `None` for other schemes, names, passwords, paths.
    pub fn parse(text: &str) -> Option<ServerAddress> {
        let url = Url::parse(text.trim()).ok()?;
        let loopback = matches!(url.host_str()?, "localhost" | "127.0.0.1" | "[::1]");
        let scheme = url.scheme() == "https" || url.scheme() == "http" && loopback;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let nobody = url.username().is_empty() && url.password().is_none();
        (scheme && bare && nobody).then(|| ServerAddress { origin: url.origin().ascii_serialization(), loopback })
    }

    /// As the Web eID token names it: no slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The server runs on this machine.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Host and port, as shown to people.
    pub fn host(&self) -> &str {
        self.origin.split_once("://").map_or(&*self.origin, |(_, host)| host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_kept_as_browsers_write_it() {
        let origin = |text: &str| ServerAddress::parse(text).map(|a| a.origin);
        assert_eq!(origin("https://Zelf.Example/").as_deref(), Some("https://zelf.example"));
        assert_eq!(origin("https://zelf.example:443").as_deref(), Some("https://zelf.example"));
        assert_eq!(origin("https://zelf.example:8443").as_deref(), Some("https://zelf.example:8443"));
        assert_eq!(origin("http://localhost:8080").as_deref(), Some("http://localhost:8080"));
        assert_eq!(origin("http://[::1]:8080").as_deref(), Some("http://[::1]:8080"));
    }

    #[test]
    fn plain_http_and_tricks_are_no_server() {
        for text in [
            "",
            "zelf.example",
            "http://zelf.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "https://zelf.example/path",
            "https://zelf.example/?x",
            "https://zelf.example/#x",
            "https://me@zelf.example",
            "https://zelf.example:99999",
            "file:///etc/passwd",
            "ftp://zelf.example",
        ] {
            assert_eq!(ServerAddress::parse(text), None, "{text}");
        }
    }
}
