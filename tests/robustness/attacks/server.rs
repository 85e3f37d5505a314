//! A hostile API: a loopback HTTP server whose answers are a function of the test. It shares no code with the sandbox.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

/// The account of every attack.
pub(crate) const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

/// The answer to a request.
pub(crate) enum Answer {
    /// A status with this body.
    Body(u16, String),
    /// The connection is closed without a byte.
    Nothing,
    /// The answer is computed again after a message. Other requests are answered meanwhile.
    Wait(Arc<Mutex<Receiver<()>>>),
}

/// A success of the API with this result.
pub(crate) fn result(status: u16, result: &Json) -> Answer {
    Answer::Body(status, json!({"success": true, "errors": [], "messages": [], "result": result}).to_string())
}

/// A refusal of the API.
pub(crate) fn refusal(status: u16, code: u32, message: &str) -> Answer {
    let error = json!({"code": code, "message": message});
    Answer::Body(status, json!({"success": false, "errors": [error], "messages": [], "result": null}).to_string())
}

/// Access was never enabled.
pub(crate) fn not_enabled() -> Answer {
    refusal(403, 9999, "access.api.error.not_enabled: Access is not enabled.")
}

/// The state of the server: the organization, and every request so far.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) organization: Option<Json>,
    /// `GET organization`, with the body of writes.
    pub(crate) requests: Vec<(String, Json)>,
    /// The same without bodies.
    pub(crate) lines: Vec<String>,
    /// Whether a request was already delayed.
    pub(crate) held: bool,
}

impl Memory {
    /// The number of requests of this method so far, including the current one.
    pub(crate) fn count(&self, method: &str) -> usize {
        self.lines.iter().filter(|line| line.starts_with(method)).count()
    }

    /// The answer of an API without faults to a read.
    pub(crate) fn read(&self) -> Answer {
        self.organization.as_ref().map_or_else(not_enabled, |organization| result(200, organization))
    }

    /// Stores the body of a write in place of the organization, as an API without faults.
    pub(crate) fn replace(&mut self, body: &Json) -> Answer {
        self.organization = Some(body.clone());
        result(200, body)
    }
}

/// A running attack. The thread ends with the test process.
pub(crate) struct Attack {
    memory: Arc<Mutex<Memory>>,
    base_url: String,
    folder: tempfile::TempDir,
}

impl Attack {
    /// Serves this organization; each request is answered by `answer`, which gets the method and the body.
    pub(crate) fn on(
        organization: Option<Json>,
        answer: impl Fn(&mut Memory, &str, &Json) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let memory = Arc::new(Mutex::new(Memory { organization, ..Memory::default() }));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/client/v4", listener.local_addr().unwrap());
        let (shared, answer) = (memory.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, answer) = (shared.clone(), answer.clone());
                // A closed connection is not an error of the test.
                std::thread::spawn(move || drop(serve(&stream, &shared, &*answer)));
            }
        });
        Self { memory, base_url, folder: tempfile::tempdir().unwrap() }
    }

    /// The program with these arguments, in a folder of its own, whose environment has only the address of this server and a token.
    pub(crate) fn command(&self, manifest: &str, arguments: &[&str]) -> Command {
        std::fs::write(self.folder().join("org.yaml"), manifest).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_zerodrift"));
        command.args(arguments).env_clear().current_dir(self.folder()).stdin(Stdio::null());
        command.env("HOME", self.folder()).env("CLOUDFLARE_API_TOKEN", "the-token");
        command.env("CLOUDFLARE_BASE_URL", &self.base_url);
        command
    }

    /// The folder of the program.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the program: exit code, standard output, standard error.
    pub(crate) fn run(&self, manifest: &str, arguments: &[&str]) -> (i32, String, String) {
        let output = self.command(manifest, arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// Applies without a question: exit code and the one result.
    pub(crate) fn apply(&self, manifest: &str) -> (i32, Json) {
        let (code, out, err) = self.run(manifest, &["apply", "--auto-approve", "--format", "json"]);
        let document: Json = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{code}: {out}\n{err}"));
        (code, document["results"][0].clone())
    }

    /// The last line of the audit log.
    pub(crate) fn audit(&self) -> Json {
        let path = self.folder().join(".local/state/zerodrift/audit.jsonl");
        let text = std::fs::read_to_string(path).unwrap();
        serde_json::from_str(text.lines().last().unwrap()).unwrap()
    }

    /// Reads or changes the state of the server.
    pub(crate) fn memory<T>(&self, look: impl FnOnce(&mut Memory) -> T) -> T {
        look(&mut self.memory.lock().unwrap())
    }

    /// The writes so far, as `PUT organization`.
    pub(crate) fn writes(&self) -> Vec<String> {
        self.memory(|memory| memory.lines.iter().filter(|line| !line.starts_with("GET")).cloned().collect())
    }
}

/// Answers the one request of a connection.
fn serve(
    stream: &TcpStream,
    memory: &Mutex<Memory>,
    answer: &impl Fn(&mut Memory, &str, &Json) -> Answer,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body: Json = serde_json::from_slice(&body).unwrap_or_default();
    let place = if path.ends_with("/doh") { "doh" } else { "organization" };
    memory.lock().unwrap().lines.push(format!("{method} {place}"));
    memory.lock().unwrap().requests.push((format!("{method} {place}"), body.clone()));
    let (status, text) = loop {
        let said = answer(&mut memory.lock().unwrap(), &method, &body);
        match said {
            Answer::Body(status, text) => break (status, text),
            Answer::Nothing => return Ok(()),
            Answer::Wait(message) => message.lock().unwrap().recv().unwrap(),
        }
    };
    let head = format!(
        "HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        text.len()
    );
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    stream.write_all(text.as_bytes())
}
