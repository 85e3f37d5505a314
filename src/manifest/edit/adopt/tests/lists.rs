use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::{FACTORS, adopted, not_adopted};

const SIZES: &str = "organization.mfa_piv_key_requirements.ssh_key_size";
const ZONES: &str = "organization.deny_unmatched_requests_exempted_zone_names";

#[test]
fn a_list_on_one_line_keeps_other_elements_and_its_spacing() {
    let with = |list: &str| {
        format!("organization:\n  mfa_config:\n    allowed_authenticators: {list}  # c\n    session_duration: 12h\n")
    };
    let after = |list: &str, live: Json| {
        let text = adopted(&with(list), &[(FACTORS, live)]);
        text.lines().nth(2).unwrap().trim_start().trim_start_matches("allowed_authenticators: ").to_owned()
    };
    let table = [
        ("[totp, security_key]", json!(["security_key", "biometrics"]), "[security_key, biometrics]  # c"),
        (
            "[ 'totp' ,  \"security_key\" ]",
            json!(["totp", "security_key", "biometrics"]),
            "[ 'totp' ,  \"security_key\" ,  'biometrics' ]  # c",
        ),
        ("[totp]", json!([]), "[]  # c"),
        ("[]", json!(["totp", "biometrics"]), "[biometrics, totp]  # c"),
        ("[ ]", json!(["totp"]), "[totp]  # c"),
        ("null", json!(["totp"]), "[totp]  # c"),
        ("", json!(["totp"]), "[totp]   # c"),
        ("[totp,]", json!(["totp", "biometrics"]), "[totp, biometrics,]  # c"),
        ("[totp]", json!(["a b"]), "[a b]  # c"),
    ];
    for (list, live, expected) in table {
        assert_eq!(after(list, live.clone()), expected, "{list} {live}");
    }
    let sizes = "organization:\n  mfa_piv_key_requirements: {ssh_key_size: [256, 384]}\n";
    assert_eq!(adopted(sizes, &[(SIZES, json!([2048, 384.0]))]), sizes.replace("[256, 384]", "[384, 2048]"));
}

#[test]
fn a_list_in_brackets_on_several_lines_keeps_its_lines() {
    let text = "\
organization:
  mfa_config:
    allowed_authenticators: [   # ours
      totp,           # phones
      # keys
      \"security_key\"  # the blue ones
    ]
    session_duration: 12h
";
    let after = |live: Json| adopted(text, &[(FACTORS, live)]);
    assert_snapshot!(after(json!(["totp", "security_key", "biometrics", "piv_key"])), @r#"
    organization:
      mfa_config:
        allowed_authenticators: [   # ours
          totp,           # phones
          # keys
          "security_key",  # the blue ones
          biometrics,
          piv_key
        ]
        session_duration: 12h
    "#);
    assert_snapshot!(after(json!(["totp"])), @"
    organization:
      mfa_config:
        allowed_authenticators: [   # ours
          totp           # phones
          # keys
        ]
        session_duration: 12h
    ");
    assert_snapshot!(after(json!(["biometrics", "piv_key"])), @"
    organization:
      mfa_config:
        allowed_authenticators: [   # ours
          # keys
          biometrics,
          piv_key
        ]
        session_duration: 12h
    ");
    assert_snapshot!(after(json!([])), @"
    organization:
      mfa_config:
        allowed_authenticators: [   # ours
          # keys
        ]
        session_duration: 12h
    ");
    let bare = text.replace("  # the blue ones", "");
    let after = adopted(&bare, &[(FACTORS, json!(["totp", "security_key", "piv_key"]))]);
    assert_eq!(
        after,
        bare.replace("_key\"\n", "_key\",\n      piv_key\n"),
        "the comma and the line stand at one place"
    );
    let comma = "organization:\n  mfa_config:\n    allowed_authenticators: [\n      totp,\n    ]\n";
    assert_snapshot!(adopted(comma, &[(FACTORS, json!(["totp", "biometrics"]))]), @"
    organization:
      mfa_config:
        allowed_authenticators: [
          totp,
          biometrics,
        ]
    ");
    let crooked = "organization:\n  mfa_config:\n    allowed_authenticators: [totp,\n      security_key]\n";
    assert_snapshot!(adopted(crooked, &[(FACTORS, json!(["totp", "biometrics"]))]), @"
    organization:
      mfa_config:
        allowed_authenticators: [totp, biometrics]
    ");
    let comments = "organization:\n  mfa_config:\n    allowed_authenticators: [totp,  # c\n      security_key]\n";
    assert_snapshot!(not_adopted(comments, &[(FACTORS, json!(["totp"]))]).join("\n"), @"3:29 [totp]: its list has comments between elements on one line");
}

#[test]
fn a_list_with_dashes_keeps_the_lines_of_other_elements() {
    let text = "\
organization:
  mfa_config:
    allowed_authenticators:   # ours
      - totp            # phones
      # keys
      - 'security_key'  # the blue ones
      - biometrics

    # how long
    session_duration: 12h
";
    let after = |live: Json| adopted(text, &[(FACTORS, live)]);
    assert_snapshot!(after(json!(["totp", "security_key", "biometrics", "piv_key"])), @"
    organization:
      mfa_config:
        allowed_authenticators:   # ours
          - totp            # phones
          # keys
          - 'security_key'  # the blue ones
          - biometrics
          - piv_key

        # how long
        session_duration: 12h
    ");
    assert_snapshot!(after(json!(["security_key", "piv_key", "ssh_fido2_key"])), @"
    organization:
      mfa_config:
        allowed_authenticators:   # ours
          # keys
          - 'security_key'  # the blue ones
          - piv_key
          - ssh_fido2_key

        # how long
        session_duration: 12h
    ");
    assert_snapshot!(after(json!(["piv_key"])), @"
    organization:
      mfa_config:
        allowed_authenticators:   # ours
          # keys
          - piv_key

        # how long
        session_duration: 12h
    ");
    assert_snapshot!(after(json!([])), @"
    organization:
      mfa_config:
        allowed_authenticators: []   # ours
          # keys

        # how long
        session_duration: 12h
    ");
    let flush = "organization:\n  deny_unmatched_requests: true\n  deny_unmatched_requests_exempted_zone_names:\n  - a.example\n  - B.example";
    assert_snapshot!(adopted(flush, &[(ZONES, json!(["b.example", "c.example", "1.example"]))]), @r#"
    organization:
      deny_unmatched_requests: true
      deny_unmatched_requests_exempted_zone_names:
      - B.example
      - "1.example"
      - c.example
    "#);
    assert_snapshot!(adopted(flush, &[(ZONES, json!(["a.example"]))]), @"
    organization:
      deny_unmatched_requests: true
      deny_unmatched_requests_exempted_zone_names:
      - a.example
    ");
    let dash = "organization:\n  mfa_config:\n    allowed_authenticators:\n      -\n        totp\n      - biometrics\n";
    assert_snapshot!(adopted(dash, &[(FACTORS, json!(["totp"]))]), @"
    organization:
      mfa_config:
        allowed_authenticators:
          -
            totp
    ");
    assert_snapshot!(not_adopted(dash, &[(FACTORS, json!(["biometrics"]))]).join("\n"), @"4:7 [biometrics]: its list has an element that is not on the line of its dash");
}
