//! The ten steps of the README to a first pull request, each command run as it is written there. The API is the emulated
//! one, and `gh` and the code host are stand-ins.

use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::process::SandboxServer;
use crate::readme::blocks;

const READ_TOKEN: &str = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";
const WRITE_TOKEN: &str = "Qd8vTfW2mLr0aJx5cYp7bHs1zGk4nEu9iOy6RtZA";

/// Records what it changes, keeps secrets in files, and merges the branch of the pull request.
const GH: &str = r#"#!/bin/sh
echo "$*" >> "$HOST/calls"
case "$*" in
    "secret set "*) for last in "$@"; do :; done; cat > "$HOST/secret-$last" ;;
    "pr merge "*) git --git-dir="$HOST/origin.git" update-ref refs/heads/main refs/heads/zero-trust ;;
esac
"#;

/// The folder of the code host, and a clone of its only repository.
struct Host {
    folder: tempfile::TempDir,
    sandbox: SandboxServer,
}

impl Host {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = SandboxServer::start(folder.path(), &[]);
        let host = Self { folder, sandbox };
        std::fs::create_dir(host.path("bin")).unwrap();
        symlink(env!("CARGO_BIN_EXE_zerodrift"), host.path("bin/zerodrift")).unwrap();
        std::fs::write(host.path("bin/gh"), GH).unwrap();
        std::fs::set_permissions(host.path("bin/gh"), std::fs::Permissions::from_mode(0o755)).unwrap();
        host.run(
            ".",
            "git init --quiet --bare --initial-branch=main origin.git
             git clone --quiet origin.git clone
             git -C clone commit --quiet --allow-empty --message Start
             git -C clone push --quiet origin HEAD:main
             git -C clone remote set-head origin main",
            "",
        );
        host
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Runs a script in a folder with this input, and returns what it prints. Every command must succeed.
    fn run(&self, folder: &str, script: &str, input: &str) -> String {
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-euo", "pipefail", "-c", script]).current_dir(self.path(folder));
        command
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", self.path("bin").display()))
            .env("HOME", self.folder.path())
            .env("HOST", self.folder.path())
            .env("CLOUDFLARE_BASE_URL", &self.sandbox.base_url);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Kim").env(format!("GIT_{role}_EMAIL"), "kim@widget.example");
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{script}\n{out}{err}");
        assert!(!out.contains(READ_TOKEN) && !err.contains(READ_TOKEN), "the token is printed");
        out.into_owned()
    }
}

/// The commands of the ten steps, in their order.
fn steps() -> Vec<String> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## Your first pull request\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let numbered = (1..=10).all(|step| section.contains(&format!("\n{step}. **")));
    assert!(numbered && !section.contains("\n11. "), "there are ten steps");
    blocks(section, "sh")
}

#[test]
fn the_ten_steps_lead_to_a_merged_change_that_can_be_applied() {
    let host = Host::new();
    let steps = steps();
    assert_eq!(steps.len(), 10, "each step is a command");
    let printed = host.run("clone", &steps.concat(), &format!("{READ_TOKEN}\n{WRITE_TOKEN}\n"));
    assert!(printed.contains("All checks passed"), "doctor finds nothing: {printed}");
    assert!(printed.contains("In sync"), "the first plan is empty: {printed}");
    assert!(printed.contains("COMPLETE_ME"), "it is shown what to complete: {printed}");

    assert_eq!(host.read("secret-zero-trust-read"), READ_TOKEN);
    assert_eq!(host.read("secret-zero-trust-production"), WRITE_TOKEN);
    let calls = host.read("calls");
    for environment in ["zero-trust-read", "zero-trust-production"] {
        assert!(calls.contains(&format!("PUT repos/{{owner}}/{{repo}}/environments/{environment}\n")), "{calls}");
    }
    assert!(calls.contains("pr create --fill\n"), "{calls}");

    host.run(".", "git clone --quiet origin.git merged", "");
    for file in ["org.yaml", "schemas/org.schema.json", ".github/CODEOWNERS", ".github/workflows/zerodrift-apply.yml"] {
        let text = host.read(&format!("merged/{file}"));
        assert!(!text.contains(READ_TOKEN) && !text.contains(WRITE_TOKEN), "{file} contains a token");
    }
    assert!(host.read("merged/org.yaml").contains("session_duration: 8h"));
    let apply = format!(
        "export CLOUDFLARE_API_TOKEN={WRITE_TOKEN}
         digest=$(zerodrift plan | grep '^Digest ')
         zerodrift apply --expect \"${{digest#Digest }}\"
         zerodrift plan --detailed-exitcode"
    );
    assert!(host.run("merged", &apply, "").contains("Applied: 1 setting"));
}

/// The account id is a sample, and the tokens are pasted.
#[test]
fn the_steps_contain_no_token() {
    let steps = steps().concat();
    assert!(!steps.contains("CLOUDFLARE_API_TOKEN=") && !steps.contains("--body"), "{steps}");
}
