//! The only place that prints: results on standard output, talk on standard error.

use std::borrow::Cow;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use super::args::{ColorChoice, TalkArgs};
use super::env::Env;
use crate::report::{self, ColorLevel, Style};

/// The streams of the process, and what they can show.
#[derive(Debug, Clone)]
pub(super) struct Ui {
    /// How standard output may be styled.
    pub(super) out: Style,
    /// How standard error may be styled.
    pub(super) err: Style,
    interactive: bool,
    /// Whether lines of the output are commands to whoever runs this process.
    is_obeyed: bool,
}

impl Ui {
    /// The streams of this process under the user's wishes.
    pub(super) fn new(talk: &TalkArgs, env: &Env) -> Self {
        Self {
            out: style(talk.color, env, io::stdout().is_terminal()),
            err: style(talk.color, env, io::stderr().is_terminal()),
            interactive: io::stdin().is_terminal() && io::stderr().is_terminal(),
            is_obeyed: env.get("GITHUB_ACTIONS") == Some("true"),
        }
    }

    /// Whether somebody sits in front of it who can be asked.
    pub(super) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// A text as it may stand in the log of a job: live values are in it, and must command nothing.
    pub(super) fn for_log<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.is_obeyed { report::github::unobeyed(text) } else { Cow::Borrowed(text) }
    }

    /// Says something. Standard error that cannot be written leaves nobody to tell.
    pub(super) fn say(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", self.for_log(text).trim_end_matches('\n'));
    }

    /// Says something that may be nothing.
    pub(super) fn say_block(&self, text: &str) {
        if !text.is_empty() {
            self.say(text);
        }
    }

    /// Asks for one line. Nothing is read, and nothing is answered, unless somebody sits in front of it.
    pub(super) fn ask(&self, question: &str) -> Option<String> {
        if !self.interactive {
            return None;
        }
        // The lock ends before the wait: whoever hears Ctrl-C meanwhile has something to say.
        let mut err = io::stderr();
        write!(err, "{question} ").and_then(|()| err.flush()).ok()?;
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim().to_owned())
    }
}

/// Prints a result. A reader that went away is no failure: `zerodrift plan | head` ends quietly.
///
/// # Errors
/// If standard output cannot be written for another reason, such as a full disk.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let written = write!(out, "{text}{newline}").and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// What a stream may show: flags first, then the environment, then what the stream is.
fn style(choice: ColorChoice, env: &Env, is_terminal: bool) -> Style {
    let color = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if env.get("NO_COLOR").is_some() => false,
        ColorChoice::Auto if env.get("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        ColorChoice::Auto => is_terminal && env.get("TERM").is_none_or(|term| term != "dumb"),
    };
    let width = width(env);
    if !color {
        return Style::plain(width);
    }
    let true_color = env.get("COLORTERM").is_some_and(|value| matches!(value, "truecolor" | "24bit"));
    Style { color: if true_color { ColorLevel::TrueColor } else { ColorLevel::Ansi }, width }
}

/// The columns of the display: what the environment says, else what the terminal says, else a hundred.
fn width(env: &Env) -> usize {
    let said = env.get("COLUMNS").and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    said.or_else(seen).unwrap_or(100).clamp(40, 160)
}
