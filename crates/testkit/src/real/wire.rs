//! A wire with a stable address at one end and a changing one at the other. It can be held in either direction, cut,
//! and left hanging.

use anyhow::Context;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How many bytes travel at once.
const PIECE_BYTES: usize = 16 * 1024;

/// A wire.
pub struct Wire {
    address: SocketAddr,
    ends: Arc<Ends>,
    stop: CancellationToken,
}

struct Ends {
    target: Mutex<Option<String>>,
    cut: Mutex<CancellationToken>,
    /// Towards the target.
    up: watch::Sender<bool>,
    /// Back from the target.
    down: watch::Sender<bool>,
}

impl Wire {
    /// Lays a wire to `target` (`host:port`); none = it ends nowhere for now and connections are refused.
    ///
    /// # Errors
    /// When no port can be opened.
    pub async fn lay(target: Option<String>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("a port for a wire")?;
        let address = listener.local_addr()?;
        let ends = Arc::new(Ends {
            target: Mutex::new(target),
            cut: Mutex::default(),
            up: watch::Sender::new(true),
            down: watch::Sender::new(true),
        });
        let stop = CancellationToken::new();
        let (stopped, shared) = (stop.clone(), Arc::clone(&ends));
        tokio::spawn(async move {
            tokio::select! {
                () = stopped.cancelled() => {}
                () = accept(listener, shared) => {}
            }
        });
        Ok(Self { address, ends, stop })
    }

    /// The stable end.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where connections go from now on; none = they are refused.
    pub fn lead_to(&self, target: Option<String>) {
        *self.ends.target.lock().unwrap_or_else(PoisonError::into_inner) = target;
    }

    /// Holds what goes towards the target.
    pub fn hold_up(&self) {
        self.ends.up.send_replace(false);
    }

    /// Holds what comes back from the target.
    pub fn hold_down(&self) {
        self.ends.down.send_replace(false);
    }

    /// Lets everything pass again, also what was held.
    pub fn release(&self) {
        self.ends.up.send_replace(true);
        self.ends.down.send_replace(true);
    }

    /// Breaks every connection that stands. What was held is lost.
    pub fn cut(&self) {
        let mut cut = self.ends.cut.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *cut).cancel();
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.stop.cancel();
        self.cut();
    }
}

async fn accept(listener: TcpListener, ends: Arc<Ends>) {
    while let Ok((near, _)) = listener.accept().await {
        let target = ends.target.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let cut = ends.cut.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(target) = target else { continue };
        let ends = Arc::clone(&ends);
        tokio::spawn(async move {
            tokio::select! {
                () = cut.cancelled() => {}
                _ = carry(near, target, &ends) => {}
            }
        });
    }
}

async fn carry(near: TcpStream, target: String, ends: &Ends) -> io::Result<()> {
    let far = TcpStream::connect(target).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    tokio::select! {
        ended = pump(near_read, far_write, ends.up.subscribe()) => ended,
        ended = pump(far_read, near_write, ends.down.subscribe()) => ended,
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut open: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let count = from.read(&mut piece).await?;
        if open.wait_for(|open| *open).await.is_err() || count == 0 {
            return Ok(());
        }
        let read = piece.get(..count).unwrap_or_default();
        to.write_all(read).await?;
    }
}
