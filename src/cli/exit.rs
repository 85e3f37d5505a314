//! Exit codes, decided in one place. They are a contract: users script against them.

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// Done, or in sync.
    Success,
    /// Network, API or I/O failed.
    Failed,
    /// Changes (`plan --detailed-exitcode`) or drift (`drift`).
    Changes,
    /// A guard without consent, or no approval.
    Refused,
    /// Live moved since the plan, or the read-back does not match.
    Conflict,
    /// The manifest has errors.
    Manifest,
    /// Authentication or permission.
    Authentication,
    /// The command line cannot be understood.
    Usage,
    /// Ctrl-C, SIGTERM, SIGHUP or SIGQUIT.
    Interrupted,
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

    /// The number that the shell sees. Clap's own 2 for usage errors would read as "changes", hence 64.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::Refused => 3,
            Self::Conflict => 4,
            Self::Manifest => 5,
            Self::Authentication => 6,
            Self::Usage => 64,
            Self::Interrupted => 130,
        }
    }

    /// What the code means, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Success => "done, or in sync",
            Self::Failed => "failed: network, API, I/O",
            Self::Changes => "changes (plan --detailed-exitcode) or drift (drift)",
            Self::Refused => "refused: a guard without consent, or no approval",
            Self::Conflict => "conflict: live moved since the plan, or the read-back does not match",
            Self::Manifest => "the manifest has errors",
            Self::Authentication => "authentication or permission",
            Self::Usage => "usage",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
