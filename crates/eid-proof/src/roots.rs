//! Whom we trust to have issued identity cards.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pki_types::CertificateDer;

use crate::certificate::Certificate;

/// Belgium Root CA3, CA4 and CA6; fingerprints are checked by a test.
const BELGIUM: [&str; 3] = [
    include_str!("../roots/belgium-root-ca3.pem"),
    include_str!("../roots/belgium-root-ca4.pem"),
    include_str!("../roots/belgium-root-ca6.pem"),
];

/// Where the Belgian certificates may send us for revocation; nowhere else, or an uploaded certificate could make us call anybody.
const HOSTS: [&str; 2] = ["eid.belgium.be", "eidpki.belgium.be"];

/// A pinned root.
#[derive(Clone)]
pub(crate) struct Root {
    pub certificate: Certificate,
    /// Where a test PKI serves revocation; `None` for the genuine ones.
    pub test: Option<String>,
}

/// The pinned roots.
#[derive(Clone)]
pub struct Roots {
    all: Vec<Root>,
}

/// Not a PEM file with one certificate of a CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotARoot;

impl std::fmt::Display for NotARoot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not the PEM of a root certificate")
    }
}

impl std::error::Error for NotARoot {}

impl Roots {
    /// The genuine Belgian roots.
    pub fn belgium() -> Roots {
        Roots { all: BELGIUM.iter().filter_map(|pem| root(pem, None).ok()).collect() }
    }

    /// With test roots beside them: whoever holds such a root's key makes cards at will. Verdicts say so (`test`). Revocation of
    /// their certificates is asked below `base_url`.
    ///
    /// # Errors
    /// [`NotARoot`].
    pub fn with_test<P: AsRef<str>>(mut self, pems: &[P], base_url: &str) -> Result<Roots, NotARoot> {
        let base = format!("{}/", base_url.trim_end_matches('/'));
        for pem in pems {
            self.all.push(root(pem.as_ref(), Some(base.clone()))?);
        }
        Ok(self)
    }

    /// Test cards are believed.
    pub fn has_test(&self) -> bool {
        self.all.iter().any(|root| root.test.is_some())
    }

    pub(crate) fn all(&self) -> &[Root] {
        &self.all
    }
}

impl Root {
    pub(crate) fn der(&self) -> CertificateDer<'_> {
        CertificateDer::from_slice(self.certificate.der())
    }

    /// Whether a certificate under this root may name `url` for revocation.
    pub(crate) fn may_ask(&self, url: &str) -> bool {
        // Escapes, queries and backslashes have no business in these addresses, and read differently to different parsers.
        if url.len() > 200 || !url.bytes().all(|b| b.is_ascii_graphic() && !b"%?#\\".contains(&b)) {
            return false;
        }
        if let Some(base) = &self.test {
            return url.starts_with(base.as_str()) && !url.contains("..");
        }
        let Some(rest) = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")) else { return false };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // A port, a user or a backslash makes it another's address, or at least not one of these.
        let plain = host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-');
        plain && HOSTS.iter().any(|known| host == *known || host.ends_with(&format!(".{known}")))
    }
}

fn root(pem: &str, test: Option<String>) -> Result<Root, NotARoot> {
    let body: String = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(body).map_err(|_| NotARoot)?;
    let certificate = Certificate::parse(&der).map_err(|_| NotARoot)?;
    webpki::anchor_from_trusted_cert(&CertificateDer::from_slice(&der)).map_err(|_| NotARoot)?;
    if certificate.signs_certificates() { Ok(Root { certificate, test }) } else { Err(NotARoot) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_genuine_roots_are_the_genuine_roots() {
        let known = [
            "a8d14e945e3e5156bcae5e39737cf6a1b1f51028bbbf982f50ce5f4c05568b4d",
            "702dd5c1a093cf0a9d71fadd9bf9a7c5857d89fb73b716e867228b3c2beb968f",
            "9c872bc979a7c09a58d4a274c199e5cb16cfa9b9618d98bc9a9988e984b8495c",
        ];
        let hash = |root: &Root| {
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, root.certificate.der());
            digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let roots = Roots::belgium();
        assert_eq!(roots.all().iter().map(hash).collect::<Vec<_>>(), known);
        assert!(!roots.has_test());
    }

    #[test]
    fn revocation_is_asked_at_home_only() {
        let genuine = Roots::belgium();
        let root = genuine.all().first().unwrap();
        for good in
            ["http://ocsp.eid.belgium.be/2", "http://ocsp.eidpki.belgium.be/eid/0", "https://crl.eid.belgium.be/x.crl"]
        {
            assert!(root.may_ask(good), "{good}");
        }
        for bad in [
            "http://169.254.169.254/latest",
            "http://eid.belgium.be.attacker.example/",
            "http://attackereid.belgium.be/",
            "http://user@ocsp.eid.belgium.be/",
            "http://ocsp.eid.belgium.be:22/",
            "http://127.0.0.1\\.eid.belgium.be/",
            "ldap://crl.eid.belgium.be/",
            "http://ocsp.eid.belgium.be/ x",
            "http://OCSP.eid.belgium.be/",
            "",
        ] {
            assert!(!root.may_ask(bad), "{bad}");
        }
        let test = Root { certificate: root.certificate.clone(), test: Some("http://127.0.0.1:8404/eid/".into()) };
        assert!(test.may_ask("http://127.0.0.1:8404/eid/ocsp"));
        for bad in [
            "http://127.0.0.1:8404/admin",
            "http://127.0.0.1:8404/eid/../admin",
            "http://127.0.0.1:8404/eid/%2e%2e/admin",
            "http://ocsp.eid.belgium.be/",
        ] {
            assert!(!test.may_ask(bad), "{bad}");
        }
    }

    #[test]
    fn a_root_must_be_a_ca() {
        assert!(Roots::belgium().with_test(&["nonsense"], "http://localhost").is_err());
        assert!(Roots::belgium().with_test(&[""], "http://localhost").is_err());
    }
}
