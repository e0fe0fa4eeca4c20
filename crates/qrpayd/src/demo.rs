//! `qrpayd demo`
use crate::cli::DemoOptions;

/// Shows everything at once.
pub async fn demo(options: DemoOptions) -> anyhow::Result<()> {
    let _ = options;
    Ok(())
}
