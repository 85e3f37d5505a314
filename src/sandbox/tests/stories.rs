//! One test for each switch: a write, and the answers after it.

use super::*;

fn sandbox_with(switches: &str, changes: Json) -> Sandbox {
    let mut sandbox = sandbox(switches);
    let Json::Object(changes) = changes else { panic!("changes are an object") };
    sandbox.state_mut().organization.as_mut().unwrap().extend(changes);
    sandbox
}

fn code(error: &(u16, Json)) -> (u16, i64) {
    (error.0, error.1["code"].as_i64().unwrap())
}

#[test]
fn put_replaces_or_merges() {
    let written = json!({"is_ui_read_only": true});
    assert_eq!(put(&mut sandbox("put=replace"), written.clone()).get("session_duration"), None);
    assert_eq!(put(&mut sandbox("put=merge"), written)["session_duration"], "24h");
}

#[test]
fn null_unsets_whether_put_replaces_or_merges() {
    for switches in ["put=replace", "put=merge", "put=merge,groups=merge"] {
        let mut sandbox = sandbox_with(switches, json!({"login_design": {"header_text": "Hello"}}));
        let answer = put(&mut sandbox, json!({"session_duration": null, "login_design": null}));
        assert_eq!((answer.get("session_duration"), &answer["login_design"]), (None, &json!({})), "{switches}");
    }
}

#[test]
fn the_name_cannot_be_cleared() {
    for switches in ["put=replace", "put=merge"] {
        for body in [json!({}), json!({"name": null}), json!({"name": ""})] {
            assert_eq!(put(&mut sandbox(switches), body)["name"], "Widget Corps");
        }
    }
}

#[test]
fn a_merging_put_replaces_or_merges_groups() {
    let design = || json!({"login_design": {"header_text": "Hello", "footer_text": "Bye"}});
    let written = json!({"login_design": {"header_text": "Hi"}});
    let after = |switches| put(&mut sandbox_with(switches, design()), written.clone())["login_design"].clone();
    assert_eq!(after("put=merge,groups=replace"), json!({"header_text": "Hi"}));
    assert_eq!(after("put=merge,groups=merge"), json!({"header_text": "Hi", "footer_text": "Bye"}));
    assert_eq!(
        after("put=replace,groups=merge"),
        json!({"header_text": "Hi"}),
        "only a merge considers the members of groups"
    );
}

#[test]
fn read_only_fields_are_ignored_or_refused() {
    let written = json!({"created_at": "1999-01-01T00:00:00Z"});
    let answer = put(&mut sandbox("read_only_fields=ignored"), written.clone());
    assert_eq!(answer["created_at"], "2024-03-11T09:12:45Z");
    assert_eq!(code(&refused(&mut sandbox("read_only_fields=refused"), written)), (400, 12062));
}

#[test]
fn empty_strings_are_kept_dropped_or_refused() {
    let written = json!({"login_design": {"header_text": "", "footer_text": "Bye"}});
    let design = |switches| put(&mut sandbox(switches), written.clone())["login_design"].clone();
    assert_eq!(design("empty_strings=kept"), json!({"header_text": "", "footer_text": "Bye"}));
    assert_eq!(design("empty_strings=dropped"), json!({"footer_text": "Bye"}));
    let (_, error) = refused(&mut sandbox("empty_strings=refused"), written);
    assert_eq!(error["source"]["pointer"], "/login_design/header_text");
}

#[test]
fn unknown_fields_are_stored_ignored_or_refused() {
    let with = |switches| sandbox_with(switches, json!({"beta": {"mode": "on"}}));
    let written = json!({"beta": {"mode": "off"}, "login_design": {"shade": 7}});
    let stored = put(&mut with("unknown_fields=stored"), written.clone());
    assert_eq!((&stored["beta"]["mode"], &stored["login_design"]["shade"]), (&json!("off"), &json!(7)));
    let ignored = put(&mut with("unknown_fields=ignored"), written.clone());
    assert_eq!((&ignored["beta"]["mode"], &ignored["login_design"]), (&json!("on"), &json!({})));
    assert_eq!(code(&refused(&mut with("unknown_fields=refused"), written)), (400, 12062));
}

#[test]
fn an_omitted_unknown_field_is_lost_only_if_unknown_fields_are_stored() {
    let after = |switches| put(&mut sandbox_with(switches, json!({"beta": 1})), json!({})).get("beta").cloned();
    assert_eq!(after("unknown_fields=stored"), None);
    assert_eq!(after("unknown_fields=stored,put=merge"), Some(json!(1)));
    assert_eq!(after("unknown_fields=ignored"), Some(json!(1)));
    assert_eq!(after("unknown_fields=refused"), Some(json!(1)));
}

#[test]
fn auth_domain_is_required_or_optional() {
    let write = |switches| {
        let mut sandbox = sandbox(switches);
        let status = send(&mut sandbox, "PUT", &organizations(), Some(json!({"is_ui_read_only": true}))).0;
        (status, get(&mut sandbox)["auth_domain"].clone())
    };
    assert_eq!(write("auth_domain=required"), (400, json!("widget.cloudflareaccess.com")));
    assert_eq!(write("auth_domain=optional"), (200, json!("widget.cloudflareaccess.com")));
}

#[test]
fn false_is_returned_as_written_always_or_never() {
    let written = json!({"is_ui_read_only": false, "mfa_piv_key_requirements": {"require_fips_device": false, "pin_policy": "once"}});
    let answer = |switches| put(&mut sandbox(switches), written.clone());
    let plain = answer("false_members=as_written");
    assert_eq!((&plain["is_ui_read_only"], plain.get("deny_unmatched_requests")), (&json!(false), None));
    assert_eq!(answer("false_members=always")["deny_unmatched_requests"], false);
    let omitted = answer("false_members=omitted");
    assert_eq!(omitted.get("is_ui_read_only"), None);
    assert_eq!(omitted["mfa_piv_key_requirements"], json!({"pin_policy": "once"}));
}

#[test]
fn empty_lists_are_returned_as_written_always_or_never() {
    let name = "deny_unmatched_requests_exempted_zone_names";
    let answer = |switches, written: Json| put(&mut sandbox(switches), written).get(name).cloned();
    assert_eq!(answer("empty_lists=as_written", json!({name: []})), Some(json!([])));
    assert_eq!(answer("empty_lists=as_written", json!({})), None);
    assert_eq!(answer("empty_lists=always", json!({})), Some(json!([])));
    assert_eq!(answer("empty_lists=omitted", json!({name: []})), None);
}

#[test]
fn empty_lists_in_groups_are_omitted_or_sent() {
    let written = json!({"mfa_piv_key_requirements": {"ssh_key_type": [], "pin_policy": "once"}});
    let answer = |switches| put(&mut sandbox(switches), written.clone())["mfa_piv_key_requirements"].clone();
    assert_eq!(answer("empty_group_lists=omitted"), json!({"pin_policy": "once"}));
    assert_eq!(answer("empty_group_lists=sent"), json!({"ssh_key_type": [], "pin_policy": "once"}));
}

#[test]
fn unset_settings_are_absent_or_null() {
    let answer = |switches| put(&mut sandbox(switches), json!({})).get("session_duration").cloned();
    assert_eq!(answer("unset_members=absent"), None);
    assert_eq!(answer("unset_members=null"), Some(Json::Null));
}

#[test]
fn an_empty_login_design_is_an_empty_object_absent_or_empty_strings() {
    let answer = |switches| get(&mut sandbox(switches)).get("login_design").cloned();
    assert_eq!(answer("empty_login_design=empty_object"), Some(json!({})));
    assert_eq!(answer("empty_login_design=absent"), None);
    let strings = answer("empty_login_design=empty_strings").unwrap();
    assert_eq!(strings.as_object().unwrap().len(), 5);
    assert_eq!(strings["logo_path"], "");
}

#[test]
fn durations_are_returned_as_written_or_rewritten() {
    let answer = |switches| put(&mut sandbox(switches), json!({"session_duration": "90m"}))["session_duration"].clone();
    assert_eq!(answer("durations=as_written"), "90m");
    assert_eq!(answer("durations=rewritten"), "1h30m0s");
}

#[test]
fn a_rewritten_duration_is_accepted_although_its_unit_is_not() {
    let mut sandbox = sandbox("durations=rewritten");
    put(&mut sandbox, json!({"warp_auth_session_duration": "48h"}));
    let echoed = get(&mut sandbox)["warp_auth_session_duration"].clone();
    assert_eq!(echoed, "48h0m0s");
    put(&mut sandbox, json!({"warp_auth_session_duration": echoed}));
}

#[test]
fn sets_are_returned_as_written_or_sorted() {
    let written = json!({"mfa_config": {"allowed_authenticators": ["totp", "biometrics"]}});
    let answer =
        |switches| put(&mut sandbox(switches), written.clone())["mfa_config"]["allowed_authenticators"].clone();
    assert_eq!(answer("sets=as_written"), json!(["totp", "biometrics"]));
    assert_eq!(answer("sets=sorted"), json!(["biometrics", "totp"]));
}

#[test]
fn a_renamed_group_is_returned_under_one_name_and_accepted_under_both() {
    for (switches, name) in [("", "mfa_piv_key_requirements"), ("spelling=former", "mfa_ssh_piv_key_requirements")] {
        for written in ["mfa_piv_key_requirements", "mfa_ssh_piv_key_requirements"] {
            let answer = put(&mut sandbox(switches), json!({written: {"pin_policy": "once"}}));
            let other = if name == written { "" } else { written };
            assert_eq!(
                (&answer[name], answer.get(other)),
                (&json!({"pin_policy": "once"}), None),
                "{switches} {written}"
            );
        }
    }
}

#[test]
fn if_both_names_are_sent_the_returned_name_wins() {
    let both = json!({
        "mfa_piv_key_requirements": {"pin_policy": "once"},
        "mfa_ssh_piv_key_requirements": {"pin_policy": "never"},
    });
    assert_eq!(put(&mut sandbox(""), both.clone())["mfa_piv_key_requirements"]["pin_policy"], "once");
    assert_eq!(put(&mut sandbox("spelling=former"), both)["mfa_ssh_piv_key_requirements"]["pin_policy"], "never");
}

#[test]
fn a_group_whose_switch_is_off_is_filled_or_as_written() {
    let answer = |switches| get(&mut sandbox(switches)).get("service_token_inactivity").cloned();
    let filled = json!({"enabled": false, "inactivity_threshold_days": 30, "action": "disable"});
    assert_eq!(answer("switched_off=filled"), Some(filled));
    assert_eq!(answer("switched_off=as_written"), None);
}

#[test]
fn the_switch_of_a_group_is_returned_even_if_false_is_omitted() {
    let off = json!({"enabled": false, "inactivity_threshold_days": 90, "action": "delete"});
    let mut sandbox = sandbox("false_members=omitted,switched_off=as_written");
    assert_eq!(put(&mut sandbox, json!({"service_token_inactivity": off}))["service_token_inactivity"], off);
}

#[test]
fn a_group_that_is_not_an_object_is_returned_unchanged() {
    let odd = json!({"service_token_inactivity": "soon", "login_design": 7});
    let answer = get(&mut sandbox_with("", odd));
    assert_eq!((&answer["service_token_inactivity"], &answer["login_design"]), (&json!("soon"), &json!(7)));
}

#[test]
fn the_reason_of_the_lock_is_returned_while_it_is_on_or_always() {
    let answer = |switches, locked: bool| {
        let written = json!({"is_ui_read_only": locked, "ui_read_only_toggle_reason": "in Git"});
        put(&mut sandbox(switches), written).get("ui_read_only_toggle_reason").cloned()
    };
    assert_eq!(answer("toggle_reason=while_on", true), Some(json!("in Git")));
    assert_eq!(answer("toggle_reason=while_on", false), None);
    assert_eq!(answer("toggle_reason=as_written", false), Some(json!("in Git")));
}

#[test]
fn updated_at_changes_with_every_write_or_stays() {
    let mut moving = sandbox("updated_at=moves");
    assert_eq!(put(&mut moving, json!({}))["updated_at"], "2026-09-01T08:00:01Z");
    assert_eq!(get(&mut moving)["updated_at"], "2026-09-01T08:00:01Z", "a read does not change it");
    assert_eq!(put(&mut moving, json!({}))["updated_at"], "2026-09-01T08:00:02Z");
    assert_eq!(put(&mut sandbox("updated_at=stays"), json!({}))["updated_at"], "2026-08-28T14:03:10Z");
}

#[test]
fn warp_without_a_duration_is_accepted_or_refused() {
    let written = json!({"allow_authenticate_via_warp": true});
    assert_eq!(
        put(&mut sandbox("warp_without_duration=accepted"), written.clone())["allow_authenticate_via_warp"],
        true
    );
    let mut strict = sandbox("warp_without_duration=refused");
    assert_eq!(code(&refused(&mut strict, written)), (400, 12130));
    put(&mut strict, json!({"allow_authenticate_via_warp": true, "warp_auth_session_duration": "24h"}));
}

#[test]
fn without_an_organization_reads_and_updates_fail() {
    for (switches, read, write) in [
        ("absent_organization=not_enabled", (403, json!(9999)), (403, json!(9999))),
        ("absent_organization=not_enabled_404", (404, json!(9999)), (404, json!(9999))),
        ("absent_organization=not_found", (404, json!(7003)), (404, json!(7003))),
        ("absent_organization=null_result", (200, Json::Null), (403, json!(9999))),
    ] {
        for path in [organizations(), doh()] {
            let mut sandbox = Sandbox::new(State::default(), switches.parse().unwrap());
            let mut send = |method, body| {
                let (status, body) = send(&mut sandbox, method, &path, body);
                (status, body["errors"][0]["code"].clone())
            };
            assert_eq!(send("GET", None), read, "{switches} {path}");
            assert_eq!(send("PUT", Some(json!({}))), write, "{switches} {path}");
        }
    }
}

#[test]
fn a_post_is_accepted_or_refused() {
    let body = || Some(json!({"auth_domain": "widget.cloudflareaccess.com", "name": "Widget Corps"}));
    let post = |switches: &str| {
        let mut sandbox = Sandbox::new(State::default(), switches.parse().unwrap());
        let (status, answer) = send(&mut sandbox, "POST", &organizations(), body());
        (status, answer["errors"][0]["code"].clone(), sandbox.state().organization.is_some())
    };
    assert_eq!(post("post=accepted"), (201, Json::Null, true));
    assert_eq!(post("post=refused"), (400, json!(11004), false));
}

#[test]
fn a_patch_is_refused_or_merges() {
    let patch = |switches| {
        let mut sandbox = sandbox(switches);
        let (status, _) = send(&mut sandbox, "PATCH", &organizations(), Some(json!({"is_ui_read_only": true})));
        (status, get(&mut sandbox))
    };
    assert_eq!(patch("patch=refused").0, 405);
    let (status, after) = patch("patch=accepted");
    assert_eq!((status, &after["is_ui_read_only"], &after["session_duration"]), (200, &json!(true), &json!("24h")));
}

#[test]
fn a_write_is_visible_immediately_or_late() {
    let mut immediate = sandbox("read_back=immediate");
    put(&mut immediate, json!({"session_duration": "12h"}));
    assert_eq!(get(&mut immediate)["session_duration"], "12h");
    let mut late = sandbox("read_back=late");
    assert_eq!(
        put(&mut late, json!({"session_duration": "12h"}))["session_duration"],
        "12h",
        "the answer to the write has the new value"
    );
    let reads: Vec<Json> = (0..4).map(|_| get(&mut late)["session_duration"].clone()).collect();
    assert_eq!(reads, ["24h", "24h", "12h", "12h"]);
}

#[test]
fn a_late_creation_is_absent_at_first() {
    let mut sandbox = Sandbox::new(State::default(), "read_back=late".parse().unwrap());
    let body = json!({"auth_domain": "widget.cloudflareaccess.com", "name": "Widget Corps"});
    assert_eq!(send(&mut sandbox, "POST", &organizations(), Some(body)).0, 201);
    let reads: Vec<u16> = (0..3).map(|_| send(&mut sandbox, "GET", &organizations(), None).0).collect();
    assert_eq!(reads, [403, 403, 200]);
}

#[test]
fn unset_doh_is_empty_or_has_defaults() {
    assert_eq!(get_doh(&mut sandbox("unset_doh=empty_object")), json!({}));
    assert_eq!(get_doh(&mut sandbox("unset_doh=defaults")), json!({"doh_jwt_duration": "24h"}));
}

#[test]
fn doh_accepts_a_service_token_and_returns_its_attributes() {
    let mut sandbox = sandbox("");
    let token = "f174e90a-fafe-4643-bbbc-4a0ed4fc8415";
    let body = json!({"doh_jwt_duration": "12h", "service_token_id": token});
    assert_eq!(send(&mut sandbox, "PUT", &doh(), Some(body.clone())).0, 201);
    let (first, second) = (get_doh(&mut sandbox), get_doh(&mut sandbox));
    insta::assert_snapshot!(format!("{:#}", first), @r#"
    {
      "doh_jwt_duration": "12h",
      "id": "f174e90a-fafe-4643-bbbc-4a0ed4fc8415",
      "client_id": "f174e90afafe4643bbbc4a0ed4fc8415.access",
      "name": "Service token f174e90a",
      "duration": "8760h",
      "enabled": true,
      "expires_at": "2027-09-01T08:00:00Z",
      "created_at": "2026-09-01T08:00:00Z",
      "updated_at": "2026-09-01T08:00:00Z",
      "last_seen_at": "2026-09-01T08:00:02Z"
    }
    "#);
    assert_ne!(first["last_seen_at"], second["last_seen_at"], "it changes with each read");
    send(&mut sandbox, "PUT", &doh(), Some(body));
    assert_eq!(get_doh(&mut sandbox)["created_at"], first["created_at"], "the same token keeps its attributes");
    send(&mut sandbox, "PUT", &doh(), Some(json!({"doh_jwt_duration": "12h", "service_token_id": null})));
    assert_eq!(get_doh(&mut sandbox), json!({"doh_jwt_duration": "12h"}));
}

#[test]
fn doh_replaces_or_merges_like_the_organization() {
    let token = "f174e90a-fafe-4643-bbbc-4a0ed4fc8415";
    let after = |switches| {
        let mut sandbox = sandbox(switches);
        send(&mut sandbox, "PUT", &doh(), Some(json!({"service_token_id": token})));
        send(&mut sandbox, "PUT", &doh(), Some(json!({"doh_jwt_duration": "12h"})));
        get_doh(&mut sandbox).get("id").cloned()
    };
    assert_eq!(after("put=replace"), None);
    assert_eq!(after("put=merge"), Some(json!(token)));
}

#[test]
fn a_hostile_api_resets_or_ignores_values() {
    let mut hostile = sandbox("");
    hostile.state_mut().hostile.resets = vec!["organization.session_duration".to_owned()];
    hostile.state_mut().hostile.ignores = vec!["organization.login_design.header_text".to_owned()];
    let answer = put(
        &mut hostile,
        json!({"session_duration": "12h", "login_design": {"header_text": "Hi", "footer_text": "Bye"}}),
    );
    assert_eq!((answer.get("session_duration"), &answer["login_design"]), (None, &json!({"footer_text": "Bye"})));
}

#[test]
fn a_concurrent_write_happens_once_before_or_after() {
    let theirs = json!({"name": "Theirs", "session_duration": null, "login_design": {"header_text": "Theirs"}});
    for (when, header) in [(Moment::Before, Json::Null), (Moment::After, json!("Theirs"))] {
        let mut sandbox = sandbox("");
        sandbox.state_mut().hostile.concurrent = Some(Concurrent { when, patch: theirs.clone() });
        let ours = json!({"name": "Ours", "session_duration": "12h"});
        put(&mut sandbox, ours.clone());
        assert_eq!(
            get(&mut sandbox)["login_design"].get("header_text").cloned().unwrap_or_default(),
            header,
            "{when:?}"
        );
        put(&mut sandbox, ours);
        assert_eq!(get(&mut sandbox)["name"], "Ours", "the concurrent write happens only once");
    }
}
