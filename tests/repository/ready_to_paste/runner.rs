//! As much of a runner as the examples need: a folder, a sandbox, and scripts with their variables.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value as Json;

use crate::common::process::SandboxServer;

/// The archive that the user names in a pipeline.
pub(super) const ARCHIVE: &str = "https://releases.example/zerodrift-x86_64-unknown-linux-musl.tar.gz";

/// The token of every job that has one.
pub(super) const TOKEN: &str = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";

const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

/// Writes down what it is asked to change, and answers from files what it is asked for. A file of JSON goes through the filter.
const GH: &str = r#"#!/bin/sh
filter=. before=
# The commit of main that a pull request starts from.
START=89abcdef0123456789abcdef0123456789abcdef
for word in "$@"; do
    if [ "$before" = --jq ]; then filter=$word; fi
    before=$word
done
answer() {
    if [ -f "$ANSWERS/$1.json" ]; then
        jq -r "$filter" "$ANSWERS/$1.json"
    elif [ -f "$ANSWERS/$1" ]; then
        cat "$ANSWERS/$1"
    fi
}
case "$*" in
    *" PATCH "*) ;;
    *"/labels"*) if [ -f "$ANSWERS/no-label" ]; then exit 1; fi ;;
esac
case "$*" in
    # The label does not exist. This request creates it if the token can write issues; with pull requests alone it is refused.
    *" POST "*"/labels "*) grep -q '"issues":"write"' "$ANSWERS/permissions" || exit 1 ;;
esac
case "$*" in
    *" PATCH "*) ;;
    *"/labels?"*) answer labels; exit ;;
    *"/comments?"*) answer comments; exit ;;
    *"/issues?"*) answer issues; exit ;;
    *"/pulls "*) answer pulls; exit ;;
    *"/deployments?"*) answer deployments; exit ;;
    *"/statuses?"*)
        deployment=${2#*/deployments/}
        answer "succeeded-${deployment%%/*}"
        exit ;;
    *"/runs?"*) answer runs; exit ;;
    *"/compare/main..."*) echo "$START"; exit ;;
    *"/contents/org.yaml?ref=$START")
        if [ -f "$ANSWERS/main.yaml" ]; then cat "$ANSWERS/main.yaml"; exit; fi
        echo '{"message": "Not Found", "status": "404"}'
        exit 1 ;;
    *"/contents/org.yaml?ref="*) cat "$ANSWERS/../org.yaml"; exit ;;
    "run download "*)
        echo "$*" >> "$ANSWERS/downloads"
        for last in "$@"; do :; done
        mkdir -p "$last"
        cp "$ANSWERS/../live.json" "$last/live.json"
        exit ;;
esac
echo "$*" >> "$ANSWERS/told"
"#;

/// Hands out the archive of a release, and answers for GitLab. Writes down the addresses, and the command lines with the
/// header, the mode of its file and the body.
const CURL: &str = r#"#!/bin/sh
line="$*"
header= output= body= method=GET
while [ $# -gt 0 ]; do
    case "$1" in
        --header) header=${2#@}; shift ;;
        --output) output=$2; shift ;;
        --data-urlencode) body=${2#body@}; shift ;;
        --request) method=$2; shift ;;
    esac
    address=$1
    shift
done
if [ -n "$header" ]; then
    echo "$line" >> "$ANSWERS/lines"
    echo "$(ls -l "$header" | cut -c1-10) $(cat "$header")" >> "$ANSWERS/headers"
fi
if [ -f "$ANSWERS/fails" ]; then case "$method $address" in *"$(cat "$ANSWERS/fails")"*) exit 22 ;; esac; fi
case "$address" in
    *'/deployments?'*) cat "$ANSWERS/deployments"; exit ;;
    */user) echo '{"id": 7, "username": "project_5_bot"}'; exit ;;
    *'/notes?'*)
        page=${address##*page=}
        if [ -f "$ANSWERS/notes-$page" ]; then cp "$ANSWERS/notes-$page" "$output"; else echo '[]' > "$output"; fi
        exit ;;
    */notes | */notes/*)
        echo "$method $address" >> "$ANSWERS/told"
        cp "$body" "$ANSWERS/note"
        exit ;;
esac
echo "$address" >> "$ANSWERS/downloaded"
cp "$ANSWERS/archive.tar.gz" "$output"
"#;

/// Not every Unix has this program.
const SHA256SUM: &str = r#"#!/bin/sh
for program in /usr/bin/sha256sum /bin/sha256sum; do
    if [ -x "$program" ]; then exec "$program" "$@"; fi
done
exec shasum -a 256 "$@"
"#;

/// A file below `examples/`.
pub(super) fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

/// A YAML file below `examples/`.
pub(super) fn yaml(name: &str) -> Json {
    serde_yaml::from_str(&std::fs::read_to_string(example(name)).unwrap()).unwrap()
}

/// A machine that runs jobs, all of them in the same folder, which has `org.yaml` in it.
pub(super) struct Machine {
    folder: tempfile::TempDir,
    sandbox: RefCell<Option<SandboxServer>>,
    token: Cell<&'static str>,
    checksum: RefCell<Option<&'static str>>,
    checkout: RefCell<PathBuf>,
    edits: RefCell<Vec<(&'static str, &'static str)>>,
}

impl Machine {
    /// A machine with a sandbox that it can reach.
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = RefCell::new(Some(SandboxServer::start(folder.path(), &[])));
        let checksum = RefCell::new(None);
        let checkout = RefCell::new(folder.path().to_owned());
        let machine = Self { folder, sandbox, token: Cell::new(TOKEN), checksum, checkout, edits: RefCell::default() };
        for name in ["bin", "temp", "answers", "installed"] {
            std::fs::create_dir(machine.path(name)).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_zerodrift"), machine.path("bin/zerodrift")).unwrap();
        machine.program("bin/gh", GH);
        machine.program("bin/curl", CURL);
        machine.program("bin/sha256sum", SHA256SUM);
        machine.program(
            "zerodrift-x86_64/zerodrift",
            concat!("#!/bin/sh\nexec ", env!("CARGO_BIN_EXE_zerodrift"), " \"$@\"\n"),
        );
        machine.shell("tar -czf answers/archive.tar.gz zerodrift-x86_64");
        machine.write("org.yaml", &std::fs::read_to_string(example("org.yaml")).unwrap());
        machine.answer("runs", "42\n41\n");
        machine.answer("pulls", "7\n");
        machine.answer("deployments", "");
        machine.answer("labels", "false\n");
        machine
    }

    /// Writes a program, with the folders above it.
    pub(super) fn program(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn shell(&self, script: &str) -> String {
        let output = Command::new("sh").args(["-c", script]).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A path in the folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of the folder.
    pub(super) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes a file of the folder.
    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// What `gh` answers to a question from now on.
    pub(super) fn answer(&self, question: &str, text: &str) {
        self.write(&format!("answers/{question}"), text);
    }

    /// What `gh` was told to change since this was asked last.
    pub(super) fn told(&self) -> Vec<String> {
        let told = self.path("answers/told");
        let text = std::fs::read_to_string(&told).unwrap_or_default();
        let _ = std::fs::remove_file(told);
        let temp = self.path("temp").display().to_string();
        text.lines().map(|line| line.replace(&temp, "TEMP")).collect()
    }

    /// The API cannot be reached from now on, and there is no token.
    pub(super) fn disconnect(&self) {
        self.sandbox.take();
        self.forget_token();
    }

    /// There is no token in the environment from now on.
    pub(super) fn forget_token(&self) {
        self.token.set("");
    }

    /// What the pipeline has as the checksum of the archive from now on. Before, it is completed with the right one.
    pub(super) fn pin(&self, checksum: &'static str) {
        self.checksum.replace(Some(checksum));
    }

    /// Jobs run in another folder from now on, which has nothing in it.
    pub(super) fn start_empty(&self) {
        std::fs::create_dir(self.path("checkout")).unwrap();
        self.stand_in("checkout");
    }

    /// The folder that jobs run in from now on: what was checked out.
    pub(super) fn stand_in(&self, folder: &str) {
        self.checkout.replace(self.path(folder));
    }

    /// The user replaces this text in the pasted files.
    pub(super) fn edit(&self, from: &'static str, to: &'static str) {
        self.edits.borrow_mut().push((from, to));
    }

    /// A pasted file, with what the user replaced.
    fn pasted(&self, name: &str) -> Json {
        let mut text = std::fs::read_to_string(example(name)).unwrap();
        for (from, to) in &*self.edits.borrow() {
            assert!(text.contains(from), "{name} does not contain {from}");
            text = text.replace(from, to);
        }
        serde_yaml::from_str(&text).unwrap()
    }

    /// Runs the program, and says how it ended.
    pub(super) fn zerodrift(&self, arguments: &[&str]) -> i32 {
        self.exit_code(self.command("zerodrift").args(arguments).env("CLOUDFLARE_API_TOKEN", self.token.get()))
    }

    /// A program with the environment of the machine.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(if program == "zerodrift" { env!("CARGO_BIN_EXE_zerodrift") } else { program });
        let nowhere = "http://127.0.0.1:9".to_owned();
        let base_url = self.sandbox.borrow().as_ref().map_or(nowhere, |sandbox| sandbox.base_url.clone());
        command
            .env_clear()
            .current_dir(&*self.checkout.borrow())
            .stdin(Stdio::null())
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", self.path("bin").display()))
            .env("HOME", self.folder.path())
            .env("ANSWERS", self.path("answers"))
            .env("CLOUDFLARE_BASE_URL", base_url);
        command
    }

    /// Runs a command, and says how it ended.
    pub(super) fn exit_code(&self, command: &mut Command) -> i32 {
        let output = command.output().unwrap();
        let code = output.status.code().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_ne!(code, 64, "no such command line: {errors}");
        assert_ne!(code, 127, "no such program: {errors}");
        code
    }

    /// Runs the scripts of a job as GitHub does, and says how each ended, by `steps.` and the id or name of the step.
    /// `known` are expressions with their values, besides those that every run has.
    pub(super) fn run_job(&self, workflow: &str, job: &str, known: &[(&str, &str)]) -> BTreeMap<String, i32> {
        let _ = std::fs::remove_file(self.path("outputs"));
        let workflow = self.pasted(workflow);
        self.answer("permissions", &workflow["jobs"][job]["permissions"].to_string());
        let steps = workflow["jobs"][job]["steps"].as_array().unwrap();
        let scripts = steps.iter().filter(|step| step["run"].is_string());
        scripts.map(|step| (id(step), self.run_step(step, known))).collect()
    }

    fn run_step(&self, step: &Json, known: &[(&str, &str)]) -> i32 {
        let mut command = self.command("bash");
        command.args(["--noprofile", "--norc", "-e", "-c", step["run"].as_str().unwrap()]);
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_REPOSITORY", "widget/org")
            .env("GITHUB_BASE_REF", "main")
            .env("GITHUB_WORKSPACE", &*self.checkout.borrow())
            .env("GITHUB_OUTPUT", self.path("outputs"))
            .env("GITHUB_STEP_SUMMARY", self.path("summary"))
            .env("RUNNER_TEMP", self.path("temp"));
        let variables = step["env"].as_object().into_iter().flatten();
        for (name, value) in variables {
            command.env(name, self.value(value.as_str().unwrap(), known));
        }
        self.exit_code(&mut command)
    }

    /// A text with the values of its expressions.
    fn value(&self, text: &str, known: &[(&str, &str)]) -> String {
        let Some((before, rest)) = text.split_once("${{") else { return text.to_owned() };
        let (expression, after) = rest.split_once("}}").unwrap();
        let expression = expression.trim();
        let given = known.iter().find(|(name, _)| *name == expression).map(|(_, value)| *value);
        let outputs = self.outputs();
        let value = given.unwrap_or_else(|| match expression {
            "secrets.CLOUDFLARE_API_TOKEN" => self.token.get(),
            "vars.CLOUDFLARE_ACCOUNT_ID" => ACCOUNT,
            "github.token" => "ghs_sample",
            "github.repository" | "github.event.workflow_run.head_repository.full_name" => "widget/org",
            "github.server_url" => "https://github.com",
            "github.run_id" => "1234",
            "github.event.pull_request.number" | "steps.find.outputs.number" => "7",
            "github.event.workflow_run.head_sha" => "0123456789abcdef0123456789abcdef01234567",
            "github.event.workflow_run.head_repository.owner.login" => "kim",
            "github.event.workflow_run.head_branch" => "longer-sessions",
            other if other.starts_with("steps.") => {
                let (_, output) = other.rsplit_once('.').unwrap();
                outputs.get(output).map_or("", String::as_str)
            }
            other => panic!("nobody knows what {other} is"),
        });
        format!("{before}{value}{}", self.value(after, known))
    }

    /// The outputs of the steps that ran last.
    pub(super) fn outputs(&self) -> BTreeMap<String, String> {
        let text = std::fs::read_to_string(self.path("outputs")).unwrap_or_default();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Runs the scripts of a job as GitLab does, and says how they ended.
    pub(super) fn run_gitlab_job(&self, job: &str, variables: &[(&str, &str)]) -> i32 {
        self.run_pipeline_job("gitlab/.gitlab-ci.yml", job, variables)
    }

    /// Runs the scripts of a job of this pipeline as GitLab does, and says how they ended.
    pub(super) fn run_pipeline_job(&self, pipeline: &str, job: &str, variables: &[(&str, &str)]) -> i32 {
        let pipeline = self.pasted(pipeline);
        let mut lines = vec!["set -eo pipefail"];
        for key in ["before_script", "script"] {
            lines.extend(inherited(&pipeline, job, key).as_array().unwrap().iter().map(|line| line.as_str().unwrap()));
        }
        let script = self.completed(&lines.join("\n"));
        let mut command = self.command("bash");
        let own = inherited(&pipeline, job, "variables").as_object().into_iter().flatten();
        command.args(["-c", &script]).envs(own.map(|(name, value)| (name, value.as_str().unwrap())));
        command.envs(variables.iter().copied());
        command.env("CI_PROJECT_DIR", &*self.checkout.borrow()).env("CLOUDFLARE_API_TOKEN", self.token.get());
        self.exit_code(&mut command)
    }

    /// The script of a pipeline as the user completed it. It installs into the folder and not into the system.
    fn completed(&self, script: &str) -> String {
        let line = self.shell("bin/sha256sum answers/archive.tar.gz");
        let checksum = self.checksum.borrow().unwrap_or(line.split(' ').next().unwrap());
        let installed = self.path("installed").display().to_string();
        script
            .replace("archive=COMPLETE_ME", &format!("archive={ARCHIVE}"))
            .replace("sha256=COMPLETE_ME", &format!("sha256={checksum}"))
            .replace("/usr/local/bin", &installed)
    }
}

/// What a job of GitLab has under this key, or the job that it extends.
pub(super) fn inherited<'p>(pipeline: &'p Json, job: &str, key: &str) -> &'p Json {
    let own = &pipeline[job];
    match own["extends"].as_str() {
        Some(base) if own[key].is_null() => inherited(pipeline, base, key),
        _ => &own[key],
    }
}

/// The id of a step, or its name in the form of one.
fn id(step: &Json) -> String {
    let name = step["id"].as_str().or_else(|| step["name"].as_str()).unwrap();
    format!("steps.{}", name.to_lowercase().replace(' ', "-"))
}
