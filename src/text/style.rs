//! How wide and how colourful a text may be. A value: the terminal is looked at by the caller.

use anstyle::{AnsiColor, RgbColor};

use super::layout::{Terminal, TerminalText};
use super::safe::{In, safe};

/// The colours that a terminal supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ColorLevel {
    /// No escape sequence at all: pipes, files, `NO_COLOR`.
    #[default]
    Plain,
    /// The sixteen colours of the terminal's own palette.
    Ansi,
    /// Any colour, so that a colour setting can be shown as itself.
    TrueColor,
}

/// The shape of a text for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// How much colour.
    pub color: ColorLevel,
    /// Columns of the display; prose is wrapped to them. Values and requests are never broken.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: ColorLevel::Plain, width: 100 }
    }
}

/// What a piece of text is; the style decides what that looks like. Nothing is told by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A heading, and what else leads the eye.
    Heading,
    /// What is new.
    Added,
    /// What changes from one value to another.
    Changed,
    /// What is removed.
    Removed,
    /// What needs consent, and errors.
    Guarded,
    /// A warning.
    Doubtful,
    /// Something to type.
    Code,
    /// Secondary information.
    Quiet,
    /// A word that differs inside a text that goes away.
    RemovedWord,
    /// A word that differs inside a text that is new.
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
    /// Plain text of a certain width.
    pub fn plain(width: usize) -> Self {
        Self { color: ColorLevel::Plain, width }
    }

    /// The text in the look of its role.
    pub(crate) fn paint(&self, role: Role, text: impl In<Terminal>) -> TerminalText {
        let text = safe!("{}", text);
        if self.color == ColorLevel::Plain || text.is_empty() {
            return text;
        }
        let style = role.style();
        TerminalText::trusted(format!("{}{text}{}", style.render(), style.render_reset()))
    }

    /// A small square in a colour and a space behind it, or nothing where colours cannot be shown as themselves.
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
