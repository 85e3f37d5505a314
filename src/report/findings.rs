//! Renders findings as text, with the lines they refer to.
//!
//! Files and messages are untrusted: control and invisible characters are written as `\u{…}`. The
//! renderer sees one window of one line and never the file, so a line of a megabyte costs no more than a short one.

use std::cmp::Reverse;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};

use super::phrase::{self, count};
use super::subject::Validation;
use crate::diagnostics::{Finding, Fix, Location, Rule, Severity, Source};
use crate::document::CheckedManifest;
use crate::report::sources::Sources;
use crate::text::layout::{TerminalText, terminal, wrap};
use crate::text::limit::LONG_MESSAGE;
use crate::text::safe::safe;
use crate::text::style::{ColorLevel, Style};
use crate::text::{Visible, visible};

/// The number of characters shown on each side of the marked place.
const AROUND: usize = 60;

/// The longest stretch that is underlined, in characters.
const UNDERLINED: usize = 80;

/// Returns findings as text, each with its line if it refers to one of these sources, and a summary.
///
/// Empty for no findings.
pub fn text<'a>(findings: &[Finding], sources: impl IntoIterator<Item = &'a Source>, style: &Style) -> String {
    rendered(findings, sources, style).into()
}

/// As [`text`].
pub(super) fn rendered<'a>(
    findings: &[Finding],
    sources: impl IntoIterator<Item = &'a Source>,
    style: &Style,
) -> TerminalText {
    if findings.is_empty() {
        return TerminalText::new();
    }
    listed(findings, &Sources::new(sources), style) + summary(findings) + "\n"
}

/// The findings of one manifest without a summary, each with an empty line after it.
fn listed(findings: &[Finding], sources: &Sources<'_>, style: &Style) -> TerminalText {
    let renderer = match style.color {
        ColorLevel::Plain => Renderer::plain(),
        ColorLevel::Ansi | ColorLevel::TrueColor => Renderer::styled(),
    };
    let renderer = renderer.term_width(style.width);
    let mut out = TerminalText::new();
    // The worst first, so that an error is not missed among warnings. The count of those that are not shown stays last.
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| (finding.rule == Rule::TooManyFindings, Reverse(finding.severity)));
    for finding in sorted {
        out.push(terminal!("{}\n\n", one(finding, sources.of(finding), &renderer, style.width)));
    }
    out
}

/// Renders the findings of manifests, or a message if there are none.
pub(super) fn validation(validation: &Validation<'_>, style: &Style) -> TerminalText {
    match validation.manifests {
        [one] if one.findings.is_empty() => safe!("{}: no findings\n", Visible::whole(&one.file)),
        [one] => rendered(&one.findings, validation.sources, style),
        several => {
            let sources = Sources::new(validation.sources);
            let mut out = TerminalText::new();
            several.iter().for_each(|manifest| out.push(listed(&manifest.findings, &sources, style)));
            out + overview(several) + "\n"
        }
    }
}

/// `3 manifests: 1 has errors, 1 has warnings`. A manifest counts once, by its worst finding.
fn overview(manifests: &[CheckedManifest]) -> Visible {
    let counts = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| (manifests.iter().filter(|one| one.worst == Some(severity)).count(), severity))
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, severity)| {
            let verb = if number == 1 { "has" } else { "have" };
            safe!("{} {} {}s", number, verb, severity.word())
        });
    let counts = Visible::join::<Visible>(counts, ", ");
    let counts = if counts.is_empty() { Visible::of("no findings") } else { counts };
    safe!("{}: {}", count(manifests.len(), "manifest"), counts)
}

/// `2 errors, 1 warning in org.yaml`; several files are counted, not named.
fn summary(findings: &[Finding]) -> Visible {
    let counts = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| (findings.iter().filter(|finding| finding.severity == severity).count(), severity.word()))
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| count(number, word));
    let counts = Visible::join::<Visible>(counts, ", ");
    let mut files: Vec<&str> = findings.iter().map(|finding| finding.file.as_str()).collect();
    files.dedup();
    let place = match files[..] {
        [file] => Visible::whole(file),
        _ => safe!("{} files", files.len()),
    };
    safe!("{} in {}", counts, place)
}

fn one(finding: &Finding, source: Option<&Source>, renderer: &Renderer, columns: usize) -> TerminalText {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let label = phrase::finding_label(finding).len() + 1;
    let title = level.primary_title(lines(&finding.message, columns.saturating_sub(label))).id(finding.rule.id());
    let window = source.zip(finding.at.as_ref()).and_then(|(source, at)| SourceWindow::of(source, at));
    let origin = Origin::path(visible(&finding.file));
    let origin = match &finding.at {
        Some(at) => origin.line(at.line).char_column(at.column),
        None => origin,
    };
    let mut group = title.element(origin);
    if let Some(window) = &window {
        let annotation = AnnotationKind::Primary.span(window.marked.clone());
        group = group.element(Snippet::source(window.text.clone()).line_start(window.line).annotation(annotation));
    }
    let patch =
        window.as_ref().zip(finding.fix.as_ref()).and_then(|(window, fix)| patched(window, fix, finding, columns));
    let mut report = vec![group];
    match (patch, &finding.help) {
        (Some(patch), _) => report.push(patch),
        (None, Some(help)) => {
            let help = lines(help, columns.saturating_sub(HELP + gutter(finding)));
            report = report.into_iter().map(|group| group.element(Level::HELP.message(help.clone()))).collect();
        }
        (None, None) => {}
    }
    TerminalText::neutralized(&without_continuation(&renderer.render(&report)))
}

/// Removes the mark (`:::`) by which the renderer attributes a snippet to another file; here it is the same file.
fn without_continuation(rendered: &str) -> String {
    let is_mark = |line: &&str| anstream::adapter::strip_str(line).to_string().trim() == ":::";
    rendered.lines().filter(|line| !is_mark(line)).collect::<Vec<_>>().join("\n")
}

/// The line with the fix applied, under the help.
fn patched<'a>(window: &SourceWindow, fix: &Fix, finding: &Finding, columns: usize) -> Option<Group<'a>> {
    let title = lines(finding.help.as_deref().unwrap_or(&fix.title), columns.saturating_sub(HELP));
    let span = window.inside(&fix.span)?;
    let patch = Patch::new(span, lines(&fix.replacement, usize::MAX));
    let snippet = Snippet::source(window.text.clone()).line_start(window.line).patch(patch);
    Some(Level::HELP.secondary_title(title).element(snippet))
}

/// The part of one line that a finding refers to, escaped.
struct SourceWindow {
    line: usize,
    text: String,
    marked: Range<usize>,
    /// For each character of the source shown: where it starts there, and in `text`.
    places: Vec<(usize, usize)>,
}

impl SourceWindow {
    fn of(source: &Source, at: &Location) -> Option<Self> {
        let text = &source.text;
        // A file with a NUL is not text.
        if text.contains('\0') {
            return None;
        }
        let start = at.span.start.min(text.len());
        let before = text.get(..start)?;
        let begin = before.rfind('\n').map_or(0, |offset| offset + 1);
        let rest = text[start..].split('\n').next().unwrap_or_default();
        let end = start + rest.trim_end_matches('\r').len();
        let from = before[begin..].char_indices().rev().take(AROUND).last().map_or(start, |(offset, _)| begin + offset);
        let stop = at.span.end.clamp(start, end);
        let stop = text.get(start..stop)?.char_indices().nth(UNDERLINED).map_or(stop, |(offset, _)| start + offset);
        let to = text[stop..end].char_indices().nth(AROUND).map_or(end, |(offset, _)| stop + offset);
        let mut window = Self { line: at.line, text: String::new(), marked: 0..0, places: Vec::new() };
        if from > begin {
            window.text.push('…');
        }
        for (offset, c) in text[from..to].char_indices() {
            window.places.push((from + offset, window.text.len()));
            window.push(c, from + offset == 0);
        }
        window.places.push((to, window.text.len()));
        if to < end {
            window.text.push('…');
        }
        window.marked = window.inside(&(start..stop))?;
        Some(window)
    }

    fn push(&mut self, c: char, is_first: bool) {
        match c {
            '\t' => self.text.push_str("    "),
            '\u{feff}' if is_first => {}
            other => self.text.push_str(&visible(other.encode_utf8(&mut [0; 4]))),
        }
    }

    /// Maps a span of the source to the text of the window, if the window contains all of it.
    fn inside(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let place = |offset: usize| self.places.iter().find(|(from, _)| *from == offset).map(|(_, to)| *to);
        Some(place(span.start)?..place(span.end)?)
    }
}

/// The columns of `help: `.
const HELP: usize = 6;

/// The columns before a help without a fix: those of the line number, and ` = `.
fn gutter(finding: &Finding) -> usize {
    finding.at.as_ref().map_or(0, |at| at.line.to_string().len()) + 3
}

/// A message with untrusted parts, escaped, cut to a readable length and wrapped. Line breaks are kept.
fn lines(text: &str, columns: usize) -> String {
    let lines = Visible::lines(text, LONG_MESSAGE);
    let wrapped: Vec<Visible> = lines.iter().flat_map(|line| wrap(line, columns)).collect();
    Visible::join(wrapped, "\n").into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::manifest::parse;
    use crate::settings::Model;
    use crate::text::is_hidden;

    fn render(text_of_file: &str) -> String {
        let source = Source { name: "org.yaml".to_owned(), text: text_of_file.to_owned() };
        text(&parse(Model::current(), &source).findings, Some(&source), &Style::default())
    }

    #[test]
    fn without_findings_the_text_is_empty() {
        assert_eq!(text(&[], None, &Style::default()), "");
    }

    #[test]
    fn errors_are_shown_before_warnings() {
        let findings = [Rule::Contrast, Rule::UnknownKey].map(|rule| Finding::new(rule, "org.yaml", "message"));
        let shown = text(&findings, None, &Style::default());
        assert!(shown.starts_with("error[unknown-key]") && shown.contains("warning[contrast]"), "{shown}");
    }

    #[test]
    fn control_characters_are_escaped() {
        let shown = render("organization:\n  name: a\u{1b}[31mb # \u{202e}\u{200b}\u{9b}\n");
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{200b}', '\u{9b}']), "{shown}");
        assert!(shown.contains(r"name: a\u{1b}[31mb # \u{202e}\u{200b}\u{9b}"), "{shown}");
    }

    #[test]
    fn a_hostile_file_name_and_message_are_escaped() {
        let finding = Finding::new(Rule::UnknownKey, "a\u{1b}]0;x\u{7}.yaml", "b\u{202e}c");
        let shown = text(&[finding], None, &Style::default());
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{shown}");
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides() {
        let long = "x".repeat(100_000);
        let shown = render(&format!("organization: {{name: {long}, nam: {long}}}\n"));
        assert!(shown.len() < 1_000, "{}", shown.len());
        assert!(shown.contains("xxx…") || shown.contains("…xxx"), "{shown}");
        assert!(shown.contains("nam: xxx"), "{shown}");
    }

    #[test]
    fn colours_are_the_only_escapes() {
        let source = Source { name: "org.yaml".to_owned(), text: "organization: 1\n".to_owned() };
        let shown = text(
            &parse(Model::current(), &source).findings,
            Some(&source),
            &Style { color: ColorLevel::Ansi, width: 100 },
        );
        assert!(shown.contains("\u{1b}["));
    }

    #[test]
    fn json_has_null_for_the_whole_file() {
        let finding = Finding::new(Rule::UnknownValue, "org.yaml", "message").help("help");
        let expected = serde_json::json!({"rule": "unknown-value", "severity": "warning", "message": "message",
            "file": "org.yaml", "line": null, "column": null, "help": "help"});
        assert_eq!(serde_json::json!(crate::document::FindingEntry::from(&finding)), expected);
    }

    /// Fragments of valid and invalid manifests, with control characters.
    fn fragments() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "organization:",
            "\n",
            "\n  ",
            "name: ",
            "session_duration: ",
            "login_design:",
            "text_color: ",
            "#fff",
            "'",
            "\"",
            "&a ",
            "*a",
            "!x ",
            "{",
            "}",
            "[",
            "]",
            ", ",
            "1d",
            "no",
            "1.10",
            "\t",
            "\r\n",
            "|\n",
            "---\n",
            "\u{feff}",
            "\u{202e}",
            "\u{1b}[31m",
            "\u{9b}",
            "\u{0}",
            "\r",
            "é",
            "日",
            "👩‍👧",
            "is_ui_read_only: ",
            "allow:\n  - setting: ",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn the_findings_of_any_file_are_rendered(text_of_file in prop_oneof![fragments(), any::<String>()]) {
            let shown = render(&text_of_file);
            let acts = |c: char| (c.is_control() && c != '\n') || is_hidden(c);
            prop_assert!(!shown.contains(acts), "{}", shown.escape_debug());
        }
    }
}
