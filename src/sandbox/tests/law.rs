//! The law of personalities: a document that is written as it was read reads back the same by meaning, or is refused
//! and nothing changes. Checked over random personalities and random documents, odd ones included.

use proptest::prelude::*;
use serde_json::Map;

use super::super::fields;
use super::*;
use crate::live::Document;
use crate::settings::{Access, Element, Endpoint, Group, Kind, Model, Setting, is_blank};

/// Everything in a document that has a meaning: settings by their canonical value, and what nobody knows.
fn meaning(endpoint: Endpoint, fields: &Json) -> Vec<(String, Json)> {
    let model = Model::current();
    let document = Document::new(endpoint, fields.as_object().unwrap().clone());
    let counts = |setting: &&Setting| matches!(setting.access, Access::Writable | Access::ServerManaged);
    let known =
        model.of(endpoint).filter(counts).map(|setting| (setting.path.to_owned(), document.canonical(model, setting)));
    let unknown = document.unknown(model).into_iter().map(|unknown| {
        // What nobody knows inside of a renamed group has two names as well.
        let keys = unknown.keys.join(".");
        (keys.replacen("mfa_ssh_piv_key_requirements", "mfa_piv_key_requirements", 1), unknown.value)
    });
    let mut all: Vec<_> = known.chain(unknown).filter(|(_, value)| !is_blank(value)).collect();
    all.sort_by(|one, two| one.0.cmp(&two.0));
    all
}

/// What a careful client sends: the document as read without what it cannot write and what is empty already.
fn careful(endpoint: Endpoint, read: &Json) -> Json {
    let model = Model::current();
    let mut body = read.clone();
    let fields = body.as_object_mut().unwrap();
    for setting in model.response_only(endpoint) {
        fields.remove(setting.keys()[0]);
    }
    if endpoint == Endpoint::Doh
        && let Some(id) = fields.remove("id")
    {
        fields.insert("service_token_id".to_owned(), id);
    }
    drop_empty(fields);
    let former = model.groups().iter().filter_map(|group| group.former);
    for group in model.groups().iter().map(Group::full_path).chain(former) {
        if let Some(Json::Object(members)) = fields.get_mut(group.name()) {
            drop_empty(members);
        }
    }
    body
}

fn drop_empty(fields: &mut Map<String, Json>) {
    fields.retain(|_, value| !is_blank(value));
}

fn value(setting: Setting) -> BoxedStrategy<Json> {
    let text = "[ -~]{0,12}".prop_map(Json::from);
    let usual = match setting.kind {
        Kind::Boolean => any::<bool>().prop_map(Json::from).boxed(),
        Kind::Integer { min, max } => (min..=max).prop_map(Json::from).boxed(),
        Kind::Duration(_) => (0..9000_u32, prop::sample::select(vec!["h", "m", "h0m0s"]))
            .prop_map(|(count, unit)| Json::from(format!("{count}{unit}")))
            .boxed(),
        Kind::Color => "#[0-9a-fA-F]{6}".prop_map(Json::from).boxed(),
        Kind::Host => "[a-zA-Z]{1,8}\\.cloudflareaccess\\.com".prop_map(Json::from).boxed(),
        Kind::Url => "https://[a-z]{1,8}\\.example/[a-z]{0,5}".prop_map(Json::from).boxed(),
        Kind::Uid => "[0-9a-f]{32}".prop_map(Json::from).boxed(),
        Kind::Enum(words) => prop::sample::select(words).prop_map(Json::from).boxed(),
        Kind::Set(element) => prop::collection::vec(element_of(element), 0..4).prop_map(Json::from).boxed(),
        Kind::Text | Kind::Opaque => text.boxed(),
    };
    prop_oneof![8 => usual, 1 => odd()].boxed()
}

fn element_of(element: Element) -> BoxedStrategy<Json> {
    match element {
        Element::Enum(words) => prop::sample::select(words).prop_map(Json::from).boxed(),
        Element::Host => "[a-z]{1,6}\\.example".prop_map(Json::from).boxed(),
        Element::Number(numbers) => prop::sample::select(numbers).prop_map(Json::from).boxed(),
    }
}

/// What no setting should hold, and a live document may.
fn odd() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        Just(json!("")),
        Just(json!([])),
        Just(json!({})),
        Just(json!(7)),
        Just(json!({"a": [1, null, {"b": ""}]})),
        "[a-z]{1,5}".prop_map(Json::from),
    ]
}

/// A document with some of the settings of an endpoint, under the names in which they are answered, and fields nobody knows.
fn document(endpoint: Endpoint) -> impl Strategy<Value = Map<String, Json>> {
    let settings: Vec<Setting> = Model::current().of(endpoint).copied().collect();
    let parts: Vec<_> = settings.into_iter().map(|setting| prop::option::weighted(0.4, value(setting))).collect();
    let unknown = prop::collection::btree_map("x_[a-z]{1,4}", odd(), 0..3);
    let oddities = (prop::option::weighted(0.2, odd()), prop::option::weighted(0.1, (group(), odd())));
    (parts, unknown, oddities).prop_map(move |(values, unknown, (in_group, whole_group))| {
        let mut fields = Map::new();
        for (setting, value) in Model::current().of(endpoint).zip(values) {
            if let Some(value) = value {
                fields::put(&mut fields, fields::stored_keys(setting), value);
            }
        }
        fields.extend(unknown);
        if endpoint == Endpoint::Organization {
            in_group.into_iter().for_each(|odd| fields::put(&mut fields, &["login_design", "x_shade"], odd));
            fields.extend(whole_group);
        }
        fields
    })
}

fn group() -> impl Strategy<Value = String> {
    let names: Vec<&str> = Model::current().groups().iter().map(|group| group.keys()[0]).collect();
    prop::sample::select(names).prop_map(str::to_owned)
}

fn path(endpoint: Endpoint) -> String {
    if endpoint == Endpoint::Doh { doh() } else { organizations() }
}

/// Reads, writes that, and reads until the answer can no longer be late.
fn write_back(sandbox: &mut Sandbox, endpoint: Endpoint, body: impl FnOnce(&Json) -> Json) -> (Json, u16, Json, Json) {
    let path = path(endpoint);
    let before = send(sandbox, "GET", &path, None).1["result"].clone();
    let (status, answer) = send(sandbox, "PUT", &path, Some(body(&before)));
    let reads = (0..=LATE_READS).map(|_| send(sandbox, "GET", &path, None).1["result"].clone());
    (before, status, answer, reads.last().unwrap())
}

fn both() -> impl Strategy<Value = (State, u64)> {
    let auth_domain = json!("widget.cloudflareaccess.com");
    (document(Endpoint::Organization), prop::option::of(document(Endpoint::Doh)), any::<u64>()).prop_map(
        move |(mut organization, doh, seed)| {
            organization.insert("auth_domain".to_owned(), auth_domain.clone());
            (State { organization: Some(organization), doh, ..State::default() }, seed)
        },
    )
}

/// Whether every refusal is about settings that do not go together, or a group that is no object: odd to begin with.
fn is_about_several_settings(answer: &Json) -> bool {
    let groups: Vec<Json> =
        Model::current().groups().iter().map(|group| json!(format!("/{}", group.keys()[0]))).collect();
    let mut errors = answer["errors"].as_array().unwrap().iter();
    errors.all(|error| error["code"] == 12130 || groups.contains(&error["source"]["pointer"]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_as_read_reads_back_the_same((state, seed) in both()) {
        let mut sandbox = Sandbox::new(state, Personality::nth(seed));
        let stored = sandbox.state().organization.clone();
        let (before, status, answer, after) = write_back(&mut sandbox, Endpoint::Organization, Json::clone);
        prop_assert!(status == 200 || sandbox.state().organization == stored, "{}", answer);
        prop_assert_eq!(meaning(Endpoint::Organization, &before), meaning(Endpoint::Organization, &after));
    }

    #[test]
    fn what_a_careful_client_echoes_is_accepted_and_moves_nothing((state, seed) in both()) {
        for endpoint in Endpoint::ALL {
            let personality = Personality { unknown_fields: UnknownFields::Stored, ..Personality::nth(seed) };
            let mut sandbox = Sandbox::new(state.clone(), personality);
            let (before, status, answer, after) = write_back(&mut sandbox, endpoint, |read| careful(endpoint, read));
            prop_assert!(status < 300 || is_about_several_settings(&answer), "{}", answer);
            prop_assert_eq!(meaning(endpoint, &before), meaning(endpoint, &after), "{}", answer);
        }
    }

    #[test]
    fn personalities_differ_in_dress_and_not_in_meaning((state, seed) in both()) {
        let personality = Personality { unset_doh: UnsetDoh::EmptyObject, ..Personality::nth(seed) };
        for endpoint in Endpoint::ALL {
            let read = |personality| {
                let mut sandbox = Sandbox::new(state.clone(), personality);
                send(&mut sandbox, "GET", &path(endpoint), None).1["result"].clone()
            };
            prop_assert_eq!(meaning(endpoint, &read(personality)), meaning(endpoint, &read(Personality::default())));
        }
    }
}

#[test]
fn the_seeded_organization_is_taken_back_under_every_named_personality() {
    for (name, personality) in Personality::named() {
        for endpoint in Endpoint::ALL {
            let mut sandbox = Sandbox::new(seeded(), personality);
            let (before, status, answer, after) = write_back(&mut sandbox, endpoint, |read| careful(endpoint, read));
            let refuses = endpoint == Endpoint::Organization && personality.unknown_fields == UnknownFields::Refused;
            assert_eq!(status < 300, !refuses, "{name}: {answer}");
            assert_eq!(meaning(endpoint, &before), meaning(endpoint, &after), "{name}");
        }
    }
}

#[test]
fn a_body_without_the_unknown_fields_is_taken_where_they_are_refused() {
    let mut sandbox = Sandbox::new(seeded(), "strict".parse().unwrap());
    let (before, status, answer, after) = write_back(&mut sandbox, Endpoint::Organization, |read| {
        let mut body = careful(Endpoint::Organization, read);
        body.as_object_mut().unwrap().remove("ai_controls_beta");
        body
    });
    assert_eq!(status, 200, "{answer}");
    assert_eq!(after["ai_controls_beta"], before["ai_controls_beta"], "the API keeps what it does not take");
}
