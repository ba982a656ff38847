//! HTTPS without a proxy in front: TLS 1.2 and 1.3, HTTP/1.1.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, connect_info::Connected};
use axum::middleware::{self, Next};
use axum::serve::IncomingStream;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Whoever does not finish greeting in this time goes.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Greetings going on at once.
const HANDSHAKES: usize = 512;

/// A certificate with its key, ready to serve.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl Tls {
    /// Reads PEM files: the certificate first, then those up to the root; the key as PKCS#8, SEC1 or PKCS#1.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn read(certificate: &Path, key: &Path) -> Result<Tls, String> {
        let told = |file: &Path, e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
        let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
        let chain: Vec<CertificateDer<'static>> = chain.map_err(|e| told(certificate, &e))?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(|e| told(key, &e))?;
        Tls::of(chain, private).map_err(|e| told(certificate, &e))
    }

    /// # Errors
    /// When key and certificate do not fit.
    pub fn of(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Tls, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
        let mut config = config.map_err(|e| e.to_string())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls(TlsAcceptor::from(Arc::new(config))))
    }
}

/// Serves `router` over TLS at `address`; gives the address the system chose.
///
/// # Errors
/// When the address cannot be listened at.
pub async fn listen(tasks: &mut JoinSet<()>, address: &str, router: Router, tls: &Tls) -> Result<SocketAddr, String> {
    let listener = TcpListener::bind(address).await.map_err(|e| format!("{address}: {e}"))?;
    let chosen = listener.local_addr().map_err(|e| e.to_string())?;
    let (greeted, ready) = mpsc::channel(64);
    tasks.spawn(greet(listener, tls.0.clone(), greeted));
    let router = router.layer(middleware::from_fn(as_everywhere));
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

#[derive(Clone, Copy)]
struct Peer(SocketAddr);

impl Connected<IncomingStream<'_, Ready>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Ready>) -> Peer {
        Peer(*stream.remote_addr())
    }
}

/// The doors ask for the peer as they find it on a plain listener.
async fn as_everywhere(mut request: Request, next: Next) -> axum::response::Response {
    if let Some(ConnectInfo(Peer(address))) = request.extensions_mut().remove::<ConnectInfo<Peer>>() {
        request.extensions_mut().insert(ConnectInfo(address));
    }
    next.run(request).await
}
