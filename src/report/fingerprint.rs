//! What makes a finding the same one after the file has changed elsewhere, so that a code host neither shows it twice nor
//! forgets that somebody dismissed it.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::path::tidy;
use crate::diagnostics::{Finding, Location, Source};
use crate::text::hexadecimal;

/// How the fingerprints are made. Another way gets another number, since hosts keep them for years.
pub(super) const VERSION: &str = "zerodrift/v1";

/// A fingerprint for each finding, as 32 hexadecimal digits.
///
/// It tells the rule, the file, the setting, and the text of the line and of the place in it, but not the number of the
/// line: lines that come or go elsewhere leave it as it is. Of findings that are equal in all that, each has its own.
/// The wording of messages does not count, so that a new version does not bring old findings back.
pub(super) fn fingerprints(findings: &[Finding], source: Option<&Source>) -> Vec<String> {
    let mut times: HashMap<[u8; 32], u64> = HashMap::new();
    let fingerprint = |finding: &Finding| {
        let identity = identity(finding, source.filter(|source| source.name == finding.file));
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
    // The length in front of each part keeps them apart whatever they hold.
    let hash = |hash: Sha256, part: &str| hash.chain_update(part.len().to_be_bytes()).chain_update(part);
    parts.into_iter().fold(Sha256::new(), hash).finalize().into()
}

/// The line that a finding is about, and the part of it that is meant, both without white space around them.
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
        fingerprints(&findings, Some(&source))
    }

    const BROKEN: &str = "organization:\n  nme: A\n  session_duration: 1d\n  login_design:\n    text_color: red\n";

    #[test]
    fn lines_that_come_or_go_elsewhere_leave_it_as_it_is() {
        let before = of(BROKEN);
        assert_eq!(before.len(), 3);
        assert_eq!(of(&format!("# ours\n\n# not theirs\n{BROKEN}")), before);
        assert_eq!(of(&BROKEN.replace("  session", "  is_ui_read_only: true\n  session")), before);
        assert_eq!(of(&BROKEN.replace('\n', "\r\n")), before, "line endings");
        assert_eq!(of(&BROKEN.replace("  ", "    ")), before, "indentation");
    }

    #[test]
    fn mending_one_finding_leaves_the_others_as_they_are() {
        let mut before = of(BROKEN);
        before.remove(0);
        assert_eq!(of(&BROKEN.replace("nme", "name")), before);
    }

    #[test]
    fn findings_that_say_the_same_of_the_same_text_differ() {
        let text =
            "organization:\n  mfa_config:\n    allowed_authenticators:\n      - totp\n      - topt\n      - topt\n";
        let [one, two] = &of(text)[..] else { panic!("two findings") };
        assert_ne!(one, two);
        let twice = vec![Finding::new(Rule::UnknownKey, "org.yaml", "message"); 2];
        let [one, two] = &fingerprints(&twice, None)[..] else { panic!("two findings") };
        assert_ne!(one, two);
    }

    #[test]
    fn keys_side_by_side_are_told_apart_by_their_names() {
        let before = of("organization: {nme: A, nam: B}\n");
        assert_eq!(before.len(), 2);
        assert_ne!(before[0], before[1]);
    }

    #[test]
    fn another_file_rule_setting_or_line_is_another_finding() {
        let plain = Finding::new(Rule::UnknownKey, "org.yaml", "message");
        let source = Source { name: "org.yaml".to_owned(), text: "name: A\n".to_owned() };
        let others = [
            Finding { rule: Rule::KeyType, ..plain.clone() },
            Finding { file: "b.yaml".to_owned(), ..plain.clone() },
            plain.clone().setting("organization.name"),
            plain.clone().at(&Location { line: 1, column: 1, span: 0..4 }),
        ];
        for other in others {
            let both = [plain.clone(), other];
            let found = fingerprints(&both, Some(&source));
            assert_ne!(found[0], found[1], "{both:?}");
        }
    }

    #[test]
    fn neither_wording_nor_the_way_the_path_is_typed_counts() {
        let one = Finding::new(Rule::UnknownKey, "org.yaml", "message");
        let other = Finding::new(Rule::UnknownKey, "./org.yaml", "another").severity(Severity::Warning).help("help");
        assert_eq!(fingerprints(&[one], None), fingerprints(&[other], None));
    }
}
