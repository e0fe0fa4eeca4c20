//! The program `banksim`: what it prints, what it writes, what it refuses.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

#[test]
fn prints_its_addresses_and_writes_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    let mut child = Command::new(env!("CARGO_BIN_EXE_banksim"))
        .args(["--merchant", "MA000001:key", "--mtls", "--ca-file"])
        .arg(&ca_file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let lines: Vec<String> = lines.take(5).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(lines[0].starts_with("bank      https://127.0.0.1:"), "{lines:?}");
    assert!(
        lines[1].starts_with("payer     http://127.0.0.1:") && lines[1].ends_with("/payer"),
        "{lines:?}"
    );
    assert!(lines[3].ends_with("ca.pem"), "{lines:?}");
    for file in ["ca.pem", "banksim-client.pem", "banksim-client-key.pem"] {
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(text.starts_with("-----BEGIN "), "{file}");
    }
}

#[test]
fn refuses_shops_that_it_could_not_tell_apart() {
    for (arguments, words) in [
        (
            ["--merchant", "MA000001", "--seed", "1"],
            "sbpMerchantId:secretKey",
        ),
        (
            ["--merchant", "MA000001:key", "--merchant", "MA000002:key"],
            "the same key",
        ),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_banksim"))
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(words), "{said}");
        assert!(
            !said.contains(":key") && !said.contains("hidden"),
            "no key is shown"
        );
    }
}

#[test]
fn providers_are_chosen_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    let mut child = Command::new(env!("CARGO_BIN_EXE_banksim"))
        .args(["--provider", "rsb", "--provider", "gazprom", "--ca-file"])
        .arg(&ca_file)
        .env("BANKSIM_SECRET", "hidden")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let lines: Vec<String> = lines.take(6).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    for (number, start) in [
        (0, "rsb         https://127.0.0.1:"),
        (1, "client    "),
        (2, "gazprom     https://127.0.0.1:"),
        (3, "payer       http://127.0.0.1:"),
        (5, "CA file     "),
    ] {
        assert!(lines[number].starts_with(start), "{lines:?}");
    }
    assert!(folder.path().join("banksim-rsb-client-key.pem").exists());
    assert!(!folder.path().join("banksim-gazprom-client.pem").exists());
    let output = Command::new(env!("CARGO_BIN_EXE_banksim"))
        .args(["--provider", "nobody", "--secret", "hidden"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    for kind in simulator::catalogue::KINDS {
        assert!(said.contains(&format!("{}, ", kind.about.name)), "{said}");
    }
    assert!(!said.contains("hidden"), "{said}");
}
