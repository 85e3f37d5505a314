//! Very many organizations in a cluster: the pods of the shards, and the report of their documents.

use std::time::{Duration, SystemTime};

use serde_json::Value as Json;

use super::cluster::{Cluster, list};

const FILE: &str = "kubernetes/shards.yaml";

/// Runs the pods of all shards, and says how each ended.
fn compare(cluster: &Cluster) -> [i32; 3] {
    [0, 1, 2].map(|index| cluster.run("zerodrift-shards", Some(index)))
}

/// Declares this session duration. The sandbox has 12h.
fn declare(cluster: &mut Cluster, duration: &str) {
    let base = format!("organization:\n  session_duration: {duration}\n");
    cluster.configure("zerodrift-manifests", "_base.yaml", &base);
}

#[test]
fn the_report_of_all_shards_fails_on_drift() {
    let mut cluster = Cluster::of(FILE);
    let codes = compare(&cluster);
    assert!(codes.contains(&2) && codes.iter().all(|code| [0, 2].contains(code)), "{codes:?}");
    assert_eq!(cluster.run("zerodrift-report", None), 2);
    declare(&mut cluster, "12h");
    assert_eq!(compare(&cluster), [0; 3]);
    assert_eq!(cluster.run("zerodrift-report", None), 0);
}

#[test]
fn the_report_fails_if_a_document_is_missing_or_of_an_earlier_run() {
    let mut cluster = Cluster::of(FILE);
    declare(&mut cluster, "12h");
    compare(&cluster);
    for document in ["shard-0.json", "shard-1.json", "shard-2.json"] {
        let path = cluster.volume("documents").join(document);
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        // The latest moment at which the run before could have written it.
        file.set_modified(SystemTime::now() - Duration::from_secs(60 * 60)).unwrap();
        assert_eq!(cluster.run("zerodrift-report", None), 1, "{document}");
        file.set_modified(written).unwrap();
        assert_eq!(cluster.run("zerodrift-report", None), 0, "{document}");
        std::fs::rename(&path, path.with_extension("away")).unwrap();
        assert_eq!(cluster.run("zerodrift-report", None), 1, "{document}");
        std::fs::rename(path.with_extension("away"), &path).unwrap();
    }
}

#[test]
fn the_report_has_the_code_of_an_organization_that_failed() {
    let mut cluster = Cluster::of(FILE);
    declare(&mut cluster, "1d");
    assert!(compare(&cluster).contains(&5));
    assert_eq!(cluster.run("zerodrift-report", None), 5);
}

/// The number in a setting.
fn number(value: &Json) -> u64 {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| panic!("{value} is not a number"))
}

#[test]
fn the_number_of_shards_is_the_same_in_all_places() {
    let cluster = Cluster::of(FILE);
    let job = cluster.job("zerodrift-shards");
    let container = &cluster.pod("zerodrift-shards")["containers"][0];
    assert_eq!((number(&job["completions"]), number(&job["parallelism"])), (3, 3));
    assert_eq!(container["env"], serde_json::json!([{"name": "ZERODRIFT_SHARDS", "value": "3"}]));
    let arguments = container["args"].to_string();
    assert!(arguments.contains(&format!("--rate={}/5m", 1200 / 3)), "{arguments}");
    let shown = &cluster.pod("zerodrift-report")["containers"][0]["args"];
    assert_eq!(list(shown).iter().filter(|word| word.as_str().unwrap().starts_with("shard-")).count(), 3);
}

#[test]
fn the_pods_of_the_shards_have_ended_before_the_report_starts() {
    let cluster = Cluster::of(FILE);
    let minute = |name: &str| {
        let schedule = cluster.object("CronJob", name)["spec"]["schedule"].as_str().unwrap();
        schedule.split(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let between = (minute("zerodrift-report") - minute("zerodrift-shards")) * 60;
    let late = |name: &str| number(&cluster.object("CronJob", name)["spec"]["startingDeadlineSeconds"]);
    let longest = number(&cluster.job("zerodrift-shards")["activeDeadlineSeconds"]);
    assert!(late("zerodrift-shards") + longest < between);
    // The report takes documents since the start of the shards, however late it is, and not those of an hour before.
    let collect = list(&cluster.pod("zerodrift-report")["initContainers"][0]["command"]);
    let newer = collect.iter().position(|word| word == "-mmin").unwrap() + 1;
    let minutes: u64 = collect[newer].as_str().unwrap().strip_prefix('-').unwrap().parse().unwrap();
    assert!(between + late("zerodrift-report") < minutes * 60);
    assert!(minutes * 60 < between + 60 * 60 - late("zerodrift-shards") - longest);
}

#[test]
fn a_pod_is_retried_only_after_an_error_that_can_be_temporary() {
    let cluster = Cluster::of(FILE);
    let job = cluster.job("zerodrift-shards");
    assert_eq!((&job["completionMode"], number(&job["backoffLimitPerIndex"])), (&"Indexed".into(), 1));
    let rules = list(&job["podFailurePolicy"]["rules"]);
    let codes: Vec<u64> = list(&rules[0]["onExitCodes"]["values"]).iter().map(number).collect();
    // Those of the guide, without success, failures of the network (1), conflicts of apply (4) and interruptions (130).
    assert_eq!((&rules[0]["action"], codes), (&"FailIndex".into(), vec![2, 3, 5, 6, 64]));
    assert_eq!(rules[0]["onExitCodes"]["containerName"], cluster.pod("zerodrift-shards")["containers"][0]["name"]);
    assert_eq!(rules[1]["action"], "Ignore");
}

/// As the level "restricted" of the pod security standards asks.
#[test]
fn no_container_has_more_rights_than_it_needs() {
    let cluster = Cluster::of(FILE);
    for name in ["zerodrift-shards", "zerodrift-report"] {
        let pod = cluster.pod(name);
        assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
        let of_pod = &pod["securityContext"];
        assert_eq!((&of_pod["runAsNonRoot"], &of_pod["runAsUser"]), (&true.into(), &65532.into()), "{name}");
        assert_eq!(of_pod["seccompProfile"]["type"], "RuntimeDefault", "{name}");
        for container in list(&pod["initContainers"]).iter().chain(list(&pod["containers"])) {
            let may = serde_json::json!({
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}
            });
            assert_eq!(container["securityContext"], may, "{name}: {container}");
            assert!(container["resources"]["limits"]["memory"].is_string(), "{name}: {container}");
            let has_token = container["envFrom"] == serde_json::json!([{"secretRef": {"name": "zerodrift-tokens"}}]);
            assert_eq!(has_token, container["name"] == "drift", "{name}: {container}");
        }
    }
}
