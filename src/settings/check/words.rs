//! Checks values of open lists: the API may accept more values than this version knows.

use serde_json::{Number, Value as Json};

use super::problem::{Problem, bare, empty, shown};
use crate::diagnostics::Rule;
use crate::settings::setting::Setting;

/// Words that the API renamed, with their new names. It refuses the old ones.
///
/// Source: terraform-provider-cloudflare #7174 (12062, "invalid mfa authenticator type").
const RENAMED: [(&str, &[&str]); 1] = [("ssh_piv_key", &["piv_key", "ssh_fido2_key"])];

/// The minimum similarity of a suggestion, 0.0 to 1.0.
const ALIKE: f64 = 0.65;

/// Returns the candidate that was probably meant, if one is similar enough.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A text this long is not a misspelling, and the comparison takes time.
    if word.len() > 60 {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    let word = plain(word);
    candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&word, &plain(candidate)), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|one, two| one.0.total_cmp(&two.0))
        .map(|(_, candidate)| candidate)
}

/// The words that the API renamed, with at least one of their new names in a list of known words.
pub(crate) fn renamed_words(known: &[&str]) -> impl Iterator<Item = &'static str> {
    let is_renamed = |new: &[&str]| new.iter().any(|name| known.contains(name));
    RENAMED.iter().filter(move |(_, new)| is_renamed(new)).map(|(old, _)| *old)
}

/// Returns numbers as a list in a sentence.
pub(super) fn joined(numbers: &[i64]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Returns the problem of a word that is not in the list of known words.
pub(super) fn word(setting: &Setting, known: &[&str], text: &str) -> Option<Problem> {
    if known.contains(&text) {
        return None;
    }
    if text.is_empty() {
        return Some(empty(setting));
    }
    let renamed = renamed_words(known).find(|old| *old == text);
    if let Some((old, new)) = RENAMED.iter().find(|(old, _)| Some(*old) == renamed) {
        let problem = Problem::refused(Rule::RenamedValue, format!("{} no longer accepts {old}", setting.name()));
        return Some(problem.help(format!("the API renamed it: write {}", new.join(" or "))));
    }
    let list = known.join(", ");
    let message = format!("{} is not known to accept {}; known values: {list}", setting.name(), shown(text));
    let problem = Problem::doubtful(Rule::UnknownValue, message);
    Some(match nearest(text, known.iter().copied()) {
        Some(meant) => problem.help(format!("did you mean {meant}?")).suggest(meant),
        None => problem.help("if the API accepts this value, keep it: it is sent unchanged"),
    })
}

/// Returns the problem of a number that is not in the list of known numbers.
pub(super) fn number(setting: &Setting, known: &[i64], number: &Number) -> Option<Problem> {
    let Some(whole) = number.as_i64() else {
        let message = format!("{} must contain only whole numbers, not {}", setting.name(), bare(&number.to_string()));
        return Some(Problem::refused(Rule::Range, message));
    };
    if known.contains(&whole) {
        return None;
    }
    let message = format!("{} is not known to accept {whole}; known values: {}", setting.name(), joined(known));
    let problem = Problem::doubtful(Rule::UnknownValue, message);
    let nearest = known.iter().min_by_key(|one| one.abs_diff(whole));
    Some(problem.help("check the number").suggest_if(nearest.map(|number| Json::from(*number))))
}
