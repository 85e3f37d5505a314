//! What is sent: the live document with the changes laid over it.
//!
//! Nobody has published whether PUT replaces or merges, so the body is right under both: everything that live has is
//! echoed, and an intended clear is explicit. Unknown fields are echoed exactly as they were read, empty ones included:
//! nobody knows what they mean. What the server keeps for itself is left out, and so are known members that were empty
//! already, because a public report blames both for refusals (12062).

use serde_json::{Map, Value as Json};

use crate::json::JsonText;
use crate::live::{Document, dotted, set_at};
use crate::plan::{Change, Op};
use crate::settings::{Endpoint, Group, Kind, Model, Setting, Unset, is_blank};

/// The body of a PUT that makes `changes` on `live`, leaving out the unknown fields that `omit` names.
/// A setting of the model is never left out.
///
/// `live` is what was read last; nothing of it is lost but response-only fields and empty settings.
pub fn put(model: &Model, live: &Document, changes: &[&Change], omit: &[String]) -> JsonText {
    let mut body = echo(model, live);
    let unknown: Vec<String> = live.unknown(model).iter().map(|field| dotted(live.endpoint, &field.keys)).collect();
    for path in omit.iter().filter(|path| unknown.contains(path)) {
        remove_named(&mut body, live.endpoint, path);
    }
    for change in changes {
        set_at(&mut body, &write_keys(live, &change.setting), wire_value(change));
        for (setting, value) in &change.annotations {
            set_at(&mut body, &write_keys(live, setting), value.clone());
        }
    }
    for group in model.groups() {
        collapse(&mut body, live, model, group);
        complete(&mut body, live, model, group);
    }
    live.with_originals(&body)
}

/// The body of the POST that creates an organization: the declared settings that POST takes.
pub fn post(changes: &[&Change]) -> JsonText {
    let mut body = Map::new();
    for change in changes.iter().filter(|change| change.setting.in_create && change.op == Op::Set) {
        set_at(&mut body, &change.setting.keys(), change.after.clone());
        for (setting, value) in &change.annotations {
            set_at(&mut body, &setting.keys(), value.clone());
        }
    }
    JsonText::from(&body)
}

/// The live document as it may be sent back: without response-only fields and without what was empty already.
fn echo(model: &Model, live: &Document) -> Map<String, Json> {
    let mut body = live.fields.clone();
    for setting in model.response_only(live.endpoint) {
        for keys in setting.live_keys() {
            remove(&mut body, &keys);
        }
    }
    // What the API answers under another name than it takes goes back under the name it takes.
    for setting in model.of(live.endpoint).filter(|setting| setting.is_declarable() && setting.observed_as.is_some()) {
        let value = live.raw(setting).filter(|value| !is_blank(value)).cloned();
        for keys in setting.live_keys() {
            remove(&mut body, &keys);
        }
        if let Some(value) = value {
            set_at(&mut body, &setting.keys(), value);
        }
    }
    remove_empty_settings(model, live, &mut body);
    body
}

/// Removes the settings that hold nothing, then the groups that hold nothing more. Lists are kept as they are.
fn remove_empty_settings(model: &Model, live: &Document, body: &mut Map<String, Json>) {
    let known: Vec<_> = model.of(live.endpoint).flat_map(Setting::live_keys).collect();
    let is_empty = |value: &Json| !value.is_array() && is_blank(value);
    for keys in &known {
        if live.at(keys).is_some_and(is_empty) {
            remove(body, keys);
        }
    }
    for group in known.iter().filter(|keys| keys.len() > 1).map(|keys| keys[0]) {
        let is_unset =
            |(name, value): (&String, &Json)| is_blank(value) && known.iter().any(|keys| keys[..] == [group, name]);
        let holds_nothing =
            |value: &Json| value.as_object().map_or_else(|| is_empty(value), |members| members.iter().all(is_unset));
        if body.get(group).is_some_and(holds_nothing) {
            body.shift_remove(group);
        }
    }
}

/// The value that stands for a change on the wire; an unset is explicit, in the form that the setting takes.
fn wire_value(change: &Change) -> Json {
    match (change.op, change.setting.unset) {
        (Op::Set, _) => change.after.clone(),
        (Op::Unset, Unset::False) => Json::Bool(false),
        (Op::Unset, Unset::EmptyList) => Json::Array(Vec::new()),
        (Op::Unset, Unset::Null | Unset::Never(_)) => Json::Null,
    }
}

/// The spelling under which a setting is written: the former one where that is what live speaks.
fn write_keys(live: &Document, setting: &Setting) -> Vec<&'static str> {
    let speaks = |keys: &Vec<&str>| live.fields.get(keys[0]).is_some_and(|value| !is_blank(value));
    let own = setting.keys();
    let former = setting.live_keys().into_iter().find(|keys| setting.former.is_some() && *keys != own && speaks(keys));
    if speaks(&own) { own } else { former.unwrap_or(own) }
}

/// Turns a group whose every member is emptied into one `null`, which is how the API clears a group. A member that nobody
/// knows keeps it, empty or not.
///
/// An emptied list alone is left as it is: `{"allowed_authenticators": []}` is the documented way to turn MFA off.
fn collapse(body: &mut Map<String, Json>, live: &Document, model: &Model, group: &Group) {
    let Some(key) = model.members(group).next().map(|member| write_keys(live, member)[0]) else { return };
    let Some(Json::Object(members)) = body.get(key) else { return };
    // false is empty for a boolean alone; anywhere else it is a value that nobody declared, and stays.
    let is_off = |name: &str, value: &Json| {
        let mut boolean = model.members(group).filter(|member| member.kind == Kind::Boolean);
        *value == Json::Bool(false) && boolean.any(|member| member.name() == name)
    };
    let is_known = |name: &str| model.members(group).any(|member| member.name() == name);
    let emptied = members.iter().all(|(name, value)| is_known(name) && (is_blank(value) || is_off(name, value)));
    if emptied && members.values().any(Json::is_null) {
        body.insert(key.to_owned(), Json::Null);
    }
}

/// Makes a group that the API takes only as a whole complete or absent (cloudflare-docs, service tokens), where live has
/// members without content: servers fill a group whose switch is off with `""` or `null`.
///
/// While its switch is off such a group is left out, or cleared where a change turned it off; that is the same by meaning.
/// Otherwise it goes back as it was read, and so does one with members that nobody knows.
fn complete(body: &mut Map<String, Json>, live: &Document, model: &Model, group: &Group) {
    let key = group.keys()[0];
    let Some(Json::Object(sent)) = body.get_mut(key).filter(|_| group.all_or_nothing) else { return };
    let names: Vec<&str> = model.members(group).map(Setting::name).collect();
    if names.iter().all(|name| sent.get(*name).is_some_and(|value| !is_blank(value))) {
        return;
    }
    let is_off = group
        .switch
        .and_then(|path| model.setting(path))
        .is_some_and(|switch| switch.is_empty(sent.get(switch.name())));
    let has_unknown = sent.keys().any(|name| !names.contains(&name.as_str()));
    let was_on =
        group.switch.and_then(|path| model.setting(path)).is_some_and(|switch| !switch.is_empty(live.raw(switch)));
    match (is_off && !has_unknown, was_on) {
        (true, true) => drop(body.insert(key.to_owned(), Json::Null)),
        (true, false) => drop(body.shift_remove(key)),
        (false, _) => {
            for name in names {
                if let Some(value) = live.at(&[key, name]).filter(|_| !sent.contains_key(name)) {
                    sent.insert(name.to_owned(), value.clone());
                }
            }
        }
    }
}

fn remove(body: &mut Map<String, Json>, keys: &[&str]) {
    match keys {
        [] => {}
        [key] => {
            body.shift_remove(*key);
        }
        [key, rest @ ..] => {
            if let Some(Json::Object(inner)) = body.get_mut(*key) {
                remove(inner, rest);
            }
        }
    }
}

/// Removes the field that a dotted path of the plan's listing names.
fn remove_named(body: &mut Map<String, Json>, endpoint: Endpoint, path: &str) {
    let top: Vec<String> = body.keys().cloned().collect();
    for key in top {
        if dotted(endpoint, &[&key]) == path {
            body.shift_remove(&key);
        } else if let Some(Json::Object(inner)) = body.get_mut(&key) {
            inner.retain(|name, _| dotted(endpoint, &[&key, name]) != path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{change, document};
    use super::*;
    use serde_json::json;

    fn body(live: Json, changes: &[Change]) -> Json {
        let changes: Vec<&Change> = changes.iter().collect();
        put(Model::current(), &document(live), &changes, &[]).view()
    }

    #[test]
    fn what_live_has_is_echoed_with_the_change_laid_over_it() {
        let live = json!({
            "auth_domain": "a.example.com", "name": "Widget", "session_duration": "12h", "deny_unmatched_requests": true,
            "login_design": {"header_text": "Hi", "corner_radius": 4}, "beta": {"on": true, "list": []},
        });
        let sent = body(live.clone(), &[change("organization.session_duration", json!("24h"))]);
        let mut expected = live;
        expected["session_duration"] = json!("24h");
        assert_eq!(sent, expected);
    }

    /// A17: a public report blames response-only fields and empty strings for refusals.
    #[test]
    fn response_only_fields_and_empty_members_are_left_out() {
        let live = json!({
            "name": "Widget", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "trusted_accounts": [1],
            "warp_auth_session_duration": "", "login_design": {"header_text": "", "footer_text": "Bye"}, "custom_pages": {},
            "mfa_config": {"required_aaguids": null},
        });
        let sent = body(live, &[change("organization.name", json!("New"))]);
        assert_eq!(sent, json!({"name": "New", "login_design": {"footer_text": "Bye"}}));
    }

    #[test]
    fn unknown_members_are_echoed_empty_or_not_and_settings_only_where_they_hold_something() {
        let live = json!({
            "name": "Widget", "beta": {"a": {}, "b": [], "c": "", "d": null, "e": [{}, ""]}, "blank": null, "empty": {},
            "login_design": {"header_text": "", "x": {}, "y": null}, "custom_pages": {}, "mfa_config": null,
        });
        let sent = body(live, &[change("organization.name", json!("New"))]);
        assert_eq!(
            sent,
            json!({
                "name": "New", "beta": {"a": {}, "b": [], "c": "", "d": null, "e": [{}, ""]}, "blank": null, "empty": {},
                "login_design": {"x": {}, "y": null},
            })
        );
    }

    #[test]
    fn what_no_value_can_hold_is_echoed_byte_by_byte() {
        let members = r#""beta":{"a":1,"a":2},"n":1e400,"login_design":{"header_text":"Hi","x":{"$serde_json::private::Number":"1"}}"#;
        let text = JsonText::parse(format!(r#"{{"name":"W",{members}}}"#)).unwrap();
        let live = Document::parse(Endpoint::Organization, &text).unwrap();
        let rename = change("organization.name", json!("New"));
        let sent = put(Model::current(), &live, &[&rename], &[]);
        assert_eq!(sent.as_str(), format!(r#"{{"name":"New",{members}}}"#));
        let header = change("organization.login_design.header_text", json!("Ho"));
        let sent = put(Model::current(), &live, &[&header], &[]);
        assert_eq!(sent.as_str(), text.as_str().replace("Hi", "Ho"));
    }

    /// A change below a value that is no group puts a group in its place, whatever that value was.
    #[test]
    fn a_group_takes_the_place_of_what_is_none() {
        let text = format!(r#"{{"login_design":{}{}}}"#, "[".repeat(500), "]".repeat(500));
        let live = Document::parse(Endpoint::Organization, &JsonText::parse(text).unwrap()).unwrap();
        let header = change("organization.login_design.header_text", json!("Ho"));
        let sent = put(Model::current(), &live, &[&header], &[]);
        assert_eq!(sent.as_str(), r#"{"login_design":{"header_text":"Ho"}}"#);
    }

    #[test]
    fn an_unknown_number_is_echoed_digit_by_digit() {
        let live: Json = serde_json::from_str(r#"{"name": "W", "quota": 12345678901234567890.10}"#).unwrap();
        let sent = body(live, &[change("organization.name", json!("New"))]);
        assert_eq!(sent.to_string(), r#"{"name":"New","quota":12345678901234567890.10}"#);
    }

    #[test]
    fn an_unset_is_explicit_in_the_form_the_setting_takes() {
        let live = json!({
            "deny_unmatched_requests": true, "deny_unmatched_requests_exempted_zone_names": ["example.com"],
            "session_duration": "12h", "login_design": {"header_text": "Hi", "footer_text": "Bye"},
        });
        let sent = body(
            live,
            &[
                change("organization.session_duration", Json::Null),
                change("organization.deny_unmatched_requests", Json::Null),
                change("organization.deny_unmatched_requests_exempted_zone_names", Json::Null),
                change("organization.login_design.header_text", Json::Null),
            ],
        );
        assert_eq!(
            sent,
            json!({
                "deny_unmatched_requests": false, "deny_unmatched_requests_exempted_zone_names": [],
                "session_duration": null, "login_design": {"header_text": null, "footer_text": "Bye"},
            })
        );
    }

    #[test]
    fn a_group_whose_members_are_all_emptied_becomes_one_null() {
        let live = json!({"login_design": {"header_text": "Hi", "footer_text": "Bye"}});
        let emptied =
            ["header_text", "footer_text"].map(|name| change(&format!("organization.login_design.{name}"), Json::Null));
        assert_eq!(body(live, &emptied), json!({"login_design": null}));
        let unknown = json!({"login_design": {"header_text": "Hi", "footer_text": "Bye", "corner_radius": 4}});
        assert_eq!(
            body(unknown, &emptied),
            json!({"login_design": {"header_text": null, "footer_text": null, "corner_radius": 4}}),
            "a member that nobody knows must survive"
        );
    }

    #[test]
    fn mfa_is_turned_off_with_an_empty_list() {
        let live = json!({"mfa_config": {"allowed_authenticators": ["totp"]}});
        let off = [change("organization.mfa_config.allowed_authenticators", json!([]))];
        assert_eq!(body(live, &off), json!({"mfa_config": {"allowed_authenticators": []}}));
    }

    /// Only a boolean is empty when it is false: elsewhere it is a value that the write must not lose.
    #[test]
    fn a_false_that_is_not_the_value_of_a_boolean_keeps_its_group() {
        for odd in ["ssh_key_size", "next_months_member"] {
            let live = json!({"mfa_piv_key_requirements": {odd: false, "pin_policy": "once"}});
            let sent = body(live, &[change("organization.mfa_piv_key_requirements.pin_policy", Json::Null)]);
            assert_eq!(sent["mfa_piv_key_requirements"], json!({odd: false, "pin_policy": null}));
        }
        let live = json!({"mfa_piv_key_requirements": {"require_fips_device": false, "pin_policy": "once"}});
        let sent = body(live, &[change("organization.mfa_piv_key_requirements.pin_policy", Json::Null)]);
        assert_eq!(sent["mfa_piv_key_requirements"], Json::Null);
    }

    #[test]
    fn a_group_that_the_api_wants_whole_is_sent_whole_when_it_is_turned_off() {
        let live = json!({"service_token_inactivity": {"enabled": true, "inactivity_threshold_days": 90, "action": "disable"}});
        let off = [change("organization.service_token_inactivity.enabled", json!(false))];
        assert_eq!(
            body(live, &off),
            json!({"service_token_inactivity": {"enabled": false, "inactivity_threshold_days": 90, "action": "disable"}})
        );
    }

    /// cloudflare-docs, service tokens: the three members are needed together.
    #[test]
    fn a_group_that_the_api_wants_whole_is_whole_or_absent_where_live_has_empty_members() {
        let name = || change("organization.name", json!("New"));
        let off = || change("organization.service_token_inactivity.enabled", json!(false));
        let group = |members: Json| json!({"name": "W", "service_token_inactivity": members});
        let unset = json!({"enabled": false, "action": "", "inactivity_threshold_days": null});
        assert_eq!(body(group(unset.clone()), &[name()]), json!({"name": "New"}));
        assert_eq!(body(group(json!({"enabled": false, "action": "disable"})), &[name()]), json!({"name": "New"}));
        assert_eq!(
            body(group(json!({"enabled": true, "action": null, "inactivity_threshold_days": 90})), &[off()]),
            json!({"name": "W", "service_token_inactivity": null})
        );
        let odd = json!({"enabled": true, "action": "", "inactivity_threshold_days": 90});
        assert_eq!(body(group(odd.clone()), &[name()])["service_token_inactivity"], odd, "as it was read");
        let unknown = json!({"enabled": false, "action": "", "inactivity_threshold_days": null, "x": {}});
        assert_eq!(body(group(unknown.clone()), &[name()])["service_token_inactivity"], unknown);
    }

    #[test]
    fn a_renamed_group_with_an_empty_list_alone_is_written_under_one_name() {
        let sizes = [change("organization.mfa_piv_key_requirements.ssh_key_size", json!([256]))];
        let former = json!({"mfa_ssh_piv_key_requirements": {"ssh_key_size": []}});
        assert_eq!(body(former, &sizes), json!({"mfa_piv_key_requirements": {"ssh_key_size": [256]}}));
    }

    #[test]
    fn a_renamed_group_is_written_in_the_spelling_that_live_speaks() {
        let pin = [change("organization.mfa_piv_key_requirements.pin_policy", json!("always"))];
        let former = json!({"mfa_ssh_piv_key_requirements": {"pin_policy": "once", "touch_policy": "always"}});
        assert_eq!(
            body(former, &pin),
            json!({"mfa_ssh_piv_key_requirements": {"pin_policy": "always", "touch_policy": "always"}})
        );
        assert_eq!(body(json!({}), &pin), json!({"mfa_piv_key_requirements": {"pin_policy": "always"}}));
    }

    #[test]
    fn the_doh_token_in_use_is_echoed_under_the_name_that_the_api_takes() {
        let fields = json!({"doh_jwt_duration": "24h", "id": "f174e90a", "client_id": "x", "last_seen_at": "2026-01-01T00:00:00Z"});
        let live = Document::new(Endpoint::Doh, fields.as_object().unwrap().clone());
        let change = change("doh.doh_jwt_duration", json!("48h"));
        let sent = put(Model::current(), &live, &[&change], &[]).view();
        assert_eq!(sent, json!({"doh_jwt_duration": "48h", "service_token_id": "f174e90a"}));
    }

    #[test]
    fn a_field_can_be_left_out_for_one_run() {
        let live =
            document(json!({"name": "W", "beta.flag": 1, "login_design": {"corner_radius": 4, "header_text": "Hi"}}));
        let omit = ["organization.\"beta.flag\"".to_owned(), "organization.login_design.corner_radius".to_owned()];
        let sent = put(Model::current(), &live, &[&change("organization.name", json!("New"))], &omit);
        assert_eq!(sent.view(), json!({"name": "New", "login_design": {"header_text": "Hi"}}));
    }

    #[test]
    fn a_creation_sends_what_post_takes_and_nothing_empty() {
        let mut lock = change("organization.is_ui_read_only", json!(true));
        lock.annotations =
            vec![(*Model::current().setting("organization.ui_read_only_toggle_reason").unwrap(), json!("SEC-7"))];
        let changes = [
            change("organization.name", json!("Widget")),
            lock,
            change("organization.login_design.header_text", json!("Hi")),
            change("organization.custom_pages.forbidden", json!("699d98642c564d2e855e9661899b7252")),
        ];
        let sent = post(&changes.iter().collect::<Vec<_>>()).view();
        assert_eq!(
            sent,
            json!({
                "name": "Widget", "is_ui_read_only": true, "ui_read_only_toggle_reason": "SEC-7",
                "login_design": {"header_text": "Hi"},
            })
        );
    }
}
