//! Finds out what the machine lacks and installs it with apt-get. An installation starts no system service.

use crate::processes::find_program;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::{Command, Stdio};

/// What the build or the tests need from the system.
struct Need {
    /// Any of these programs, or of these files when they begin with `/`, shows that it is there.
    shown_by: &'static [&'static str],
    /// The Debian packages that bring it.
    packages: &'static [&'static str],
}

const NEEDS: [Need; 7] = [
    // ring and the embedded SQLite are compiled from C.
    Need {
        shown_by: &["cc"],
        packages: &["gcc", "libc6-dev"],
    },
    // The roots that TLS clients trust.
    Need {
        shown_by: &["/etc/ssl/certs/ca-certificates.crt"],
        packages: &["ca-certificates"],
    },
    Need {
        shown_by: &["/usr/lib/rabbitmq/bin/rabbitmq-server"],
        packages: &["rabbitmq-server"],
    },
    Need {
        shown_by: &["mariadbd"],
        packages: &["mariadb-server"],
    },
    Need {
        shown_by: &["chromium"],
        packages: &["chromium"],
    },
    Need {
        shown_by: &["chromedriver"],
        packages: &["chromium-driver"],
    },
    // The example in Python is run in a virtual environment; this is what makes one, for each Debian that may be met.
    Need {
        shown_by: &[
            "/usr/lib/python3.11/ensurepip/__init__.py",
            "/usr/lib/python3.12/ensurepip/__init__.py",
            "/usr/lib/python3.13/ensurepip/__init__.py",
            "/usr/lib/python3.14/ensurepip/__init__.py",
        ],
        packages: &["python3-venv"],
    },
];

/// How this process may install packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    Root,
    Sudo,
    None,
}

/// Installs what is missing, and rustfmt and clippy when the toolchain came without them.
pub fn install_missing(root: &Path) -> Result<()> {
    let packages = missing(&NEEDS, is_there);
    if packages.is_empty() {
        println!("All system packages are there.");
    } else {
        install_packages(&packages)?;
        let still = missing(&NEEDS, is_there);
        anyhow::ensure!(
            still.is_empty(),
            "apt-get reported success, but these are still missing: {}",
            still.join(" ")
        );
    }
    install_components(root)
}

fn is_there(name: &str) -> bool {
    if name.starts_with('/') {
        Path::new(name).exists()
    } else {
        find_program(name).is_some()
    }
}

fn missing(needs: &[Need], is_there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    needs
        .iter()
        .filter(|need| !need.shown_by.iter().any(|name| is_there(name)))
        .flat_map(|need| need.packages.iter().copied())
        .collect()
}

fn install_packages(packages: &[&str]) -> Result<()> {
    let wanted = packages.join(" ");
    if find_program("apt-get").is_none() {
        bail!("these are missing and there is no apt-get to install them: {wanted}");
    }
    let mut command = match right() {
        Right::Root => Command::new("sh"),
        Right::Sudo => {
            let mut sudo = Command::new("sudo");
            sudo.args(["-n", "sh"]);
            sudo
        }
        Right::None => bail!(
            "these packages are missing: {wanted}. Become root, or install them with: \
             apt-get install --no-install-recommends {wanted}"
        ),
    };
    println!("Installing: {wanted}");
    let status = command
        .args([
            "-c",
            INSTALL_SCRIPT,
            "install",
            "/usr/sbin/policy-rc.d",
            "/var/lib/apt/lists",
        ])
        .args(packages)
        .stdin(Stdio::null())
        .status()
        .context("cannot run sh")?;
    anyhow::ensure!(status.success(), "apt-get could not install: {wanted}");
    Ok(())
}

/// Arguments: the file that forbids services to be started, the folder of package lists, the packages. The file is
/// put there only if there is none, and only that one is taken away again. Stale lists are renewed once.
const INSTALL_SCRIPT: &str = r#"
set -eu
policy=$1; lists=$2; shift 2
export DEBIAN_FRONTEND=noninteractive
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi
update() { apt-get -o DPkg::Lock::Timeout=120 update; }
get() { apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"; }
if ls "$lists" 2>/dev/null | grep -q '_Packages'; then
    get "$@" || { update; get "$@"; }
else
    update
    get "$@"
fi
"#;

fn right() -> Right {
    let answers_yes = |program: &str, arguments: &[&str], wanted: Option<&str>| {
        let output = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output();
        output.is_ok_and(|output| {
            output.status.success()
                && wanted.is_none_or(|text| String::from_utf8_lossy(&output.stdout).trim() == text)
        })
    };
    if answers_yes("id", &["-u"], Some("0")) {
        Right::Root
    } else if answers_yes("sudo", &["-n", "true"], None) {
        Right::Sudo
    } else {
        Right::None
    }
}

fn install_components(root: &Path) -> Result<()> {
    let lacking: Vec<&str> = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(command, _)| {
            let output = crate::repository::cargo(root)
                .args([command, "--version"])
                .output();
            !output.is_ok_and(|output| output.status.success())
        })
        .map(|(_, component)| component)
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let wanted = lacking.join(" ");
    println!("Adding to the toolchain: {wanted}");
    let status = Command::new("rustup")
        .args(["component", "add"])
        .args(&lacking)
        .stdin(Stdio::null())
        .status();
    anyhow::ensure!(
        status.is_ok_and(|status| status.success()),
        "the toolchain lacks {wanted} and rustup could not add it"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    #[test]
    fn a_bare_machine_lacks_everything_and_a_full_one_nothing() {
        assert_eq!(
            missing(&NEEDS, |_| false),
            [
                "gcc",
                "libc6-dev",
                "ca-certificates",
                "rabbitmq-server",
                "mariadb-server",
                "chromium",
                "chromium-driver",
                "python3-venv"
            ]
        );
        assert!(missing(&NEEDS, |_| true).is_empty());
        assert_eq!(missing(&NEEDS, |name| name != "mariadbd"), ["mariadb-server"]);
    }

    /// A machine on which apt-get only writes down what it was asked and whether services were forbidden then.
    struct FakeMachine(PathBuf);

    impl FakeMachine {
        fn new(name: &str, apt_get: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("qrpay-install-{}-{name}", std::process::id()));
            fs::create_dir_all(folder.join("lists")).unwrap();
            let program = folder.join("apt-get");
            fs::write(&program, apt_get).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
            Self(folder)
        }

        fn install(&self) -> bool {
            let path = format!("{}:{}", self.0.display(), std::env::var("PATH").unwrap());
            let status = Command::new("sh")
                .args(["-c", INSTALL_SCRIPT, "install"])
                .arg(self.0.join("policy"))
                .arg(self.0.join("lists"))
                .args(["one", "two"])
                .env("PATH", path)
                .env("NOTES", &self.0)
                .status();
            status.unwrap().success()
        }

        fn calls(&self) -> String {
            let text = fs::read_to_string(self.0.join("calls")).unwrap();
            text.replace("-o DPkg::Lock::Timeout=120 ", "")
        }
    }

    impl Drop for FakeMachine {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    const NOTING: &str = "#!/bin/sh\n[ -x \"$NOTES/policy\" ] && p=forbidden || p=allowed\necho \"$* $p\" >> \"$NOTES/calls\"\n";

    #[test]
    fn empty_lists_are_fetched_first_and_services_are_forbidden_only_meanwhile() {
        let machine = FakeMachine::new("empty", NOTING);
        assert!(machine.install());
        assert_eq!(
            machine.calls(),
            "update forbidden\ninstall -y --no-install-recommends one two forbidden\n"
        );
        assert!(!machine.0.join("policy").exists());
    }

    #[test]
    fn known_lists_are_used_and_the_machines_own_policy_stays() {
        let machine = FakeMachine::new("known", NOTING);
        fs::write(machine.0.join("lists/debian_Packages"), "").unwrap();
        fs::write(machine.0.join("policy"), "its own").unwrap();
        assert!(machine.install());
        assert_eq!(
            machine.calls(),
            "install -y --no-install-recommends one two allowed\n"
        );
        assert_eq!(fs::read_to_string(machine.0.join("policy")).unwrap(), "its own");
    }

    #[test]
    fn stale_lists_are_renewed_once_and_a_failure_is_reported() {
        let failing = format!("{NOTING}[ \"$3\" = update ]\n");
        let machine = FakeMachine::new("stale", &failing);
        fs::write(machine.0.join("lists/debian_Packages"), "").unwrap();
        assert!(!machine.install());
        assert_eq!(machine.calls().lines().count(), 3, "install, update, install");
        assert!(!machine.0.join("policy").exists());
    }
}
