//! Everything that a run starts carries a mark in its environment, which children inherit however deep they are.
//! What carries the mark is ours to stop; nothing else is ever touched.

use anyhow::{Context, Result};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The variable that marks every process of a run.
pub const RUN_MARK: &str = "QRPAY_TEST_RUN";
/// The variable that marks what the tests themselves start, so that what they leave behind can be told apart.
pub const TESTS_MARK: &str = "QRPAY_TEST_STEP";

/// How often a stopped process is looked for before it is killed.
const STOP_LOOKS: u32 = 100;
/// How often a killed process is looked for before it is reported.
const KILL_LOOKS: u32 = 50;
/// The pause between two looks.
const LOOK_PAUSE: Duration = Duration::from_millis(100);

/// One run: its mark, its folder, and a guard that cleans up when this process dies, even of SIGKILL.
pub struct Run {
    /// The value of [`RUN_MARK`], unlike any other run's.
    pub mark: String,
    /// The temporary folder.
    pub folder: PathBuf,
    guard: Option<Child>,
    children: Mutex<Vec<Child>>,
}

/// What the guard does. Its input is a pipe from this process: the end of input means that this process is gone.
const GUARD_SCRIPT: &str = r#"
while read -r line; do :; done
marked() {
    for process in /proc/[0-9]*; do
        if grep -qsxzF "$1" "$process/environ"; then echo "${process#/proc/}"; fi
    done
}
for signal in TERM KILL; do
    for look in 1 2 3 4 5 6 7 8 9 10; do
        pids=$(marked "$1")
        if [ -z "$pids" ]; then break 2; fi
        if [ "$look" = 1 ]; then kill -s "$signal" $pids 2>/dev/null; fi
        sleep 1
    done
done
rm -rf "$2/state"
"#;

impl Run {
    /// Makes the folder and starts the guard.
    pub fn begin() -> Result<Self> {
        let random = fs::read_to_string("/proc/sys/kernel/random/uuid")
            .context("cannot read a random id from /proc: this tool needs Linux")?;
        let mark = random.trim().to_owned();
        let short = mark.split('-').next().unwrap_or(&mark);
        let folder = std::env::temp_dir().join(format!("qrpay-test-{short}"));
        for part in ["state", "logs"] {
            let path = folder.join(part);
            fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        }
        let guard = Command::new("sh")
            .args(["-c", GUARD_SCRIPT, "guard"])
            .arg(format!("{RUN_MARK}={mark}"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("cannot start sh")?;
        Ok(Self {
            mark,
            folder,
            guard: Some(guard),
            children: Mutex::default(),
        })
    }

    /// Where a server keeps its data; made if need be, gone after the run.
    pub fn state(&self, name: &str) -> Result<PathBuf> {
        made(self.folder.join("state").join(name))
    }

    /// Where a server's logs go; kept when something failed.
    pub fn logs(&self, name: &str) -> Result<PathBuf> {
        made(self.folder.join("logs").join(name))
    }

    /// Keeps a child of this process, to be waited for at the end.
    pub fn keep(&self, child: Child) {
        let mut children = self.children.lock().unwrap_or_else(PoisonError::into_inner);
        children.push(child);
    }

    /// Stops everything that carries the mark and removes the data; the logs too when all went well.
    pub fn end(mut self, keep_logs: bool) -> Result<()> {
        stop_marked(RUN_MARK, &self.mark)?;
        let children = self.children.get_mut().unwrap_or_else(PoisonError::into_inner);
        for child in children {
            child.wait().context("cannot wait for a server")?;
        }
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            guard.wait().context("cannot wait for the guard")?;
        }
        let gone = if keep_logs {
            println!("The servers' logs are in {}", self.folder.join("logs").display());
            self.folder.join("state")
        } else {
            self.folder.clone()
        };
        if gone.exists() {
            fs::remove_dir_all(&gone).with_context(|| format!("cannot remove {}", gone.display()))?;
        }
        Ok(())
    }
}

fn made(path: PathBuf) -> Result<PathBuf> {
    fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
    Ok(path)
}

/// A living process that carries a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The process id.
    pub pid: u32,
    /// Its command line, cut to a readable length.
    pub command: String,
}

/// All living processes whose environment has `name=value`.
pub fn marked(name: &str, value: &str) -> Vec<Marked> {
    let wanted = format!("{name}={value}");
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| carries(*pid, wanted.as_bytes()))
        .map(|pid| Marked {
            pid,
            command: command_line(pid),
        })
        .collect()
}

fn carries(pid: u32, wanted: &[u8]) -> bool {
    // A dead process that nobody has waited for has an empty environment; another user's cannot be read.
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|entry| entry == wanted)
}

fn command_line(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).replace('\0', " ");
    text.trim().chars().take(120).collect()
}

/// Stops every process that carries the mark: first politely, then not. Fails when one is still there.
pub fn stop_marked(name: &str, value: &str) -> Result<()> {
    for (signal, looks) in [("TERM", STOP_LOOKS), ("KILL", KILL_LOOKS)] {
        let found = marked(name, value);
        if found.is_empty() {
            return Ok(());
        }
        send(signal, &found);
        if wait_until_gone(name, value, looks) {
            return Ok(());
        }
    }
    anyhow::bail!("these processes do not end: {:?}", marked(name, value));
}

/// Whether all marked processes end of themselves within so many looks.
pub fn wait_until_gone(name: &str, value: &str, looks: u32) -> bool {
    for _ in 0..looks {
        if marked(name, value).is_empty() {
            return true;
        }
        thread::sleep(LOOK_PAUSE);
    }
    false
}

fn send(signal: &str, processes: &[Marked]) {
    // The shell's own kill: a bare machine has no other. One that is gone already is no error.
    let pids = processes.iter().map(|process| process.pid.to_string());
    let sent = Command::new("sh")
        .args(["-c", "kill -s \"$@\" 2>/dev/null", "sh", signal])
        .args(pids)
        .status();
    if let Err(error) = sent {
        eprintln!("cannot run sh: {error}");
    }
}

/// Where a program is: in `PATH`, or in the folders for servers, which are not in every user's `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/local/sbin", "/usr/sbin", "/usr/bin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(usual)
        .map(|folder| folder.join(name))
        .find(|candidate| is_runnable(candidate))
}

fn is_runnable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(run: &Run) -> Child {
        // The grandchild leaves its parent's group, as the servers' own children do.
        Command::new("sh")
            .args(["-c", "sleep 600 & wait"])
            .env(RUN_MARK, &run.mark)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap()
    }

    /// Until the program is running with its own environment, the process still has this test's.
    fn wait_for(mark: &str, count: usize) -> bool {
        (0..100).any(|_| {
            thread::sleep(LOOK_PAUSE);
            marked(RUN_MARK, mark).len() >= count
        })
    }

    #[test]
    fn a_run_stops_what_it_started_and_their_children_and_removes_its_folder() {
        let run = Run::begin().unwrap();
        let (mark, folder) = (run.mark.clone(), run.folder.clone());
        let mut child = sleeper(&run);
        assert!(wait_for(&mark, 2), "the shell and its sleep carry the mark");
        run.end(false).unwrap();
        child.wait().unwrap();
        assert_eq!(marked(RUN_MARK, &mark), []);
        assert!(!folder.exists());
    }

    #[test]
    fn the_guard_cleans_up_when_this_process_is_gone() {
        let mut run = Run::begin().unwrap();
        let (mark, folder) = (run.mark.clone(), run.folder.clone());
        let mut child = sleeper(&run);
        assert!(wait_for(&mark, 2));
        // The death of this process closes the pipe; so does this.
        let mut guard = run.guard.take().unwrap();
        drop(guard.stdin.take());
        guard.wait().unwrap();
        child.wait().unwrap();
        assert_eq!(marked(RUN_MARK, &mark), []);
        assert!(!folder.join("state").exists() && folder.join("logs").exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_process_with_another_mark_is_not_ours() {
        let run = Run::begin().unwrap();
        let mut child = sleeper(&run);
        assert!(wait_for(&run.mark, 2));
        stop_marked(RUN_MARK, "some-other-run").unwrap();
        assert_eq!(marked(RUN_MARK, &run.mark).len(), 2);
        run.end(false).unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn programs_are_found_by_name() {
        assert!(find_program("sh").is_some());
        assert_eq!(find_program("no-such-program-anywhere"), None);
    }
}
