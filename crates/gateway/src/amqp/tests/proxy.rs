//! A wire between the door and the broker that can be cut.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

pub struct Proxy {
    pub port: u16,
    /// Connections that were accepted and forwarded.
    pub accepted: Arc<AtomicUsize>,
    refuse: Arc<AtomicBool>,
    cut: Arc<Mutex<CancellationToken>>,
}

impl Proxy {
    /// Forwards to the broker of an AMQP address.
    pub async fn to(url: &str) -> Self {
        let uri: lapin::uri::AMQPUri = url.parse().unwrap();
        let target = (uri.authority.host, uri.authority.port);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            accepted: Arc::default(),
            refuse: Arc::default(),
            cut: Arc::new(Mutex::new(CancellationToken::new())),
        };
        let (accepted, refuse, cut) = (proxy.accepted.clone(), proxy.refuse.clone(), proxy.cut.clone());
        tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                if refuse.load(SeqCst) {
                    continue;
                }
                let mut far = TcpStream::connect(target.clone()).await.unwrap();
                accepted.fetch_add(1, SeqCst);
                let cut = cut.lock().unwrap().clone();
                tokio::spawn(async move {
                    tokio::select! {
                        () = cut.cancelled() => {}
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                    }
                });
            }
        });
        proxy
    }

    /// The same address, through the wire.
    pub fn url(&self, url: &str) -> String {
        let mut uri: lapin::uri::AMQPUri = url.parse().unwrap();
        let user = uri.authority.userinfo.clone();
        uri.vhost = uri.vhost.replace('/', "%2f");
        format!(
            "amqp://{}:{}@127.0.0.1:{}/{}",
            user.username, user.password, self.port, uri.vhost
        )
    }

    /// Breaks every connection that stands.
    pub fn cut(&self) {
        let fresh = CancellationToken::new();
        std::mem::replace(&mut *self.cut.lock().unwrap(), fresh).cancel();
    }

    /// Whether new connections are dropped at once.
    pub fn refuse(&self, refuse: bool) {
        self.refuse.store(refuse, SeqCst);
    }
}
