//! Signals during an apply of several organizations: writes that have begun are finished, and the others are skipped.

use std::io::{BufRead as _, BufReader};

use crate::apply_many;
use crate::interrupt::{audit, signal, start};

/// The budget ends before the read that precedes the second write, or before its turn. Nothing is sent for it.
#[test]
fn a_signal_while_a_write_waits_for_the_budget_reports_that_nothing_was_written() {
    for rate in ["7/10m", "6/10m"] {
        let (api, env) = apply_many::three(&[]);
        let mut child = start(&env, &format!("apply orgs --auto-approve --parallel 1 --rate {rate} --format json -v"));
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(said.any(|line| line.contains("before the next request")), "{rate}");
        signal("TERM", child.id());
        let rest = said.collect::<Vec<_>>().join("\n");
        let ended = env.finish(child).exits(130);
        assert_eq!(apply_many::outcomes(&ended), ["applied", "failed", "skipped"], "{rate}");
        let error = &ended.json()["results"][1]["error"];
        assert_eq!(error["message"], "interrupted: nothing was written to the organization", "{rate}");
        assert!(!rest.contains("interrupted: finishing") && !rest.contains("abandoned"), "{rest}");
        assert_eq!(audit(&env).last().unwrap()["known"], "as_before", "{rate}");
        assert_eq!(apply_many::durations(&api), ["24h", "12h", "12h"], "{rate}");
    }
}

#[test]
fn a_signal_finishes_the_organization_that_is_written_and_skips_the_others() {
    let (api, env) = apply_many::three(&["11111111111111111111111111111111=PUT:hang-after"]);
    let child = start(&env, "apply orgs --auto-approve --parallel 1 --timeout 2s --format json");
    api.wait_for("PUT");
    signal("TERM", child.id());
    let ended = env.finish(child).exits(130).says(&["finishing the write"]);
    assert_eq!(apply_many::outcomes(&ended), ["applied", "skipped", "skipped"]);
    assert_eq!(apply_many::durations(&api), ["24h", "12h", "12h"]);
    env.run("apply orgs --auto-approve").exits(0);
    assert_eq!(apply_many::durations(&api), ["24h", "24h", "24h"]);
}

#[test]
fn a_second_signal_abandons_the_write_that_has_begun_with_what_is_known() {
    let (api, env) = apply_many::three(&["11111111111111111111111111111111=PUT:hang"]);
    let mut child = start(&env, "apply orgs --auto-approve --parallel 1 --format json");
    api.wait_for("PUT");
    signal("TERM", child.id());
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains("interrupted: finishing")));
    signal("TERM", child.id());
    drop(said);
    let ended = env.finish(child).exits(130);
    assert_eq!(apply_many::outcomes(&ended), ["failed", "skipped", "skipped"]);
    let hints = ended.json()["results"][0]["error"]["hints"].to_string();
    assert!(hints.contains("zerodrift drift") && hints.contains("zerodrift rollback"), "{hints}");
    assert_eq!(audit(&env).last().unwrap()["known"], "unknown");
}
