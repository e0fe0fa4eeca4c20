//! A server of a few lines on loopback, over TCP or TLS, that does as its script says.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A moment at which the server asks its script. Both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A connection was accepted; nothing was read yet.
    Connected { connection: usize },
    /// A request was read whole.
    Request { connection: usize, request: usize },
}

/// What to do.
pub enum Step {
    /// Read a request.
    Read,
    /// Write this and read on.
    Reply(Vec<u8>),
    /// Write this and close.
    ReplyAndClose(Vec<u8>),
    /// Close without a word.
    Close,
    /// Do nothing for ever.
    Hang,
}

/// A running server; it ends when dropped.
pub struct Server {
    address: SocketAddr,
    tls: bool,
    seen: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
    task: JoinHandle<()>,
}

type Script = dyn Fn(Moment) -> Step + Send + Sync;

impl Server {
    pub async fn start(
        tls: Option<ServerConfig>,
        script: impl Fn(Moment) -> Step + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(Mutex::new(0));
        let acceptor = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
        let with_tls = acceptor.is_some();
        let script: Arc<Script> = Arc::new(script);
        let (log, count) = (Arc::clone(&seen), Arc::clone(&connections));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let number = {
                    let mut count = count.lock().unwrap();
                    *count += 1;
                    *count
                };
                tokio::spawn(connection(
                    stream,
                    acceptor.clone(),
                    number,
                    Arc::clone(&script),
                    Arc::clone(&log),
                ));
            }
        });
        Self {
            address,
            tls: with_tls,
            seen,
            connections,
            task,
        }
    }

    /// Answers each request with this.
    pub async fn answering(tls: Option<ServerConfig>, answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(tls, move |moment| match moment {
            Moment::Connected { .. } => Step::Read,
            Moment::Request { .. } => Step::ReplyAndClose(answer.clone()),
        })
        .await
    }

    pub fn url(&self, path: &str) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://localhost:{}{path}", self.address.port())
    }

    /// Every request that was read whole, head and body.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn connection(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    number: usize,
    script: Arc<Script>,
    log: Arc<Mutex<Vec<String>>>,
) {
    let Some(acceptor) = acceptor else {
        return talk(stream, number, &*script, &log).await;
    };
    match acceptor.accept(stream).into_fallible().await {
        Ok(stream) => talk(stream, number, &*script, &log).await,
        Err((_, mut stream)) => {
            // Read on, as a polite server does: closing with unread bytes would reset the connection, and the alert
            // that says why would be lost.
            let mut rest = Vec::new();
            let _ = stream.shutdown().await;
            let _ = stream.read_to_end(&mut rest).await;
        }
    }
}

async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    number: usize,
    script: &Script,
    log: &Mutex<Vec<String>>,
) {
    let mut step = script(Moment::Connected { connection: number });
    for request in 1.. {
        match step {
            Step::Read => {}
            Step::Reply(bytes) => stream.write_all(&bytes).await.unwrap(),
            Step::ReplyAndClose(bytes) => {
                // The client may close first when the answer is too long for it.
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Step::Close => return,
            Step::Hang => std::future::pending().await,
        }
        let Some(text) = read_request(&mut stream).await else {
            return;
        };
        log.lock().unwrap().push(text);
        step = script(Moment::Request {
            connection: number,
            request,
        });
    }
}

/// A request's head and body; none when the client closed.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(chunk.get(..read)?);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.parse().unwrap());
        if body.len() >= length {
            return Some(text);
        }
    }
}

/// An HTTP answer that leaves the connection open.
pub fn answer(status: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A certificate authority and what it signs.
pub struct Authority {
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, both PEM.
pub struct Pair {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    pub fn sign(&self, name: &str) -> Pair {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Pair {
            certificate,
            key: key.serialize_pem(),
        }
    }

    /// TLS for a server called `localhost`; with `clients`, it demands a certificate that they signed.
    pub fn server(
        &self,
        clients: Option<&Authority>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> ServerConfig {
        let pair = self.sign("localhost");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)
            .unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(clients) => {
                let mut roots = RootCertStore::empty();
                roots
                    .add(CertificateDer::from_pem_slice(clients.pem.as_bytes()).unwrap())
                    .unwrap();
                builder.with_client_cert_verifier(
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                        .build()
                        .unwrap(),
                )
            }
        };
        builder
            .with_single_cert(
                vec![CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap(),
            )
            .unwrap()
    }
}
