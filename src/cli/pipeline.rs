//! `init --ci`: the files that let a platform plan, apply and look for drift.

use std::path::{Path, PathBuf};

use super::Context;
use super::args::{InitArgs, MANIFEST};
use super::error::CliError;
use super::new_file::{self, Existing};
use super::platform::{PipelineFile, Platform, Setup, Traces};
use crate::files;
use crate::text::{self, visible};

/// No registry has a release yet, and a name that nobody has registered must not be installed: whoever registers it
/// would get the token.
const INSTALL: &str = "Complete ZERODRIFT_REPOSITORY and ZERODRIFT_COMMIT at the top of each file: zerodrift has no \
                       release yet, and the jobs build it from the commit that you name";

/// The files to write, each at its place, and what is left to do by hand.
pub(super) struct Pipeline {
    top: PathBuf,
    setup: Setup,
    existing: Existing,
}

impl Pipeline {
    /// Looks for the platform of the repository that the manifest is in. Nothing is written yet.
    ///
    /// # Errors
    /// If nothing tells which platform is meant, or a file is there already and may not be replaced.
    pub(super) fn prepare(context: &Context, args: &InitArgs, wanted: Option<Platform>) -> Result<Self, CliError> {
        let top = top(Path::new(&args.file));
        let traces = Traces::of(&top);
        let platform = wanted.or_else(|| traces.platform()).ok_or_else(|| {
            CliError::usage("--ci: neither the remotes nor the files here tell which platform runs the pipelines")
                .hint("name it: --ci=github or --ci=gitlab")
        })?;
        let existing = Existing::of(args);
        let pipeline = Self { setup: traces.setup(platform), top, existing };
        pipeline.setup.files.iter().try_for_each(|file| new_file::check(context, &pipeline.place(file), existing))?;
        Ok(pipeline)
    }

    fn place(&self, file: &PipelineFile) -> PathBuf {
        self.top.join(file.path)
    }

    /// Writes the files, and says what they are and what they need.
    ///
    /// # Errors
    /// If one of them cannot be written.
    pub(super) fn write(&self, context: &Context, args: &InitArgs) -> Result<(), CliError> {
        for file in &self.setup.files {
            let path = self.place(file);
            if let Some(folder) = path.parent() {
                files::make_folder(folder).map_err(|error| CliError::io("make the folder", folder, &error))?;
            }
            new_file::create(context, &path, file.text, self.existing)?;
            context.ui.say(&format!("Wrote {}: it says at its top what to create first", text::path(&path)));
        }
        if Path::new(&args.file) != self.top.join(MANIFEST) {
            context.ui.say(&format!("The files are about {MANIFEST} at the top: name {} there", visible(&args.file)));
        }
        context.ui.say(INSTALL);
        self.setup.hint.into_iter().for_each(|hint| context.ui.say(&format!("Then {hint}")));
        Ok(())
    }
}

/// The top of the repository that a file is in: the nearest folder above it with a `.git`; the folder one stands in
/// where there is none.
fn top(file: &Path) -> PathBuf {
    let here = PathBuf::new();
    let Some(top) = repository(file) else { return here };
    // From where one stands, where that is at the top: paths are shown, and short ones read better.
    let is_here = std::fs::canonicalize(".").is_ok_and(|current| current == top);
    if is_here { here } else { top }
}

/// The real path of the repository that the folder of a file is in: the nearest one above it with a `.git`.
pub(super) fn repository(file: &Path) -> Option<PathBuf> {
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = std::fs::canonicalize(folder).ok()?;
    real.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}
