//! `cargo xtask test`: everything that must be green, in one command.

use crate::processes::{Marked, Run, TESTS_MARK, marked, stop_marked, wait_until_gone};
use crate::repository::{cargo, metadata, root};
use crate::services::{self, Environment};
use crate::stopwatch::Stopwatch;
use crate::tally::Tally;
use crate::{install, tidy};
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// What to run.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Only one part
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Only the tests whose names contain this
    #[arg(long)]
    filter: Option<String>,
    /// Further arguments for cargo test
    #[arg(last = true)]
    cargo_arguments: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Formatting and clippy
    Lint,
    /// The build and the tests
    Test,
    /// The rules of the house
    Tidy,
}

/// How often the tests' own processes are looked for after the tests have ended, ten times a second.
const LEFTOVER_LOOKS: u32 = 50;

/// Runs the parts in order and closes with a line `N passed, N failed`. A step that fails counts as one failure, and
/// the later steps run all the same. True when nothing failed.
pub fn run(options: &Options) -> Result<bool> {
    let root = root();
    let mut course = Course::default();
    let wants = |part| options.only.is_none_or(|only| only == part);
    if options.only != Some(Part::Tidy) {
        course.step("system packages", || install::install_missing(&root));
    }
    if wants(Part::Lint) {
        course.step("format", || {
            succeed(cargo(&root).args(["fmt", "--all", "--check"]))
        });
        course.step("clippy", || {
            let mut clippy = cargo(&root);
            clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
            succeed(&mut clippy)
        });
    }
    if wants(Part::Test) {
        build_and_test(&root, options, &mut course);
    }
    if wants(Part::Tidy) {
        course.step("tidy", || {
            anyhow::ensure!(tidy::run()?, "the rules above are broken");
            Ok(())
        });
    }
    course.close(&mut std::io::stdout())
}

fn build_and_test(root: &Path, options: &Options, course: &mut Course) {
    // The same targets and features as cargo test uses, so that nothing is compiled twice. It also makes the
    // binaries that tests of other crates start.
    let built = course.step("build", || {
        let mut build = cargo(root);
        build.args(["build", "--workspace", "--lib", "--bins", "--tests", "--examples"]);
        succeed(&mut build)
    });
    if built.is_none() {
        return;
    }
    let Some(run) = course.step("temporary folder", Run::begin) else {
        return;
    };
    let environment = course.step("servers", || {
        let mut environment = services::start(&run)?;
        environment.push(("QRPAY_TEST_BIN_DIR", binaries(root)?));
        Ok(environment)
    });
    if let Some(environment) = environment {
        let tested = course.step("tests", || run_tests(root, options, &run, &environment));
        if let Some(tested) = tested {
            course.count(&tested);
        }
    }
    let keep_logs = course.tally.failed > 0;
    course.step("stop the servers", || run.end(keep_logs));
}

/// Where cargo puts the binaries of the dev profile.
fn binaries(root: &Path) -> Result<String> {
    let metadata = metadata(root, &["--no-deps"])?;
    let target = metadata["target_directory"]
        .as_str()
        .context("cargo metadata named no target_directory")?;
    Ok(format!("{target}/debug"))
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    anyhow::ensure!(status.success(), "{status}");
    Ok(())
}

/// What came of the tests: their numbers, and what is wrong besides.
struct Tested {
    tally: Tally,
    problems: Vec<String>,
}

fn run_tests(root: &Path, options: &Options, run: &Run, environment: &Environment) -> Result<Tested> {
    let mut command = cargo(root);
    command
        .args(test_arguments(options))
        .envs(environment.iter().map(|(name, value)| (*name, value)))
        .env(crate::processes::RUN_MARK, &run.mark)
        .env(TESTS_MARK, &run.mark)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = command.spawn().context("cannot run cargo test")?;
    let output = child.stdout.take().context("cargo test has no output")?;
    let tally = pass_through(BufReader::new(output), &mut std::io::stdout())?;
    let succeeded = child.wait()?.success();

    let left = leftovers(&run.mark)?;
    Ok(Tested {
        tally,
        problems: problems(tally, succeeded, &left),
    })
}

fn test_arguments(options: &Options) -> Vec<&str> {
    let chooses_package = options
        .cargo_arguments
        .iter()
        .take_while(|argument| *argument != "--")
        .any(|argument| argument.starts_with("-p") || argument.starts_with("--package"));
    let mut arguments = vec!["test", "--no-fail-fast"];
    if !chooses_package {
        arguments.push("--workspace");
    }
    arguments.extend(options.filter.as_deref());
    arguments.extend(options.cargo_arguments.iter().map(String::as_str));
    arguments
}

/// Copies the lines as they come and adds up the closing ones.
fn pass_through(mut lines: impl BufRead, to: &mut impl Write) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(tally);
        }
        to.write_all(&line)?;
        to.flush()?;
        tally.add_line(&String::from_utf8_lossy(&line));
    }
}

/// Stops and returns what the tests started and left running.
fn leftovers(mark: &str) -> Result<Vec<Marked>> {
    if wait_until_gone(TESTS_MARK, mark, LEFTOVER_LOOKS) {
        return Ok(Vec::new());
    }
    let left = marked(TESTS_MARK, mark);
    stop_marked(TESTS_MARK, mark)?;
    Ok(left)
}

fn problems(tally: Tally, succeeded: bool, left: &[Marked]) -> Vec<String> {
    let mut problems = Vec::new();
    if tally.ignored > 0 {
        problems.push(format!(
            "{} tests were ignored; a test runs or it does not exist",
            tally.ignored
        ));
    }
    if tally.passed + tally.failed == 0 {
        problems.push("not one test was run".to_owned());
    }
    if !succeeded && tally.failed == 0 {
        problems.push(
            "cargo test failed although no test did: a test binary broke off or did not compile".to_owned(),
        );
    }
    for process in left {
        problems.push(format!(
            "the tests left a process running: {} {}",
            process.pid, process.command
        ));
    }
    problems
}

/// The course of the whole run.
#[derive(Default)]
struct Course {
    tally: Tally,
    failures: Vec<String>,
}

impl Course {
    /// Runs one step under its heading. A failure is told, counted, and gives nothing.
    fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        println!("\n== {name}");
        let watch = Stopwatch::start();
        match work() {
            Ok(value) => {
                println!("-- {name}: done in {}", watch.read());
                Some(value)
            }
            Err(error) => {
                println!("-- {name}: FAILED after {}: {error:#}", watch.read());
                self.fail(format!("{name}: {error}"));
                None
            }
        }
    }

    fn fail(&mut self, what: String) {
        self.tally.failed += 1;
        self.failures.push(what);
    }

    fn count(&mut self, tested: &Tested) {
        self.tally.passed += tested.tally.passed;
        self.tally.failed += tested.tally.failed;
        if tested.tally.failed > 0 {
            self.failures
                .push(format!("tests: {} failed", tested.tally.failed));
        }
        for problem in &tested.problems {
            println!("-- tests: {problem}");
            self.fail(format!("tests: {problem}"));
        }
    }

    /// Prints what failed and the closing line.
    fn close(&self, out: &mut impl Write) -> Result<bool> {
        writeln!(out)?;
        for failure in &self.failures {
            writeln!(out, "failed: {failure}")?;
        }
        writeln!(out, "{} passed, {} failed", self.tally.passed, self.tally.failed)?;
        Ok(self.tally.failed == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64, ignored: u64) -> Tally {
        Tally {
            passed,
            failed,
            ignored,
        }
    }

    fn options(filter: Option<&str>, arguments: &[&str]) -> Options {
        Options {
            only: None,
            filter: filter.map(ToOwned::to_owned),
            cargo_arguments: arguments.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn the_output_is_passed_through_unchanged_even_when_it_is_no_text() {
        let input: &[u8] = b"\xff\xfe\ntest result: ok. 3 passed; 0 failed; 0 ignored\nlast";
        let mut seen = Vec::new();
        assert_eq!(pass_through(input, &mut seen).unwrap(), tally(3, 0, 0));
        assert_eq!(seen, input);
    }

    #[test]
    fn green_means_tests_ran_and_nothing_is_left() {
        assert!(problems(tally(5, 0, 0), true, &[]).is_empty());
        assert_eq!(problems(tally(0, 0, 0), true, &[]).len(), 1, "no tests");
        assert_eq!(problems(tally(5, 0, 1), true, &[]).len(), 1, "an ignored test");
        assert_eq!(
            problems(tally(5, 0, 0), false, &[]).len(),
            1,
            "a binary broke off"
        );
        assert!(problems(tally(5, 2, 0), false, &[]).is_empty(), "counted already");
        let left = Marked {
            pid: 7,
            command: "qrpayd run".to_owned(),
        };
        assert!(problems(tally(5, 0, 0), true, &[left])[0].contains("7 qrpayd run"));
    }

    #[test]
    fn filter_and_arguments_reach_cargo_test() {
        assert_eq!(
            test_arguments(&options(Some("row_01"), &["--", "--nocapture"])),
            [
                "test",
                "--no-fail-fast",
                "--workspace",
                "row_01",
                "--",
                "--nocapture"
            ]
        );
        assert_eq!(
            test_arguments(&options(None, &["-p", "domain"])),
            ["test", "--no-fail-fast", "-p", "domain"]
        );
        assert!(test_arguments(&options(None, &["--", "--package"])).contains(&"--workspace"));
    }

    #[test]
    fn a_failed_step_counts_as_a_failure_and_the_course_goes_on() {
        let mut course = Course::default();
        assert_eq!(course.step("one", || Ok(1)), Some(1));
        assert_eq!(course.step("two", || -> Result<u8> { anyhow::bail!("no") }), None);
        assert_eq!(course.step("three", || Ok(3)), Some(3));
        assert_eq!(
            (course.tally.failed, course.failures.as_slice()),
            (1, &["two: no".to_owned()][..])
        );
        course.tally.passed = 4;
        let mut closing = Vec::new();
        assert!(!course.close(&mut closing).unwrap());
        assert_eq!(
            String::from_utf8(closing).unwrap(),
            "\nfailed: two: no\n4 passed, 1 failed\n"
        );
    }
}
