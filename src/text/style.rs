//! The width and colours of text output. The caller inspects the terminal.

use anstyle::{AnsiColor, RgbColor};

use super::layout::{Terminal, TerminalText, wrap};
use super::safe::{In, safe};

/// The colours that a terminal supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ColorLevel {
    /// No escape sequence at all: pipes, files, `NO_COLOR`.
    #[default]
    Plain,
    /// The sixteen colours of the terminal's own palette.
    Ansi,
    /// Any colour, so that colour settings can be displayed.
    TrueColor,
}

/// The style of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// The supported colours.
    pub color: ColorLevel,
    /// The width in columns. Prose is wrapped to it. Values and commands are never broken: one that does not fit beside its
    /// name has a line of its own.
    pub width: usize,
}

/// The width of a text that is not for a terminal, such as a file or the log of a job, in columns.
pub const DEFAULT_WIDTH: usize = 100;

impl Default for Style {
    fn default() -> Self {
        Self::plain(DEFAULT_WIDTH)
    }
}

/// The role of a piece of text, which determines its style. No information is conveyed by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A heading, or other emphasis.
    Heading,
    /// Added text.
    Added,
    /// Changed text.
    Changed,
    /// Removed text.
    Removed,
    /// Changes that need consent, and errors.
    Guarded,
    /// A warning.
    Doubtful,
    /// A command to type.
    Code,
    /// Secondary information.
    Quiet,
    /// A different word inside removed text.
    RemovedWord,
    /// A different word inside added text.
    AddedWord,
}

impl Role {
    fn style(self) -> anstyle::Style {
        let fg = |color: AnsiColor| anstyle::Style::new().fg_color(Some(color.into()));
        match self {
            Self::Heading => anstyle::Style::new().bold(),
            Self::Added => fg(AnsiColor::Green),
            Self::Changed => fg(AnsiColor::Yellow),
            Self::Removed => fg(AnsiColor::Red),
            Self::Guarded => fg(AnsiColor::Red).bold(),
            Self::Doubtful => fg(AnsiColor::Yellow).bold(),
            Self::Code => fg(AnsiColor::Cyan),
            Self::Quiet => anstyle::Style::new().dimmed(),
            Self::RemovedWord => fg(AnsiColor::Red).bold().underline(),
            Self::AddedWord => fg(AnsiColor::Green).bold().underline(),
        }
    }
}

impl Style {
    /// Returns a plain style with a width.
    pub fn plain(width: usize) -> Self {
        Self { color: ColorLevel::Plain, width }
    }

    /// Returns a text in the style of a role.
    pub(crate) fn paint(&self, role: Role, text: impl In<Terminal>) -> TerminalText {
        let text = safe!("{}", text);
        if self.color == ColorLevel::Plain || text.is_empty() {
            return text;
        }
        let style = role.style();
        TerminalText::trusted(format!("{}{text}{}", style.render(), style.render_reset()))
    }

    /// Returns prose in the style of a role, wrapped to the width.
    pub(crate) fn paragraph(&self, role: Role, prose: impl In<Terminal>) -> TerminalText {
        let lines = wrap::<Terminal>(&safe!("{}", prose), self.width);
        lines.into_iter().map(|line| self.paint(role, line).line()).collect()
    }

    /// Returns a small square in a colour, followed by a space, or an empty text if the terminal cannot display the colour.
    pub(crate) fn swatch(&self, [red, green, blue]: [u8; 3]) -> TerminalText {
        if self.color != ColorLevel::TrueColor {
            return TerminalText::new();
        }
        let style = anstyle::Style::new().fg_color(Some(RgbColor(red, green, blue).into()));
        TerminalText::trusted(format!("{}■{} ", style.render(), style.render_reset()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_has_no_escape() {
        let style = Style::plain(80);
        assert_eq!(style.paint(Role::Guarded, "careful"), "careful");
        assert_eq!(style.swatch([255; 3]), "");
    }

    #[test]
    fn a_swatch_needs_true_colour() {
        let ansi = Style { color: ColorLevel::Ansi, width: 80 };
        let truecolor = Style { color: ColorLevel::TrueColor, width: 80 };
        assert_eq!(ansi.swatch([255; 3]), "");
        assert_eq!(truecolor.swatch([255; 3]), "\u{1b}[38;2;255;255;255m■\u{1b}[0m ");
    }
}
