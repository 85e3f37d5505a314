//! Law 7: no fault leaves a third state.
//!
//! Every fault of the sandbox's script × every request of an apply × every named personality. After each: live is as
//! before or as wanted, what the outcome says of live is true, and running again converges. A creation is never sent
//! twice in a run.

use std::collections::BTreeSet;
use std::io::Write as _;

use crate::common::{World, manifest, target};
use serde_json::{Map, Value as Json, json};
use zerodrift::apply::{Approved, End, Known, Options, Outcome, apply, verify};
use zerodrift::cloudflare::{Error, Revocation, WriteError};
use zerodrift::live::Document;
use zerodrift::manifest::Manifest;
use zerodrift::plan::{Change, Op, Plan};
use zerodrift::sandbox::personality::ReadBack;
use zerodrift::sandbox::{Fault, Personality, State};
use zerodrift::settings::{Endpoint, Model};

/// Everything that can go wrong with a request, as the sandbox's script spells it.
const TROUBLES: [&str; 28] = [
    "400",
    "401",
    "403",
    "404",
    "408",
    "409",
    "429+1",
    "429-html",
    "500",
    "502-html",
    "503+1",
    "520",
    "html",
    "truncated",
    "reset-before",
    "reset-after",
    "hang",
    "hang-after",
    "failed-after",
    "not-json",
    "empty-body",
    "wrong-type",
    "unreachable",
    // An API that does not keep to HTTP, or to one answer: it denies what it did, acts later, or says once that there is
    // no organization.
    "400-after",
    "409-after",
    "lands+2",
    "lands+30",
    "not-enabled",
];

const UPDATE: &str = "\
account_id: 699d98642c564d2e855e9661899b7252
organization:
  name: Widget
  auth_domain: widget.cloudflareaccess.com
  session_duration: 24h
  login_design:
    header_text: null
doh:
  doh_jwt_duration: 48h
";

const CREATE: &str = "\
account_id: 699d98642c564d2e855e9661899b7252
organization:
  name: Widget
  auth_domain: widget.cloudflareaccess.com
  session_duration: 24h
  auto_redirect_to_identity: false
  strict_service_token_auth: false
  deny_unmatched_requests_exempted_zone_names: []
  custom_pages:
    forbidden: 3b7f0f0a4c1e4b7d9a52c6d81e90f2a7
doh:
  doh_jwt_duration: 48h
";

fn existing() -> State {
    State::with_organization(json!({
        "name": "Widget", "auth_domain": "widget.cloudflareaccess.com", "session_duration": "12h",
        "deny_unmatched_requests": true, "login_design": {"header_text": "Hi", "footer_text": "Bye"},
        "created_at": "2024-03-11T09:12:45Z",
    }))
    .and_doh(json!({"doh_jwt_duration": "24h", "id": "7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871"}))
}

fn run<T>(story: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(story)
}

/// One whole `apply`: read, plan, write, read back. An error where it ends before anything could be written.
async fn whole_run(world: &World, manifest: &Manifest) -> Result<(Plan, Outcome), String> {
    let live = world.reader.live(&target(), &manifest.endpoints).await.map_err(|error: Error| error.to_string())?;
    let plan = crate::common::plan_for(manifest, &live);
    let Ok(approved) = Approved::new(&plan, &live) else { return Err(format!("{:?}", plan.findings)) };
    let outcome = apply(&world.reader, &world.writer, approved, &Options::without_backup(Model::current())).await;
    Ok((plan, outcome))
}

/// What an object of the account is, compared with what it was and what was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    Before,
    Wanted,
    Third,
}

fn stored(state: &State, endpoint: Endpoint) -> Option<Document> {
    state.document(endpoint).map(|fields: &Map<String, Json>| Document::new(endpoint, fields.clone()))
}

/// Judges by what the account holds, behind everybody's back.
fn judge(endpoint: Endpoint, before: &State, now: &State, changes: &[Change]) -> Is {
    let (before, now) = (stored(before, endpoint), stored(now, endpoint));
    let of_endpoint: Vec<&Change> = changes.iter().filter(|change| change.setting.endpoint() == endpoint).collect();
    let same = |before: &Document, now: &Document, changes: &[&Change]| {
        verify(Model::current(), Some(before), now, changes).is_empty()
    };
    match (&before, &now) {
        (None, None) => Is::Before,
        (Some(before), Some(now)) if same(before, now, &[]) => Is::Before,
        (before, Some(now)) if verify(Model::current(), before.as_ref(), now, &of_endpoint).is_empty() => Is::Wanted,
        // A creation in two steps may stop between them: what POST takes is there, the rest is not.
        (None, Some(now)) => {
            let sent = |change: &&Change| change.setting.in_create && change.op == Op::Set;
            let by_post: Vec<&Change> = of_endpoint.iter().copied().filter(sent).collect();
            if verify(Model::current(), None, now, &by_post).is_empty() { Is::Before } else { Is::Third }
        }
        _ => Is::Third,
    }
}

/// The requests of a run without faults, as the script counts them: `GET/doh`, second one.
fn positions(world: &World) -> Vec<(String, u32)> {
    let mut positions = Vec::new();
    for call in world.calls() {
        let spot = call.replace(' ', "/");
        let nth = 1 + positions.iter().filter(|(known, _)| *known == spot).count();
        positions.push((spot, u32::try_from(nth).unwrap()));
    }
    positions
}

/// How the matrix went, for the report and for the proof that it was not empty.
#[derive(Debug, Default)]
struct Tally {
    faults: usize,
    applied: usize,
    as_before: usize,
    unknown: usize,
    personalities: BTreeSet<&'static str>,
}

/// What a run without faults does, for comparison.
fn reference(state: &State, how: &Personality, manifest: &Manifest) -> Vec<Change> {
    let plan = run(whole_run(&World::of(state.clone(), *how), manifest)).unwrap().0;
    plan.changes.into_iter().chain(plan.declared_empty).collect()
}

/// Says how many faults were tried. Past the capture of the test runner, so that a log of the run holds the figures.
fn report(what: &str, tally: &Tally) {
    let Tally { faults, applied, as_before, unknown, personalities } = tally;
    say(&format!(
        "faults of {what}: {faults} tried on {} personalities, nothing lost: {applied} ended as wanted, {as_before} as \
         before, {unknown} with the rest to do or to look up; each converged when it was run again",
        personalities.len()
    ));
}

#[allow(clippy::explicit_write, reason = "the test runner captures eprintln!")]
fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").unwrap();
}

/// One fault in one run: what happened must be one of the two states, said truly, and mended by running again.
fn one_fault(
    name: &'static str,
    state: &State,
    how: &Personality,
    manifest: &Manifest,
    changes: &[Change],
    faults: &[Fault],
    tally: &mut Tally,
) {
    run(async {
        let mut state = state.clone();
        state.faults = faults.to_vec();
        let world = World::of(state.clone(), *how);
        let said = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let first = whole_run(&world, manifest).await;
        let posts = world.calls().iter().filter(|call| *call == "POST organization").count();

        let now = world.state();
        let is: Vec<Is> = manifest.endpoints.iter().map(|endpoint| judge(*endpoint, &state, &now, changes)).collect();
        assert!(!is.contains(&Is::Third), "{name}, {said}: a third state\n{first:#?}\n{now:#?}");
        tally.faults += 1;
        tally.personalities.insert(name);
        match &first {
            Err(_) => assert!(is.iter().all(|is| *is == Is::Before), "{name}, {said}: a failed read moved something"),
            Ok((_, outcome)) => {
                check_claim(&format!("{name}, {said}"), outcome, &is, &Lies::of(how, &said));
                let under_way = !now.pending.is_empty();
                assert!(!under_way || outcome.known != Known::Unchanged, "{name}, {said}: a write may still land");
                // A refusal (429) and a connection that never came about provably did nothing, so the client may repeat.
                let provable = said.contains("429") || said.contains("unreachable");
                assert!(posts <= 1 || provable, "{name}, {said}: {posts} creations");
                match outcome.known {
                    Known::Desired => tally.applied += 1,
                    Known::Unchanged => tally.as_before += 1,
                    _ => tally.unknown += 1,
                }
            }
        }

        world.transport.sandbox().change(|state| state.faults.clear()).unwrap();
        let mut again = whole_run(&world, manifest).await.unwrap_or_else(|error| panic!("{name}, {said}: {error}")).1;
        // A read that is late, or a write that lands late, looks like somebody else's work: then a later run converges.
        for _ in 0..3 {
            if again.end == End::Conflict {
                again = whole_run(&world, manifest).await.unwrap_or_else(|error| panic!("{name}, {said}: {error}")).1;
            }
        }
        assert!(matches!(again.end, End::Applied | End::InSync), "{name}, {said}: running again: {again:#?}");
        let now = world.state();
        let wanted = manifest.endpoints.iter().all(|endpoint| judge(*endpoint, &state, &now, changes) == Is::Wanted);
        assert!(wanted, "{name}, {said}: running again converges");
    });
}

/// How far an API goes against its own word, and what nobody can know then.
struct Lies {
    /// It denies a write that it did, and the one read afterwards is late as well.
    denies_and_reads_late: bool,
    /// It denies a creation that it did, or says that there is no organization: then the one that is there is a stranger.
    hides_the_organization: bool,
}

impl Lies {
    fn of(how: &Personality, faults: &str) -> Self {
        let denies = faults.contains("00-after") || faults.contains("09-after");
        let late = how.read_back == ReadBack::Late;
        let hides = faults.contains("POST") && denies || faults.contains("not-enabled");
        Self { denies_and_reads_late: denies && late, hides_the_organization: hides || late }
    }
}

/// What the outcome says of live must be what the account holds.
fn check_claim(place: &str, outcome: &Outcome, is: &[Is], lies: &Lies) {
    let holds = match outcome.known {
        Known::Desired => is.iter().all(|is| *is == Is::Wanted),
        Known::Unchanged => lies.denies_and_reads_late || is.iter().all(|is| *is == Is::Before),
        Known::Partly | Known::Pending | Known::Unconfirmed | Known::Unknown => true,
        // Only somebody else can make it so, and nobody else is here: it is said only where our own work is hidden from us.
        Known::Otherwise => lies.hides_the_organization && outcome.end == End::Conflict,
    };
    assert!(holds, "{place}: says {:?}, and is {is:?}\n{outcome:#?}", outcome.known);
    assert_eq!(outcome.end == End::Applied, outcome.known == Known::Desired, "{place}: {outcome:#?}");
}

/// Every fault at every request of this run, once, and once for ever.
fn matrix(initial: &State, text: &str) -> Tally {
    let manifest = manifest(text);
    let mut tally = Tally::default();
    for (name, how) in Personality::named() {
        let world = World::of(initial.clone(), how);
        let clean = run(whole_run(&world, &manifest));
        // Some personalities refuse this run without any fault; they have nothing to say about faults.
        if !clean.is_ok_and(|(_, outcome)| outcome.end == End::Applied) {
            continue;
        }
        let changes = reference(initial, &how, &manifest);
        for (spot, nth) in positions(&world) {
            for trouble in TROUBLES {
                let fault: Fault = format!("{spot}:{trouble}@{nth}").parse().unwrap();
                one_fault(name, initial, &how, &manifest, &changes, std::slice::from_ref(&fault), &mut tally);
            }
        }
    }
    tally
}

#[test]
fn no_fault_of_an_update_leaves_a_third_state() {
    let tally = matrix(&existing(), UPDATE);
    report("an update", &tally);
    assert!(tally.faults > 3_000 && tally.personalities.len() > 20, "{tally:?}");
    assert!(tally.applied > 0 && tally.as_before > 0, "{tally:?}");
}

#[test]
fn no_fault_of_a_creation_leaves_a_third_state() {
    let tally = matrix(&State::default(), CREATE);
    report("a creation", &tally);
    assert!(tally.faults > 3_000 && tally.personalities.len() > 15, "{tally:?}");
}

#[test]
fn a_fault_that_stays_ends_the_run_and_moves_nothing_unsaid() {
    let manifest = manifest(UPDATE);
    let changes = reference(&existing(), &Personality::default(), &manifest);
    let mut tally = Tally::default();
    for spot in ["PUT/organization", "PUT/doh", "GET/organization", "*"] {
        for trouble in TROUBLES {
            let fault: Fault = format!("{spot}:{trouble}").parse().unwrap();
            one_fault(
                "replace",
                &existing(),
                &Personality::default(),
                &manifest,
                &changes,
                &vec![fault; 60],
                &mut tally,
            );
        }
    }
    report("an update, for ever", &tally);
}

#[test]
fn two_faults_in_one_run_are_no_worse_than_one() {
    let manifest = manifest(UPDATE);
    let changes = reference(&existing(), &Personality::default(), &manifest);
    let mut tally = Tally::default();
    for write in TROUBLES {
        for read in TROUBLES {
            let faults = [format!("PUT/organization:{write}"), format!("GET/organization:{read}@2")];
            let faults = faults.map(|text| text.parse::<Fault>().unwrap());
            one_fault("replace", &existing(), &Personality::default(), &manifest, &changes, &faults, &mut tally);
        }
    }
    report("an update, in pairs", &tally);
}

#[test]
fn a_revocation_whose_fate_is_unknown_is_not_repeated() {
    for trouble in TROUBLES {
        run(async {
            let mut state = existing();
            state.faults = vec![format!("POST/revoke_user:{trouble}").parse().unwrap()];
            let world = World::of(state, Personality::default());
            let done = world.writer.revoke_user(&target(), &Revocation::of("sam@widget.example")).await;
            let sent = world.calls().len();
            match &done {
                Ok(_) => assert!(sent == 1 || trouble.starts_with("429") || trouble == "unreachable", "{trouble}"),
                Err(WriteError::Refused(_) | WriteError::Uncertain(_)) => assert_eq!(sent, 1, "{trouble}: {done:?}"),
            }
            // What the API denies by a certain status cannot be known without a read, and a revocation has none.
            let denied = trouble.starts_with("40") && trouble.ends_with("-after");
            let acted = format!("POST:{trouble}").parse::<Fault>().unwrap().kind.is_applied() && !denied;
            if acted {
                assert!(!matches!(done, Err(WriteError::Refused(_))), "{trouble}: it was acted on: {done:?}");
            }
        });
    }
}

/// A read holds nothing that could write; whatever happens to it, it ends, and the account is as it was.
#[test]
fn no_fault_of_a_read_moves_anything() {
    let mut faults = 0;
    for (name, how) in Personality::named() {
        for place in ["organization", "doh", "verify"] {
            for trouble in TROUBLES {
                run(async {
                    let state = State { faults: vec![format!("GET/{place}:{trouble}").parse().unwrap()], ..existing() };
                    let world = World::of(state.clone(), how);
                    let _ = world.reader.live(&target(), &Endpoint::ALL).await;
                    let _ = world.reader.verify_token(&target()).await;
                    let now = world.state();
                    assert_eq!(
                        (now.organization, now.doh),
                        (state.organization, state.doh),
                        "{name}, {place}: {trouble}"
                    );
                    assert!(world.calls().iter().all(|call| call.starts_with("GET")), "{name}, {place}: {trouble}");
                });
                faults += 1;
            }
        }
    }
    say(&format!("faults of reads: {faults} tried, nothing moved"));
}

/// Somebody else writes between our read and our read-back: before our write it stops the write, in the moment of our
/// write nobody can see it, and after our write it is said with both values.
#[test]
fn a_concurrent_writer_is_a_conflict_with_both_values() {
    use zerodrift::apply::Failure;
    use zerodrift::sandbox::{Concurrent, Moment};
    for when in [Moment::Read, Moment::Before, Moment::After] {
        run(async {
            let mut state = existing();
            state.hostile.concurrent = Some(Concurrent { when, patch: json!({"session_duration": "1h"}) });
            let world = World::of(state, Personality::default());
            let (_, outcome) = whole_run(&world, &manifest(UPDATE)).await.unwrap();
            let both = match (&outcome.failure, outcome.mismatches.as_slice()) {
                (Some(Failure::Moved(moved)), []) => Some((&moved[0].before, &moved[0].after)),
                (None, [found, ..]) => Some((&found.expected, &found.found)),
                _ => None,
            };
            match when {
                Moment::Read => assert_eq!((both, outcome.writes), (Some((&json!("12h"), &json!("1h"))), 0)),
                Moment::Before => assert_eq!(both, None, "this is the window that is left"),
                Moment::After => assert_eq!(both, Some((&json!("24h"), &json!("1h")))),
            }
            assert_eq!(outcome.end == End::Conflict, both.is_some(), "{when:?}: {outcome:?}");
        });
    }
}
