//! As much of a cluster as the examples need: pods with their containers, variables and volumes.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use serde_json::Value as Json;

use super::runner::{Machine, TOKEN, example};

/// A cluster to which a file was applied. Its pods run on a machine.
pub(super) struct Cluster {
    pub(super) machine: Machine,
    objects: Vec<Json>,
}

/// A list of an object, empty if it is absent.
pub(super) fn list(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text"))
}

impl Cluster {
    /// Applies a file below `examples/`.
    pub(super) fn of(file: &str) -> Self {
        let text = std::fs::read_to_string(example(file)).unwrap();
        let objects = text.split("\n---\n").map(|object| serde_yaml::from_str(object).unwrap());
        let cluster = Self { machine: Machine::new(), objects: objects.collect() };
        std::fs::create_dir(cluster.machine.path("image")).unwrap();
        cluster
    }

    /// An object.
    pub(super) fn object(&self, kind: &str, name: &str) -> &Json {
        let is_named = |object: &&Json| object["kind"] == kind && object["metadata"]["name"] == name;
        self.objects.iter().find(is_named).unwrap_or_else(|| panic!("{kind} {name} does not exist"))
    }

    /// The job that a cron job starts.
    pub(super) fn job(&self, cron_job: &str) -> &Json {
        &self.object("CronJob", cron_job)["spec"]["jobTemplate"]["spec"]
    }

    /// Its pod.
    pub(super) fn pod(&self, cron_job: &str) -> &Json {
        &self.job(cron_job)["template"]["spec"]
    }

    /// Changes a file of a config map.
    pub(super) fn configure(&mut self, config_map: &str, key: &str, value: &str) {
        let object = self.objects.iter_mut().find(|object| object["metadata"]["name"] == config_map).unwrap();
        object["data"][key] = value.into();
    }

    /// The folder of a volume.
    pub(super) fn volume(&self, name: &str) -> PathBuf {
        self.machine.path(&format!("volume-{name}"))
    }

    /// Runs the pod of a cron job, with this index if it has one: its containers one after the other, up to one that fails.
    /// Says how the last one ended.
    pub(super) fn run(&self, cron_job: &str, index: Option<usize>) -> i32 {
        let pod = self.pod(cron_job);
        list(&pod["volumes"]).iter().for_each(|volume| self.mount(volume));
        let containers = list(&pod["initContainers"]).iter().chain(list(&pod["containers"]));
        let mut codes = containers.map(|container| self.run_container(container, index));
        codes.find(|code| *code != 0).unwrap_or(0)
    }

    fn run_container(&self, container: &Json, index: Option<usize>) -> i32 {
        let index = index.map(|index| index.to_string());
        let words = |key: &str| -> Vec<String> {
            let word =
                |word: &Json| text(word).replace("$(JOB_COMPLETION_INDEX)", index.as_deref().unwrap_or_default());
            list(&container[key]).iter().map(|one| self.on_machine(container, &word(one))).collect()
        };
        let program = words("command");
        let mut command = self.machine.command(program.first().map_or("zerodrift", String::as_str));
        command.args(program.iter().skip(1)).args(words("args"));
        let folder = container["workingDir"].as_str().map(|folder| self.on_machine(container, folder).into());
        command.current_dir(folder.unwrap_or_else(|| self.machine.path("image")));
        for variable in list(&container["env"]) {
            command.env(text(&variable["name"]), text(&variable["value"]));
        }
        if list(&container["envFrom"]).iter().any(|source| source["secretRef"]["name"] == "zerodrift-tokens") {
            command.env("CLOUDFLARE_API_TOKEN", TOKEN);
        }
        index.map(|index| command.env("JOB_COMPLETION_INDEX", index));
        // The root of a container cannot be written, so temporary files need a volume.
        let temporary = list(&container["volumeMounts"]).iter().find(|mount| mount["mountPath"] == "/tmp");
        command.env("TMPDIR", temporary.map_or("/nowhere".into(), |mount| self.volume(text(&mount["name"]))));
        self.machine.exit_code(&mut command)
    }

    /// A text of a container, with the folders of its volumes.
    fn on_machine(&self, container: &Json, word: &str) -> String {
        list(&container["volumeMounts"]).iter().filter(|mount| mount["mountPath"] != "/tmp").fold(
            word.to_owned(),
            |word, mount| {
                let folder = self.volume(text(&mount["name"]));
                word.replace(text(&mount["mountPath"]), &folder.display().to_string())
            },
        )
    }

    /// Makes the folder of a volume, empty unless it is that of a claim. A file of a config map is a link to one in a folder
    /// of its own, as the kubelet makes it.
    fn mount(&self, volume: &Json) {
        let folder = self.volume(text(&volume["name"]));
        if folder.exists() && !volume["persistentVolumeClaim"].is_object() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        std::fs::create_dir_all(&folder).unwrap();
        for source in list(&volume["projected"]["sources"]) {
            std::fs::create_dir(folder.join("..2026_11_27")).unwrap();
            symlink("..2026_11_27", folder.join("..data")).unwrap();
            let files = self.object("ConfigMap", text(&source["configMap"]["name"]))["data"].as_object().unwrap();
            for (name, content) in files {
                std::fs::write(folder.join("..data").join(name), text(content)).unwrap();
                symlink(format!("..data/{name}"), folder.join(name)).unwrap();
            }
        }
    }
}
