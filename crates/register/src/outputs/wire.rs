//! The way to a device: opened when there is something to send, given up after [`SEND_WITHIN`].

use super::place::Place;
use super::report::Trouble;
use serial2_tokio::SerialPort;
use std::path::Path;
use std::time::Duration;
use texts::OutputFault;
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a device may take to be opened and to take one job. The buyer waits meanwhile.
pub(super) const SEND_WITHIN: Duration = Duration::from_secs(3);

/// The way to one device.
#[derive(Debug)]
pub(super) struct Wire {
    place: Place,
    /// Bits per second when the device is a serial port.
    baud: Option<u32>,
    /// Kept open: opening moves the lines of the port, and closing waits for the last byte.
    port: Option<SerialPort>,
}

impl Wire {
    pub(super) const fn new(place: Place, baud: Option<u32>) -> Self {
        Self {
            place,
            baud,
            port: None,
        }
    }

    pub(super) fn place(&self) -> String {
        self.place.to_string()
    }

    /// Sends all of it, or says why not. A part may have been taken in either case.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let sent = timeout(SEND_WITHIN, self.write(bytes)).await;
        if !matches!(sent, Ok(Ok(()))) {
            self.port = None;
        }
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Trouble::new(OutputFault::Unreachable, &error)),
            Err(_elapsed) => Err(Trouble::new(
                OutputFault::Slow,
                &format!("not taken within {} s", SEND_WITHIN.as_secs()),
            )),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match (&self.place, self.baud) {
            (Place::Tcp(address), _) => {
                let mut stream = TcpStream::connect(address).await?;
                stream.write_all(bytes).await?;
                stream.shutdown().await
            }
            (Place::Device(path), Some(baud)) => {
                let port = match &mut self.port {
                    Some(port) => port,
                    closed => closed.insert(open_port(path, baud)?),
                };
                port.write_all(bytes).await
            }
            (Place::Device(path), None) => {
                let mut device = OpenOptions::new().write(true).open(path).await?;
                device.write_all(bytes).await?;
                device.flush().await
            }
            (Place::File(path), _) => {
                let mut file = OpenOptions::new().create(true).append(true).open(path).await?;
                file.write_all(bytes).await?;
                file.flush().await
            }
        }
    }
}

/// 8 data bits, no parity, 1 stop bit, no flow control, DTR and RTS off.
fn open_port(path: &Path, baud: u32) -> std::io::Result<SerialPort> {
    let port = SerialPort::open(path, baud)?;
    for (line, switched) in [("DTR", port.set_dtr(false)), ("RTS", port.set_rts(false))] {
        // Ports without these lines (pseudo-terminals, some USB chips) refuse; there is nothing to switch off then.
        if let Err(error) = switched {
            tracing::debug!(port = %path.display(), line, %error, "the serial port has no such line");
        }
    }
    Ok(port)
}
