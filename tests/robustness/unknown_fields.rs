//! Unknown fields keep their value, whatever it is. The server stores the text that it receives, and does not use our JSON code.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";
const ORG: &str = "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h\n";

/// How a write changes the stored document.
type Store = fn(&str) -> String;

/// An API that stores the organization as text, and the manifest's folder.
struct TextApi {
    document: Arc<Mutex<String>>,
    writes: Arc<Mutex<usize>>,
    base_url: String,
    folder: tempfile::TempDir,
}

impl TextApi {
    fn of(document: String) -> Self {
        Self::storing(document, str::to_owned)
    }

    fn storing(document: String, store: Store) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/client/v4", listener.local_addr().unwrap());
        let (document, writes) = (Arc::new(Mutex::new(document)), Arc::new(Mutex::new(0)));
        let (kept, written) = (document.clone(), writes.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, written) = (kept.clone(), written.clone());
                std::thread::spawn(move || serve(stream, &kept, &written, store));
            }
        });
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("org.yaml"), ORG).unwrap();
        Self { document, writes, base_url, folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zerodrift"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("HOME", self.folder.path()).env("CLOUDFLARE_API_TOKEN", "a-token-of-forty-characters-for-a-test-1");
        command.env("CLOUDFLARE_BASE_URL", &self.base_url).stdin(std::process::Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command, which must exit with this code, and returns its output.
    fn ends(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(4000)]).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
        out + &err
    }

    fn document(&self) -> String {
        self.document.lock().unwrap().clone()
    }
}

/// Answers one connection, request by request.
fn serve(mut stream: TcpStream, document: &Mutex<String>, writes: &Mutex<usize>, store: Store) {
    let mut received = Vec::new();
    while let Some((head, body)) = request(&mut stream, &mut received) {
        if head.starts_with("PUT") {
            *writes.lock().unwrap() += 1;
            *document.lock().unwrap() = store(&body);
        }
        let result = document.lock().unwrap().clone();
        let answer = format!(r#"{{"success":true,"errors":[],"messages":[],"result":{result}}}"#);
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", answer.len());
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(answer.as_bytes())).is_err() {
            return;
        }
    }
}

fn request(stream: &mut TcpStream, received: &mut Vec<u8>) -> Option<(String, String)> {
    let mut end = None;
    loop {
        end = end.or_else(|| received.windows(4).position(|window| window == b"\r\n\r\n"));
        if let Some(end) = end {
            let head = String::from_utf8(received[..end].to_vec()).unwrap().to_ascii_uppercase();
            let length = head.lines().find_map(|line| line.strip_prefix("CONTENT-LENGTH: "));
            let whole = end + 4 + length.map_or(0, |length| length.trim().parse::<usize>().unwrap());
            if received.len() >= whole {
                let body = String::from_utf8(received[end + 4..whole].to_vec()).unwrap();
                received.drain(..whole);
                return Some((head, body));
            }
        }
        let mut chunk = vec![0; 1 << 16];
        match stream.read(&mut chunk).ok()? {
            0 => return None,
            read => received.extend_from_slice(&chunk[..read]),
        }
    }
}

fn organization(more: &str) -> String {
    format!(r#"{{"name":"Widget","auth_domain":"widget.cloudflareaccess.com","session_duration":"12h",{more}}}"#)
}

fn deep(levels: usize) -> String {
    "[".repeat(levels) + &"]".repeat(levels)
}

/// Values that must be returned unchanged.
fn nasty() -> Vec<String> {
    let mut all: Vec<String> = [
        "null",
        r#""""#,
        "{}",
        "[]",
        r#"{"a":{"b":{},"c":"","d":null,"e":[]},"f":[{},"",null,[]]}"#,
        r#"{"$serde_json::private::Number":"1"}"#,
        r#"{"$serde_json::private::RawValue":"[1]"}"#,
        r#"{"$zerodrift::sha256":"00"}"#,
        r#"[1e400,-0,0,1.0,1,1.10,12345678901234567890.10,1E5,1e+5,123456789012345678901234567890]"#,
        r#"{"a":1,"b":0,"a":2}"#,
        r#"["\ud800","\udfff\ud800","a\\u0000"]"#,
        r#"{"\ud83d":1}"#,
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend([deep(500), deep(9_000), format!("{}1{}", r#"{"a":"#.repeat(500), "}".repeat(500))]);
    all.push(format!("\"{}\"", "long ".repeat(100_000)));
    all
}

/// Plans, saves, applies the saved plan, plans again and rolls back. After each step the fields must be unchanged.
#[test]
fn any_unknown_value_survives_plan_apply_backup_and_rollback() {
    for value in nasty() {
        let fields = format!(r#""beta_field":{value}"#);
        let in_group = format!(r#""beta_shade":{value}"#);
        let more = format!(r#"{fields},"login_design":{{"header_text":"Hi",{in_group}}}"#);
        let api = TextApi::of(organization(&more));
        let holds = |text: &str| text.contains(&fields) && text.contains(&in_group);

        api.ends(&["plan", "--out", "plan.json"], 0);
        api.ends(&["apply", "--plan", "plan.json", "--backup-dir", "kept"], 0);
        assert!(holds(&api.document()) && api.document().contains(r#""session_duration":"24h""#), "{value}");
        api.ends(&["plan", "--detailed-exitcode"], 0);

        let kept = std::fs::read_dir(api.folder.path().join("kept")).unwrap().map(|entry| entry.unwrap().path());
        let kept = kept.into_iter().find(|path| path.extension().is_some_and(|end| end == "json")).unwrap();
        api.ends(&["plan", "--live", kept.to_str().unwrap(), "--detailed-exitcode"], 2);
        api.ends(&["rollback", kept.to_str().unwrap(), "--auto-approve"], 0);
        assert!(holds(&api.document()) && api.document().contains(r#""session_duration":"12h""#), "{value}");
        assert_eq!(*api.writes.lock().unwrap(), 2, "{value}");

        let snapshot = api.run(&["export", "--format", "json", "--account-id", ACCOUNT]);
        std::fs::write(api.folder.path().join("live.json"), &snapshot.stdout).unwrap();
        api.ends(&["plan", "--live", "live.json", "--detailed-exitcode"], 2);
        api.ends(&["export", "--account-id", ACCOUNT], 0);
    }
}

/// A saved plan is bound to the text of unknown values, but not to their layout or the order of members.
#[test]
fn a_changed_unknown_field_invalidates_a_saved_plan_but_another_layout_does_not() {
    let table = [
        (r#"{"a":1.0,"b":{}}"#, "{ \"b\":{},\n \"a\":1.0 }", 0),
        (r#"{"a":1.0}"#, r#"{"a":1}"#, 4),
        (r#"{"a":{}}"#, "{}", 4),
        (r#"{"a":null}"#, r#"{"a":""}"#, 4),
        ("null", r#""""#, 4),
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#, 4),
        (r#"["\ud800"]"#, r#"["\ud801"]"#, 4),
        ("1e400", "1e401", 4),
    ];
    for (then, now, code) in table {
        let api = TextApi::of(organization(&format!(r#""beta":{then}"#)));
        api.ends(&["plan", "--out", "plan.json"], 0);
        *api.document.lock().unwrap() = organization(&format!(r#""beta":{now}"#));
        let said = api.ends(&["apply", "--plan", "plan.json"], code);
        assert!(said.contains("organization.beta"), "{then} {now}: {said}");
    }
}

#[test]
fn a_server_that_rewrites_unknown_fields_is_a_conflict_that_names_the_field() {
    let table: [(&str, Store, i32); 4] = [
        (r#"{"a":{},"b":1}"#, |body| body.replace(r#""a":{},"#, ""), 4),
        ("1.0", |body| body.replace("1.0", "1"), 4),
        (r#"{"a":1,"a":2}"#, |body| body.replace(r#""a":1,"#, ""), 4),
        (r#"{"a":1,"b":[1, 2]}"#, |body| body.replace(r#"{"a":1,"b":[1,2]}"#, "{\"b\": [1,\t2], \"a\": 1}"), 0),
    ];
    for (value, store, code) in table {
        let api = TextApi::storing(organization(&format!(r#""beta":{value}"#)), store);
        let said = api.ends(&["apply", "--auto-approve"], code);
        assert!(said.contains("organization.beta"), "{value}: {said}");
    }
}

/// Which of two members with one name counts is undefined, so nothing is written.
#[test]
fn duplicate_settings_in_an_answer_are_an_error_that_names_them() {
    for more in [
        r#""session_duration":"1h""#,
        r#""beta":1,"beta":1"#,
        r#""login_design":{"header_text":"a","header_text":"b"}"#,
        r#""login_design":{},"login_design":{}"#,
    ] {
        let api = TextApi::of(organization(more));
        // The message may be wrapped between any two words.
        let said = api.ends(&["apply", "--auto-approve"], 1).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("two members named"), "{more}: {said}");
        assert_eq!(*api.writes.lock().unwrap(), 0);
    }
}

#[test]
fn an_answer_with_excessive_nesting_is_an_error() {
    let api = TextApi::of(organization(&format!(r#""beta":{}"#, deep(1_000_000))));
    let said = api.ends(&["plan"], 1);
    assert!(said.contains("nested deeper than 10000 levels"), "{said}");
}

/// Megabytes of unknown fields, of shapes that cost up to 80 times as much as values: a program that builds those needs
/// more than this.
#[cfg(target_os = "linux")]
#[test]
fn megabytes_of_unknown_fields_need_little_memory() {
    const SIZE: usize = 2_000_000;
    let numbers = format!(r#""beta":[{}0]"#, "0,".repeat(SIZE / 2));
    let fields: Vec<String> = (0..SIZE / 14).map(|number| format!(r#""f{number:07}":{{}}"#)).collect();
    let in_group = format!(r#""login_design":{{"header_text":"Hi",{}}}"#, fields.join(","));
    for more in [numbers, fields.join(","), in_group] {
        let api = TextApi::of(organization(&more));
        let program = env!("CARGO_BIN_EXE_zerodrift");
        let script = format!("ulimit -v {}; exec '{program}' apply --auto-approve --backup-dir kept", 110_000);
        let mut bounded = Command::new("/bin/sh");
        bounded.args(["-c", &script]).current_dir(api.folder.path()).env_clear().envs([
            ("HOME", api.folder.path().to_str().unwrap()),
            ("CLOUDFLARE_API_TOKEN", "a-token-of-forty-characters-for-a-test-1"),
            ("CLOUDFLARE_BASE_URL", &api.base_url),
        ]);
        let output = bounded.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{} {}", &more[..40], said.chars().take(2000).collect::<String>());
        let after = api.document();
        assert!(
            fields.iter().step_by(1000).all(|field| !more.contains(field.as_str()) || after.contains(field.as_str()))
        );
        assert!(after.len() > SIZE);
    }
}
