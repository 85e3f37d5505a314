//! Personalities as text: names, and lists of switches as on the command line.

use std::fmt;
use std::str::FromStr;

use super::near;
use super::personality::{Personality, PersonalityError};

/// The named personalities: each switch alone, then combinations.
const NAMED: &[(&str, &str)] = &[
    ("replace", ""),
    ("merge", "put=merge"),
    ("merge-groups", "put=merge,groups=merge"),
    ("read-only-refused", "read_only_fields=refused"),
    ("empty-dropped", "empty_strings=dropped"),
    ("empty-refused", "empty_strings=refused"),
    ("unknown-ignored", "unknown_fields=ignored"),
    ("unknown-refused", "unknown_fields=refused"),
    ("auth-domain-optional", "auth_domain=optional"),
    ("everything-sent", "false_members=always,empty_lists=always,empty_group_lists=sent,toggle_reason=as_written"),
    ("empty-omitted", "false_members=omitted,empty_lists=omitted"),
    ("unset-null", "unset_members=null,empty_login_design=absent"),
    ("login-design-absent", "empty_login_design=absent"),
    ("login-design-empty-strings", "empty_login_design=empty_strings"),
    ("durations-rewritten", "durations=rewritten"),
    ("sets-sorted", "sets=sorted"),
    ("former-names", "spelling=former"),
    ("switched-off-as-written", "switched_off=as_written"),
    ("updated-at-stays", "updated_at=stays"),
    ("warp-needs-duration", "warp_without_duration=refused"),
    ("absent-9999-404", "absent_organization=not_enabled_404"),
    ("absent-404", "absent_organization=not_found"),
    ("absent-null", "absent_organization=null_result"),
    ("post-generated", "post=generated"),
    ("post-refused", "post=refused"),
    ("post-answers", "post_existing=answered"),
    ("post-merges", "post_existing=merged"),
    ("new-defaults", "new_organization=defaults"),
    (
        "new-defaults-late-merge",
        "new_organization=defaults,put=merge,read_back=late,durations=rewritten,false_members=omitted",
    ),
    ("patch", "patch=accepted"),
    ("late", "read_back=late"),
    ("doh-defaults", "unset_doh=defaults"),
    ("audit-refused", "audit_log=refused"),
    ("audit-not-found", "audit_log=not_found"),
    ("audit-empty", "audit_log=empty"),
    ("audit-without-requests", "audit_payload=missing,audit_cursor=flat,audit_lag=newest"),
    ("audit-crowded", "audit_payload=text,audit_noise=others"),
    ("audit-endless", "audit_noise=many"),
    (
        "strict",
        "read_only_fields=refused,empty_strings=refused,unknown_fields=refused,warp_without_duration=refused,\
         post=refused,empty_login_design=empty_strings,unset_members=null",
    ),
    (
        "sloppy",
        "put=merge,groups=merge,empty_strings=dropped,auth_domain=optional,false_members=omitted,empty_lists=omitted,\
         durations=rewritten,sets=sorted,spelling=former,read_back=late,patch=accepted,unknown_fields=ignored",
    ),
    ("late-rewriting-merge", "put=merge,read_back=late,durations=rewritten,empty_login_design=empty_strings"),
];

impl Personality {
    /// Returns the named personalities, under which the tests of behaviour run. The first one is the default.
    pub fn named() -> Vec<(&'static str, Self)> {
        NAMED.iter().map(|(name, text)| (*name, read_switches(text).unwrap_or_default())).collect()
    }
}

impl FromStr for Personality {
    type Err = PersonalityError;

    /// Parses a name of [`Personality::named`], or switches such as `put=merge,durations=rewritten`.
    fn from_str(text: &str) -> Result<Self, PersonalityError> {
        match NAMED.iter().find(|(name, _)| *name == text.trim()) {
            Some((_, switches)) => read_switches(switches),
            None => read_switches(text),
        }
    }
}

fn read_switches(text: &str) -> Result<Personality, PersonalityError> {
    let mut personality = Personality::default();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (switch, value) = part.split_once('=').ok_or_else(|| no_such_name(part))?;
        personality.set(switch.trim(), value.trim())?;
    }
    Ok(personality)
}

impl fmt::Display for Personality {
    /// Writes the switches that differ from the default, in the syntax of [`FromStr`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let differing: Vec<String> = self
            .values()
            .into_iter()
            .filter(|(_, _, default)| !default)
            .map(|(switch, value, _)| format!("{switch}={value}"))
            .collect();
        f.write_str(&differing.join(","))
    }
}

fn no_such_name(text: &str) -> PersonalityError {
    let names = NAMED.iter().map(|(name, _)| *name);
    PersonalityError(format!(
        "no such personality: \"{}\"{}; use a name, or switches such as put=merge,durations=rewritten",
        text.escape_debug(),
        near::hint(text, names)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_personalities_use_every_value_of_every_switch() {
        let named = Personality::named();
        for (switch, values) in Personality::SWITCHES {
            for value in *values {
                let used = named.iter().any(|(_, p)| p.values().iter().any(|(s, v, _)| s == switch && v == value));
                assert!(used, "{switch}={value}");
            }
        }
    }

    #[test]
    fn every_named_personality_parses_and_is_distinct() {
        let named = Personality::named();
        for (index, (name, personality)) in named.iter().enumerate() {
            assert_eq!(name.parse::<Personality>().as_ref(), Ok(personality), "{name}");
            assert_eq!(personality.to_string().parse::<Personality>().as_ref(), Ok(personality), "{name}");
            assert!(named[..index].iter().all(|(_, other)| other != personality), "{name}");
        }
        assert_eq!(named[0].1, Personality::default());
    }

    #[test]
    fn text_and_json_use_the_same_names() {
        let written = serde_json::to_value(Personality::nth(7)).unwrap();
        for (switch, value, _) in Personality::nth(7).values() {
            assert_eq!(written[switch], value);
        }
        assert_eq!(serde_json::from_value::<Personality>(written).unwrap(), Personality::nth(7));
    }

    #[test]
    fn random_personalities_use_every_value() {
        for (switch, values) in Personality::SWITCHES {
            for value in *values {
                let used =
                    (0..64).any(|n| Personality::nth(n).values().iter().any(|(s, v, _)| s == switch && v == value));
                assert!(used, "{switch}={value}");
            }
        }
    }

    #[test]
    fn a_misspelled_switch_or_value_gets_a_suggestion() {
        let error = |text: &str| text.parse::<Personality>().unwrap_err().to_string();
        insta::assert_snapshot!(error("putt=merge"), @r#"no such switch: "putt" (did you mean "put"?)"#);
        insta::assert_snapshot!(error("put=merged"), @r#"no such value of put: "merged"; known values: replace, merge (did you mean "merge"?)"#);
        insta::assert_snapshot!(error("sloppi"), @r#"no such personality: "sloppi" (did you mean "sloppy"?); use a name, or switches such as put=merge,durations=rewritten"#);
    }
}
