//! Tests of planning: a live state, a desired state, and the plan that follows.

mod changes;
mod consents;
mod creation;
mod digest;
mod guards;
mod origin;
pub(crate) mod samples;
mod unmanaged;

use serde_json::{Value as Json, json};

use super::*;
use crate::diagnostics::Location;
use crate::live::{Document, Live};
use crate::manifest::{Allow, Declared, Manifest};
use crate::settings::{Kind, Model, Setting};

/// A live state, a desired state and consents, from which a plan is made.
struct Story {
    model: Model,
    manifest: Manifest,
    live: Live,
    allow: Vec<String>,
}

fn any_location() -> Location {
    Location { file: None, line: 1, column: 1, span: 0..0 }
}

fn document(endpoint: Endpoint, fields: Json) -> Slot {
    Slot::Present(Document::new(endpoint, fields.as_object().unwrap().clone()))
}

fn given_live(fields: Json) -> Story {
    given(document(Endpoint::Organization, fields))
}

fn given(organization: Slot) -> Story {
    let manifest = Manifest {
        path: "org.yaml".to_owned(),
        sha256: "0".repeat(64),
        target: None,
        endpoints: vec![Endpoint::Organization],
        declared: Vec::new(),
        allow: Vec::new(),
        consent_place: None,
        composition: Default::default(),
    };
    Story {
        model: Model::current().clone(),
        manifest,
        live: Live { organization, doh: Slot::NotRead },
        allow: Vec::new(),
    }
}

impl Story {
    fn wants(mut self, path: &str, value: Json) -> Self {
        let setting = *self.model.setting(path).unwrap();
        if !self.manifest.endpoints.contains(&setting.endpoint()) {
            self.manifest.endpoints.push(setting.endpoint());
        }
        self.manifest.declared.push(Declared { setting, value, at: any_location() });
        let model = &self.model;
        self.manifest.declared.sort_by_key(|declared| model.position(declared.setting.path));
        self
    }

    fn with_doh(mut self, fields: Json) -> Self {
        self.live.doh = document(Endpoint::Doh, fields);
        self
    }

    fn consents_in_file(mut self, setting: &str, to: Json) -> Self {
        self.manifest.allow.push(Allow { setting: setting.to_owned(), to, reason: None, at: any_location() });
        self
    }

    fn consents_by_flag(mut self, setting: &str) -> Self {
        self.allow.push(setting.to_owned());
        self
    }

    fn plan(&self) -> Plan {
        plan(&Input {
            model: &self.model,
            manifest: &self.manifest,
            target: &Target::account("699d98642c564d2e855e9661899b7252").unwrap(),
            api: "https://api.cloudflare.com/client/v4",
            live: &self.live,
            allow: &self.allow,
        })
    }

    /// The changes as `path: before -> after`, with the prefix `!` for a guard without consent and `+` for one with consent.
    fn changes(&self) -> Vec<String> {
        let mark = |change: &Change| match change.guard {
            None => "",
            Some(GuardState { allowed_by: None, .. }) => "!",
            Some(GuardState { allowed_by: Some(_), .. }) => "+",
        };
        self.plan()
            .changes
            .iter()
            .map(|change| format!("{}{}: {} -> {}", mark(change), change.setting.path, change.before, change.after))
            .collect()
    }
}

const DENY: &str = "organization.deny_unmatched_requests";
