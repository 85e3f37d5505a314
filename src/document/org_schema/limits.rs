//! The rules that a schema cannot express.

use crate::diagnostics::Rule;

/// Each rule that a manifest can violate although it is valid under the schema, with the violations that the schema
/// does not find. A new rule of errors is either part of the schema or an entry here; a test compares both.
pub const NOT_IN_SCHEMA: &[(Rule, &str)] = &[
    (Rule::TooLarge, "the size of the file"),
    (Rule::NotUtf8, "the encoding of the file"),
    (Rule::MergeConflict, "conflict markers"),
    (Rule::ControlCharacter, "control characters outside of values"),
    (Rule::Tab, "tabs in the indentation"),
    (Rule::Directive, "directives"),
    (Rule::Syntax, "YAML that cannot be read"),
    (Rule::SecondDocument, "more than one document"),
    (Rule::Anchor, "anchors"),
    (Rule::Alias, "aliases"),
    (Rule::MergeKey, "merge keys, which some editors expand"),
    (Rule::Tag, "tags"),
    (Rule::FinalLineBreak, "a block scalar that ends with a line break"),
    (Rule::DuplicateKey, "duplicate keys"),
    (Rule::TargetId, "the digits of an id that is written as a number"),
    (Rule::WrongType, "a number that YAML parsers read differently, such as 0123"),
    (Rule::UnquotedColor, "a colour without quotes, which is a comment"),
    (Rule::Duration, "a duration of several parts that is too long to count"),
    (Rule::DurationRange, "the bounds of a duration of several parts, with a fraction, or in units below a second"),
    (Rule::Range, "a whole number that is written with a fraction, such as 90.0, or is too long to count"),
    (Rule::Url, "a URL with an impossible host or port"),
];

/// The list as a sentence.
pub(super) fn described() -> String {
    let rules: Vec<String> = NOT_IN_SCHEMA.iter().map(|(rule, what)| format!("{what} ({rule})")).collect();
    format!("A schema cannot express some rules; zerodrift validate finds these violations too: {}.", rules.join("; "))
}
