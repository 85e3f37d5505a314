//! `init --ci`: the files that let a platform plan, apply and look for drift.

use std::path::{Path, PathBuf};

use super::new_file::{self, IfExists};
use super::platform::{PipelineFile, Platform, Setup, Traces};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::repository::repository_of;
use crate::cli::options::MANIFEST;
use crate::files;
use crate::text;

/// No registry has a release yet, and a name that nobody has registered must not be installed: whoever registers it
/// would get the token.
const INSTALL: &str = "Complete ZERODRIFT_REPOSITORY and ZERODRIFT_COMMIT at the top of each file: zerodrift has no \
                       release yet, and the jobs build it from the commit that you name";

/// The files to write, each at its place, and what is left to do by hand.
pub(crate) struct Pipeline {
    top: PathBuf,
    setup: Setup,
    if_exists: IfExists,
}

impl Pipeline {
    /// Looks for the platform of the repository that the manifest is in. Nothing is written yet.
    ///
    /// # Errors
    /// If nothing tells which platform is meant, or a file is there already and may not be replaced.
    pub(crate) fn prepare(
        context: &Context,
        manifest: &Path,
        wanted: Option<Platform>,
        if_exists: IfExists,
    ) -> Result<Self, CliError> {
        let top = top(manifest);
        let traces = Traces::of(&top);
        let platform = wanted.or_else(|| traces.platform()).ok_or_else(|| {
            CliError::usage("--ci: neither the remotes nor the files here tell which platform runs the pipelines")
                .hint("name it: --ci=github or --ci=gitlab")
        })?;
        let pipeline = Self { setup: traces.setup(platform), top, if_exists };
        pipeline.setup.files.iter().try_for_each(|file| new_file::check(context, &pipeline.place(file), if_exists))?;
        Ok(pipeline)
    }

    fn place(&self, file: &PipelineFile) -> PathBuf {
        self.top.join(file.path)
    }

    /// Writes the files, and says what they are and what they need.
    ///
    /// # Errors
    /// If one of them cannot be written.
    pub(crate) fn write(&self, context: &Context, manifest: &Path) -> Result<(), CliError> {
        for file in &self.setup.files {
            let path = self.place(file);
            if let Some(folder) = path.parent() {
                files::make_folder(folder).map_err(|error| CliError::io("make the folder", folder, &error))?;
            }
            new_file::create(context, &path, file.text, self.if_exists)?;
            context.ui.say(&format!("Wrote {}: it says at its top what to create first", text::path(&path)));
        }
        if manifest != self.top.join(MANIFEST) {
            context.ui.say(&format!("The files are about {MANIFEST} at the top: name {} there", text::path(manifest)));
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
    let Some(top) = repository_of(file) else { return here };
    // From where one stands, where that is at the top: paths are shown, and short ones read better.
    let is_here = std::fs::canonicalize(".").is_ok_and(|current| current == top);
    if is_here { here } else { top }
}
