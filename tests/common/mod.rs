//! Shared code of the tests: generators of settings, and an organization in an in-process sandbox.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "each test program uses a part of it")]

pub mod canned;
pub mod echo;
pub mod nasty;
pub mod process;
pub mod reference;
pub mod repository;

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use zerodrift::apply::{Approved, Options, Outcome, apply};
use zerodrift::cloudflare::{Policy, Reader, Transport as _, Writer, request};
use zerodrift::diagnostics::Source;
use zerodrift::json::JsonText;
use zerodrift::live::Live;
use zerodrift::manifest::{self, Manifest};
use zerodrift::plan::{Input, Plan, plan};
use zerodrift::sandbox::{Personality, RecordedRequest, Sandbox, SandboxTransport, State};
use zerodrift::settings::{Element, Endpoint, Kind, Model, Setting, Target, Unset};

/// The account of every test.
pub const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

/// The account of every test, as a target.
pub fn target() -> Target {
    Target::account(ACCOUNT).unwrap()
}

/// An emulated account and its clients.
pub struct World {
    pub transport: Arc<SandboxTransport>,
    pub reader: Reader,
    pub writer: Writer,
}

impl World {
    /// Creates an account in a state.
    pub fn of(state: State, personality: Personality) -> Self {
        let transport = Arc::new(SandboxTransport::new(Sandbox::new(state, personality)));
        let reader = Reader::new(transport.clone(), Policy::default());
        let writer = Writer::new(transport.clone(), Policy::default());
        Self { transport, reader, writer }
    }

    /// Reads the endpoints of a manifest.
    pub async fn live(&self, manifest: &Manifest) -> Live {
        self.reader.live(&target(), &manifest.endpoints).await.unwrap()
    }

    /// Reads and plans, with consent to everything.
    pub async fn plan(&self, manifest: &Manifest) -> (Plan, Live) {
        let live = self.live(manifest).await;
        (plan_for(manifest, &live), live)
    }

    /// Plans with consent to everything, and applies.
    pub async fn apply(&self, manifest: &Manifest) -> (Plan, Outcome) {
        let (plan, live) = self.plan(manifest).await;
        let approved = Approved::new(&plan, &live).unwrap();
        let outcome = apply(&self.reader, &self.writer, approved, &Options::without_backup(Model::current())).await;
        (plan, outcome)
    }

    /// Returns the body of a GET of the organization.
    pub async fn answer(&self) -> String {
        let response =
            self.transport.send(&request::get(&target()).http, std::time::Duration::from_secs(30)).await.unwrap();
        String::from_utf8(response.into_body()).unwrap()
    }

    /// Returns the requests so far, such as `PUT organization`.
    pub fn calls(&self) -> Vec<String> {
        self.seen().iter().map(|seen| format!("{} {}", seen.method, object_of(&seen.path))).collect()
    }

    /// Returns the bodies of the writes so far.
    pub fn bodies(&self) -> Vec<Json> {
        self.seen().into_iter().filter(|seen| seen.is_write()).filter_map(|seen| seen.body).collect()
    }

    /// Returns the state of the account.
    pub fn state(&self) -> State {
        self.transport.sandbox().state().unwrap()
    }

    fn seen(&self) -> Vec<RecordedRequest> {
        self.transport.sandbox().calls()
    }
}

/// Runs a future on a paused clock, so that pauses between reads take no time.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(future)
}

/// A pseudo-random personality of the emulated API.
pub fn personality() -> impl Strategy<Value = Personality> {
    any::<u64>().prop_map(Personality::nth)
}

fn object_of(path: &str) -> &str {
    path.rsplit('/').next().map_or(path, |last| if last == "organizations" { "organization" } else { last })
}

/// The plan for a live state, with consent to everything.
pub fn plan_for(manifest: &Manifest, live: &Live) -> Plan {
    let model = Model::current();
    let allow: Vec<String> = model.settings().iter().map(|setting| setting.path.to_owned()).collect();
    let api = "https://sandbox.test/client/v4";
    let mut plan = plan(&Input { model, manifest, target: &target(), api, live, allow: &allow });
    plan.findings.retain(|finding| finding.rule.id() != "stale-consent");
    plan
}

/// Parses a manifest, which must have no errors.
pub fn manifest(text: &str) -> Manifest {
    let source = Source { name: "org.yaml".to_owned(), text: text.to_owned() };
    let parsed = manifest::parse(Model::current(), &source);
    parsed.manifest.unwrap_or_else(|| panic!("{text}\n{:#?}", parsed.findings))
}

/// A manifest of the account with some sections, as JSON, which is valid YAML.
pub fn manifest_of(sections: &Map<String, Json>) -> String {
    let mut document = Map::new();
    document.insert("account_id".to_owned(), Json::from(ACCOUNT));
    document.extend(sections.clone());
    Json::Object(document).to_string()
}

/// Sets the value at a path.
pub fn put(sections: &mut Map<String, Json>, section: &str, keys: &[&str], value: Json) {
    let mut place = sections.entry(section.to_owned()).or_insert_with(|| json!({}));
    for key in keys {
        place = place.as_object_mut().unwrap().entry((*key).to_owned()).or_insert_with(|| json!({}));
    }
    *place = value;
}

/// A value that the API accepts for a setting, in one of its notations.
pub fn valid(setting: &Setting) -> BoxedStrategy<Json> {
    match setting.kind {
        Kind::Text => "[A-Za-z][A-Za-z ,.'#:!-]{0,20}[a-z]".prop_map(Json::from).boxed(),
        Kind::Boolean => any::<bool>().prop_map(Json::from).boxed(),
        Kind::Duration(_) => duration(setting),
        Kind::Color => "#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})".prop_map(Json::from).boxed(),
        Kind::Url => "https://[a-z]{3,8}\\.example/[a-z]{0,8}".prop_map(Json::from).boxed(),
        Kind::Host => "[a-z]{3,8}\\.cloudflareaccess\\.com".prop_map(Json::from).boxed(),
        Kind::Uid => "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}".prop_map(Json::from).boxed(),
        Kind::Enum(words) => prop::sample::select(words).prop_map(Json::from).boxed(),
        Kind::Integer { min, max } => (min..=max).prop_map(Json::from).boxed(),
        Kind::Set(element) => set(element),
        Kind::Opaque => any::<bool>().prop_map(Json::from).boxed(),
        // The library may add kinds; a setting of a new one fails here until it has a generator.
        other => panic!("{} is of a kind without a generator: {other:?}", setting.path),
    }
}

fn duration(setting: &Setting) -> BoxedStrategy<Json> {
    let seats = setting.path.ends_with("inactive_time");
    let hours = if seats { 730_u32..=8760 } else { 1..=720 };
    let spelling = |(hours, spelling): (u32, u8)| match spelling {
        0 => format!("{hours}h"),
        1 => format!("{}m", hours * 60),
        _ => format!("{}h60m", hours - 1),
    };
    (hours, 0_u8..3).prop_map(spelling).prop_map(Json::from).boxed()
}

fn set(element: Element) -> BoxedStrategy<Json> {
    match element {
        Element::Enum(words) => {
            prop::sample::subsequence(words, 0..=words.len()).prop_shuffle().prop_map(|all| json!(all)).boxed()
        }
        Element::Number(numbers) => {
            prop::sample::subsequence(numbers, 0..=numbers.len()).prop_shuffle().prop_map(|all| json!(all)).boxed()
        }
        Element::Host => prop::collection::btree_set("[a-z]{3,6}\\.example", 0..4).prop_map(|all| json!(all)).boxed(),
    }
}

/// A group that must be complete, as servers may return it while its switch is off.
const SWITCHED_OFF: &[&str] = &[
    r#"{"enabled": false, "inactivity_threshold_days": null, "action": ""}"#,
    r#"{"enabled": false, "inactivity_threshold_days": 90, "action": null}"#,
    r#"{"enabled": false, "action": ""}"#,
    r#"{"enabled": false}"#,
    r#"{"enabled": null, "inactivity_threshold_days": null, "action": null}"#,
    r#"{"enabled": false, "inactivity_threshold_days": 90, "action": "", "y_unknown": {}}"#,
];

/// A value that another version of the API may return for a setting: words in another case, unknown words, invalid
/// durations, and other types.
pub fn odd(setting: &Setting) -> BoxedStrategy<Json> {
    let other_type = prop_oneof![
        any::<bool>().prop_map(Json::from),
        (0_i64..500).prop_map(Json::from),
        prop::sample::select(vec!["true", "false", "on", "24", "delete", "strict"]).prop_map(Json::from),
        Just(json!(["totp", 7])),
        Just(json!({"mode": "on"})),
    ];
    let unknown = prop::sample::select(vec!["forever", "1d", "biometric", "archive"]);
    match setting.kind {
        Kind::Enum(words) | Kind::Set(Element::Enum(words)) => {
            let is_set = matches!(setting.kind, Kind::Set(_));
            let word = prop::sample::select(words).prop_map(|word| word.to_uppercase());
            let word = prop_oneof![word, unknown.prop_map(str::to_owned)];
            let known = prop::sample::select(words);
            let odd =
                (word, known).prop_map(move |(word, known)| if is_set { json!([known, word]) } else { json!(word) });
            prop_oneof![2 => odd, 1 => other_type].boxed()
        }
        Kind::Duration(_) => prop_oneof![1 => unknown.prop_map(Json::from), 1 => other_type].boxed(),
        _ => other_type.boxed(),
    }
}

/// A live state of the account: any subset of the settings, in any notation, with unknown fields. In half of the states,
/// all values are valid.
pub fn live_state() -> impl Strategy<Value = State> {
    prop_oneof![live_state_with(0.0), live_state_with(0.15)]
}

/// A live state in which some of the values are [`odd`].
pub fn live_state_with(odd_share: f64) -> impl Strategy<Value = State> {
    let required = |setting: &Setting| matches!(setting.path, "organization.name" | "organization.auth_domain");
    let settings: Vec<_> = Model::current()
        .declarable()
        .map(|setting| {
            let setting = *setting;
            let value = if required(&setting) {
                valid(&setting).prop_map(Some).boxed()
            } else {
                prop::option::weighted(0.6, valid(&setting)).boxed()
            };
            let odd = match odd_share {
                0.0 => Just(None).boxed(),
                share => prop::option::weighted(share, odd(&setting)).boxed(),
            };
            (value, odd).prop_map(move |(value, odd)| match odd {
                Some(odd) if !required(&setting) => (setting, Some(odd)),
                _ => (setting, value),
            })
        })
        .collect();
    let unknown = prop::collection::btree_map("(beta|ai|x)_[a-z]{2,6}", nasty::text(), 0..4);
    let off = prop::option::weighted(0.2, prop::sample::select(SWITCHED_OFF));
    let in_groups = prop::collection::btree_map("(login_design|mfa_config)\\.y_[a-z]{2,6}", nasty::text(), 0..3);
    (settings, unknown, in_groups, off, any::<bool>()).prop_map(|(settings, unknown, in_groups, off, former)| {
        let mut sections = Map::new();
        for (setting, value) in settings {
            let Some(value) = value else { continue };
            let spellings = setting.live_keys();
            let keys = if former { spellings.last() } else { spellings.first() };
            put(&mut sections, setting.endpoint().section(), keys.unwrap(), value);
        }
        remove_incomplete_groups(&mut sections);
        let mut organization = sections.remove("organization").unwrap_or_else(|| json!({}));
        let fields = organization.as_object_mut().unwrap();
        if let Some(off) = off {
            fields.insert("service_token_inactivity".to_owned(), serde_json::from_str(off).unwrap());
        }
        fields.insert("created_at".to_owned(), json!("2024-03-11T09:12:45Z"));
        fields.insert("cache_device_posture".to_owned(), json!(true));
        let text = JsonText::parse(nasty::with_members(&organization, unknown.iter().chain(&in_groups))).unwrap();
        let state = State::default().and_doh(sections.remove("doh").unwrap_or_else(|| json!({})));
        state.with_document(Endpoint::Organization, &text).unwrap()
    })
}

/// A value of an unknown field.
pub fn unknown_value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "[a-zA-Z #:\u{e9}]{1,8}".prop_map(Json::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Json::from),
            prop::collection::btree_map("[a-z]{1,4}", inner, 1..3).prop_map(|members| json!(members)),
        ]
    })
}

/// The sections of a manifest: any subset of the settings, set or unset.
pub fn wanted() -> impl Strategy<Value = Map<String, Json>> {
    let settings: Vec<_> = Model::current()
        .declarable()
        .map(|setting| {
            let setting = *setting;
            let unsettable = !matches!(setting.unset, Unset::Never(_));
            let value = if unsettable {
                prop_oneof![4 => valid(&setting), 1 => Just(Json::Null)].boxed()
            } else {
                valid(&setting)
            };
            prop::option::weighted(0.3, value).prop_map(move |value| (setting, value))
        })
        .collect();
    settings.prop_map(|settings| {
        let mut sections = Map::from_iter([("organization".to_owned(), json!({}))]);
        for (setting, value) in settings {
            let Some(value) = value else { continue };
            put(&mut sections, setting.endpoint().section(), setting.keys(), value);
        }
        remove_incomplete_groups(&mut sections);
        sections
    })
}

/// Removes incomplete groups whose settings the API accepts only together.
fn remove_incomplete_groups(sections: &mut Map<String, Json>) {
    let model = Model::current();
    for group in model.groups().iter().filter(|group| group.all_or_nothing) {
        let section = if group.path.starts_with("doh.") { Endpoint::Doh } else { Endpoint::Organization }.section();
        let Some(Json::Object(fields)) = sections.get_mut(section) else { continue };
        let key = group.keys()[0];
        let whole = fields.get(key).and_then(Json::as_object).is_none_or(|members| {
            members.len() == model.members(group).count() && !members.values().any(Json::is_null)
        });
        if !whole {
            fields.shift_remove(key);
        }
    }
}

/// A manifest without errors: invalid declarations are removed until there are none.
pub fn manifest_without_objections(mut sections: Map<String, Json>, live: Option<&Live>) -> Manifest {
    let model = Model::current();
    loop {
        let source = Source { name: "org.yaml".to_owned(), text: manifest_of(&sections) };
        let parsed = manifest::parse(model, &source);
        let mut findings = parsed.findings;
        if let (Some(manifest), Some(live)) = (&parsed.manifest, live) {
            findings.extend(plan_for(manifest, live).findings);
        }
        let objected: Vec<&Setting> = findings
            .iter()
            .filter(|finding| finding.is_error())
            .map(|finding| {
                let path = finding.setting.as_deref().unwrap_or_else(|| panic!("{finding:?}"));
                model.setting(path).unwrap_or_else(|| panic!("{finding:?}"))
            })
            .collect();
        if objected.is_empty() {
            return parsed.manifest.unwrap();
        }
        for setting in objected {
            remove(&mut sections, setting);
        }
    }
}

fn remove(sections: &mut Map<String, Json>, setting: &Setting) {
    let keys = setting.keys();
    let (last, parents) = keys.split_last().unwrap();
    let mut place = sections.get_mut(setting.endpoint().section());
    for key in parents {
        place = place.and_then(|place| place.get_mut(key));
    }
    if let Some(Json::Object(members)) = place {
        members.shift_remove(*last);
    }
}
