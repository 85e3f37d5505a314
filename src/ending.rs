//! How a run ends: one table of failure kinds defines the exit code, the outcome in JSON and in the audit log, and the
//! `kind` of an error in JSON.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cloudflare::{ConfigError, Error, ErrorKind};

/// The outcome for one organization, in JSON and in the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Everything was written and read back.
    Applied,
    /// Nothing had to be written.
    InSync,
    /// Consent or approval is missing, or a flag forbids the write. Nothing was written.
    Refused,
    /// The live state is not the one that was approved, another run is writing, or the read-back does not match.
    Conflict,
    /// Something else failed: the network, the API, the disk, the input.
    Failed,
    /// It was not begun, because another organization of the run did not end as planned. Nothing was written.
    Skipped,
}

/// The exit codes. They are a contract: scripts depend on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// Done, or in sync.
    Success,
    /// Network, API or I/O failed.
    Failed,
    /// Changes (`plan --detailed-exitcode`) or drift (`drift`).
    Changes,
    /// A guarded change without consent, or a plan without approval.
    Refused,
    /// The live state changed since the plan, or the read-back does not match.
    Conflict,
    /// The manifest has errors.
    Manifest,
    /// Authentication or a permission failed.
    Authentication,
    /// The command line is not valid.
    Usage,
    /// Interrupted by Ctrl-C, SIGTERM, SIGHUP or SIGQUIT.
    Interrupted,
}

/// Declares each kind in one entry: its variant, word, exit code, and when it occurs, in a few words without a full stop.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $word:literal $exit:ident: $meaning:literal;)+) => {
        /// Why a run did not do what was asked: the `kind` of an error in JSON. Kinds are added within a format version, never
        /// removed or given another meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FailureKind {
            $($(#[$doc])* $variant,)+
        }

        impl FailureKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            const fn entry(self) -> (&'static str, Exit, &'static str) {
                match self {
                    $(Self::$variant => ($word, Exit::$exit, $meaning),)+
                }
            }
        }
    };
}

kinds! {
    /// No answer from the API. [`FailureKind::meaning`] describes each kind.
    Network "network" Failed:
        "no answer from the API: not reached, TLS or proxy failed, connection lost, redirected, or timed out";
    /// The API refused the request or gave an unusable answer.
    Api "api" Failed: "the API refused the request, failed, or gave an unusable answer";
    /// Credentials or permissions.
    Authentication "authentication" Authentication: "credentials are missing or not accepted, or lack a permission";
    /// The command line or the environment.
    Usage "usage" Usage: "the command line or the environment is not valid";
    /// The manifest.
    Manifest "manifest" Manifest: "the manifest has errors, or cannot be edited safely";
    /// A Terraform file.
    Terraform "terraform" Manifest: "the Terraform files declare nothing usable";
    /// A live snapshot, or a document of another run.
    Snapshot "snapshot" Failed: "the snapshot given to `plan --live`, or the document given to `show`, cannot be used";
    /// A backup.
    Backup "backup" Failed: "a backup cannot be written or restored";
    /// A file or a stream.
    Io "io" Failed: "a file or a stream cannot be read or written";
    /// A file that exists.
    Exists "exists" Failed: "a file that would be created exists already";
    /// A folder that others can write to.
    UnsafeFolder "unsafe-folder" Failed: "others can write to the folder for backups or the audit log";
    /// A credential in an output.
    Credential "credential" Failed: "the output would contain a credential of the run";
    /// No organization to export.
    Absent "absent" Failed: "the organization to export does not exist";
    /// No organization to compare with.
    NoOrganization "no-organization" Failed: "there are no live values to adopt: the organization does not exist";
    /// A guarded change without consent.
    Guard "guard" Refused: "a guarded change has no consent";
    /// A plan without approval.
    Approval "approval" Refused: "the plan or the revocation was not approved";
    /// Unknown live fields under `--strict-unknown`.
    StrictUnknown "strict_unknown" Refused: "the live state has unknown fields, and `--strict-unknown` is set";
    /// More changed organizations than `--max-changed` allows.
    MaxChanged "max_changed" Refused: "more organizations would change than `--max-changed` allows";
    /// Another state than the approved or desired one.
    Conflict "conflict" Conflict: "the live state or a file differs from the approved one, or the read-back does not match";
    /// Another run that writes.
    Locked "locked" Conflict: "another run is writing to the same organization";
    /// The emulated API.
    Sandbox "sandbox" Failed: "the emulated API cannot be started, or its state file cannot be used";
    /// A signal.
    Interrupted "interrupted" Interrupted: "a signal ended the run";
    /// A kind of another version, in a document that it wrote.
    OtherVersion "other-version" Failed: "a kind of another version, in a document that it wrote";
}

impl End {
    /// Every outcome.
    pub const ALL: [Self; 6] =
        [Self::Applied, Self::InSync, Self::Refused, Self::Conflict, Self::Failed, Self::Skipped];
}

impl Exit {
    /// Every code, in ascending order.
    pub const ALL: [Self; 9] = [
        Self::Success,
        Self::Failed,
        Self::Changes,
        Self::Refused,
        Self::Conflict,
        Self::Manifest,
        Self::Authentication,
        Self::Usage,
        Self::Interrupted,
    ];

    /// Returns the code of a run for several organizations: the one that needs attention first. Success if there are none.
    ///
    /// ```
    /// use zerodrift::ending::Exit;
    ///
    /// assert_eq!(Exit::of_several([Exit::Success, Exit::Changes, Exit::Failed]), Exit::Failed);
    /// ```
    pub fn of_several(exits: impl IntoIterator<Item = Self>) -> Self {
        let order = [
            Self::Interrupted,
            Self::Usage,
            Self::Manifest,
            Self::Authentication,
            Self::Failed,
            Self::Conflict,
            Self::Refused,
            Self::Changes,
            Self::Success,
        ];
        let rank = |exit: &Self| order.iter().position(|one| one == exit);
        exits.into_iter().min_by_key(rank).unwrap_or(Self::Success)
    }

    /// The table of codes: the code and its meaning.
    const fn entry(self) -> (u8, &'static str) {
        match self {
            Self::Success => (0, "done, or in sync"),
            Self::Failed => (1, "failed: network, API, I/O"),
            Self::Changes => (2, "changes (plan --detailed-exitcode) or drift (drift)"),
            Self::Refused => (3, "refused: a guarded change without consent, or no approval"),
            Self::Conflict => (4, "conflict: the live state changed since the plan, or the read-back does not match"),
            Self::Manifest => (5, "the manifest has errors"),
            Self::Authentication => (6, "authentication or permission"),
            Self::Usage => (64, "usage"),
            Self::Interrupted => (130, "interrupted"),
        }
    }

    /// Returns the code as the shell sees it. Usage errors are 64, because 2, clap's default, means changes here.
    pub fn code(self) -> u8 {
        self.entry().0
    }

    /// Returns what the code means, in a few words.
    pub fn meaning(self) -> &'static str {
        self.entry().1
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl FailureKind {
    /// Returns the kind as a word, as in JSON: `strict_unknown`.
    pub const fn as_str(self) -> &'static str {
        self.entry().0
    }

    /// Returns the exit code of a run that fails with this kind.
    pub const fn exit(self) -> Exit {
        self.entry().1
    }

    /// Returns when this kind occurs, in a few words without a full stop.
    pub const fn meaning(self) -> &'static str {
        self.entry().2
    }

    /// Returns the outcome for an organization that fails with this kind.
    pub const fn end(self) -> End {
        match self.exit() {
            Exit::Refused => End::Refused,
            Exit::Conflict => End::Conflict,
            _ => End::Failed,
        }
    }
}

impl From<&Error> for FailureKind {
    fn from(error: &Error) -> Self {
        match (error, error.kind()) {
            // Errors in the user's configuration.
            (Error::Config(ConfigError::BaseUrl(_) | ConfigError::Proxy { .. }), _) => Self::Usage,
            // No connection is possible without root certificates.
            (Error::Config(ConfigError::Roots(_)), _) => Self::Network,
            (_, ErrorKind::Authentication) => Self::Authentication,
            (_, ErrorKind::Transport | ErrorKind::Timeout) => Self::Network,
            (
                _,
                ErrorKind::NotFound
                | ErrorKind::RateLimited
                | ErrorKind::Refused
                | ErrorKind::Server
                | ErrorKind::Decode
                | ErrorKind::Config,
            ) => Self::Api,
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for FailureKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for FailureKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        // Later versions add kinds.
        Ok(Self::ALL.into_iter().find(|kind| kind.as_str() == word).unwrap_or(Self::OtherVersion))
    }
}

#[cfg(feature = "documents")]
impl schemars::JsonSchema for FailureKind {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FailureKind".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let kind = |kind: Self| serde_json::json!({"description": kind.meaning(), "const": kind.as_str()});
        schemars::json_schema!({
            "description": "Why a run did not do what was asked.",
            "oneOf": Self::ALL.map(kind),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_has_one_exit_code_and_one_outcome() {
        let row = |kind: FailureKind| format!("{:<16}{:<4}{}", kind.as_str(), kind.exit().code(), word(kind.end()));
        insta::assert_snapshot!(FailureKind::ALL.map(row).join("\n"), @r"
        network         1   failed
        api             1   failed
        authentication  6   failed
        usage           64  failed
        manifest        5   failed
        terraform       5   failed
        snapshot        1   failed
        backup          1   failed
        io              1   failed
        exists          1   failed
        unsafe-folder   1   failed
        credential      1   failed
        absent          1   failed
        no-organization 1   failed
        guard           3   refused
        approval        3   refused
        strict_unknown  3   refused
        max_changed     3   refused
        conflict        4   conflict
        locked          4   conflict
        sandbox         1   failed
        interrupted     130 failed
        other-version   1   failed
        ");
    }

    fn word(end: End) -> String {
        json!(end).as_str().unwrap().to_owned()
    }

    #[test]
    fn each_kind_has_a_unique_word_and_survives_a_round_trip() {
        let words: BTreeSet<&str> = FailureKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(words.len(), FailureKind::ALL.len());
        for kind in FailureKind::ALL {
            assert_eq!(serde_json::from_value::<FailureKind>(json!(kind)).unwrap(), kind);
            assert!(!kind.meaning().is_empty() && !kind.meaning().ends_with('.'), "{kind}");
        }
        assert_eq!(serde_json::from_value::<FailureKind>(json!("added_later")).unwrap(), FailureKind::OtherVersion);
        assert_eq!(End::ALL.map(word).join(" "), "applied in_sync refused conflict failed skipped");
    }

    #[test]
    fn the_code_of_several_organizations_is_the_one_that_needs_attention_first() {
        let order = [130, 64, 5, 6, 1, 4, 3, 2, 0];
        for (first, one) in order.iter().enumerate() {
            for two in &order[first..] {
                let exits = [one, two].map(|code| Exit::ALL.into_iter().find(|exit| exit.code() == *code).unwrap());
                assert_eq!(Exit::of_several(exits).code(), *one, "{one} and {two}");
                assert_eq!(Exit::of_several(exits.into_iter().rev()).code(), *one, "{two} and {one}");
            }
        }
        assert_eq!(Exit::of_several([]), Exit::Success);
    }

    #[test]
    fn no_kind_of_failure_has_an_exit_code_or_outcome_of_success() {
        for kind in FailureKind::ALL {
            let success = matches!(kind.exit(), Exit::Success | Exit::Changes);
            assert!(!success && !matches!(kind.end(), End::Applied | End::InSync), "{kind}");
        }
    }
}
