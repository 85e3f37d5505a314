//! Variables for ids, credentials, proxies and certificates: each is used, or rejected by name, but never ignored.

#[cfg(target_os = "linux")]
use std::io::{BufRead as _, BufReader, Write as _};
#[cfg(target_os = "linux")]
use std::net::TcpListener;
use std::process::Command;
#[cfg(target_os = "linux")]
use std::sync::Arc;

use serde_json::Value as Json;

use crate::harness::{ACCOUNT, TOKEN, TestEnv};
use crate::server::Api;

const ANYWHERE: &str = "organization:\n  is_ui_read_only: false\n";

/// An environment whose requests would leave this machine.
fn outside() -> TestEnv {
    TestEnv::with_example().set("CLOUDFLARE_API_TOKEN", TOKEN)
}

/// Returns the check with this name from the document of `doctor`.
fn check(env: &TestEnv, arguments: &str, name: &str) -> Json {
    let document: Json = serde_json::from_str(&env.run(&format!("doctor --format json {arguments}")).stdout).unwrap();
    let checks = document["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("{name}: {document}")).clone()
}

#[test]
fn white_space_around_an_id_is_ignored() {
    for id in [format!("{ACCOUNT}\n"), format!("{ACCOUNT}\r\n"), format!("  {ACCOUNT}\t")] {
        let expected = format!("account {ACCOUNT}");
        let by_variable = TestEnv::with_manifest(ANYWHERE).set("CLOUDFLARE_ACCOUNT_ID", &id);
        by_variable.run("plan --sandbox=state.json").exits(0).shows(&[&expected]);
        let by_flag = TestEnv::with_manifest(ANYWHERE);
        let run = |flag: &str| {
            let mut command: Command = by_flag.command("plan --sandbox=state.json");
            let output = command.arg(flag).arg(&id).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        assert!(run("--account-id").contains(&expected));
        assert!(run("--zone-id").contains(&format!("zone {ACCOUNT}")));
        let zone = TestEnv::with_manifest(ANYWHERE).set("CLOUDFLARE_ZONE_ID", &id).set("CLOUDFLARE_ACCOUNT_ID", " \n");
        zone.run("plan --sandbox=state.json").exits(0).shows(&[&format!("zone {ACCOUNT}")]);
    }
}

#[test]
fn an_invalid_id_is_described_without_showing_it() {
    let table = [
        (format!("{}\u{200b}", &ACCOUNT[..31]), r"character 32 is `\u{200b}`"),
        (format!("{} {}", &ACCOUNT[..15], &ACCOUNT[16..]), "character 16 is"),
        (format!("{ACCOUNT}{ACCOUNT}"), "it has 64 characters"),
        (TOKEN.to_owned(), "it has"),
    ];
    for (id, expected) in table {
        let env = TestEnv::with_manifest(ANYWHERE).set("CLOUDFLARE_ACCOUNT_ID", &id);
        let output = env.run("plan --sandbox=state.json").exits(64).says(&["CLOUDFLARE_ACCOUNT_ID", expected]);
        assert!(!output.to_string().contains(TOKEN), "{output}");
    }
}

#[test]
fn swapped_key_and_token_are_detected_before_any_request() {
    let api = Api::with_faults(&[]);
    let table = [
        ("CLOUDFLARE_API_TOKEN", "cfk_S3CRETS3CRETS3CRETS3CRETS3CRETS3CRETS3CRET12"),
        ("CLOUDFLARE_API_TOKEN", "c0ffeec0ffeec0ffeec0ffeec0ffeec0ffee0"),
        ("CLOUDFLARE_API_KEY", "cfut_S3CRETS3CRETS3CRETS3CRETS3CRETS3CRETS3CRET1"),
        ("CLOUDFLARE_API_KEY", "cfat_S3CRETS3CRETS3CRETS3CRETS3CRETS3CRETS3CRET1"),
    ];
    for (variable, value) in table {
        let env = api.env().set("CLOUDFLARE_API_TOKEN", "").set("CLOUDFLARE_EMAIL", "kim@widget.example");
        let env = env.set(variable, value);
        for command in ["plan", "apply --auto-approve", "drift", "doctor", &format!("export --account-id {ACCOUNT}")] {
            let output = env.run(command).exits(6);
            let text = output.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains("CLOUDFLARE_API_TOKEN") && text.contains("CLOUDFLARE_API_KEY"), "{output}");
            assert!(!text.contains("S3CRET") && !text.contains("c0ffee"), "{output}");
        }
    }
    assert_eq!(api.calls(), Vec::<String>::new());
}

#[test]
fn every_command_names_an_unusable_proxy_variable_without_its_password() {
    let values =
        ["ftp://kim:S3CRET@127.0.0.1:1", ":::", " ", "http://kim:S3CRET@proxy:99999", "socks5://127.0.0.1:1080"];
    for variable in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        for value in values {
            let env = outside().set(variable, value);
            let output =
                env.run("plan").exits(64).says(&[&format!("the environment variable {variable} "), "hint: set"]);
            assert!(!output.to_string().contains("S3CRET"), "{output}");
            let check = check(&env, "", "connection");
            assert_eq!(check["health"], "failed", "{variable}={value}: {check}");
            assert!(check["fixes"][0].as_str().unwrap().contains(variable), "{check}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_unicode_is_an_error_that_names_it() {
    use std::os::unix::ffi::OsStrExt as _;
    for variable in [
        "HTTPS_PROXY",
        "no_proxy",
        "CLOUDFLARE_API_TOKEN",
        "CLOUDFLARE_API_KEY",
        "CLOUDFLARE_EMAIL",
        "CLOUDFLARE_BASE_URL",
        "CLOUDFLARE_ACCOUNT_ID",
        "CLOUDFLARE_ZONE_ID",
    ] {
        let env = TestEnv::with_manifest(ANYWHERE);
        // The account is set unless its variable is under test; without a token nothing can be sent.
        let arguments =
            if variable.ends_with("_ID") { "plan".to_owned() } else { format!("plan --account-id {ACCOUNT}") };
        let mut command = env.command(&arguments);
        let output = command.env(variable, std::ffi::OsStr::from_bytes(b"S3CRET\xff")).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(64), "{variable}: {said}");
        assert!(said.contains(&format!("{variable} is not valid UTF-8")) && !said.contains("S3CRET"), "{said}");
    }
}

#[test]
fn doctor_shows_the_proxy_in_use() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let proxy = format!("http://kim:S3CRET@{closed}");
    let table: &[(&[(&str, &str)], &str)] = &[
        (&[("HTTPS_PROXY", &proxy)], "through the proxy 127.0.0.1:[PORT] (HTTPS_PROXY)"),
        (&[("HTTPS_PROXY", ""), ("https_proxy", &proxy)], "through the proxy 127.0.0.1:[PORT] (https_proxy)"),
        (&[("all_proxy", &proxy), ("NO_PROXY", "example.com")], "through the proxy 127.0.0.1:[PORT] (all_proxy)"),
    ];
    for (variables, expected) in table {
        let env = variables.iter().fold(outside(), |env, (name, value)| env.set(name, value));
        let found = check(&env, "--deadline 200ms", "connection");
        assert_eq!(found["detail"].as_str().unwrap(), *expected);
        assert!(!env.run("doctor --deadline 200ms").to_string().contains("S3CRET"));
    }
    // Without a token nothing is sent, so a direct connection does not leave this machine.
    let direct = |variables: &[(&str, &str)]| {
        let env = variables.iter().fold(TestEnv::with_example(), |env, (name, value)| env.set(name, value));
        check(&env, "", "connection")
    };
    let excepted = direct(&[("HTTPS_PROXY", &proxy), ("no_proxy", "cloudflare.com")]);
    assert_eq!(excepted["detail"], "direct: no_proxy excludes api.cloudflare.com from the proxy");
    let loopback = direct(&[("HTTPS_PROXY", &proxy), ("CLOUDFLARE_BASE_URL", "http://127.0.0.1:1")]);
    assert_eq!(loopback["detail"], "direct: 127.0.0.1 is this machine, so HTTPS_PROXY is not used");
    let http_alone = direct(&[("HTTP_PROXY", &proxy)]);
    assert_eq!(http_alone["health"], "warning", "{http_alone}");
}

#[cfg(target_os = "linux")]
#[test]
fn doctor_shows_the_trusted_certificates() {
    let roots = include_str!("../../src/cloudflare/http/tests/certificates/ca.pem");
    let env = || {
        let env = TestEnv::with_example();
        env.write("ca.pem", &roots.repeat(2));
        std::fs::create_dir(env.path("certs")).unwrap();
        env
    };
    let at = |env: &TestEnv| check(env, "", "certificates");
    assert_eq!(at(&env())["detail"], "those of this system");
    assert_eq!(at(&env().set("SSL_CERT_FILE", "").set("SSL_CERT_DIR", ""))["detail"], "those of this system");
    let by_file = env().set("SSL_CERT_FILE", "ca.pem");
    assert_eq!(
        at(&by_file)["detail"],
        "those of SSL_CERT_FILE (ca.pem, 2 certificates), which replace those of this system"
    );
    let both = by_file.set("SSL_CERT_DIR", "certs:");
    let expected =
        "those of SSL_CERT_FILE (ca.pem, 2 certificates) and SSL_CERT_DIR (certs), which replace those of this system";
    assert_eq!(at(&both)["detail"], expected);
    for variable in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        let env = outside().set(variable, "nowhere");
        env.run("plan").exits(1).says(&[&format!("cannot read the certificates in {variable}: nowhere"), "hint: set"]);
        assert_eq!(at(&env)["health"], "failed");
    }
}

#[test]
fn an_invalid_base_url_is_a_usage_error_that_names_its_source() {
    for url in
        ["api.cloudflare.com", "http://api.cloudflare.com", "ftp://127.0.0.1", "https://x/?key=S3CRET", "https://"]
    {
        let by_flag = outside().run(&format!("plan --base-url {url}")).exits(64).says(&["--base-url: the base URL"]);
        let by_variable = outside().set("CLOUDFLARE_BASE_URL", url).run("plan").exits(64);
        let by_variable = by_variable.says(&["CLOUDFLARE_BASE_URL: the base URL", "hint:"]);
        assert!(!format!("{by_flag}{by_variable}").contains("S3CRET"));
        outside().run(&format!("doctor --base-url {url}")).exits(64).shows(&["FAIL api", "fix:"]);
    }
}

#[test]
fn doctor_has_a_fix_for_every_failure() {
    let faults = [
        "*:400",
        "*:401",
        "*:403",
        "*:404",
        "*:405",
        "*:418",
        "*:500",
        "*:503",
        "*:html",
        "*:truncated",
        "*:reset-before",
        "GET/organization:400",
        "GET/organization:418",
        "GET/doh:403",
        "GET/doh:404",
        "*:429+600",
    ];
    let mut environments: Vec<(String, TestEnv)> = Vec::new();
    // Kept until the end, because each environment needs its server.
    let mut apis = Vec::new();
    for fault in faults {
        let api = Api::with_faults(&[fault; 20]);
        environments.push((fault.to_owned(), api.env()));
        apis.push(api);
    }
    let broken = |text: &str| TestEnv::with_manifest(text).set("CLOUDFLARE_API_TOKEN", TOKEN);
    environments.push(("not YAML".to_owned(), broken("organization: [")));
    environments.push(("no id".to_owned(), broken(ANYWHERE)));
    let folder = TestEnv::new();
    std::fs::create_dir(folder.path("org.yaml")).unwrap();
    environments.push(("a folder".to_owned(), folder));
    environments.push(("roots".to_owned(), outside().set("SSL_CERT_FILE", "org.yaml")));
    for (what, env) in environments {
        let output = env.run("doctor --format json --deadline 2s");
        let document: Json = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{what}: {output}"));
        for check in document["checks"].as_array().unwrap() {
            let has_fix = !check["fixes"].as_array().unwrap().is_empty();
            assert!(check["health"] != "failed" || has_fix, "{what}: {check}");
        }
    }
}

/// A server on loopback that answers every request with an organization over TLS; an authority of this test signed its certificate.
#[cfg(target_os = "linux")]
fn tls_server() -> String {
    use rustls::pki_types::pem::PemObject as _;
    let chain = rustls::pki_types::CertificateDer::from_pem_slice(include_bytes!(
        "../../src/cloudflare/http/tests/certificates/server.pem"
    ));
    let key = rustls::pki_types::PrivateKeyDer::from_pem_slice(include_bytes!(
        "../../src/cloudflare/http/tests/certificates/server.key"
    ));
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![chain.unwrap()], key.unwrap()).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    // The thread ends with the test process; it owns only its socket.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream.unwrap());
            let mut reader = BufReader::new(&mut stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
            let body = r#"{"success": true, "result": {"name": "W", "auth_domain": "w.cloudflareaccess.com"}}"#;
            let answer =
                format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            // The client may have refused the certificate.
            drop(stream.write_all(answer.as_bytes()).and_then(|()| stream.flush()));
        }
    });
    url
}

/// Loading the certificates of the system takes longer than a request. Only loopback may use plain HTTP.
#[cfg(target_os = "linux")]
#[test]
fn plain_http_loads_no_certificates() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    std::fs::create_dir(env.path("empty")).unwrap();
    env.set("SSL_CERT_DIR", "empty").run("plan").exits(0);
}

/// As documented, each of the two variables replaces the store of the system, and an empty one counts as unset.
#[cfg(target_os = "linux")]
#[test]
fn certificates_of_ssl_cert_file_and_ssl_cert_dir_are_trusted() {
    let url = tls_server();
    let other = include_str!("../../src/cloudflare/http/tests/certificates/authority.pem");
    let env = || {
        let env = TestEnv::with_manifest(ANYWHERE).set("CLOUDFLARE_API_TOKEN", TOKEN).set("CLOUDFLARE_BASE_URL", &url);
        std::fs::create_dir(env.path("certs")).unwrap();
        env.write("certs/ca.pem", include_str!("../../src/cloudflare/http/tests/certificates/ca.pem"));
        env.write("other.pem", other);
        env.set("CLOUDFLARE_ACCOUNT_ID", ACCOUNT)
    };
    env().set("SSL_CERT_FILE", "certs/ca.pem").run("plan").exits(0);
    env().set("SSL_CERT_DIR", "certs").run("plan").exits(0);
    env().set("SSL_CERT_DIR", "certs").set("SSL_CERT_FILE", "").run("plan").exits(0);
    env().set("SSL_CERT_DIR", "certs").set("SSL_CERT_FILE", "other.pem").run("plan").exits(0);
    let untrusted = env().set("SSL_CERT_FILE", "other.pem").run("plan").exits(1);
    untrusted.says(&["did not reach the API: the certificate of 127.0.0.1:[PORT] is not signed by an authority"]);
    let empty = env();
    empty.write("other.pem", "no certificate");
    empty.set("SSL_CERT_FILE", "other.pem").run("plan").exits(1).says(&["hint: set SSL_CERT_FILE to a PEM file"]);
}
