//! The demo's devices that are not there: a buyer's display and a receipt printer.

use crate::clock::SystemClock;
use anyhow::Context;
use axum::Router;
use qrpos::devices::{Device, VirtualDevice};
use register::outputs::{DisplaySettings, OutputSettings, Outputs, Place, TapeSettings};
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// A buyer's display and a receipt printer that are not there, and the register's way to them: the same bytes over the
/// same network as to real ones.
pub async fn start() -> anyhow::Result<(Outputs, Router)> {
    let (display, display_page) = device(Device::Display).await?;
    let (tape, tape_page) = device(Device::Tape).await?;
    let settings = [
        OutputSettings::Display(DisplaySettings {
            port: display,
            baud: DisplaySettings::BAUD,
        }),
        OutputSettings::Tape(TapeSettings {
            header: vec!["Гастроном «Образец»".to_owned()],
            ..TapeSettings::at(tape)
        }),
    ];
    let outputs = Outputs::start(&settings, Arc::new(SystemClock))?;
    Ok((outputs, display_page.merge(tape_page)))
}

async fn device(device: Device) -> anyhow::Result<(Place, Router)> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .context("a virtual device found no free port")?;
    let place = Place::Tcp(port.local_addr()?.to_string());
    let device = VirtualDevice::new(device);
    let page = device.router();
    tokio::spawn(device.listen(port));
    Ok((place, page))
}
