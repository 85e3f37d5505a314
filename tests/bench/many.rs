//! What a run over many organizations costs, beside `curl` for the same addresses and beside one run for each organization.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{MeasuredSandbox, ZERODRIFT, take_environment};

/// The number of organizations in the comparison with curl.
const MANY: usize = 1_000;
/// The organizations for which a run of its own is measured.
const SINGLE: usize = 40;
/// A rate that no run reaches.
const NO_LIMIT: &str = "1000000/1s";
/// Counted runs of each command.
const RUNS: usize = 5;
/// A budget, and the organizations of the run under it: after the first 50, it needs ten times two seconds.
const BUDGET: (&str, usize, Duration) = ("50/2s", 550, Duration::from_secs(20));

/// The wall time, the time of the processor, and the peak memory of a run.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    wall: Duration,
    processor: f64,
    megabytes: f64,
}

/// Prints all figures. Needs `curl` and GNU `time`.
pub(super) fn measure(scratch: &Path) {
    if Command::new("/usr/bin/time").arg("--version").stderr(Stdio::null()).stdout(Stdio::null()).status().is_err() {
        println!("many organizations: skipped, there is no GNU time");
        return;
    }
    let orgs = scratch.join("orgs");
    let server = generated(&orgs, MANY);
    let urls = scratch.join("urls");
    std::fs::write(&urls, curl_config(&orgs, &server)).expect("a writable folder");
    // The sandbox has no limit, but a run keeps to that of the API unless it states another one.
    let plan = || median(|| cost(server.zerodrift(&["plan", "--rate", NO_LIMIT]).arg(&orgs)));
    let curl = || {
        median(|| {
            let bearer = format!("Authorization: Bearer {}", server.token);
            cost(
                Command::new("curl")
                    .args(["--silent", "--fail", "--parallel", "--parallel-max", "8", "-H", &bearer, "-K"])
                    .arg(&urls),
            )
        })
    };
    let (ours, theirs) = (plan(), curl());
    println!(
        "{MANY} organizations in sync / curl   wall {:.0} / {:.0} ms = {:.2}   processor {:.2} / {:.2} s = {:.2}   peak {:.1} MB",
        ours.wall.as_secs_f64() * 1e3,
        theirs.wall.as_secs_f64() * 1e3,
        ours.wall.as_secs_f64() / theirs.wall.as_secs_f64(),
        ours.processor,
        theirs.processor,
        ours.processor / theirs.processor,
        ours.megabytes
    );
    let begun = Instant::now();
    for file in manifests(&orgs).iter().take(SINGLE) {
        server.zerodrift(&["plan"]).arg(file).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it runs");
    }
    let loop_of_all = begun.elapsed().as_secs_f64() * MANY as f64 / SINGLE as f64;
    println!(
        "a shell loop of single runs        {loop_of_all:.1} s, by {SINGLE} of them: one run takes 1/{:.0}",
        loop_of_all / ours.wall.as_secs_f64()
    );
    drop(server);
    for number in [10, 1_000, 10_000] {
        let orgs = scratch.join(format!("orgs-{number}"));
        let server = generated(&orgs, number);
        for command in ["validate", "plan", "drift"] {
            let mut run = server.zerodrift(&[command]);
            run.args((command != "validate").then_some(["--rate", NO_LIMIT]).iter().flatten());
            let cost = cost(run.arg(&orgs));
            println!(
                "{command} of {number:6} organizations    peak {:5.1} MB   {:.2} s",
                cost.megabytes,
                cost.wall.as_secs_f64()
            );
        }
    }
    let (rate, number, needed) = BUDGET;
    let orgs = scratch.join("paced");
    let server = generated(&orgs, number);
    let paced = cost(server.zerodrift(&["plan", "--rate", rate]).arg(&orgs));
    println!(
        "{number} organizations with --rate {rate}   {:.2} s / {:.0} s needed = {:.3}",
        paced.wall.as_secs_f64(),
        needed.as_secs_f64(),
        paced.wall.as_secs_f64() / needed.as_secs_f64()
    );
}

/// Writes manifests, and serves the organizations.
fn generated(orgs: &Path, number: usize) -> MeasuredSandbox {
    let number = number.to_string();
    let written = Command::new(ZERODRIFT).args(["sandbox", "manifests", "--organizations", &number]).arg(orgs).output();
    assert!(written.expect("zerodrift runs").status.success());
    MeasuredSandbox::with(&["--organizations", &number])
}

/// The manifests of a folder.
fn manifests(orgs: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(orgs).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = entries.filter(|path| !path.ends_with("_base.yaml")).collect();
    files.sort();
    files
}

/// The addresses that a plan reads, as curl's configuration.
fn curl_config(orgs: &Path, server: &MeasuredSandbox) -> String {
    let account = |file: &std::path::PathBuf| {
        let text = std::fs::read_to_string(file).expect("a manifest");
        let id = text.lines().find_map(|line| line.strip_prefix("account_id: ")).expect("an account").to_owned();
        format!("url = \"{}/accounts/{id}/access/organizations\"\noutput = \"/dev/null\"\n", server.base_url)
    };
    manifests(orgs).iter().map(account).collect()
}

/// The run with the median of the wall time. The first run warms caches and is not counted.
fn median(run: impl Fn() -> Cost) -> Cost {
    let _ = run();
    let mut costs: Vec<Cost> = (0..RUNS).map(|_| run()).collect();
    costs.sort_by_key(|cost| cost.wall);
    costs[RUNS / 2]
}

/// Runs a command under GNU time.
fn cost(command: &mut Command) -> Cost {
    let mut time = Command::new("/usr/bin/time");
    time.args(["-f", "%M %U %S"]).arg(command.get_program()).args(command.get_args());
    take_environment(&mut time, command);
    let begun = Instant::now();
    let output = time.stdout(Stdio::null()).output().expect("GNU time runs");
    let wall = begun.elapsed();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let figures: Vec<f64> =
        said.lines().last().unwrap_or_default().split(' ').filter_map(|figure| figure.parse().ok()).collect();
    let [kilobytes, user, system] = figures[..] else { panic!("{said}") };
    Cost { wall, processor: user + system, megabytes: kilobytes / 1e3 }
}
