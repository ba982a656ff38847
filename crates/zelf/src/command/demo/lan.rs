//! A demo world on the local network: its address, and a certificate authority that is good for this address and nothing else.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use web::tls::Tls;

use super::world::private;
use crate::wire::now;

const DAY: i64 = 86_400;
/// A phone keeps what it was told to trust; nobody needs this for longer.
const AUTHORITY_DAYS: i64 = 365;
/// Made anew at each start.
const LEAF_DAYS: i64 = 90;

/// Where a LAN world is, and what proves it.
pub struct Lan {
    pub address: Ipv4Addr,
    pub tls: Tls,
    /// PEM of the authority.
    pub authority: String,
    /// The same, as a file for other programs.
    pub file: PathBuf,
    /// PEM files for the server's listeners.
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// What phones call the authority.
    pub name: String,
}

impl Lan {
    /// Finds the address, opens or makes the authority, makes a certificate.
    pub fn lay_out(dir: &Path, address: Option<Ipv4Addr>) -> Result<Lan, String> {
        let address = address.map_or_else(own_address, Ok)?;
        let authority = Authority::kept(dir, address)?;
        let (leaf, key) = authority.leaf()?;
        let (certificate, key_file) = (dir.join("lan-server.pem"), dir.join("lan-server.key"));
        std::fs::write(&certificate, format!("{leaf}{}", authority.pem)).map_err(|e| e.to_string())?;
        private(&key_file, &key)?;
        let tls = Tls::read(&certificate, &key_file)?;
        Ok(Lan {
            address,
            tls,
            file: dir.join(AUTHORITY),
            certificate,
            key: key_file,
            name: name(address),
            authority: authority.pem,
        })
    }

    /// DER of the authority.
    pub fn der(&self) -> Vec<u8> {
        CertificateDer::from_pem_slice(self.authority.as_bytes()).map(|der| der.to_vec()).unwrap_or_default()
    }

    /// SHA-256 of the authority, in groups of four digits.
    pub fn fingerprint(&self) -> String {
        let hex: Vec<String> = digest(&SHA256, &self.der())
            .as_ref()
            .chunks(2)
            .map(|pair| pair.iter().map(|b| format!("{b:02X}")).collect())
            .collect();
        hex.join(" ")
    }

    /// Where to listen: at the address alone where it is this machine's own, everywhere where a router or container forwards it.
    pub fn bind(&self, port: u16) -> String {
        let own = std::net::TcpListener::bind((self.address, 0)).is_ok();
        let at = if own { self.address } else { Ipv4Addr::UNSPECIFIED };
        format!("{at}:{port}")
    }
}

const AUTHORITY: &str = "lan-ca.pem";

struct Authority {
    address: Ipv4Addr,
    key: KeyPair,
    pem: String,
}

impl Authority {
    /// The kept one, when it is for this address and still good for a while.
    fn kept(dir: &Path, address: Ipv4Addr) -> Result<Authority, String> {
        let (certificate, key, made) = (dir.join(AUTHORITY), dir.join("lan-ca.key"), dir.join("lan-ca.made"));
        let read = |file: &Path| std::fs::read_to_string(file).ok();
        let stamp = read(&made).unwrap_or_default();
        let (of, since) = stamp.trim().split_once(' ').unwrap_or_default();
        let fresh = since.parse::<i64>().is_ok_and(|since| now() < since + (AUTHORITY_DAYS - LEAF_DAYS) * DAY);
        if of == address.to_string()
            && fresh
            && let (Some(pem), Some(key)) = (read(&certificate), read(&key))
        {
            let key = KeyPair::from_pem(&key).map_err(|e| e.to_string())?;
            return Ok(Authority { address, key, pem });
        }
        let pair = KeyPair::generate().map_err(|e| e.to_string())?;
        let pem = params(address).self_signed(&pair).map_err(|e| e.to_string())?.pem();
        private(&key, &pair.serialize_pem())?;
        std::fs::write(&certificate, &pem).map_err(|e| e.to_string())?;
        std::fs::write(&made, format!("{address} {}\n", now())).map_err(|e| e.to_string())?;
        Ok(Authority { address, key: pair, pem })
    }

    /// A certificate for the address, and its key; both PEM.
    fn leaf(&self) -> Result<(String, String), String> {
        let mut leaf = CertificateParams::default();
        // With blanks: some verifiers read a name without them as that of a host.
        leaf.distinguished_name = called("zelf demo server");
        leaf.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(self.address))];
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        (leaf.not_before, leaf.not_after) = (epoch + days(-1), epoch + days(LEAF_DAYS));
        let key = KeyPair::generate().map_err(|e| e.to_string())?;
        // Name and key are all that an issuer gives to what it signs.
        let issuer = Issuer::new(params(self.address), &self.key);
        let signed = leaf.signed_by(&key, &issuer).map_err(|e| e.to_string())?;
        Ok((signed.pem(), key.serialize_pem()))
    }
}

/// The authority: for one address, and for no name that anybody has.
fn params(address: Ipv4Addr) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = called(&name(address));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // RFC 5280 §4.2.1.10: a form of name that is not mentioned is not constrained, hence the name.
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::IpAddress(CidrSubnet::V4(address.octets(), [255; 4])),
            GeneralSubtree::DnsName("zelf-demo.invalid".into()),
        ],
        excluded_subtrees: vec![],
    });
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    (params.not_before, params.not_after) = (epoch + days(-1), epoch + days(AUTHORITY_DAYS));
    params
}

fn name(address: Ipv4Addr) -> String {
    format!("zelf demo {address}")
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}

/// From 1970 to so many days from now.
fn days(from_now: i64) -> Duration {
    Duration::from_secs(u64::try_from(now() + from_now * DAY).unwrap_or(0))
}

/// The address that others on the network reach us at: the one from which a packet would leave. None is sent.
fn own_address() -> Result<Ipv4Addr, String> {
    let leaving = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        // A documentation address (RFC 5737).
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr()
    };
    match leaving().map(|address| address.ip()) {
        Ok(IpAddr::V4(address)) if !address.is_loopback() && !address.is_unspecified() => Ok(address),
        _ => Err("this machine is in no network: give its address with --lan-address".to_owned()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use tokio::task::JoinSet;

    use super::*;

    /// Whoever stole the authority's key wants to be somebody else.
    fn forged(authority: &Authority, other: SanType) -> Tls {
        let mut leaf = CertificateParams::default();
        leaf.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(authority.address)), other];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::new(params(authority.address), &authority.key);
        let signed = leaf.signed_by(&key, &issuer).unwrap();
        Tls::of(vec![signed.der().clone()], key.serialize_der().try_into().unwrap()).unwrap()
    }

    async fn is_believed(tls: &Tls, authority: &str) -> bool {
        let mut tasks = JoinSet::new();
        let router = Router::new().route("/", get(|| async { "hello" }));
        let at = web::tls::listen(&mut tasks, "127.0.0.1:0", router, tls).await.unwrap();
        let root = reqwest::Certificate::from_pem(authority.as_bytes()).unwrap();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([root]).build().unwrap();
        client.get(format!("https://{at}/")).send().await.is_ok()
    }

    #[tokio::test]
    async fn the_authority_is_good_for_one_address_and_for_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let here = Ipv4Addr::LOCALHOST;
        let lan = Lan::lay_out(folder.path(), Some(here)).unwrap();
        assert!(is_believed(&lan.tls, &lan.authority).await);
        let authority = Authority::kept(folder.path(), here).unwrap();
        assert_eq!(authority.pem, lan.authority, "kept");
        let elsewhere = SanType::IpAddress(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)));
        let named = SanType::DnsName("other.example".try_into().unwrap());
        for other in [elsewhere, named] {
            assert!(!is_believed(&forged(&authority, other), &lan.authority).await);
        }
    }

    #[test]
    fn another_address_wants_another_authority() {
        let folder = tempfile::tempdir().unwrap();
        let at = |last| Lan::lay_out(folder.path(), Some(Ipv4Addr::new(192, 168, 1, last))).unwrap();
        let (one, two) = (at(5), at(6));
        assert_ne!(one.authority, two.authority);
        assert_eq!(two.fingerprint().len(), 79, "32 bytes in groups");
        use std::os::unix::fs::PermissionsExt as _;
        for secret in ["lan-ca.key", "lan-server.key"] {
            let mode = std::fs::metadata(folder.path().join(secret)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{secret} is for its owner alone");
        }
    }
}
