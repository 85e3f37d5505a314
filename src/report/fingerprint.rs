//! Fingerprints that identify a finding after other parts of the file have changed, so that a code host does not report it
//! again after it was dismissed.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::path::tidy;
use crate::diagnostics::{Finding, Location, Source};
use crate::report::sources::Sources;
use crate::text::hexadecimal;

/// The version of the algorithm. A different algorithm needs a new number, because hosts keep fingerprints for years.
pub(super) const VERSION: &str = "zerodrift/v1";

/// Returns a fingerprint for each finding, as 32 hexadecimal digits.
///
/// It covers the rule, the file, the setting, and the text of the line and of the place in it, but not the line number, so
/// lines added or removed elsewhere do not change it. Findings that are equal in all of these get different fingerprints.
/// The wording of messages is not covered, so a new version does not reopen old findings.
pub(super) fn fingerprints(findings: &[Finding], sources: &Sources<'_>) -> Vec<String> {
    let mut times: HashMap<[u8; 32], u64> = HashMap::new();
    let fingerprint = |finding: &Finding| {
        let identity = identity(finding, sources.of(finding));
        let time = times.entry(identity).or_default();
        *time += 1;
        let digest = Sha256::new().chain_update(identity).chain_update(time.to_be_bytes()).finalize();
        hexadecimal(&digest[..16])
    };
    findings.iter().map(fingerprint).collect()
}

fn identity(finding: &Finding, source: Option<&Source>) -> [u8; 32] {
    let (line, place) = source.zip(finding.at.as_ref()).map(|(source, at)| written(source, at)).unwrap_or_default();
    let file = tidy(&finding.file);
    let setting = finding.setting.as_deref().unwrap_or_default();
    let parts = [VERSION, finding.rule.id(), &file, setting, line, place];
    // The length before each part keeps the parts separate, whatever they contain.
    let hash = |hash: Sha256, part: &str| hash.chain_update(part.len().to_be_bytes()).chain_update(part);
    parts.into_iter().fold(Sha256::new(), hash).finalize().into()
}

/// The line that a finding refers to, and the marked part of it, both trimmed.
fn written<'a>(source: &'a Source, at: &Location) -> (&'a str, &'a str) {
    let first = |text: &'a str| text.lines().next().unwrap_or_default().trim();
    let line = at.line.checked_sub(1).and_then(|index| source.text.lines().nth(index)).unwrap_or_default();
    (line.trim(), first(source.text.get(at.span.clone()).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Rule, Severity};
    use crate::manifest::parse;
    use crate::settings::Model;

    fn of(text: &str) -> Vec<String> {
        let source = Source { name: "org.yaml".to_owned(), text: text.to_owned() };
        let findings = parse(Model::current(), &source).findings;
        assert!(!findings.is_empty(), "{text}");
        fingerprints(&findings, &Sources::new(Some(&source)))
    }

    const BROKEN: &str = "organization:\n  nme: A\n  session_duration: 1d\n  login_design:\n    text_color: red\n";

    #[test]
    fn added_and_removed_lines_elsewhere_do_not_change_it() {
        let before = of(BROKEN);
        assert_eq!(before.len(), 3);
        assert_eq!(of(&format!("# ours\n\n# not theirs\n{BROKEN}")), before);
        assert_eq!(of(&BROKEN.replace("  session", "  is_ui_read_only: true\n  session")), before);
        assert_eq!(of(&BROKEN.replace('\n', "\r\n")), before, "line endings");
        assert_eq!(of(&BROKEN.replace("  ", "    ")), before, "indentation");
    }

    #[test]
    fn fixing_one_finding_does_not_change_the_others() {
        let mut before = of(BROKEN);
        before.remove(0);
        assert_eq!(of(&BROKEN.replace("nme", "name")), before);
    }

    #[test]
    fn equal_findings_have_different_fingerprints() {
        let text =
            "organization:\n  mfa_config:\n    allowed_authenticators:\n      - totp\n      - topt\n      - topt\n";
        let [one, two] = &of(text)[..] else { panic!("two findings") };
        assert_ne!(one, two);
        let twice = vec![Finding::new(Rule::UnknownKey, "org.yaml", "message"); 2];
        let [one, two] = &fingerprints(&twice, &Sources::new(None))[..] else { panic!("two findings") };
        assert_ne!(one, two);
    }

    #[test]
    fn keys_on_one_line_differ_by_name() {
        let before = of("organization: {nme: A, nam: B}\n");
        assert_eq!(before.len(), 2);
        assert_ne!(before[0], before[1]);
    }

    #[test]
    fn the_file_the_rule_the_setting_and_the_line_are_covered() {
        let plain = Finding::new(Rule::UnknownKey, "org.yaml", "message");
        let source = Source { name: "org.yaml".to_owned(), text: "name: A\n".to_owned() };
        let others = [
            Finding { rule: Rule::KeyType, ..plain.clone() },
            Finding { file: "b.yaml".to_owned(), ..plain.clone() },
            plain.clone().setting("organization.name"),
            plain.clone().at(&Location { file: None, line: 1, column: 1, span: 0..4 }),
        ];
        for other in others {
            let both = [plain.clone(), other];
            let found = fingerprints(&both, &Sources::new(Some(&source)));
            assert_ne!(found[0], found[1], "{both:?}");
        }
    }

    #[test]
    fn the_wording_and_the_notation_of_the_path_are_not_covered() {
        let one = Finding::new(Rule::UnknownKey, "org.yaml", "message");
        let other = Finding::new(Rule::UnknownKey, "./org.yaml", "another").severity(Severity::Warning).help("help");
        let none = Sources::new(None);
        assert_eq!(fingerprints(&[one], &none), fingerprints(&[other], &none));
    }
}
