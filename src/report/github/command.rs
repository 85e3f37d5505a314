//! Annotations: messages on lines of a file, as workflow commands.

use std::collections::BTreeMap;

use crate::report::phrase::count_in;
use crate::text::Visible;
use crate::text::safe::safe;
use crate::text::workflow::{CommandText, Workflow, data, property};

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

/// Annotations, most severe first. Those that GitHub would drop are counted.
#[derive(Debug, Default)]
pub(super) struct Annotations {
    kept: BTreeMap<AnnotationLevel, Vec<Annotation>>,
    dropped: usize,
}

impl Annotations {
    /// Adds an annotation.
    pub(super) fn add(&mut self, annotation: Annotation) {
        let of_level = self.kept.entry(annotation.level).or_default();
        if of_level.len() < SHOWN {
            of_level.push(annotation);
        } else {
            self.dropped += 1;
        }
    }

    /// Returns the commands.
    pub(super) fn commands(&self) -> CommandText {
        let notices = self.kept.get(&AnnotationLevel::Notice).map_or(0, Vec::len);
        // If any are dropped, the last notice contains their number, and needs the room of one.
        let is_last_needed = self.dropped > 0 && notices == SHOWN;
        let room = |level| if level == AnnotationLevel::Notice && is_last_needed { SHOWN - 1 } else { SHOWN };
        let shown = self.kept.iter().flat_map(|(level, of_level)| of_level.iter().take(room(*level)));
        let mut lines: CommandText = shown.map(Annotation::to_command).collect();
        let dropped = self.dropped + usize::from(is_last_needed);
        if dropped > 0 {
            lines.push(safe!(
                "::notice title=zerodrift::{} not shown; the log of this step lists all of them\n",
                count_in::<Workflow>(dropped, "more annotation")
            ));
        }
        lines
    }
}

impl FromIterator<Annotation> for Annotations {
    fn from_iter<I: IntoIterator<Item = Annotation>>(all: I) -> Self {
        let mut annotations = Self::default();
        all.into_iter().for_each(|annotation| annotations.add(annotation));
        annotations
    }
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

    fn commands(all: Vec<Annotation>) -> CommandText {
        Annotations::from_iter(all).commands()
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
        let shown = commands(vec![annotation(AnnotationLevel::Notice, 1), annotation(AnnotationLevel::Error, 2)]);
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
        let shown = commands(all);
        assert_eq!(shown.matches("::error ").count(), 10, "{shown}");
        assert_eq!(shown.matches("::notice ").count(), 10, "{shown}");
        let last = shown.lines().last().unwrap();
        assert_eq!(
            last,
            "::notice title=zerodrift::5 more annotations not shown; the log of this step lists all of them"
        );
        let ten = commands((0..10).map(|n| annotation(AnnotationLevel::Notice, n)).collect());
        assert!(!ten.contains("more annotations"), "{ten}");
    }
}
