use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::live::Document;
use crate::plan::tests::samples::{live, read_yaml, target};

fn none() -> BTreeMap<String, String> {
    BTreeMap::new()
}

fn organization() -> Json {
    json!({
        "name": "Widget Corps",
        "auth_domain": "widget.cloudflareaccess.com",
        "session_duration": "24h",
        "allow_authenticate_via_warp": false,
        "auto_redirect_to_identity": true,
        "ui_read_only_toggle_reason": "reason of last year",
        "login_design": {"background_color": "#c5ed1b", "header_text": "", "footer_text": "Call: 4242 #now"},
        "custom_pages": {},
        "mfa_config": {"allowed_authenticators": ["totp", "biometrics"], "session_duration": ""},
        "service_token_inactivity": {"enabled": false, "inactivity_threshold_days": 90, "action": "delete"},
        "created_at": "2024-01-01T00:00:00Z",
        "updated_at": "2024-01-02T00:00:00Z",
        "quantum_login": {"enabled": true},
    })
}

fn export(live: &Live, detail: Detail, except: &BTreeMap<String, String>) -> String {
    yaml(Model::current(), &target(), live, detail, except)
}

#[test]
fn a_duration_is_declared_in_the_units_that_the_setting_accepts() {
    let fields = json!({
        "name": "Widget", "warp_auth_session_duration": "48h0m0s",
        "mfa_config": {"allowed_authenticators": ["totp"], "session_duration": "24h0m0s", "amr_matching_session_duration": "90s"},
    });
    let document = Document::new(Endpoint::Organization, fields.as_object().unwrap().clone());
    let live = Live { organization: Slot::Present(document), doh: Slot::NotRead };
    let text = manifest(Model::current(), &target(), &live, Detail::Minimal);
    assert!(text.contains("\n  warp_auth_session_duration: 48h\n"), "{text}");
    assert!(text.contains("\n    session_duration: 24h\n"), "{text}");
    assert!(text.contains("# amr_matching_session_duration: \"90s\""), "1m30s is not whole minutes: {text}");
}

#[test]
fn a_minimal_export_contains_set_values() {
    assert_snapshot!(
        "export_minimal",
        export(
            &live(
                organization(),
                Some(
                    json!({"id": "f174e90a-fafe-4643-bbbc-4a0ed4fc8415", "client_id": "88bf", "doh_jwt_duration": "800h"})
                )
            ),
            Detail::Minimal,
            &none()
        )
    );
}

#[test]
fn a_full_export_contains_all_settings_that_a_file_can_declare() {
    let text = export(&live(organization(), Some(json!({}))), Detail::Full, &none());
    for setting in Model::current().declarable() {
        let line = text
            .lines()
            .any(|line| line.trim_start().trim_start_matches("# ").starts_with(&format!("{}:", setting.name())));
        assert!(line, "{} is missing", setting.path);
    }
    assert_snapshot!("export_full", text);
}

#[test]
fn absent_empty_and_blank_login_designs_give_the_same_file() {
    let with = |design: Option<Json>| {
        let mut fields = json!({"name": "W", "auth_domain": "w.example"});
        if let Some(design) = design {
            fields["login_design"] = design;
        }
        export(&live(fields, None), Detail::Minimal, &none())
    };
    let blank = json!({"background_color": "", "header_text": "", "logo_path": null});
    assert_eq!(with(None), with(Some(json!({}))));
    assert_eq!(with(None), with(Some(blank)));
}

#[test]
fn every_declared_value_equals_the_live_one() {
    let live = live(organization(), None);
    for detail in [Detail::Minimal, Detail::Full] {
        let read = read_yaml(&export(&live, detail, &none()));
        for setting in Model::current().of(Endpoint::Organization).filter(|setting| setting.is_writable()) {
            let declared = setting.keys().iter().try_fold(&read["organization"], |value, key| value.get(key));
            let held = live.value(Model::current(), setting);
            assert!(setting.same(declared, held), "{}: {declared:?} and {held:?}", setting.path);
        }
    }
}

#[test]
fn the_reason_of_the_last_lock_is_not_declared() {
    let text = export(&live(organization(), None), Detail::Full, &none());
    assert!(!text.contains("reason of last year"), "{text}");
}

#[test]
fn values_that_a_file_cannot_contain_are_comments_with_the_reason() {
    let fields = json!({"name": {"en": "W"}, "auth_domain": "w.example", "is_ui_read_only": "true", "login_design": {"logo_path": "one\ntwo"}});
    let except = BTreeMap::from([("organization.auth_domain".to_owned(), "because\nof this".to_owned())]);
    let text = export(&live(fields, None), Detail::Minimal, &except);
    assert!(
        text.contains("  # Not declared: the live value is not of type text.\n  # name: {\"en\":\"W\"}\n"),
        "{text}"
    );
    assert!(text.contains("  # Not declared: because\\u000aof this.\n  # auth_domain: \"w.example\"\n"), "{text}");
    assert!(
        text.contains("  # Not declared: the live value is not of type boolean.\n  # is_ui_read_only: \"true\"\n"),
        "{text}"
    );
    assert!(text.contains("  # login_design:\n"), "{text}");
    assert!(text.contains("    # logo_path: \"one\\ntwo\"\n"), "{text}");
    let read = read_yaml(&text);
    assert_eq!(read["organization"], json!({}));
}

#[test]
fn multiline_text_is_declared_if_the_setting_accepts_it() {
    let fields =
        json!({"name": "one\ntwo", "login_design": {"header_text": "one\ntwo\n", "footer_text": "one\r\ntwo"}});
    let text = export(&live(fields, None), Detail::Minimal, &none());
    assert!(text.contains("    header_text: \"one\\ntwo\\n\"\n"), "{text}");
    assert!(text.contains("  # name: \"one\\ntwo\"\n"), "{text}");
    assert!(text.contains("    # footer_text: \"one\\r\\ntwo\"\n"), "{text}");
}

#[test]
fn a_group_that_must_be_complete_is_not_declared_partially() {
    let inactivity = json!({"enabled": true, "inactivity_threshold_days": "ninety", "action": "disable"});
    let text =
        export(&live(json!({"name": "W", "service_token_inactivity": inactivity}), None), Detail::Minimal, &none());
    assert!(text.contains("  # service_token_inactivity:\n"), "{text}");
    assert!(text.contains("    # action: disable\n"), "{text}");
}

#[test]
fn a_zone_declares_only_settings_of_zones() {
    let zone = Target::zone("699d98642c564d2e855e9661899b7252").unwrap();
    let live = live(json!({"name": "W", "deny_unmatched_requests": true}), None);
    let text = yaml(Model::current(), &zone, &live, Detail::Minimal, &none());
    assert!(text.contains("zone_id: 699d98642c564d2e855e9661899b7252\n"));
    assert!(
        text.contains("  # Not declared: a zone has no such setting.\n  # deny_unmatched_requests: true\n"),
        "{text}"
    );
}

#[test]
fn a_new_setting_is_exported_without_changes_here() {
    let fields = json!({"login_design": {"font": "serif"}});
    let live = Live {
        organization: Slot::Present(Document::new(Endpoint::Organization, fields.as_object().unwrap().clone())),
        doh: Slot::NotRead,
    };
    let model =
        Model::current().clone().with(Setting::new("organization.login_design.font", Kind::Text).doc("The font."));
    let text = yaml(&model, &target(), &live, Detail::Minimal, &none());
    assert!(text.contains("    # The font.\n    font: serif\n"), "{text}");
}

#[test]
fn a_missing_organization_is_exported_as_a_template() {
    let absent = Live { organization: Slot::Absent, doh: Slot::NotRead };
    assert!(export(&absent, Detail::Minimal, &none()).contains("# There is no organization yet"));
}

mod properties {
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;

    /// A live value of any type.
    fn answer() -> impl Strategy<Value = Json> {
        let words = "[a-z#]{1,6}|24h|1440m|#FFF|yes|no|~|\\PC{0,8}|[\\x00-\\x7f]{0,6}";
        prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            (-5_i64..500).prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            words.prop_map(Json::from),
            prop::collection::vec(words.prop_map(Json::from), 0..4).prop_map(Json::from),
            prop::collection::vec((0_i64..600).prop_map(Json::from), 0..4).prop_map(Json::from),
            words.prop_map(|word| json!({ "a": word })),
        ]
    }

    /// Live documents with a value for each setting of the model.
    fn live() -> impl Strategy<Value = Live> {
        let settings = Model::current().settings().len();
        prop::collection::vec(answer(), settings).prop_map(|answers| {
            let mut live = Live::default();
            for endpoint in Endpoint::ALL {
                let mut fields = Map::new();
                for (setting, answer) in Model::current().settings().iter().zip(&answers) {
                    if setting.endpoint() == endpoint {
                        insert(&mut fields, setting.live_keys()[0], answer.clone());
                    }
                }
                *live.slot_mut(endpoint) = Slot::Present(Document::new(endpoint, fields));
            }
            live
        })
    }

    fn insert(fields: &mut Map<String, Json>, keys: &[&str], value: Json) {
        match keys {
            [] => {}
            [last] => drop(fields.insert((*last).to_owned(), value)),
            [first, rest @ ..] => {
                let below = fields.entry((*first).to_owned()).or_insert_with(|| json!({}));
                insert(below.as_object_mut().unwrap(), rest, value);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_file_declares_only_live_values(live in live()) {
            for detail in [Detail::Minimal, Detail::Full] {
                let text = export(&live, detail, &none());
                let read = read_yaml(&text);
                for setting in Model::current().declarable() {
                    let section = &read[setting.endpoint().section()];
                    let declared = setting.keys().iter().try_fold(section, |value, key| value.get(key));
                    let held = live.value(Model::current(), setting);
                    let same = declared.is_none() || setting.same(declared, held);
                    prop_assert!(same, "{}: {:?} and {:?}", setting.path, declared, held);
                    prop_assert!(declared.is_none_or(|value| !setting.is_empty(Some(value))), "{} is empty", setting.path);
                }
            }
        }
    }
}

#[test]
fn an_export_of_unset_doh_settings_has_a_section() {
    let doh = Slot::Present(Document::new(Endpoint::Doh, serde_json::Map::new()));
    let live = Live { organization: Slot::NotRead, doh };
    for detail in [Detail::Minimal, Detail::Full] {
        let text = export(&live, detail, &none());
        let source = Source { name: "org.yaml".to_owned(), text };
        assert!(parse(Model::current(), &source).manifest.is_some(), "{}", source.text);
    }
}
