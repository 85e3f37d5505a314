//! Arguments that several commands share: logs and colour, which manifest and organization, how to reach the API, how to write.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::settings::GoDuration;

/// Logs and colour.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct OutputArgs {
    /// Log requests and retries (-v), decisions with their reasons (-vv), or everything (-vvv)
    #[arg(short, long, action = clap::ArgAction::Count, global = true, help_heading = "Output")]
    pub(crate) verbose: u8,
    /// Form of the log lines
    #[arg(long, value_enum, default_value_t, global = true, help_heading = "Output")]
    pub(crate) log_format: LogFormat,
    /// When to use colour; NO_COLOR and CLICOLOR_FORCE are honoured too
    #[arg(long, value_enum, default_value_t, global = true, help_heading = "Output")]
    pub(crate) color: ColorChoice,
}

/// Form of the log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Form of the result on standard output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: see `zerodrift schema`.
    Json,
}

/// The manifest, unless another one is named.
pub(crate) const MANIFEST: &str = "org.yaml";

/// Which manifest.
#[derive(Debug, Clone, Args)]
pub(crate) struct FileArgs {
    /// The manifest; - for standard input
    #[arg(default_value = MANIFEST, value_name = "FILE")]
    pub(crate) file: String,
}

/// Which organization.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TargetArgs {
    /// Account, where the manifest names none [env: CLOUDFLARE_ACCOUNT_ID]
    #[arg(long, value_name = "ID", conflicts_with = "zone_id", help_heading = "Target")]
    pub(crate) account_id: Option<String>,
    /// Zone, where the manifest names none [env: CLOUDFLARE_ZONE_ID]
    #[arg(long, value_name = "ID", help_heading = "Target")]
    pub(crate) zone_id: Option<String>,
}

/// How to reach the API.
#[derive(Debug, Clone, Args)]
pub(crate) struct ApiArgs {
    /// File that holds the API token [env: CLOUDFLARE_API_TOKEN holds the token itself]
    #[arg(long, value_name = "FILE", help_heading = "API")]
    pub(crate) token_file: Option<PathBuf>,
    /// Base URL of the API, https unless it is loopback [env: CLOUDFLARE_BASE_URL]
    #[arg(long, value_name = "URL", help_heading = "API")]
    pub(crate) base_url: Option<String>,
    /// Uses the emulated API instead, with the state that this file keeps; no account and no token needed
    #[arg(
        long,
        value_name = "STATE.json",
        require_equals = true,
        conflicts_with_all = ["base_url", "token_file"],
        help_heading = "API"
    )]
    pub(crate) sandbox: Option<Option<PathBuf>>,
    /// Bounds one request, such as 30s
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = positive_duration, help_heading = "API")]
    pub(crate) timeout: Duration,
    /// Bounds the whole run, retries included, such as 5m
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = positive_duration, help_heading = "API")]
    pub(crate) deadline: Duration,
}

/// How a plan is carried out, whoever made it.
#[derive(Debug, Args)]
pub(crate) struct WriteArgs {
    /// Skip the confirmation prompt
    #[arg(long)]
    pub(crate) auto_approve: bool,
    /// Consents to the guarded change of a setting or group; may repeat
    #[arg(long, value_name = "SETTING")]
    pub(crate) allow: Vec<String>,
    /// Leaves a field that this version does not know out of the write; the read-back proves what became of it
    #[arg(long, value_name = "FIELD")]
    pub(crate) omit: Vec<String>,
    /// Refuses before writing when live has fields that this version does not know
    #[arg(long)]
    pub(crate) strict_unknown: bool,
    /// Folder for the backup of the state from before, and for the audit log [default: $XDG_STATE_HOME/zerodrift]
    #[arg(long, value_name = "DIR", help_heading = "Backups")]
    pub(crate) backup_dir: Option<PathBuf>,
    /// How many backups of an organization to keep; the oldest are deleted, but never one whose apply was not verified
    #[arg(
        long,
        value_name = "N",
        default_value = "30",
        value_parser = count,
        allow_negative_numbers = true,
        help_heading = "Backups"
    )]
    pub(crate) backup_keep: NonZeroUsize,
    /// Form of the result
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// A duration above zero in Go's grammar, as the manifest's are.
pub(crate) fn positive_duration(text: &str) -> Result<Duration, String> {
    let duration: GoDuration = text.parse().map_err(|error| format!("{error}"))?;
    u64::try_from(duration.nanoseconds())
        .ok()
        .filter(|nanoseconds| *nanoseconds > 0)
        .map(Duration::from_nanos)
        .ok_or_else(|| "the duration must be longer than zero".to_owned())
}

/// A whole number from 1.
fn count(text: &str) -> Result<NonZeroUsize, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<usize>().ok().and_then(NonZeroUsize::new) {
        Some(count) => Ok(count),
        // More than any folder can hold.
        None if is_number && text.bytes().any(|byte| byte != b'0') => Ok(NonZeroUsize::MAX),
        None => Err("it must be a whole number, 1 or more; the backup of this run is always kept".to_owned()),
    }
}

/// A digest as plans show it.
pub(crate) fn digest(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err("a digest is `sha256:` and 64 hexadecimal digits, as plan shows it".to_owned())
}
