//! Arguments that several commands share: output, manifest, target, API and writes.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::input::shard::ShardArg;
use crate::cloudflare::Rate;
use crate::settings::GoDuration;

/// Messages, logs and colour.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct OutputArgs {
    /// Log requests (-v), decisions with reasons (-vv) or everything (-vvv)
    #[arg(short, long, action = clap::ArgAction::Count, global = true, help_heading = "Output")]
    pub(crate) verbose: u8,
    /// Print only results, findings, warnings and errors
    #[arg(short, long, conflicts_with = "verbose", global = true, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Format of the log lines
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, global = true, help_heading = "Output")]
    pub(crate) log_format: LogFormat,
    /// When to use colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, global = true, help_heading = "Output")]
    pub(crate) color: ColorChoice,
}

/// Format of the log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, subject to NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Format of the result on standard output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs; `zerodrift schema` prints the JSON Schemas.
    Json,
}

/// The default manifest.
pub(crate) const MANIFEST: &str = "org.yaml";

/// Several manifests.
#[derive(Debug, Clone, Args)]
pub(crate) struct FilesArgs {
    /// Manifests, or folders with manifests; - for standard input
    ///
    /// A folder stands for every *.yaml and *.yml file below it, except for
    /// names that start with _ or a dot.
    #[arg(default_value = MANIFEST, value_name = "FILE|FOLDER")]
    pub(crate) files: Vec<String>,
}

/// The organization.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TargetArgs {
    /// Account ID, if the manifest has none [env: CLOUDFLARE_ACCOUNT_ID]
    #[arg(long, value_name = "ID", conflicts_with = "zone_id", help_heading = "Target")]
    pub(crate) account_id: Option<String>,
    /// Zone ID, if the manifest has none [env: CLOUDFLARE_ZONE_ID]
    #[arg(long, value_name = "ID", help_heading = "Target")]
    pub(crate) zone_id: Option<String>,
}

/// The base, which tells on which side a setting changed.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct BaseArgs {
    /// Git revision that was last applied, such as origin/main
    #[arg(long, value_name = "REV", value_parser = revision, conflicts_with = "base_file", help_heading = "Base")]
    pub(crate) base: Option<String>,
    /// The manifest that was last applied, instead of --base
    #[arg(long, value_name = "FILE", help_heading = "Base")]
    pub(crate) base_file: Option<PathBuf>,
}

/// Who changed it.
#[derive(Debug, Clone, Args)]
pub(crate) struct WhoArgs {
    /// Show who last wrote each live value that differs, from the account's audit log
    #[arg(long, help_heading = "Audit log")]
    pub(crate) who: bool,
    /// How far to look back in the audit log
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "720h",
        value_parser = positive_duration,
        requires = "who",
        help_heading = "Audit log"
    )]
    pub(crate) since: Duration,
}

/// How to reach the API.
#[derive(Debug, Clone, Args)]
pub(crate) struct ApiArgs {
    /// Read the API token from this file [env: CLOUDFLARE_API_TOKEN]
    #[arg(long, value_name = "FILE", help_heading = "API")]
    pub(crate) token_file: Option<PathBuf>,
    /// Base URL of the API [env: CLOUDFLARE_BASE_URL]
    ///
    /// It must be https, except on loopback.
    #[arg(long, value_name = "URL", help_heading = "API")]
    pub(crate) base_url: Option<String>,
    /// Use an emulated account, with its state in this file
    #[arg(
        long,
        value_name = "STATE.json",
        require_equals = true,
        conflicts_with_all = ["base_url", "token_file"],
        help_heading = "API"
    )]
    pub(crate) sandbox: Option<Option<PathBuf>>,
    /// Time limit of one request, such as 30s
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = positive_duration, help_heading = "API")]
    pub(crate) timeout: Duration,
    /// Time limit for each organization, including retries, such as 5m
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = positive_duration, help_heading = "API")]
    pub(crate) deadline: Duration,
    /// Send at most N requests in this time, such as 1200/5m
    ///
    /// The default is the limit that the API states in its answers, and 1200/5m until it states one.
    #[arg(long, value_name = "N/DURATION", help_heading = "API")]
    pub(crate) rate: Option<Rate>,
}

/// How a run compares several organizations.
#[derive(Debug, Clone, Args)]
pub(crate) struct SetArgs {
    /// Number of organizations to work on at once
    #[arg(
        long,
        value_name = "N",
        default_value = "8",
        value_parser = count,
        allow_negative_numbers = true,
        help_heading = "Several organizations"
    )]
    pub(crate) parallel: NonZeroUsize,
    /// Work on one of N stable parts of the organizations: I/N, or auto
    ///
    /// With auto, an indexed job of Kubernetes (with ZERODRIFT_SHARDS) or a
    /// parallel job of GitLab says which part it is.
    #[arg(long, value_name = "I/N", value_parser = str::parse::<ShardArg>, help_heading = "Several organizations")]
    pub(crate) shard: Option<ShardArg>,
}

/// How a plan is applied.
#[derive(Debug, Args)]
pub(crate) struct WriteArgs {
    /// Skip the confirmation prompt
    #[arg(long)]
    pub(crate) auto_approve: bool,
    /// Consent to guarded changes of a setting or group; repeatable
    #[arg(long, value_name = "SETTING")]
    pub(crate) allow: Vec<String>,
    /// Leave an unknown field out of the write; repeatable
    ///
    /// The read-back shows its live value afterwards.
    #[arg(long, value_name = "FIELD")]
    pub(crate) omit: Vec<String>,
    /// Refuse to write if the live state has unknown fields
    #[arg(long)]
    pub(crate) strict_unknown: bool,
    /// Folder for backups and the audit log [default: $XDG_STATE_HOME/zerodrift]
    #[arg(long, value_name = "DIR", help_heading = "Backups")]
    pub(crate) backup_dir: Option<PathBuf>,
    /// Number of backups to keep per organization, 1 or more
    ///
    /// The oldest are deleted, except those of an unverified apply.
    #[arg(
        long,
        value_name = "N",
        default_value = "30",
        value_parser = count,
        allow_negative_numbers = true,
        help_heading = "Backups"
    )]
    pub(crate) backup_keep: NonZeroUsize,
    /// Format of the result
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Parses a Git revision. One that starts with a dash would be an option of `git`.
fn revision(text: &str) -> Result<String, String> {
    if text.is_empty() || text.starts_with('-') {
        return Err("expected a Git revision, such as origin/main".to_owned());
    }
    Ok(text.to_owned())
}

/// Parses a duration greater than zero in Go's grammar, as in the manifest.
pub(crate) fn positive_duration(text: &str) -> Result<Duration, String> {
    const EXPECTED: &str = "expected a duration above 0, such as 30s or 1h30m";
    let duration: GoDuration = text.parse().map_err(|error| format!("{error}; {EXPECTED}"))?;
    duration.positive().ok_or_else(|| EXPECTED.to_owned())
}

/// Parses a whole number from 1.
pub(crate) fn count(text: &str) -> Result<NonZeroUsize, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<usize>().ok().and_then(NonZeroUsize::new) {
        Some(count) => Ok(count),
        // Too large for `usize`: more files than a folder can contain.
        None if is_number && text.bytes().any(|byte| byte != b'0') => Ok(NonZeroUsize::MAX),
        None => Err("expected a whole number, 1 or more".to_owned()),
    }
}

/// Parses a digest as plans show it.
pub(crate) fn digest(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err("expected `sha256:` and 64 hexadecimal digits, as shown by `zerodrift plan`".to_owned())
}
