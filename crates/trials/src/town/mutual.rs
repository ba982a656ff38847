//! The listener that asks callers for a certificate (RFC 8705), and the authority whose certificates count there.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use protocol::jose::b64u;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    SanType,
};
use reqwest::Certificate;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use web::tls::Tls;

/// What a town is to have beside the usual.
#[derive(Clone, Copy, Default)]
pub struct Wishes {
    /// DPoP proofs need a nonce.
    pub dpop_nonce: bool,
    /// There is a listener that asks for certificates.
    pub mutual: bool,
}

/// The listener and its authority.
pub struct Mutual {
    /// `https://localhost:…`.
    pub origin: String,
    address: SocketAddr,
    authority: Issuer<'static, KeyPair>,
    root: String,
    pub(super) root_file: PathBuf,
}

/// A certificate with its key.
pub struct Identity {
    pub der: Vec<u8>,
    pub jwk: Value,
    pem: String,
}

impl Identity {
    fn of(cert: &rcgen::Certificate, key: &KeyPair) -> Identity {
        let point = rcgen::PublicKeyData::der_bytes(key).to_vec();
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": b64u(&point[1..33]), "y": b64u(&point[33..]) });
        Identity { der: cert.der().to_vec(), jwk, pem: format!("{}{}", cert.pem(), key.serialize_pem()) }
    }

    /// One that its owner signed itself, good until this moment (Unix seconds).
    pub fn self_signed(name: &str, until: i64) -> Identity {
        let key = KeyPair::generate().unwrap();
        let cert = params(name, Vec::new(), until).self_signed(&key).unwrap();
        Identity::of(&cert, &key)
    }
}

fn params(name: &str, others: Vec<SanType>, until: i64) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "BE");
    params.distinguished_name.push(DnType::OrganizationName, "Tram, Bus & Cie");
    params.distinguished_name.push(DnType::CommonName, name);
    params.subject_alt_names = others;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let at = jiff::Timestamp::from_second(until).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
    params.not_after = rcgen::date_time_ymd(i32::from(at.year()), at.month().unsigned_abs(), at.day().unsigned_abs());
    params
}

impl Mutual {
    /// A listener, not yet served, and an authority; its certificate lies in `folder`.
    pub(super) async fn found(folder: &Path) -> (Mutual, TcpListener, Tls) {
        let (ca_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&ca_key).unwrap().pem();
        let authority = Issuer::new(params, ca_key);
        let own = CertificateParams::new(vec!["localhost".into()]).unwrap().signed_by(&key, &authority).unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let tls = Tls::asking(&file("mutual.pem", &own.pem()), &file("mutual.key", &key.serialize_pem())).unwrap();
        let root_file = file("authority.pem", &root);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let origin = format!("https://localhost:{}", address.port());
        (Mutual { origin, address, authority, root, root_file }, listener, tls)
    }

    pub(super) fn serve(tasks: &mut JoinSet<()>, listener: TcpListener, router: axum::Router, tls: &Tls) {
        web::tls::serve(tasks, listener, router, tls).unwrap();
    }

    /// A certificate of this authority, good until the end of the day before this moment (Unix seconds).
    pub fn issues(&self, name: &str, others: Vec<SanType>, until: i64) -> Identity {
        let key = KeyPair::generate().unwrap();
        let cert = params(name, others, until).signed_by(&key, &self.authority).unwrap();
        Identity::of(&cert, &key)
    }

    /// Somebody who calls with this certificate, or with none.
    pub fn caller(&self, identity: Option<&Identity>) -> reqwest::Client {
        let root = Certificate::from_pem(self.root.as_bytes()).unwrap();
        let caller = reqwest::Client::builder().tls_certs_only([root]).resolve("localhost", self.address);
        match identity {
            Some(identity) => caller.identity(reqwest::Identity::from_pem(identity.pem.as_bytes()).unwrap()),
            None => caller,
        }
        .build()
        .unwrap()
    }
}
