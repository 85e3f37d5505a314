//! The safe fixes of a manifest, made: the text after them says what its author meant before them, and nothing else.

use super::splice::{Edit, splice};
use crate::diagnostics::Source;
use crate::diagnostics::{Finding, Fix, Location, Rule};
use crate::manifest::parse::source;
use crate::manifest::parse::yaml::{self, YamlNode, YamlValue};
use crate::manifest::{Parsed, parse};
use crate::settings::Model;

/// How often a text is fixed and read again. A round mends every finding that is shown, up to a hundred, and what it
/// uncovers is left to the next.
const ROUNDS: usize = 32;

/// A manifest with its safe fixes made.
#[derive(Debug, Clone, PartialEq)]
pub struct Fixed {
    /// The text as it is now: the old one where there was nothing to fix.
    pub source: Source,
    /// What reading it gives now: what is left to say.
    pub parsed: Parsed,
    /// What was fixed, in the order in which it was done.
    pub made: Vec<MadeFix>,
}

/// A fix that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFix {
    /// Where the finding stood.
    pub at: Location,
    /// What was done, as an imperative: `quote the colour`.
    pub title: String,
}

/// Makes every fix that [is safe](Fix::safe), as often as there is one.
///
/// A fix is made only if it proves itself: the new text holds the same keys and values in the same places, but for the
/// one that the fix is about, and it has no more errors than the old one. What proves itself to be none stays a
/// finding.
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
        // Where the fixes together do not prove themselves, one of them may. The next round tries the others.
        let proves_itself = fixed.make(model, &safe) || safe.chunks(1).any(|one| fixed.make(model, one));
        if !proves_itself {
            break;
        }
    }
    fixed
}

/// A fix that may be made without a look.
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
    /// Makes these fixes if they prove themselves; says whether.
    fn make(&mut self, model: &Model, candidates: &[Candidate]) -> bool {
        let edits: Vec<Edit> = candidates.iter().map(|candidate| candidate.edit.clone()).collect();
        let spliced = splice(&self.source.text, &edits);
        if edits.is_empty() || !spliced.left_out.is_empty() {
            return false;
        }
        let source = Source { name: self.source.name.clone(), text: spliced.text };
        let parsed = parse(model, &source);
        if !says_the_same(&self.source, &source, edits.len()) || !is_no_worse(&self.parsed, &parsed) {
            return false;
        }
        let made = candidates.iter().map(|candidate| candidate.made.clone());
        self.made.extend(made);
        (self.source, self.parsed) = (source, parsed);
        true
    }
}

/// Whether a text has no more errors than the old one, and none of a key that is there twice by now.
fn is_no_worse(before: &Parsed, after: &Parsed) -> bool {
    let errors = |parsed: &Parsed| parsed.findings.iter().filter(|finding| finding.is_error()).count();
    let twice = |parsed: &Parsed| parsed.findings.iter().filter(|finding| finding.rule == Rule::DuplicateKey).count();
    errors(after) <= errors(before) && twice(after) <= twice(before)
}

/// Whether two texts hold the same tree, but for as many keys and values as were edited.
fn says_the_same(before: &Source, after: &Source, edits: usize) -> bool {
    let tree = |of: &Source| yaml::read(source::parseable(&of.text)).root;
    let (Some(before), Some(after)) = (tree(before), tree(after)) else { return false };
    differences(&before, &after).is_some_and(|count| count <= edits)
}

/// How many keys and scalars differ between two trees of one shape; nothing for trees of two shapes.
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
    fn what_is_safe_is_fixed_and_what_is_a_guess_is_left() {
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
    fn behind_a_renamed_key_the_next_round_finds_more_to_fix() {
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
    fn a_fix_that_would_give_a_key_twice_or_more_errors_is_not_made() {
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
    fn one_fix_that_does_not_prove_itself_does_not_hold_up_the_others() {
        let text = "organization:\n  is_ui_read_only: no\n  mfa_ssh_piv_key_requirements: {}\n  \
                    mfa_piv_key_requirements: {}\n  name: 1.10\n";
        let fixed = fixed(text);
        assert_eq!(fixed.source.text, text.replace(": no", ": false").replace("1.10", "\"1.10\""));
    }

    #[test]
    fn comments_line_ends_and_the_byte_order_mark_survive() {
        let text = "\u{feff}# a\r\norganization: # b\r\n  is_ui_read_only: 'true' # c\r\n  login_design: {text_color: \
                    \"#FFFFFF\", header_text: 12} # d\r\n";
        assert_eq!(
            fixed(text).source.text,
            text.replace("'true'", "true").replace("header_text: 12", "header_text: \"12\"")
        );
    }

    #[test]
    fn more_mistakes_than_are_shown_are_fixed_all_the_same() {
        let entry = "  - {setting: organization.is_ui_read_only, to: no}\n";
        let text = format!("organization:\n  name: A\nallow:\n{}", entry.repeat(250));
        assert_eq!(fixed(&text).source.text, text.replace("to: no", "to: false"));
    }

    #[test]
    fn a_text_that_is_no_yaml_is_left_alone() {
        for text in ["organization: [", "a: b: c", "organization:\n\tname: A\n", "", "- no\n"] {
            assert_eq!(fixed(text).source.text, text);
        }
    }

    proptest! {
        #[test]
        fn fixing_twice_is_fixing_once(values in prop::collection::vec("no|'true'|1\\.10|#FFF|off|12|\"on\"|x|~|\\[no\\]|\\{a: no\\}", 5)) {
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
