//! A RabbitMQ node of our own, with a port mapper (epmd) of our own, so that no other node can be met.

use super::{Environment, Server, first_bytes, free_ports};
use crate::processes::{Run, find_program};
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Debian keeps the scripts themselves. Those in `PATH` are wrappers that change to the user `rabbitmq` and to
/// the machine's own node.
const SCRIPTS: &str = "/usr/lib/rabbitmq/bin";

/// What an AMQP 0-9-1 client says first.
const AMQP_GREETING: &[u8] = b"AMQP\x00\x00\x09\x01";

/// Starts epmd and the broker, and writes a script that runs `rabbitmqctl` against it.
pub(super) fn start(run: &Run, attempt: u32) -> Result<Environment> {
    let state = run.state(&format!("rabbitmq-{attempt}"))?;
    let logs = run.logs(&format!("rabbitmq-{attempt}"))?;
    let [amqp_port, distribution_port, epmd_port] = free_ports()?;
    let short = run.mark.split('-').next().unwrap_or(&run.mark);
    let variables = variables(
        &state,
        &logs,
        &format!("qrpay-{short}-{attempt}"),
        distribution_port,
        epmd_port,
    );
    write_files(&state, amqp_port)?;

    let epmd = find_program("epmd").context("epmd is missing; it comes with the package erlang-base")?;
    let mut epmd_command = Command::new(epmd);
    epmd_command.args(["-port", &epmd_port.to_string(), "-address", "127.0.0.1"]);
    let mut epmd = Server::spawn(run, &mut epmd_command, &logs.join("epmd.out"))?;
    // An empty request: epmd closes the connection, so being reachable is all that is asked.
    epmd.wait_ready(|| std::net::TcpStream::connect(("127.0.0.1", epmd_port)).is_ok())?;

    let mut command = Command::new(Path::new(SCRIPTS).join("rabbitmq-server"));
    command.envs(variables.iter().map(|(name, value)| (*name, value)));
    let mut broker = Server::spawn(run, &mut command, &logs.join("broker.out"))?;
    // A broker answers the greeting with a method frame (type 1).
    let ready = broker.wait_ready(|| {
        first_bytes(amqp_port, AMQP_GREETING).is_some_and(|answer| answer.first() == Some(&1))
    });
    if ready.is_err() {
        epmd.stop()?;
    }
    ready?;
    epmd.keep(run);
    broker.keep(run);

    let script = state.join("rabbitmqctl");
    fs::write(&script, control_script(&variables))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    Ok(vec![
        (
            "QRPAY_TEST_AMQP_URL",
            format!("amqp://guest:guest@127.0.0.1:{amqp_port}/%2f"),
        ),
        ("QRPAY_TEST_RABBITMQ_CTL", script.display().to_string()),
    ])
}

fn variables(
    state: &Path,
    logs: &Path,
    node: &str,
    distribution_port: u16,
    epmd_port: u16,
) -> Vec<(&'static str, String)> {
    let inside = |name: &str| state.join(name).display().to_string();
    vec![
        ("HOME", inside("home")),
        ("ERL_EPMD_PORT", epmd_port.to_string()),
        ("ERL_EPMD_ADDRESS", "127.0.0.1".to_owned()),
        ("RABBITMQ_NODENAME", format!("{node}@localhost")),
        ("RABBITMQ_DIST_PORT", distribution_port.to_string()),
        ("RABBITMQ_MNESIA_BASE", inside("data")),
        ("RABBITMQ_LOG_BASE", logs.display().to_string()),
        ("RABBITMQ_CONFIG_FILE", inside("rabbitmq.conf")),
        ("RABBITMQ_CONF_ENV_FILE", inside("env.conf")),
        ("RABBITMQ_ADVANCED_CONFIG_FILE", inside("advanced.config")),
        ("RABBITMQ_ENABLED_PLUGINS_FILE", inside("enabled_plugins")),
        ("RABBITMQ_PID_FILE", inside("pid")),
        (
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
            "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}".to_owned(),
        ),
    ]
}

fn write_files(state: &Path, amqp_port: u16) -> Result<()> {
    for folder in ["home", "data"] {
        fs::create_dir_all(state.join(folder))?;
    }
    let files = [
        (
            "rabbitmq.conf",
            format!(
                "listeners.tcp.local = 127.0.0.1:{amqp_port}\n\
                 loopback_users.guest = true\n\
                 disk_free_limit.absolute = 50MB\n"
            ),
        ),
        ("env.conf", String::new()),
        ("advanced.config", "[].\n".to_owned()),
        ("enabled_plugins", "[].\n".to_owned()),
    ];
    for (name, text) in files {
        let path: PathBuf = state.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// A shell script: `rabbitmqctl` against this node, whoever calls it.
fn control_script(variables: &[(&'static str, String)]) -> String {
    let mut script = String::from("#!/bin/sh\n");
    for (name, value) in variables {
        // The broker's own arguments would clash with those of a short-lived client.
        if *name != "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS" {
            script.push_str(&format_export(name, value));
        }
    }
    script.push_str("exec ");
    script.push_str(SCRIPTS);
    script.push_str("/rabbitmqctl \"$@\"\n");
    script
}

fn format_export(name: &str, value: &str) -> String {
    format!("export {name}='{}'\n", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_node_lies_outside_its_folders() {
        let all = variables(Path::new("/s"), Path::new("/l"), "n", 1, 2);
        for (name, value) in &all {
            assert!(
                !value.starts_with('/') || value.starts_with("/s/") || value == "/l",
                "{name}={value}"
            );
        }
        assert!(all.contains(&("RABBITMQ_NODENAME", "n@localhost".to_owned())));
    }

    #[test]
    fn the_control_script_quotes_its_values() {
        let script = control_script(&[("HOME", "it's here".to_owned())]);
        assert_eq!(
            script,
            "#!/bin/sh\nexport HOME='it'\\''s here'\nexec /usr/lib/rabbitmq/bin/rabbitmqctl \"$@\"\n"
        );
    }
}
