//! Annotations: messages on lines of a file, as workflow commands.

use crate::text::Visible;
use crate::text::safe::safe;
use crate::text::workflow::{CommandText, data, property};

/// The level of an annotation, most severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AnnotationLevel {
    /// Shown in red, and first.
    Error,
    /// Yellow.
    Warning,
    /// Grey.
    Notice,
}

/// A message on a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Annotation {
    pub(super) level: AnnotationLevel,
    /// Path from the top of the repository.
    pub(super) file: Visible,
    /// Line and column; `None` for the whole file.
    pub(super) at: Option<(usize, usize)>,
    pub(super) title: Visible,
    /// Lines of text.
    pub(super) message: Vec<Visible>,
}

/// The maximum number of annotations of each level that GitHub shows for a step (GitHub community #26680). It drops the rest
/// without a message.
const SHOWN: usize = 10;

/// Returns the commands for annotations, most severe first. Those that GitHub would drop are omitted and counted.
pub(super) fn annotations(mut annotations: Vec<Annotation>) -> CommandText {
    annotations.sort_by_key(|annotation| annotation.level);
    let (mut lines, mut dropped) = (CommandText::new(), 0);
    for level in [AnnotationLevel::Error, AnnotationLevel::Warning, AnnotationLevel::Notice] {
        let of_level: Vec<_> = annotations.iter().filter(|annotation| annotation.level == level).collect();
        // If any are dropped, the last annotation contains their number.
        let room =
            if level == AnnotationLevel::Notice && (dropped > 0 || of_level.len() > SHOWN) { SHOWN - 1 } else { SHOWN };
        of_level.iter().take(room).for_each(|annotation| lines.push(annotation.to_command()));
        dropped += of_level.len().saturating_sub(room);
    }
    if dropped > 0 {
        let noun = if dropped == 1 { "annotation" } else { "annotations" };
        lines.push(safe!(
            "::notice title=zerodrift::{} more {} not shown; the log of this step lists all of them\n",
            dropped,
            noun
        ));
    }
    lines
}

impl Annotation {
    fn to_command(&self) -> CommandText {
        let Self { level, file, at, title, message } = self;
        let command = match level {
            AnnotationLevel::Error => "error",
            AnnotationLevel::Warning => "warning",
            AnnotationLevel::Notice => "notice",
        };
        let place: CommandText = at.map(|(line, column)| safe!(",line={},col={}", line, column)).unwrap_or_default();
        let message = CommandText::join(message.iter().map(data), "%0A");
        safe!("::{} file={}{},title={}::{}\n", command, property(file), place, property(title), message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotation(level: AnnotationLevel, number: usize) -> Annotation {
        let (title, message) = (safe!("title {}", number), vec![safe!("message {}", number)]);
        Annotation { level, file: "org.yaml".into(), at: Some((number, 3)), title, message }
    }

    #[test]
    fn the_syntax_of_commands_is_escaped() {
        let annotation = Annotation {
            level: AnnotationLevel::Warning,
            file: "a,b:c.yaml".into(),
            at: None,
            title: "100%: really".into(),
            message: Visible::lines("one\ntwo % ::error::three\r", usize::MAX),
        };
        assert_eq!(
            annotation.to_command(),
            "::warning file=a%2Cb%3Ac.yaml,title=100%25%3A really::one%0Atwo %25 ::error::three\\u{d}\n"
        );
    }

    #[test]
    fn the_most_severe_are_first() {
        let shown = annotations(vec![annotation(AnnotationLevel::Notice, 1), annotation(AnnotationLevel::Error, 2)]);
        assert_eq!(
            shown,
            "::error file=org.yaml,line=2,col=3,title=title 2::message 2\n\
             ::notice file=org.yaml,line=1,col=3,title=title 1::message 1\n"
        );
    }

    #[test]
    fn annotations_beyond_the_limit_of_github_are_counted() {
        let all: Vec<_> = (0..12)
            .flat_map(|n| [annotation(AnnotationLevel::Error, n), annotation(AnnotationLevel::Notice, n)])
            .collect();
        let shown = annotations(all);
        assert_eq!(shown.matches("::error ").count(), 10, "{shown}");
        assert_eq!(shown.matches("::notice ").count(), 10, "{shown}");
        let last = shown.lines().last().unwrap();
        assert_eq!(
            last,
            "::notice title=zerodrift::5 more annotations not shown; the log of this step lists all of them"
        );
        let ten = annotations((0..10).map(|n| annotation(AnnotationLevel::Notice, n)).collect());
        assert!(!ten.contains("more annotations"), "{ten}");
    }
}
