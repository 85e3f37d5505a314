//! What a whole run costs, beside `curl` on the same server: ratios, since machines differ.
//!
//! ```console
//! $ cargo bench --bench process
//! ```
//!
//! Wants `curl`; GNU `time` adds the memory. What is missing is said and left out.

#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ZERODRIFT: &str = env!("CARGO_BIN_EXE_zerodrift");
const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/org.yaml");
const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

/// Counted runs of each command, in turns so that a slow moment of the machine hits both.
const RUNS: usize = 40;

fn main() {
    // `cargo test --benches` runs this too, with arguments of its own; a measurement is no test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let server = Sandbox::start(scratch.path());
    // Its backup goes to the scratch folder, too.
    let mut apply = server.zerodrift(&["apply", MANIFEST, "--auto-approve"]);
    apply.arg("--backup-dir").arg(scratch.path()).output().expect("zerodrift runs");

    println!("binary                     {:8.1} MB", bytes(ZERODRIFT) as f64 / 1e6);
    let help = [command(ZERODRIFT, &["--version"]), command("true", &[])];
    report("start-up (--version / true)", help);
    report("validate / true", [command(ZERODRIFT, &["validate", MANIFEST]), command("true", &[])]);
    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("in-sync plan / curl: skipped, there is no curl");
        return;
    }
    let url = format!("{}/accounts/{ACCOUNT}/access/organizations", server.base_url);
    let bearer = format!("Authorization: Bearer {}", server.token);
    let curl = move || {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--fail", "--parallel", "-H", &bearer, &url, "-H", &bearer, &format!("{url}/doh")]);
        curl
    };
    report(
        "in-sync plan / curl, both objects",
        [Box::new(move || server.zerodrift(&["plan", MANIFEST])), Box::new(curl)],
    );
}

type Make = Box<dyn Fn() -> Command>;

fn command(program: &'static str, arguments: &'static [&'static str]) -> Make {
    Box::new(move || {
        let mut command = Command::new(program);
        command.args(arguments);
        command
    })
}

/// Runs both in turns and prints medians, their ratio, and the memory of the first.
fn report(name: &str, [ours, theirs]: [Make; 2]) {
    let mut times = [Vec::new(), Vec::new()];
    for run in 0..=RUNS {
        for (make, times) in [&ours, &theirs].into_iter().zip(&mut times) {
            let time = timed(make());
            // The first run warms caches and is not counted.
            if run > 0 {
                times.push(time);
            }
        }
    }
    let [ours_median, theirs_median] = times.map(median);
    let ratio = ours_median.as_secs_f64() / theirs_median.as_secs_f64();
    let memory =
        peak_kilobytes(&ours()).map_or_else(|| "no GNU time".to_owned(), |peak| format!("{:.1} MB", peak / 1e3));
    println!(
        "{name:34} {:7.2} ms / {:7.2} ms = {ratio:5.2}   peak {memory}",
        millis(ours_median),
        millis(theirs_median)
    );
}

fn timed(mut command: Command) -> Duration {
    command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    let start = Instant::now();
    command.status().expect("the command runs");
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn bytes(path: &str) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// The peak memory of a run by GNU time.
fn peak_kilobytes(command: &Command) -> Option<f64> {
    let mut time = Command::new("/usr/bin/time");
    time.args(["-f", "%M"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        time.env(name, value?);
    }
    let output = time.stdout(Stdio::null()).output().ok()?;
    String::from_utf8_lossy(&output.stderr).lines().last()?.trim().parse().ok()
}

/// A sandbox in a process of its own.
struct Sandbox {
    child: std::process::Child,
    base_url: String,
    token: String,
}

impl Sandbox {
    fn start(folder: &Path) -> Self {
        use std::io::{BufRead as _, BufReader};
        let mut child = Command::new(ZERODRIFT)
            .arg("sandbox")
            .arg("--state")
            .arg(folder.join("state.json"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the sandbox starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
        let mut values = lines.take(2).filter_map(|line| Some(line.split_once('=')?.1.to_owned()));
        let (base_url, token) = (values.next().expect("a URL"), values.next().expect("a token"));
        Self { child, base_url, token }
    }

    fn zerodrift(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(ZERODRIFT);
        command.args(arguments).env("CLOUDFLARE_BASE_URL", &self.base_url).env("CLOUDFLARE_API_TOKEN", &self.token);
        command
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended by itself; either way it must not outlive the measurement.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
