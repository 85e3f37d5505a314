//! Applies against the sandbox, with every request checked.

mod answers;
mod creation;
mod updates;
mod waits;

use crate::common::{World, manifest};
use serde_json::{Value as Json, json};
use zerodrift::apply::{Approved, End, Failure, Known, Options, apply};
use zerodrift::live::Slot;
use zerodrift::plan::Action;
use zerodrift::report::Style;
use zerodrift::sandbox::personality::Post;
use zerodrift::sandbox::{Concurrent, Moment, Personality, State};
use zerodrift::settings::Model;

fn organization() -> Json {
    json!({
        "name": "Widget", "auth_domain": "widget.cloudflareaccess.com", "session_duration": "12h",
        "deny_unmatched_requests": true, "beta_limits": {"per_user": 3}, "created_at": "2024-03-11T09:12:45Z",
    })
}

fn world_with(change: impl FnOnce(&mut State, &mut Personality)) -> World {
    let mut state = State::with_organization(organization()).and_doh(json!({"doh_jwt_duration": "24h"}));
    let mut personality = Personality::default();
    change(&mut state, &mut personality);
    World::of(state, personality)
}

fn world() -> World {
    world_with(|_, _| {})
}

fn personality(switches: &str) -> Personality {
    switches.parse().unwrap()
}

const WANTED: &str = "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h\n";

const WITH_DOH: &str = "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h\ndoh:\n  doh_jwt_duration: 48h\n";

fn fault(state: &mut State, text: &str) {
    state.faults.push(text.parse().unwrap());
}

fn concurrent_write(when: Moment, patch: Json) -> impl FnOnce(&mut State, &mut Personality) {
    move |state, _| state.hostile.concurrent = Some(Concurrent { when, patch })
}
