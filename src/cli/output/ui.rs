//! The only place that prints: results on standard output, everything else on standard error. Whatever leaves the program, files
//! included, goes through [`Ui`], which takes credentials out of it and lets nothing act on a terminal or a job.

use std::borrow::Cow;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::cli::input::env::Env;
use crate::cli::options::{ColorChoice, LogFormat, OutputArgs};
use crate::report::{self, ColorLevel, Style};
use crate::text::{Redactor, neutralize, visible, visible_json};

/// The streams of the process, and what they can show.
#[derive(Debug, Clone)]
pub(crate) struct Ui {
    /// How standard output may be styled.
    pub(crate) out: Style,
    /// How standard error may be styled.
    pub(crate) err: Style,
    /// The credentials that no output shows.
    pub(crate) secrets: Redactor,
    interactive: bool,
    /// Whether lines of the output are commands to whoever runs this process.
    is_obeyed: bool,
}

impl Ui {
    /// The streams of this process under the user's wishes.
    pub(crate) fn new(args: &OutputArgs, env: &Env, secrets: Redactor) -> Self {
        Self {
            out: style(args.color, env, io::stdout().is_terminal()),
            err: style(args.color, env, io::stderr().is_terminal()),
            secrets,
            interactive: io::stdin().is_terminal() && io::stderr().is_terminal(),
            is_obeyed: env.get("GITHUB_ACTIONS") == Some("true"),
        }
    }

    /// Whether somebody sits in front of it who can be asked.
    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// A text as a file may hold it: without credentials, and without what acts on a terminal.
    pub(crate) fn for_file(&self, text: &str) -> String {
        neutralize(&self.secrets.redact(text), false).into_owned()
    }

    /// A text as a stream of this style may show it. Where a platform would obey lines of its log, none can be obeyed.
    fn for_stream(&self, text: &str, style: &Style) -> String {
        let text = self.secrets.redact(text);
        let text = neutralize(&text, style.color != ColorLevel::Plain);
        if self.is_obeyed { report::github::neutralize_commands(&text).into_owned() } else { text.into_owned() }
    }

    /// Prints a result. A reader that went away is no failure: `zerodrift plan | head` ends quietly.
    ///
    /// # Errors
    /// If standard output cannot be written for another reason, such as a full disk.
    pub(crate) fn print(&self, text: &str) -> io::Result<()> {
        put(&self.for_stream(text, &self.out))
    }

    /// Prints a result that holds commands for a job: whoever wrote it has fenced off everything untrusted.
    ///
    /// # Errors
    /// As [`Ui::print`].
    pub(crate) fn print_commands(&self, text: &str) -> io::Result<()> {
        put(&self.for_file(text))
    }

    /// Says something. Standard error that cannot be written leaves nobody to tell.
    pub(crate) fn say(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", self.for_stream(text, &self.err).trim_end_matches('\n'));
    }

    /// Says something that may be nothing.
    pub(crate) fn say_block(&self, text: &str) {
        if !text.is_empty() {
            self.say(text);
        }
    }

    /// Says one line of a log, whatever it holds.
    pub(crate) fn log(&self, line: &str, format: LogFormat) {
        let line = line.trim_end_matches('\n');
        self.say(&match format {
            LogFormat::Text => Cow::Owned(line.replace('\n', &visible("\n"))),
            LogFormat::Json => Cow::Owned(visible_json(line)),
        });
    }

    /// Asks for one line. Nothing is read, and nothing is answered, unless somebody sits in front of it.
    pub(crate) fn ask(&self, question: &str) -> Option<String> {
        if !self.interactive {
            return None;
        }
        // The lock ends before the wait: whoever hears Ctrl-C meanwhile has something to say.
        let mut err = io::stderr();
        write!(err, "{} ", self.for_stream(question, &self.err)).and_then(|()| err.flush()).ok()?;
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim().to_owned())
    }

    /// From now on a panic says what went wrong in this way too: its message may hold anything.
    pub(crate) fn take_panics(&self) {
        let ui = self.clone();
        std::panic::set_hook(Box::new(move |info| {
            let message = info.payload_as_str().unwrap_or("no message");
            let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
            ui.say(&panicked(message, &place, &ui.err));
            let trace = std::backtrace::Backtrace::capture();
            if trace.status() == std::backtrace::BacktraceStatus::Captured {
                ui.say(&trace.to_string());
            }
        }));
    }
}

/// What a panic says.
fn panicked(message: &str, place: &str, style: &Style) -> String {
    let message = format!("internal error at {place}: {}", visible(message));
    let hint = "run plan to see what is live, and report this with the command that you ran".to_owned();
    report::error::text(&message, &[hint], style)
}

/// Writes to standard output, and flushes it.
fn put(text: &str) -> io::Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "zdT0ken-that-must-never-be-seen_7391";

    fn ui(color: ColorChoice, env: &Env) -> Ui {
        let secrets = Redactor::default();
        secrets.learn(TOKEN);
        Ui::new(&OutputArgs { color, ..OutputArgs::default() }, env, secrets)
    }

    #[test]
    fn nothing_acts_on_a_terminal_but_our_own_colours() {
        let hostile = format!("a\u{1b}[31m\u{1b}[2J\u{202e}\r\u{7}{TOKEN}\tz\n");
        let env = Env::default();
        let plain = ui(ColorChoice::Never, &env);
        let shown = r"a\u{1b}[31m\u{1b}[2J\u{202e}\u{d}\u{7}(redacted)".to_owned() + "\tz\n";
        assert_eq!(plain.for_stream(&hostile, &plain.out), shown);
        assert_eq!(plain.for_file(&hostile), shown);
        let colored = ui(ColorChoice::Always, &env);
        assert_eq!(colored.for_stream(&hostile, &colored.out), shown.replacen(r"\u{1b}", "\u{1b}", 1));
    }

    #[test]
    fn no_line_is_a_command_where_lines_are_obeyed() {
        let text = "::error::x\n \u{a0}::set-env::y\nz ##[error]";
        let ours = ui(ColorChoice::Never, &Env::default());
        assert_eq!(ours.for_stream(text, &ours.out), text);
        let jobs = ui(ColorChoice::Never, &Env::of([("GITHUB_ACTIONS", "true")]));
        let shown = jobs.for_stream(text, &jobs.out);
        assert!(!shown.lines().any(|line| line.trim_start().starts_with("::")) && !shown.contains("##["), "{shown}");
    }

    #[test]
    fn a_panic_is_an_error_like_any_other() {
        let said = panicked("no \u{1b}[2J\n::error::x", "src/x.rs:1", &Style::plain(100));
        assert!(said.starts_with(r"error: internal error at src/x.rs:1: no \u{1b}[2J\u{a}::error::x"), "{said}");
    }
}
