//! Applies the safe fixes of a manifest. They do not change its meaning.

use super::splice::{Edit, splice};
use crate::diagnostics::Source;
use crate::diagnostics::{Finding, Fix, Location, Rule};
use crate::manifest::parse::source;
use crate::manifest::parse::yaml::{self, YamlNode, YamlValue};
use crate::manifest::{Parsed, parse};
use crate::settings::Model;

/// The maximum number of rounds of fixing and parsing. A round fixes all reported findings, up to 100; the next round
/// fixes findings that only then appear.
const ROUNDS: usize = 32;

/// A manifest with its safe fixes applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Fixed {
    /// The text after the fixes.
    pub source: Source,
    /// The result of parsing the new text, with the remaining findings.
    pub parsed: Parsed,
    /// The applied fixes, in order.
    pub made: Vec<MadeFix>,
}

/// An applied fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFix {
    /// The location of the finding.
    pub at: Location,
    /// The title of the fix, in the imperative: `quote the colour`.
    pub title: String,
}

/// Applies all fixes that [are safe](Fix::safe), repeatedly until none is left.
///
/// A fix is applied only if it passes a check: the new text has the same keys and values in the same places, except for
/// the one that is fixed, and no more errors than the old one. Otherwise the finding remains.
///
/// ```
/// use zerodrift::diagnostics::Source;
/// use zerodrift::manifest::edit::fix;
/// use zerodrift::settings::Model;
///
/// let text = "organization:\n  is_ui_read_only: no   # for now\n";
/// let fixed = fix(Model::current(), &Source { name: "org.yaml".into(), text: text.into() });
/// assert_eq!(fixed.source.text, "organization:\n  is_ui_read_only: false   # for now\n");
/// assert_eq!(fixed.made[0].title, "write false");
/// ```
pub fn fix(model: &Model, source: &Source) -> Fixed {
    let mut fixed = Fixed { source: source.clone(), parsed: parse(model, source), made: Vec::new() };
    for _ in 0..ROUNDS {
        let safe: Vec<Candidate> = fixed.parsed.findings.iter().filter_map(Candidate::of).collect();
        // If the fixes together do not pass the check, one of them may. The next round tries the others.
        let is_applied = fixed.apply(model, &safe) || safe.chunks(1).any(|one| fixed.apply(model, one));
        if !is_applied {
            break;
        }
    }
    fixed
}

/// A fix that is safe without review.
struct Candidate {
    edit: Edit,
    made: MadeFix,
}

impl Candidate {
    fn of(finding: &Finding) -> Option<Self> {
        let fix: &Fix = finding.fix.as_ref().filter(|fix| fix.safe)?;
        let made = MadeFix { at: finding.at.clone()?, title: fix.title.clone() };
        Some(Self { edit: Edit::from(fix), made })
    }
}

impl Fixed {
    /// Applies fixes if they pass the check. Returns whether it did.
    fn apply(&mut self, model: &Model, candidates: &[Candidate]) -> bool {
        let edits: Vec<Edit> = candidates.iter().map(|candidate| candidate.edit.clone()).collect();
        let spliced = splice(&self.source.text, &edits);
        if edits.is_empty() || !spliced.rejected.is_empty() {
            return false;
        }
        let source = Source { name: self.source.name.clone(), text: spliced.text };
        let parsed = parse(model, &source);
        if !is_equivalent(&self.source, &source, edits.len()) || !is_no_worse(&self.parsed, &parsed) {
            return false;
        }
        let made = candidates.iter().map(|candidate| candidate.made.clone());
        self.made.extend(made);
        (self.source, self.parsed) = (source, parsed);
        true
    }
}

/// Whether a text has no more errors and no more duplicate keys than the old one.
fn is_no_worse(before: &Parsed, after: &Parsed) -> bool {
    let errors = |parsed: &Parsed| parsed.findings.iter().filter(|finding| finding.is_error()).count();
    let duplicates =
        |parsed: &Parsed| parsed.findings.iter().filter(|finding| finding.rule == Rule::DuplicateKey).count();
    errors(after) <= errors(before) && duplicates(after) <= duplicates(before)
}

/// Whether two texts have the same tree, except for as many keys and values as were edited.
fn is_equivalent(before: &Source, after: &Source, edits: usize) -> bool {
    let tree = |of: &Source| yaml::read(source::parseable(&of.text)).root;
    let (Some(before), Some(after)) = (tree(before), tree(after)) else { return false };
    differences(&before, &after).is_some_and(|count| count <= edits)
}

/// Returns the number of different keys and scalars of two trees; `None` if their shapes differ.
fn differences(one: &YamlNode, two: &YamlNode) -> Option<usize> {
    match (&one.value, &two.value) {
        (YamlValue::List(ones), YamlValue::List(twos)) if ones.len() == twos.len() => {
            ones.iter().zip(twos).map(|(one, two)| differences(one, two)).sum()
        }
        (YamlValue::Mapping(ones), YamlValue::Mapping(twos)) if ones.len() == twos.len() => {
            let of_pair = |((key, value), (new_key, new_value)): (&(YamlNode, YamlNode), &(YamlNode, YamlNode))| {
                Some(differences(key, new_key)? + differences(value, new_value)?)
            };
            ones.iter().zip(twos).map(of_pair).sum()
        }
        (YamlValue::List(_) | YamlValue::Mapping(_), _) | (_, YamlValue::List(_) | YamlValue::Mapping(_)) => None,
        (one, two) => Some(usize::from(one != two)),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    fn fixed(text: &str) -> Fixed {
        fix(Model::current(), &Source { name: "org.yaml".to_owned(), text: text.to_owned() })
    }

    fn rules(fixed: &Fixed) -> Vec<&'static str> {
        fixed.parsed.findings.iter().map(|finding| finding.rule.id()).collect()
    }

    #[test]
    fn a_text_without_mistakes_stays_as_it_is() {
        let text = "\u{feff}organization:\r\n  name: A # b\r\n";
        assert_eq!((fixed(text).source.text.as_str(), fixed(text).made), (text, vec![]));
    }

    #[test]
    fn safe_fixes_are_applied_and_guesses_are_not() {
        let fixed = fixed(include_str!("../../../examples/broken.yaml"));
        assert_snapshot!(fixed.source.text, @r##"
        account_id: 699d98642c564d2e855e9661899b7252
        organization:
          sesion_duration: 24h
          warp_auth_session_duration: 1d
          is_ui_read_only: false
          login_design:
            background_color: "#c5ed1b"
        "##);
        assert_eq!(rules(&fixed), ["unknown-key", "duration"]);
        let made: Vec<_> = fixed.made.iter().map(|made| (made.at.line, made.at.column, made.title.as_str())).collect();
        assert_eq!(made, [(5, 20, "write false"), (7, 23, "quote the colour")]);
    }

    #[test]
    fn the_next_round_fixes_values_below_a_renamed_key() {
        let text = "organization:\n  'mfa_ssh_piv_key_requirements': # c\n    require_fips_device: yes\n";
        let fixed = fixed(text);
        assert_snapshot!(fixed.source.text, @"
        organization:
          'mfa_piv_key_requirements': # c
            require_fips_device: true
        ");
        assert_eq!(rules(&fixed), [] as [&str; 0]);
    }

    #[test]
    fn a_fix_that_causes_a_duplicate_key_or_more_errors_is_not_applied() {
        let twice =
            "organization:\n  mfa_ssh_piv_key_requirements: {pin_policy: once}\n  mfa_piv_key_requirements: {}\n";
        let more = "organization:\n  mfa_ssh_piv_key_requirements: {pin_policy: [], touch_policy: []}\n";
        for text in [twice, more] {
            let fixed = fixed(text);
            assert_eq!((fixed.source.text.as_str(), &fixed.made), (text, &vec![]));
            assert_eq!(rules(&fixed)[0], "renamed-setting");
        }
    }

    #[test]
    fn a_fix_that_fails_its_check_does_not_block_the_others() {
        let text = "organization:\n  is_ui_read_only: no\n  mfa_ssh_piv_key_requirements: {}\n  \
                    mfa_piv_key_requirements: {}\n  name: 1.10\n";
        let fixed = fixed(text);
        assert_eq!(fixed.source.text, text.replace(": no", ": false").replace("1.10", "\"1.10\""));
    }

    #[test]
    fn comments_line_ends_and_the_byte_order_mark_are_kept() {
        let text = "\u{feff}# a\r\norganization: # b\r\n  is_ui_read_only: 'true' # c\r\n  login_design: {text_color: \
                    \"#FFFFFF\", header_text: 12} # d\r\n";
        assert_eq!(
            fixed(text).source.text,
            text.replace("'true'", "true").replace("header_text: 12", "header_text: \"12\"")
        );
    }

    #[test]
    fn mistakes_beyond_the_limit_of_findings_are_fixed_too() {
        let entry = "  - {setting: organization.is_ui_read_only, to: no}\n";
        let text = format!("organization:\n  name: A\nallow:\n{}", entry.repeat(250));
        assert_eq!(fixed(&text).source.text, text.replace("to: no", "to: false"));
    }

    #[test]
    fn a_text_that_is_not_yaml_is_not_changed() {
        for text in ["organization: [", "a: b: c", "organization:\n\tname: A\n", "", "- no\n"] {
            assert_eq!(fixed(text).source.text, text);
        }
    }

    proptest! {
        #[test]
        fn fixing_is_idempotent(values in prop::collection::vec("no|'true'|1\\.10|#FFF|off|12|\"on\"|x|~|\\[no\\]|\\{a: no\\}", 5)) {
            let [one, two, three, four, five] = values.as_slice() else { return Ok(()) };
            let text = format!(
                "organization:\n  is_ui_read_only: {one} # c\n  name: {two}\n  deny_unmatched_requests: {three}\n  \
                 login_design:\n    text_color: {four}\n    header_text: {five}\n"
            );
            let once = fixed(&text);
            prop_assert_eq!(fixed(&once.source.text).made, vec![]);
            prop_assert_eq!(once.source.text.lines().count(), text.lines().count());
            let errors = |parsed: &Parsed| parsed.findings.iter().filter(|finding| finding.is_error()).count();
            let before = parse(Model::current(), &Source { name: "org.yaml".to_owned(), text });
            prop_assert!(errors(&once.parsed) <= errors(&before));
        }
    }
}
