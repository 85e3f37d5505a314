use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::stand_in::{MORE, STAND_IN};
use super::*;

/// One text of each kind that `serde_json` refuses, changes or cannot hold.
fn nasty() -> Vec<String> {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    vec![
        r#"{"a":1,"a":2}"#.to_owned(),
        r#"{"$serde_json::private::Number":"1"}"#.to_owned(),
        r#"{"$serde_json::private::RawValue":"1"}"#.to_owned(),
        r#"{"$zerodrift::sha256":"0"}"#.to_owned(),
        r#"{"$zerodrift::more":{"a":1}}"#.to_owned(),
        "1e400".to_owned(),
        "1E5".to_owned(),
        "-0".to_owned(),
        r#""\ud800""#.to_owned(),
        r#"{"\udc00":1}"#.to_owned(),
        deep(500),
        deep(MAX_DEPTH),
        format!("{}1{}", r#"{"a":"#.repeat(500), "}".repeat(500)),
    ]
}

fn digest(text: &str) -> [u8; 32] {
    digest::of(JsonText::parse(text).unwrap().as_str())
}

/// What comes out again of a text that was taken apart, as a member of an object.
fn through(text: &str) -> String {
    let whole = JsonText::parse(format!(r#"{{"name": "W", "beta": {text}}}"#)).unwrap();
    let Decoded { value, texts } = decode(whole.as_str(), &[&["name"]]);
    compact(value.as_object().unwrap(), &texts).to_string()
}

#[test]
fn what_a_value_cannot_hold_comes_out_byte_by_byte() {
    for text in nasty() {
        assert_eq!(through(&text), format!(r#"{{"name":"W","beta":{text}}}"#));
        let inside = format!(r#"{{"list":[{text},{{}}],"blank":""}}"#);
        assert_eq!(through(&inside), format!(r#"{{"name":"W","beta":{inside}}}"#));
    }
}

#[test]
fn what_a_value_can_hold_is_one() {
    let text = r#"{"a":[1,-1,1.0,12345678901234567890.10,"\u00e9\ud83d\ude00",null,{},[]],"":""}"#;
    let Decoded { value, texts } = decode(text, &[]);
    assert!(texts.is_empty());
    assert_eq!(value, serde_json::from_str::<Json>(text).unwrap());
    assert_eq!(value["a"][2].to_string(), "1.0");
}

#[test]
fn a_stand_in_cannot_be_forged_and_shows_how_its_text_starts() {
    let real = decode(r#"{"a":1,"a":2}"#, &[]);
    let forged = decode(&real.value.to_string(), &[]);
    assert!(is_stand_in(&real.value) && is_stand_in(&forged.value));
    assert_ne!(real.value, forged.value);
    assert_eq!(shown(&real.value, &real.texts)["$zerodrift::json"], r#"{"a":1,"a":2}"#);
}

#[test]
fn texts_are_equal_by_their_meaning_as_json() {
    for (one, two) in [
        (r#"{"a":1,"b":[true,null]}"#, "{ \"b\" : [ true , null ] ,\n\"a\":1}"),
        (r#""\u00e9\/\ud83d\ude00""#, "\"é/😀\""),
        (r#"{"a":1,"b":0,"a":2}"#, r#"{"b":0,"a":1,"a":2}"#),
        (r#"{"\u0061":{}}"#, r#"{"a":{}}"#),
    ] {
        assert_eq!(digest(one), digest(two), "{one} {two}");
    }
}

#[test]
fn texts_differ_by_every_digit_blank_and_order_that_may_matter() {
    let all = [
        "1",
        "1.0",
        "1e0",
        "-1",
        "0",
        "-0",
        "true",
        "false",
        "null",
        r#""""#,
        r#""1""#,
        r#""true""#,
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "[1,2]",
        "[2,1]",
        "[12]",
        r#"{"a":1}"#,
        r#"{"a":null}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"a":2,"a":1}"#,
        r#"{"a":{}}"#,
        r#"{"a":{"b":1},"c":2}"#,
        r#"{"a":{"b":1,"c":2}}"#,
        r#""\ud800""#,
        r#""\ud801""#,
        r#""\ufffd""#,
        r#"["a","b"]"#,
        r#"["ab"]"#,
        r#"{"":""}"#,
    ];
    for (index, one) in all.iter().enumerate() {
        for two in &all[index + 1..] {
            assert_ne!(digest(one), digest(two), "{one} {two}");
        }
    }
}

#[test]
fn what_is_not_json_says_where() {
    for (text, problem, place) in [
        ("", JsonProblem::Truncated, "line 1, column 1"),
        ("{\"a\":\n [1, 2", JsonProblem::Truncated, "line 2, column 7"),
        ("{\"é\": tru", JsonProblem::Truncated, "line 1, column 7"),
        ("[1,]", JsonProblem::Syntax, "line 1, column 4"),
        ("{\"a\" 1}", JsonProblem::Syntax, "line 1, column 6"),
        ("{1:2}", JsonProblem::Syntax, "line 1, column 2"),
        ("[01]", JsonProblem::Syntax, "line 1, column 3"),
        ("1 2", JsonProblem::Syntax, "line 1, column 3"),
        ("\"a\nb\"", JsonProblem::Syntax, "line 1, column 3"),
        (r#""\x""#, JsonProblem::Syntax, "line 1, column 3"),
        (r#""\u12g4""#, JsonProblem::Syntax, "line 1, column 6"),
        ("[1.]", JsonProblem::Syntax, "line 1, column 4"),
        ("nil", JsonProblem::Syntax, "line 1, column 1"),
    ] {
        let error = JsonText::parse(text).unwrap_err();
        assert_eq!(error.problem, problem, "{text}");
        assert!(error.to_string().ends_with(place), "{text}: {error}");
    }
    assert_eq!(JsonText::parse(b"\"\xff\"").unwrap_err().problem, JsonProblem::Encoding);
}

/// Megabytes of brackets overflow no stack: neither where they are refused nor where something is kept of them.
#[test]
fn nesting_is_bounded_and_costs_no_stack() {
    let bottomless = "[".repeat(4_000_000);
    assert_eq!(JsonText::parse(&bottomless).unwrap_err().problem, JsonProblem::TooDeep);
    let text = nasty().swap_remove(10);
    let whole = JsonText::parse(&text).unwrap();
    let view = whole.view();
    assert!(view.to_string().contains(STAND_IN), "{view}");
    assert_eq!(digest::of(whole.as_str()), digest::of(whole.as_str()));
}

#[test]
fn in_a_large_document_everything_of_an_unknown_name_is_one_text() {
    let many: String = (0..40_000).map(|number| format!(r#","f{number}":{{}}"#)).collect();
    let text = format!(r#"{{"name":"W","group":{{"known":1,"x":"","y":[{}]}}{many}}}"#, "0,".repeat(4000) + "0");
    let names: [&[&str]; 2] = [&["name"], &["group", "known"]];
    let Decoded { value, texts } = decode(&text, &names);
    let fields = value.as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["name", "group", MORE]);
    assert_eq!((&fields["name"], &fields["group"]["known"]), (&json!("W"), &json!(1)));
    assert_eq!(digest(compact(fields, &texts).as_str()), digest(&text), "and nothing of it is lost");
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i32>().prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?",
        "([a-z é]|\\\\[nrt\"/\\\\bf]|\\\\u[0-9a-fA-F]{4}|\\\\u[dD][89a-fA-F][0-9a-f]{2}){0,6}"
            .prop_map(|inner| format!("\"{inner}\"")),
    ];
    leaf.prop_recursive(24, 60, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|all| format!("[ {} ]", all.join(","))),
            prop::collection::vec(("[ab]|\\\\ud83d|\\$serde_json::private::Number|\\$zerodrift::more", inner), 0..4)
                .prop_map(|all| {
                    let members: Vec<String> = all.iter().map(|(key, value)| format!("\"{key}\" :{value}")).collect();
                    format!("{{{}\n}}", members.join(", "))
                }),
        ]
    })
}

fn sorted_text(value: &Json) -> String {
    let mut text = String::new();
    write_sorted(&mut text, value);
    text
}

/// The same value, with the members of every object in the opposite order.
fn reversed(value: &Json) -> Json {
    match value {
        Json::Object(members) => members.iter().rev().map(|(key, member)| (key.clone(), reversed(member))).collect(),
        Json::Array(elements) => elements.iter().map(reversed).collect(),
        other => other.clone(),
    }
}

#[test]
fn a_sorted_text_has_the_members_in_alphabetical_order() {
    let value = json!({"b": [{"d": "\u{1}\"\\é/", "c": 1.50}, []], "a": null});
    assert_eq!(sorted_text(&value), r#"{"a":null,"b":[{"c":1.5,"d":"\u0001\"\\é/"},[]]}"#);
}

proptest! {
    /// Digests are computed from this text.
    #[test]
    fn a_sorted_text_is_the_value_and_ignores_the_order_of_members(text in any_json()) {
        let value = JsonText::parse(&text).unwrap().view();
        let sorted = sorted_text(&value);
        prop_assert_eq!(sorted_text(&reversed(&value)), &*sorted);
        prop_assert_eq!(serde_json::from_str::<Json>(&sorted).unwrap(), value);
    }

    /// Whatever JSON comes, it goes back equal, digit by digit and blank by blank.
    #[test]
    fn any_json_comes_out_equal(text in any_json()) {
        let whole = format!(r#"{{"name":"W","beta":{text}}}"#);
        prop_assert_eq!(digest(&through(&text)), digest(&whole), "{}", text);
    }

    /// Two values are equal exactly when their fingerprints are, stand-ins or not.
    #[test]
    fn values_compare_as_their_texts_do(one in any_json(), two in any_json()) {
        let equal = decode(&one, &[]).value == decode(&two, &[]).value;
        prop_assert_eq!(equal, digest(&one) == digest(&two), "{} {}", one, two);
    }

    /// What we accept is JSON by `serde_json`'s grammar as well, and the other way round.
    #[test]
    fn the_grammar_is_that_of_json(text in "[\\[\\]{}:,\"0-9a-ue.+\\\\ -]{0,24}", valid in any_json(), cut in 0..200_usize) {
        let cut: String = valid.chars().take(cut).collect();
        for text in [text, valid, cut] {
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert_eq!(JsonText::parse(&text).is_ok(), theirs, "{}", text);
        }
    }
}
