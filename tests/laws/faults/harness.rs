//! Applies with faults, and compares the outcome with the state that the emulated account stores.

use std::collections::BTreeSet;
use std::io::Write as _;

use crate::common::{World, manifest, plan_for, run, target};
use serde_json::{Map, Value as Json, json};
use zerodrift::apply::{Approved, End, Known, Options, Outcome, apply, verify};
use zerodrift::cloudflare::Error;
use zerodrift::live::Document;
use zerodrift::manifest::Manifest;
use zerodrift::plan::{Change, Op, Plan};
use zerodrift::sandbox::personality::ReadBack;
use zerodrift::sandbox::{Fault, Personality, State};
use zerodrift::settings::{Endpoint, Model};

/// Every fault of a request, in the notation of the sandbox.
pub(super) const FAULTS: [&str; 28] = [
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
    // An API that contradicts itself: it rejects a write that it applies, applies one later, or returns once that there is
    // no organization.
    "400-after",
    "409-after",
    "lands+2",
    "lands+30",
    "not-enabled",
];

pub(super) const UPDATE: &str = "\
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

pub(super) const CREATE: &str = "\
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

/// The state that `UPDATE` changes.
pub(super) fn existing() -> State {
    State::with_organization(json!({
        "name": "Widget", "auth_domain": "widget.cloudflareaccess.com", "session_duration": "12h",
        "deny_unmatched_requests": true, "login_design": {"header_text": "Hi", "footer_text": "Bye"},
        "created_at": "2024-03-11T09:12:45Z",
    }))
    .and_doh(json!({"doh_jwt_duration": "24h", "id": "7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871"}))
}

/// Reads, plans and applies. Returns an error if the run ends before its first write.
pub(super) async fn read_and_apply(world: &World, manifest: &Manifest) -> Result<(Plan, Outcome), String> {
    let live = world.reader.live(&target(), &manifest.endpoints).await.map_err(|error: Error| error.to_string())?;
    let plan = plan_for(manifest, &live);
    let Ok(approved) = Approved::new(&plan, &live) else { return Err(format!("{:?}", plan.findings)) };
    let outcome = apply(&world.reader, &world.writer, approved, &Options::without_backup(Model::current())).await;
    Ok((plan, outcome))
}

/// The stored settings of an endpoint after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StateAfter {
    Before,
    Desired,
    Other,
}

impl StateAfter {
    /// Compares what the account stores, not what it returns.
    fn of(endpoint: Endpoint, before: &State, now: &State, changes: &[Change]) -> Self {
        let (before, now) = (stored(before, endpoint), stored(now, endpoint));
        let of_endpoint: Vec<&Change> = changes.iter().filter(|change| change.setting.endpoint() == endpoint).collect();
        let is_before_with =
            |now: &Document, changes: &[&Change]| verify(Model::current(), before.as_ref(), now, changes).is_empty();
        // A creation may stop between POST and PUT. Then only the settings of the POST are stored.
        let is_sent_by_post = |change: &&Change| change.setting.in_create && change.op == Op::Set;
        let of_post: Vec<&Change> = of_endpoint.iter().copied().filter(is_sent_by_post).collect();
        match (&before, &now) {
            (None, None) => Self::Before,
            (Some(_), Some(now)) if is_before_with(now, &[]) => Self::Before,
            (_, Some(now)) if is_before_with(now, &of_endpoint) => Self::Desired,
            (None, Some(now)) if is_before_with(now, &of_post) => Self::Before,
            _ => Self::Other,
        }
    }
}

fn stored(state: &State, endpoint: Endpoint) -> Option<Document> {
    state.document(endpoint).map(|fields: &Map<String, Json>| Document::new(endpoint, fields.clone()))
}

/// How many faults were tested, and how the runs ended.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) faults: usize,
    pub(super) applied: usize,
    pub(super) unchanged: usize,
    pub(super) unknown: usize,
    pub(super) personalities: BTreeSet<&'static str>,
}

impl Counts {
    pub(super) fn report(&self, faults: &str) {
        report(&format!(
            "{faults}: {} tested with {} personalities: {} applied, {} unchanged, {} partly applied or unknown; the next \
             run converged after each",
            self.faults,
            self.personalities.len(),
            self.applied,
            self.unchanged,
            self.unknown,
        ));
    }
}

/// Writes to standard error directly, because the test runner captures `eprintln!`, and CI logs should have the numbers.
#[allow(clippy::explicit_write, reason = "the test runner captures eprintln!")]
pub(super) fn report(line: &str) {
    writeln!(std::io::stderr(), "{line}").unwrap();
}

/// An apply that succeeds without faults.
pub(super) struct Scenario {
    personality_name: &'static str,
    personality: Personality,
    initial: State,
    manifest: Manifest,
    changes: Vec<Change>,
    /// The requests without faults, such as the second `GET/doh`.
    requests: Vec<(String, u32)>,
}

impl Scenario {
    /// Applies without faults. Returns `None` if the personality refuses this apply.
    fn new(personality_name: &'static str, personality: Personality, initial: &State, text: &str) -> Option<Self> {
        let (initial, manifest) = (initial.clone(), manifest(text));
        let world = World::of(initial.clone(), personality);
        let (plan, outcome) = run(read_and_apply(&world, &manifest)).ok()?;
        if outcome.end != End::Applied {
            return None;
        }
        let changes = plan.changes.into_iter().chain(plan.declared_empty).collect();
        Some(Self { personality_name, personality, initial, manifest, changes, requests: requests(&world) })
    }

    /// The update, with a PUT that replaces.
    pub(super) fn update() -> Self {
        Self::new("replace", Personality::default(), &existing(), UPDATE).unwrap()
    }

    /// Applies with these faults. The state must be as before or as desired, the outcome must describe it correctly, and the
    /// next run must converge.
    pub(super) fn check(&self, faults: &[Fault], counts: &mut Counts) {
        let names = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let place = format!("{}, {names}", self.personality_name);
        let world = World::of(State { faults: faults.to_vec(), ..self.initial.clone() }, self.personality);
        counts.faults += 1;
        counts.personalities.insert(self.personality_name);
        run(async {
            let first = read_and_apply(&world, &self.manifest).await;
            let after = self.state_after(&world);
            assert!(!after.contains(&StateAfter::Other), "{place}: a third state\n{first:#?}\n{:#?}", world.state());
            match &first {
                Err(_) => {
                    assert!(after.iter().all(|after| *after == StateAfter::Before), "{place}: a failed read wrote");
                }
                Ok((_, outcome)) => {
                    check_known(&place, outcome, &after, &Contradictions::of(&self.personality, &names));
                    check_writes(&place, outcome, &world, &names);
                    match outcome.known {
                        Known::Desired => counts.applied += 1,
                        Known::Unchanged => counts.unchanged += 1,
                        _ => counts.unknown += 1,
                    }
                }
            }
            self.check_next_run(&place, &world).await;
        });
    }

    fn state_after(&self, world: &World) -> Vec<StateAfter> {
        let now = world.state();
        let endpoints = self.manifest.endpoints.iter();
        endpoints.map(|endpoint| StateAfter::of(*endpoint, &self.initial, &now, &self.changes)).collect()
    }

    async fn check_next_run(&self, place: &str, world: &World) {
        world.transport.sandbox().change(|state| state.faults.clear()).unwrap();
        let apply_again = async || match read_and_apply(world, &self.manifest).await {
            Ok((_, outcome)) => outcome,
            Err(error) => panic!("{place}: {error}"),
        };
        let mut again = apply_again().await;
        // A late read, or a write that is applied late, looks like a concurrent write. Then a later run converges.
        for _ in 0..3 {
            if again.end == End::Conflict {
                again = apply_again().await;
            }
        }
        assert!(matches!(again.end, End::Applied | End::InSync), "{place}: the next run: {again:#?}");
        let after = self.state_after(world);
        assert!(after.iter().all(|after| *after == StateAfter::Desired), "{place}: the next run converges");
    }
}

/// The requests so far in the notation of the sandbox's faults.
fn requests(world: &World) -> Vec<(String, u32)> {
    let mut requests: Vec<(String, u32)> = Vec::new();
    for call in world.calls() {
        let request = call.replace(' ', "/");
        let nth = 1 + requests.iter().filter(|(earlier, _)| *earlier == request).count();
        requests.push((request, u32::try_from(nth).unwrap()));
    }
    requests
}

/// Answers of the API that hide from apply what it did.
struct Contradictions {
    /// It rejects a write that it applied, and returns the state before it to the next read.
    denied_write_and_late_read: bool,
    /// It rejects a creation that it applied, or returns that there is no organization. Then apply cannot tell whether the
    /// organization that it finds is its own.
    hidden_organization: bool,
}

impl Contradictions {
    fn of(personality: &Personality, faults: &str) -> Self {
        let denied_write = faults.contains("00-after") || faults.contains("09-after");
        let late_read = personality.read_back == ReadBack::Late;
        let hidden = faults.contains("POST") && denied_write || faults.contains("not-enabled");
        Self { denied_write_and_late_read: denied_write && late_read, hidden_organization: hidden || late_read }
    }
}

/// The outcome must describe the stored state correctly.
fn check_known(place: &str, outcome: &Outcome, after: &[StateAfter], contradictions: &Contradictions) {
    let is_correct = match outcome.known {
        Known::Desired => after.iter().all(|after| *after == StateAfter::Desired),
        Known::Unchanged => {
            contradictions.denied_write_and_late_read || after.iter().all(|after| *after == StateAfter::Before)
        }
        Known::Partly | Known::Pending | Known::Unconfirmed | Known::Unknown => true,
        // There is no concurrent write here, so apply may assume one only if the API hides its own write.
        Known::Otherwise => contradictions.hidden_organization && outcome.end == End::Conflict,
    };
    assert!(is_correct, "{place}: {:?}, but the state is {after:?}\n{outcome:#?}", outcome.known);
    assert_eq!(outcome.end == End::Applied, outcome.known == Known::Desired, "{place}: {outcome:#?}");
}

fn check_writes(place: &str, outcome: &Outcome, world: &World, faults: &str) {
    let is_pending = !world.state().pending.is_empty();
    assert!(!is_pending || outcome.known != Known::Unchanged, "{place}: a write may still be applied");
    // After a 429 or without a connection the write was certainly not applied, so it may be sent again.
    let may_repeat = faults.contains("429") || faults.contains("unreachable");
    let posts = world.calls().iter().filter(|call| *call == "POST organization").count();
    assert!(posts <= 1 || may_repeat, "{place}: {posts} creations");
}

/// Tests every fault once at every request of an apply, under every personality that allows it.
pub(super) fn check_every_fault(initial: &State, text: &str) -> Counts {
    let mut counts = Counts::default();
    let named = Personality::named().into_iter();
    for scenario in named.filter_map(|(name, personality)| Scenario::new(name, personality, initial, text)) {
        for (request, nth) in &scenario.requests {
            for fault in FAULTS {
                scenario.check(&[format!("{request}:{fault}@{nth}").parse().unwrap()], &mut counts);
            }
        }
    }
    counts
}
