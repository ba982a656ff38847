//! HTTPS without a proxy in front: TLS 1.2 and 1.3, HTTP/1.1.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, connect_info::Connected};
use axum::middleware::{self, Next};
use axum::serve::IncomingStream;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::oidc::{Authorities, PeerCertificates};

/// Whoever does not finish greeting in this time goes.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Greetings going on at once.
const HANDSHAKES: usize = 512;

/// A certificate with its key, ready to serve.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    /// Callers are asked for a certificate of their own.
    asks: bool,
}

impl Tls {
    /// Reads PEM files: the certificate first, then those up to the root; the key as PKCS#8, SEC1 or PKCS#1.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn read(certificate: &Path, key: &Path) -> Result<Tls, String> {
        let (chain, private) = files(certificate, key)?;
        Tls::of(chain, private).map_err(|e| format!("{}: {e}", certificate.display()))
    }

    /// # Errors
    /// When key and certificate do not fit.
    pub fn of(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Tls, String> {
        Tls::made(chain, key, false)
    }

    /// As [`Tls::read`]; callers are asked for a certificate, and whoever has none is let in all the same (RFC 8705).
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn asking(certificate: &Path, key: &Path) -> Result<Tls, String> {
        let (chain, private) = files(certificate, key)?;
        Tls::made(chain, private, true).map_err(|e| format!("{}: {e}", certificate.display()))
    }

    fn made(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>, asks: bool) -> Result<Tls, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
        let builder = builder.map_err(|e| e.to_string())?;
        let builder = match asks {
            true => builder.with_client_cert_verifier(Arc::new(AnyCertificate(provider))),
            false => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|e| e.to_string())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), asks })
    }
}

type Files = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn files(certificate: &Path, key: &Path) -> Result<Files, String> {
    let told = |file: &Path, e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain: Vec<CertificateDer<'static>> = chain.map_err(|e| told(certificate, &e))?;
    Ok((chain, PrivateKeyDer::from_pem_file(key).map_err(|e| told(key, &e))?))
}

/// Takes every certificate whose key the caller holds: whose it is, the doors decide.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Which chains lead to one of these authorities (PEM files); none of them: no chain does.
///
/// # Errors
/// A sentence that names the file.
pub fn authorities(roots: &[PathBuf]) -> Result<Authorities, String> {
    if roots.is_empty() {
        return Ok(Authorities::none());
    }
    let mut store = RootCertStore::empty();
    for file in roots {
        let told = |e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
        for root in CertificateDer::pem_file_iter(file).map_err(|e| told(&e))? {
            store.add(root.map_err(|e| told(&e))?).map_err(|e| told(&e))?;
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(store), provider).build();
    let verifier = verifier.map_err(|e| e.to_string())?;
    Ok(Authorities::new(move |chain, now| {
        let chain: Vec<CertificateDer<'_>> = chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let Some((own, others)) = chain.split_first() else { return false };
        let at = UnixTime::since_unix_epoch(Duration::from_secs(now.unsigned_abs()));
        verifier.verify_client_cert(own, others, at).is_ok()
    }))
}

/// Serves `router` over TLS at `address`; gives the address the system chose.
///
/// # Errors
/// When the address cannot be listened at.
pub async fn listen(tasks: &mut JoinSet<()>, address: &str, router: Router, tls: &Tls) -> Result<SocketAddr, String> {
    let listener = TcpListener::bind(address).await.map_err(|e| format!("{address}: {e}"))?;
    serve(tasks, listener, router, tls)
}

/// As [`listen`], where somebody listens already.
///
/// # Errors
/// When it is not known where.
pub fn serve(tasks: &mut JoinSet<()>, listener: TcpListener, router: Router, tls: &Tls) -> Result<SocketAddr, String> {
    let chosen = listener.local_addr().map_err(|e| e.to_string())?;
    let (greeted, ready) = mpsc::channel(64);
    tasks.spawn(greet(listener, tls.acceptor.clone(), greeted));
    let asks = tls.asks;
    let router = router.layer(middleware::from_fn(move |request, next| as_everywhere(asks, request, next)));
    tasks.spawn(async move {
        let service = router.into_make_service_with_connect_info::<Peer>();
        if let Err(error) = axum::serve(Ready { ready, chosen }, service).await {
            tracing::error!(%error, "a listener ended");
        }
    });
    Ok(chosen)
}

/// Accepts and greets: each connection in a task of its own, so that one that dawdles holds up nobody.
async fn greet(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    greeted: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let places = Arc::new(Semaphore::new(HANDSHAKES));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, or a peer that left at once: neither ends the listener.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (acceptor, greeted) = (acceptor.clone(), greeted.clone());
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                let _ = greeted.send((stream, peer)).await;
            }
            drop(place);
        });
    }
}

/// Connections whose greeting is done.
struct Ready {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    chosen: SocketAddr,
}

impl axum::serve::Listener for Ready {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The other task was stopped; so will this one be.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.chosen)
    }
}

#[derive(Clone)]
struct Peer(SocketAddr, Option<PeerCertificates>);

impl Connected<IncomingStream<'_, Ready>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Ready>) -> Peer {
        let (_, session) = stream.io().get_ref();
        let chain = session.peer_certificates().filter(|chain| !chain.is_empty());
        let chain = chain.map(|chain| chain.iter().map(|cert| cert.as_ref().to_vec()).collect());
        Peer(*stream.remote_addr(), chain.map(|chain| PeerCertificates(Arc::new(chain))))
    }
}

/// The doors ask for the peer as they find it on a plain listener. Where callers are asked for a certificate, what they showed is all
/// there is: a header of theirs says nothing about it.
async fn as_everywhere(asks: bool, mut request: Request, next: Next) -> axum::response::Response {
    if let Some(ConnectInfo(Peer(address, certificates))) = request.extensions_mut().remove::<ConnectInfo<Peer>>() {
        request.extensions_mut().insert(ConnectInfo(address));
        if let Some(certificates) = certificates.or_else(|| asks.then(PeerCertificates::default)) {
            request.extensions_mut().insert(certificates);
        }
    }
    next.run(request).await
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::Extension;
    use axum::routing::get;
    use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

    use super::*;

    /// Who came, as the doors see it.
    async fn who(peer: Option<Extension<PeerCertificates>>) -> String {
        peer.map_or("nobody".into(), |Extension(peer)| format!("{}", peer.0.len()))
    }

    #[tokio::test]
    async fn callers_are_asked_for_a_certificate_and_let_in_without() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let (ca_key, key, own) =
            (KeyPair::generate().unwrap(), KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = params.self_signed(&ca_key).unwrap();
        let issuer = Issuer::new(params, ca_key);
        let server = CertificateParams::new(vec!["localhost".into()]).unwrap().signed_by(&key, &issuer).unwrap();
        let mut client = CertificateParams::new(vec!["tram.example".into()]).unwrap();
        client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let client = client.signed_by(&own, &issuer).unwrap();
        let tls = Tls::asking(&file("cert.pem", &server.pem()), &file("key.pem", &key.serialize_pem())).unwrap();
        let mut tasks = JoinSet::new();
        let address = listen(&mut tasks, "127.0.0.1:0", Router::new().route("/", get(who)), &tls).await.unwrap();
        let url = format!("https://localhost:{}/", address.port());
        let root = reqwest::Certificate::from_pem(ca.pem().as_bytes()).unwrap();
        let caller = || reqwest::Client::builder().tls_certs_only([root.clone()]).resolve("localhost", address);
        let said = async |caller: reqwest::Client| caller.get(&url).send().await.unwrap().text().await.unwrap();
        assert_eq!(said(caller().build().unwrap()).await, "0", "no header of the caller may speak for it");
        let pem = format!("{}{}", client.pem(), own.serialize_pem());
        let identity = reqwest::Identity::from_pem(pem.as_bytes()).unwrap();
        assert_eq!(said(caller().identity(identity).build().unwrap()).await, "1");

        let now = 1_795_352_700;
        let trusted = authorities(&[file("ca.pem", &ca.pem())]).unwrap();
        let stranger = CertificateParams::new(vec!["tram.example".into()]).unwrap().self_signed(&own).unwrap();
        assert!(trusted.trusts(&[client.der().to_vec()], now));
        assert!(!trusted.trusts(&[stranger.der().to_vec()], now));
        assert!(!trusted.trusts(&[], now));
        assert!(!authorities(&[]).unwrap().trusts(&[client.der().to_vec()], now));
    }
}
