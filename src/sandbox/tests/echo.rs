//! For every personality: a document that is written as it was read reads back with the same meaning, or is refused and
//! changes nothing. Checked for random personalities and random documents, including ones with invalid values.

use proptest::prelude::*;
use serde_json::Map;

use super::super::fields;
use super::*;
use crate::live::Document;
use crate::settings::{Access, Element, Endpoint, Group, Kind, Model, Setting, is_blank};

/// The meaning of a document: the canonical values of its settings, and its unknown members.
fn meaning(endpoint: Endpoint, fields: &Json) -> Vec<(String, Json)> {
    let model = Model::current();
    let document = Document::new(endpoint, fields.as_object().unwrap().clone());
    let counts = |setting: &&Setting| matches!(setting.access, Access::Writable | Access::ServerManaged);
    let known =
        model.of(endpoint).filter(counts).map(|setting| (setting.path.to_owned(), document.canonical(model, setting)));
    let unknown = document.unknown(model).into_iter().map(|unknown| {
        // Unknown members of a renamed group have two names too.
        let keys = unknown.keys.join(".");
        (keys.replacen("mfa_ssh_piv_key_requirements", "mfa_piv_key_requirements", 1), unknown.value)
    });
    let mut all: Vec<_> = known.chain(unknown).filter(|(_, value)| !is_blank(value)).collect();
    all.sort_by(|one, two| one.0.cmp(&two.0));
    all
}

/// The body that zerodrift would send: the document as read, without read-only and empty members.
fn writable(endpoint: Endpoint, read: &Json) -> Json {
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
    let former = model.groups().iter().filter_map(|group| group.former.as_ref());
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
    prop_oneof![8 => usual, 1 => invalid()].boxed()
}

fn element_of(element: Element) -> BoxedStrategy<Json> {
    match element {
        Element::Enum(words) => prop::sample::select(words).prop_map(Json::from).boxed(),
        Element::Host => "[a-z]{1,6}\\.example".prop_map(Json::from).boxed(),
        Element::Number(numbers) => prop::sample::select(numbers).prop_map(Json::from).boxed(),
    }
}

/// Values that are invalid for any setting, but may appear in a live document.
fn invalid() -> impl Strategy<Value = Json> {
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

/// A document with some settings of an endpoint, under the names that answers use, and with unknown fields.
fn document(endpoint: Endpoint) -> impl Strategy<Value = Map<String, Json>> {
    let settings: Vec<Setting> = Model::current().of(endpoint).copied().collect();
    let parts: Vec<_> = settings.into_iter().map(|setting| prop::option::weighted(0.4, value(setting))).collect();
    let unknown = prop::collection::btree_map("x_[a-z]{1,4}", invalid(), 0..3);
    let invalid_members = (prop::option::weighted(0.2, invalid()), prop::option::weighted(0.1, (group(), invalid())));
    (parts, unknown, invalid_members).prop_map(move |(values, unknown, (in_group, whole_group))| {
        let mut fields = Map::new();
        for (setting, value) in Model::current().of(endpoint).zip(values) {
            if let Some(value) = value {
                fields::put(&mut fields, fields::stored_keys(setting), value);
            }
        }
        fields.extend(unknown);
        if endpoint == Endpoint::Organization {
            in_group.into_iter().for_each(|value| fields::put(&mut fields, &["login_design", "x_shade"], value));
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

/// Reads a document, writes it back, and reads until late read-back is over.
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

/// Whether all errors are about combinations of settings, or about a group that is not an object.
fn is_about_several_settings(answer: &Json) -> bool {
    let groups: Vec<Json> =
        Model::current().groups().iter().map(|group| json!(format!("/{}", group.keys()[0]))).collect();
    let mut errors = answer["errors"].as_array().unwrap().iter();
    errors.all(|error| error["code"] == 12130 || groups.contains(&error["source"]["pointer"]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_written_as_read_reads_back_the_same((state, seed) in both()) {
        let mut sandbox = Sandbox::new(state, Personality::nth(seed));
        let stored = sandbox.state().organization.clone();
        let (before, status, answer, after) = write_back(&mut sandbox, Endpoint::Organization, Json::clone);
        prop_assert!(status == 200 || sandbox.state().organization == stored, "{}", answer);
        prop_assert_eq!(meaning(Endpoint::Organization, &before), meaning(Endpoint::Organization, &after));
    }

    #[test]
    fn an_echo_without_read_only_and_empty_members_is_accepted_and_changes_nothing((state, seed) in both()) {
        for endpoint in Endpoint::ALL {
            let personality = Personality { unknown_fields: UnknownFields::Stored, ..Personality::nth(seed) };
            let mut sandbox = Sandbox::new(state.clone(), personality);
            let (before, status, answer, after) = write_back(&mut sandbox, endpoint, |read| writable(endpoint, read));
            prop_assert!(status < 300 || is_about_several_settings(&answer), "{}", answer);
            prop_assert_eq!(meaning(endpoint, &before), meaning(endpoint, &after), "{}", answer);
        }
    }

    #[test]
    fn personalities_change_the_representation_and_not_the_meaning((state, seed) in both()) {
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
fn every_named_personality_accepts_an_echo_of_the_seeded_organization() {
    for (name, personality) in Personality::named() {
        for endpoint in Endpoint::ALL {
            let mut sandbox = Sandbox::new(seeded(), personality);
            let (before, status, answer, after) = write_back(&mut sandbox, endpoint, |read| writable(endpoint, read));
            let refuses = endpoint == Endpoint::Organization && personality.unknown_fields == UnknownFields::Refused;
            assert_eq!(status < 300, !refuses, "{name}: {answer}");
            assert_eq!(meaning(endpoint, &before), meaning(endpoint, &after), "{name}");
        }
    }
}

#[test]
fn a_strict_personality_accepts_a_body_without_unknown_fields() {
    let mut sandbox = Sandbox::new(seeded(), "strict".parse().unwrap());
    let (before, status, answer, after) = write_back(&mut sandbox, Endpoint::Organization, |read| {
        let mut body = writable(Endpoint::Organization, read);
        body.as_object_mut().unwrap().remove("ai_controls_beta");
        body
    });
    assert_eq!(status, 200, "{answer}");
    assert_eq!(after["ai_controls_beta"], before["ai_controls_beta"], "the API keeps fields that it does not accept");
}
