//! The only module that prints: results on standard output, everything else on standard error. All output, including
//! files, goes through [`Ui`], which redacts credentials and neutralizes terminal escapes and workflow commands.

use std::borrow::Cow;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::cli::input::env::{self, Env};
use crate::cli::options::{ColorChoice, LogFormat, OutputArgs};
use crate::cli::output::status_line::StatusLine;
use crate::report::{self, ColorLevel, Style};
use crate::text::{Redactor, neutralize, visible, visible_json};

/// The widths of a terminal between which texts are laid out, in columns.
const NARROWEST: usize = 40;
const WIDEST: usize = 160;

/// The time in which the same line about waiting is printed once.
const REPEATED: Duration = Duration::from_secs(1);

/// The streams of the process, and what they can show.
#[derive(Debug, Clone)]
pub(crate) struct Ui {
    /// The style of standard output.
    pub(crate) out: Style,
    /// The style of standard error.
    pub(crate) err: Style,
    /// The credentials that outputs must not show.
    pub(crate) secrets: Redactor,
    /// The line that is drawn while the run waits. Everything that is printed removes it first.
    pub(crate) status_line: StatusLine,
    interactive: bool,
    /// Whether notes are left out.
    quiet: bool,
    /// Whether waiting is reported. The log reports it already.
    shows_progress: bool,
    /// What was last said about waiting, and when.
    last_progress: Arc<Mutex<Option<(String, Instant)>>>,
    /// Whether the platform executes lines of the output as workflow commands.
    runs_commands: bool,
}

impl Ui {
    /// Creates the streams of this process with the user's options.
    pub(crate) fn new(args: &OutputArgs, env: &Env, secrets: Redactor) -> Self {
        let shows_progress = !args.quiet && args.verbose == 0 && env.get(env::RUST_LOG).is_none();
        let is_drawn = shows_progress && draws(args.log_format, env) && io::stderr().is_terminal();
        Self {
            out: style(args.color, env, io::stdout().is_terminal()),
            err: style(args.color, env, io::stderr().is_terminal()),
            secrets,
            status_line: StatusLine::new(is_drawn),
            interactive: io::stdin().is_terminal() && io::stderr().is_terminal(),
            quiet: args.quiet,
            shows_progress,
            last_progress: Arc::default(),
            runs_commands: env.get("GITHUB_ACTIONS") == Some("true"),
        }
    }

    /// Returns whether the program runs on a terminal and can ask questions.
    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Makes a text safe for a file: without credentials and terminal escapes.
    pub(crate) fn for_file(&self, text: &str) -> String {
        neutralize(&self.secrets.redact(text), false).into_owned()
    }

    /// Makes a text safe for a stream of this style. Workflow commands are neutralized on platforms that execute them.
    fn for_stream(&self, text: &str, style: &Style) -> String {
        let text = self.secrets.redact(text);
        let text = neutralize(&text, style.color != ColorLevel::Plain);
        if self.runs_commands { report::github::neutralize_commands(&text).into_owned() } else { text.into_owned() }
    }

    /// Prints a result. A closed pipe is not a failure: `zerodrift plan | head` ends quietly.
    ///
    /// # Errors
    /// Returns an error if standard output cannot be written for another reason, such as a full disk.
    pub(crate) fn print(&self, text: &str) -> io::Result<()> {
        self.put(&self.for_stream(text, &self.out))
    }

    /// Prints a result that contains workflow commands. The caller has escaped all untrusted text.
    ///
    /// # Errors
    /// Returns an error like [`Ui::print`].
    pub(crate) fn print_commands(&self, text: &str) -> io::Result<()> {
        self.put(&self.for_file(text))
    }

    /// Prints progress, a note or a tip to standard error, unless `--quiet` is set. What a user must see whatever the
    /// options are, such as a warning, a finding or a question, is printed with [`Ui::say`].
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// Prints why the run waits to standard error, unless `--quiet` is set or the log says it. Requests that are sent at once
    /// may wait for the same reason, which is printed once.
    pub(crate) fn progress(&self, text: &str) {
        let mut last = self.last_progress.lock().unwrap_or_else(PoisonError::into_inner);
        let is_repeated = last.as_ref().is_some_and(|(said, at)| said == text && at.elapsed() < REPEATED);
        if self.shows_progress && !is_repeated {
            *last = Some((text.to_owned(), Instant::now()));
            drop(last);
            self.say(text);
        }
    }

    /// Makes a text safe for the line that is drawn while the run waits.
    pub(crate) fn for_status_line(&self, text: &str) -> String {
        self.for_stream(&visible(text), &self.err)
    }

    /// Prints a message to standard error. If that fails, the failure cannot be reported, so it is ignored.
    pub(crate) fn say(&self, text: &str) {
        self.status_line.clear();
        let _ = writeln!(io::stderr().lock(), "{}", self.for_stream(text, &self.err).trim_end_matches('\n'));
    }

    /// Prints a message to standard error, unless it is empty.
    pub(crate) fn say_block(&self, text: &str) {
        if !text.is_empty() {
            self.say(text);
        }
    }

    /// Prints one log event as one line, with untrusted text escaped.
    pub(crate) fn log(&self, line: &str, format: LogFormat) {
        let line = line.trim_end_matches('\n');
        self.say(&match format {
            LogFormat::Text => Cow::Owned(line.replace('\n', &visible("\n"))),
            LogFormat::Json => Cow::Owned(visible_json(line)),
        });
    }

    /// Asks for one line. Returns `None` without asking if the program does not run on a terminal.
    pub(crate) fn ask(&self, question: &str) -> Option<String> {
        if !self.interactive {
            return None;
        }
        self.status_line.clear();
        // The lock ends before the wait, so that the message of an interruption can be printed meanwhile.
        let mut err = io::stderr();
        write!(err, "{} ", self.for_stream(question, &self.err)).and_then(|()| err.flush()).ok()?;
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim().to_owned())
    }

    /// Writes to standard output, and flushes it.
    fn put(&self, text: &str) -> io::Result<()> {
        self.status_line.clear();
        let mut out = io::stdout().lock();
        let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let written = write!(out, "{text}{newline}").and_then(|()| out.flush());
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Installs a panic hook that reports panics as errors, with their message escaped and redacted.
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

/// Formats the error for a panic.
fn panicked(message: &str, place: &str, style: &Style) -> String {
    let message = format!("internal error at {place}: {}", visible(message));
    let hint =
        "run `zerodrift plan` to see the live state, and report this error with the command that you ran".to_owned();
    report::error::text(&message, &[hint], style)
}

/// Returns whether a terminal can show a line that is drawn again and again, and somebody may watch it.
fn draws(log_format: LogFormat, env: &Env) -> bool {
    let is_ci = env.get("CI").is_some_and(|value| value != "false");
    log_format == LogFormat::Text && !is_ci && !is_dumb(env)
}

/// Returns whether the terminal shows escape sequences as text.
fn is_dumb(env: &Env) -> bool {
    env.get("TERM").is_some_and(|term| term == "dumb")
}

/// Returns the style of a stream: from the flag, else the environment, else whether it is a terminal.
fn style(choice: ColorChoice, env: &Env, is_terminal: bool) -> Style {
    let is_on = |name: &str| env.get(name).is_some_and(|value| value != "0");
    let color = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if env.get("NO_COLOR").is_some() => false,
        ColorChoice::Auto if ["FORCE_COLOR", "CLICOLOR_FORCE"].iter().any(|name| is_on(name)) => true,
        ColorChoice::Auto => is_terminal && !is_dumb(env),
    };
    let width = width(env);
    if !color {
        return Style::plain(width);
    }
    let true_color = env.get("COLORTERM").is_some_and(|value| matches!(value, "truecolor" | "24bit"));
    Style { color: if true_color { ColorLevel::TrueColor } else { ColorLevel::Ansi }, width }
}

/// Returns the width in columns: from the environment, else from the terminal, else the default.
pub(crate) fn width(env: &Env) -> usize {
    let set = env.get("COLUMNS").and_then(|columns| columns.parse().ok());
    let of_terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    set.or_else(of_terminal).unwrap_or(report::DEFAULT_WIDTH).clamp(NARROWEST, WIDEST)
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
    fn only_colours_of_zerodrift_reach_the_terminal() {
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
    fn progress_is_shown_unless_the_run_is_quiet_or_has_a_log() {
        let shows = |quiet, verbose, env: &Env| {
            let args = OutputArgs { quiet, verbose, ..OutputArgs::default() };
            Ui::new(&args, env, Redactor::default()).shows_progress
        };
        let log = Env::of([("RUST_LOG", "debug")]);
        assert!(shows(false, 0, &Env::default()));
        assert!(!shows(true, 0, &Env::default()));
        assert!(!shows(false, 1, &Env::default()));
        assert!(!shows(false, 0, &log));
    }

    #[test]
    fn the_status_line_is_not_drawn_in_ci_on_a_dumb_terminal_and_beside_a_log_in_json() {
        let text = |variables: [(&str, &str); 1]| draws(LogFormat::Text, &Env::of(variables));
        assert!(text([("TERM", "xterm-256color")]) && text([("CI", "false")]));
        assert!(!text([("TERM", "dumb")]) && !text([("CI", "true")]));
        assert!(!draws(LogFormat::Json, &Env::default()));
    }

    #[test]
    fn workflow_commands_are_neutralized_on_github() {
        let text = "::error::x\n \u{a0}::set-env::y\nz ##[error]";
        let ours = ui(ColorChoice::Never, &Env::default());
        assert_eq!(ours.for_stream(text, &ours.out), text);
        let jobs = ui(ColorChoice::Never, &Env::of([("GITHUB_ACTIONS", "true")]));
        let shown = jobs.for_stream(text, &jobs.out);
        assert!(!shown.lines().any(|line| line.trim_start().starts_with("::")) && !shown.contains("##["), "{shown}");
    }

    #[test]
    fn a_panic_is_reported_as_an_error() {
        let said = panicked("no \u{1b}[2J\n::error::x", "src/x.rs:1", &Style::plain(100));
        assert!(said.starts_with(r"error: internal error at src/x.rs:1: no \u{1b}[2J\u{a}::error::x"), "{said}");
    }
}
