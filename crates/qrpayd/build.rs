//! Notes the commit that the binary is built from, for `qrpayd --version`.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=../../.git/HEAD");
    println!("cargo::rerun-if-changed=../../.git/refs/heads");
    println!("cargo::rerun-if-env-changed=QRPAYD_COMMIT");
    let given = std::env::var("QRPAYD_COMMIT").ok();
    let commit = given.or_else(|| {
        let output = Command::new("git")
            .args(["rev-parse", "--short=7", "HEAD"])
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        Some(text.trim().to_owned()).filter(|_| output.status.success())
    });
    println!(
        "cargo::rustc-env=QRPAYD_COMMIT={}",
        commit.as_deref().unwrap_or("unknown")
    );
}
