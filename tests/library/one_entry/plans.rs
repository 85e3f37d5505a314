//! Plans, bodies and read-backs.

use super::*;

#[test]
fn a_plan_shows_change_notice_and_guard_of_the_new_setting() {
    let (manifest, live) = (manifest(WANTED), live(&organization()));
    let refused = planned(&manifest, &live, &[]);
    let told: Vec<_> = refused.changes.iter().map(|change| (change.setting.path, change.op, &change.before)).collect();
    let before = [json!("60m"), json!("strict"), json!("30m"), json!("Hello")];
    let paths = [QUIET.path, MODE.path, GRACE.path, BANNER.path];
    let expected: Vec<_> = paths.into_iter().zip(&before).map(|(path, before)| (path, Op::Set, before)).collect();
    assert_eq!(told, expected);
    assert_eq!(refused.changes[0].notice, Some("a stolen session stays useful for longer"));
    assert!(matches!(Approved::new(&refused, &live), Err(NotApproved::Guards(changes)) if changes[0].setting == MODE));
    let text = zerodrift::report::plan::text(&refused, &Style::default());
    assert!(text.contains("devices that fail a check are let in"), "{text}");

    for allow in [MODE.path, "organization.next_month"] {
        let allowed = planned(&manifest, &live, &[allow.to_owned()]);
        assert_eq!(allowed.changes[1].guard.unwrap().allowed_by, Some(Consent::Flag), "{allow}");
    }
    let consent = format!("{WANTED}allow:\n  - setting: {}\n    to: lenient\n", MODE.path);
    let allowed = planned(&self::manifest(&consent), &live, &[]);
    assert_eq!(allowed.changes[1].guard.unwrap().allowed_by, Some(Consent::Manifest));
}

/// A setting whose author forgot the table: every change is guarded, and the test of the table names the cells.
#[test]
fn a_setting_with_an_undecided_cell_is_guarded_and_named() {
    assert_eq!(model().undecided(), []);
    let forgotten = Setting::new("organization.forgotten", Kind::Boolean);
    let half = forgotten.impacts(&[(Direction::TurnedOn, Impact::Noted("it is on"))]);
    for (setting, off_is_undecided, on_is_undecided) in [(forgotten, true, true), (half, true, false)] {
        let model = Model::current().clone().with(setting);
        let named: Vec<Direction> = model.undecided().into_iter().map(|(_, direction, _)| direction).collect();
        assert_eq!(named.contains(&Direction::TurnedOff), off_is_undecided);
        assert_eq!(named.contains(&Direction::TurnedOn), on_is_undecided);
        for (before, after) in [(false, true), (true, false)] {
            let text = format!("account_id: {ACCOUNT}\norganization:\n  forgotten: {after}\n");
            let manifest = parse(&model, &Source { name: "org.yaml".to_owned(), text }).manifest.unwrap();
            let live = live(&json!({"forgotten": before}));
            let api = "https://api.example/client/v4";
            let input = Input { model: &model, manifest: &manifest, target: &target(), api, live: &live, allow: &[] };
            let guarded = plan(&input).refused().count() == 1;
            assert_eq!(guarded, if after { on_is_undecided } else { off_is_undecided }, "{before} -> {after}");
        }
    }
}

#[test]
fn equivalent_values_are_not_a_change() {
    let same = manifest(
        "organization:\n  quiet_hours: 1h\n  next_month:\n    mode: strict\n    \
                         exceptions: {grace_period: 0.5h}\n  banner_text: Hello\n",
    );
    assert!(planned(&same, &live(&organization()), &[]).is_empty());
}

#[test]
fn an_undeclared_setting_is_listed_as_known() {
    let plan = planned(&manifest("organization:\n  name: Widget\n"), &live(&organization()), &[]);
    let listed: Vec<_> = plan.unmanaged.iter().map(|unmanaged| (unmanaged.path.as_str(), unmanaged.known)).collect();
    for setting in [QUIET, MODE, GRACE, BANNER] {
        assert!(listed.contains(&(setting.path, true)), "{listed:?}");
    }
    assert!(listed.iter().all(|(_, known)| *known), "{listed:?}");
}

#[test]
fn a_body_uses_the_name_of_the_live_document() {
    let live = live(&organization());
    let plan = planned(&manifest(WANTED), &live, &[]);
    let changes: Vec<_> = plan.changes.iter().collect();
    let sent = body::put(&model(), live.document(Endpoint::Organization).unwrap(), &changes, &[]).view();
    assert_eq!(
        (&sent["quiet_hours"], &sent["next_month"]),
        (&json!("2h"), &json!({"mode": "lenient", "exceptions": {"grace_period": "45m"}}))
    );
    let banners: Vec<_> = sent.as_object().unwrap().iter().filter(|(key, _)| key.starts_with("banner")).collect();
    assert_eq!(banners.len(), 1, "one spelling, never both: {sent:?}");
    assert_eq!(banners[0].1, "Bye");
}

#[test]
fn a_read_back_that_differs_names_the_new_setting() {
    let (model, live) = (model(), live(&organization()));
    let plan = planned(&manifest("organization:\n  quiet_hours: 2h\n"), &live, &[]);
    let changes: Vec<_> = plan.changes.iter().collect();
    let mut after = live.document(Endpoint::Organization).unwrap().clone();
    after.fields.insert("next_month".to_owned(), json!({"mode": "lenient", "exceptions": {"grace_period": "1h"}}));
    let found = verify(&model, live.document(Endpoint::Organization), &after, &changes);
    let told: Vec<_> = found.iter().map(|mismatch| (mismatch.path.as_str(), mismatch.kind)).collect();
    assert_eq!(
        told,
        [(QUIET.path, MismatchKind::NotConverged), (GRACE.path, MismatchKind::Moved), (MODE.path, MismatchKind::Moved)]
    );
}
