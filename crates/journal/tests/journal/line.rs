//! A line to the MariaDB server that can be cut at the worst moment.

use crate::bench::Database;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Where the line is cut once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server never gets the commit.
    BeforeServer,
    /// The server commits, its answer is lost.
    BeforeAnswer,
}

/// The line.
#[derive(Clone, Default)]
pub struct Line {
    cut: Arc<Mutex<Option<Cut>>>,
    silent: Arc<AtomicBool>,
}

/// A `COMMIT` on the wire: length, sequence number, COM_QUERY, text.
const COMMIT: &[u8] = b"\x07\0\0\0\x03COMMIT";

impl Line {
    /// Lays a line to the database; the address leads over it.
    pub async fn to(database: &Database) -> (String, Self) {
        let url = database.url();
        let (login, rest) = url.rsplit_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let address = format!("{login}@127.0.0.1:{port}/{name}?ssl-mode=disabled");
        let line = Self::default();
        let (server, serving) = (server.to_owned(), line.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if serving.silent.load(Ordering::SeqCst) {
                    std::future::pending::<()>().await;
                }
                let server = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(serving.clone().carry(client, server));
            }
        });
        (address, line)
    }

    /// The next commit meets this fate.
    pub fn cut_next(&self, cut: Cut) {
        *self.cut.lock().unwrap() = Some(cut);
    }

    /// From now on the line carries nothing, and nobody is told.
    pub fn fall_silent(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }

    /// Carries bytes both ways until either side ends or the line is cut.
    async fn carry(self, mut client: TcpStream, mut server: TcpStream) {
        let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
        loop {
            tokio::select! {
                read = client.read(&mut up) => {
                    let sent = match read { Ok(size) if size > 0 => &up[..size], _ => return };
                    if self.silent.load(Ordering::SeqCst) {
                        std::future::pending::<()>().await;
                    }
                    let commits = sent.windows(COMMIT.len()).any(|part| part == COMMIT);
                    let cut = commits.then(|| self.cut.lock().unwrap().take()).flatten();
                    if cut == Some(Cut::BeforeServer) {
                        return;
                    }
                    server.write_all(sent).await.unwrap();
                    if cut == Some(Cut::BeforeAnswer) {
                        // The first byte of the answer shows that the commit is done.
                        server.read_exact(&mut down[..1]).await.unwrap();
                        return;
                    }
                }
                read = server.read(&mut down) => {
                    let sent = match read { Ok(size) if size > 0 => &down[..size], _ => return };
                    if client.write_all(sent).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
