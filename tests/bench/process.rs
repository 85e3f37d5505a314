//! What a whole run costs, beside `curl` on the same server: ratios, since machines differ.
//!
//! ```console
//! $ cargo bench --bench process
//! $ cargo bench --bench process -- many
//! ```
//!
//! With `many`, only runs over many organizations are measured.
//!
//! Wants `curl`; GNU `time` adds the memory. What is missing is said and left out.

#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

mod many;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const ZERODRIFT: &str = env!("CARGO_BIN_EXE_zerodrift");
const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/org.yaml");
const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

/// The certificate of the TLS server, its key, and the authority that signed it.
const SERVER: &[u8] = include_bytes!("../../src/cloudflare/http/tests/certificates/server.pem");
const KEY: &[u8] = include_bytes!("../../src/cloudflare/http/tests/certificates/server.key");
const CA: &str = include_str!("../../src/cloudflare/http/tests/certificates/ca.pem");

/// Where systems keep their certificates as one file.
const SYSTEM_STORES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// Counted runs of each command, in turns so that a slow moment of the machine hits both.
const RUNS: usize = 40;

fn main() {
    // `cargo test --benches` runs this too, with arguments of its own; a measurement is no test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let scratch = tempfile::tempdir().expect("a temporary folder");
    if std::env::args().any(|argument| argument == "many") {
        return many::measure(scratch.path());
    }
    let server = MeasuredSandbox::start(scratch.path());
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
    report("in-sync plan / curl, both objects", in_sync(&server, &server.base_url, None));

    let tls = serve_tls(&server);
    let one = scratch.path().join("one.pem");
    std::fs::write(&one, CA).expect("a writable folder");
    report("the same over TLS, one certificate", in_sync(&server, &tls, Some(&one)));
    match SYSTEM_STORES.into_iter().find_map(|path| std::fs::read_to_string(path).ok()) {
        None => println!("the same over TLS, system's store: skipped, there is no store in one file"),
        Some(store) => {
            let all = scratch.path().join("all.pem");
            std::fs::write(&all, store + CA).expect("a writable folder");
            report("the same over TLS, system's store", in_sync(&server, &tls, Some(&all)));
        }
    }
    many::measure(scratch.path());
}

/// A plan without changes, and curl for the same two objects, with the certificates of a file.
fn in_sync(server: &MeasuredSandbox, base_url: &str, store: Option<&Path>) -> [Make; 2] {
    let (base_url, token, store) = (base_url.to_owned(), server.token.clone(), store.map(Path::to_owned));
    let [organization, doh] = urls(&base_url);
    let bearer = format!("Authorization: Bearer {token}");
    let certificates = store.clone();
    let plan = move || {
        let mut plan = command(ZERODRIFT, &["plan", MANIFEST])();
        plan.env("CLOUDFLARE_BASE_URL", &base_url).env("CLOUDFLARE_API_TOKEN", &token).env_remove("SSL_CERT_DIR");
        plan.envs(certificates.iter().map(|file| ("SSL_CERT_FILE", file)));
        plan
    };
    let curl = move || {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--fail", "--parallel", "-H", &bearer, &organization, "-H", &bearer, &doh]);
        curl.args(store.iter().flat_map(|file| [PathBuf::from("--cacert"), file.clone()]));
        curl
    };
    [Box::new(plan), Box::new(curl)]
}

/// The addresses of the organization and of its DoH settings.
fn urls(base_url: &str) -> [String; 2] {
    let organization = format!("{base_url}/accounts/{ACCOUNT}/access/organizations");
    let doh = format!("{organization}/doh");
    [organization, doh]
}

/// Serves what the sandbox answers now over TLS, until this process ends. Returns the base URL.
fn serve_tls(server: &MeasuredSandbox) -> String {
    let bearer = format!("Authorization: Bearer {}", server.token);
    let answers = urls(&server.base_url).map(|url| {
        let answer = Command::new("curl").args(["--silent", "--fail", "-H", &bearer, &url]).output();
        let body = answer.expect("curl runs").stdout;
        assert!(!body.is_empty(), "no answer from {url}");
        [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes(), body].concat()
    });
    let chain = vec![CertificateDer::from_pem_slice(SERVER).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).expect("a certificate");
    let shared = Arc::new((config.into(), answers));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base_url = format!("https://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, shared) = (stream.expect("a connection"), shared.clone());
            // A client may close the connection at any time.
            std::thread::spawn(move || answer_requests(stream, &shared.0, &shared.1).ok());
        }
    });
    base_url
}

fn answer_requests(
    stream: TcpStream,
    config: &Arc<ServerConfig>,
    [organization, doh]: &[Vec<u8>; 2],
) -> std::io::Result<()> {
    let connection = ServerConnection::new(config.clone()).expect("a valid configuration");
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let is_doh = head.lines().next().is_some_and(|line| line.contains("/doh"));
        stream.get_mut().write_all(if is_doh { doh } else { organization })?;
        stream.get_mut().flush()?;
    }
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
    take_environment(&mut time, command);
    let output = time.stdout(Stdio::null()).output().ok()?;
    String::from_utf8_lossy(&output.stderr).lines().last()?.trim().parse().ok()
}

/// Gives a command the environment of another one.
fn take_environment(to: &mut Command, from: &Command) {
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
}

/// A sandbox in a process of its own.
struct MeasuredSandbox {
    child: std::process::Child,
    base_url: String,
    token: String,
}

impl MeasuredSandbox {
    fn start(folder: &Path) -> Self {
        Self::with(&["--state", &folder.join("state.json").to_string_lossy()])
    }

    fn with(arguments: &[&str]) -> Self {
        let mut child = Command::new(ZERODRIFT)
            .arg("sandbox")
            .args(arguments)
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

impl Drop for MeasuredSandbox {
    fn drop(&mut self) {
        // It may have ended by itself; either way it must not outlive the measurement.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
